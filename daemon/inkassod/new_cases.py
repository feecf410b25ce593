"""New cases: what stands to transfer is judged once more, written into one file, and is sent from then on.

All of it in one transaction, some cases at a time: memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import NewCase
from inkassod.core import handover
from inkassod.core.handover import Verdict
from inkassod.core.model import CaseChange, CaseStatus, Claim, Effect, money
from inkassod.installation import Actor, Installation
from inkassod.outgoing import Outgoing, queue, start, write
from inkassod.status_feed import add_status_feed
from inkassod.store import cases, claims, journal, movements

Waiting = tuple[int, Claim]  # what stands to transfer: the number of its case, and the claim


def send_new_cases(installation: Installation, agreement: str, actor: Actor) -> int | None:
    """Writes what stands to transfer into a new-case file and queues it. Returns the run, or None where nothing waits.

    Each claim is judged once more: what no longer qualifies (disputed meanwhile, say) is held back with its reasons,
    and what was paid meanwhile is taken off the list.
    """
    with installation.database.write() as connection:
        if not cases.anything_to_transfer(connection, agreement):
            return None
        run = start(installation, connection, "new_cases", agreement, actor)
        file = Outgoing(installation, connection, run, "new_cases", agreement)
        problems: list[FormatProblem] = []
        read = 0
        with closing(claims.to_transfer(connection, agreement)) as batches:
            for batch in batches:
                read += len(batch)
                journal.keep(problems, _leave(file, batch))
        queue(file, read=read, problems=problems)
        add_status_feed(installation, connection, run, installation.settings.agreements[agreement].creditor)
    return run


def _leave(file: Outgoing, batch: Sequence[Waiting]) -> list[FormatProblem]:
    """Some of what stands to transfer: into the file, or held back. Returns why something is held back before it is written."""
    terms = file.installation.terms(file.agreement)
    today = file.installation.today(terms.creditor)
    case_ids = {claim.invoice.invoice_no: case_id for case_id, claim in batch}
    # A person has chosen them already, so they are judged as by hand.
    go, held = handover.leaving([handover.judge(claim, terms, today, by_hand=True) for _, claim in batch])
    new = [handover.new_case(verdict.claim, case_ids[verdict.claim.invoice.invoice_no]) for verdict in go]
    lines = write(file, new)
    _let_go(file, [(record, line) for record, line in zip(new, lines, strict=True) if line is not None])
    return _held_back(file, held, case_ids)


def _let_go(file: Outgoing, gone: Sequence[tuple[NewCase, int]]) -> None:
    """The cases are sent; the entries that their principal takes account of are never corrections."""
    case_ids = [int(new.case) for new, _ in gone]
    principals = [new.principal for new, _ in gone]
    cases.sent(file.connection, file.run, case_ids, principals, [new.reminder_no for new, _ in gone])
    creditor = file.installation.settings.agreements[file.agreement].creditor
    movements.known_at_handover(file.connection, creditor, [new.invoice_no for new, _ in gone], file.run)
    effects = [
        Effect(
            change=f"sent to the agency in {file.name}, principal {money(new.principal, new.currency)}",
            line=line,
            case_id=case_id,
            invoice_no=new.invoice_no,
        )
        for case_id, (new, line) in zip(case_ids, gone, strict=True)
    ]
    journal.add_effects(file.connection, file.run, effects)


def _held_back(file: Outgoing, held: Sequence[Verdict], case_ids: Mapping[str, int]) -> list[FormatProblem]:
    """What does not leave, and why. What is paid no longer stands to transfer; the rest waits for its mend."""
    problems: list[FormatProblem] = []
    recalled: list[CaseChange] = []
    effects: list[Effect] = []
    for verdict in held:
        invoice_no = verdict.claim.invoice.invoice_no
        reasons = "; ".join(reason.text for reason in verdict.reasons)
        if any(reason.code == "paid" for reason in verdict.reasons):
            text = f"taken off the list before it left: {reasons}"
            recalled.append(CaseChange(case_ids[invoice_no], {"status": CaseStatus.RECALLED}))
            effects.append(Effect(change=text, case_id=case_ids[invoice_no], invoice_no=invoice_no))
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
    cases.change(file.connection, recalled)
    journal.add_effects(file.connection, file.run, effects)
    return problems
