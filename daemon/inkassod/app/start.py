"""An installation opened, its settings checked, and the daemon on it."""

from __future__ import annotations

import gc
import signal
from pathlib import Path

import structlog

from inkassod import (
    clock,
    notify,
    spool,
)
from inkassod.acts import UsageError
from inkassod.installation import Installation, load_dialects
from inkassod.service import Service
from inkassod.settings import Settings, load
from inkassod.store.database import Database
from inkassod.views import Document

_log = structlog.get_logger()


def open_installation(settings_path: Path) -> Installation:
    """The installation of a settings file: folders made, tables brought up to date.

    Raises SettingsError, FormatError (a dialect), OSError, DBAPIError.
    """
    return installation_of(load(settings_path))


def installation_of(settings: Settings) -> Installation:
    """The same, of settings that are read already."""
    # Records by the hundred thousand come and go without cycles: looking for those every 700 objects only costs time.
    gc.set_threshold(50_000, 20, 50)
    database = Database(settings.daemon.database)
    database.upgrade()
    return Installation(
        settings=settings,
        spool=spool.make_folders(settings.daemon.spool),
        database=database,
        clock=clock.from_environment(),
        dialects=load_dialects(settings),
    )


def check_settings(settings: Settings) -> Document:
    """Settings that were read, and can be used if their dialects can. Raises FormatError (a dialect)."""
    load_dialects(settings)
    return {
        "settings": str(settings.path),
        "creditors": list(settings.creditors),
        "agreements": list(settings.agreements),
    }


def agreement_named(installation: Installation, name: str) -> str:
    """The agreement of that name, or the only one where the name is empty. Raises UsageError."""
    names = sorted(installation.agreements())
    if name in names:
        return name
    if not name and len(names) == 1:
        return names[0]
    wish = f"there is no agreement {name!r} in use" if name else "which agreement is meant"
    raise UsageError(f"{wish}: --agreement takes one of {', '.join(names) or '(none in use)'}")


def serve(settings_path: Path, installation: Installation) -> None:
    """The daemon in the foreground, until SIGTERM or SIGINT; SIGHUP reads the settings again.

    Settings that are wrong on SIGHUP change nothing: the daemon goes on with those it has, and says so.
    """
    state = {"again": True, "reload": False, "service": Service(installation)}

    def stop(_number: int, _frame: object) -> None:
        state["again"] = False
        state["service"].stop()  # type: ignore[attr-defined]

    def reload(_number: int, _frame: object) -> None:
        state["reload"] = True
        state["service"].stop()  # type: ignore[attr-defined]

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, reload)
    while state["again"]:
        state["service"].run()  # type: ignore[attr-defined]
        if state["again"] and state["reload"]:
            notify.reloading()
            installation = _reloaded(settings_path, installation)
            state.update(reload=False, service=Service(installation))


def _reloaded(settings_path: Path, installation: Installation) -> Installation:
    try:
        return open_installation(settings_path)
    except Exception as error:  # noqa: BLE001  (whatever is wrong with the new settings, the old ones go on)
        _log.error("settings_not_reloaded", reason=str(error))
        return installation
