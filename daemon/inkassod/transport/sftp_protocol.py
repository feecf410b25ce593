"""SFTP version 3 (draft-ietf-secsh-filexfer-02) over a byte stream: requests out, replies in, every reply read.

paramiko's SFTP client cannot be trusted with a file that must arrive: it drops the replies of pipelined writes
and of close, hides the status code, cannot say which extensions the server offers, and one name that is no
UTF-8 makes a whole folder unreadable. The part of the protocol that is needed is small.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from inkassod.transport.agent import TransportError
from inkassod.transport.sftp_packets import (
    ATTRS,
    CLOSE,
    DATA,
    EXTENDED,
    HANDLE,
    INIT,
    LSTAT,
    NAME,
    OPEN,
    OPENDIR,
    READ,
    READDIR,
    REMOVE,
    RENAME,
    REPLY_VERSION,
    STATUS,
    VERSION,
    WRITE,
    Attributes,
    Entry,
    Garbled,
    Reader,
    Refusal,
    Status,
    Stream,
    string,
)  # fmt: skip

POSIX_RENAME, FSYNC = "posix-rename@openssh.com", "fsync@openssh.com"
PIECE_BYTES = 32768  # every server must take packets of 34000 bytes (section 3)
WINDOW = 64  # requests on their way: what OpenSSH's own client uses
MAX_PACKET_BYTES = 1 << 20  # OpenSSH sends at most 256 KiB
MAX_ENTRIES = 100_000  # a folder with more is a fault or an attack


class Session:
    """An SFTP session. Methods raise Refusal for an answer, TransportError when the line or the protocol fails."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._last = 0
        self._awaited: set[int] = set()
        self._early: dict[int, tuple[int, Reader]] = {}
        self.extensions = self._greet()

    def _greet(self) -> frozenset[str]:
        self._stream.send(struct.pack(">IBI", 5, INIT, VERSION))
        with self._strictly():
            kind, reply = self._packet()
            if kind != REPLY_VERSION or reply.u32() < VERSION:
                raise Garbled("no SFTP version 3")
            names = set()
            while reply.more():
                names.add(reply.string().decode("utf-8", "replace"))
                reply.string()
        return frozenset(names)

    def open(self, path: str, flags: int) -> bytes:
        """Open a file; the handle."""
        return self._handle(OPEN, string(path), struct.pack(">II", flags, 0))

    def close(self, handle: bytes) -> None:
        """Close a handle; a server may tell only now that the data could not be kept."""
        self._ask(CLOSE, STATUS, string(handle))

    def close_quietly(self, handle: bytes) -> None:
        """Close a handle after another error, which is the one to report."""
        with suppress(Refusal, TransportError):
            self.close(handle)

    def lstat(self, path: str) -> Attributes | None:
        """What a name stands for, without following a link; None when it is absent."""
        try:
            reply = self._ask(LSTAT, ATTRS, string(path))
        except Refusal as refusal:
            if refusal.status == Status.NO_SUCH_FILE:
                return None
            raise
        with self._strictly():
            return reply.attributes()

    def remove(self, path: str) -> None:
        """Delete a file."""
        self._ask(REMOVE, STATUS, string(path))

    def rename(self, source: str, target: str) -> None:
        """Rename as POSIX does where the server offers it (it may overwrite), else as SFTP does (it never does)."""
        if POSIX_RENAME in self.extensions:
            self._ask(EXTENDED, STATUS, string(POSIX_RENAME), string(source), string(target))
        else:
            self._ask(RENAME, STATUS, string(source), string(target))

    def fsync(self, handle: bytes) -> None:
        """Have the server force the file to its disk, where it offers that (OpenSSH PROTOCOL, 4.6)."""
        if FSYNC not in self.extensions:
            return
        try:
            self._ask(EXTENDED, STATUS, string(FSYNC), string(handle))
        except Refusal as refusal:  # offered in general, but not by the file system below
            if refusal.status != Status.OP_UNSUPPORTED:
                raise

    def entries(self, folder: str) -> Iterator[Entry]:
        """Everything in a folder but "." and ".."."""
        handle = self._handle(OPENDIR, string(folder))
        count = 0
        try:
            while batch := self._batch(handle):
                count += len(batch)
                if count > MAX_ENTRIES:
                    raise self._garbled(f"more than {MAX_ENTRIES} names in one folder")
                yield from (entry for entry in batch if entry.name not in {b".", b".."})
        finally:
            self.close_quietly(handle)

    def _batch(self, handle: bytes) -> list[Entry]:
        try:
            reply = self._ask(READDIR, NAME, string(handle))
        except Refusal as refusal:
            if refusal.status == Status.EOF:
                return []
            raise
        with self._strictly():
            return [
                Entry(reply.string(), reply.string(), reply.attributes()) for _entry in range(reply.u32())
            ]

    def write(self, handle: bytes, pieces: Iterable[bytes]) -> int:
        """Write pieces of at most PIECE_BYTES one after another, several on their way; the number of bytes.

        Returns when every one of them has been confirmed.
        """
        sent = 0
        waiting: deque[int] = deque()
        try:
            for piece in pieces:
                waiting.append(self._send(WRITE, string(handle), struct.pack(">Q", sent), string(piece)))
                sent += len(piece)
                if len(waiting) >= WINDOW:
                    self._answer(waiting.popleft(), STATUS)
            while waiting:
                self._answer(waiting.popleft(), STATUS)
        finally:
            self._drain(waiting)
        return sent

    def read(self, handle: bytes, size: int, write: Callable[[bytes], object]) -> int:
        """Read `size` bytes and look whether there are more; the number of bytes passed to `write`, size + 1 at most."""
        spans = deque((at, min(PIECE_BYTES, size - at)) for at in range(0, size, PIECE_BYTES))
        spans.append((size, 1))
        waiting: deque[tuple[int, int, int]] = deque()
        received = 0
        try:
            while spans or waiting:
                while spans and len(waiting) < WINDOW:
                    waiting.append(self._read_later(handle, *spans.popleft()))
                number, at, length = waiting.popleft()
                data = self._data(number, length)
                if not data:
                    break
                write(data)
                received += len(data)
                if len(data) < length:  # allowed by the protocol: ask for the rest, before what follows
                    waiting.appendleft(self._read_later(handle, at + len(data), length - len(data)))
        finally:
            self._drain(number for number, _at, _length in waiting)
        return received

    def _read_later(self, handle: bytes, at: int, length: int) -> tuple[int, int, int]:
        return self._send(READ, string(handle), struct.pack(">QI", at, length)), at, length

    def _data(self, number: int, length: int) -> bytes:
        try:
            reply = self._answer(number, DATA)
        except Refusal as refusal:
            if refusal.status == Status.EOF:
                return b""
            raise
        with self._strictly():
            data = reply.string()
        if not 0 < len(data) <= length:
            raise self._garbled(f"{len(data)} bytes instead of {length}")
        return data

    def _drain(self, numbers: Iterable[int]) -> None:
        """Read what is still to come after an error, so that the session stays usable; the error is the one to report."""
        for number in numbers:
            try:
                self._answer(number, None)
            except Refusal:
                continue
            except TransportError:
                return

    def _handle(self, kind: int, *fields: bytes) -> bytes:
        with self._strictly():
            return self._ask(kind, HANDLE, *fields).string()

    def _ask(self, kind: int, expected: int, *fields: bytes) -> Reader:
        return self._answer(self._send(kind, *fields), expected)

    def _send(self, kind: int, *fields: bytes) -> int:
        self._last = (self._last + 1) & 0xFFFFFFFF
        body = struct.pack(">BI", kind, self._last) + b"".join(fields)
        self._awaited.add(self._last)
        self._stream.send(struct.pack(">I", len(body)) + body)
        return self._last

    def _answer(self, number: int, expected: int | None) -> Reader:
        """The reply to one request; replies to others that come earlier are kept for them."""
        with self._strictly():
            while number not in self._early:
                kind, reply = self._packet()
                given = reply.u32()
                if given not in self._awaited:
                    raise Garbled("a reply that nobody asked for")
                self._awaited.discard(given)
                self._early[given] = kind, reply
            kind, reply = self._early.pop(number)
            if kind == STATUS:
                reply.raise_refusal()
            if expected is not None and kind != expected:
                raise Garbled(f"a reply of kind {kind} instead of {expected}")
        return reply

    def _packet(self) -> tuple[int, Reader]:
        size = int.from_bytes(self._stream.receive(4))
        if not 5 <= size <= MAX_PACKET_BYTES:
            raise Garbled(f"a packet of {size} bytes")
        data = self._stream.receive(size)
        return data[0], Reader(data[1:])

    @contextmanager
    def _strictly(self) -> Iterator[None]:
        try:
            yield
        except Garbled as error:
            raise self._garbled(str(error)) from error

    def _garbled(self, what: str) -> TransportError:
        """The error for a server that does not keep to the protocol; nothing it says after that can be trusted."""
        self._stream.close()
        message = f"{self._stream.where}: the server does not keep to the SFTP protocol ({what})"
        return TransportError("transport.protocol", message, transient=False)
