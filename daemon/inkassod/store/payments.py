"""Payments of bank files into the ledger, set by set: in as columns, matched, checked for doubles and balanced by a few statements.

What a payment may be, once it is in: matched (it has an invoice and moves its balance), unmatched (it has none), or a double of
one that another file brought: `same` by the bank's own number, or `possible` until a person has decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Update,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from inkasso_formats.payments.columns import PaymentColumns
from inkassod.core.model import EntryKind
from inkassod.store.ledger import rebalance
from inkassod.store.sql import insert_columns, pieces
from inkassod.store.tables import entries, invoices, runs

SAME, POSSIBLE, COUNTED = "same", "possible", "counted"


def add(
    connection: Connection,
    creditor: str,
    run: int,
    payments: PaymentColumns,
    origins: Sequence[str],
    reasons: Sequence[str],
) -> int:
    """Payments in, unmatched as yet; those whose identity is in the ledger are passed over. Returns how many came in."""
    return insert_columns(
        connection,
        entries,
        {
            "creditor": creditor,
            "source": "bank",
            "entry_no": payments.identity,
            "part": 1,
            "kind": str(EntryKind.PAYMENT),
            "date": payments.date,
            "whole": payments.amount,
            "amount": payments.amount,
            "currency": payments.currency,
            "linked": "",
            "reference": payments.reference,
            "account": payments.account,
            "bank_reference": payments.bank_reference,
            "payer_account": payments.payer_account,
            "payer_name": payments.payer_name,
            "text": payments.text,
            "origin": origins,
            "origin_reason": reasons,
            "double": "",
            "reported": "",
            "reported_reason": "",
            "run": run,
            "line": payments.line,
        },
        ignore_known=True,
    )


def settle_run(connection: Connection, run: int) -> None:
    """Ties the payments of a run to the invoices that their references name, sets doubles aside, and moves the balances."""
    _settle(connection, lambda entry: and_(entry.c.run == run, entry.c.source == "bank"))


def match_waiting(connection: Connection, creditor: str) -> list[RowMapping]:
    """Payments that waited for an invoice which has come meanwhile are tied to it, or found to be doubles. Returns both."""
    waits = and_(
        entries.c.creditor == creditor,
        entries.c.invoice_no.is_(None),
        entries.c.source == "bank",
        entries.c.double == "",
        entries.c.reference != "",
        entries.c.linked == "",  # a surplus waits for its own invoice to be owed again (`store.levels`)
        entries.c.allocated_run.is_(None),  # a person said that it stays without one
    )
    query = select(entries.c.entry).where(waits, _sole().is_not(None))
    found = list(connection.execute(query.order_by(entries.c.entry)).scalars())
    ended: list[RowMapping] = []
    for piece in pieces(found):
        these = partial(_among, piece)
        _settle(connection, these)
        ended += connection.execute(_with_twin(these(entries))).mappings()
    return ended


def _among(numbers: Sequence[int], entry: Any) -> Any:
    return entry.c.entry.in_(numbers)


def _settle(connection: Connection, which: Callable[[Any], Any]) -> None:
    """Settles the payments that `which` tells, of the table or of an alias of it."""
    these = which(entries)
    connection.execute(update(entries).where(these, entries.c.reference != "").values(invoice_no=_sole()))
    # Of two that are settled now the later one is the double; what was settled before counts already.
    before = or_(not_(which(_TWIN)), _TWIN.c.entry < entries.c.entry)
    connection.execute(_doubled(these, SAME, and_(_ONE_NUMBER, _ONE_DAY, before)))
    connection.execute(_doubled(these, POSSIBLE, and_(_MAYBE, before)))
    # What is set aside counts nowhere until somebody says that it is a payment of its own.
    connection.execute(
        update(entries).where(these, entries.c.double.in_((SAME, POSSIBLE))).values(invoice_no=None)
    )
    connection.execute(_balanced(these))


def _sole() -> Any:
    """The invoice of an entry's reference and currency, where there is one and no more."""
    return (
        select(case((func.count() == 1, func.min(invoices.c.invoice_no))))
        .where(
            invoices.c.creditor == entries.c.creditor,
            invoices.c.reference == entries.c.reference,
            invoices.c.currency == entries.c.currency,
        )
        .scalar_subquery()
    )


# Two files may bring one payment (OCR Giro and camt.054, a copy ordered again, files that overlap): then they agree in invoice,
# amount and currency. On one day, the bank's own number decides where both carry it: equal, it is the same payment; unequal, they
# are two, as long as one format wrote both (each has its own use of such numbers). One day without such numbers, or one number on
# two days (a standing order may keep its number), makes it possible, for a person to decide.
_TWIN = entries.alias("twin")
_ALIKE = and_(
    _TWIN.c.creditor == entries.c.creditor,
    _TWIN.c.invoice_no == entries.c.invoice_no,
    _TWIN.c.source == "bank",
    _TWIN.c.part == 1,  # it stays with its invoice, whatever was split off it
    _TWIN.c.run != entries.c.run,
    _TWIN.c.whole == entries.c.whole,
    _TWIN.c.currency == entries.c.currency,
)
_NUMBERED = and_(entries.c.bank_reference != "", _TWIN.c.bank_reference != "")
_ONE_NUMBER = and_(_NUMBERED, _TWIN.c.bank_reference == entries.c.bank_reference)
_ONE_DAY = _TWIN.c.date == entries.c.date


def _format_of(entry: Any) -> Any:
    return select(runs.c.format).where(runs.c.run == entry.c.run).correlate(entry).scalar_subquery()


_TOLD_APART = and_(_NUMBERED, _format_of(_TWIN) == _format_of(entries))
_MAYBE = or_(_ONE_NUMBER, and_(_ONE_DAY, not_(func.coalesce(_TOLD_APART, false()))))


def _doubled(ours: Any, state: str, how: Any) -> Update:
    first = select(func.min(_TWIN.c.entry)).where(_ALIKE, how).scalar_subquery()
    there = exists(select(_TWIN.c.entry).where(_ALIKE, how))
    settled = and_(entries.c.invoice_no.is_not(None), entries.c.double == "")
    return update(entries).where(ours, settled, there).values(double=state, double_of=first)


def _balanced(ours: Any) -> Update:
    settled = (
        select(func.coalesce(func.sum(entries.c.amount), 0))
        .where(entries.c.creditor == invoices.c.creditor, entries.c.invoice_no == invoices.c.invoice_no)
        .scalar_subquery()
    )
    touched = select(entries.c.creditor, entries.c.invoice_no).where(ours, entries.c.invoice_no.is_not(None))
    these = tuple_(invoices.c.creditor, invoices.c.invoice_no).in_(touched)
    return update(invoices).where(these).values(balance=invoices.c.amount - settled)


def counts_of(connection: Connection, run: int) -> dict[str, int]:
    """How the payments of a run ended: matched, unmatched, same, possible."""
    matched = case((entries.c.invoice_no.is_not(None), 1), else_=0)
    query = (
        select(entries.c.double, func.count(), func.sum(matched))
        .where(entries.c.run == run, entries.c.source == "bank", entries.c.part == 1)
        .group_by(entries.c.double)
    )
    found = {"matched": 0, "unmatched": 0, SAME: 0, POSSIBLE: 0}
    for double, number, with_invoice in connection.execute(query):
        if double in found:
            found[double] += number
        else:
            found["matched"] += with_invoice
            found["unmatched"] += number - with_invoice
    return found


def unsettled_of(connection: Connection, run: int, limit: int) -> list[RowMapping]:
    """The payments of a run that settle nothing, by line, with the payment that a double repeats."""
    these = and_(entries.c.run == run, entries.c.source == "bank", entries.c.invoice_no.is_(None))
    query = _with_twin(these).order_by(None).order_by(entries.c.line, entries.c.entry).limit(limit)
    return list(connection.execute(query).mappings())


def doubles(connection: Connection, creditor: str) -> list[RowMapping]:
    """Possible doubles that wait for a decision, each with the payment that it may repeat."""
    these = and_(entries.c.creditor == creditor, entries.c.double == POSSIBLE)
    return list(connection.execute(_with_twin(these)).mappings())


def double(connection: Connection, entry: int) -> RowMapping | None:
    """One payment that was set aside (or was, until it was counted), with the payment that it may repeat; None where it is none."""
    these = and_(entries.c.entry == entry, entries.c.double != "")
    return connection.execute(_with_twin(these)).mappings().one_or_none()


def _with_twin(these: Any) -> Any:
    """Payments in the order in which they came, each with run, line and invoice of the payment that it repeats."""
    twin = entries.alias("twin")
    return (
        select(
            entries,
            twin.c.run.label("twin_run"),
            twin.c.line.label("twin_line"),
            twin.c.date.label("twin_date"),
            twin.c.invoice_no.label("twin_invoice"),
        )
        .outerjoin(twin, twin.c.entry == entries.c.double_of)
        .where(these)
        .order_by(entries.c.entry)
    )


def decide_double(connection: Connection, row: RowMapping, *, same: bool) -> None:
    """A possible double is the same payment (and counts nowhere), or one of its own: then it counts from now on."""
    values: dict[str, Any] = {"double": SAME if same else COUNTED}
    if not same:
        values["invoice_no"] = row["twin_invoice"]
    connection.execute(update(entries).where(entries.c.entry == row["entry"]).values(**values))
    if not same:
        rebalance(connection, row["creditor"], [row["twin_invoice"]])
