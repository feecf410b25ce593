"""What is found while a file is read: its records, portion by portion, and its problems in the order of the lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from inkasso_formats.dialects.model import AnyRecord, Form, Portion
from inkasso_formats.problems import FormatError, FormatProblem

MOST_RECORDS = 10_000  # of one portion
MOST_PROBLEMS = 500  # a file of some other kind would give one for each line


class Findings:
    """The records and problems of one file. A file that is stopped hands out no more records."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._fatal: list[FormatProblem] = []
        self._problems: list[FormatProblem] = []
        self._records: list[AnyRecord] = []
        self._refused = 0

    @property
    def room(self) -> int:
        """How many records the portion still takes; none when something has stopped the file."""
        return 0 if self._fatal else MOST_RECORDS - len(self._records)

    def stop(self, problem: FormatProblem, last: int) -> None:
        """A problem that stops the file, found when this line was read. Raises FormatError where there are very many."""
        if len(self._fatal) >= MOST_PROBLEMS:
            rule = f"reading stopped here, after {MOST_PROBLEMS} problems: is it a file of this kind at all?"
            self._fatal.append(FormatProblem(code="dialect.stopped", line=last, rule=rule))
            raise FormatError(self.everything())
        self._fatal.append(problem)

    def tell(self, problems: Iterable[FormatProblem]) -> None:
        """Problems that stop nothing more than their record."""
        self._problems += problems

    def add(self, record: AnyRecord | None) -> None:
        """A record, or None for one that is refused."""
        if record is None:
            self._refused += 1
        elif not self._fatal:
            self._records.append(record)

    def add_all(self, records: Sequence[AnyRecord]) -> None:
        """Many records at once, for which there is room."""
        self._records += records

    def portion(self) -> Portion | None:
        """What was found since the last portion, when it is much; None where it is not, or something has stopped the file."""
        if self._fatal or (len(self._records) < MOST_RECORDS and len(self._problems) < MOST_RECORDS):
            return None
        return self.rest()

    def rest(self) -> Portion:
        """What was found since the last portion. Raises FormatError where something has stopped the file."""
        if self._fatal:
            raise FormatError(self.everything())
        portion = Portion(
            records=self._records, problems=in_order(self._problems, self._form), refused=self._refused
        )
        self._records, self._problems, self._refused = [], [], 0
        return portion

    def everything(self) -> list[FormatProblem]:
        """All problems since the last portion and all that stop the file, in the order of the lines."""
        return in_order([*self._fatal, *self._problems], self._form)


def in_order(problems: Iterable[FormatProblem], form: Form) -> list[FormatProblem]:
    """Problems in the order of the lines, with the positions that a file of this form has: characters, a cell, or none."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    if form == "fixed":
        return ordered
    return [replace(problem, position=_cell(problem, form)) for problem in ordered]


def _cell(problem: FormatProblem, form: Form) -> tuple[int, int] | None:
    if problem.position is None or form == "xml":
        return None
    return (problem.position[0], problem.position[0])
