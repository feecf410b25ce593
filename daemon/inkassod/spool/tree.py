"""The folders of the spool, the names a file may have in them, and the errors of this package. Values only."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

# 255 bytes is the limit of the file systems in use; a claimed file gets its run number and a dash in front.
MAX_NAME_BYTES = 200
# Control and format characters (among them the bidirectional ones), surrogates (bytes that are no UTF-8), line ends.
HARMFUL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
UNFINISHED_ENDINGS = (".tmp", ".part", ".filepart", ".writing", ".swp", "~")


class SpoolError(Exception):
    """A file or folder of the spool that cannot be handled; `code` is stable, the text is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FileChanging(SpoolError):  # noqa: N818 (it names the state of the file)
    """The file changed while it was read: its writer is not done. Code spool.changing."""

    def __init__(self, message: str) -> None:
        super().__init__("spool.changing", message)


class Busy(SpoolError):  # noqa: N818 (it names the state of the lock)
    """Another process holds the lock. Code spool.busy."""

    def __init__(self, message: str) -> None:
        super().__init__("spool.busy", message)


@dataclass(frozen=True, slots=True)
class Area:
    """One partner's folders: files arrive in inbox, are handled in work, and those that failed lie in failed."""

    name: str
    inbox: Path
    work: Path
    failed: Path
    outbox: Path | None


@dataclass(frozen=True, slots=True)
class Spool:
    """The spool tree under one root; all of it lies on one file system, for renames."""

    root: Path

    @property
    def erp(self) -> Area:
        """The ERP's folders: feed in, status feed out."""
        return self._area("erp", outbox=True)

    @property
    def bank(self) -> Area:
        """The bank's folders: payment files in."""
        return self._area("bank", outbox=False)

    @property
    def agency(self) -> Area:
        """The agency's folders: fetched files in, files to be sent out."""
        return self._area("agency", outbox=True)

    @property
    def archive(self) -> Path:
        """Every file that was ever handled, by day and content."""
        return self.root / "archive"

    def _area(self, name: str, *, outbox: bool) -> Area:
        home = self.root / name
        return Area(name, home / "inbox", home / "work", home / "failed", home / "outbox" if outbox else None)


def name_problem(name: str) -> str | None:
    """Why a file name is refused everywhere in the spool, as a phrase; None when it is harmless."""
    if not name or name in {".", ".."} or "/" in name:
        return "not the name of a file"
    if any(unicodedata.category(character) in HARMFUL_CATEGORIES for character in name):
        return "name with control, direction or undecodable characters"
    if len(name.encode()) > MAX_NAME_BYTES:
        return f"name longer than {MAX_NAME_BYTES} bytes"
    return None


def is_unfinished(name: str) -> bool:
    """True for names that writers use while they write, and for hidden files: never taken, and nothing odd."""
    return name.startswith(".") or name.endswith(UNFINISHED_ENDINGS)


def is_explanation(name: str) -> bool:
    """True for the README that lies in each folder of the spool: never taken, and nothing odd."""
    return name.startswith("README")


def shown(text: str, limit: int = 120) -> str:
    """A name or path fit for a message or log line: harmful characters as escapes, not longer than `limit`."""
    safe = "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in HARMFUL_CATEGORIES
        else character
        for character in text
    )
    return safe if len(safe) <= limit else safe[: limit - 3] + "..."
