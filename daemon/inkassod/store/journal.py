"""The job log: one row a run, with its problems and effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from inkasso_formats.problems import FormatProblem
from inkassod.core.model import Counts, Effect
from inkassod.store.sql import insert_columns, insert_one
from inkassod.store.tables import cases, contents, effects, entries, run_problems, runs

RUNNING = "running"
MOST_PROBLEMS = 10_000  # kept of those that end a run; what refuses single lines is kept whole, for the retry


def start(connection: Connection, **values: Any) -> int:
    """A new run, running. Returns its number."""
    return insert_one(connection, runs, outcome=RUNNING, **values)


def again(connection: Connection, run: int) -> int:
    """Notes that an interrupted run is taken up again; how many times it has been started now."""
    connection.execute(update(runs).where(runs.c.run == run).values(attempts=runs.c.attempts + 1))
    return int(connection.execute(select(runs.c.attempts).where(runs.c.run == run)).scalar_one())


def drop(connection: Connection, run: int) -> None:
    """Takes back a run that never began: its file was not claimed."""
    connection.execute(delete(runs).where(runs.c.run == run, runs.c.outcome == RUNNING))


def note(connection: Connection, run: int, **values: Any) -> None:
    """Sets columns of a run."""
    connection.execute(update(runs).where(runs.c.run == run).values(**values))


def finish(
    connection: Connection,
    run: int,
    *,
    outcome: str,
    finished: datetime,
    counts: Counts,
    problems: Sequence[FormatProblem] = (),
    what: Iterable[Effect] = (),
    **values: Any,
) -> None:
    """Ends a run: outcome, counts, every problem and every effect, in the caller's transaction."""
    connection.execute(
        update(runs)
        .where(runs.c.run == run)
        .values(
            outcome=outcome,
            finished=finished,
            read=counts.read,
            applied=counts.applied,
            refused=counts.refused,
            unchanged=counts.unchanged,
            stray=counts.stray,
            **values,
        )
    )
    add_problems(connection, run, problems[:MOST_PROBLEMS])
    add_effects(connection, run, what)


def keep(kept: list[FormatProblem], more: Iterable[FormatProblem]) -> None:
    """Adds problems to those that will end a run, as far as they are kept: a file may have one in each of its lines."""
    kept.extend(islice(more, max(MOST_PROBLEMS - len(kept), 0)))


def add_problems(connection: Connection, run: int, problems: Sequence[FormatProblem]) -> None:
    """Adds problems to a run."""
    if not problems:
        return
    places = [problem.position or (None, None) for problem in problems]
    columns: dict[str, Any] = {
        name: [getattr(problem, name) for problem in problems]
        for name in ("code", "line", "record", "field", "value", "message", "warning")
    }
    columns |= {
        "first": [first for first, _ in places],
        "last": [last for _, last in places],
        "expected": [problem.rule for problem in problems],
    }
    _add(connection, run_problems, run, len(problems), columns)


def add_effects(connection: Connection, run: int, what: Iterable[Effect]) -> None:
    """Adds effects to a run."""
    found = list(what)
    if not found:
        return
    columns = {
        "line": [effect.line for effect in found],
        "case_id": [effect.case_id for effect in found],
        "invoice_no": [effect.invoice_no for effect in found],
        "change": [effect.change for effect in found],
    }
    _add(connection, effects, run, len(found), columns)


def _add(connection: Connection, table: Table, run: int, count: int, columns: Mapping[str, Any]) -> None:
    """Rows of a run behind those that it has."""
    highest = connection.execute(select(func.max(table.c.seq)).where(table.c.run == run)).scalar()
    first = int(highest or 0) + 1
    insert_columns(connection, table, {"run": run, "seq": range(first, first + count), **columns})


def get(connection: Connection, run: int) -> RowMapping | None:
    """One run, or None."""
    return connection.execute(select(runs).where(runs.c.run == run)).mappings().one_or_none()


def running(connection: Connection, area: str) -> list[RowMapping]:
    """The runs that were begun on files of an area and not ended."""
    query = select(runs).where(runs.c.outcome == RUNNING, runs.c.area == area).order_by(runs.c.run)
    return list(connection.execute(query).mappings())


def last_of(connection: Connection, kind: str, agreement: str, *, before: int) -> RowMapping | None:
    """The latest run of a kind for an agreement, before the given one."""
    query = select(runs).where(runs.c.kind == kind, runs.c.agreement == agreement, runs.c.run < before)
    return connection.execute(query.order_by(runs.c.run.desc()).limit(1)).mappings().one_or_none()


def listing(
    connection: Connection,
    *,
    filters: Mapping[str, Any],
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> list[RowMapping]:
    """The newest runs first; `filters` by column name, empty ones are passed over."""
    query = select(runs).order_by(runs.c.run.desc()).limit(limit)
    for name, value in filters.items():
        if value:
            query = query.where(runs.c[name] == value)
    if since is not None:
        query = query.where(runs.c.started >= since)
    if until is not None:
        query = query.where(runs.c.started < until)
    return list(connection.execute(query).mappings())


def problems_of(connection: Connection, run: int) -> list[RowMapping]:
    """What was wrong, in the order found."""
    query = select(run_problems).where(run_problems.c.run == run).order_by(run_problems.c.seq)
    return list(connection.execute(query).mappings())


def effects_of(connection: Connection, run: int) -> list[RowMapping]:
    """What each line changed; for a bank's payments the entries themselves are the record of it."""
    query = (
        select(effects.c.line, effects.c.case_id, effects.c.invoice_no, effects.c.change)
        .where(effects.c.run == run)
        .order_by(effects.c.seq)
    )
    return list(connection.execute(query).mappings())


def payments_of(connection: Connection, run: int) -> list[RowMapping]:
    """The bank payments that a run brought, by line, with the latest case of their invoice and the payment that a double repeats."""
    case = (
        select(func.max(cases.c.case_id))
        .where(cases.c.creditor == entries.c.creditor, cases.c.invoice_no == entries.c.invoice_no)
        .scalar_subquery()
    )
    twin = entries.alias("twin")
    query = (
        select(entries, case.label("case_id"), twin.c.run.label("twin_run"), twin.c.line.label("twin_line"))
        .outerjoin(twin, twin.c.entry == entries.c.double_of)
        .where(entries.c.run == run, entries.c.source == "bank")
        .order_by(entries.c.line, entries.c.entry)
    )
    return list(connection.execute(query).mappings())


def refused_lines(connection: Connection, run: int) -> set[int]:
    """The lines of a run that did not take effect."""
    query = select(run_problems.c.line).where(
        run_problems.c.run == run, run_problems.c.warning.is_(False), run_problems.c.line.is_not(None)
    )
    return set(connection.execute(query).scalars())


def run_of_content(connection: Connection, sha256: str) -> RowMapping | None:
    """The run in which these bytes took effect last, or None."""
    query = select(runs).join(contents, contents.c.run == runs.c.run).where(contents.c.sha256 == sha256)
    return connection.execute(query).mappings().one_or_none()


def content_took_effect(connection: Connection, sha256: str, run: int) -> None:
    """Remembers these bytes; a run that reads them again tries only what this run refused."""
    forms: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    statement = forms[connection.dialect.name](contents).values(sha256=sha256, run=run)
    connection.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_={"run": run}))
