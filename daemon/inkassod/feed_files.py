"""The ERP's feed: rows into the ledger, by key; payments that waited for an invoice find it."""

from __future__ import annotations

from sqlalchemy import Connection

from inkasso_formats.feed import feed_type_of, read_csv, read_jsonl
from inkasso_formats.problems import FormatError, FormatProblem
from inkassod.core import feed as feed_decisions
from inkassod.core import payments as payment_decisions
from inkassod.core.decision import Decision
from inkassod.core.model import Effect, money
from inkassod.installation import Installation
from inkassod.reading import Batch, Reading, Source
from inkassod.store import ledger, payments


def parse_feed(installation: Installation, source: Source) -> Reading:
    """The rows of a feed file in batches of one type. Raises FormatError."""
    creditor = _sole_creditor(installation)
    if source.claim.format == "feed_jsonl":
        batches = read_jsonl(source.file)
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
    creditor, table = reading.creditor, feed_decisions.TABLES[type(batch.records[0])]
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
        table = feed_decisions.TABLES[type(decision.new[0])]
        ledger.put_new(connection, reading.creditor, run, table, decision.new)
    for table, rows in decision.rows.items():
        if table == "entries":
            ledger.replace_entries(connection, reading.creditor, run, rows)
        else:
            ledger.put_rows(connection, reading.creditor, run, table, rows)


def end_feed(_inst: Installation, connection: Connection, reading: Reading, _run: int) -> Decision:
    """Payments that came before their invoices find them now, or turn out to be doubles of others."""
    found = Decision()
    for entry in payments.match_waiting(connection, reading.creditor):
        if entry["double"] == payments.POSSIBLE:
            found.problems.append(payment_decisions.waiting_double(entry))
        amount = money(entry["amount"], entry["currency"])
        text = f"payment {entry['entry_no']} of {amount}, which waited: {payment_decisions.ending(entry)}"
        found.effects.append(Effect(change=text, invoice_no=entry["invoice_no"]))
    return found
