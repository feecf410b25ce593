"""The agent's contract on a plain folder: a mounted share, or one that another transfer program carries on.

Every step goes through open folders (openat): a symbolic link is never followed, and nothing outside the root
is ever touched, whatever somebody else puts there meanwhile.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from inkassod.transport.agent import (
    Listing,
    RemoteFile,
    TransportError,
    checked_path,
    name_problem,
    pieces,
    shown,
    sorted_listing,
    too_large,
    wrong_size,
)

# The group may read: the program that carries the files on runs under another user, and the umask still counts.
FILE_MODE = 0o640
BLOCK_BYTES = 1 << 20
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
CODES = {
    errno.ENOENT: "transport.missing",
    errno.EEXIST: "transport.exists",
    errno.ENOSPC: "transport.full",
    errno.EDQUOT: "transport.full",
    errno.EFBIG: "transport.full",
}
# What a network file system answers while its server or the line is away.
AWAY = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENODEV, errno.ENOTCONN})


class FolderAgent:
    """An agent on the folder `root`; a leading "/" in a path means the root.

    Files are written with mode 0640 whatever the umask: the group is the partner who reads them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, folder: str) -> Listing:
        """See Agent.list."""
        files, refused = [], []
        with _told(folder), self._folder(folder) as parent:
            for name in os.listdir(parent):  # noqa: PTH208 (a descriptor, no path)
                status = _lstat(parent, name)
                if status is None:
                    continue  # taken since the listing
                problem = name_problem(name) or _kind_problem(status)
                if problem:
                    refused.append((shown(name), problem))
                else:
                    files.append(_remote(name, status))
        return sorted_listing(files, refused)

    def stat(self, path: str) -> RemoteFile | None:
        """See Agent.stat."""
        with _told(path), self._parent(path) as (parent, name):
            status = _lstat(parent, name)
            return None if status is None else _plain(path, name, status)

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        """See Agent.put."""
        with self._parent(path) as (parent, name):
            with _told(path):
                descriptor = os.open(name, WRITE_FLAGS, FILE_MODE, dir_fd=parent)
            try:
                os.fchmod(descriptor, FILE_MODE)
                written = _write(path, descriptor, chunks)
            finally:
                os.close(descriptor)
            if written != size:
                raise wrong_size(path, written, size)
            with _told(path):
                os.fsync(parent)
                present = _lstat(parent, name)
            if present is None or present.st_size != size:
                message = f"{shown(path)} shows {present.st_size if present else 'no'} bytes after {size} were written"
                raise TransportError("transport.size", message, transient=True)

    def get(self, path: str, target: BinaryIO, max_bytes: int) -> int:
        """See Agent.get."""
        with self._parent(path) as (parent, name):
            with _told(path):
                descriptor = os.open(name, READ_FLAGS, dir_fd=parent)
            try:
                return _read(path, descriptor, target, max_bytes)
            finally:
                os.close(descriptor)

    def rename(self, source: str, target: str) -> None:
        """See Agent.rename."""
        with self._parent(source) as (old, old_name), self._parent(target) as (new, new_name):
            with _told(source):
                _plain(source, old_name, os.stat(old_name, dir_fd=old, follow_symlinks=False))
            with _told(target):
                if _lstat(new, new_name) is not None:
                    raise TransportError(
                        "transport.exists", f"{shown(target)} is there already", transient=False
                    )
                os.rename(old_name, new_name, src_dir_fd=old, dst_dir_fd=new)
                os.fsync(new)
                os.fsync(old)

    def remove(self, path: str) -> None:
        """See Agent.remove."""
        with _told(path), self._parent(path) as (parent, name):
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=parent)
            os.fsync(parent)

    def close(self) -> None:
        """See Agent.close; nothing is held open between calls."""

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        folder, _slash, name = checked_path(path).rpartition("/")
        with self._folder(folder) as descriptor:
            yield descriptor, name

    @contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        """An open folder below the root, reached step by step without following a link."""
        steps = [step for step in folder.split("/") if step not in {"", "."}]
        if ".." in steps:
            raise TransportError(
                "transport.denied", f"{shown(folder)} is refused: path with ..", transient=False
            )
        with _told(str(self.root)):
            descriptor = os.open(self.root, FOLDER_FLAGS & ~os.O_NOFOLLOW)
        try:
            for step in steps:
                with _told(folder):
                    below = os.open(step, FOLDER_FLAGS, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn an OSError into a TransportError that names the path."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        code = "transport.cut" if number in AWAY else CODES.get(number, "transport.denied")
        reason = (
            "it is a symbolic link or no folder" if number in {errno.ELOOP, errno.ENOTDIR} else error.strerror
        )
        raise TransportError(code, f"{shown(path)}: {reason}", transient=number in AWAY) from error


def _lstat(parent: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _kind_problem(status: os.stat_result) -> str | None:
    if stat.S_ISREG(status.st_mode):
        return None
    kinds = {stat.S_IFLNK: "symbolic link", stat.S_IFDIR: "folder"}
    return kinds.get(stat.S_IFMT(status.st_mode), "special file")


def _plain(path: str, name: str, status: os.stat_result) -> RemoteFile:
    problem = _kind_problem(status)
    if problem:
        raise TransportError(
            "transport.denied", f"{shown(path)} is no regular file: {problem}", transient=False
        )
    return _remote(name, status)


def _remote(name: str, status: os.stat_result) -> RemoteFile:
    return RemoteFile(name, status.st_size, int(status.st_mtime))


def _write(path: str, descriptor: int, chunks: Iterable[bytes]) -> int:
    """Truncate only what proved to be a regular file with one name; write, fsync; the number of bytes written."""
    with _told(path):
        status = os.fstat(descriptor)
        _plain(path, "", status)
        if status.st_nlink != 1:
            raise TransportError(
                "transport.denied", f"{shown(path)} has a second name (hard link)", transient=False
            )
        os.ftruncate(descriptor, 0)
    written = 0
    for piece in pieces(chunks, BLOCK_BYTES):
        rest = memoryview(piece)
        while rest:
            with _told(path):
                rest = rest[os.write(descriptor, rest) :]
        written += len(piece)
    with _told(path):
        os.fsync(descriptor)
    return written


def _read(path: str, descriptor: int, target: BinaryIO, max_bytes: int) -> int:
    with _told(path):
        before = os.fstat(descriptor)
    _plain(path, "", before)
    if before.st_size > max_bytes:
        raise too_large(path, before.st_size, max_bytes)
    received = 0
    while received <= before.st_size:
        with _told(path):
            block = os.read(descriptor, BLOCK_BYTES)
        if not block:
            break
        received += len(block)
        target.write(block)
    with _told(path):
        after = os.fstat(descriptor)
    if (received, after.st_size, after.st_mtime_ns) != (before.st_size, before.st_size, before.st_mtime_ns):
        message = f"{shown(path)} changed while it was read: {before.st_size} bytes before, {received} read, {after.st_size} after"
        raise TransportError("transport.size", message, transient=True)
    return received
