"""Deviations that real payment files have from their formats: each is a named switch with a stated default.

A deviation whose switch is on is mended; those that show that somebody or something went over the file are told as a
warning. One whose switch is off refuses the file, and the problem names the switch. Either way reading goes on as if it
were mended, so that one cause gives one problem. Nothing else of a line is ever guessed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from inkasso_formats.layout import Field, Record
from inkasso_formats.problems import FormatProblem

Switch = Literal[
    "trailing_blanks",
    "missing_last_line_end",
    "blank_lines",
    "lf_line_ends",
    "byte_order_mark",
    "ctrl_z",
    "tabs",
    "short_last_field",
    "utf8",
    "wrong_check_digit",
    "test_file",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Which deviations are read (True) and which refuse the file (False); their meanings stand in `SWITCHES`."""

    trailing_blanks: bool = True
    missing_last_line_end: bool = True
    blank_lines: bool = True
    lf_line_ends: bool = True
    byte_order_mark: bool = True
    ctrl_z: bool = True
    tabs: bool = False
    short_last_field: bool = False
    utf8: bool = False
    wrong_check_digit: bool = False
    test_file: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a switch lets through, how it is read, and whether a warning tells so."""

    deviation: str
    reading: str
    told: bool = False


SWITCHES: Mapping[Switch, Meaning] = {
    "trailing_blanks": Meaning(
        "blanks stand behind the last position, or are missing at the blank end of the record",
        "cut off, or filled up",
    ),
    "missing_last_line_end": Meaning("the last line has no line end", "read as if it had one"),
    "blank_lines": Meaning("the line is empty", "passed over"),
    "lf_line_ends": Meaning("the line ends with LF alone, not with CR LF", "read as a line end"),
    "byte_order_mark": Meaning(
        "a byte order mark stands before the first record: the file was saved with an editor",
        "passed over",
        told=True,
    ),
    "ctrl_z": Meaning("ends with a DOS end mark (0x1A)", "passed over"),
    "tabs": Meaning("holds TABs", "read as blanks to the next of the columns 9, 17, 25 ...", told=True),
    "short_last_field": Meaning(
        "the record ends early, and more than its blank end is missing",
        "read as if blanks followed",
        told=True,
    ),
    "utf8": Meaning("the line is written in UTF-8, not in ISO-8859-1", "read as UTF-8", told=True),
    "wrong_check_digit": Meaning(
        "the check digit is wrong, and the bank delivers only references that it has checked",
        "the payment is kept with its reference as it stands",
        told=True,
    ),
    "test_file": Meaning(
        "the file is marked as a test: what it holds is no money",
        "read as if it were marked as production",
        told=True,
    ),
}

DEFAULTS: Mapping[str, Tolerance] = {
    "bgmax": Tolerance(
        tabs=True, utf8=True
    ),  # Bankgirot's own example is going round with TABs, and in UTF-8
    "ktl": Tolerance(),
    "ocr_giro": Tolerance(),
}

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CTRL_Z = b"\x1a"
_TAB_STOP = 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Deviations:
    """What was met in one file: `problems` refuse it, `warnings` tell what was mended."""

    def __init__(self, tolerance: Tolerance) -> None:
        self.tolerance = tolerance
        self.problems: list[FormatProblem] = []
        self.warnings: list[FormatProblem] = []
        self._met: set[str] = set()

    def met(self, switch: Switch, line: int) -> None:
        """A deviation that concerns the file: told once, with the first line that has it."""
        if switch not in self._met:
            self._met.add(switch)
            self._tell(switch, FormatProblem(code=f"tolerance.{switch}", rule="", line=line))

    def met_in(self, switch: Switch, record: Record, field: Field, line: int, *, value: str) -> None:
        """A deviation of one field of one record: told each time."""
        problem = FormatProblem(
            code=f"tolerance.{switch}",
            rule="",
            line=line,
            record=record.name,
            field=field.name,
            position=field.position,
            value=value,
        )
        self._tell(switch, problem)

    def refused(self, switch: Switch) -> bool:
        """Whether a deviation of the file has been met that its switch does not allow: then it needs no other problem."""
        return switch in self._met and not getattr(self.tolerance, switch)

    def _tell(self, switch: Switch, place: FormatProblem) -> None:
        meaning = SWITCHES[switch]
        if not getattr(self.tolerance, switch):
            rule = f"{meaning.deviation}: allowed by the switch {switch}, which is off"
            self.problems.append(replace(place, rule=rule))
        elif meaning.told:
            rule = f"{meaning.deviation}: {meaning.reading}, by the switch {switch}"
            self.warnings.append(replace(place, rule=rule, warning=True))


def lines(content: bytes | Iterable[bytes], found: Deviations, length: int) -> Iterator[tuple[int, str]]:
    """Each line that holds anything, with its number, mended; `length` is that of a whole record.

    `content` is the whole file or its lines. A line may still be too short (`filled` knows the record) or too long.
    Control characters become blanks, so that none reaches a log or a screen. Problems and warnings go to `found`.
    """
    raw_lines = io.BytesIO(content) if isinstance(content, bytes) else content
    for number, raw in enumerate(raw_lines, 1):
        line = mended(raw, number, found, length)
        if not line.isprintable():
            line = _CONTROL.sub(" ", line)
        if line.strip(" "):
            yield number, line


def mended(raw: bytes, number: int, found: Deviations, length: int) -> str:
    """One line of a file, by its number, without its line end; see `lines`. Control characters stay, and blank lines are blank."""
    if len(raw) == length + 2 and raw.endswith(b"\r\n") and not _is_special(raw):
        return raw[:-2].decode("ascii")
    if number == 1 and raw.startswith(_BYTE_ORDER_MARK):
        raw = raw.removeprefix(_BYTE_ORDER_MARK)
        found.met("byte_order_mark", number)
    body = raw.rstrip(b"\r\n")
    end = body.rstrip(b" " + _CTRL_Z)
    if _CTRL_Z in body[len(end) :]:
        found.met("ctrl_z", number)
        body = body[: body.index(_CTRL_Z, len(end))]
    elif not body.strip():
        found.met("blank_lines", number)
    if body.strip():
        _line_end(raw, number, found)
    line = _decoded(body, number, found, length)
    if "\t" in line:
        line = line.expandtabs(_TAB_STOP)
        found.met("tabs", number)
    if len(line) > length and not line[length:].strip(" "):
        line = line[:length]
        found.met("trailing_blanks", number)
    return line


def _is_special(raw: bytes) -> bool:
    """Whether there may be a deviation in a line of the right length and line end."""
    return not raw.isascii() or b"\t" in raw or _CTRL_Z in raw or raw.isspace()


def filled(record: Record, line: str, number: int, found: Deviations) -> str | None:
    """A line that is too short filled up with blanks; None where that was refused, and the problem told.

    A filler of another character than the blank is no blank end: a writer fills it, and no editor trims it.
    """
    if len(line) >= record.length:
        return line
    last = record.fields[-1]
    blank_end = last.type == "filler" and last.constant.strip(" ") == ""
    whole = last.start - 1 if blank_end else record.length
    if len(line) >= whole:
        found.met("trailing_blanks", number)
        return line.ljust(record.length)
    field = next(field for field in record.fields if field.end > len(line))
    found.met_in("short_last_field", record, field, number, value=line[field.start - 1 :])
    return line.ljust(record.length) if found.tolerance.short_last_field else None


def _line_end(raw: bytes, number: int, found: Deviations) -> None:
    if not raw.endswith(b"\n"):
        found.met("missing_last_line_end", number)
    elif not raw.endswith(b"\r\n"):
        found.met("lf_line_ends", number)


def _decoded(body: bytes, number: int, found: Deviations, length: int) -> str:
    """One byte a character, unless the line has its right length, or any meaning, only when read as UTF-8."""
    plain = body.decode("iso-8859-1")
    if body.isascii() or len(plain) == length:
        return plain
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return plain
    found.met("utf8", number)
    return text
