"""The cases: loaded for decisions, changed by them, listed for people, each with its time line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from inkassod.core.model import Case, CaseChange, CaseStatus
from inkassod.store.sql import insert_one, pieces
from inkassod.store.tables import cases, effects, invoices, runs

SENT_STATUSES = (CaseStatus.SENT, CaseStatus.ACTIVE, CaseStatus.CLOSED)


def case_of(row: Any) -> Case:
    """A row as the value that decisions take."""
    values = {name: row[name] for name in Case.__slots__}
    return Case(**{**values, "status": CaseStatus(row["status"])})


def open_case(
    connection: Connection, creditor: str, agreement: str, invoice_no: str, currency: str, at: datetime
) -> int:
    """A new case, to transfer. The database refuses a second open case of one invoice (IntegrityError)."""
    return insert_one(
        connection,
        cases,
        creditor=creditor,
        agreement=agreement,
        invoice_no=invoice_no,
        status=CaseStatus.TO_TRANSFER,
        currency=currency,
        opened=at,
    )


def to_transfer(connection: Connection, agreement: str) -> dict[str, int]:
    """Case numbers of what stands to transfer, by invoice."""
    query = (
        select(cases.c.invoice_no, cases.c.case_id)
        .where(cases.c.agreement == agreement, cases.c.status == CaseStatus.TO_TRANSFER)
        .order_by(cases.c.case_id)
    )
    return {row.invoice_no: row.case_id for row in connection.execute(query)}


def load(connection: Connection, agreement: str, keys: Collection[str]) -> dict[str, Case]:
    """Cases of an agreement by the creditor's own reference; what is no number is no reference of ours."""
    found: dict[str, Case] = {}
    plain = (key.lstrip("0") for key in keys)  # agencies fill numbers up with zeros
    numbers = {int(key) for key in plain if key.isascii() and key.isdigit() and len(key) <= 18}
    for piece in pieces(numbers):
        query = select(cases).where(cases.c.agreement == agreement, cases.c.case_id.in_(piece))
        for row in connection.execute(query).mappings():
            found[str(row["case_id"])] = case_of(row)
    return found


def change(connection: Connection, changes: Sequence[CaseChange]) -> None:
    """New values for columns of cases, in the order given; neighbours that set the same columns share a statement."""
    for columns, same in groupby(changes, key=lambda one: tuple(one.values)):
        if columns:
            statement = update(cases).where(cases.c.case_id == bindparam("this_case"))
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
            rows = [
                {"this_case": one.case_id, **{f"new_{name}": one.values[name] for name in columns}}
                for one in same
            ]
            connection.execute(statement.values(**values), rows)


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


def changed_by(connection: Connection, run: int) -> list[RowMapping]:
    """The cases that a run's effects name."""
    touched = select(effects.c.case_id).where(effects.c.run == run, effects.c.case_id.is_not(None))
    query = select(cases).where(cases.c.case_id.in_(touched)).order_by(cases.c.case_id)
    return list(connection.execute(query).mappings())
