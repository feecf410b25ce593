"""The archive: the exact bytes of every file, by day and content, before anything reads them.

YYYY/MM/DD/SHA256-NAME: the name proves the content, so storing the same file again the same day changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from inkassod.spool.atomic import PRIVATE_FOLDER, fsync_folder, open_plain, temporary_beside, write_new
from inkassod.spool.tree import FileChanging, Spool, SpoolError, shown

BLOCK_BYTES = 1 << 20
NAME_BYTES = 255 - 64 - 1  # the file system's limit less the digest and the dash
RELATIVE = re.compile(r"\A[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9a-f]{64}-[^/\0]+\Z")
NOT_PLAIN = re.compile(r"[^\w.\-]")


@dataclass(frozen=True, slots=True)
class Archived:
    """A file in the archive: path below the archive folder, full path, SHA-256 in hexadecimal, size in bytes."""

    relative: str
    path: Path
    sha256: str
    size: int


class _Tally:
    """Passes blocks on while it hashes and counts them; more than `limit` bytes are refused."""

    def __init__(self, name: str, limit: int | None) -> None:
        self.name = name
        self.digest = hashlib.sha256()
        self.size = 0
        self.limit = limit

    def over(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.size += len(block)
            if self.limit is not None and self.size > self.limit:
                raise SpoolError(
                    "spool.too_large", f"{shown(self.name)} has more than the allowed {self.limit} bytes"
                )
            self.digest.update(block)
            yield block


def store(spool: Spool, source: Path, *, on: date, max_bytes: int, name: str | None = None) -> Archived:
    """Copy a claimed file into the archive of the day `on`, in one pass; the source stays.

    `name` is what it is called in the archive, by default the source's own name (a claimed file's has the run in
    front). The source is forced to the disk too: its writer probably did not. Raises SpoolError: spool.gone,
    spool.denied, spool.not_a_file, spool.too_large, spool.changing (FileChanging); OSError such as ENOSPC passes
    through, with nothing left behind.
    """
    descriptor, before = open_plain(source, single_name=True)
    with open(descriptor, "rb") as file:  # noqa: PTH123 (pathlib cannot open a descriptor)
        if before.st_size > max_bytes:
            message = f"{shown(source.name)} has {before.st_size} bytes, more than the allowed {max_bytes}"
            raise SpoolError("spool.too_large", message)
        os.fsync(descriptor)
        return _store(
            spool, name or source.name, _unchanged(file, source.name, before), on=on, limit=max_bytes
        )


def store_bytes(spool: Spool, name: str, chunks: Iterable[bytes], *, on: date) -> Archived:
    """Archive content that is at hand (a rendered file, one fetched from the agency) under the day `on`."""
    return _store(spool, name, chunks, on=on, limit=None)


def _unchanged(file: BinaryIO, name: str, before: os.stat_result) -> Iterator[bytes]:
    """The file's blocks; FileChanging at the end when it is not what it was at the beginning."""
    size = 0
    while block := file.read(BLOCK_BYTES):
        size += len(block)
        yield block
    after = os.fstat(file.fileno())
    if (size, after.st_size, after.st_mtime_ns) != (before.st_size, before.st_size, before.st_mtime_ns):
        raise FileChanging(
            f"{shown(name)} changed while it was read ({before.st_size} bytes, then {after.st_size}); it is tried again later"
        )


def _store(spool: Spool, name: str, chunks: Iterable[bytes], *, on: date, limit: int | None) -> Archived:
    folder = _day_folder(spool, on)
    tally = _Tally(name, limit)
    temporary = temporary_beside(spool.archive / "incoming")
    try:
        write_new(temporary, tally.over(chunks))
        target = _place(folder, tally.digest.hexdigest(), name)
        if _holds(target, tally.digest.hexdigest()):
            temporary.unlink()
        else:
            temporary.rename(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    fsync_folder(folder)  # also when it was there: the earlier attempt may have died before this step
    relative = target.relative_to(spool.archive).as_posix()
    return Archived(relative, target, tally.digest.hexdigest(), tally.size)


def _day_folder(spool: Spool, on: date) -> Path:
    folder = spool.archive
    for part in (f"{on.year:04}", f"{on.month:02}", f"{on.day:02}"):
        folder = folder / part
        with suppress(FileExistsError):
            folder.mkdir(mode=PRIVATE_FOLDER)
            folder.chmod(PRIVATE_FOLDER)  # the umask may have taken more away
            fsync_folder(folder.parent)
    return folder


def _place(folder: Path, sha256: str, name: str) -> Path:
    """Where this content lies: under the name it already has that day, else under the one it came with."""
    present = (found for found in os.listdir(folder) if found.startswith(f"{sha256}-"))  # noqa: PTH208
    return folder / min(present, default=f"{sha256}-{_plain(name)}")


def _plain(name: str) -> str:
    """A name of letters, digits, underscore, dot and dash that fits behind the digest; it is for people only."""
    safe = NOT_PLAIN.sub("_", name) or "_"
    return safe.encode("utf-8", "replace")[:NAME_BYTES].decode("utf-8", "ignore")


def _holds(path: Path, sha256: str) -> bool:
    """True when the file exists and its content is what its name says; a damaged one is replaced."""
    try:
        descriptor, _status = open_plain(path, single_name=False)  # a backup may have linked it
    except SpoolError as error:
        if error.code == "spool.gone":
            return False
        raise
    with open(descriptor, "rb") as file:  # noqa: PTH123 (pathlib cannot open a descriptor)
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def open_archived(spool: Spool, relative: str) -> BinaryIO:
    """Open an archived file for reading by the path that `Archived.relative` gave; the caller closes it.

    Raises SpoolError: spool.name for a path of another shape, spool.gone when it is not in the archive any more.
    """
    if not RELATIVE.match(relative):
        raise SpoolError("spool.name", f"{shown(relative)} is not a path in the archive")
    descriptor, _status = open_plain(spool.archive / relative, single_name=False)
    return open(descriptor, "rb")  # noqa: PTH123 (pathlib cannot open a descriptor)
