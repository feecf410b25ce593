"""Correction files: what the agency is told of payments, credit notes and adjustments. Refused while a payment file waits unread, since its payments would be missing from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from inkasso_formats.feed import EntryStatus
from inkasso_formats.problems import FormatError, FormatProblem
from inkassod.core import correction, linkage
from inkassod.core.correction import Line
from inkassod.core.linkage import LinkProblem
from inkassod.core.model import Effect, money
from inkassod.inbound import kind_of
from inkassod.installation import Actor, Installation
from inkassod.kinds import KINDS
from inkassod.outgoing import Outgoing, log_refusal, queue, start, write
from inkassod.status_feed import add_status_feed
from inkassod.store import journal, movements
from inkassod.store import linkage as store


class UnreadPaymentsError(Exception):
    """Payment files wait to be read; `paths` names them."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        names = ", ".join(str(path) for path in paths[:3]) + (" ..." if len(paths) > 3 else "")
        super().__init__(
            f"{len(paths)} payment file(s) not read: {names}; read or mend them first, or force it with a reason"
        )


def unread_payments(installation: Installation) -> list[Path]:
    """Payment files that wait, are being read, or failed and were not mended."""
    area = getattr(installation.spool, KINDS["payments"].area)
    found: list[Path] = []
    for folder in (area.inbox, area.work, area.failed):
        found += [
            path
            for path in sorted(folder.iterdir())
            if path.is_file() and not path.name.startswith((".", "README"))
        ]
    for folder in (installation.spool.agency.inbox, installation.spool.erp.inbox):
        found += [
            path
            for path in sorted(folder.iterdir())
            if path.is_file() and kind_of(installation, path) == "payments"
        ]
    return found


def generate(installation: Installation, agreement: str, actor: Actor, *, force: bool = False) -> int | None:
    """Writes and queues the correction file. Returns the run, or None where no entry waits for a decision.

    `force` goes ahead although payment files wait; the actor's reason stands in the log. Raises UnreadPaymentsError, which
    is logged as a failed run.
    """
    unread = unread_payments(installation)
    if unread and not force:
        error = UnreadPaymentsError(unread)
        problem = FormatProblem(code="corrections.unread_payments", rule=str(error))
        log_refusal(installation, "corrections", agreement, actor, [problem])
        raise error
    return send_corrections(installation, agreement, actor)


@dataclass(frozen=True, slots=True)
class Decided:
    """What stands on cases that have left: decided on, or held back since it is wrongly linked (`held` of the movements)."""

    lines: list[Line]
    problems: list[LinkProblem]
    held: int


def preview(installation: Installation, agreement: str) -> Decided:
    """Every entry since the last correction file on cases that have left: in or out with its reason, or held back."""
    with installation.database.read() as connection:
        return _decide(installation, connection, agreement)


def _decide(installation: Installation, connection: Connection, agreement: str) -> Decided:
    terms = installation.terms(agreement)
    waiting = movements.undecided(connection, agreement)
    joint = store.joint_entries(connection, terms.creditor)
    numbers = {number for entry in joint for number in entry.invoices}
    problems = linkage.check(
        linkage.groups(joint, store.claimed(connection, terms.creditor, numbers)),
        store.cases_left(connection, terms.creditor, numbers),
    )
    wrong = {problem.entry_no for problem in problems}
    held = {one.entry: one.entry_no for one in waiting if one.source == "feed" and one.entry_no in wrong}
    ours = set(held.values())
    return Decided(
        correction.decide(correction.without(waiting, held), terms.closure_days),
        [problem for problem in problems if problem.entry_no in ours],
        len(held),
    )


def send_corrections(installation: Installation, agreement: str, actor: Actor) -> int | None:
    """Writes the correction file and queues it. Returns the run, or None where no entry waits for a decision.

    Every entry that was decided on, in or out, is marked in the same transaction, so that none is decided on twice. One that
    is wrongly linked stays as it is, and the run says why. A file that cannot be written as a whole is a failed run, and
    nothing was decided.
    """
    try:
        return _send(installation, agreement, actor)
    except FormatError as error:
        return log_refusal(installation, "corrections", agreement, actor, error.problems)


def _send(installation: Installation, agreement: str, actor: Actor) -> int | None:
    terms = installation.terms(agreement)
    with installation.database.write() as connection:
        found = _decide(installation, connection, agreement)
        if not found.lines and not found.problems:
            return None
        run = start(installation, connection, "corrections", agreement, actor)
        file = Outgoing(installation, connection, run, "corrections", agreement)
        told = [line for line in found.lines if line.included]
        numbers = write(file, [correction.correction(line) for line in told])
        written = [(line, at) for line, at in zip(told, numbers, strict=True) if at is not None]
        left_out = [line for line in found.lines if not line.included]
        _decided(connection, run, [line for line, _ in written], left_out)
        _tell_corrections(connection, run, file.name, written, left_out)
        problems = [linkage.held_back(problem) for problem in found.problems]
        queue(file, read=len(found.lines) + found.held, problems=problems, unchanged=len(left_out))
        add_status_feed(installation, connection, run, terms.creditor, _entry_records(written, file.name))
    return run


def _decided(connection: Connection, run: int, written: Sequence[Line], left_out: Sequence[Line]) -> None:
    decided = {line.movement.entry: ("in", line.reason.text) for line in written}
    decided |= {line.movement.entry: ("out", line.reason.text) for line in left_out}
    reminder_nos = {line.movement.entry: line.movement.case.reminder_no for line in written}
    movements.reported(connection, run, decided, reminder_nos)


def _tell_corrections(
    connection: Connection,
    run: int,
    name: str,
    written: Sequence[tuple[Line, int]],
    left_out: Sequence[Line],
) -> None:
    effects = [_correction_effect(line, f"reported in {name}", number) for line, number in written]
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


def _entry_records(written: Sequence[tuple[Line, int]], name: str) -> list[EntryStatus]:
    return [
        EntryStatus(
            entry_no=line.movement.entry_no,
            invoice_no=line.movement.case.invoice_no,
            reminder_no=line.movement.case.reminder_no,
            reported=name,
            amount=line.movement.amount,
            currency=line.movement.currency,
        )
        for line, _ in written
    ]
