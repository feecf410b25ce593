"""Files that exist whole or not at all, also after a power cut.

A new name is the commit: data is forced to the disk before the rename, the folder after it. A failed fsync is
never tried again on the same file, since Linux drops the unwritten pages and reports success the second time.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from inkassod.spool.tree import Area, Spool, SpoolError, shown

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
LEFTOVER = re.compile(r"\A\..*\.[0-9a-f]{16}\.tmp\Z", re.DOTALL)
# A file half-written that long ago has no living writer (the rule of qmail's queue, INTERNALS section 6).
LEFTOVER_SECONDS = 36 * 3600
CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_atomic(path: Path, chunks: Iterable[bytes], *, mode: int = PRIVATE_FILE) -> None:
    """Write `chunks` to `path`; a reader sees the old content or the new one, never a part.

    The mode holds whatever the umask. On any error, one of the iterable included, nothing is left behind and
    the old content stands; the error passes through.
    """
    temporary = temporary_beside(path)
    try:
        write_new(temporary, chunks, mode=mode)
        temporary.rename(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    fsync_folder(path.parent)


def write_new(path: Path, chunks: Iterable[bytes], *, mode: int = PRIVATE_FILE) -> None:
    """Write and fsync a file that must not exist yet; it is left as it is when an error (OSError) interrupts."""
    descriptor = os.open(path, CREATE_FLAGS, mode)
    with open(descriptor, "wb") as file:  # noqa: PTH123 (pathlib cannot open a descriptor)
        os.fchmod(descriptor, mode)
        file.writelines(chunks)
        file.flush()
        os.fsync(descriptor)


def temporary_beside(path: Path) -> Path:
    """A name in the same folder that is never taken: hidden, random, ending in .tmp, within 255 bytes."""
    kept = path.name.encode("utf-8", "surrogateescape")[:200].decode("utf-8", "ignore")
    return path.with_name(f".{kept}.{secrets.token_hex(8)}.tmp")


def move(source: Path, target: Path) -> None:
    """Rename on the same file system and force both folders to the disk.

    Raises FileExistsError when the target exists: nothing is ever overwritten. Both folders must be the daemon's
    own or hold names that only it makes, since a rename cannot refuse a target that appears at the same instant.
    """
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "there is already a file of this name", str(target))
    source.rename(target)
    fsync_folder(target.parent)
    if source.parent != target.parent:
        fsync_folder(source.parent)


def remove(path: Path) -> None:
    """Delete a file for good; one that is absent is fine (an earlier attempt may have died in between)."""
    path.unlink(missing_ok=True)
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk: without it a rename may be undone by a power cut (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_plain(path: Path, *, single_name: bool) -> tuple[int, os.stat_result]:
    """Open a regular file for reading without following a link or waiting at a FIFO; the caller closes it.

    With `single_name`, a file that has a second name (hard link) is refused: its other owner could still change it.
    Raises SpoolError: spool.gone, spool.denied, spool.not_a_file.
    """
    try:
        descriptor = os.open(path, READ_FLAGS)
    except OSError as error:
        raise _not_opened(path, error) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or (single_name and status.st_nlink != 1):
        os.close(descriptor)
        what = "has a second name (hard link)" if stat.S_ISREG(status.st_mode) else "is not a regular file"
        raise SpoolError(
            "spool.not_a_file", f"{shown(str(path))} {what}; put a plain copy of the file in its place"
        )
    return descriptor, status


def _not_opened(path: Path, error: OSError) -> Exception:
    where = shown(str(path))
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return SpoolError("spool.gone", f"{where} is not there any more")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return SpoolError(
            "spool.denied", f"{where} may not be read by this user; give the daemon's user the right to"
        )
    if error.errno in {errno.ELOOP, errno.ENXIO}:
        return SpoolError(
            "spool.not_a_file", f"{where} is not a regular file; put a plain copy of the file in its place"
        )
    return error


def make_folders(root: Path) -> Spool:
    """Create what is missing of the spool tree under `root` and return it; safe to call at each start.

    Temporary files of processes that died more than 36 hours ago are removed. All folders get mode 0700 whatever the umask; those shared with other programs (erp/inbox, bank/inbox,
    erp/outbox and the folders above them) keep the mode they have when they exist.
    Raises SpoolError spool.not_a_folder, and spool.file_system when a folder lies on another file system.
    """
    spool = Spool(root)
    root.parent.mkdir(parents=True, exist_ok=True)
    for folder in (root, *(root / area.name for area in _areas(spool))):
        _make_folder(folder, shared=True)
    for area in _areas(spool):
        _make_folder(area.inbox, shared=area.name != "agency")
        _make_folder(area.work, shared=False)
        _make_folder(area.failed, shared=False)
        if area.outbox is not None:
            _make_folder(area.outbox, shared=area.name != "agency")
    _make_folder(spool.archive, shared=False)
    _check_one_file_system(spool)
    for folder in _folders(spool):
        _remove_leftovers(folder)
    return spool


def _areas(spool: Spool) -> tuple[Area, Area, Area]:
    return spool.erp, spool.bank, spool.agency


def _make_folder(folder: Path, *, shared: bool) -> None:
    try:
        folder.mkdir(mode=PRIVATE_FOLDER)
    except FileExistsError:
        status = folder.stat() if shared else folder.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise SpoolError("spool.not_a_folder", f"{folder} is not a folder; move it away") from None
        if shared or stat.S_IMODE(status.st_mode) == PRIVATE_FOLDER:
            return
        folder.chmod(PRIVATE_FOLDER)
        return
    folder.chmod(PRIVATE_FOLDER)
    fsync_folder(folder.parent)


def _folders(spool: Spool) -> list[Path]:
    own = [
        folder
        for area in _areas(spool)
        for folder in (area.inbox, area.work, area.failed, area.outbox)
        if folder
    ]
    return [*own, spool.archive]


def _check_one_file_system(spool: Spool) -> None:
    """A rename is only atomic, and only possible, within one file system: say so at the start, not at the first file."""
    device = spool.root.stat().st_dev
    for folder in _folders(spool):
        if folder.stat().st_dev != device:
            message = f"{folder} lies on another file system than {spool.root}; the spool needs one"
            raise SpoolError("spool.file_system", message)


def _remove_leftovers(folder: Path) -> None:
    oldest = time.time() - LEFTOVER_SECONDS
    for path in folder.iterdir():
        if LEFTOVER.match(path.name):
            with suppress(FileNotFoundError):
                if path.lstat().st_mtime < oldest:
                    path.unlink()
