"""Bytes to text, one byte a character, and what makes the encoding doubtful.

Every byte is a character of ISO-8859-1, so UTF-8 in such a file cannot be detected for certain. Stopped: the mark of UTF-8
or UTF-16 at the start, and (by the record length) a line that is right only when read as UTF-8. Told as a warning, at most one a line:
two bytes that are one letter in UTF-8 (`Ã¥` for `å`), and control characters, which are read as blanks.
"""

from __future__ import annotations

import re
from dataclasses import replace

from inkasso_formats.layout import Record, length_problem
from inkasso_formats.problems import FormatError, FormatProblem

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UTF8_LETTER = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
_MARKS = {b"\xef\xbb\xbf": "UTF-8", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def decode_line(raw: bytes, encoding: str, number: int) -> str | FormatProblem:
    """The line as text, or the byte that is none. Raises FormatError at the mark of another encoding."""
    if number == 1:
        for mark, other in _MARKS.items():
            if raw.startswith(mark):
                rule = f"the file begins with the mark of {other}: {encoding} expected, have it sent in that encoding"
                raise FormatError([_problem(1, mark.hex(" "), rule)])
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        rule = f"byte {error.start + 1} of the line is no character of {encoding}"
        return _problem(number, f"{raw[error.start]:02x}", rule)


def oddity(raw: bytes, line: str, encoding: str, record: Record, number: int) -> FormatProblem | None:
    """The warning of a line whose encoding is doubtful, at the first such place of it."""
    if raw.isascii() and line.isprintable():
        return None
    letter = _UTF8_LETTER.search(raw)
    if letter:
        meant = letter.group().decode("utf-8")
        rule = f"would be {meant!r} in UTF-8; kept as {encoding}, ask the agency which encoding it writes"
        return _placed(record, number, letter.span(), line, rule)
    control = _CONTROL.search(line)
    if control:
        return _placed(record, number, control.span(), line, "a control character, read as a blank")
    return None


def wrong_length(line: str, raw: bytes, name: str, expected: int, number: int) -> FormatProblem:
    """The problem of a line of the wrong length; a line that is right when read as UTF-8 says so."""
    problem = length_problem(name, line, number, expected)
    try:
        utf8 = len(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return problem
    if utf8 != expected:
        return problem
    rule = f"bytes, but {utf8} characters when read as UTF-8: one byte a character expected, have it sent in the right encoding"
    return replace(problem, code="dialect.encoding", value=str(len(raw)), rule=rule)


def without_controls(line: str) -> str:
    """The line with a blank for every control character, so that none reaches a log or a screen."""
    return line if line.isprintable() else _CONTROL.sub(" ", line)


def _placed(record: Record, number: int, span: tuple[int, int], line: str, rule: str) -> FormatProblem:
    start, end = span
    name = next((place.name for place in record.fields if place.start <= start + 1 <= place.end), None)
    return FormatProblem(
        code="dialect.encoding",
        line=number,
        record=record.name,
        field=name,
        position=(start + 1, end),
        value=line[start:end],
        rule=rule,
        warning=True,
    )


def _problem(number: int, value: str, rule: str) -> FormatProblem:
    return FormatProblem(code="dialect.encoding", line=number, value=value, rule=rule)
