"""What the readers and writers of fixed-width payment files share: problems with their places, amounts in words, bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inkasso_formats.layout import Record
from inkasso_formats.problems import FormatError, FormatProblem

MOST_PROBLEMS = 500  # a file of some other kind would give one for each line


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its number, from 1, its text, and the record that it is."""

    number: int
    text: str
    record: Record


def field_problem(code: str, line: Line, name: str, rule: str, *, warning: bool = False) -> FormatProblem:
    """A problem of one field of a line, with its place and raw text."""
    field = line.record.field(name)
    return FormatProblem(
        code=code,
        line=line.number,
        record=line.record.name,
        field=name,
        position=field.position,
        value=line.text[field.start - 1 : field.end],
        rule=rule,
        warning=warning,
    )


def structure_problem(code: str, line: Line | None, rule: str) -> FormatProblem:
    """A record that stands where the grammar has no place for it, or (None) one that is missing at the end of the file."""
    if line is None:
        return FormatProblem(code=code, rule=rule)
    return FormatProblem(code=code, line=line.number, record=line.record.name, rule=rule)


def decimals(amount: int) -> str:
    """An amount in öre or cents with two decimals."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def encoded(written: Iterable[str], code: str) -> bytes:
    """Lines as ISO-8859-1, each ended by CR LF. Raises FormatError (`code`) at a character that is not in it."""
    text = "".join(f"{line}\r\n" for line in written)
    try:
        return text.encode("iso-8859-1")
    except UnicodeEncodeError as error:
        value = text[error.start : error.end]
        number = text.count("\n", 0, error.start) + 1
        rule = "a character of ISO-8859-1 expected"
        raise FormatError([FormatProblem(code=code, line=number, value=value, rule=rule)]) from None


class Repeats:
    """Tells payments apart that are equal in everything a file says of them: by their order in it."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def numbered(self, key: str) -> str:
        """The key with the number of times that it has come."""
        self._seen[key] = times = self._seen.get(key, 0) + 1
        return f"{key}-{times}"
