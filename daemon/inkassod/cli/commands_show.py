"""Files that are only looked at: any payment file and any file of an agency, made readable or compared; needs no settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inkassod import app
from inkassod.cli import tables_show
from inkassod.cli.context import DONE, FAILED, HELD_BACK, Call

commands = typer.Typer(rich_markup_mode=None)


@commands.command()
def show(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Of a bank or an agency.", show_default=False)],
    other: Annotated[
        Path | None, typer.Option("--diff", metavar="FILE", help="What differs in this file.")
    ] = None,
    dialect: Annotated[
        str,
        typer.Option(
            metavar="DIALECT",
            help="Of which the file is: a shipped one, or a path; else it is told by its content.",
        ),
    ] = "",
    mask: Annotated[bool, typer.Option("--mask", help="Hides whose the payments are.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As before the command.")] = False,
) -> int:
    """A payment file, or a file of an agency, made readable.

    Nothing is read into the ledger, and no settings are needed.
    """
    call = Call.of(context)
    call.as_json = call.as_json or as_json
    if other is not None:
        document, faulty = app.show_difference(file, other, dialect=dialect, mask=mask)
        call.answer(document, tables_show.difference)
        return HELD_BACK if faulty else DONE
    document, error, faulty = app.show(file, dialect=dialect, mask=mask)
    if error is not None and not call.as_json:
        raise error
    call.answer(document, tables_show.shown)
    if error is not None:
        return FAILED
    return HELD_BACK if faulty else DONE
