"""The requests of an SFTP session, answered from a shared folder: files, listings, renames; every error is a status."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_NO_SUCH_FILE, SFTP_OK

from inkassod.simulator.share import Share

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


class OpenFile(paramiko.SFTPHandle):
    """One open file of one session. Reads and writes at offsets; whatever goes wrong is an SFTP status."""

    def __init__(self, share: Share, path: Path, descriptor: int, *, writes: bool) -> None:
        super().__init__()
        self.descriptor = descriptor
        self._share, self._path, self._writes = share, path, writes
        self._cut = not writes and share.cut(path)
        if writes:
            share.writing(path, +1)

    def read(self, offset: int, length: int) -> bytes | int:
        """The bytes at the offset; none at the end of what is served."""
        self._share.stopped.wait(self._share.nasty.delay)
        try:
            found = os.fstat(self.descriptor)
            end = found.st_size // 2 if self._cut else self._share.grown(self._path, found)
            return os.pread(self.descriptor, max(0, min(length, end - offset)), offset)
        except OSError as error:
            return status_of(error)

    def write(self, offset: int, data: bytes) -> int:  # type: ignore[override]  # paramiko hands out bytes
        """All of the data at the offset, or as much as the disk has room for and then a failure."""
        self._share.stopped.wait(self._share.nasty.delay)
        room = self._share.nasty.full_after
        fits = data if room is None else data[: max(0, room - offset)]
        try:
            _write_all(self.descriptor, fits, offset)
        except OSError as error:
            return status_of(error)
        return SFTP_OK if len(fits) == len(data) else SFTP_FAILURE

    def stat(self) -> paramiko.SFTPAttributes | int:
        """Size and times of the open file."""
        return _attributes(self._share, self._path, os.fstat(self.descriptor))

    def chattr(self, attr: paramiko.SFTPAttributes) -> int:
        """Length and times are set; owner and mode stay as they are."""
        return _change(self.descriptor, attr)

    def close(self) -> None:
        """Close once, however often it is asked for."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
            if self._writes:
                self._share.writing(self._path, -1)


def status_of(error: OSError) -> int:
    """The SFTP status of an error of the operating system."""
    return paramiko.SFTPServer.convert_errno(error.errno or 0)


def answered(
    operation: Callable[Concatenate[Folder, Arguments], Answer],
) -> Callable[Concatenate[Folder, Arguments], Answer | int]:
    """Wait the server's delay, then answer with the operation's result or the status of its error."""

    @wraps(operation)
    def answer(self: Folder, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer | int:
        self.share.stopped.wait(self.share.nasty.delay)
        try:
            return operation(self, *args, **kwargs)
        except OSError as error:
            return status_of(error)
        except ValueError:  # a NUL in the name
            return SFTP_NO_SUCH_FILE

    return answer  # type: ignore[return-value]  # mypy holds the name of `self` against it


class Folder(paramiko.SFTPServerInterface):
    """The requests of one session, each within the shared folder. Links can neither be made nor read."""

    def __init__(self, server: paramiko.ServerInterface, share: Share) -> None:
        super().__init__(server)
        self.share = share

    @answered
    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:  # noqa: ARG002
        """A regular file for reading or writing; a new one gets the mode 0600 whatever was asked for."""
        real = self.share.real(path)
        descriptor = os.open(real, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return SFTP_FAILURE
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR))
        if writes:
            os.fchmod(descriptor, 0o600)
        return OpenFile(self.share, real, descriptor, writes=writes)

    @answered
    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        """The names in the folder, links among them as links."""
        with os.scandir(self.share.real(path)) as entries:
            names = sorted(Path(entry.path) for entry in entries)
        times = 2 if self.share.nasty.lists_twice else 1
        return [
            _attributes(self.share, name, name.lstat())
            for name in names
            for _ in range(times if self.share.served(name) else 1)
        ]

    @answered
    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        """Size, mode and times of what lies there; links are refused."""
        real = self.share.real(path)
        return _attributes(self.share, real, real.lstat())

    lstat = stat

    @answered
    def remove(self, path: str) -> int:
        """Delete a file."""
        self.share.real(path).unlink()
        return SFTP_OK

    @answered
    def rename(self, oldpath: str, newpath: str) -> int:
        """Rename a file to a name that is free."""
        return self._rename(oldpath, newpath, overwrite=False)

    @answered
    def posix_rename(self, oldpath: str, newpath: str) -> int:
        """Rename a file, replacing what has the name."""
        return self._rename(oldpath, newpath, overwrite=True)

    @answered
    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:  # noqa: ARG002  (modes are ours)
        """Make a folder, mode 0700."""
        self.share.real(path).mkdir(mode=0o700)
        return SFTP_OK

    @answered
    def rmdir(self, path: str) -> int:
        """Remove an empty folder."""
        self.share.real(path).rmdir()
        return SFTP_OK

    @answered
    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        """Length and times are set; owner and mode stay as they are."""
        return _change(self.share.real(path), attr)

    def _rename(self, oldpath: str, newpath: str, *, overwrite: bool) -> int:
        source, target = self.share.real(oldpath), self.share.real(newpath)
        with self.share.lock:
            if not stat.S_ISREG(source.lstat().st_mode) or (target.exists() and not overwrite):
                return SFTP_FAILURE
            source.rename(target)
        self.share.renamed(target)
        return SFTP_OK


def _attributes(share: Share, path: Path, found: os.stat_result) -> paramiko.SFTPAttributes:
    attributes = paramiko.SFTPAttributes.from_stat(found, filename=path.name)
    attributes.st_size = share.look(path, found)
    return attributes


def _change(target: int | Path, attr: paramiko.SFTPAttributes) -> int:
    try:
        if attr.st_size is not None:
            os.truncate(target, attr.st_size)
        if attr.st_mtime is not None:
            os.utime(target, (attr.st_atime or attr.st_mtime, attr.st_mtime))
    except OSError as error:
        return status_of(error)
    return SFTP_OK


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    done = 0
    while done < len(data):
        done += os.pwrite(descriptor, data[done:], offset + done)
