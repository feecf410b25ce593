"""What the daemon asks of a file server, and the one error that every way of exchange raises.

Paths are POSIX strings, folder + "/" + name. One agent is used by one thread.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

MAX_NAME_BYTES = 200
# Control and format characters (among them the bidirectional ones), surrogates, line and paragraph ends.
HARMFUL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class TransportError(Exception):
    """An exchange that did not come about.

    `code` is stable (transport.refused, .timeout, .cut, .host_key, .auth, .denied, .missing, .exists, .size,
    .name_unknown, .full, .protocol); `transient` says whether trying again soon can help. The text is for people.
    """

    def __init__(self, code: str, message: str, transient: bool) -> None:
        super().__init__(message)
        self.code = code
        self.transient = transient


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A regular file on the other side: size in bytes, mtime in seconds since the epoch where it is told."""

    name: str
    size: int
    mtime: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder's regular files with harmless names, in name order; all else as (name fit for display, reason)."""

    files: tuple[RemoteFile, ...]
    refused: tuple[tuple[str, str], ...]


class Agent(Protocol):
    """A connection to a file server. Every method raises TransportError; errors of `chunks` and `target` pass through."""

    def list(self, folder: str) -> Listing:
        """What lies in a folder; transport.missing when there is no such folder."""

    def stat(self, path: str) -> RemoteFile | None:
        """A regular file's size and time, None when it is absent; transport.denied when it is something else."""

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        """Write exactly this path, truncating what is there; returns when the server shows `size` bytes.

        transport.size (permanent) when `chunks` do not add up to `size`, (transient) when the server shows another.
        """

    def get(self, path: str, target: BinaryIO, max_bytes: int) -> int:
        """Write the file's bytes to `target` and return their number; call again only with an empty target.

        transport.size when there are more than `max_bytes` (permanent), or when size or time before, bytes
        received, and size or time after do not agree (transient).
        """

    def rename(self, source: str, target: str) -> None:
        """Give a file its final name; transport.exists when there is one, transport.missing when the source is gone."""

    def remove(self, path: str) -> None:
        """Delete a file; one that is absent is fine."""

    def close(self) -> None:
        """End the connection; never raises, never waits."""


def name_problem(name: str) -> str | None:
    """Why a name from or for the other side is refused, as a phrase; None when it is harmless."""
    if not name or name in {".", ".."} or "/" in name:
        return "not the name of a file"
    if any(unicodedata.category(character) in HARMFUL_CATEGORIES for character in name):
        return "name with control, direction or undecodable characters"
    if len(name.encode()) > MAX_NAME_BYTES:
        return f"name longer than {MAX_NAME_BYTES} bytes"
    return None


def checked_path(path: str) -> str:
    """The path itself when it ends in a harmless name and has no step upwards; else transport.denied."""
    *folders, name = path.split("/")
    problem = name_problem(name)
    if problem is None and ".." in folders:
        problem = "path with .."
    if problem:
        raise TransportError("transport.denied", f"{shown(path)} is refused: {problem}", transient=False)
    return path


def shown(text: str, limit: int = 200) -> str:
    """Text from outside fit for a message or log line: harmful characters as escapes, not longer than `limit`."""
    safe = "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in HARMFUL_CATEGORIES
        else character
        for character in text
    )
    return safe if len(safe) <= limit else safe[: limit - 3] + "..."


def sorted_listing(files: Iterable[RemoteFile], refused: Iterable[tuple[str, str]]) -> Listing:
    """A listing in name order."""
    return Listing(tuple(sorted(files, key=lambda file: file.name)), tuple(sorted(refused)))


def wrong_size(path: str, given: int, announced: int) -> TransportError:
    """The caller's own chunks are not what the caller announced: trying again cannot help."""
    message = f"{shown(path)}: {given} bytes to send, {announced} announced"
    return TransportError("transport.size", message, transient=False)


def too_large(path: str, size: int, max_bytes: int) -> TransportError:
    """The file is larger than the settings allow."""
    message = f"{shown(path)} has {size} bytes, more than the allowed {max_bytes}"
    return TransportError("transport.size", message, transient=False)


def pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size` bytes, the last one shorter."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)
