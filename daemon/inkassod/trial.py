"""A trial: what reading a file would do now, by the same path, in a transaction that is taken back."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from inkassod.inbound import identified, take_effect
from inkassod.installation import Installation
from inkassod.reading import Source
from inkassod.store import journal, news


class _TakenBackError(Exception):
    """Ends the transaction of a trial, so that nothing of it stays."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a file would do: the run as it would be logged, with its problems and effects (rows by column name)."""

    run: dict[str, Any]
    problems: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    new: list[tuple[str, Any]]
    more: int  # new rows that `new` does not hold


def dry_run(installation: Installation, path: Path, *, expected: str = "") -> Trial:
    """What reading a file would do now, without doing it: the same path, in a transaction that is taken back.

    Raises FormatError, SpoolError, OSError.
    """
    trial: Trial | None = None
    with path.open("rb") as file, contextlib.suppress(_TakenBackError):
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        found = identified(installation, path.name, file)
        with installation.database.write() as connection:
            run = journal.start(
                connection,
                kind="unknown",
                trigger="manual",
                file_name=path.name,
                direction="in",
                started=installation.now(),
            )
            journal.note(connection, run, kind=found.kind, format=found.format)
            take_effect(installation, connection, run, Source(path.name, file, sha256, found), expected)
            trial = _trial(connection, run)
            raise _TakenBackError
    if trial is None:
        raise RuntimeError("the trial ended without a result")
    return trial


def _trial(connection: Connection, run: int) -> Trial:
    new, more = news.new_rows_of(connection, run, news.MOST)
    return Trial(
        run=dict(journal.get(connection, run) or {}),
        problems=[dict(row) for row in journal.problems_of(connection, run)],
        effects=[dict(row) for row in journal.effects_of(connection, run)],
        payments=[dict(row) for row in journal.payments_of(connection, run)],
        new=[(table, dict(row)) for table, row in new],
        more=more,
    )
