"""Candidates and what stands to transfer: judged, chosen by a person or by the clock, and sent at once or at its time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from inkasso_formats.problems import FormatProblem
from inkassod.core import handover
from inkassod.core.handover import Verdict
from inkassod.core.model import CaseChange, CaseStatus, Counts, Effect, Reason
from inkassod.installation import Actor, Installation
from inkassod.new_cases import send_new_cases
from inkassod.outgoing import start
from inkassod.status_feed import add_status_feed
from inkassod.store import cases, claims, journal, ledger

Refusal = tuple[str, tuple[Reason, ...]]  # an invoice, and every reason against it


@dataclass(frozen=True, slots=True)
class Transferred:
    """What became of a wish to transfer: the run that logs it, the invoices put to transfer, those refused with reasons."""

    run: int
    put: tuple[str, ...]
    refused: tuple[Refusal, ...]
    raised: tuple[str, ...]
    new_cases: int | None  # the run of the new-case file, where it left at once


def candidates(installation: Installation, agreement: str) -> list[Verdict]:
    """Every open, overdue invoice judged under the agreement, oldest due date first."""
    terms = installation.terms(agreement)
    today = installation.today(terms.creditor)
    with installation.database.read() as connection:
        return [
            handover.judge(claim, terms, today)
            for batch in claims.overdue(connection, terms.creditor, today)
            for claim in batch
        ]


def transfer(
    installation: Installation,
    agreement: str,
    invoice_nos: Sequence[str],
    actor: Actor,
    *,
    raise_level: bool = False,
) -> Transferred:
    """Puts invoices to transfer, each judged first; those that do not qualify are refused with every reason.

    `raise_level`: where own reminders are lacking, the next one is booked as sent today instead. Under an agreement that
    sends at once, the new-case file is written in the same breath. Raises KeyError for an invoice that is not there.
    """
    terms = installation.terms(agreement)
    today = installation.today(terms.creditor)
    with installation.database.write() as connection:
        there = ledger.present(connection, terms.creditor, "invoices", invoice_nos)
        for invoice_no in invoice_nos:
            if invoice_no not in there:
                raise KeyError(invoice_no)
        run = start(installation, connection, "transfer", agreement, actor, direction="")
        raised = _raise_levels(installation, connection, agreement, invoice_nos, run) if raise_level else []
        put: list[str] = []
        refused: list[Refusal] = []
        rest = there.difference(raised)
        for batch in claims.named(connection, terms.creditor, filter(rest.__contains__, invoice_nos)):
            verdicts = [handover.judge(claim, terms, today, by_hand=True) for claim in batch]
            in_list, kept_out = _put(installation, connection, agreement, verdicts, run)
            put += in_list
            refused += kept_out
        changed = len(put) + len(raised)
        _finish(installation, connection, run, read=len(there), put=changed, refused=refused)
        add_status_feed(installation, connection, run, terms.creditor)
    leaves = terms.transfer is None and put
    return Transferred(
        run=run,
        put=tuple(put),
        refused=tuple(refused),
        raised=tuple(raised),
        new_cases=send_new_cases(installation, agreement, actor) if leaves else None,
    )


def select_all(installation: Installation, agreement: str, actor: Actor) -> int | None:
    """Puts every candidate to transfer, as `transfer` does. Returns the run, or None where there is none.

    Customer by customer, as the file has them: so the cases lie in the order in which they are written.
    """
    terms = installation.terms(agreement)
    today = installation.today(terms.creditor)
    run: int | None = None
    read = put = 0
    refused: list[Refusal] = []
    with installation.database.write() as connection:
        with closing(claims.overdue(connection, terms.creditor, today, by_customer=True)) as batches:
            for batch in batches:
                verdicts = [handover.judge(claim, terms, today) for claim in batch]
                go = [verdict for verdict in verdicts if verdict.qualifies]
                if not go:
                    continue
                run = run or start(installation, connection, "transfer", agreement, actor, direction="")
                in_list, kept_out = _put(installation, connection, agreement, go, run)
                read += len(go)
                put += len(in_list)
                refused += kept_out
        if run is None:
            return None
        _finish(installation, connection, run, read=read, put=put, refused=refused)
        add_status_feed(installation, connection, run, terms.creditor)
    if terms.transfer is None and put:
        send_new_cases(installation, agreement, actor)
    return run


def untransfer(installation: Installation, agreement: str, invoice_no: str, actor: Actor) -> bool:
    """Takes an invoice off the list before it has left. True where it stood there."""
    with installation.database.write() as connection:
        case_id = cases.to_transfer(connection, agreement, invoice_no)
        if case_id is None:
            return False
        run = start(installation, connection, "transfer", agreement, actor, direction="")
        cases.change(connection, [CaseChange(case_id, {"status": CaseStatus.RECALLED})])
        effect = Effect(change="taken off the list before it left", case_id=case_id, invoice_no=invoice_no)
        journal.add_effects(connection, run, [effect])
        _finish(installation, connection, run, read=1, put=1, refused=[])
        add_status_feed(installation, connection, run, installation.terms(agreement).creditor)
    return True


def _put(
    installation: Installation, connection: Connection, agreement: str, verdicts: Sequence[Verdict], run: int
) -> tuple[list[str], list[Refusal]]:
    """Opens the cases of those that qualify. Returns the invoices put to transfer, and those refused."""
    creditor = installation.settings.agreements[agreement].creditor
    currencies = {
        verdict.claim.invoice.invoice_no: verdict.claim.invoice.currency
        for verdict in verdicts
        if verdict.qualifies
    }
    opened = cases.open_cases(connection, creditor, agreement, currencies, installation.now())
    put = [invoice_no for invoice_no in currencies if invoice_no in opened]
    effects = [
        Effect(change="put to transfer", case_id=opened[invoice_no], invoice_no=invoice_no)
        for invoice_no in put
    ]
    journal.add_effects(connection, run, effects)
    refused: list[Refusal] = []
    for verdict in verdicts:
        invoice_no = verdict.claim.invoice.invoice_no
        if not verdict.qualifies:
            refused.append((invoice_no, verdict.reasons))
        elif invoice_no not in opened:
            refused.append((invoice_no, (Reason("case_open", "has an open case already"),)))
    return put, refused


def _raise_levels(
    installation: Installation,
    connection: Connection,
    agreement: str,
    invoice_nos: Sequence[str],
    run: int,
) -> list[str]:
    """Books the next own reminder as sent today, where one is lacking. Returns the invoices whose level was raised."""
    terms = installation.terms(agreement)
    rows: list[dict[str, Any]] = []
    effects: list[Effect] = []
    for batch in claims.named(connection, terms.creditor, invoice_nos):
        for claim in batch:
            level = claim.reminder.level if claim.reminder else 0
            if level >= terms.own_reminders:
                continue
            invoice_no = claim.invoice.invoice_no
            row = {
                "reminder_no": f"{invoice_no}-{level + 1}",
                "invoice_no": invoice_no,
                "level": level + 1,
                "sent_date": installation.today(terms.creditor),
                "fee": None,
                "line": 0,
            }
            rows.append(row)
            text = f"reminder level raised from {level} to {level + 1}"
            effects.append(Effect(change=text, invoice_no=invoice_no))
    ledger.put_rows(connection, terms.creditor, run, "reminders", rows)
    journal.add_effects(connection, run, effects)
    return [str(row["invoice_no"]) for row in rows]


def _finish(
    installation: Installation,
    connection: Connection,
    run: int,
    *,
    read: int,
    put: int,
    refused: Sequence[Refusal],
) -> None:
    problems = [
        FormatProblem(
            code=f"handover.{reasons[0].code}",
            record="invoice",
            field="invoice_no",
            value=invoice_no,
            rule="; ".join(reason.text for reason in reasons),
        )
        for invoice_no, reasons in refused
    ]
    journal.finish(
        connection,
        run,
        outcome="issues" if refused else "done",
        finished=installation.now(),
        counts=Counts(read=read, applied=put, refused=len(refused)),
        problems=problems,
        summary=f"{put} changed, {len(refused)} refused",
    )
