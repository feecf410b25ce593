"""The database is private, durable by the SQLite version found, and gives each caller a transaction of its own."""

from __future__ import annotations

import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from inkassod.store import database as module
from inkassod.store import journal, transfers
from inkassod.store.database import Database, wal_is_safe
from inkassod.store.sql import pieces, upsert
from inkassod.store.tables import UtcTime, effects, schedules

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 0), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 49, 9), False),
        ((3, 50, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_fault_is_cured(version: tuple[int, int, int], safe: bool):
    """The cure is in 3.51.3 and later, and in the back-ports 3.50.7 and 3.44.6."""
    assert wal_is_safe(version) is safe


@pytest.mark.parametrize(
    ("version", "mode", "synchronous"), [((3, 40, 1), "delete", 3), ((3, 51, 3), "wal", 2)]
)
def test_the_journal_follows_the_version_of_sqlite(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int, int],
    mode: str,
    synchronous: int,
):
    """An old SQLite gets a rollback journal with EXTRA (3) synchronous writes, a new one WAL with FULL (2)."""
    monkeypatch.setattr(module.sqlite3, "sqlite_version_info", version)
    opened = Database(f"sqlite:///{tmp_path}/d.sqlite3")
    with opened.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == mode
        assert connection.execute(text("PRAGMA synchronous")).scalar() == synchronous
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000
    opened.close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_file_is_ours_alone_whatever_the_umask(tmp_path: Path, umask: int):
    """The database holds personal data: nobody else may read it, nor its journal."""
    before = os.umask(umask)
    try:
        opened = Database(f"sqlite:///{tmp_path}/d.sqlite3")
        opened.upgrade()
        with opened.write() as connection:
            transfers.set_done(connection, "job", AT)
            modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    opened.close()
    assert modes.pop("d.sqlite3") == "0o600"
    assert set(modes.values()) == {"0o600"}


def test_an_existing_database_keeps_what_it_holds(tmp_path: Path):
    """Opening and bringing up to date again changes nothing."""
    for _ in range(2):
        opened = Database(f"sqlite:///{tmp_path}/d.sqlite3")
        opened.upgrade()
        with opened.write() as connection:
            if transfers.last_done(connection, "job") is None:
                transfers.set_done(connection, "job", AT)
        opened.close()
    with sqlite3.connect(tmp_path / "d.sqlite3") as raw:
        assert raw.execute("select count(*) from schedules").fetchone() == (1,)
    raw.close()


def test_a_write_that_raises_leaves_nothing(database: Database):
    """All of a transaction takes effect, or none of it."""

    def half() -> None:
        with database.write() as connection:
            transfers.set_done(connection, "job", AT)
            raise RuntimeError("died here")

    with pytest.raises(RuntimeError, match=r"^died here$"):
        half()
    with database.read() as connection:
        assert transfers.last_done(connection, "job") is None


def test_foreign_keys_hold(database: Database):
    """An effect of a run that is not there is refused by the database."""
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), database.write() as connection:
        connection.execute(effects.insert().values(run=99, seq=1, change="x"))


def test_writers_wait_for_each_other(database: Database):
    """Transactions that read before they write never fail as busy: the later one waits and sees what the first wrote."""
    with database.write() as connection:
        transfers.set_done(connection, "job", AT)
    failed: list[Exception] = []

    def add_hour() -> None:
        try:
            for _ in range(5):
                with database.write() as connection:
                    last = transfers.last_done(connection, "job")
                    assert last is not None
                    transfers.set_done(connection, "job", last + timedelta(hours=1))
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=add_hour) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.read() as connection:
        assert transfers.last_done(connection, "job") == AT + timedelta(hours=20)


# --- times -----------------------------------------------------------------------------------------------------------

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS))  # noqa: DTZ001
def test_an_instant_comes_back_as_the_same_instant(at: datetime):
    """SQLite keeps no zone; what comes back is aware, in UTC, to the microsecond."""
    kind, dialect = UtcTime(), sqlite.dialect()
    kept = kind.process_bind_param(at, dialect)
    back = kind.process_result_value(kept, dialect)
    assert kept.tzinfo is None
    assert back == at
    assert back.tzinfo is UTC


def test_no_instant_stays_none_and_postgresql_keeps_the_zone():
    """Only SQLite needs the zone taken off."""
    kind = UtcTime()
    assert kind.process_bind_param(None, sqlite.dialect()) is None
    assert kind.process_result_value(None, sqlite.dialect()) is None
    assert kind.process_bind_param(AT, postgresql.dialect()) is AT
    assert kind.process_result_value(AT, postgresql.dialect()) is AT


def test_an_instant_goes_through_the_database(database: Database):
    """Written with an offset of two hours, it is read in UTC."""
    oslo = timezone(timedelta(hours=2))
    with database.write() as connection:
        transfers.set_done(connection, "job", datetime(2026, 7, 1, 0, 30, 0, 123456, tzinfo=oslo))
        assert transfers.last_done(connection, "job") == datetime(2026, 6, 30, 22, 30, 0, 123456, tzinfo=UTC)


# --- SQL helpers ------------------------------------------------------------------------------------------------------


def test_keys_come_in_pieces(monkeypatch: pytest.MonkeyPatch):
    """Long lists of keys are cut so that each fits one statement; none is lost."""
    monkeypatch.setattr("inkassod.store.sql.PIECE", 3)
    assert list(pieces("abcdefg")) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert list(pieces([])) == []


def test_an_upsert_sets_columns_and_keeps_those_named(database: Database):
    """A row that is there is changed, but for the columns that are set on insert only."""
    with database.write() as connection:
        upsert(connection, schedules, [])
        upsert(connection, schedules, [{"job": "a", "last": AT}])
        upsert(connection, schedules, [{"job": "a", "last": AT + timedelta(1)}, {"job": "b", "last": AT}])
        rows = dict(map(tuple, connection.execute(select(schedules.c.job, schedules.c.last))))
    assert rows == {"a": AT + timedelta(1), "b": AT}


def test_numbers_of_runs_are_never_used_again(database: Database):
    """A run that is taken back leaves a gap: its number may stand in a file's name."""
    values = {"kind": "feed", "trigger": "watch", "started": AT}
    with database.write() as connection:
        first = journal.start(connection, **values)
        journal.drop(connection, first)
        assert journal.start(connection, **values) == first + 1
