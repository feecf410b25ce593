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
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from inkasso_formats.dialects import kind_of_name
from inkasso_formats.feed import FEED_TYPES, MIXED, feed_type_of, ubl
from inkasso_formats.problems import FormatProblem
from inkassod import spool
from inkassod.handling import GiveBack, TroubleError, drop, fail, handle, put_away, trouble_text
from inkassod.inbound import HEAD
from inkassod.installation import Actor, Installation
from inkassod.kinds import KINDS
from inkassod.spool import Area, Claimed, SpoolError, Waiting
from inkassod.store import journal, transfers

LOCK_SECONDS = 60.0
MEGABYTE = 1024 * 1024

_log = structlog.get_logger()


@contextlib.contextmanager
def _trouble_named() -> Iterator[None]:
    """Disk and database that fail outside a file's own reading are trouble too; what lies in `work` stays there."""
    try:
        yield
    except (OSError, DBAPIError) as error:
        raise TroubleError(trouble_text(error)) from error


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
        for file in sorted(files, key=lambda file: _turn(installation, area, file.path)):
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


def _turn(installation: Installation, area: Area, path: Path) -> tuple[int, str]:
    """Files that arrived together in the order in which they depend on each other, then by name.

    Customers before their invoices, receipts before updates before closures; an ERP's UBL document, whose name says
    nothing, after its root element: an invoice among invoices, a credit note among entries.
    """
    name = path.name
    kinds: list[str | None] = [kind_of_name(dialect, name) for dialect in installation.dialects.values()]
    kinds.append(feed_type_of_file(path) if area.name == KINDS["feed"].area else feed_type_of(name))
    order = [*FEED_TYPES, MIXED, *KINDS]
    return (min((order.index(kind) for kind in kinds if kind in order), default=len(order)), name)


def feed_type_of_file(path: Path) -> str | None:
    """The type of a feed's file, by its name or (a UBL document) its beginning; None where that cannot be told."""
    found = feed_type_of(path.name)
    if found is None:
        with contextlib.suppress(OSError), path.open("rb") as file:
            found = ubl.feed_type_of_content(file.read(HEAD))
    return found


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
        put_away(installation, claimed)
    elif attempts > installation.settings.daemon.attempts_before_failed:
        fail(installation, claimed, [_given_up(attempts - 1)])
    else:
        return handle(installation, claimed, spool.put_back)
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
        drop(installation, run)
        return None
    return run if handle(installation, claimed, spool.put_back) else None


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
            drop(installation, run)
            raise
        handle(installation, claimed, spool.finish, expected=expected)
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
        if not handle(installation, claimed, _back_to(mended)):
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
