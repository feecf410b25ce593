"""What the agency writes into `out`: rendered, numbered, named, and spoiled where a fault is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from inkasso_formats.dialects import Dialect, FileKind, OutHead, file_name, render
from inkasso_formats.records import CaseUpdate, Closure, Receipt
from inkassod.simulator.agency import Answers
from inkassod.simulator.placing import place

AnswerKind = Literal["receipts", "updates", "closures"]
Letter = tuple[AnswerKind, Sequence[Receipt | CaseUpdate | Closure]]
SENDER = "100284"  # the creditor's number as a sender of files; invented
PATIENCE = 6  # steps after which held files go out although no closure came
STRAY = Receipt(line=0, case="999999999", invoice_no="9999999", accepted=True, agency_case_no="9999999")


@dataclass(slots=True)
class Numbers:
    """The serial numbers given so far, by name, kept in a file so that a simulator started anew goes on counting."""

    file: Path
    given: dict[str, int] = field(default_factory=dict)

    def next(self, name: str, *, skip: int = 0) -> int:
        """The next number, from 1, with so many left out."""
        if not self.given and self.file.exists():
            self.given = json.loads(self.file.read_text(encoding="ascii"))
        self.given[name] = self.given.get(name, 0) + 1 + skip
        place(self.file.parent, self.file.name, json.dumps(self.given).encode("ascii"))
        return self.given[name]


@dataclass(slots=True)
class Post:
    """The outgoing side of one simulator. `faults` as in `faults.FAULTS`; `clock` says the agency's local time.

    `sender` is the creditor's number as a sender of files, where the dialect has one. What the dialect has no files for is not written.
    `own` are the folders of the kinds of answer that do not go into `outbox`.
    """

    outbox: Path
    dialect: Dialect
    client_number: str
    numbers: Numbers
    clock: Callable[[], datetime]
    faults: Mapping[str, int] = field(default_factory=dict)
    sender: str = SENDER
    own: Mapping[FileKind, Path] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # given since the start
    sent: dict[AnswerKind, int] = field(default_factory=dict)  # files by kind since the start
    owed: list[tuple[AnswerKind, bytes]] = field(default_factory=list)  # right copies of what went out broken
    held: list[Letter] = field(default_factory=list)
    waited: int = 0
    released: bool = False
    last: datetime | None = None

    def send(self, answers: Answers) -> list[str]:
        """Write one file for each kind of answer there is. Returns the names, in the order of writing."""
        names = [self._place(kind, self.client_number, content) for kind, content in self.owed]
        self.owed = []
        letters: list[Letter] = [
            ("receipts", answers.receipts),
            ("updates", answers.updates),
            ("closures", answers.closures),
        ]
        due = [letter for letter in letters if letter[1] and letter[0] in self.dialect.files]
        if "out_of_order" in self.faults and not self.released:
            due = self._turned(due)
        return names + [name for letter in due for name in self._write(*letter)]

    def _turned(self, due: list[Letter]) -> list[Letter]:
        """Hold everything until closures are there (or patience ends), then let it go in the wrong order."""
        self.held += due
        self.waited += bool(self.held)
        if self.waited < PATIENCE and not any(kind == "closures" for kind, _records in due):
            return []
        held, self.held, self.released = self.held, [], True
        order = ("closures", "updates", "receipts")
        return sorted(held, key=lambda letter: order.index(letter[0]))

    def _write(self, kind: AnswerKind, records: Sequence[Receipt | CaseUpdate | Closure]) -> list[str]:
        first = not self.sent.get(kind)
        skip = 1 if "gap" in self.faults and self.sent.get(kind) == 1 else 0
        number = self.numbers.next(kind, skip=skip)
        if first and kind == "receipts" and "stray" in self.faults:
            records = [*records, STRAY]
        content = self._render(self.dialect, kind, self.client_number, number, records)
        names = []
        if first and kind == "receipts" and "foreign" in self.faults:
            other = foreign(self.client_number)
            names.append(self._place(kind, other, self._render(self.dialect, kind, other, number, records)))
        if first and "broken" in self.faults:
            self.owed.append((kind, content))
            content = self._broken(kind, number, records, content)
        names.append(self._place(kind, self.client_number, content))
        if first and "duplicate" in self.faults:
            names.append(self._place(kind, self.client_number, content))
        self.sent[kind] = self.sent.get(kind, 0) + 1
        return names

    def _broken(
        self, kind: FileKind, number: int, records: Sequence[Receipt | CaseUpdate | Closure], content: bytes
    ) -> bytes:
        """Receipts with a wrong count, where their files have one; anything else cut."""
        if kind != "receipts" or not self.dialect.files[kind].counts:
            return halved(content)
        return self._render(miscounted(self.dialect, kind), kind, self.client_number, number, records)

    def _render(
        self,
        dialect: Dialect,
        kind: FileKind,
        client: str,
        number: int,
        records: Sequence[Receipt | CaseUpdate | Closure],
    ) -> bytes:
        head = OutHead(client_number=client, sequence_no=number, created=self.clock(), sender=self.sender)
        return render(dialect, kind, head, records).content

    def _place(self, kind: FileKind, client: str, content: bytes) -> str:
        """Put the file down under a name of its own: names hold the second, or the number, so each file gets another one."""
        at = self.clock().replace(microsecond=0)
        if self.last is not None and at <= self.last:
            at = self.last + timedelta(seconds=1)
        self.last = at
        name = self._name(kind, client, at, self.numbers.given.get(kind, 0))
        if name in self.names:
            name = self._name(kind, client, at, self.numbers.next(kind))
        self.names.add(name)
        place(self.own.get(kind, self.outbox), name, content)
        return name

    def _name(self, kind: FileKind, client: str, at: datetime, number: int) -> str:
        return file_name(self.dialect, kind, client, at, number, self.sender)


def foreign(client_number: str) -> str:
    """Another client number of the same length: only the last digit differs."""
    return client_number[:-1] + ("1" if client_number.endswith("0") else "0")


def miscounted(dialect: Dialect, kind: FileKind) -> Dialect:
    """The same dialect, but for the counts of this kind of file: each record counts twice. Without counts it is the same."""
    layout = dialect.files[kind]
    counts = {name: (*parts, *parts) for name, parts in layout.counts.items()}
    return replace(dialect, files={**dialect.files, kind: replace(layout, counts=counts)})


def halved(content: bytes) -> bytes:
    """The first half of the file."""
    return content[: len(content) // 2]
