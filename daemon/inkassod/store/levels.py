"""Keeps what settles an invoice in step with what is owed on it, after anything has moved.

What is more than an invoice needs becomes a part without invoice (a surplus): the newest parts give way first, and never one that
a correction has decided on. A surplus settles its invoice after all when more is owed on it again. Few invoices are concerned, and
two partial indexes find them, so a file without any costs nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from inkassod.core.levels import Moved
from inkassod.core.linkage import split
from inkassod.store.ledger import rebalance
from inkassod.store.sql import pieces, update_columns
from inkassod.store.tables import entries, invoices

# Written out: SQLite takes a partial index only where it sees the values of its condition.
_ZERO: ColumnElement[int] = literal_column("0")
_EMPTY: ColumnElement[str] = literal_column("''")


# A bank's payment is linked to nothing until it has a surplus; an entry of the feed keeps the links that it came with.
_SURPLUS_OF = case((entries.c.source == "bank", entries.c.invoice_no), else_=entries.c.linked)


def level(connection: Connection) -> list[Moved]:
    """Splits off what is too much, and takes back what is owed again. Returns what was moved, in that order."""
    moved = [one for piece in _overpaid(connection) for one in _split_off(connection, piece)]
    return moved + _take_back(connection)


# --- too much -----------------------------------------------------------------------------------------------------


def _overpaid(connection: Connection) -> Iterator[list[tuple[str, str, int]]]:
    """Creditor, invoice and what is too much, of some invoices of one creditor at a time."""
    query = select(invoices.c.creditor, invoices.c.invoice_no, -invoices.c.balance).where(
        invoices.c.balance < _ZERO
    )
    rows = connection.execute(query.order_by(invoices.c.creditor, invoices.c.invoice_no)).all()
    for _, of_creditor in groupby(rows, key=lambda row: row[0]):
        by_number = {row[1]: row for row in of_creditor}
        for piece in pieces(by_number):
            yield [(row[0], row[1], row[2]) for row in map(by_number.__getitem__, piece)]


def _split_off(connection: Connection, overpaid: Sequence[tuple[str, str, int]]) -> list[Moved]:
    creditor = overpaid[0][0]
    left = {invoice_no: too_much for _, invoice_no, too_much in overpaid}
    query = (
        select(entries.c.entry, entries.c.entry_no, entries.c.kind, entries.c.amount, entries.c.currency)
        .add_columns(entries.c.invoice_no, entries.c.run, entries.c.part)
        .where(
            entries.c.creditor == creditor,
            entries.c.invoice_no.in_(list(left)),
            entries.c.reported == "",
            entries.c.amount > 0,
        )
        .order_by(entries.c.entry.desc())
    )
    moved: list[Moved] = []
    whole: list[int] = []
    cut: dict[int, tuple[int, int]] = {}
    for part in connection.execute(query):
        too_much = left[part.invoice_no]
        if too_much <= 0:
            continue
        share, surplus = split(part.amount, part.amount - too_much)
        left[part.invoice_no] -= surplus
        moved.append(_moved(part, surplus, off=True))
        if share or part.part == 1:  # the first part stays with its invoice, if only with 0.00
            cut[part.entry] = (share, surplus)
        else:
            whole.append(part.entry)
    update_columns(connection, entries, list(cut), {"amount": [share for share, _ in cut.values()]})
    _add_parts(connection, list(cut), [surplus for _, surplus in cut.values()], settles=False)
    for keys in pieces(whole):
        loose = update(entries).where(entries.c.entry.in_(keys))
        connection.execute(loose.values(linked=_SURPLUS_OF, invoice_no=None))
    rebalance(connection, creditor, left)
    return moved


# --- owed again ---------------------------------------------------------------------------------------------------


def _take_back(connection: Connection) -> list[Moved]:
    """Surpluses whose own invoice is owed again, the oldest first. What a person has left without an invoice stays so."""
    moved: list[Moved] = []
    touched: dict[str, set[str]] = defaultdict(set)
    settled: dict[tuple[str, str], int] = defaultdict(int)
    taken: list[tuple[Row[Any], int, int]] = []
    for part in connection.execute(_waiting_surpluses()).all():
        invoice = (part.creditor, part.invoice_no)
        share, surplus = split(part.amount, part.balance - settled[invoice])
        if share:
            settled[invoice] += share
            touched[part.creditor].add(part.invoice_no)
            taken.append((part, share, surplus))
            moved.append(_moved(part, share, off=False))
    _settle(connection, taken)
    for creditor, numbers in touched.items():
        rebalance(connection, creditor, numbers)
    return moved


def _waiting_surpluses() -> Select[Any]:
    """Surpluses whose invoice is owed again, each with the part of its entry that stands there and is not decided on (`beside`)."""
    other = entries.alias("other")
    same = and_(*(other.c[name] == entries.c[name] for name in ("creditor", "source", "entry_no")))
    beside = (
        select(func.min(other.c.entry))
        .where(same, other.c.invoice_no == entries.c.linked)
        .where(other.c.reported == "", other.c.allocated_run.is_(None))
        .scalar_subquery()
    )
    its = and_(invoices.c.creditor == entries.c.creditor, invoices.c.invoice_no == entries.c.linked)
    return (
        select(entries.c.entry, entries.c.entry_no, entries.c.kind, entries.c.amount, entries.c.currency)
        .add_columns(entries.c.linked.label("invoice_no"), entries.c.run, entries.c.creditor)
        .add_columns(invoices.c.balance, beside.label("beside"))
        .join(invoices, its)
        .where(
            entries.c.invoice_no.is_(None),
            entries.c.linked != _EMPTY,
            entries.c.allocated_run.is_(None),
            entries.c.amount > 0,
            entries.c.currency == invoices.c.currency,
            invoices.c.balance > 0,
        )
        .order_by(entries.c.creditor, entries.c.linked, entries.c.entry)
    )


def _settle(connection: Connection, taken: Sequence[tuple[Row[Any], int, int]]) -> None:
    """The shares onto their invoices: to the part beside, or as a part of its own; what is left of a surplus stays one."""
    more = [{"at": part.beside, "share": share} for part, share, _ in taken if part.beside is not None]
    if more:
        raised = update(entries).where(entries.c.entry == bindparam("at"))
        connection.execute(raised.values(amount=entries.c.amount + bindparam("share")), more)
    alone = [(part.entry, share, left) for part, share, left in taken if part.beside is None]
    in_part = [(entry, share) for entry, share, left in alone if left]
    _add_parts(connection, [entry for entry, _ in in_part], [share for _, share in in_part], settles=True)
    for keys in pieces(entry for entry, _, left in alone if not left):
        whole = update(entries).where(entries.c.entry.in_(keys))
        connection.execute(whole.values(invoice_no=entries.c.linked))
    left_over = {part.entry: left for part, _, left in taken if left}
    update_columns(connection, entries, list(left_over), {"amount": list(left_over.values())})
    for keys in pieces(part.entry for part, _, left in taken if not left and part.beside is not None):
        connection.execute(delete(entries).where(entries.c.entry.in_(keys)))


# --- parts --------------------------------------------------------------------------------------------------------


def _moved(part: Row[Any], amount: int, *, off: bool) -> Moved:
    names = ("entry_no", "kind", "currency", "invoice_no", "run")
    return Moved(amount=amount, off=off, **{name: getattr(part, name) for name in names})


def _add_parts(connection: Connection, of: Sequence[int], amounts: Sequence[int], *, settles: bool) -> None:
    """A further part beside each of these, with that amount: on the invoice that it is a surplus of, or as a surplus."""
    if not of:
        return
    other = entries.alias("other")
    number = (
        select(func.max(other.c.part) + 1)
        .where(other.c.creditor == entries.c.creditor, other.c.source == entries.c.source)
        .where(other.c.entry_no == entries.c.entry_no)
        .scalar_subquery()
    )
    changed: dict[str, ColumnElement[Any]] = {
        "part": number,
        "amount": cast(bindparam("amount"), BigInteger),
        "invoice_no": entries.c.linked if settles else cast(null(), String),
        "linked": entries.c.linked if settles else _SURPLUS_OF,
    }
    names = [column.name for column in entries.c if column.name != "entry"]
    like = select(*[changed.get(name, entries.c[name]) for name in names])
    statement = insert(entries).from_select(names, like.where(entries.c.entry == bindparam("of")))
    connection.execute(
        statement, [{"of": entry, "amount": amount} for entry, amount in zip(of, amounts, strict=True)]
    )
