"""The agency simulator, as an SFTP server of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inkassod import app
from inkassod.cli import tables
from inkassod.cli.context import DONE, Call
from inkassod.simulator import command as simulator
from inkassod.simulator.command import AGENCY_ACCOUNT, AGENCY_BANKGIRO, CREDITOR_ACCOUNT, CREDITOR_BANKGIRO
from inkassod.simulator.faults import FAULTS
from inkassod.simulator.post import SENDER

commands = typer.Typer(rich_markup_mode=None)

_Folder = Annotated[Path, typer.Option(metavar="DIR", help="Where it keeps everything.")]
_Client = Annotated[str, typer.Option(metavar="TEXT", help="The creditor's number at the agency.")]
_Password = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Holds the password that the creditor logs in with.")
]
_Keys = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A public key that the creditor may log in with; repeatable."),
]
_User = Annotated[str, typer.Option(metavar="NAME", help="The creditor's user name.")]
_Port = Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")]
_Dialect = Annotated[
    str, typer.Option(metavar="NAME", help="How it writes its files: a name, or the path of your own.")
]
_Seed = Annotated[int, typer.Option(help="The same seed, the same fates.")]
_Pace = Annotated[float, typer.Option(min=0.01, help="Seconds between its steps.")]
_From = Annotated[str, typer.Option(metavar="ACCOUNT", help="Which it pays from.")]
_To = Annotated[str, typer.Option(metavar="ACCOUNT", help="Which it pays into.")]
_Bank = Annotated[
    str, typer.Option(metavar="FORMAT", help="How the bank tells its payments: ocr, or bgmax in Sweden.")
]
_FromGiro = Annotated[str, typer.Option(metavar="BANKGIRO", help="Which it pays from, in BgMax.")]
_ToGiro = Annotated[str, typer.Option(metavar="BANKGIRO", help="Which it pays into, in BgMax.")]
_Sender = Annotated[str, typer.Option(metavar="TEXT", help="The creditor's number as a sender of files.")]
_BankFolder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where its payments are put; DIR/bank else.")
]
_Faults = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME[=NUMBER]", help=f"What goes wrong; repeatable. Known: {', '.join(FAULTS)}."),
]


@commands.command()
def simulate(
    context: typer.Context,
    folder: _Folder,
    client_number: _Client,
    password_file: _Password = None,
    public_key_file: _Keys = None,
    username: _User = "creditor",
    port: _Port = 0,
    dialect: _Dialect = "intrum-no",
    seed: _Seed = 1,
    pace: _Pace = 2.0,
    agency_account: _From = AGENCY_ACCOUNT,
    creditor_account: _To = CREDITOR_ACCOUNT,
    bank: _Bank = "ocr",
    agency_bankgiro: _FromGiro = AGENCY_BANKGIRO,
    creditor_bankgiro: _ToGiro = CREDITOR_BANKGIRO,
    sender: _Sender = SENDER,
    bank_folder: _BankFolder = None,
    fault: _Faults = None,
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
