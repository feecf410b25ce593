"""What every command shares: the options before the command, the installation, who gives the command, how it answers."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from inkasso_formats.problems import FormatError
from inkassod import app, log
from inkassod.cli import render
from inkassod.installation import Actor, Installation
from inkassod.settings import Settings, SettingsError, load
from inkassod.views import Document

DONE, FAILED, USAGE, HELD_BACK, SETTINGS_WRONG, TRANSPORT_FAILED, BUSY = range(7)
INTERRUPTED = 130  # as shells have it

SERVICE_SETTINGS = Path("/etc/inkassod/inkassod.toml")
OWN_SETTINGS = Path("inkassod.toml")

Agreement = Annotated[
    str, typer.Option(metavar="NAME", help="The agreement that is meant; where there is one only, it is.")
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the log.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]


class NoSettingsError(Exception):
    """No settings file is named, and none lies where one is looked for."""


@dataclass(slots=True)
class Call:
    """One call of the command line: what stood before the command. `used` is the settings file, once it is known."""

    given: Path | None = None
    as_json: bool = False
    used: Path | None = None
    _installation: Installation | None = field(default=None, repr=False)

    @staticmethod
    def of(context: typer.Context) -> Call:
        """The call that a command belongs to."""
        call = context.find_root().obj
        if not isinstance(call, Call):
            raise TypeError("the command runs outside of `inkassod`")
        return call

    def settings_path(self) -> Path:
        """The settings file. Raises NoSettingsError, which names the places that were looked at."""
        self.used = self.given or _found()
        return self.used

    def settings(self) -> Settings:
        """The settings, with logging set up for a command: warnings only, since a command tells the rest itself."""
        settings = load(self.settings_path())
        if os.environ.get("INKASSOD_DEBUG"):
            log.configure("text")
        else:
            log.configure("text", warnings_only=True)
        return settings

    def checked(self) -> Document:
        """What the settings hold, once all of them can be used. Raises SettingsError."""
        settings = self.settings()
        with _dialects_are_settings():
            return app.check_settings(settings)

    @property
    def installation(self) -> Installation:
        """What the command works on. Raises SettingsError, also for a dialect that cannot be used; OSError, DBAPIError."""
        if self._installation is None:
            self._installation = opened(self.settings())
        return self._installation

    def agreement(self, name: str) -> str:
        """The agreement of that name, or the only one."""
        return app.agreement_named(self.installation, name)

    def day(self, given: datetime | None, *, after: int = 0) -> datetime | None:
        """The begin of a day where the creditor is, or of a day so many days after it."""
        if given is None:
            return None
        return (given + timedelta(days=after)).replace(tzinfo=zone_of(self.installation))

    def close(self) -> None:
        """Gives back what the command held open."""
        if self._installation is not None:
            self._installation.database.close()

    def working(self, text: str) -> AbstractContextManager[Any]:
        """On a terminal, shows that work goes on."""
        return nullcontext() if self.as_json else render.working(text)

    def answer(self, document: Mapping[str, Any], blocks: Callable[[Any], Iterable[render.Block]]) -> None:
        """The document as JSON, or as `blocks` sets it for people, with times of day where the creditor is."""
        if self.as_json:
            render.write_json(document)
            return
        zone = zone_of(self._installation) if self._installation is not None else None
        render.show(blocks(render.local(document, zone)))

    def say(self, text: str) -> None:
        """A text for people while a command goes on; standard output belongs to the JSON document where one is asked for."""
        sys.stdout.flush()
        typer.echo(render.safe(text), err=self.as_json)


def opened(settings: Settings) -> Installation:
    """The installation of the settings. Raises SettingsError, also for a dialect that cannot be used; OSError, DBAPIError."""
    with _dialects_are_settings():
        return app.installation_of(settings)


@contextmanager
def _dialects_are_settings() -> Iterator[None]:
    """An agreement names its dialect, so one that cannot be used is a fault in the settings."""
    try:
        yield
    except FormatError as error:
        raise SettingsError(problem.message for problem in error.problems) from error


def zone_of(installation: Installation) -> ZoneInfo | None:
    """The time zone for tables: the creditors', or the machine's (None) where they differ."""
    zones = {creditor.time_zone for creditor in installation.settings.creditors.values()}
    return zones.pop() if len(zones) == 1 else None


def actor(reason: str = "") -> Actor:
    """The person at the keyboard, as the log names them."""
    name = os.environ.get("SUDO_USER", "")
    if not name:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):  # a user that only the kernel knows
            name = f"user {os.getuid()}"
    return Actor("manual", name, reason)


def status_of(runs: Iterable[Mapping[str, Any]]) -> int:
    """The exit status of runs that were made now."""
    outcomes = {run["outcome"] for run in runs}
    if "failed" in outcomes:
        return FAILED
    return HELD_BACK if "issues" in outcomes else DONE


def _found() -> Path:
    named = os.environ.get("INKASSOD_CONFIG")
    if named:
        return Path(named)
    for path in (SERVICE_SETTINGS, OWN_SETTINGS):
        if path.exists():
            return path
    raise NoSettingsError(
        f"no settings found: $INKASSOD_CONFIG is not set, and neither {SERVICE_SETTINGS} nor ./{OWN_SETTINGS} is there; "
        f"name a file with --config, or begin one with `inkassod config example --write {OWN_SETTINGS}`"
    )
