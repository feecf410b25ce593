"""The job log: runs listed, opened, shown raw, exported."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from inkasso_formats.dialects import FILE_KINDS, FileKind, kind_of_content
from inkassod import (
    effect_views,
    rawtext,
    spool,
    views,
)
from inkassod.acts import NotFoundError, UsageError
from inkassod.inbound import HEAD
from inkassod.installation import Installation
from inkassod.store import journal, news, outbox
from inkassod.views import Document

MANY = 1_000_000_000


def log_list(
    installation: Installation,
    *,
    filters: Mapping[str, str],
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> list[Document]:
    """The newest runs first; `filters` by kind, outcome, agreement, trigger."""
    with installation.database.read() as connection:
        rows = journal.listing(connection, filters=filters, since=since, until=until, limit=limit)
        return [views.run(row) for row in rows]


def log_show(installation: Installation, run: int) -> Document:
    """One run, opened to every problem and every line's effect, and to where its files stand."""
    with installation.database.read() as connection:
        row = journal.get(connection, run)
        if row is None:
            raise NotFoundError(f"there is no run {run}")
        effects = (
            effect_views.new_effects(*news.new_rows_of(connection, run, news.MOST))
            if row["kind"] == "feed"
            else []
        )
        effects += [effect_views.effect(one) for one in journal.effects_of(connection, run)]
        effects += [effect_views.payment_effect(one) for one in journal.payments_of(connection, run)]
        return {
            **views.run(row),
            "problems": [views.problem(one) for one in journal.problems_of(connection, run)],
            "effects": effects,
            "delivery": [views.delivery(one) for one in outbox.of_run(connection, run)],
        }


def log_raw(installation: Installation, run: int) -> Iterator[bytes]:
    """The exact bytes that a run read or made, piece by piece. Raises NotFoundError."""
    with installation.database.read() as connection:
        row = journal.get(connection, run)
        files = [dict(one) for one in outbox.of_run(connection, run)] if row is not None else []
    if row is not None and row["archive"]:
        with spool.open_archived(installation.spool, row["archive"]) as file:
            yield from iter(lambda: file.read(1 << 20), b"")
        return
    if not files:
        raise NotFoundError(
            f"there is no run {run}" if row is None else f"run {run} ({row['kind']}) has no file"
        )
    with installation.database.read() as connection:
        yield from outbox.content(connection, files[0]["id"])


def log_raw_lines(installation: Installation, run: int) -> Document:
    """The same line by line, each with its problems. Raises NotFoundError, UsageError where it is no text."""
    content = b"".join(log_raw(installation, run))
    if b"\0" in content:
        raise UsageError(f"the file of run {run} is no text: --bytes writes it as it is")
    with installation.database.read() as connection:
        row = dict(journal.get(connection, run) or {})
        return rawtext.document(
            row, content, journal.problems_of(connection, run), _spoken(installation, row, content)
        )


def _spoken(installation: Installation, run: Mapping[str, Any], content: bytes) -> rawtext.Spoken | None:
    """The dialect of a run's file, where it is an agency's: the agreement's; of a file that was refused, the one that it begins as."""
    if run["kind"] not in FILE_KINDS:
        return None
    kind = cast(FileKind, run["kind"])
    agreement = installation.settings.agreements.get(run["agreement"] or "")
    if agreement is not None:
        fit = [installation.dialects[agreement.dialect]]
    else:
        fit = [
            dialect
            for dialect in installation.dialects.values()
            if kind_of_content(dialect, content[:HEAD], run["file_name"] or "") == kind
        ]
    return rawtext.Spoken(fit[0], kind) if len(fit) == 1 and kind in fit[0].files else None


def raw_line(installation: Installation, run: int, line: int | None) -> str | None:
    """The text of one line of a run's file; None where the event has no line."""
    if line is None:
        return None
    lines = _lines(log_raw(installation, run))
    return next((rawtext.text_of(text) for text in itertools.islice(lines, line - 1, line)), None)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines out of pieces that end anywhere."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest


def log_export(
    installation: Installation, *, filters: Mapping[str, str], since: datetime | None, until: datetime | None
) -> list[Document]:
    """Every run that fits, oldest first."""
    return log_list(installation, filters=filters, since=since, until=until, limit=MANY)[::-1]


def waiting_to_leave(installation: Installation) -> dict[str, list[str]]:
    """What has not gone the whole way, by channel: the names, oldest first."""
    with installation.database.read() as connection:
        return {
            channel: [row["name"] for row in outbox.waiting(connection, channel)]
            for channel in sorted(outbox.channels(connection))
        }


# The command line tells these errors apart, and imports nothing below this module.
