"""The cases: loaded for decisions, changed by them, listed for people, each with its time line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, func, select

from inkassod.core.model import Case, CaseChange, CaseStatus
from inkassod.store.sql import batches, insert_columns, pieces, update_columns, value_of
from inkassod.store.tables import cases, effects, invoices, runs

CASE = tuple(cases.c[name] for name in Case.__slots__)  # what decisions read
_STATUS = Case.__slots__.index("status")
_STATUSES = {str(status): status for status in CaseStatus}
# Where a case stands, as the ERP is told.
STANDING = (
    cases.c.case_id,
    cases.c.invoice_no,
    cases.c.agency_case_no,
    cases.c.status,
    cases.c.stage_code,
    cases.c.stage,
    cases.c.rejection,
    cases.c.closed_on,
    cases.c.closing,
    cases.c.reminder_no,
    cases.c.agreement,
)
SENT_STATUSES = (CaseStatus.SENT, CaseStatus.ACTIVE, CaseStatus.CLOSED)


def case_of(row: Sequence[Any]) -> Case:
    """A row of the columns `CASE` as the value that decisions take."""
    columns = list(row)
    columns[_STATUS] = _STATUSES[columns[_STATUS]]
    case: Case = value_of(Case, columns)
    return case


def open_cases(
    connection: Connection, creditor: str, agreement: str, currencies: Mapping[str, str], at: datetime
) -> dict[str, int]:
    """New cases, to transfer, of invoices with their currencies. Returns the case numbers of those that could be opened.

    The database keeps out a second open case of one invoice. Case numbers rise, and there is one writer at a time, so those
    that are higher than the highest before are ours.
    """
    highest = connection.execute(select(func.coalesce(func.max(cases.c.case_id), 0))).scalar_one()
    columns: dict[str, Any] = {
        "creditor": creditor,
        "agreement": agreement,
        "invoice_no": list(currencies),
        "status": str(CaseStatus.TO_TRANSFER),
        "currency": list(currencies.values()),
        "opened": at,
    }
    insert_columns(connection, cases, columns, ignore_known=True)
    query = select(cases.c.invoice_no, cases.c.case_id).where(cases.c.case_id > highest)
    opened: dict[str, int] = dict(tuple(row) for row in connection.execute(query))
    return opened


def anything_to_transfer(connection: Connection, agreement: str) -> bool:
    """True where a case stands to transfer."""
    query = select(cases.c.case_id).where(
        cases.c.agreement == agreement, cases.c.status == CaseStatus.TO_TRANSFER
    )
    return connection.execute(query.limit(1)).first() is not None


def to_transfer(connection: Connection, agreement: str, invoice_no: str) -> int | None:
    """The number of the invoice's case that stands to transfer, or None."""
    query = select(cases.c.case_id).where(
        cases.c.agreement == agreement,
        cases.c.invoice_no == invoice_no,
        cases.c.status == CaseStatus.TO_TRANSFER,
    )
    return connection.execute(query).scalar()


def load(connection: Connection, agreement: str, keys: Collection[str]) -> dict[str, Case]:
    """Cases of an agreement by the creditor's own reference; what is no number is no reference of ours."""
    plain = (key.lstrip("0") for key in keys)  # agencies fill numbers up with zeros
    numbers = {int(key) for key in plain if key.isascii() and key.isdigit() and len(key) <= 18}
    found: dict[str, Case] = {}
    for piece in pieces(numbers):
        query = select(*CASE).where(cases.c.agreement == agreement, cases.c.case_id.in_(piece))
        found.update({str(row[0]): case_of(row) for row in connection.execute(query)})
    return found


def change(connection: Connection, changes: Iterable[CaseChange]) -> None:
    """New values for columns of cases, in the order given.

    Changes of the same columns share a statement, as far as no case is changed twice.
    """
    waiting: dict[tuple[str, ...], list[CaseChange]] = defaultdict(list)
    named: set[int] = set()
    for one in changes:
        if one.case_id in named:
            _change(connection, waiting)
            waiting.clear()
            named.clear()
        named.add(one.case_id)
        waiting[tuple(one.values)].append(one)
    _change(connection, waiting)


def _change(connection: Connection, waiting: Mapping[tuple[str, ...], Sequence[CaseChange]]) -> None:
    for columns, same in waiting.items():
        if columns:
            values = {name: [one.values[name] for one in same] for name in columns}
            update_columns(connection, cases, [one.case_id for one in same], values)


def sent(
    connection: Connection,
    run: int,
    case_ids: Sequence[int],
    principals: Sequence[int],
    reminder_nos: Sequence[str],
) -> None:
    """The cases have left in a file of the run, each with its principal and the number of its reminder."""
    columns = {"status": str(CaseStatus.SENT), "sent_run": run}
    update_columns(
        connection, cases, case_ids, {**columns, "principal": principals, "reminder_no": reminder_nos}
    )


def get(connection: Connection, case_id: int) -> RowMapping | None:
    """One case, or None."""
    return connection.execute(select(cases).where(cases.c.case_id == case_id)).mappings().one_or_none()


def find(connection: Connection, text: str) -> list[RowMapping]:
    """Cases by our number, the agency's number, or the invoice's, the first of these that fits."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = list(connection.execute(select(cases).where(cases.c.case_id == int(text))).mappings())
        if found:
            return found
    for column in (cases.c.agency_case_no, cases.c.invoice_no):
        found = list(
            connection.execute(select(cases).where(column == text).order_by(cases.c.case_id)).mappings()
        )
        if found:
            return found
    return []


def listing(connection: Connection, *, filters: Mapping[str, Any], limit: int) -> list[RowMapping]:
    """The newest cases first, with their invoice's balance; `filters` by column name, empty ones are passed over."""
    query = (
        select(cases, invoices.c.balance, invoices.c.customer_no, invoices.c.due_date)
        .join(
            invoices,
            (invoices.c.creditor == cases.c.creditor) & (invoices.c.invoice_no == cases.c.invoice_no),
        )
        .order_by(cases.c.case_id.desc())
        .limit(limit)
    )
    for name, value in filters.items():
        if value:
            query = query.where(cases.c[name] == value)
    return list(connection.execute(query).mappings())


def timeline(connection: Connection, case_id: int) -> list[RowMapping]:
    """What happened to a case, oldest first: each event with its run, file, line and the place of the raw text."""
    query = (
        select(
            effects.c.run,
            effects.c.line,
            effects.c.change,
            runs.c.kind,
            runs.c.trigger,
            runs.c.actor,
            runs.c.file_name,
            runs.c.archive,
            runs.c.started,
            runs.c.finished,
        )
        .join(runs, runs.c.run == effects.c.run)
        .where(effects.c.case_id == case_id)
        .order_by(effects.c.run, effects.c.seq)
    )
    return list(connection.execute(query).mappings())


def changed_by(connection: Connection, run: int) -> Generator[Sequence[Row[Any]], None, None]:
    """Where the cases stand that a run's effects name, some at a time."""
    touched = select(effects.c.case_id).where(effects.c.run == run, effects.c.case_id.is_not(None))
    query = select(*STANDING).where(cases.c.case_id.in_(touched)).order_by(cases.c.case_id)
    return batches(connection, query)
