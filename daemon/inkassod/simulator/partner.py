"""The agency at work on its folders: takes what was uploaded, lets the agency move, writes the answers and the money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from inkasso_formats.dialects import FileKind, Parsed, kind_of_content, kind_of_name, parse
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import Correction, NewCase
from inkassod.simulator import agency as office
from inkassod.simulator.agency import Agency, Remittance
from inkassod.simulator.bank import Bank, Transfer, bank_file
from inkassod.simulator.folders import Folders
from inkassod.simulator.placing import is_temporary, move, place
from inkassod.simulator.post import Post

TRANSMISSION = "transmission"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The agency's account, which pays, and the creditor's, which is paid: eleven digits each, or bankgiros at a Swedish bank."""

    agency: str
    creditor: str
    bank: Bank = "ocr"


class Partner:
    """The agency with its folders. One thread may call `step`; `take` may be called from any."""

    def __init__(
        self,
        folders: Folders,
        post: Post,
        agency: Agency,
        accounts: Accounts,
        *,
        say: Callable[[str], None],
        being_written: Callable[[Path], bool] = lambda _path: False,
    ) -> None:
        self.agency = agency
        self._folders, self._post, self._accounts = folders, post, accounts
        self._say, self._being_written = say, being_written

    @property
    def answers(self) -> tuple[FileKind, ...]:
        """The kinds of answer that the dialect has files for; of the others the creditor is told nothing."""
        files = self._post.dialect.files
        return tuple(kind for kind, layout in files.items() if layout.direction == "in")

    def step(self) -> list[str]:
        """Read what came, let every case make its next move, write what follows. Returns the names of the files written."""
        for path in sorted(path for folder in self._folders.inboxes for path in folder.iterdir()):
            self.take(path)
        for path in sorted(self._folders.taken.iterdir()):
            self._read(path)
        now = self._post.clock()
        self.agency, answers = office.step(self.agency, now.date())
        names = self._post.send(answers)
        names += self._pay(answers.payments, now)
        for name in names:
            self._say(f"wrote {name}")
        return names

    def take(self, path: Path) -> None:
        """Move an upload away from `in`; one that is not complete, or that no longer is there, stays untouched."""
        wanted = path.parent in self._folders.inboxes and path.is_file() and not path.is_symlink()
        if wanted and not is_temporary(path.name) and not self._being_written(path):
            with suppress(FileNotFoundError):  # the other thread was faster
                move(path, self._folders.taken)

    def _read(self, path: Path) -> None:
        try:
            kind, parsed = self._parse(path)
        except FormatError as error:
            self._say(f"rejected {path.name}, which nobody answers: {error}")
            move(path, self._folders.rejected)
            return
        if kind == "new_cases":
            self._receive(cast(Sequence[NewCase], parsed.records))
        else:
            self._correct(cast(Sequence[Correction], parsed.records))
        move(path, self._folders.done)
        self._say(f"read {path.name}: {parsed.count} records")
        if "receipts" not in self.answers:
            self._say(f"{path.name} has no receipt: the dialect {self._post.dialect.name} has no such files")
        for problem in parsed.problems:
            self._say(f"{path.name}: {problem.message}")

    def _parse(self, path: Path) -> tuple[FileKind, Parsed]:
        """The kind and content of an upload. Raises FormatError for whatever this agency cannot use."""
        post, content = self._post, path.read_bytes()
        kind = kind_of_name(post.dialect, path.name) or kind_of_content(post.dialect, content, path.name)
        if kind is None or kind not in {"new_cases", "corrections"}:
            raise FormatError([_unusable("a file name of new cases or corrections expected", path.name)])
        parsed = parse(post.dialect, kind, content, path.name)
        if parsed.head.client_number not in {post.client_number, ""}:  # some files name nobody
            rule = f"the client number {post.client_number} expected"
            raise FormatError([_unusable(rule, parsed.head.client_number)])
        return kind, parsed

    def _receive(self, claims: Sequence[NewCase]) -> None:
        self.agency, doubled = office.receive(self.agency, claims)
        for claim in doubled:
            self._say(f"case {claim.case} came a second time; it is answered once")

    def _correct(self, corrections: Sequence[Correction]) -> None:
        self.agency, unheeded = office.correct(self.agency, corrections)
        for correction in unheeded:
            self._say(
                f"correction {correction.entry_no} of case {correction.case} comes too late or for no case of ours"
            )

    def _pay(self, payments: Sequence[Remittance], now: datetime) -> list[str]:
        """One file of the bank for all that is paid on; what has no reference cannot be paid this way, and is said."""
        for payment in payments:
            if not payment.reference:
                self._say(f"case {payment.case} has no reference, so its money is not in the bank's file")
        transfers = [
            Transfer(payment.reference, payment.amount, self._accounts.agency)
            for payment in payments
            if payment.reference and payment.amount
        ]
        if not transfers:
            return []
        number = self._post.numbers.next(TRANSMISSION)
        name, content = bank_file(self._accounts.bank, self._accounts.creditor, number, now.date(), transfers)
        return [place(self._folders.bank, name, content).name]


def _unusable(rule: str, value: str) -> FormatProblem:
    return FormatProblem(code="simulator.unusable", rule=rule, value=value)
