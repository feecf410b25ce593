"""The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02): numbers, and values on and off the wire."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

VERSION = 3
INIT, OPEN, CLOSE, READ, WRITE, LSTAT, OPENDIR, READDIR = 1, 3, 4, 5, 6, 7, 11, 12
REMOVE, RENAME, EXTENDED = 13, 18, 200
REPLY_VERSION, STATUS, HANDLE, DATA, NAME, ATTRS = 2, 101, 102, 103, 104, 105
FOR_READING, FOR_WRITING = 0x01, 0x02 | 0x08 | 0x10  # read; write, create, truncate


class Status(IntEnum):
    """The answers of a server: version 3, and those of later versions that some servers send all the same."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    NO_CONNECTION = 6
    CONNECTION_LOST = 7
    OP_UNSUPPORTED = 8
    FILE_ALREADY_EXISTS = 11
    WRITE_PROTECT = 12
    NO_SPACE = 14
    QUOTA_EXCEEDED = 15


class Stream(Protocol):
    """A connection that raises TransportError when it fails; `where` names the server."""

    where: str

    def send(self, data: bytes) -> None:
        """Send all of it."""

    def receive(self, size: int) -> bytes:
        """Receive exactly so many bytes."""

    def close(self) -> None:
        """End it."""


class Refusal(Exception):  # noqa: N818 (an answer of the server, not a fault)
    """The server answered a request with a status other than OK."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Garbled(Exception):  # noqa: N818 (it names the state of the packet)
    """A packet that is not what the protocol says."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Size in bytes, mode bits, mtime in seconds since the epoch; None where the server does not tell."""

    size: int | None
    mode: int | None
    mtime: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a folder, in the server's own bytes, with its line as `ls -l` would show it."""

    name: bytes
    line: bytes
    attributes: Attributes


class Reader:
    """Takes values off a packet; Garbled when it is shorter than it says."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise Garbled("a packet ends early")
        taken, self._at = self._data[self._at : end], end
        return taken

    def u32(self) -> int:
        """A number of four bytes."""
        return int.from_bytes(self._take(4))

    def u64(self) -> int:
        """A number of eight bytes."""
        return int.from_bytes(self._take(8))

    def string(self) -> bytes:
        """Bytes with their length in front."""
        return self._take(self.u32())

    def raise_refusal(self) -> None:
        """Raise Refusal when this is a STATUS (section 7) other than OK; the text is optional in practice."""
        status = self.u32()
        if status != Status.OK:
            raise Refusal(status, self.string().decode("utf-8", "replace") if self.more() else "")

    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._data)

    def attributes(self) -> Attributes:
        """The ATTRS structure (section 5)."""
        flags = self.u32()
        size = self.u64() if flags & 1 else None
        if flags & 2:
            self._take(8)  # owner and group
        mode = self.u32() if flags & 4 else None
        mtime = (self.u32(), self.u32())[1] if flags & 8 else None
        for _pair in range(self.u32() if flags & 0x80000000 else 0):
            self.string(), self.string()
        return Attributes(size, mode, mtime)


def string(value: bytes | str) -> bytes:
    """Bytes, or text as UTF-8, with their length in front."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(data)) + data
