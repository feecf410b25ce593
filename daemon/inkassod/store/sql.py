"""What SQLAlchemy Core leaves to its user: upserts, the number of a new row, and lists of keys in pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

Key = TypeVar("Key", str, int)
PIECE = 5_000  # keys in one IN list; SQLite takes 32,766 at the most


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: Collection[str] = ()
) -> None:
    """Inserts the rows, or sets their columns where the primary key is there; columns in `keep` are set on insert only."""
    if not rows:
        return
    forms: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    statement = forms[connection.dialect.name](table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def insert_one(connection: Connection, table: Table, **values: Any) -> int:
    """Inserts one row and returns its number."""
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    if key is None:
        raise RuntimeError(f"{table.name} has no primary key")
    return int(key[0])


def pieces(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """The keys in lists that fit one statement."""
    rest = iter(keys)
    while piece := list(islice(rest, PIECE)):
        yield piece
