"""Entries on cases that have left: which a correction has to decide on, and what was decided on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection, RowMapping, and_, bindparam, func, select, update

from inkassod.core.correction import Movement
from inkassod.core.model import Case, EntryKind, Origin
from inkassod.store.cases import SENT_STATUSES, case_of
from inkassod.store.sql import pieces
from inkassod.store.tables import cases, entries, invoices


def undecided(connection: Connection, agreement: str) -> list[Movement]:
    """Entries on invoices of cases that have left under the agreement, which no correction has decided on yet.

    Where an invoice has had several cases, also under other agreements, its entries belong to the latest that has left.
    """
    latest = (
        select(func.max(cases.c.case_id))
        .where(cases.c.status.in_(SENT_STATUSES))
        .group_by(cases.c.creditor, cases.c.invoice_no)
    )
    query = (
        select(
            entries,
            *[column.label(f"case_{column.name}") for column in cases.c],
            invoices.c.balance.label("invoice_balance"),
            invoices.c.customer_no.label("invoice_customer_no"),
        )
        .join(cases, and_(cases.c.creditor == entries.c.creditor, cases.c.invoice_no == entries.c.invoice_no))
        .join(
            invoices,
            and_(invoices.c.creditor == entries.c.creditor, invoices.c.invoice_no == entries.c.invoice_no),
        )
        .where(cases.c.agreement == agreement, cases.c.case_id.in_(latest), entries.c.reported == "")
        .order_by(cases.c.case_id, entries.c.date, entries.c.entry)
    )
    found: list[Movement] = []
    since: dict[int, int] = defaultdict(int)  # by case: what the movements after this one change
    for row in reversed(list(connection.execute(query).mappings())):
        found.append(_movement(row, row["invoice_balance"] + since[row["case_case_id"]]))
        since[row["case_case_id"]] += row["amount"]
    return found[::-1]


def _movement(row: RowMapping, balance: int) -> Movement:
    return Movement(
        entry=row["entry"],
        entry_no=row["entry_no"],
        source=row["source"],
        kind=EntryKind(row["kind"]),
        date=row["date"],
        amount=row["amount"],
        currency=row["currency"],
        origin=Origin(row["origin"]),
        origin_reason=row["origin_reason"],
        settlement=row["settlement"],
        case=case_of([row[f"case_{name}"] for name in Case.__slots__]),
        balance=balance,
        customer_no=row["invoice_customer_no"],
    )


def known_at_handover(connection: Connection, creditor: str, run: int) -> None:
    """Entries that the principals of the cases sent in this run already take account of are never corrections."""
    sent = select(cases.c.invoice_no).where(cases.c.creditor == creditor, cases.c.sent_run == run)
    connection.execute(
        update(entries)
        .where(entries.c.creditor == creditor, entries.c.invoice_no.in_(sent), entries.c.reported == "")
        .values(reported="principal", reported_run=run, reported_reason="in the principal at hand-over")
    )


def reported(
    connection: Connection,
    run: int,
    decided: Mapping[int, tuple[str, str]],
    reminder_nos: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Books what a correction decided on each entry: ("in" or "out", reason), and under which reminder number it was reported.

    Raises RuntimeError where one was decided before.
    """
    for piece in pieces(decided):
        query = select(entries.c.entry).where(entries.c.entry.in_(piece), entries.c.reported == "")
        before = set(piece) - set(connection.execute(query).scalars())
        if before:
            raise RuntimeError(f"entry {min(before)} was decided on before")
        connection.execute(
            update(entries)
            .where(entries.c.entry == bindparam("this_entry"))
            .values(
                reported=bindparam("state"),
                reported_reason=bindparam("reason"),
                reported_run=run,
                reminder_no=bindparam("number"),
            ),
            [
                {
                    "this_entry": entry,
                    "state": decided[entry][0],
                    "reason": decided[entry][1],
                    "number": reminder_nos.get(entry, ""),
                }
                for entry in piece
            ],
        )
