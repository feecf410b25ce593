"""The bank's files: payments of every known format, as columns, to the creditor whose account was credited."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from sqlalchemy import Connection

from inkasso_formats.payments import bgmax, camt054, ocr_columns, viite
from inkasso_formats.payments.columns import PaymentColumns, as_columns
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.references import account_key
from inkassod.core import payments as payment_decisions
from inkassod.core.decision import Decision
from inkassod.core.levels import effects
from inkassod.core.payer import Payer, digits, who_paid
from inkassod.installation import Installation
from inkassod.reading import Batch, Reading, Source
from inkassod.store import journal, ledger, levels, payments


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


def parse_payments(installation: Installation, source: Source) -> Reading:
    """The payments of a bank's file as columns, block by block. Raises FormatError, also after blocks were taken."""
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


def decide_payments(
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


def write_payments(
    connection: Connection, _reading: Reading, batch: Batch, run: int, decision: Decision
) -> None:
    """The payments in, unmatched as yet."""
    if len(batch.records):
        came_in = payments.add(connection, batch.creditor, run, batch.records, *decision.new)
        decision.counts.unchanged = len(batch.records) - came_in


def end_payments(_inst: Installation, connection: Connection, _reading: Reading, run: int) -> Decision:
    """Matched, checked for doubles, balanced and levelled, all payments of the run at once; what settles nothing is told."""
    payments.settle_run(connection, run)
    found = Decision()
    found.effects += effects(levels.level(connection), but=run)
    counts = payments.counts_of(connection, run)
    found.counts.applied = counts["matched"]
    found.counts.unchanged = counts[payments.SAME]
    found.counts.stray = counts["unmatched"] + counts[payments.POSSIBLE]
    rows = payments.unsettled_of(connection, run, journal.MOST_PROBLEMS)
    matches = {
        creditor: ledger.by_reference(connection, creditor, {row["reference"] for row in rows})
        for creditor in {row["creditor"] for row in rows}
    }
    for row in rows:
        if row["double"] == payments.POSSIBLE:
            found.problems.append(payment_decisions.possible_double(row))
        elif not row["double"] and row["linked"]:
            found.problems.append(payment_decisions.surplus(row))
        elif not row["double"]:
            found.problems.append(
                payment_decisions.unmatched(row, matches[row["creditor"]].get(row["reference"], {}))
            )
    return found
