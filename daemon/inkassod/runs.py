"""The one path that every inbound file takes: claim, archive, identify, parse, decide, commit, finish.

The watcher, the clock and the command line all come through `work_through` or `read_by_hand`; nothing else reads a file.

What may go wrong, and what then:
* the file cannot be trusted or read (FormatError, SpoolError): the run is `failed`, the file lies in `failed`, all is said;
* single records are wrong: they are refused, the others take effect, the run has `issues`;
* disk or database fail: nothing took effect, the file goes back to where it came from, `TroubleError` says why;
* its writer turns out not to be done: the file goes back, and is read when it has settled;
* the process dies: what lies in `work` is handled again (`recover`), and given up after so many attempts.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from inkasso_formats.dialects import kind_of_name
from inkasso_formats.feed import FEED_TYPES, MIXED, feed_type_of, set_aside_csv, set_aside_jsonl
from inkasso_formats.problems import FormatError, FormatProblem
from inkassod import log, spool
from inkassod.core.model import Counts
from inkassod.inbound import identified, take_effect
from inkassod.installation import Actor, Installation
from inkassod.kinds import KINDS, Source
from inkassod.spool import Area, Claimed, FileChanging, SpoolError, Waiting
from inkassod.store import journal, transfers

LOCK_SECONDS = 60.0
MEGABYTE = 1024 * 1024

_log = structlog.get_logger()


class TroubleError(Exception):
    """Disk or database cannot be used now; nothing took effect, and it will be tried again."""


GiveBack = Callable[[Claimed], object]  # where a file goes when it cannot be read now


@contextlib.contextmanager
def _trouble_named() -> Iterator[None]:
    """Disk and database that fail outside a file's own reading are trouble too; what lies in `work` stays there."""
    try:
        yield
    except (OSError, DBAPIError) as error:
        raise TroubleError(_trouble(error)) from error


class _TakenBackError(Exception):
    """Ends the transaction of a trial, so that nothing of it stays."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a file would do: the run as it would be logged, with its problems and effects (rows by column name)."""

    run: dict[str, Any]
    problems: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    payments: list[dict[str, Any]]


# --- what waits ---------------------------------------------------------------------------------------------------


def work_through(
    installation: Installation,
    area: Area,
    actor: Actor,
    *,
    complete: Collection[str] = (),
    wanted: Callable[[Path], bool] = lambda _path: True,
) -> list[int]:
    """Everything that waits in an area, after what an earlier process left undone. Returns the runs, in order.

    `complete`: names known to be whole (closed by their writer, renamed into place); others wait until they have settled.
    Raises Busy when another process works in the area, TroubleError when disk or database cannot be used.
    """
    with spool.hold(installation.spool, area.name, timeout=LOCK_SECONDS), _trouble_named():
        finished = recover(installation, area)
        # Files carry the time of the file system, so that time counts here, not the clock that is injected.
        settle = installation.settings.daemon.settle_seconds
        settled = {file.path.name for file in spool.waiting(area, settle_seconds=settle, now=time.time())}
        files = _all_waiting(area)
        whole = settled | set(complete) | _fetched(installation, {file.path.name for file in files} - settled)
        for file in sorted(files, key=lambda file: _turn(installation, file.path.name)):
            name = file.path.name
            if name in whole and wanted(file.path):
                run = _take(installation, area, name, actor)
                finished += [run] if run is not None else []
        return finished


def _all_waiting(area: Area) -> list[Waiting]:
    return spool.waiting(area, settle_seconds=0, now=time.time())


def _fetched(installation: Installation, names: set[str]) -> set[str]:
    """Files that we fetched ourselves are whole from the start."""
    if not names:
        return set()
    with installation.database.read() as connection:
        return transfers.placed(connection, names)


def anything_waits(area: Area) -> bool:
    """True where a file lies in the inbox that may be taken, settled or not."""
    return bool(_all_waiting(area))


def _turn(installation: Installation, name: str) -> tuple[int, str]:
    """Files that arrived together in the order in which they depend on each other, then by name.

    Customers before their invoices, receipts before updates before closures.
    """
    kinds = [feed_type_of(name), *(kind_of_name(dialect, name) for dialect in installation.dialects.values())]
    order = [*FEED_TYPES, MIXED, *KINDS]
    return (min((order.index(kind) for kind in kinds if kind in order), default=len(order)), name)


def recover(installation: Installation, area: Area) -> list[int]:
    """Ends what an earlier process began in an area: by what lies in `work`, and by which runs have ended.

    Only for who holds the area's lock. Returns the runs that were taken up again.
    """
    left = spool.abandoned(area)
    with installation.database.write() as connection:
        present = {claimed.run for claimed in left}
        for begun in journal.running(connection, area.name):
            if begun["run"] not in present:
                journal.drop(connection, begun["run"])  # it died before it had claimed its file
    return [claimed.run for claimed in left if _taken_up(installation, claimed)]


def _taken_up(installation: Installation, claimed: Claimed) -> bool:
    """One file that an earlier process left; True where its run was taken up again and has ended now."""
    with installation.database.write() as connection:
        row = journal.get(connection, claimed.run)
        unfinished = row is not None and row["outcome"] == journal.RUNNING
        attempts = journal.again(connection, claimed.run) if unfinished else 0
    if row is None:
        _put_back_unknown(claimed)
    elif not unfinished:
        _put_away(installation, claimed)
    elif attempts > installation.settings.daemon.attempts_before_failed:
        _fail(installation, claimed, [_given_up(attempts - 1)])
    else:
        return _read(installation, claimed, spool.put_back)
    return unfinished


def _put_back_unknown(claimed: Claimed) -> None:
    """A file of a run that the database does not know (an older backup, say) is read as if it had just come."""
    try:
        spool.put_back(claimed)
    except SpoolError as error:
        _log.error("left_in_work", file=claimed.path.name, reason=str(error))


def _given_up(attempts: int) -> FormatProblem:
    rule = f"the process died {attempts} times over this file: look into the log of those times, then `retry`"
    return FormatProblem(code="run.given_up", rule=rule)


# --- one file -----------------------------------------------------------------------------------------------------


def _take(installation: Installation, area: Area, name: str, actor: Actor) -> int | None:
    run = _begin(installation, area, name, actor)
    try:
        claimed = spool.claim(area, name, run)
    except SpoolError as error:  # this one may not be taken; the others may
        _log.error("not_taken", file=name, reason=str(error))
        claimed = None
    if claimed is None:
        _drop(installation, run)
        return None
    return run if _read(installation, claimed, spool.put_back) else None


def _drop(installation: Installation, run: int) -> None:
    with installation.database.write() as connection:
        journal.drop(connection, run)


def read_by_hand(
    installation: Installation, area: Area, path: Path, actor: Actor, *, expected: str = ""
) -> int:
    """Reads a file from anywhere; it stays where it is. `expected`: the kind that it must be of, or any.

    Returns the run. Raises SpoolError where it cannot be taken, Busy, TroubleError.
    """
    with spool.hold(installation.spool, area.name, timeout=LOCK_SECONDS), _trouble_named():
        recover(installation, area)
        run = _begin(installation, area, path.name, actor)
        try:
            claimed = spool.take_copy(area, path, run)
        except (SpoolError, OSError):
            _drop(installation, run)
            raise
        _read(installation, claimed, spool.finish, expected=expected)
        return run


def retry(installation: Installation, run: int, actor: Actor) -> int:
    """Reads the file of a failed run (or the rows set aside by a run with issues) again, as it lies in `failed` now.

    Where nothing lies there, the archived bytes are read again. Returns the new run. Raises KeyError for a run
    that is not there, ValueError for one that has no file to read again, Busy, TroubleError.
    """
    with installation.database.read() as connection:
        row = journal.get(connection, run)
    if row is None:
        raise KeyError(run)
    if row["direction"] != "in" or not row["area"]:
        raise ValueError(f"run {run} ({row['kind']}) read no file that could be read again")
    area = getattr(installation.spool, row["area"])
    with spool.hold(installation.spool, area.name, timeout=LOCK_SECONDS), _trouble_named():
        recover(installation, area)
        mended = spool.failed_file(area, run)
        if mended is None and not row["archive"]:
            raise ValueError(f"the file of run {run} is neither in {area.failed} nor in the archive")
        new = _begin(installation, area, row["file_name"], actor)
        claimed = Claimed(area, new, row["file_name"], area.work / f"{new}-{row['file_name']}")
        if mended is not None:
            spool.move(mended, claimed.path)
        else:
            with spool.open_archived(installation.spool, row["archive"]) as file:
                spool.write_atomic(claimed.path, iter(lambda: file.read(MEGABYTE), b""))
        if not _read(installation, claimed, _back_to(mended)):
            raise TroubleError(f"{mended} changed while it was read: `retry` again when its writer is done")
        return new


def _back_to(failed: Path | None) -> GiveBack:
    """What was mended goes back to `failed`; a copy of archived bytes is only taken away."""
    return spool.finish if failed is None else lambda claimed: spool.move(claimed.path, failed)


def _begin(installation: Installation, area: Area, name: str, actor: Actor) -> int:
    """The row comes before the claim, so that what lies in `work` always has a run."""
    with installation.database.write() as connection:
        return journal.start(
            connection,
            kind="unknown",
            trigger=actor.trigger,
            actor=actor.name,
            reason=actor.reason,
            file_name=name,
            direction="in",
            area=area.name,
            started=installation.now(),
        )


def _read(installation: Installation, claimed: Claimed, give_back: GiveBack, *, expected: str = "") -> bool:
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
            _fail(installation, claimed, error.problems)
        except SpoolError as error:
            _fail(installation, claimed, [FormatProblem(code=error.code, rule=str(error))])
        except (OSError, DBAPIError) as error:
            _give_back(installation, claimed, give_back)
            raise TroubleError(_trouble(error)) from error
        except Exception as error:  # noqa: BLE001  (a fault of ours must not stop the daemon or lose the file)
            _log.exception("run_unexpected")
            rule = f"{type(error).__name__}: {error}; this is a fault of inkassod: report it with the archived file"
            _fail(installation, claimed, [FormatProblem(code="run.unexpected", rule=rule)])
        else:
            _put_away(installation, claimed)
        return True


def _trouble(error: Exception) -> str:
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
            _drop(installation, claimed.run)


def _fail(
    installation: Installation, claimed: Claimed, problems: list[FormatProblem] | tuple[FormatProblem, ...]
) -> None:
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


def _put_away(installation: Installation, claimed: Claimed) -> None:
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


# --- a trial ------------------------------------------------------------------------------------------------------


def dry_run(installation: Installation, path: Path, *, expected: str = "") -> Trial:
    """What reading a file would do now, without doing it: the same path, in a transaction that is taken back.

    Raises FormatError, SpoolError, OSError.
    """
    trial: Trial | None = None
    with path.open("rb") as file, contextlib.suppress(_TakenBackError):
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        found = identified(installation, path.name, file)
        with installation.database.write() as connection:
            run = journal.start(
                connection,
                kind="unknown",
                trigger="manual",
                file_name=path.name,
                direction="in",
                started=installation.now(),
            )
            journal.note(connection, run, kind=found.kind, format=found.format)
            take_effect(installation, connection, run, Source(path.name, file, sha256, found), expected)
            trial = _trial(connection, run)
            raise _TakenBackError
    if trial is None:
        raise RuntimeError("the trial ended without a result")
    return trial


def _trial(connection: Connection, run: int) -> Trial:
    return Trial(
        run=dict(journal.get(connection, run) or {}),
        problems=[dict(row) for row in journal.problems_of(connection, run)],
        effects=[dict(row) for row in journal.effects_of(connection, run)],
        payments=[dict(row) for row in journal.payments_of(connection, run)],
    )
