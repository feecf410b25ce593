"""From the inbox to work and out again: which files are complete, and who has them.

A file is claimed by one rename, inbox/NAME to work/RUN-NAME: of several takers one wins, and the writer can no
longer reach the name. What lies in work after a crash is simply handled again.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from inkassod.spool.atomic import LEFTOVER, move, open_plain, remove, write_atomic
from inkassod.spool.tree import Area, Spool, SpoolError, is_explanation, is_unfinished, name_problem, shown

__all__ = [
    "Area", "Claimed", "Spool", "Waiting", "abandoned", "claim", "fail", "failed_file", "finish", "oddities",
    "put_back", "set_aside", "take_copy", "waiting",
]  # fmt: skip

CLAIMED_NAME = re.compile(r"\A([0-9]{1,18})-(.+)\Z", re.DOTALL)
COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A complete file in an inbox: size in bytes, time of its last change in nanoseconds."""

    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that this daemon has taken: its run, the name it arrived under, and where it lies now."""

    area: Area
    run: int
    name: str
    path: Path


def waiting(area: Area, *, settle_seconds: float, now: float) -> list[Waiting]:
    """The files of the inbox that are complete, in name order; a full scan, since events may be lost.

    Complete: a regular file under a harmless name, with one name only, unchanged for `settle_seconds` at `now`
    (seconds since the epoch). A change time in the future (a copied one) is not believed: then the file
    system's own time counts. OSError when the inbox cannot be read.
    """
    found = []
    for name, status in _scan(area.inbox):
        if _oddity(name, status) or is_unfinished(name) or is_explanation(name):
            continue
        changed = status.st_mtime if status.st_mtime <= now else status.st_ctime
        if now - changed >= settle_seconds:
            found.append(Waiting(area.inbox / name, status.st_size, status.st_mtime_ns))
    return found


def oddities(area: Area) -> list[tuple[str, str]]:
    """What lies in the inbox and is never taken: (name fit for display, reason), in name order."""
    found = []
    for name, status in _scan(area.inbox):
        reason = _oddity(name, status)
        if reason and not is_explanation(name):
            found.append((shown(name), reason))
    return found


def _scan(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 (names, not paths: they may be hostile)
        try:
            status = os.lstat(folder / name)
        except FileNotFoundError:
            continue  # taken or renamed since the listing
        yield name, status


def _oddity(name: str, status: os.stat_result) -> str | None:
    kinds = {
        stat.S_IFLNK: "symbolic link",
        stat.S_IFDIR: "folder",
        stat.S_IFIFO: "named pipe",
        stat.S_IFSOCK: "socket",
    }
    if not stat.S_ISREG(status.st_mode):
        return kinds.get(stat.S_IFMT(status.st_mode), "device")
    if status.st_nlink != 1:
        return "file with a second name (hard link)"
    return name_problem(name)


def claim(area: Area, name: str, run: int) -> Claimed | None:
    """Take inbox/NAME for a run by renaming it to work/RUN-NAME; None when somebody else took it first.

    Raises SpoolError spool.name for a name that is never taken, spool.denied when the folders forbid the rename.
    """
    if name_problem(name) or is_unfinished(name) or is_explanation(name):
        raise SpoolError(
            "spool.name", f"a file named {shown(name)} is never taken from {area.inbox}; rename it"
        )
    claimed = _claimed(area, run, name)
    try:
        move(area.inbox / name, claimed.path)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        message = f"{area.inbox / name} cannot be taken: the daemon's user needs the right to rename in {area.inbox}"
        raise SpoolError("spool.denied", message) from error
    return claimed


def _claimed(area: Area, run: int, name: str) -> Claimed:
    return Claimed(area, run, name, area.work / f"{run}-{name}")


def take_copy(area: Area, source: Path, run: int) -> Claimed:
    """Copy a file given by hand to work/RUN-NAME; the original stays, and may have several names.

    Raises SpoolError: spool.name, spool.gone, spool.denied, spool.not_a_file.
    """
    problem = name_problem(source.name)
    if problem:
        raise SpoolError(
            "spool.name", f"{shown(str(source))} cannot be taken: {problem}; copy it to a simpler name"
        )
    claimed = _claimed(area, run, source.name)
    descriptor, _status = open_plain(source, single_name=False)
    with open(descriptor, "rb") as file:  # noqa: PTH123 (pathlib cannot open a descriptor)
        write_atomic(claimed.path, _blocks(file))
    return claimed


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(COPY_BYTES):
        yield block


def abandoned(area: Area) -> list[Claimed]:
    """What an earlier process left in work, in the order of the runs; half-written leftovers are removed.

    Only for who holds the lock of this area: otherwise the files may be in use.
    """
    found = []
    for name, status in _scan(area.work):
        parts = CLAIMED_NAME.match(name)
        if parts:
            found.append(Claimed(area, int(parts[1]), parts[2], area.work / name))
        elif LEFTOVER.match(name) and stat.S_ISREG(status.st_mode):
            remove(area.work / name)
    return sorted(found, key=lambda claimed: (claimed.run, claimed.name))


def finish(claimed: Claimed) -> None:
    """The file is archived and recorded: take it out of work. Safe to repeat."""
    remove(claimed.path)


def fail(claimed: Claimed) -> Path:
    """Move the file to failed/RUN-NAME, where it stays for a look or a retry; returns the new path."""
    target = claimed.area.failed / claimed.path.name
    move(claimed.path, target)
    return target


def put_back(claimed: Claimed) -> None:
    """Give a file that came from the inbox back under its own name.

    Raises SpoolError spool.exists when another file has arrived under that name; the claimed one stays in work.
    """
    try:
        move(claimed.path, claimed.area.inbox / claimed.name)
    except FileExistsError as error:
        message = f"{shown(claimed.name)} cannot go back to {claimed.area.inbox}: another file of this name has arrived"
        raise SpoolError("spool.exists", message) from error


def set_aside(area: Area, run: int, name: str, content: bytes) -> Path:
    """Write content that never was a local file (one fetched from the agency) to failed/RUN-NAME; returns the path.

    Raises SpoolError spool.name for a harmful name.
    """
    if name_problem(name):
        raise SpoolError("spool.name", f"{shown(name)} cannot be the name of a file in {area.failed}")
    target = area.failed / f"{run}-{name}"
    write_atomic(target, [content])
    return target


def failed_file(area: Area, run: int) -> Path | None:
    """The file that a run left in failed, or None."""
    names = (name for name, _status in _scan(area.failed) if name.startswith(f"{run}-"))
    first = next(names, None)
    return None if first is None else area.failed / first
