"""One claimed file, from the archive to its end: done, with issues, failed, or back where it came from.

The steps and what may go wrong at each are those of `inkassod.runs`, which hands the files over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import DBAPIError

from inkasso_formats.feed import MIXED, feed_type_of, set_aside_csv, set_aside_jsonl
from inkasso_formats.problems import FormatError, FormatProblem
from inkassod import log, spool
from inkassod.core.model import Counts
from inkassod.inbound import identified, take_effect
from inkassod.installation import Installation
from inkassod.reading import Source
from inkassod.spool import Claimed, FileChanging, SpoolError
from inkassod.store import journal

MEGABYTE = 1024 * 1024

_log = structlog.get_logger()

GiveBack = Callable[[Claimed], object]  # where a file goes when it cannot be read now


class TroubleError(Exception):
    """Disk or database cannot be used now; nothing took effect, and it will be tried again."""


def handle(installation: Installation, claimed: Claimed, give_back: GiveBack, *, expected: str = "") -> bool:
    """True where the run has ended, done or failed; False where the file was not whole yet and went back.

    `give_back` takes the file to where it came from, when it cannot be read now.
    """
    with log.bind(run=claimed.run, file=claimed.name):
        try:
            _apply(installation, claimed, expected)
        except FileChanging as error:
            _log.info("still_written", reason=str(error))
            _give_back(installation, claimed, give_back)
            return False
        except FormatError as error:
            fail(installation, claimed, error.problems)
        except SpoolError as error:
            fail(installation, claimed, [FormatProblem(code=error.code, rule=str(error))])
        except (OSError, DBAPIError) as error:
            _give_back(installation, claimed, give_back)
            raise TroubleError(trouble_text(error)) from error
        except Exception as error:  # noqa: BLE001  (a fault of ours must not stop the daemon or lose the file)
            _log.exception("run_unexpected")
            rule = f"{type(error).__name__}: {error}; this is a fault of inkassod: report it with the archived file"
            fail(installation, claimed, [FormatProblem(code="run.unexpected", rule=rule)])
        else:
            put_away(installation, claimed)
        return True


def trouble_text(error: Exception) -> str:
    """What cannot be used, and why, in a sentence."""
    if isinstance(error, DBAPIError):
        return f"the database cannot be used: {error.orig}"
    return f"the disk cannot be used: {error}"


def _give_back(installation: Installation, claimed: Claimed, give_back: GiveBack) -> None:
    """Nothing took effect: the file goes back and the run is as if it had not begun.

    What cannot be done now is done by `recover` later, so failing here again does no harm.
    """
    try:
        give_back(claimed)
    except (OSError, SpoolError):  # it stays in `work`, and this was no death of the process
        with contextlib.suppress(DBAPIError), installation.database.write() as connection:
            journal.note(connection, claimed.run, attempts=0)
    else:
        with contextlib.suppress(DBAPIError):
            drop(installation, claimed.run)


def fail(installation: Installation, claimed: Claimed, problems: Sequence[FormatProblem]) -> None:
    """The log first, then the file: a crash between them leaves a run that has ended, and `recover` moves the file."""
    with installation.database.write() as connection:
        journal.finish(
            connection,
            claimed.run,
            outcome="failed",
            finished=installation.now(),
            counts=Counts(),
            problems=problems,
            summary=problems[0].message if problems else "",
        )
    spool.fail(claimed)
    _log.error("run_failed", problem=problems[0].message if problems else "", problems=len(problems))


def _apply(installation: Installation, claimed: Claimed, expected: str) -> None:
    kept = spool.store(
        installation.spool,
        claimed.path,
        on=installation.now().date(),
        max_bytes=installation.settings.daemon.max_file_megabytes * MEGABYTE,
        name=claimed.name,
    )
    with installation.database.write() as connection:
        journal.note(connection, claimed.run, archive=kept.relative, sha256=kept.sha256, size=kept.size)
    with spool.open_archived(installation.spool, kept.relative) as file:
        found = identified(installation, claimed.name, file)
        with installation.database.write() as connection:
            journal.note(connection, claimed.run, kind=found.kind, format=found.format)
        source = Source(claimed.name, file, kept.sha256, found)
        with installation.database.write() as connection:
            outcome = take_effect(installation, connection, claimed.run, source, expected)
    _log.info("run_ended", outcome=outcome)


def put_away(installation: Installation, claimed: Claimed) -> None:
    """The file of a run that has ended, out of `work`. Safe to repeat: a crash in between is made good by `recover`."""
    with installation.database.read() as connection:
        row = journal.get(connection, claimed.run)
    if row is not None and row["outcome"] == "failed":
        spool.fail(claimed)
        return
    if row is not None and row["outcome"] == "issues":
        _set_aside(installation, claimed, row["archive"], row["creditor"])
    spool.finish(claimed)


def _set_aside(installation: Installation, claimed: Claimed, archived: str, creditor: str) -> None:
    """The refused rows of a feed as a small file of their own, to mend and to `retry`."""
    feed_type = feed_type_of(claimed.name)
    with installation.database.read() as connection:
        lines = journal.refused_lines(connection, claimed.run)
    if feed_type is None or not lines:
        return
    with spool.open_archived(installation.spool, archived) as file:
        if feed_type == MIXED:
            rows = set_aside_jsonl(file, lines)
        else:
            encoding = installation.settings.creditors[creditor].feed_encoding
            rows = set_aside_csv(file, lines, encoding=encoding)
    spool.set_aside(claimed.area, claimed.run, claimed.name, rows)


def drop(installation: Installation, run: int) -> None:
    """Takes back a run whose file was not read."""
    with installation.database.write() as connection:
        journal.drop(connection, run)
