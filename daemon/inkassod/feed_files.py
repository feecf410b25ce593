"""The ERP's feed: rows into the ledger, by key; payments that waited for an invoice find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from inkasso_formats.feed import feed_type_of, read_csv, read_jsonl
from inkasso_formats.feed.ubl import read_ubl
from inkasso_formats.problems import FormatError, FormatProblem
from inkassod.core import feed as feed_decisions
from inkassod.core import payments as payment_decisions
from inkassod.core import shares
from inkassod.core.decision import Decision
from inkassod.core.levels import effects
from inkassod.core.model import Effect, money
from inkassod.installation import Installation
from inkassod.reading import Batch, Reading, Source
from inkassod.store import ledger, levels, payments


def parse_feed(installation: Installation, source: Source) -> Reading:
    """The rows of a feed file in batches of one type. Raises FormatError."""
    creditor = _sole_creditor(installation)
    if source.claim.format == "feed_jsonl":
        batches = read_jsonl(source.file)
    elif source.claim.format == "ubl":
        batches = read_ubl(source.file, installation.settings.creditors[creditor].id_number)
    else:
        encoding = installation.settings.creditors[creditor].feed_encoding
        batches = read_csv(source.file, feed_type_of(source.name) or "", encoding=encoding)
    return Reading(
        creditor=creditor,
        batches=(Batch(batch.rows, batch.problems, len(batch.refused)) for batch in batches),
    )


def _sole_creditor(installation: Installation) -> str:
    names = list(installation.settings.creditors)
    if len(names) != 1:
        rule = f"the feed of one creditor expected; the settings name {', '.join(names)}"
        raise FormatError([FormatProblem(code="feed.creditor", rule=rule)])
    return names[0]


def decide_feed(
    installation: Installation, connection: Connection, reading: Reading, batch: Batch
) -> Decision:
    """What the rows of a batch do to the ledger, given what stands there of their keys and of what they belong to."""
    if not batch.records:
        return Decision()
    creditor, table = reading.creditor, feed_decisions.table_of(batch.records[0])
    keys = {row[1] for row in batch.records}
    if table == "entries":
        numbers = {invoice_no for row in batch.records for invoice_no in row.invoices}
        return feed_decisions.book_entries(
            batch.records,
            ledger.entry_parts(connection, creditor, keys),
            ledger.balances(connection, creditor, numbers),
            installation.agency(creditor),
        )
    parents: set[str] = set()
    if table == "invoices":
        parents = ledger.present(
            connection, creditor, "customers", {row.customer_no for row in batch.records}
        )
    elif table == "reminders":
        parents = ledger.present(connection, creditor, "invoices", {row.invoice_no for row in batch.records})
    known = ledger.present(connection, creditor, table, keys)
    existing = ledger.existing(connection, creditor, table, known) if known else {}
    return feed_decisions.upsert(batch.records, existing, parents)


def write_feed(connection: Connection, reading: Reading, _batch: Batch, run: int, decision: Decision) -> None:
    """New rows in, changed ones in place of what was there."""
    if decision.new:
        table = feed_decisions.table_of(decision.new[0])
        ledger.put_new(connection, reading.creditor, run, table, decision.new)
    for table, rows in decision.rows.items():
        if table == "entries":
            ledger.replace_entries(connection, reading.creditor, run, rows)
        else:
            ledger.put_rows(connection, reading.creditor, run, table, rows)
        if table in {"entries", "invoices"}:
            _level(connection, reading.creditor, rows, decision)


def _level(
    connection: Connection, creditor: str, rows: Sequence[Mapping[str, Any]], decision: Decision
) -> None:
    """What is too much comes off the invoices of the rows; where an agency knows of it, it stays, and that is told."""
    decision.effects += effects(levels.level(connection))
    by_invoice = {row["invoice_no"]: row for row in rows if row["invoice_no"]}
    for invoice_no, owed in ledger.balances(connection, creditor, list(by_invoice)).items():
        if owed.balance < 0:
            line = int(by_invoice[invoice_no]["line"])
            decision.problems.append(shares.overpaid(line, invoice_no, owed))


def end_feed(_inst: Installation, connection: Connection, reading: Reading, _run: int) -> Decision:
    """Payments that came before their invoices find them now, or turn out to be doubles of others; surpluses are levelled."""
    found = Decision()
    for entry in payments.match_waiting(connection, reading.creditor):
        if entry["double"] == payments.POSSIBLE:
            found.problems.append(payment_decisions.waiting_double(entry))
        amount = money(entry["amount"], entry["currency"])
        text = f"payment {entry['entry_no']} of {amount}, which waited: {payment_decisions.ending(entry)}"
        found.effects.append(Effect(change=text, invoice_no=entry["invoice_no"]))
    found.effects += effects(levels.level(connection))
    return found
