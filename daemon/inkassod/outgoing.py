"""A file that leaves for the agency: rendered, named, numbered and queued, all in the transaction that decided it.

The cases, the sequence number, the exact bytes and the run stand in one transaction; sending them is `exchange`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from inkasso_formats import dialects
from inkasso_formats.dialects import FileKind, OutHead, RecordsRefused, Rendered
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Correction, NewCase
from inkassod.core.model import Counts
from inkassod.installation import Actor, Installation
from inkassod.store import journal, outbox


@dataclass(frozen=True, slots=True)
class Written:
    """A file ready to be queued: which of the records are in it (by index), and what was wrong with the others."""

    rendered: Rendered | None
    name: str
    written: tuple[int, ...]
    refused: tuple[FormatProblem, ...]


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


def write(
    installation: Installation,
    connection: Connection,
    kind: FileKind,
    agreement: str,
    records: Sequence[NewCase] | Sequence[Correction],
) -> Written:
    """The file with every record that can be written as it is; those that cannot are held back and named."""
    if not records:
        return Written(None, "", (), ())
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
            return Written(None, "", (), problems)
        rendered = dialects.render(dialect, kind, head, [records[index] for index in indexes])
    outbox.set_number(connection, agreement, kind, number)
    return Written(rendered, name, indexes, problems)


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


def queue(
    installation: Installation,
    connection: Connection,
    run: int,
    agreement: str,
    file: Written,
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
