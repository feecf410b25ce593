"""Dialects for whoever writes or compares one: described, checked with the agency's files, begun as a copy; no settings are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inkasso_formats.dialects import FILE_KINDS
from inkassod import app
from inkassod.cli import render, tables, tables_layout
from inkassod.cli.context import DONE, FAILED, HELD_BACK, Call

layout = typer.Typer(rich_markup_mode=None, help="How an agency's files are laid out: its dialect.")


@layout.command("describe")
def layout_describe(
    context: typer.Context,
    dialect: Annotated[
        str,
        typer.Argument(
            metavar="DIALECT", help="A shipped one, or the path of a .toml file; all shipped without."
        ),
    ] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown/--text", help="For a page, or for a terminal.")
    ] = False,
) -> int:
    """The places of all fields, the totals and the codes of a dialect, and where they come from."""
    document = {"dialects": app.describe_layouts(dialect)}
    Call.of(context).answer(document, tables_layout.markdowns if markdown else tables_layout.texts)
    return DONE


@layout.command("check")
def layout_check(
    context: typer.Context,
    dialect: Annotated[
        str,
        typer.Argument(
            metavar="DIALECT", help="A shipped one, or the path of a .toml file.", show_default=False
        ),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Files of the agency, or to it.", show_default=False),
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            metavar="KIND", help=f"Of the files, where they do not say it: {', '.join(FILE_KINDS)}."
        ),
    ] = "",
    records: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="At most so many of a file, and all with a problem; 0 shows all."
        ),
    ] = 20,
    mask: Annotated[bool, typer.Option("--mask", help="Hides whose the records are.")] = False,
) -> int:
    """Reads files with a dialect and shows every record and field.

    Without FILE only the dialect itself is checked.
    """
    if kind and kind not in FILE_KINDS:
        raise app.UsageError(f"there are no files of {kind!r}: --kind takes one of {', '.join(FILE_KINDS)}")
    call = Call.of(context)
    with call.working("Checking ..."):
        document, refused, faulty = app.check_layout(
            dialect, files or [], kind or None, most=records, mask=mask
        )
    call.answer(document, tables_layout.checked)
    if refused:
        return FAILED
    return HELD_BACK if faulty else DONE


@layout.command("new")
def layout_new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it calls itself.", show_default=False)],
    copied: Annotated[
        str, typer.Option("--from", metavar="DIALECT", help="Which it begins as: a shipped one, or a path.")
    ] = "intrum-no",
    write: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Into a new .toml file, schemas beside it; what is there is left alone."
        ),
    ] = None,
) -> int:
    """Begins a dialect as a copy of another.

    Every key and every choice is explained at its head.
    """
    call = Call.of(context)
    if write is None:
        document = app.new_layout(name, copied)
        call.answer(document, tables.text)
    else:
        document = app.write_layout(name, copied, write)
        call.answer(document, tables_layout.written)
    if not call.as_json:
        _tell_next_steps(
            str(write or f"{name}.toml"), with_schemas=bool(document["schemas"]) and write is None
        )
    return DONE


def _tell_next_steps(file: str, *, with_schemas: bool) -> None:
    """What to do with it, in two lines on standard error."""
    schemas = "; --write puts its schemas beside it too" if with_schemas else ""
    for line in (
        f"Next: mend {file} by the agency's specification; `inkassod layout check {file} FILE` reads the agency's files with it{schemas}.",
        f'Then name it in the settings, as dialect = "{file}" of the agreement, counted from their folder; `inkassod config check` tries it.',
    ):
        typer.echo(render.safe(line), err=True)
