"""What SQLAlchemy Core leaves to its user: upserts, the number of a new row, and lists of keys in pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any, TypeVar

from sqlalchemy import Connection, Date, Table, insert
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


def insert_columns(
    connection: Connection, table: Table, columns: Mapping[str, Any], *, ignore_known: bool = False
) -> int:
    """Inserts many rows given as columns: a sequence a column, or one value for all rows. Returns how many came in.

    One compiled statement and plain tuples, without the work per row that a list of dictionaries costs.
    `ignore_known` passes over rows whose key is there.
    """
    forms: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    statement = forms[connection.dialect.name](table)
    if ignore_known:
        statement = statement.on_conflict_do_nothing()
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    order = compiled.positiontup or list(columns)
    values = [_column(connection, table, name, columns[name]) for name in order]
    rows = list(zip(*values, strict=False))
    if not rows:
        return 0
    return connection.exec_driver_sql(str(compiled), rows).rowcount


def _column(connection: Connection, table: Table, name: str, values: Any) -> Iterable[Any]:
    """The values as the driver takes them; a single value is repeated for as long as the other columns last."""
    if isinstance(values, str | int | None):
        return repeat(values)
    if isinstance(table.c[name].type, Date) and connection.dialect.name == "sqlite":
        texts = {value: value.isoformat() if value is not None else None for value in set(values)}
        return map(texts.__getitem__, values)
    return values  # type: ignore[no-any-return]


def pieces(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """The keys in lists that fit one statement."""
    rest = iter(keys)
    while piece := list(islice(rest, PIECE)):
        yield piece
