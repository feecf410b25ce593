"""Claims: invoices with their customer, highest reminder and latest case, some at a time, in one statement.

Of the case it is only known what a hand-over is judged by: how it ended, and why.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from datetime import date
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, func, select

from inkassod.core.model import Case, CaseStatus, Claim, Customer, Invoice, Reminder
from inkassod.store.sql import batches, pieces, value_of
from inkassod.store.tables import cases, customers, invoices, reminders

_INVOICE = tuple(invoices.c[name] for name in Invoice.__slots__)
_REMINDER = tuple(reminders.c[name] for name in Reminder.__slots__)
_CUSTOMER = tuple(customers.c[name] for name in Customer.__slots__)
_CASE = tuple(
    cases.c[name]
    for name in (
        "case_id",
        "agreement",
        "invoice_no",
        "status",
        "rejection_code",
        "rejection",
        "closed_on",
        "closing_code",
        "closing",
    )
)
_BY_DUE_DATE = (invoices.c.due_date, invoices.c.invoice_no)
_BY_CUSTOMER = (invoices.c.customer_no, *_BY_DUE_DATE)
# Where each part of a claim ends in a row.
_TO_INVOICE = len(_INVOICE)
_TO_REMINDER = _TO_INVOICE + len(_REMINDER)
_TO_CUSTOMER = _TO_REMINDER + len(_CUSTOMER)


def overdue(
    connection: Connection, creditor: str, before: date, *, by_customer: bool = False
) -> Generator[list[Claim], None, None]:
    """All that are open and were due before the day, oldest due date first; or those of a customer together."""
    query = _with_case().where(
        invoices.c.creditor == creditor, invoices.c.balance > 0, invoices.c.due_date < before
    )
    query = query.order_by(*(_BY_CUSTOMER if by_customer else _BY_DUE_DATE))
    with closing(batches(connection, query)) as found:
        for rows in found:
            yield _claims(rows, map(_case, rows))


def named(
    connection: Connection, creditor: str, invoice_nos: Iterable[str]
) -> Generator[list[Claim], None, None]:
    """Those asked for, each once, as far as they are in the ledger."""
    query = _with_case().where(invoices.c.creditor == creditor)
    query = query.order_by(*_BY_DUE_DATE)
    for piece in pieces(dict.fromkeys(invoice_nos)):
        rows = connection.execute(query.where(invoices.c.invoice_no.in_(piece))).all()
        yield _claims(rows, map(_case, rows))


def to_transfer(connection: Connection, agreement: str) -> Generator[list[tuple[int, Claim]], None, None]:
    """What stands to transfer, with the number of its case; the invoices of a customer stand together, the oldest first.

    A claim has no case here: it is judged as if it did not stand there. The cases may be changed while they are gone through:
    the order is that of other tables, so all of them have been found before the first is handed out.
    """
    here = and_(cases.c.creditor == invoices.c.creditor, cases.c.invoice_no == invoices.c.invoice_no)
    source = cases.join(invoices, here).outerjoin(reminders, _highest()).outerjoin(customers, _theirs())
    query = (
        select(*_INVOICE, *_REMINDER, *_CUSTOMER, cases.c.case_id)
        .select_from(source)
        .where(cases.c.agreement == agreement, cases.c.status == CaseStatus.TO_TRANSFER)
        .order_by(*_BY_CUSTOMER)
    )
    with closing(batches(connection, query)) as found:
        for rows in found:
            numbers = [row[_TO_CUSTOMER] for row in rows]
            yield list(zip(numbers, _claims(rows, repeat(None)), strict=True))


def _with_case() -> Select[Any]:
    """Invoices with all that belongs to them."""
    again = cases.alias("again")
    latest = (
        select(func.max(again.c.case_id))
        .where(again.c.creditor == invoices.c.creditor, again.c.invoice_no == invoices.c.invoice_no)
        .scalar_subquery()
    )
    source = invoices.outerjoin(reminders, _highest()).outerjoin(customers, _theirs())
    source = source.outerjoin(cases, cases.c.case_id == latest)
    return select(*_INVOICE, *_REMINDER, *_CUSTOMER, *_CASE).select_from(source)


def _theirs() -> ColumnElement[bool]:
    """The customer of the invoice."""
    return and_(
        customers.c.creditor == invoices.c.creditor, customers.c.customer_no == invoices.c.customer_no
    )


def _highest() -> ColumnElement[bool]:
    """The reminder of the invoice's highest level; the latest where two have the same level."""
    other: FromClause = reminders.alias("other")
    number = (
        select(other.c.reminder_no)
        .where(other.c.creditor == invoices.c.creditor, other.c.invoice_no == invoices.c.invoice_no)
        .order_by(other.c.level.desc(), other.c.sent_date.desc(), other.c.reminder_no.desc())
        .limit(1)
        .correlate(invoices)
        .scalar_subquery()
    )
    return and_(reminders.c.creditor == invoices.c.creditor, reminders.c.reminder_no == number)


def _claims(rows: Sequence[Row[Any]], handed: Iterable[Case | None]) -> list[Claim]:
    """The rows with their cases as claims; neighbours of one customer share it."""
    found: list[Claim] = []
    customer: Customer | None = None
    for row, case in zip(rows, handed, strict=False):
        number, reminder = row[_TO_REMINDER], row[_TO_INVOICE:_TO_REMINDER]
        if customer is None or customer.customer_no != number:
            theirs = row[_TO_REMINDER:_TO_CUSTOMER]
            customer = value_of(Customer, theirs) if number is not None else None
        found.append(
            Claim(
                invoice=value_of(Invoice, row[:_TO_INVOICE]),
                customer=customer,
                reminder=value_of(Reminder, reminder) if reminder[0] is not None else None,
                case=case,
            )
        )
    return found


def _case(row: Row[Any]) -> Case | None:
    if row[_TO_CUSTOMER] is None:
        return None
    known = dict(zip((column.name for column in _CASE), row[_TO_CUSTOMER:], strict=True))
    return Case(**{**known, "status": CaseStatus(known["status"])})
