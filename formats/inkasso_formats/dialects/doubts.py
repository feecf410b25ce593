"""What the problems of a record mean for the file: which of them put its amounts or totals in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inkasso_formats.dialects.model import Dialect, Part
from inkasso_formats.dialects.tally import Tally
from inkasso_formats.layout import Values
from inkasso_formats.layout_cells import read, read_free
from inkasso_formats.problems import FormatProblem


class Doubts:
    """Knows the totals and the amounts that are added up of one kind of file."""

    def __init__(self, dialect: Dialect, tally: Tally) -> None:
        self._read = read if dialect.form == "fixed" else read_free
        self._tally = tally

    def sort(
        self, part: Part, values: Values, problems: Sequence[FormatProblem]
    ) -> tuple[list[FormatProblem], list[FormatProblem], bool]:
        """The problems of a record that stop the file, the others, and whether an amount that is added up cannot be read."""
        stopping: list[FormatProblem] = []
        rest: list[FormatProblem] = []
        broken = False
        for problem in problems:
            if problem.warning:
                rest.append(problem)
            elif problem.field in self._tally.saying.get(part.name, ()):
                stopping.append(problem)
            elif self._in_doubt(part, values, problem):
                stopping.append(problem)
                broken = True
            else:
                rest.append(problem)
        return stopping, rest, broken

    def _in_doubt(self, part: Part, values: Values, problem: FormatProblem) -> bool:
        """Whether an amount cannot be read; one that is refused only because it is required and zero adds zero."""
        name = problem.field
        if name not in self._tally.amounts[part.name] or values.get(name) is not None:
            return False
        if problem.code != "layout.amount":
            return True
        try:
            self._read(replace(part.record.field(name), required=False), problem.value or "")
        except ValueError:
            return True
        return False
