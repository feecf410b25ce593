"""Customers, invoices, reminders and entries: upserts in batches, balances by sets, and what decisions ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, select, update

from inkassod.core.feed import KEYS
from inkassod.core.model import EntryKind, Origin, Owed
from inkassod.store.sql import insert_columns, pieces, upsert
from inkassod.store.tables import customers, entries, invoices, metadata

_OURS = {"creditor", "run", "balance", "hold_reason"}  # columns that no feed row brings


def existing(
    connection: Connection, creditor: str, table: str, keys: Collection[str]
) -> dict[str, RowMapping]:
    """Ledger rows by key, with the columns that the feed brings."""
    source, key = metadata.tables[table], KEYS[table]
    columns = [column for column in source.c if column.name not in _OURS]
    found: dict[str, RowMapping] = {}
    for piece in pieces(keys):
        query = select(*columns).where(source.c.creditor == creditor, source.c[key].in_(piece))
        found.update({row[key]: row for row in connection.execute(query).mappings()})
    return found


def present(connection: Connection, creditor: str, table: str, keys: Collection[str]) -> set[str]:
    """Those of the keys that are in the ledger."""
    source, key = metadata.tables[table], KEYS[table]
    found: set[str] = set()
    for piece in pieces(keys):
        query = select(source.c[key]).where(source.c.creditor == creditor, source.c[key].in_(piece))
        found.update(connection.execute(query).scalars())
    return found


def balances(connection: Connection, creditor: str, invoice_nos: Collection[str]) -> dict[str, Owed]:
    """What is owed on each of the invoices that are in the ledger."""
    found: dict[str, Owed] = {}
    for piece in pieces(invoice_nos):
        query = select(invoices.c.invoice_no, invoices.c.balance, invoices.c.currency).where(
            invoices.c.creditor == creditor, invoices.c.invoice_no.in_(piece)
        )
        found.update({row.invoice_no: Owed(row.balance, row.currency) for row in connection.execute(query)})
    return found


def put_new(connection: Connection, creditor: str, run: int, table: str, rows: Sequence[Any]) -> None:
    """Rows of the feed (of one type) whose keys are not in the ledger; the fields are named as the columns."""
    columns = dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True))
    more: dict[str, Any] = {"creditor": creditor, "run": run}
    if table == "invoices":  # nothing can have settled an invoice that was not there
        more |= {"balance": columns["amount"], "hold_reason": ""}
    insert_columns(connection, metadata.tables[table], {**columns, **more})


def put_rows(
    connection: Connection, creditor: str, run: int, table: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Customers, invoices or reminders in, or changed; balances of invoices are set right."""
    ours = {"creditor": creditor, "run": run}
    if table == "invoices":
        full = [{**row, **ours, "balance": row["amount"], "hold_reason": ""} for row in rows]
        upsert(connection, invoices, full, keep={"run", "line", "balance", "hold_reason"})
        rebalance(connection, creditor, [row["invoice_no"] for row in rows])
        return
    upsert(connection, metadata.tables[table], [{**row, **ours} for row in rows], keep={"run", "line"})


def rebalance(connection: Connection, creditor: str, invoice_nos: Collection[str]) -> None:
    """What is owed on each invoice = its amount less its entries. Derived anew, so doing it twice does no harm."""
    settled = (
        select(func.coalesce(func.sum(entries.c.amount), 0))
        .where(entries.c.creditor == creditor, entries.c.invoice_no == invoices.c.invoice_no)
        .scalar_subquery()
    )
    for piece in pieces(sorted(set(invoice_nos))):
        connection.execute(
            update(invoices)
            .where(invoices.c.creditor == creditor, invoices.c.invoice_no.in_(piece))
            .values(balance=invoices.c.amount - settled)
        )


def entry_parts(
    connection: Connection, creditor: str, entry_nos: Collection[str]
) -> dict[str, list[RowMapping]]:
    """The parts of entries of the feed, by entry number."""
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for piece in pieces(entry_nos):
        query = (
            select(entries)
            .where(entries.c.creditor == creditor, entries.c.source == "feed", entries.c.entry_no.in_(piece))
            .order_by(entries.c.entry_no, entries.c.part)
        )
        for row in connection.execute(query).mappings():
            found[row["entry_no"]].append(row)
    return found


def replace_entries(
    connection: Connection, creditor: str, run: int, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Entries of the feed in, in place of the parts that were there under the same numbers."""
    touched: set[str] = {row["invoice_no"] for row in rows if row["invoice_no"]}
    for piece in pieces({row["entry_no"] for row in rows}):
        these = and_(
            entries.c.creditor == creditor, entries.c.source == "feed", entries.c.entry_no.in_(piece)
        )
        touched.update(
            invoice_no
            for invoice_no in connection.execute(select(entries.c.invoice_no).where(these)).scalars()
            if invoice_no
        )
        connection.execute(delete(entries).where(these))
    if rows:
        connection.execute(insert(entries), [{**row, "creditor": creditor, "run": run} for row in rows])
    rebalance(connection, creditor, touched)


def by_reference(
    connection: Connection, creditor: str, references: Collection[str]
) -> dict[str, dict[str, str]]:
    """The invoices of each payment reference: their currencies by invoice number."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for piece in pieces({reference for reference in references if reference}):
        query = (
            select(invoices.c.reference, invoices.c.invoice_no, invoices.c.currency)
            .where(invoices.c.creditor == creditor, invoices.c.reference.in_(piece))
            .order_by(invoices.c.invoice_no)
        )
        for reference, invoice_no, currency in connection.execute(query):
            found[reference][invoice_no] = currency
    return found


def hold(connection: Connection, creditor: str, invoice_no: str, reason: str) -> bool:
    """Puts an invoice on hold (or, with an empty reason, lets it go). True where the invoice is in the ledger."""
    result = connection.execute(
        update(invoices)
        .where(invoices.c.creditor == creditor, invoices.c.invoice_no == invoice_no)
        .values(hold_reason=reason)
    )
    return result.rowcount == 1


def entries_of(connection: Connection, creditor: str, invoice_no: str) -> list[RowMapping]:
    """All entries of an invoice, oldest first."""
    query = (
        select(entries)
        .where(entries.c.creditor == creditor, entries.c.invoice_no == invoice_no)
        .order_by(entries.c.date, entries.c.entry)
    )
    return list(connection.execute(query).mappings())


def find_entry(connection: Connection, creditor: str, entry_no: str) -> list[RowMapping]:
    """The parts of an entry, of the feed or of a bank's file, by its number."""
    query = select(entries).where(entries.c.creditor == creditor, entries.c.entry_no == entry_no)
    return list(connection.execute(query.order_by(entries.c.part)).mappings())


def settle(
    connection: Connection, creditor: str, entry_no: str, *, settlement: bool, origin: Origin, why: str
) -> None:
    """Marks a payment as the agency's settlement, or as not; which payments a person may mark is for the caller."""
    connection.execute(
        update(entries)
        .where(
            entries.c.creditor == creditor,
            entries.c.entry_no == entry_no,
            entries.c.kind == EntryKind.PAYMENT,
        )
        .values(settlement=settlement, origin=origin, origin_reason=why)
    )


def unmatched(connection: Connection, creditor: str, limit: int) -> list[RowMapping]:
    """Payments and other entries that settle no invoice, newest first; those that were set aside as doubles are not among them."""
    query = (
        select(entries)
        .where(
            entries.c.creditor == creditor,
            entries.c.invoice_no.is_(None),
            entries.c.double.in_(("", "counted")),
        )
        .order_by(entries.c.entry.desc())
        .limit(limit)
    )
    return list(connection.execute(query).mappings())


def invoice(connection: Connection, creditor: str, invoice_no: str) -> RowMapping | None:
    """One invoice, or None."""
    query = select(invoices).where(invoices.c.creditor == creditor, invoices.c.invoice_no == invoice_no)
    return connection.execute(query).mappings().one_or_none()


def customer_names(connection: Connection, creditor: str, numbers: Collection[str]) -> dict[str, str]:
    """Names by customer number."""
    found: dict[str, str] = {}
    for piece in pieces(numbers):
        query = select(customers.c.customer_no, customers.c.name).where(
            customers.c.creditor == creditor, customers.c.customer_no.in_(piece)
        )
        found.update({row.customer_no: row.name for row in connection.execute(query)})
    return found
