"""The command line: `main` is the entry point of `inkassod`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from inkassod import app, log

commands = typer.Typer(no_args_is_help=True, add_completion=False)
_CONFIG = {"path": Path("inkassod.toml")}


@commands.callback()
def _shared(config: Annotated[Path, typer.Option("--config")] = Path("inkassod.toml")) -> None:
    _CONFIG["path"] = config


@commands.command()
def run() -> None:
    """The daemon, in the foreground."""
    installation = app.open_installation(_CONFIG["path"])
    log.configure(installation.settings.daemon.log)
    app.serve(_CONFIG["path"], installation)


def main() -> None:
    """Entry point."""
    sys.exit(commands())
