"""From an error to what a person is told and to the exit status. Every error has both; nobody sees a traceback."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer
from sqlalchemy.exc import DBAPIError

from inkasso_formats.problems import FormatError
from inkassod import app
from inkassod.cli import render
from inkassod.cli.context import BUSY, FAILED, SETTINGS_WRONG, TRANSPORT_FAILED, USAGE, NoSettingsError
from inkassod.corrections import UnreadPaymentsError
from inkassod.handling import TroubleError
from inkassod.settings import SettingsError
from inkassod.spool import Busy, SpoolError


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a command ended: exit status, a stable code, a sentence, and each problem where there are several."""

    status: int
    code: str
    message: str
    problems: tuple[str, ...] = ()


def failure_of(error: Exception, settings: Path | None) -> Failure:
    """The failure that an error means; `settings` is the file that was read, where one was."""
    if isinstance(error, typer.TyperException):
        return Failure(USAGE, "usage", _usage(error.format_message()))
    if isinstance(error, NoSettingsError):
        return Failure(SETTINGS_WRONG, "settings.missing", str(error))
    if isinstance(error, SettingsError | app.DialectError):
        return _unusable(error, settings)
    if isinstance(error, app.TransportError):
        return Failure(TRANSPORT_FAILED, error.code, str(error))
    if isinstance(error, SpoolError):
        return Failure(BUSY if isinstance(error, Busy) else FAILED, error.code, str(error))
    return _others(error)


def _unusable(error: SettingsError | app.DialectError, settings: Path | None) -> Failure:
    """Settings, or a dialect that was named on the line."""
    if isinstance(error, app.DialectError):
        return Failure(SETTINGS_WRONG, error.code, str(error), error.problems)
    return Failure(SETTINGS_WRONG, "settings", f"{settings} cannot be used", error.problems)


def _others(error: Exception) -> Failure:
    """The failures that are no fault of the settings, the spool or the line."""
    if isinstance(error, app.UsageError):
        return Failure(USAGE, "usage", str(error))
    if isinstance(error, FormatError):
        problems = tuple(problem.message for problem in error.problems)
        return Failure(FAILED, error.problems[0].code, "the file cannot be read", problems)
    if isinstance(error, DBAPIError):
        locked = "locked" in str(error.orig)  # by another process, for longer than one waits
        text = f"the database cannot be used: {error.orig}"
        return Failure(BUSY if locked else FAILED, "database.busy" if locked else "database", text)
    if isinstance(error, OSError):
        return Failure(FAILED, "system", _system(error))
    codes = {
        app.NotFoundError: "not_found",
        UnreadPaymentsError: "corrections.unread_payments",
        TroubleError: "trouble",
    }
    if type(error) in codes:
        return Failure(FAILED, codes[type(error)], str(error))
    text = f"{type(error).__name__}: {error}; this is a fault of inkassod: INKASSOD_DEBUG=1 shows where"
    return Failure(FAILED, "unexpected", text)


def _system(error: OSError) -> str:
    text = error.strerror or str(error)
    return f"{error.filename}: {text}" if error.filename is not None else text


def _usage(text: str) -> str:
    """The parser's sentence; the two options of every command are looked for behind it by many."""
    sentence = text.strip().rstrip(".").replace("Value error, ", "")
    for option in ("--json", "--config"):
        if sentence.startswith("No such option") and option in sentence:
            return f"{option} stands before the command: inkassod {option} ... COMMAND"
    return f"{sentence}: `inkassod --help` lists the commands" if "ommand" in sentence else sentence


def tell(failure: Failure, *, as_json: bool) -> None:
    """As the one JSON document on standard output, or as a sentence and its problems on standard error."""
    if as_json:
        error: dict[str, object] = {"code": failure.code, "message": failure.message}
        if failure.problems:
            error["message"] = "; ".join([failure.message, *failure.problems])
            error["problems"] = list(failure.problems)
        render.write_json({"error": error})
        return
    sys.stdout.flush()
    end = ":" if failure.problems else ""
    lines = [f"inkassod: {failure.message}{end}", *(f"  {problem}" for problem in failure.problems)]
    for line in lines:
        typer.echo(render.safe(line), err=True)


def debugging() -> bool:
    """True where errors are to be raised as they are, for who works on inkassod itself."""
    return bool(os.environ.get("INKASSOD_DEBUG"))
