"""What the check of links asks for, and what an allocation by hand writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from inkassod.core.allocation import Piece, decided
from inkassod.core.linkage import Claimed, Joint
from inkassod.core.model import Case
from inkassod.store.cases import SENT_STATUSES, case_of
from inkassod.store.ledger import entry_parts, rebalance
from inkassod.store.sql import pieces
from inkassod.store.tables import cases, entries, invoices


def joint_entries(connection: Connection, creditor: str) -> list[Joint]:
    """Entries of the feed that name several invoices and touch one that has left, as far as nobody has decided on them."""
    here = and_(cases.c.creditor == entries.c.creditor, cases.c.invoice_no == entries.c.invoice_no)
    query = (
        select(entries.c.entry_no)
        .join(cases, here)
        .where(
            entries.c.creditor == creditor,
            entries.c.source == "feed",
            entries.c.reported == "",
            entries.c.allocated_run.is_(None),
            entries.c.linked.like("% %"),
            cases.c.status.in_(SENT_STATUSES),
        )
        .group_by(entries.c.entry_no)
        .order_by(func.min(entries.c.entry))
    )
    parts = entry_parts(connection, creditor, list(connection.execute(query).scalars()))
    return [_joint(rows) for rows in parts.values()]


def _joint(parts: Sequence[Any]) -> Joint:
    first = parts[0]
    found: dict[str, int] = {}
    for part in parts:
        if part["invoice_no"] and not part["reported"]:
            found[part["invoice_no"]] = found.get(part["invoice_no"], 0) + part["amount"]
    return Joint(
        entry_no=first["entry_no"],
        kind=first["kind"],
        amount=first["whole"],
        currency=first["currency"],
        invoices=tuple(dict.fromkeys(first["linked"].split())),
        parts=found,
    )


def claimed(connection: Connection, creditor: str, invoice_nos: Collection[str]) -> dict[str, Claimed]:
    """The invoices with their amounts and what is owed on them."""
    found: dict[str, Claimed] = {}
    for piece in pieces(invoice_nos):
        query = select(invoices.c.invoice_no, invoices.c.amount, invoices.c.balance).where(
            invoices.c.creditor == creditor, invoices.c.invoice_no.in_(piece)
        )
        for row in connection.execute(query):
            found[row.invoice_no] = Claimed(amount=row.amount, balance=row.balance)
    return found


def cases_left(connection: Connection, creditor: str, invoice_nos: Collection[str]) -> dict[str, Case]:
    """By invoice, the latest case that has left."""
    columns = [cases.c[name] for name in Case.__slots__]
    found: dict[str, Case] = {}
    for piece in pieces(invoice_nos):
        query = select(*columns).where(
            cases.c.creditor == creditor,
            cases.c.invoice_no.in_(piece),
            cases.c.status.in_(SENT_STATUSES),
        )
        for row in connection.execute(query.order_by(cases.c.case_id)):
            case = case_of(row)
            found[case.invoice_no] = case
    return found


def put_pieces(connection: Connection, run: int, parts: Sequence[Any], made: Sequence[Piece]) -> None:
    """The parts of one entry as a person wants them, in place of those that nobody has decided on; balances are set right."""
    first = parts[0]
    kept = {piece.entry for piece in made}
    gone = [part["entry"] for part in parts if not decided(part) and part["entry"] not in kept]
    connection.execute(delete(entries).where(entries.c.entry.in_(gone)))
    number = max(part["part"] for part in parts)
    for piece in made:
        values = {"invoice_no": piece.invoice_no, "amount": piece.amount, "allocated_run": run}
        if piece.entry is not None:
            connection.execute(update(entries).where(entries.c.entry == piece.entry).values(**values))
            continue
        number += 1
        fresh = {
            "part": number,
            "reported": "",
            "reported_reason": "",
            "reported_run": None,
            "reminder_no": "",
        }
        row = {name: value for name, value in first.items() if name != "entry"} | fresh | values
        connection.execute(insert(entries).values(**row))
    touched = {part["invoice_no"] for part in parts} | {piece.invoice_no for piece in made}
    rebalance(connection, first["creditor"], [number for number in touched if number])
