"""The daemon and the demonstration; the settings, and the dialects' layouts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from inkassod import app, log
from inkassod.cli import commands_layout, tables
from inkassod.cli.context import DONE, Call, opened
from inkassod.settings import example, load, masked

service = typer.Typer(rich_markup_mode=None)
commands = typer.Typer(rich_markup_mode=None)
config = typer.Typer(rich_markup_mode=None, help="The settings: check, show, or begin with an example.")
commands.add_typer(config, name="config")
commands.add_typer(commands_layout.layout, name="layout")


@service.command()
def run(context: typer.Context) -> int:
    """The daemon, in the foreground.

    Until SIGTERM or Ctrl-C; SIGHUP reads the settings again.
    """
    call = Call.of(context)
    path = call.settings_path()
    settings = load(path)
    log.configure(settings.daemon.log)
    app.serve(path, opened(settings))
    if call.as_json:
        call.answer({"stopped": True}, tables.nothing)
    return DONE


@service.command()
def demo(
    context: typer.Context,
    once: Annotated[
        bool,
        typer.Option("--once", help="End when the cycle is through; exit status 0 if every step was seen."),
    ] = False,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where it is played; .demo in this folder else.")
    ] = None,
) -> int:
    """A whole cycle on this machine.

    A sample creditor, the agency simulator over real SFTP, and the daemon.
    """
    from inkassod.demo import demo as play  # noqa: PLC0415  (it brings the simulator with it)

    call = Call.of(context)
    status = play(folder, once, call.say, terminal=not call.as_json and sys.stdout.isatty())
    if call.as_json:
        call.answer({"every_step_seen": status == DONE}, tables.nothing)
    return status


@config.command("check")
def config_check(context: typer.Context) -> int:
    """Reads the settings and names everything that is wrong with them."""
    call = Call.of(context)
    call.answer(call.checked(), tables.settings_checked)
    return DONE


@config.command("show")
def config_show(context: typer.Context) -> int:
    """The settings with all defaults filled in; secrets by reference, as in the file."""
    call = Call.of(context)
    call.answer(masked(call.settings()), tables.settings)
    return DONE


@config.command("example")
def config_example(
    context: typer.Context,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Into a new file; one that is there is left alone.")
    ] = None,
) -> int:
    """A complete settings file, every key explained."""
    call = Call.of(context)
    if write is None:
        call.answer({"toml": example()}, tables.text)
        return DONE
    with write.open("x", encoding="utf-8") as file:
        file.write(example())
    call.answer({"written": str(write)}, tables.written)
    return DONE
