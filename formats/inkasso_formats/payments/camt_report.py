"""What is wrong in a camt message, and where: collected, with the line of the element that is meant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from inkasso_formats.payments.camt_paths import LEVELS, Version, path_of
from inkasso_formats.payments.camt_values import day, minor_units
from inkasso_formats.payments.camt_xml import FAULTS, Element, Values, line_of
from inkasso_formats.problems import FormatProblem

MOST_PROBLEMS = 500  # a file with more of them is another kind of file
MOST_WARNINGS = 500


class TooManyProblemsError(Exception):
    """Reading on would say nothing new of the file."""


@dataclass(slots=True)
class Report:
    """Problems, each of which refuses the file, and warnings, which refuse nothing."""

    version: Version
    namespace: str
    problems: list[FormatProblem] = field(default_factory=list)
    warnings: list[FormatProblem] = field(default_factory=list)
    untold: int = 0

    @property
    def said(self) -> int:
        """How much has been told, of either kind."""
        return len(self.problems) + len(self.warnings) + self.untold

    def add(self, problem: FormatProblem) -> None:
        """Takes a problem or a warning. Raises TooManyProblemsError where they become too many."""
        if not problem.warning:
            self.problems.append(problem)
            if len(self.problems) >= MOST_PROBLEMS:
                raise TooManyProblemsError
        elif len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(problem)
        else:
            self.untold += 1

    def all_warnings(self) -> tuple[FormatProblem, ...]:
        """The warnings, and how many more there were."""
        if not self.untold:
            return tuple(self.warnings)
        rule = f"{self.untold} further warnings are not listed"
        return (*self.warnings, FormatProblem(code="camt.untold", rule=rule, warning=True))


@dataclass(slots=True)
class Spot:
    """An element whose values are being judged: where it stands, and whether what is wrong there only warns."""

    report: Report
    level: str  # its name, and the key of its paths in LEVELS
    element: Element
    ordinal: int = 0  # among those of its name; 0: not told
    above: Spot | None = None  # what it stands in; None: not told
    warning: bool = False
    lines: dict[str, int | None] | None = None  # of values whose elements are forgotten

    @property
    def where(self) -> str:
        """The place in words: Ntry[2]/NtryDtls/TxDtls[5]."""
        place = f"{self.level}[{self.ordinal}]" if self.ordinal else self.level
        return f"{self.above.where}/{place}" if self.above is not None else place

    def wrong(
        self, code: str, name: str, rule: str, value: str | None = None, *, warning: bool = False
    ) -> None:
        """Reports what is wrong with a value of the element, in the line where the value stands."""
        path = path_of(LEVELS[self.level], name, self.report.version)
        problem = FormatProblem(
            code=code, line=self._line(path), record=self.where, field=path, value=value, rule=rule
        )
        self.report.add(replace(problem, warning=warning or self.warning))

    def judge_faults(self, values: Values) -> None:
        """Reports what the reader of the element could not take: `FAULTS` of its values."""
        for name, code, rule in values.get(FAULTS, ()):
            self.wrong(code, name, rule)

    def required(self, values: Values, name: str) -> str:
        """A text that must be there; what is missing is reported, and empty."""
        text = str(values.get(name, ""))
        if not text:
            self.wrong("camt.required", name, "is missing, or empty")
        return text

    def amount(self, given: tuple[str, str], name: str) -> int | None:
        """An amount with its currency in the smallest unit; None where it cannot be read, which is reported."""
        try:
            return minor_units(*given)
        except ValueError as error:
            self.wrong("camt.amount", name, str(error), given[0])
            return None

    def day(self, values: Values, *names: str) -> date | None:
        """The day under the first of these names that is given; None where it cannot be read, which is reported."""
        for name in names:
            if text := values.get(name):
                try:
                    return day(text)
                except ValueError as error:
                    self.wrong("camt.date", name, str(error), text)
                    return None
        return None

    def flag(self, values: Values, name: str) -> bool:
        """`true` or `false`; what is not given is false."""
        text = values.get(name, "false")
        if text not in {"true", "false", "1", "0"}:
            self.wrong("camt.code", name, "true or false expected", text)
        return text in {"true", "1"}

    def credit(self, values: Values, name: str) -> bool | None:
        """True for `CRDT`, False for `DBIT`; None where it is neither, which is reported."""
        text = values[name]
        if text not in {"CRDT", "DBIT"}:
            self.wrong("camt.code", name, "CRDT or DBIT expected", text)
            return None
        return bool(text == "CRDT")

    def number(self, values: Values, name: str) -> int | None:
        """A count; None where it is not given, or cannot be read, which is reported."""
        text = values.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            self.wrong("camt.number", name, "a number of up to 15 digits expected", text)
            return None
        return int(text)

    def remember_lines(self) -> None:
        """Keeps the line of each value, for problems that show only when the elements of the values are forgotten."""
        self.lines = {path.path: self._line(path.path) for path in LEVELS[self.level]}

    def _line(self, path: str) -> int | None:
        if self.lines is not None:
            return self.lines.get(path)
        steps = "/".join(f"{{{self.report.namespace}}}{step}" for step in path.split("/"))
        found = self.element.find(steps)
        return line_of(self.element if found is None else found) or None
