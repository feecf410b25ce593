"""The table to read first: for each kind of inbound file how it is parsed, what is loaded, and what is decided.

A row's `parse` turns the bytes into batches of records (or raises FormatError: the whole file is refused), `decide` loads
what the decision needs and calls the functional core, `write` puts the decision into the ledger, and `end` does what is
better done for all records at once. `inkassod.inbound` does the rest, the same way for every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Connection

from inkasso_formats import dialects
from inkasso_formats.feed import feed_type_of, read_csv, read_jsonl
from inkasso_formats.identify import Claim
from inkasso_formats.payments import bgmax, camt054, ocr_columns, viite
from inkasso_formats.payments.columns import PaymentColumns, as_columns
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.references import account_key
from inkassod.core import feed as feed_decisions
from inkassod.core import lifecycle
from inkassod.core import payments as payment_decisions
from inkassod.core.decision import Decision
from inkassod.core.model import Effect, money
from inkassod.core.payer import Payer, digits, who_paid
from inkassod.installation import Installation
from inkassod.store import cases, journal, ledger, payments


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records of a file: those that can be used, the number of those that cannot, and what is wrong."""

    records: Any  # a list of them, or PaymentColumns
    problems: Sequence[FormatProblem] = ()
    refused: int = 0
    creditor: str = ""  # where a file holds records of several creditors


@dataclass(slots=True)
class Reading:
    """A file being read: whose it is, its batches, and its sequence number where it has one."""

    creditor: str
    batches: Iterator[Batch]
    agreement: str = ""
    sequence_no: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One inbound file: its name, its archived bytes with their SHA-256, and what it was identified as."""

    name: str
    file: BinaryIO
    sha256: str
    claim: Claim


Parse = Callable[[Installation, Source], Reading]
Decide = Callable[[Installation, Connection, Reading, Batch], Decision]
Write = Callable[[Connection, Reading, Batch, int, Decision], None]
End = Callable[[Installation, Connection, Reading, int], Decision]


def _nothing_more(_inst: Installation, _connection: Connection, _reading: Reading, _run: int) -> Decision:
    return Decision()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of inbound file.

    `area` is where it arrives; `end` is called once, when all batches are written. `again`: what was refused of a file can
    succeed when the same bytes come again; bank payments wait in the ledger instead.
    """

    name: str
    area: str
    parse: Parse
    decide: Decide
    write: Write
    end: End = _nothing_more
    again: bool = True


# --- the ERP's feed ---------------------------------------------------------------------------------------------


def _parse_feed(installation: Installation, source: Source) -> Reading:
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


def _decide_feed(
    installation: Installation, connection: Connection, reading: Reading, batch: Batch
) -> Decision:
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


def _write_feed(
    connection: Connection, reading: Reading, _batch: Batch, run: int, decision: Decision
) -> None:
    if decision.new:
        table = feed_decisions.TABLES[type(decision.new[0])]
        ledger.put_new(connection, reading.creditor, run, table, decision.new)
    for table, rows in decision.rows.items():
        if table == "entries":
            ledger.replace_entries(connection, reading.creditor, run, rows)
        else:
            ledger.put_rows(connection, reading.creditor, run, table, rows)


def _end_feed(_inst: Installation, connection: Connection, reading: Reading, _run: int) -> Decision:
    """Payments that came before their invoices find them now, or turn out to be doubles of others."""
    found = Decision()
    for entry in payments.match_waiting(connection, reading.creditor):
        if entry["double"] == payments.POSSIBLE:
            found.problems.append(payment_decisions.waiting_double(entry))
        amount = money(entry["amount"], entry["currency"])
        text = f"payment {entry['entry_no']} of {amount}, which waited: {payment_decisions.ending(entry)}"
        found.effects.append(Effect(change=text, invoice_no=entry["invoice_no"]))
    return found


# --- the agency's files -------------------------------------------------------------------------------------------


def _parse_agency(installation: Installation, source: Source) -> Reading:
    dialect = installation.dialects[source.claim.dialect or ""]
    parsed = dialects.parse(dialect, source.claim.kind, source.file)  # type: ignore[arg-type]
    agreement = _agreement_of(installation, dialect.name, parsed.head.client_number)
    problems = list(parsed.problems)
    return Reading(
        creditor=installation.settings.agreements[agreement].creditor,
        agreement=agreement,
        sequence_no=parsed.head.sequence_no,
        batches=iter([Batch(parsed.records, problems, parsed.refused)]),
    )


def _agreement_of(installation: Installation, dialect: str, client_number: str) -> str:
    ours = {
        agreement.client_number: name
        for name, agreement in installation.settings.agreements.items()
        if agreement.dialect == dialect
    }
    if client_number not in ours:
        rule = (
            f"is no client number of ours; {', '.join(sorted(ours))} expected: it is another company's file"
        )
        problem = FormatProblem(
            code="run.client_number",
            line=1,
            record="header",
            field="client_number",
            value=client_number,
            rule=rule,
        )
        raise FormatError([problem])
    return ours[client_number]


def _decide_answers(decide: Callable[[Sequence[Any], Mapping[str, Any]], Decision]) -> Decide:
    """The decision of one kind of answer, given the cases that its records name."""

    def decided(_inst: Installation, connection: Connection, reading: Reading, batch: Batch) -> Decision:
        keys = {record.case for record in batch.records}
        return decide(batch.records, cases.load(connection, reading.agreement, keys))

    return decided


def _write_cases(
    connection: Connection, _reading: Reading, _batch: Batch, _run: int, decision: Decision
) -> None:
    cases.change(connection, decision.changes)


# --- the bank's files ---------------------------------------------------------------------------------------------


def _camt(file: BinaryIO) -> Iterator[PaymentColumns]:
    stream = camt054.stream(file)
    for batch in stream:
        yield as_columns(batch)
    yield as_columns((), stream.warnings)


def _whole(parse: Callable[[BinaryIO], Any]) -> Callable[[BinaryIO], Iterator[PaymentColumns]]:
    """A format whose files are small enough to be read whole."""

    def read(file: BinaryIO) -> Iterator[PaymentColumns]:
        parsed = parse(file)
        yield as_columns(parsed.payments, parsed.warnings)

    return read


PAYMENT_READERS: Mapping[str, Callable[[BinaryIO], Iterator[PaymentColumns]]] = {
    "ocr_giro": ocr_columns.columns,
    "camt054": _camt,
    "bgmax": _whole(bgmax.parse),
    "ktl": _whole(viite.parse),
}


def _parse_payments(installation: Installation, source: Source) -> Reading:
    reading = Reading(creditor="", batches=iter(()))
    blocks = PAYMENT_READERS[source.claim.format](source.file)
    reading.batches = _payment_batches(installation, reading, blocks)
    return reading


def _payment_batches(
    installation: Installation, reading: Reading, blocks: Iterator[PaymentColumns]
) -> Iterator[Batch]:
    """The payments by the creditor whose account was credited; the reading takes the creditor of the first."""
    ours = installation.creditor_by_account()
    for block in blocks:
        yield Batch((), block.warnings)
        creditors = {account: _creditor_of(account, ours) for account in set(block.account)}
        unknown = [account for account, creditor in creditors.items() if creditor is None]
        if unknown:
            raise FormatError([_foreign_account(account, block, ours) for account in sorted(unknown)])
        for creditor in sorted({creditor for creditor in creditors.values() if creditor is not None}):
            reading.creditor = reading.creditor or creditor
            part = block if len(set(creditors.values())) == 1 else _of(block, creditor, creditors)
            reading.currency = reading.currency or part.currency[0]
            yield Batch(part, creditor=creditor)
    reading.creditor = reading.creditor or next(iter(installation.settings.creditors))


def _creditor_of(account: str, ours: Mapping[str, str]) -> str | None:
    return ours.get(account_key(account)) or ours.get(digits(account))


def _of(block: PaymentColumns, creditor: str, creditors: Mapping[str, str | None]) -> PaymentColumns:
    return as_columns([payment for payment in block.payments() if creditors[payment.account] == creditor])


def _foreign_account(account: str, block: PaymentColumns, ours: Mapping[str, str]) -> FormatProblem:
    return FormatProblem(
        code="payment.account",
        line=block.line[list(block.account).index(account)],
        record="payment",
        field="account",
        value=account,
        rule=f"is no account of a creditor in the settings ({', '.join(sorted(ours))}): "
        "another company's file, or an account to add under [creditors]",
    )


def _decide_payments(
    installation: Installation, _connection: Connection, _reading: Reading, batch: Batch
) -> Decision:
    """Who paid, once for each payer; all else about payments is decided by sets when they are in."""
    decision = Decision()
    block = batch.records
    if not len(block):
        return decision
    known = installation.agency(batch.creditor)
    payers = list(
        zip(block.payer_account, block.payer_bankgiro, block.payer_id, block.payer_name, strict=True)
    )
    answers = {payer: who_paid(Payer(*payer), known) for payer in set(payers)}
    decision.new = [[str(answers[payer][0]) for payer in payers], [answers[payer][1] for payer in payers]]
    decision.counts.read = len(block)
    decision.amount = sum(block.amount)
    return decision


def _write_payments(
    connection: Connection, _reading: Reading, batch: Batch, run: int, decision: Decision
) -> None:
    if len(batch.records):
        came_in = payments.add(connection, batch.creditor, run, batch.records, *decision.new)
        decision.counts.unchanged = len(batch.records) - came_in


def _end_payments(_inst: Installation, connection: Connection, reading: Reading, run: int) -> Decision:
    """Matched, checked for doubles and balanced, all payments of the run at once; what settles nothing is told."""
    payments.settle_run(connection, run)
    found = Decision()
    counts = payments.counts_of(connection, run)
    found.counts.applied = counts["matched"]
    found.counts.unchanged = counts[payments.SAME]
    found.counts.stray = counts["unmatched"] + counts[payments.POSSIBLE]
    rows = payments.unsettled_of(connection, run, journal.MOST_PROBLEMS)
    matches = ledger.by_reference(connection, reading.creditor, {row["reference"] for row in rows})
    for row in rows:
        if row["double"] == payments.POSSIBLE:
            found.problems.append(payment_decisions.possible_double(row))
        elif not row["double"]:
            found.problems.append(payment_decisions.unmatched(row, matches.get(row["reference"], {})))
    return found


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("feed", "erp", _parse_feed, _decide_feed, _write_feed, _end_feed),
        Kind(
            "payments", "bank", _parse_payments, _decide_payments, _write_payments, _end_payments, again=False
        ),
        Kind("receipts", "agency", _parse_agency, _decide_answers(lifecycle.receive), _write_cases),
        Kind("updates", "agency", _parse_agency, _decide_answers(lifecycle.update), _write_cases),
        Kind("closures", "agency", _parse_agency, _decide_answers(lifecycle.close), _write_cases),
    )
}
