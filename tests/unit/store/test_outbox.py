"""What leaves keeps its exact bytes, a name that is used once, and its state."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from inkassod.store import journal, outbox
from inkassod.store.database import Database
from inkassod.store.tables import outbox_pieces

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PIECE = 64


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces small enough that a test has many of them."""
    monkeypatch.setattr(outbox, "PIECE", PIECE)


def add(connection, name: str = "LS1", content: bytes = b"x", channel: str = "intrum") -> int:
    """A file in the outbox, of a run of its own."""
    run = journal.start(connection, kind="new_cases", trigger="manual", started=AT)
    number = outbox.begin(connection, channel=channel, run=run, name=name, at=AT)
    outbox.append(connection, number, content)
    outbox.end(connection, number)
    return number


SIZES = st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE - 1, 2 * PIECE, 2 * PIECE + 1])
CONTENTS = SIZES.flatmap(lambda size: st.binary(min_size=size, max_size=size)) | st.binary(max_size=5 * PIECE)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CONTENTS)
def test_content_comes_back_byte_for_byte(database: Database, content: bytes):
    """Whatever the size, empty or on the border of a piece: the bytes, their number and their hash are the same."""
    with database.write() as connection:
        number = add(connection, content=content)
        found = list(outbox.content(connection, number))
        told = outbox.fingerprint(connection, number)
        connection.rollback()
    assert b"".join(found) == content
    assert all(len(piece) == PIECE for piece in found[:-1])
    assert (told["size"], told["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_reading_content_leaves_the_connection_as_it_was(database: Database):
    """Fetching piece by piece is for this statement only."""
    with database.write() as connection:
        number = add(connection, content=b"y" * 3 * PIECE)
        assert len(list(outbox.content(connection, number))) == 3
        assert "yield_per" not in connection.get_execution_options()


def test_a_name_is_used_once_on_a_channel(database: Database):
    """The database refuses a second file of the same name, so that nothing is sent twice or written over."""
    with database.write() as connection:
        add(connection)
        add(connection, channel="other")
    with pytest.raises(IntegrityError, match="UNIQUE"), database.write() as connection:
        add(connection)
    with database.read() as connection:
        assert outbox.name_taken(connection, "intrum", "LS1")
        assert not outbox.name_taken(connection, "intrum", "LS2")
        assert connection.execute(select(func.count()).select_from(outbox_pieces)).scalar() == 2


def test_what_waits_is_all_that_is_not_done(database: Database):
    """A file waits, oldest first, until it has gone the whole way."""
    with database.write() as connection:
        first, second, other = (
            add(connection, "A"),
            add(connection, "B"),
            add(connection, "C", channel="erp:nord"),
        )
        for state in (outbox.BUILT, outbox.STAGED, outbox.SENT):
            outbox.advance(connection, first, state, AT + timedelta(1), part=".A.part")
            assert [row["id"] for row in outbox.waiting(connection, "intrum")] == [first, second]
        assert outbox.channels(connection) == {"intrum", "erp:nord"}
        outbox.advance(connection, first, outbox.DONE, AT + timedelta(2))
        outbox.advance(connection, other, outbox.DONE, AT)
        assert [row["name"] for row in outbox.waiting(connection, "intrum")] == ["B"]
        assert outbox.channels(connection) == {"intrum"}


def test_a_step_is_noted_with_its_time_and_what_belongs_to_it(database: Database):
    """State, time and further columns are set together; the run's files can be found."""
    with database.write() as connection:
        number = add(connection)
        (row,) = outbox.waiting(connection, "intrum")
        assert (row["state"], row["changed"], row["delivered"]) == (outbox.NEW, AT, None)
        outbox.advance(connection, number, outbox.SENT, AT + timedelta(1), delivered=AT, note="by hand")
        (row,) = outbox.of_run(connection, row["run"])
        assert (row["state"], row["changed"]) == (outbox.SENT, AT + timedelta(1))
        assert (row["delivered"], row["note"]) == (AT, "by hand")


def test_sequence_numbers_are_kept_by_agreement_and_kind(database: Database):
    """Before the first file the number is 0; then what was set last holds."""
    with database.write() as connection:
        assert outbox.last_number(connection, "intrum", "new_cases") == 0
        outbox.set_number(connection, "intrum", "new_cases", 1)
        outbox.set_number(connection, "intrum", "new_cases", 2)
        outbox.set_number(connection, "intrum", "corrections", 7)
        assert outbox.last_number(connection, "intrum", "new_cases") == 2
        assert outbox.last_number(connection, "intrum", "corrections") == 7
        assert outbox.last_number(connection, "other", "new_cases") == 0
