"""What leaves for the agency, decided and committed at once: the new-case file and the correction file.

The cases, the sequence number, the exact bytes and the run stand in one transaction; sending them is `exchange`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from inkasso_formats import dialects
from inkasso_formats.dialects import FileKind, OutHead, RecordsRefused, Rendered
from inkasso_formats.feed import EntryStatus
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Correction, NewCase
from inkassod.core import correction, handover
from inkassod.core.correction import Line
from inkassod.core.handover import Verdict
from inkassod.core.model import CaseChange, CaseStatus, Counts, Effect, money
from inkassod.installation import Actor, Installation
from inkassod.status_feed import add_status_feed
from inkassod.store import cases, journal, ledger, outbox


@dataclass(frozen=True, slots=True)
class _Written:
    """A file ready to be queued: which of the records are in it (by index), and what was wrong with the others."""

    rendered: Rendered | None
    name: str
    written: tuple[int, ...]
    refused: tuple[FormatProblem, ...]


# --- new cases ------------------------------------------------------------------------------------------------


def send_new_cases(installation: Installation, agreement: str, actor: Actor) -> int | None:
    """Writes what stands to transfer into a new-case file and queues it. Returns the run, or None where nothing waits.

    Each claim is judged once more: what no longer qualifies (disputed meanwhile, say) is held back with its reasons,
    and what was paid meanwhile is taken off the list.
    """
    with installation.database.write() as connection:
        waiting = cases.to_transfer(connection, agreement)
        if not waiting:
            return None
        run = _start(installation, connection, "new_cases", agreement, actor)
        go, held = handover.leaving(_judged_again(installation, connection, agreement, list(waiting)))
        new = [handover.new_case(verdict.claim, waiting[verdict.claim.invoice.invoice_no]) for verdict in go]
        file = _write(installation, connection, "new_cases", agreement, new)
        creditor = installation.settings.agreements[agreement].creditor
        _let_go(connection, run, creditor, [new[index] for index in file.written], file)
        problems = [*_held_back(connection, run, held, waiting), *file.refused]
        _queue(installation, connection, run, agreement, file, read=len(waiting), problems=problems)
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


def _let_go(connection: Connection, run: int, creditor: str, gone: Sequence[NewCase], file: _Written) -> None:
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


# --- corrections ----------------------------------------------------------------------------------------------


def preview_corrections(installation: Installation, agreement: str) -> list[Line]:
    """Every entry since the last correction file on cases that have left, in or out, with its reason."""
    with installation.database.read() as connection:
        movements = ledger.movements(connection, agreement)
    return correction.decide(movements, installation.terms(agreement).closure_days)


def send_corrections(installation: Installation, agreement: str, actor: Actor) -> int | None:
    """Writes the correction file and queues it. Returns the run, or None where no entry waits for a decision.

    Every entry that was decided on, in or out, is marked in the same transaction, so that none is decided on twice.
    """
    terms = installation.terms(agreement)
    with installation.database.write() as connection:
        lines = correction.decide(ledger.movements(connection, agreement), terms.closure_days)
        if not lines:
            return None
        run = _start(installation, connection, "corrections", agreement, actor)
        told = [line for line in lines if line.included]
        file = _write(
            installation, connection, "corrections", agreement, [correction.correction(line) for line in told]
        )
        written = [told[index] for index in file.written]
        left_out = [line for line in lines if not line.included]
        _decided(connection, run, written, left_out)
        _tell_corrections(connection, run, file, written, left_out)
        _queue(
            installation,
            connection,
            run,
            agreement,
            file,
            read=len(lines),
            problems=file.refused,
            unchanged=len(left_out),
        )
        add_status_feed(installation, connection, run, terms.creditor, _entry_records(written, file.name))
    return run


def _decided(connection: Connection, run: int, written: Sequence[Line], left_out: Sequence[Line]) -> None:
    decided = {line.movement.entry: ("in", line.reason.text) for line in written}
    decided |= {line.movement.entry: ("out", line.reason.text) for line in left_out}
    ledger.reported(connection, run, decided)


def _tell_corrections(
    connection: Connection, run: int, file: _Written, written: Sequence[Line], left_out: Sequence[Line]
) -> None:
    numbers = file.rendered.lines if file.rendered is not None else ()
    effects = [
        _correction_effect(line, f"reported in {file.name}", number)
        for line, number in zip(written, numbers, strict=True)
    ]
    effects += [_correction_effect(line, "left out of the corrections", None) for line in left_out]
    journal.add_effects(connection, run, effects)


def _correction_effect(line: Line, what: str, number: int | None) -> Effect:
    movement = line.movement
    name = f"{movement.kind.replace('_', ' ')} {movement.entry_no} of {money(movement.amount, movement.currency)}"
    return Effect(
        change=f"{name} {what}: {line.reason.text}",
        line=number,
        case_id=movement.case.case_id,
        invoice_no=movement.case.invoice_no,
    )


def _entry_records(written: Sequence[Line], name: str) -> list[EntryStatus]:
    return [
        EntryStatus(
            entry_no=line.movement.entry_no,
            invoice_no=line.movement.case.invoice_no,
            reminder_no=line.movement.case.reminder_no,
            reported=name,
            amount=line.movement.amount,
            currency=line.movement.currency,
        )
        for line in written
    ]


# --- both -----------------------------------------------------------------------------------------------------


def _start(
    installation: Installation, connection: Connection, kind: str, agreement: str, actor: Actor
) -> int:
    return journal.start(
        connection,
        kind=kind,
        trigger=actor.trigger,
        actor=actor.name,
        reason=actor.reason,
        creditor=installation.settings.agreements[agreement].creditor,
        agreement=agreement,
        direction="out",
        started=installation.now(),
    )


def _write(
    installation: Installation,
    connection: Connection,
    kind: FileKind,
    agreement: str,
    records: Sequence[NewCase] | Sequence[Correction],
) -> _Written:
    """The file with every record that can be written as it is; those that cannot are held back and named."""
    if not records:
        return _Written(None, "", (), ())
    settings = installation.settings.agreements[agreement]
    dialect = installation.dialect(agreement)
    number = outbox.last_number(connection, agreement, kind) + 1
    at, name = _free_name(installation, connection, kind, agreement, number)
    head = OutHead(client_number=settings.client_number, sequence_no=number, created=at)
    indexes = tuple(range(len(records)))
    problems: tuple[FormatProblem, ...] = ()
    try:
        rendered = dialects.render(dialect, kind, head, records)
    except RecordsRefused as error:
        indexes = tuple(index for index in indexes if index not in error.refused)
        problems = error.problems
        if not indexes:
            return _Written(None, "", (), problems)
        rendered = dialects.render(dialect, kind, head, [records[index] for index in indexes])
    outbox.set_number(connection, agreement, kind, number)
    return _Written(rendered, name, indexes, problems)


def _free_name(
    installation: Installation, connection: Connection, kind: FileKind, agreement: str, number: int
) -> tuple[datetime, str]:
    """A name that the channel has not had: names count seconds, so two files of one second would share it."""
    settings = installation.settings.agreements[agreement]
    at = installation.now().astimezone(installation.settings.creditors[settings.creditor].time_zone)
    while True:
        name = dialects.file_name(installation.dialect(agreement), kind, settings.client_number, at, number)
        if not outbox.name_taken(connection, agreement, name):
            return at, name
        at += timedelta(seconds=1)


def _queue(
    installation: Installation,
    connection: Connection,
    run: int,
    agreement: str,
    file: _Written,
    *,
    read: int,
    problems: Sequence[FormatProblem],
    unchanged: int = 0,
) -> None:
    """The bytes into the outbox and the run to its end."""
    notes: tuple[FormatProblem, ...] = ()
    values: dict[str, Any] = {"summary": "nothing leaves"}
    if file.rendered is not None:
        notes = file.rendered.notes
        number = outbox.add(
            connection,
            channel=agreement,
            run=run,
            name=file.name,
            content=file.rendered.content,
            at=installation.now(),
        )
        values = {
            **outbox.fingerprint(connection, number),
            "amount": file.rendered.total,
            "currency": installation.terms(agreement).currency,
            "format": installation.dialect(agreement).name,
            "summary": f"{len(file.written)} in {file.name}",
        }
    journal.finish(
        connection,
        run,
        outcome="issues" if problems or notes else "done",
        finished=installation.now(),
        counts=Counts(
            read=read,
            applied=len(file.written),
            refused=read - len(file.written) - unchanged,
            unchanged=unchanged,
        ),
        problems=[*problems, *notes],
        **values,
    )
