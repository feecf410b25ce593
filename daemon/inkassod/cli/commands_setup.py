"""The daemon and the demonstration; the settings, the dialects' layouts and the agency simulator."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from inkassod import app, log
from inkassod.cli import commands_layout, tables
from inkassod.cli.context import DONE, Call, opened
from inkassod.settings import example, load, masked
from inkassod.simulator import command as simulator
from inkassod.simulator.faults import FAULTS
from inkassod.simulator.post import SENDER

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


@commands.command()
def simulate(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where it keeps everything.")],
    client_number: Annotated[str, typer.Option(metavar="TEXT", help="The creditor's number at the agency.")],
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Holds the password that the creditor logs in with.")
    ] = None,
    public_key_file: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A public key that the creditor may log in with; repeatable."),
    ] = None,
    username: Annotated[str, typer.Option(metavar="NAME", help="The creditor's user name.")] = "creditor",
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 0,
    dialect: Annotated[str, typer.Option(metavar="NAME", help="How it writes its files.")] = "intrum-no",
    seed: Annotated[int, typer.Option(help="The same seed, the same fates.")] = 1,
    pace: Annotated[float, typer.Option(min=0.01, help="Seconds between its steps.")] = 2.0,
    agency_account: Annotated[
        str, typer.Option(metavar="ACCOUNT", help="Which it pays from.")
    ] = simulator.AGENCY_ACCOUNT,
    creditor_account: Annotated[
        str, typer.Option(metavar="ACCOUNT", help="Which it pays into.")
    ] = simulator.CREDITOR_ACCOUNT,
    bank: Annotated[
        str, typer.Option(metavar="FORMAT", help="How its payments are told: ocr, or bgmax in Sweden.")
    ] = "ocr",
    agency_bankgiro: Annotated[
        str, typer.Option(metavar="BANKGIRO", help="Which it pays from, in BgMax.")
    ] = simulator.AGENCY_BANKGIRO,
    creditor_bankgiro: Annotated[
        str, typer.Option(metavar="BANKGIRO", help="Which it pays into, in BgMax.")
    ] = simulator.CREDITOR_BANKGIRO,
    sender: Annotated[
        str, typer.Option(metavar="TEXT", help="The creditor's number as a sender of files.")
    ] = SENDER,
    bank_folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where its payments are put; DIR/bank else.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=NUMBER]", help=f"What goes wrong; repeatable. Known: {', '.join(FAULTS)}."
        ),
    ] = None,
) -> int:
    """The agency simulator, as an SFTP server.

    Until SIGTERM or Ctrl-C.
    """
    call = Call.of(context)
    try:
        simulator.simulate(
            folder,
            port,
            client_number,
            dialect,
            seed,
            pace,
            agency_account,
            bank_folder,
            fault or [],
            say=call.say,
            creditor_account=creditor_account,
            bank=bank,
            agency_bankgiro=agency_bankgiro,
            creditor_bankgiro=creditor_bankgiro,
            sender=sender,
            username=username,
            password=simulator.password_of(password_file) if password_file else None,
            public_keys=[path.read_text(encoding="utf-8") for path in public_key_file or []],
        )
    except ValueError as error:
        raise app.UsageError(str(error)) from None
    if call.as_json:
        call.answer({"stopped": True}, tables.nothing)
    return DONE
