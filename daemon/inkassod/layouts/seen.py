"""One record of an agency's file as it stands there: its text, the text and the value of each field, and its problems."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inkasso_formats.dialects import CodeTable
from inkasso_formats.dialects.model import TRANSLATED, Part
from inkasso_formats.layout import Field, Value, Values
from inkasso_formats.problems import FormatProblem

Span = tuple[int, int]  # first and last character, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field: `place` is its position, cell or path in words, `span` where it stands in the text of a line.

    `value` is None where it cannot be read, and for a filler. `meaning` is what a code table says of a code that is kept.
    """

    field: Field
    place: str
    text: str
    value: Value
    position: Span | None = None
    span: Span | None = None
    meaning: str = ""


@dataclass(slots=True)
class Seen:
    """One record: `record` is the name of its part, empty where the line is none of this file.

    `text` is the line, or the way to the element. `whole`: every character of the line belongs to a field.
    """

    line: int
    record: str
    text: str
    cells: Sequence[Cell] = ()
    whole: bool = False
    problems: list[FormatProblem] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """The records of a file that are shown, and how many there are of each name."""

    records: list[Seen] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Wanted:
    """Which records are shown: the first `most` (0: all), and those between whose first and last line a problem stands."""

    def __init__(self, most: int, problems: Iterable[FormatProblem]) -> None:
        self._most = most
        self._lines = sorted({problem.line for problem in problems if problem.line is not None})

    def early(self, before: int) -> bool:
        """Whether a record is shown that so many stand before."""
        return not self._most or before < self._most

    def troubled(self, first: int, last: int) -> bool:
        """Whether a problem stands in one of these lines."""
        return bisect_right(self._lines, last) > bisect_right(self._lines, first - 1)


def valued(part: Part, one: Field, text: str, values: Values) -> tuple[Value, str]:
    """The neutral value of a field and what its code means: our word for a code that holds one, a kept code as it is."""
    if one.type == "constant":
        return (text if text == one.constant else None), ""
    value = values.get(one.name)
    table: CodeTable | None = part.codes.get(one.name)
    if table is None or not isinstance(value, str) or value not in table.codes:
        return value, ""
    row = table.codes[value]
    return (row.word, "") if one.name in TRANSLATED else (value, row.word or row.text)


def assign(problems: Iterable[FormatProblem], records: Sequence[Seen]) -> list[FormatProblem]:
    """Gives each problem to the record that it is of; what is left is of the file.

    A line of a flat file is one record. An element goes over lines, and several may share one: of those with the name that the
    problem has, it is the last that begins before it, and among several on one line that whose field holds the value.
    """
    by_name: Mapping[str, list[Seen]] = defaultdict(list)
    exact: Mapping[tuple[str, int, str, str], deque[Seen]] = defaultdict(deque)
    for one in sorted(records, key=lambda one: one.line):
        by_name[one.record].append(one)
        by_name[""].append(one)
        for cell in one.cells:
            exact[one.record, one.line, cell.field.name, cell.text].append(one)
    starts = {name: [one.line for one in some] for name, some in by_name.items()}
    rest: list[FormatProblem] = []
    for problem in problems:
        found = _owner(problem, by_name, starts, exact)
        (found.problems if found else rest).append(problem)
    return rest


def _owner(
    problem: FormatProblem,
    by_name: Mapping[str, list[Seen]],
    starts: Mapping[str, list[int]],
    exact: Mapping[tuple[str, int, str, str], deque[Seen]],
) -> Seen | None:
    name = problem.record if problem.record in starts else ""
    at = bisect_right(starts.get(name or "", []), problem.line or 0) - 1
    if problem.line is None or at < 0:
        return None
    last = by_name[name or ""][at]
    same = exact.get((last.record, last.line, problem.field or "", problem.value or ""))
    if not same:
        return last
    same.rotate(-1)
    return same[-1]
