"""Reading a file: lines to neutral values, with every problem at once.

What stops the file: encoding, record length, an unknown record, header or trailer missing, doubled, damaged or in the
wrong place, a count or sum that does not agree, an amount in a sum that cannot be read. What refuses one record: any
other value that cannot be read. What is told only: a code that the tables lack, and bytes that look like another encoding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from inkasso_formats.dialects.codes import decode
from inkasso_formats.dialects.encoding import decode_line, oddity, without_controls, wrong_length
from inkasso_formats.dialects.model import (
    PARTS,
    RECORD_TYPES,
    AnyRecord,
    Dialect,
    FileKind,
    FileLayout,
    Parsed,
    Part,
    Portion,
)
from inkasso_formats.layout import Record, Values, parse_line
from inkasso_formats.layout_cells import read
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import FileHead

MOST_RECORDS = 10_000  # of one portion
MOST_PROBLEMS = 500  # a file of some other kind would give one for each line


def parse(dialect: Dialect, kind: FileKind, content: bytes | Iterable[bytes]) -> Parsed:
    """The records of a file (all of it, or its lines), and what is wrong with those that are refused.

    Raises FormatError with all problems, those of single records too, where the file as a whole cannot be trusted;
    KeyError where the dialect has no files of this kind.
    """
    opened = Stream(dialect, kind, content.split(b"\n") if isinstance(content, bytes) else content)
    records: list[AnyRecord] = []
    problems: list[FormatProblem] = []
    refused = 0
    for portion in opened:
        records += portion.records
        problems += portion.problems
        refused += portion.refused
    return Parsed(
        head=opened.head,
        records=records,
        problems=problems,
        count=opened.count,
        total=opened.total,
        refused=refused,
    )


class Stream:
    """A file that is read portion by portion, so that memory does not grow with it.

    Raises FormatError as `parse` does, when it is opened or while it is gone through: only when the end is reached can the
    file be trusted. `head` is known from the start, `count` and `total` (øre) at the end.
    """

    def __init__(self, dialect: Dialect, kind: FileKind, lines: Iterable[bytes]) -> None:
        self._reading = _Reading(dialect.encoding, dialect.files[kind])
        self._portions = self._read(lines)
        self._first = next(self._portions)

    @property
    def head(self) -> FileHead:
        """What the file says of itself."""
        names = ("client_number", "sequence_no", "created")
        values = self._reading.head
        return FileHead(**{name: values[name] for name in names if name in values})  # type: ignore[arg-type]

    @property
    def count(self) -> int:
        """How many records were read so far."""
        return self._reading.count

    @property
    def total(self) -> int:
        """What they come to so far, in øre."""
        return next(iter(self._reading.sums.values()), 0)

    def __iter__(self) -> Iterator[Portion]:
        yield self._first
        yield from self._portions

    def _read(self, lines: Iterable[bytes]) -> Iterator[Portion]:
        for number, line in _numbered(lines):
            self._reading.take(number, line)
            if len(self._reading.records) >= MOST_RECORDS and not self._reading.fatal:
                yield self._reading.portion()
        self._reading.finish()
        yield self._reading.portion()


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines from 1, without their ends. Empty lines at the end (and the end-of-file mark of DOS) are passed over."""
    empty: list[int] = []
    for number, line in enumerate(lines, 1):
        bare = line.removesuffix(b"\n").removesuffix(b"\r")
        if bare in {b"", b"\x1a"}:
            empty.append(number)
            continue
        yield from ((at, b"") for at in empty)
        empty = []
        yield number, bare


@dataclass(slots=True)
class _Reading:
    """One file being read: what stood in it so far. `fatal` stops the file, `problems` belong to single records."""

    encoding: str
    layout: FileLayout
    fatal: list[FormatProblem] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)
    records: list[AnyRecord] = field(default_factory=list)
    seen: dict[Part, int] = field(default_factory=dict)  # the line of each part, of the details the last
    head: Values = field(default_factory=dict)
    trailer: Values = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    last: int = 0
    count: int = 0
    refused: int = 0
    whole: bool = True  # every line was readable, so that count and sums can be compared

    def take(self, number: int, raw: bytes) -> None:
        """One line, without its end. Raises FormatError where so much is wrong that more would help nobody."""
        self.last = number
        if len(self.fatal) >= MOST_PROBLEMS:
            rule = f"reading stopped here, after {MOST_PROBLEMS} problems: is it a file of this kind at all?"
            self.fatal.append(FormatProblem(code="dialect.stopped", line=number, rule=rule))
            raise FormatError(self._everything())
        line = decode_line(raw, self.encoding, number)
        if isinstance(line, FormatProblem):
            self._unreadable(line)
            return
        part = next((part for part in PARTS if line.startswith(self._tag(part))), None)
        if part is not None:
            self._place(part, number)
        if len(line) != self.layout.length:
            name = part or f"of {self.layout.kind}"
            self._unreadable(wrong_length(line, raw, name, self.layout.length, number))
        elif part is None:
            self._unreadable(self._unknown(line, number))
        else:
            self._read(part, line, number, oddity(raw, line, self.encoding, self.layout.parts[part], number))

    def portion(self) -> Portion:
        """What was read since the last portion."""
        portion = Portion(records=self.records, problems=self.problems, refused=self.refused)
        self.records, self.problems, self.refused = [], [], 0
        return portion

    def finish(self) -> None:
        """The end of the file. Raises FormatError where something stops it."""
        for name in self.layout.sums:
            self.sums.setdefault(name, 0)
        if self.last == 0:
            rule = "the file is empty: at least a header and a trailer expected"
            raise FormatError([FormatProblem(code="dialect.empty", rule=rule)])
        if "trailer" not in self.seen:
            rule = f"the file ends without its trailer ({self._tag('trailer')}): it is cut off, have it sent again"
            self.fatal.append(FormatProblem(code="dialect.trailer", line=self.last, rule=rule))
        elif self.whole:
            self.fatal += self._totals()
        if self.fatal:
            raise FormatError(self._everything())

    def _everything(self) -> list[FormatProblem]:
        return sorted([*self.fatal, *self.problems], key=lambda problem: problem.line or 0)

    def _tag(self, part: Part) -> str:
        return self.layout.parts[part].fields[0].constant

    def _unreadable(self, problem: FormatProblem) -> None:
        self.fatal.append(problem)
        self.whole = False

    def _unknown(self, line: str, number: int) -> FormatProblem:
        tags = ", ".join(map(self._tag, PARTS))
        tag = line[: len(self._tag("detail"))]
        rule = f"unknown record: one of {tags} expected at its start"
        return FormatProblem(code="dialect.record", line=number, value=tag, rule=rule)

    def _place(self, part: Part, number: int) -> None:
        """Header first and once, trailer last and once."""
        wrong = ""
        if part == "header" and self.seen:
            wrong = "the header stands once, and first"
        elif part != "header" and "header" not in self.seen:
            wrong = f"the file must begin with its header ({self._tag('header')})"
            self.seen["header"] = number  # told once
        if wrong:
            self.fatal.append(FormatProblem(code="dialect.header", line=number, record=part, rule=wrong))
        if "trailer" in self.seen:
            rule = f"stands after the trailer in line {self.seen['trailer']}: nothing may follow it"
            self._unreadable(FormatProblem(code="dialect.order", line=number, record=part, rule=rule))
        self.seen.setdefault(part, number)

    def _read(self, part: Part, line: str, number: int, odd: FormatProblem | None) -> None:
        line = without_controls(line)
        values, problems = parse_line(self.layout.parts[part], line, number)
        if odd:
            self.problems.append(odd)
        if part == "detail":
            self._detail(values, problems, line, number)
        elif part == "header":
            self.fatal += [*problems, *_time_problems(self.layout.header, values, number)]
            self.head = self.head or values
        else:
            self.fatal += problems
            self.trailer = values

    def _detail(self, values: Values, problems: list[FormatProblem], line: str, number: int) -> None:
        self.count += 1
        unreadable = self._add(values, line)
        self.fatal += [problem for problem in problems if problem.field in unreadable]
        found = [problem for problem in problems if problem.field not in unreadable]
        found += decode(self.layout, values, number)
        self.problems += found
        if unreadable or any(not problem.warning for problem in found):
            self.refused += 1
            return
        kind = RECORD_TYPES[self.layout.kind]
        place = {"line": number} if "line" in kind.__dataclass_fields__ else {}
        self.records.append(kind(**values, **place))  # type: ignore[arg-type]

    def _add(self, values: Values, line: str) -> set[str]:
        """Adds the amounts to their sums; hands back the fields whose amount cannot be read."""
        unreadable: set[str] = set()
        for total, names in self.layout.sums.items():
            for name in names:
                amount = values[name]
                if amount is None:
                    amount = self._amount(name, line)
                if amount is None:
                    unreadable.add(name)
                    self.whole = False
                else:
                    self.sums[total] = self.sums.get(total, 0) + cast(int, amount)
        return unreadable

    def _amount(self, name: str, line: str) -> int | None:
        """The amount where nothing but "required" speaks against it: a record with a zero is refused, and adds zero."""
        place = self.layout.detail.field(name)
        try:
            return cast(int, read(replace(place, required=False), line[place.start - 1 : place.end]))
        except ValueError:
            return None

    def _totals(self) -> Iterator[FormatProblem]:
        """Count and sums as the trailer announces them against what stands in the file."""
        said = self.trailer.get(self.layout.count)
        if said is not None and said != self.count:
            rule = f"announced, but the file holds {self.count} detail records"
            yield self._disagrees("dialect.count", self.layout.count, str(said), rule)
        for name, fields in self.layout.sums.items():
            said = self.trailer.get(name)
            if said is not None and said != self.sums[name]:
                rule = f"announced, but {' + '.join(fields)} of the details make {_decimal(self.sums[name])}"
                yield self._disagrees("dialect.sum", name, _decimal(cast(int, said)), rule)

    def _disagrees(self, code: str, name: str, value: str, rule: str) -> FormatProblem:
        return FormatProblem(
            code=code,
            line=self.seen["trailer"],
            record="trailer",
            field=name,
            position=self.layout.trailer.field(name).position,
            value=value,
            rule=rule,
        )


def _time_problems(header: Record, values: Values, number: int) -> Iterator[FormatProblem]:
    time = values.get("created_time")
    if not isinstance(time, str) or not time:
        return
    hours, minutes, seconds = int(time[:2]), int(time[2:4]), int(time[4:])
    if hours > 23 or minutes > 59 or seconds > 59:
        place = header.field("created_time")
        yield FormatProblem(
            code="dialect.header",
            line=number,
            record="header",
            field=place.name,
            position=place.position,
            value=time,
            rule="no such time: a time HHMMSS expected",
        )


def _decimal(amount: int) -> str:
    """Øre as an amount for people: -1234 is -12.34."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"
