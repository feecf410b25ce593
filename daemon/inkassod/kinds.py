"""The table to read first: for each kind of inbound file how it is parsed, what is loaded, and what is decided.

A row's `parse` turns the bytes into batches of records (or raises FormatError: the whole file is refused), `decide` loads
what the decision needs and calls the functional core, `write` puts the decision into the ledger. `inkassod.runs` does
the rest, the same way for every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Connection

from inkasso_formats import dialects
from inkasso_formats.feed import feed_type_of, read_csv, read_jsonl
from inkasso_formats.identify import Claim
from inkasso_formats.payments import ocr_giro
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.references import account_key
from inkassod.core import feed as feed_decisions
from inkassod.core import lifecycle
from inkassod.core import payments as payment_decisions
from inkassod.core.decision import Decision
from inkassod.core.model import Effect, money
from inkassod.installation import Installation
from inkassod.store import cases, ledger

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records of a file: those that can be used, the number of those that cannot, and what is wrong."""

    records: Sequence[Any]
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


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of inbound file. `command` is what `inkassod read` calls it, `area` where it arrives."""

    name: str
    area: str
    meaning: str
    parse: Parse
    decide: Decide
    write: Write


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
    table = feed_decisions.TABLES[type(batch.records[0])]
    keys = {row[1] for row in batch.records}
    if table == "entries":
        numbers = {invoice_no for row in batch.records for invoice_no in row.invoices}
        return feed_decisions.book_entries(
            batch.records,
            ledger.entry_parts(connection, reading.creditor, keys),
            ledger.balances(connection, reading.creditor, numbers),
            installation.agency_accounts(reading.creditor),
        )
    parents: set[str] = set()
    if table == "invoices":
        parents = ledger.present(
            connection, reading.creditor, "customers", {row.customer_no for row in batch.records}
        )
    elif table == "reminders":
        parents = ledger.present(
            connection, reading.creditor, "invoices", {row.invoice_no for row in batch.records}
        )
    return feed_decisions.upsert(
        batch.records, ledger.existing(connection, reading.creditor, table, keys), parents
    )


def _write_feed(
    connection: Connection, reading: Reading, _batch: Batch, run: int, decision: Decision
) -> None:
    for table, rows in decision.rows.items():
        if table == "entries":
            ledger.replace_entries(connection, reading.creditor, run, rows)
        else:
            ledger.put_rows(connection, reading.creditor, run, table, rows)
        if table == "invoices" and rows:
            names = [str(row["invoice_no"]) for row in rows]
            for entry in ledger.match_waiting(connection, reading.creditor, names):
                text = f"payment {entry['entry_no']} of {money(entry['amount'], entry['currency'])}, which waited, settles it"
                decision.effects.append(Effect(change=text, invoice_no=entry["invoice_no"]))


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


def _parse_payments(installation: Installation, source: Source) -> Reading:
    parsed = ocr_giro.parse(source.file)
    by_account = installation.creditor_by_account()
    groups: dict[str, list[Any]] = {}
    foreign: dict[str, int] = {}
    for payment in parsed.payments:
        creditor = by_account.get(account_key(payment.account))
        if creditor is None:
            foreign.setdefault(payment.account, payment.line)
        else:
            groups.setdefault(creditor, []).append(payment)
    if foreign:
        raise FormatError([_foreign_account(account, line, by_account) for account, line in foreign.items()])
    creditor = next(iter(groups), next(iter(installation.settings.creditors)))
    return Reading(
        creditor=creditor,
        currency=installation.settings.creditors[creditor].currency,
        batches=_payment_batches(groups, list(parsed.warnings)),
    )


def _payment_batches(
    groups: Mapping[str, Sequence[Any]], problems: Sequence[FormatProblem]
) -> Iterator[Batch]:
    yield Batch((), problems)
    for creditor, payments in groups.items():
        for first in range(0, len(payments), BATCH):
            yield Batch(payments[first : first + BATCH], creditor=creditor)


def _foreign_account(account: str, line: int, ours: Mapping[str, str]) -> FormatProblem:
    return FormatProblem(
        code="payment.account",
        line=line,
        record="payment",
        field="account",
        value=account,
        rule=f"is no account of a creditor in the settings ({', '.join(sorted(ours))}): "
        "another company's file, or an account to add under [creditors]",
    )


def _decide_payments(
    installation: Installation, connection: Connection, _reading: Reading, batch: Batch
) -> Decision:
    return payment_decisions.book(
        batch.records,
        ledger.by_reference(connection, batch.creditor, {payment.reference for payment in batch.records}),
        ledger.known_payments(connection, batch.creditor, {payment.identity for payment in batch.records}),
        installation.agency_accounts(batch.creditor),
    )


def _write_payments(
    connection: Connection, _reading: Reading, batch: Batch, run: int, decision: Decision
) -> None:
    ledger.add_payments(connection, batch.creditor, run, decision.rows.get("entries", []))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "feed",
            "erp",
            "customers, invoices, reminders and entries from the ERP",
            _parse_feed,
            _decide_feed,
            _write_feed,
        ),
        Kind(
            "payments", "bank", "payments from the bank", _parse_payments, _decide_payments, _write_payments
        ),
        Kind(
            "receipts",
            "agency",
            "the agency's answer to new cases",
            _parse_agency,
            _decide_answers(lifecycle.receive),
            _write_cases,
        ),
        Kind(
            "updates",
            "agency",
            "news of cases",
            _parse_agency,
            _decide_answers(lifecycle.update),
            _write_cases,
        ),
        Kind(
            "closures",
            "agency",
            "cases that have ended",
            _parse_agency,
            _decide_answers(lifecycle.close),
            _write_cases,
        ),
    )
}
