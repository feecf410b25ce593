"""What can be wrong with a file, as values: a problem names line, record, field, position, value and rule.

A reader collects every problem of a file; it raises `FormatError` with all of them where the file as a whole
cannot be trusted (control totals, structure), and hands the others back beside the records that are good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SHOWN = 40  # characters of a bad value that a sentence shows; the raw file keeps the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatProblem:
    """One thing that is wrong, and where.

    `code` is stable (`layout.length`, `ocr.sum`); `line` counts from 1; `position` is the first and last
    character of the field, from 1, both inclusive; `rule` is the sentence fragment that says what was expected.
    `warning` marks what is worth telling but refuses nothing.
    """

    code: str
    rule: str
    line: int | None = None
    record: str | None = None
    field: str | None = None
    position: tuple[int, int] | None = None
    value: str | None = None
    warning: bool = False

    @property
    def message(self) -> str:
        """One sentence: `line 5, record amount item 1, field amount (33-49): '12A' ...: 17 digits expected`."""
        where = self.where
        value = f"{_shown(self.value)}: " if self.value is not None else ""
        return f"{where}: {value}{self.rule}" if where else f"{value}{self.rule}"

    @property
    def where(self) -> str:
        """The place in words, as exactly as it is known; empty where the file as a whole is meant."""
        parts = []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.record is not None:
            parts.append(f"record {self.record}")
        if self.field is not None:
            columns = f" ({self.position[0]}-{self.position[1]})" if self.position else ""
            parts.append(f"field {self.field}{columns}")
        return ", ".join(parts)


class FormatError(Exception):
    """A file (or record, or layout) that cannot be used; `problems` holds all that is wrong with it."""

    def __init__(self, problems: Sequence[FormatProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


def _shown(value: str) -> str:
    text = value if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]}…"
    return repr(text)
