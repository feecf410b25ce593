"""New cases: what stands to transfer is judged once more, written into one file, and is sent from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import NewCase
from inkassod.core import handover
from inkassod.core.handover import Verdict
from inkassod.core.model import CaseChange, CaseStatus, Effect, money
from inkassod.installation import Actor, Installation
from inkassod.outgoing import Written, queue, start, write
from inkassod.status_feed import add_status_feed
from inkassod.store import cases, journal, ledger


def send_new_cases(installation: Installation, agreement: str, actor: Actor) -> int | None:
    """Writes what stands to transfer into a new-case file and queues it. Returns the run, or None where nothing waits.

    Each claim is judged once more: what no longer qualifies (disputed meanwhile, say) is held back with its reasons,
    and what was paid meanwhile is taken off the list.
    """
    with installation.database.write() as connection:
        waiting = cases.to_transfer(connection, agreement)
        if not waiting:
            return None
        run = start(installation, connection, "new_cases", agreement, actor)
        go, held = handover.leaving(_judged_again(installation, connection, agreement, list(waiting)))
        new = [handover.new_case(verdict.claim, waiting[verdict.claim.invoice.invoice_no]) for verdict in go]
        file = write(installation, connection, "new_cases", agreement, new)
        creditor = installation.settings.agreements[agreement].creditor
        _let_go(connection, run, creditor, [new[index] for index in file.written], file)
        problems = [*_held_back(connection, run, held, waiting), *file.refused]
        queue(installation, connection, run, agreement, file, read=len(waiting), problems=problems)
        add_status_feed(installation, connection, run, creditor)
    return run


def _judged_again(
    installation: Installation, connection: Connection, agreement: str, invoice_nos: Sequence[str]
) -> list[Verdict]:
    """The claims that stand to transfer, judged as if they did not stand there; a person has chosen them already."""
    terms = installation.terms(agreement)
    today = installation.today(terms.creditor)
    claims = ledger.claims(connection, terms.creditor, invoice_nos=invoice_nos)
    return [handover.judge(replace(claim, case=None), terms, today, by_hand=True) for claim in claims]


def _let_go(connection: Connection, run: int, creditor: str, gone: Sequence[NewCase], file: Written) -> None:
    """The cases are sent; the entries that their principal takes account of are never corrections."""
    if file.rendered is None:
        return
    sent = {"status": CaseStatus.SENT, "sent_run": run}
    cases.change(
        connection,
        [
            CaseChange(int(new.case), {**sent, "principal": new.principal, "reminder_no": new.reminder_no})
            for new in gone
        ],
    )
    ledger.known_at_handover(connection, creditor, [new.invoice_no for new in gone], run)
    effects = [
        Effect(
            change=f"sent to the agency in {file.name}, principal {money(new.principal, new.currency)}",
            line=line,
            case_id=int(new.case),
            invoice_no=new.invoice_no,
        )
        for new, line in zip(gone, file.rendered.lines, strict=True)
    ]
    journal.add_effects(connection, run, effects)


def _held_back(
    connection: Connection, run: int, held: Sequence[Verdict], waiting: dict[str, int]
) -> list[FormatProblem]:
    """What does not leave, and why. What is paid no longer stands to transfer; the rest waits for its mend."""
    problems = []
    for verdict in held:
        invoice_no = verdict.claim.invoice.invoice_no
        reasons = "; ".join(reason.text for reason in verdict.reasons)
        if any(reason.code == "paid" for reason in verdict.reasons):
            cases.change(connection, [CaseChange(waiting[invoice_no], {"status": CaseStatus.RECALLED})])
            text = f"taken off the list before it left: {reasons}"
            journal.add_effects(
                connection, run, [Effect(change=text, case_id=waiting[invoice_no], invoice_no=invoice_no)]
            )
            continue
        problems.append(
            FormatProblem(
                code="handover.held_back",
                record="invoice",
                field="invoice_no",
                value=invoice_no,
                rule=reasons,
            )
        )
    return problems
