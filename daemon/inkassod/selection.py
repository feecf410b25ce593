"""Candidates and what stands to transfer: judged, chosen by a person or by the clock, and sent at once or at its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from inkasso_formats.problems import FormatProblem
from inkassod.core import handover
from inkassod.core.handover import Verdict
from inkassod.core.model import CaseChange, CaseStatus, Claim, Counts, Effect, Reason
from inkassod.installation import Actor, Installation
from inkassod.new_cases import send_new_cases
from inkassod.outgoing import start
from inkassod.status_feed import add_status_feed
from inkassod.store import cases, journal, ledger


@dataclass(frozen=True, slots=True)
class Transferred:
    """What became of a wish to transfer: the run that logs it, the invoices put to transfer, those refused with reasons."""

    run: int
    put: tuple[str, ...]
    refused: tuple[tuple[str, tuple[Reason, ...]], ...]
    raised: tuple[str, ...]
    new_cases: int | None  # the run of the new-case file, where it left at once


def candidates(installation: Installation, agreement: str) -> list[Verdict]:
    """Every open, overdue invoice judged under the agreement, oldest due date first."""
    terms = installation.terms(agreement)
    today = installation.today(terms.creditor)
    with installation.database.read() as connection:
        claims = ledger.claims(connection, terms.creditor, due_before=today)
    return [handover.judge(claim, terms, today) for claim in claims]


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
        claims = ledger.claims(connection, terms.creditor, invoice_nos=invoice_nos)
        found = {claim.invoice.invoice_no for claim in claims}
        for invoice_no in invoice_nos:
            if invoice_no not in found:
                raise KeyError(invoice_no)
        run = start(installation, connection, "transfer", agreement, actor, direction="")
        raised: list[str] = []
        if raise_level:
            raised = _raise_levels(installation, connection, agreement, claims, run)
            claims = ledger.claims(connection, terms.creditor, invoice_nos=invoice_nos)
        verdicts = [handover.judge(claim, terms, today, by_hand=True) for claim in claims]
        wanted = [verdict for verdict in verdicts if verdict.claim.invoice.invoice_no not in raised]
        put, refused = _put(installation, connection, agreement, wanted, run)
        _finish(installation, connection, run, read=len(claims), put=[*put, *raised], refused=refused)
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
    """Puts every candidate to transfer. Returns the run, or None where there is none."""
    go = [
        verdict.claim.invoice.invoice_no
        for verdict in candidates(installation, agreement)
        if verdict.qualifies
    ]
    return transfer(installation, agreement, go, actor).run if go else None


def untransfer(installation: Installation, agreement: str, invoice_no: str, actor: Actor) -> bool:
    """Takes an invoice off the list before it has left. True where it stood there."""
    with installation.database.write() as connection:
        case_id = cases.to_transfer(connection, agreement).get(invoice_no)
        if case_id is None:
            return False
        run = start(installation, connection, "transfer", agreement, actor, direction="")
        cases.change(connection, [CaseChange(case_id, {"status": CaseStatus.RECALLED})])
        effect = Effect(change="taken off the list before it left", case_id=case_id, invoice_no=invoice_no)
        journal.add_effects(connection, run, [effect])
        _finish(installation, connection, run, read=1, put=[invoice_no], refused=[])
        add_status_feed(installation, connection, run, installation.terms(agreement).creditor)
    return True


def _put(
    installation: Installation, connection: Connection, agreement: str, verdicts: Sequence[Verdict], run: int
) -> tuple[list[str], list[tuple[str, tuple[Reason, ...]]]]:
    creditor = installation.settings.agreements[agreement].creditor
    put: list[str] = []
    refused: list[tuple[str, tuple[Reason, ...]]] = []
    effects = []
    for verdict in verdicts:
        invoice = verdict.claim.invoice
        if not verdict.qualifies:
            refused.append((invoice.invoice_no, verdict.reasons))
            continue
        try:
            with connection.begin_nested():
                case_id = cases.open_case(
                    connection, creditor, agreement, invoice.invoice_no, invoice.currency, installation.now()
                )
        except IntegrityError:
            refused.append((invoice.invoice_no, (Reason("case_open", "has an open case already"),)))
            continue
        put.append(invoice.invoice_no)
        effects.append(Effect(change="put to transfer", case_id=case_id, invoice_no=invoice.invoice_no))
    journal.add_effects(connection, run, effects)
    return put, refused


def _raise_levels(
    installation: Installation,
    connection: Connection,
    agreement: str,
    claims: Sequence[Claim],
    run: int,
) -> list[str]:
    """Books the next own reminder as sent today, where one is lacking. Returns the invoices whose level was raised."""
    terms = installation.terms(agreement)
    raised = []
    for claim in claims:
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
        ledger.put_rows(connection, terms.creditor, run, "reminders", [row])
        text = f"reminder level raised from {level} to {level + 1}"
        journal.add_effects(connection, run, [Effect(change=text, invoice_no=invoice_no)])
        raised.append(invoice_no)
    return raised


def _finish(
    installation: Installation,
    connection: Connection,
    run: int,
    *,
    read: int,
    put: Sequence[str],
    refused: Sequence[tuple[str, tuple[Reason, ...]]],
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
        counts=Counts(read=read, applied=len(put), refused=len(refused)),
        problems=problems,
        summary=f"{len(put)} changed, {len(refused)} refused",
    )
