"""A file that leaves for the agency: written, named, numbered and queued, all in the transaction that decided it.

The cases, the sequence number, the exact bytes and the run stand in one transaction; sending them is `exchange`'s. The bytes go into
the outbox as they are written, so that memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from inkasso_formats import dialects
from inkasso_formats.dialects import FileKind, OutHead, Writer
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Correction, NewCase
from inkassod.core.model import Counts
from inkassod.installation import Actor, Installation
from inkassod.store import journal, outbox


@dataclass(slots=True)
class Outgoing:
    """A file that is being written. It begins with the first record that can be written; without one, nothing leaves.

    `refused` and `notes`: what is wrong with the records that are held back, and what was changed in the others, as far as
    the log keeps it.
    """

    installation: Installation
    connection: Connection
    run: int
    kind: FileKind
    agreement: str
    name: str = ""
    sequence_no: int = 0
    writer: Writer | None = None
    number: int = 0  # in the outbox, once it has begun
    taken: int = 0
    refused: list[FormatProblem] = field(default_factory=list)
    notes: list[FormatProblem] = field(default_factory=list)


def start(
    installation: Installation,
    connection: Connection,
    kind: str,
    agreement: str,
    actor: Actor,
    *,
    direction: str = "out",
) -> int:
    """A new run under an agreement: for a file that leaves, or (with no direction) for something done without a file."""
    return journal.start(
        connection,
        kind=kind,
        trigger=actor.trigger,
        actor=actor.name,
        reason=actor.reason,
        creditor=installation.settings.agreements[agreement].creditor,
        agreement=agreement,
        direction=direction,
        started=installation.now(),
    )


def write(file: Outgoing, records: Sequence[NewCase] | Sequence[Correction]) -> tuple[int | None, ...]:
    """The next records, each as it is. Returns the line of each; None for those that cannot be written and are held back."""
    if not records:
        return ()
    writer = file.writer or _open(file)
    piece = writer.take(records)
    if piece.content:
        file.number = file.number or outbox.begin(
            file.connection,
            channel=file.agreement,
            run=file.run,
            name=file.name,
            at=file.installation.now(),
        )
        outbox.append(file.connection, file.number, piece.content)
    detail = file.installation.dialect(file.agreement).files[file.kind].detail.name
    for index, problems in piece.refused.items():
        name = f"{detail} {file.taken + index + 1}"  # of all records, not of these
        journal.keep(file.refused, [replace(problem, record=name) for problem in problems])
    journal.keep(file.notes, piece.notes)
    file.taken += len(records)
    return piece.lines


def _open(file: Outgoing) -> Writer:
    """Name and number as they will be; the number counts as used when the file is queued."""
    dialect = file.installation.dialect(file.agreement)
    settings = file.installation.settings.agreements[file.agreement]
    file.sequence_no = outbox.last_number(file.connection, file.agreement, file.kind) + 1
    at, file.name = _free_name(
        file.installation, file.connection, file.kind, file.agreement, file.sequence_no
    )
    head = OutHead(client_number=settings.client_number, sequence_no=file.sequence_no, created=at)
    file.writer = Writer(dialect, file.kind, head)
    return file.writer


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


def queue(file: Outgoing, *, read: int, problems: Sequence[FormatProblem], unchanged: int = 0) -> None:
    """The file whole in the outbox, and its run to its end. `problems` are told before those of the file."""
    applied = 0
    values: dict[str, Any] = {"summary": "nothing leaves"}
    if file.number and file.writer is not None:
        ends = file.writer.finish()
        outbox.append(file.connection, file.number, ends.last)
        outbox.end(file.connection, file.number, first=ends.first)
        outbox.set_number(file.connection, file.agreement, file.kind, file.sequence_no)
        applied = ends.count
        values = {
            **outbox.fingerprint(file.connection, file.number),
            "amount": ends.total,
            "currency": file.installation.terms(file.agreement).currency,
            "format": file.installation.dialect(file.agreement).name,
            "summary": f"{applied} in {file.name}",
        }
    told = [*problems, *file.refused, *file.notes]
    journal.finish(
        file.connection,
        file.run,
        outcome="issues" if told else "done",
        finished=file.installation.now(),
        counts=Counts(read=read, applied=applied, refused=read - applied - unchanged, unchanged=unchanged),
        problems=told,
        **values,
    )
