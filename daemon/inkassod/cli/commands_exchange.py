"""Files in and out, now: read, fetch, send, again after a failure, or noted as brought by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from inkassod import app
from inkassod.cli import tables
from inkassod.cli.context import Agreement, Call, Reason, actor, status_of

commands = typer.Typer(rich_markup_mode=None)
Run = Annotated[
    int, typer.Argument(metavar="RUN", min=1, help="Its number in the job log.", show_default=False)
]
ReadKind = Literal["feed", "receipts", "updates", "closures", "payments"]


@commands.command()
def read(
    context: typer.Context,
    kind: Annotated[ReadKind, typer.Argument(help="What is to be read.", show_default=False)],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Files from anywhere, which stay where they are."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change, field by field, and change nothing.")
    ] = False,
    reason: Reason = "",
) -> int:
    """Reads files of a kind now.

    Without FILE whatever waits in the spool and, for its files, at the agency.
    """
    call = Call.of(context)
    with call.working(f"Reading {kind} ..."):
        runs = app.read(call.installation, kind, files or [], actor(reason), dry_run=dry_run)
    call.answer({"runs": runs}, tables.trials if dry_run else tables.made)
    return status_of(runs)


@commands.command()
def fetch(context: typer.Context, agreement: Agreement = "", reason: Reason = "") -> int:
    """Fetches what the agency has put out, and reads it."""
    call = Call.of(context)
    with call.working("Fetching from the agency ..."):
        runs = app.fetch(call.installation, call.agreement(agreement), actor(reason))
    call.answer({"runs": runs}, tables.made)
    return status_of(runs)


@commands.command()
def send(context: typer.Context, agreement: Agreement = "", reason: Reason = "") -> int:
    """Sends what waits in the outbox to the agency."""
    call = Call.of(context)
    with call.working("Sending to the agency ..."):
        runs = app.send(call.installation, call.agreement(agreement), actor(reason))
    call.answer({"runs": runs}, tables.made)
    return status_of(runs)


@commands.command()
def retry(context: typer.Context, run: Run, reason: Reason = "") -> int:
    """Reads the file of a failed run again.

    As it lies in `failed` now: mended, or only the rows that were set aside; where nothing lies there, as it was archived.
    """
    call = Call.of(context)
    with call.working(f"Reading the file of run {run} again ..."):
        made = app.retry(call.installation, run, actor(reason))
    call.answer({"runs": [made]}, tables.made)
    return status_of([made])


@commands.command()
def mark(
    context: typer.Context,
    run: Run,
    _state: Annotated[
        Literal["delivered"],
        typer.Argument(metavar="delivered", help="What became of its files.", show_default=False),
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="How they were brought; it stands in the log.")],
) -> int:
    """Notes that the files of a run were brought by hand.

    Nothing of them is sent any more.
    """
    call = Call.of(context)
    made = app.mark_delivered(call.installation, run, actor(reason))
    call.answer({"runs": [made]}, tables.acts)
    return status_of([made])
