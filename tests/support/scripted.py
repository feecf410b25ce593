"""The other end of an SFTP session without a network: a file store whose replies a test may bend."""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable

from inkassod.transport import TransportError
from inkassod.transport import sftp_packets as packets
from inkassod.transport.sftp_packets import Reader, Status, string

Reply = tuple[int, bytes]


def status(code: int, text: str = "") -> Reply:
    """A STATUS packet's kind and body."""
    return packets.STATUS, struct.pack(">I", code) + string(text) + string("")


def attributes(size: int | None, mode: int | None = stat.S_IFREG | 0o644, mtime: int = 7) -> bytes:
    """An ATTRS structure with what is given."""
    flags = 8 | (1 if size is not None else 0) | (4 if mode is not None else 0)
    body = struct.pack(">I", flags)
    body += b"" if size is None else struct.pack(">Q", size)
    body += b"" if mode is None else struct.pack(">I", mode)
    return body + struct.pack(">II", mtime, mtime)


class Scripted:
    """A Stream that answers like a server; `bend(kind, reply)` may change a reply, `shuffle` their order."""

    where = "scripted port 0"

    def __init__(
        self, extensions: tuple[str, ...] = ("posix-rename@openssh.com", "fsync@openssh.com")
    ) -> None:
        self.extensions = extensions
        self.files: dict[str, bytes] = {}
        self.names: list[tuple[bytes, bytes, bytes]] = []
        self.requests: list[int] = []
        self.closed = False
        self.bend: Callable[[int, Reply], Reply] = lambda kind, reply: reply
        self.shuffle: Callable[[list[bytes]], list[bytes]] = lambda held: held
        self.raw: bytes | None = None
        self.longest = 0
        self._held: list[bytes] = []
        self._ready = b""
        self._path = ""
        self._listed = False

    def send(self, data: bytes) -> None:
        """Take a request and prepare its reply."""
        if self.closed:
            raise TransportError("transport.cut", "closed", transient=True)
        reader = Reader(data[5:])
        kind = data[4]
        self.requests.append(kind)
        if kind == packets.INIT:
            offered = b"".join(string(name) + string("1") for name in self.extensions)
            self._hold(packets.REPLY_VERSION, struct.pack(">I", 3) + offered)
            return
        number = reader.u32()
        answer, body = self.bend(kind, self._answer(kind, reader))
        self._hold(answer, struct.pack(">I", number) + body)

    def receive(self, size: int) -> bytes:
        """Give bytes of the replies; those held back come in the order that `shuffle` gives them."""
        self.longest = max(self.longest, len(self._held))
        if len(self._ready) < size:
            self._ready += b"".join(self.shuffle(self._held)) if self.raw is None else self.raw
            self._held = []
        if len(self._ready) < size:
            raise TransportError("transport.cut", "cut", transient=True)
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken

    def close(self) -> None:
        """Remember that the session was ended."""
        self.closed = True

    def _hold(self, kind: int, body: bytes) -> None:
        self._held.append(struct.pack(">IB", len(body) + 1, kind) + body)

    def _answer(self, kind: int, reader: Reader) -> Reply:
        if kind in {packets.OPENDIR, packets.CLOSE}:
            self._listed = False
            return (packets.HANDLE, string("dir")) if kind == packets.OPENDIR else status(Status.OK)
        if kind == packets.READDIR:
            return self._listing()
        first = reader.string()
        if kind == packets.OPEN:
            return self._open(first.decode(), reader.u32())
        if kind == packets.LSTAT:
            content = self.files.get(first.decode())
            return (
                status(Status.NO_SUCH_FILE) if content is None else (packets.ATTRS, attributes(len(content)))
            )
        return self._change(kind, first, reader)

    def _open(self, path: str, flags: int) -> Reply:
        if flags == packets.FOR_WRITING:
            self.files[path] = b""
        elif path not in self.files:
            return status(Status.NO_SUCH_FILE)
        self._path = path
        return packets.HANDLE, string("file")

    def _change(self, kind: int, first: bytes, reader: Reader) -> Reply:
        if kind == packets.WRITE:
            offset, data = reader.u64(), reader.string()
            old = self.files[self._path]
            self.files[self._path] = old[:offset].ljust(offset, b"\0") + data + old[offset + len(data) :]
        elif kind == packets.READ:
            offset, length = reader.u64(), reader.u32()
            data = self.files[self._path][offset : offset + length]
            return (packets.DATA, string(data)) if data else status(Status.EOF)
        elif kind == packets.REMOVE:
            return status(Status.NO_SUCH_FILE if self.files.pop(first.decode(), None) is None else Status.OK)
        elif kind == packets.RENAME or first == b"posix-rename@openssh.com":
            source = first if kind == packets.RENAME else reader.string()
            if source.decode() not in self.files:
                return status(Status.NO_SUCH_FILE)
            self.files[reader.string().decode()] = self.files.pop(source.decode())
        return status(Status.OK)

    def _listing(self) -> Reply:
        if self._listed or not self.names:
            return status(Status.EOF)
        self._listed = True
        body = b"".join(string(name) + string(line) + attrs for name, line, attrs in self.names)
        return packets.NAME, struct.pack(">I", len(self.names)) + body
