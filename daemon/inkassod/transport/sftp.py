"""The agent over SFTP: what the server answers, turned into files and TransportErrors."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from inkassod.transport.agent import (
    Agent,
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
from inkassod.transport.sftp_packets import FOR_READING, FOR_WRITING, Attributes, Refusal, Status, Stream
from inkassod.transport.sftp_protocol import PIECE_BYTES, Session
from inkassod.transport.ssh import open_connection
from inkassod.transport.ssh_login import SftpSettings

__all__ = ["SftpAgent", "SftpSettings", "connect"]

CODES: dict[int, str] = {
    Status.NO_SUCH_FILE: "transport.missing",
    Status.PERMISSION_DENIED: "transport.denied",
    Status.WRITE_PROTECT: "transport.denied",
    Status.FAILURE: "transport.denied",
    Status.FILE_ALREADY_EXISTS: "transport.exists",
    Status.NO_SPACE: "transport.full",
    Status.QUOTA_EXCEEDED: "transport.full",
    Status.NO_CONNECTION: "transport.cut",
    Status.CONNECTION_LOST: "transport.cut",
}
FULL = "the server could not keep the data; its disk or quota is probably full"


def connect(settings: SftpSettings) -> Agent:
    """Connect and log in; see `open_connection` for the errors. The caller closes the agent."""
    connection = open_connection(settings)
    try:
        return SftpAgent(connection)
    except BaseException:
        connection.close()
        raise


class SftpAgent:
    """An agent on one SFTP session; after an error of the line every further call fails too."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._session = Session(stream)

    def list(self, folder: str) -> Listing:
        """See Agent.list."""
        files, refused = [], []
        with self._doing("listing", folder):
            for entry in self._session.entries(folder or "."):
                name = entry.name.decode("utf-8", "surrogateescape")
                problem = name_problem(name) or _kind_problem(entry.attributes, entry.line)
                if problem is None and entry.attributes.size is None:
                    problem = "file whose size the server does not tell"
                if problem:
                    refused.append((shown(name), problem))
                else:
                    files.append(self._remote(name, entry.attributes))
        return sorted_listing(files, refused)

    def stat(self, path: str) -> RemoteFile | None:
        """See Agent.stat."""
        name = checked_path(path).rpartition("/")[2]
        with self._doing("looking for", path):
            attributes = self._session.lstat(path)
        if attributes is None:
            return None
        problem = _kind_problem(attributes, b"")
        if problem:
            raise TransportError(
                "transport.denied", f"{shown(path)} is no regular file: {problem}", transient=False
            )
        return self._remote(name, attributes)

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        """See Agent.put."""
        with self._doing("opening", checked_path(path)):
            handle = self._session.open(path, FOR_WRITING)
        with self._doing("writing", path, failure="transport.full"):
            try:
                sent = self._session.write(handle, pieces(chunks, PIECE_BYTES))
                self._session.fsync(handle)
            except BaseException:
                self._session.close_quietly(handle)
                raise
            self._session.close(handle)
        if sent != size:
            raise wrong_size(path, sent, size)
        present = self.stat(path)
        if present is None or present.size != size:
            shows = f"{present.size} bytes" if present else "no file"
            message = f"{self._stream.where} shows {shows} for {shown(path)} after {size} bytes were written"
            raise TransportError("transport.size", message, transient=True)

    def get(self, path: str, target: BinaryIO, max_bytes: int) -> int:
        """See Agent.get."""
        before = self._present(path)
        if before.size > max_bytes:
            raise too_large(path, before.size, max_bytes)
        with self._doing("reading", path):
            handle = self._session.open(path, FOR_READING)
            try:
                received = self._session.read(handle, before.size, target.write)
            finally:
                self._session.close_quietly(handle)
        after = self._present(path)
        if received != before.size or after != before:
            message = (
                f"{self._stream.where} announced {before.size} bytes for {shown(path)}, sent {received} and then showed"
                f" {after.size}; the file is changing or was cut short"
            )
            raise TransportError("transport.size", message, transient=True)
        return received

    def rename(self, source: str, target: str) -> None:
        """See Agent.rename; between the look for the target and the rename the partner could still make one."""
        checked_path(source)
        if self.stat(target) is not None:
            raise self._exists(target)
        with self._doing("renaming", source):
            try:
                self._session.rename(source, target)
            except Refusal as refusal:
                if refusal.status == Status.FAILURE and self._session.lstat(target) is not None:
                    raise self._exists(target) from refusal
                raise

    def remove(self, path: str) -> None:
        """See Agent.remove."""
        with self._doing("removing", checked_path(path)):
            try:
                self._session.remove(path)
            except Refusal as refusal:
                if refusal.status != Status.NO_SUCH_FILE:
                    raise

    def close(self) -> None:
        """See Agent.close."""
        self._stream.close()

    def _present(self, path: str) -> RemoteFile:
        found = self.stat(path)
        if found is None:
            raise TransportError(
                "transport.missing", f"{self._stream.where}: {shown(path)} is not there", transient=False
            )
        return found

    def _exists(self, path: str) -> TransportError:
        message = f"{self._stream.where}: {shown(path)} is there already; nothing is ever overwritten"
        return TransportError("transport.exists", message, transient=False)

    def _remote(self, name: str, attributes: Attributes) -> RemoteFile:
        if attributes.size is None:
            message = f"{self._stream.where} does not tell the size of {shown(name)}; without it no transfer can be checked"
            raise TransportError("transport.protocol", message, transient=False)
        return RemoteFile(name, attributes.size, attributes.mtime)

    @contextmanager
    def _doing(self, what: str, path: str, *, failure: str = "transport.denied") -> Iterator[None]:
        """Name what was being done in the error; `failure` is the code for the status that says nothing but failure."""
        try:
            yield
        except TransportError as error:
            raise TransportError(
                error.code, f"{error}, while {what} {shown(path)}", error.transient
            ) from error
        except Refusal as refusal:
            code = (
                failure
                if refusal.status == Status.FAILURE
                else CODES.get(refusal.status, "transport.protocol")
            )
            reason = FULL if code == "transport.full" else "the server refused"
            message = f"{self._stream.where}: {reason}, while {what} {shown(path)} ({shown(str(refusal)) or 'no reason'})"
            raise TransportError(code, message, transient=code == "transport.cut") from refusal


def _kind_problem(attributes: Attributes, line: bytes) -> str | None:
    """Why this is no regular file; a server that sends no mode bits is asked by the line it would show."""
    if attributes.mode is None:
        kind = {b"d": stat.S_IFDIR, b"l": stat.S_IFLNK}.get(line[:1], stat.S_IFREG)
    else:
        kind = stat.S_IFMT(attributes.mode)
    if kind in {stat.S_IFREG, 0}:
        return None
    return {stat.S_IFDIR: "folder", stat.S_IFLNK: "symbolic link"}.get(kind, "special file")
