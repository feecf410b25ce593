"""The folder that a client of the simulator is shut in, and the ways in which a nasty partner serves it."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SERVED = "out"  # the folder whose files the nasty ways touch: what the client downloads


@dataclass(frozen=True, slots=True, kw_only=True)
class Nasty:
    """How the server misbehaves. The defaults are a server that behaves.

    `growing`: so many looks (stat or listing) at a file in `out` pass before it has its whole size.
    `short_downloads`: so many downloads from `out` end at half of the announced size.
    `lists_twice`: each file in `out` stands twice in the listing.
    `full_after`: the bytes that an upload may have before the disk is full; None for room enough.
    `delay`: seconds that each request waits.
    """

    growing: int = 0
    short_downloads: int = 0
    lists_twice: bool = False
    full_after: int | None = None
    delay: float = 0.0


@dataclass(slots=True)
class Share:
    """The folder that is served, with what all sessions have in common."""

    root: Path
    nasty: Nasty = field(default_factory=Nasty)
    renamed: Callable[[Path], None] = lambda _path: (
        None
    )  # told of each rename before the client has its answer
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    looks: dict[int, int] = field(default_factory=dict)  # by inode: a renamed file goes on growing
    cut_short: int = 0
    writers: dict[Path, int] = field(default_factory=dict)

    def real(self, path: str) -> Path:
        """The place on disk of a client's path. `..` ends at the root; raises PermissionError at a symbolic link."""
        parts: list[str] = []
        for part in path.split("/"):
            if part == "..":
                del parts[-1:]
            elif part not in {"", "."}:
                parts.append(part)
        here = self.root
        for part in parts:
            here = here / part
            if here.is_symlink():
                raise PermissionError(errno.EACCES, "symbolic links are not followed", str(here))
        return here

    def served(self, path: Path) -> bool:
        """Whether the file is one that the client downloads."""
        return path.is_relative_to(self.root / SERVED)

    def look(self, path: Path, found: os.stat_result) -> int:
        """The size to tell: the real one, unless the file is still growing. Counts as one look."""
        if not (self.nasty.growing and self.served(path) and stat.S_ISREG(found.st_mode)):
            return found.st_size
        with self.lock:
            self.looks[found.st_ino] = self.looks.get(found.st_ino, 0) + 1
        return self.grown(path, found)

    def grown(self, path: Path, found: os.stat_result) -> int:
        """How much of the file is there by now."""
        if not (self.nasty.growing and self.served(path)):
            return found.st_size
        looks = min(self.looks.get(found.st_ino, 0), self.nasty.growing + 1)
        return found.st_size * looks // (self.nasty.growing + 1)

    def cut(self, path: Path) -> bool:
        """Whether this download is one of those that end early."""
        with self.lock:
            if not self.served(path) or self.cut_short >= self.nasty.short_downloads:
                return False
            self.cut_short += 1
            return True

    def writing(self, path: Path, change: int) -> None:
        """Keep the count of open uploads: +1 when one opens, -1 when it closes."""
        with self.lock:
            self.writers[path] = self.writers.get(path, 0) + change
            if not self.writers[path]:
                del self.writers[path]

    def being_written(self, path: Path) -> bool:
        """Whether a client holds the file open for writing."""
        return path in self.writers
