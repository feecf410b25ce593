"""The command line: `main` is the entry point of `inkassod`, `execute` does one call and returns its exit status.

The commands stand in the `commands_*` modules, thin: each calls a function of `inkassod.app` and hands on what it returns
to be written as JSON or, by `tables`, for people. Exit statuses: 0 done; 1 failed; 2 wrong usage; 3 done, some records
held back or refused; 4 settings wrong; 5 transport failed; 6 busy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from inkassod.cli import (
    commands_exchange,
    commands_explain,
    commands_handover,
    commands_look,
    commands_setup,
    commands_show,
    commands_simulate,
)
from inkassod.cli.context import FAILED, Call
from inkassod.cli.errors import debugging, failure_of, tell

commands = typer.Typer(
    name="inkassod",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Exchanges files between a company's accounts receivable and its debt-collection agency.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"inkassod {version('inkassod')}")
        raise typer.Exit


@commands.callback()
def _before(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The settings; else $INKASSOD_CONFIG, /etc/inkassod/inkassod.toml or ./inkassod.toml, the first there is.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Exactly one JSON document on standard output, errors too.")
    ] = False,
    _show_version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="The version, and nothing else."),
    ] = False,
) -> None:
    context.obj.given = config
    context.obj.as_json = as_json


for _group in (
    commands_setup.service,
    commands_exchange.commands,
    commands_handover.commands,
    commands_look.commands,
    commands_show.commands,
    commands_explain.commands,
    commands_setup.commands,
    commands_simulate.commands,
):
    commands.add_typer(_group)


def execute(arguments: Sequence[str]) -> int:
    """One call with the words that stand behind `inkassod`. Returns the exit status; raises only under INKASSOD_DEBUG."""
    call = Call(as_json="--json" in arguments)
    try:
        status = commands(args=list(arguments), prog_name="inkassod", standalone_mode=False, obj=call)
    except BrokenPipeError:
        return _nobody_reads()
    except Exception as error:
        if debugging():
            raise
        failure = failure_of(error, call.used)
        tell(failure, as_json=call.as_json)
        return failure.status
    finally:
        call.close()
    return int(status or 0)


def _nobody_reads() -> int:
    """The reader of a pipe went away (`| head`): what Python would still write at its end goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def main() -> None:
    """The entry point of `inkassod`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets it written out, and no error.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    status = execute(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _nobody_reads()
    sys.exit(status)
