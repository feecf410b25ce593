"""What SQLAlchemy Core leaves to its user: upserts, the number of a new row, and lists of keys in pieces."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import islice, repeat
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Dialect, Row, Select, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

Key = TypeVar("Key", str, int)
PIECE = 5_000  # keys in one IN list; SQLite takes 32,766 at the most
BATCH = 500  # rows that are worked on at a time; more of them cost more, since what lives long is gone through for garbage


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
    Columns that are not given have their defaults. `ignore_known` passes over rows whose key is there.
    """
    full = {**_defaults(table), **columns}
    statement = _inserting(connection.dialect, table, tuple(full), ignore_known)
    return _many(connection, table, statement, full)


def update_columns(
    connection: Connection, table: Table, keys: Sequence[int], columns: Mapping[str, Any]
) -> None:
    """Sets columns of the rows with these keys, in their order: a sequence a column, or one value for all rows."""
    (key,) = table.primary_key
    _many(
        connection,
        table,
        _updating(connection.dialect, table, tuple(columns)),
        {**columns, key.name: keys},
    )


Statement = tuple[str, tuple[str, ...], bool]  # the text, its columns in order, and whether they go by place


@cache
def _defaults(table: Table) -> Mapping[str, Any]:
    return {column.name: getattr(column.default, "arg", None) for column in table.c if column.default}


@lru_cache(maxsize=64)
def _inserting(dialect: Dialect, table: Table, columns: tuple[str, ...], ignore_known: bool) -> Statement:
    forms: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    statement = forms[dialect.name](table).values({name: bindparam(f"p_{name}") for name in columns})
    return _compiled(dialect, statement.on_conflict_do_nothing() if ignore_known else statement, columns)


@lru_cache(maxsize=64)
def _updating(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> Statement:
    (key,) = table.primary_key
    statement = update(table).where(key == bindparam(f"p_{key.name}"))
    statement = statement.values({name: bindparam(f"p_{name}") for name in columns})
    return _compiled(dialect, statement, (*columns, key.name))


def _compiled(dialect: Dialect, statement: Any, columns: Sequence[str]) -> Statement:
    compiled = statement.compile(dialect=dialect)
    order = tuple(name.removeprefix("p_") for name in compiled.positiontup or ())
    return str(compiled), order or tuple(columns), bool(order)


def _many(connection: Connection, table: Table, statement: Statement, columns: Mapping[str, Any]) -> int:
    """Carries out one statement for all rows; returns how many it touched."""
    text, order, by_place = statement
    values = [_column(connection, table.c[name], columns[name]) for name in order]
    rows: list[Any] = list(zip(*values, strict=False))
    if not rows:
        return 0
    if not by_place:
        rows = [{f"p_{name}": value for name, value in zip(order, row, strict=True)} for row in rows]
    return connection.exec_driver_sql(text, rows).rowcount


def _column(connection: Connection, column: Column[Any], values: Any) -> Iterable[Any]:
    """The values as the driver takes them; a single value is repeated for as long as the other columns last."""
    convert = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if isinstance(values, str | int | date | None):
        return repeat(convert(values) if convert else values)
    if convert is None:
        return values  # type: ignore[no-any-return]
    converted = {value: convert(value) for value in set(values)}  # many rows have few days
    return map(converted.__getitem__, values)


def value_of(kind: Any, columns: Iterable[Any]) -> Any:
    """A frozen value by its fields in their order: what its `__init__` does, in a third of the time."""
    value = object.__new__(kind)
    for put, column in zip(_setters(kind), columns, strict=True):
        put(value, column)
    return value


@cache
def _setters(kind: Any) -> tuple[Callable[[Any, Any], None], ...]:
    return tuple(getattr(kind, name).__set__ for name in kind.__slots__)


def batches(connection: Connection, query: Select[Any]) -> Generator[Sequence[Row[Any]], None, None]:
    """What a query finds, some rows at a time, so that memory does not grow with it.

    Who may stop early closes the iterator: on SQLite a reader that is left open keeps writers out.
    """
    with connection.execute(query.execution_options(yield_per=BATCH)) as found:
        yield from found.partitions()


def pieces(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """The keys in lists that fit one statement."""
    rest = iter(keys)
    while piece := list(islice(rest, PIECE)):
        yield piece
