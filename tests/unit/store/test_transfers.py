"""Files on their way in, and when scheduled jobs were last done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from inkassod.store import transfers
from inkassod.store.database import Database

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FILE = {"name": "KV1", "size": 10, "mtime": 1_772_000_000}
OUT, ELSEWHERE = "out", "elsewhere"


def test_a_transfer_is_unfinished_until_it_is_acknowledged(database: Database):
    """What was begun is taken up again after a crash, oldest first, by agreement."""
    with database.write() as connection:
        first = transfers.begin(connection, agreement="intrum", folder=OUT, at=AT, **FILE)
        second = transfers.begin(connection, agreement="intrum", folder=OUT, at=AT, **{**FILE, "name": "KV2"})
        transfers.begin(connection, agreement="other", folder=OUT, at=AT, **FILE)
        (row, _) = transfers.unfinished(connection, "intrum")
        assert (row["id"], row["state"], row["claimed_name"]) == (first, transfers.CLAIMING, "")
        transfers.note(connection, first, AT + timedelta(1), state=transfers.FETCHED, sha256="ab")
        (row, _) = transfers.unfinished(connection, "intrum")
        assert (row["state"], row["sha256"], row["changed"]) == (transfers.FETCHED, "ab", AT + timedelta(1))
        transfers.note(connection, first, AT, state=transfers.ACKED)
        assert [row["id"] for row in transfers.unfinished(connection, "intrum")] == [second]


def test_a_file_is_seen_when_name_size_and_time_are_the_same(database: Database):
    """A file that had to stay on the server is not fetched twice; a changed one of the same name is."""
    with database.write() as connection:
        number = transfers.begin(connection, agreement="intrum", folder=OUT, at=AT, **FILE)
        transfers.note(connection, number, AT, claimed_name="KV1", state=transfers.ACKED)
        assert not transfers.seen(connection, "intrum", [OUT], **FILE)
        transfers.note(connection, number, AT, state=transfers.LEFT)
        assert transfers.seen(connection, "intrum", [OUT], **FILE)
        assert transfers.unfinished(connection, "intrum") == []
        for other in ({"name": "KV2"}, {"size": 11}, {"mtime": 1}, {"mtime": None}):
            assert not transfers.seen(connection, "intrum", [OUT], **{**FILE, **other})
        assert not transfers.seen(connection, "other", [OUT], **FILE)
        assert not transfers.seen(connection, "intrum", [ELSEWHERE], **FILE)
        assert transfers.seen(connection, "intrum", [ELSEWHERE, OUT], **FILE)


def test_a_file_without_a_time_is_seen_too(database: Database):
    """A server that tells no times is told apart by name and size alone."""
    with database.write() as connection:
        number = transfers.begin(connection, agreement="intrum", folder=OUT, at=AT, **{**FILE, "mtime": None})
        transfers.note(connection, number, AT, claimed_name="KV1", state=transfers.LEFT)
        assert transfers.seen(connection, "intrum", [OUT], "KV1", 10, None)
        assert not transfers.seen(connection, "intrum", [OUT], **FILE)


def test_the_names_under_which_files_were_put_are_known(database: Database):
    """What we put into the inbox ourselves is whole from the start."""
    with database.write() as connection:
        number = transfers.begin(connection, agreement="intrum", folder=OUT, at=AT, **FILE)
        transfers.note(connection, number, AT, local_name="KV1")
        assert transfers.placed(connection, {"KV1", "KV2"}) == {"KV1"}
        assert transfers.placed(connection, set()) == set()


def test_a_job_is_remembered_by_its_last_time(database: Database):
    """A job that was never done has no time; then the one set last holds."""
    with database.write() as connection:
        assert transfers.last_done(connection, "fetch") is None
        transfers.set_done(connection, "fetch", AT)
        transfers.set_done(connection, "fetch", AT + timedelta(days=1))
        assert transfers.last_done(connection, "fetch") == AT + timedelta(days=1)
        assert transfers.last_done(connection, "send") is None
