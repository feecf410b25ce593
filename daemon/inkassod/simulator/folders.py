"""The simulator's folders: what a client sees, and what lies beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inkasso_formats.dialects import Dialect, FileKind


@dataclass(frozen=True, slots=True)
class Folders:
    """The simulator's folders. `served` is what a client sees; the others lie beside it.

    `own` are the folders of the kinds of file for which the dialect has one, as the client names them.
    """

    root: Path
    bank: Path
    own: Mapping[FileKind, str] = field(default_factory=dict)

    @property
    def served(self) -> Path:
        """The folder of the SFTP server."""
        return self.root / "files"

    @property
    def inbox(self) -> Path:
        """Where the client puts its files: `in`."""
        return self.served / "in"

    @property
    def rejected(self) -> Path:
        """Files that could not be used: `in/rejected`."""
        return self.inbox / "rejected"

    @property
    def outbox(self) -> Path:
        """Where the client fetches: `out`."""
        return self.served / "out"

    @property
    def taken(self) -> Path:
        """Files that were taken and wait to be read."""
        return self.root / "taken"

    @property
    def done(self) -> Path:
        """Files that were read."""
        return self.root / "done"

    @property
    def inboxes(self) -> tuple[Path, ...]:
        """Every folder that the client puts files into."""
        return tuple(
            dict.fromkeys((self.inbox, *(self.of(kind) for kind in self.own if kind in _FROM_THE_CLIENT)))
        )

    def of(self, kind: FileKind) -> Path:
        """Where files of this kind are put."""
        if self.own.get(kind):
            return self.served / self.own[kind].strip("/")
        return self.inbox if kind in _FROM_THE_CLIENT else self.outbox

    def make(self) -> None:
        """Make those that are missing, mode 0700."""
        own = (self.of(kind) for kind in self.own)
        for folder in (self.root, self.inbox, self.rejected, self.outbox, *own, self.taken, self.done):
            for path in (*reversed(folder.relative_to(self.root).parents), folder.relative_to(self.root)):
                (self.root / path).mkdir(mode=0o700, exist_ok=True)
        self.bank.mkdir(mode=0o700, exist_ok=True)


_FROM_THE_CLIENT: tuple[FileKind, ...] = ("new_cases", "corrections")


def folders_of(dialect: Dialect, root: Path, bank: Path) -> Folders:
    """The folders of an agency that writes this dialect."""
    own = {kind: layout.folder for kind, layout in dialect.files.items() if layout.folder}
    return Folders(root, bank, own)
