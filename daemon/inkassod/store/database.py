"""Opens the database, brings its tables up to date, and hands out transactions.

SQLite: full synchronous writes always. Releases before 3.51.3 (without the back-ports 3.50.7 and 3.44.6) can corrupt a
database in WAL mode when two connections meet at a checkpoint, so they get a rollback journal with `synchronous=EXTRA`.
Source: https://www.sqlite.org/wal.html#walresetbug
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

BUSY_SECONDS = 30
MIGRATIONS = Path(__file__).parent / "migrations"


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """True for SQLite versions that hold the cure of the WAL-reset fault."""
    if version >= (3, 51, 3):
        return True
    return version[:2] in {(3, 50), (3, 44)} and version >= {50: (3, 50, 7), 44: (3, 44, 6)}[version[1]]


class Database:
    """One database, by its SQLAlchemy URL. Threads may share it; each transaction has a connection of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        if self._sqlite and parsed.database:
            _create_private(Path(parsed.database))
        self._engine = create_engine(
            url, **({"connect_args": {"timeout": BUSY_SECONDS}} if self._sqlite else {})
        )
        if self._sqlite:
            _prepare_sqlite(self._engine)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed when the block ends, rolled back when it raises."""
        with self._engine.connect() as connection:
            # A transaction that starts as a reader and then writes is refused at once when another writes
            # meanwhile, whatever the time-out; so a writer says so from its first statement.
            connection.info["immediate"] = True
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that only reads: what it sees does not change while it lasts."""
        with self._engine.connect() as connection:
            connection.info["immediate"] = False
            with connection.begin():
                yield connection

    def upgrade(self) -> None:
        """Brings the tables to the newest form; nothing happens where they have it."""
        with self.read() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        if current == ScriptDirectory.from_config(config).get_current_head():
            return
        with self.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Gives back all connections."""
        self._engine.dispose()


def _create_private(path: Path) -> None:
    """SQLite would create its file by the umask; it holds personal data, so it is ours alone from the start."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _prepare_sqlite(engine: Engine) -> None:
    wal = wal_is_safe(sqlite3.sqlite_version_info)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by the listener below, never by the driver
        for pragma in (
            f"journal_mode={'WAL' if wal else 'DELETE'}",
            f"synchronous={'FULL' if wal else 'EXTRA'}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("immediate", True) else "BEGIN")
