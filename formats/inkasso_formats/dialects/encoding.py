"""Bytes to text, and what makes the encoding doubtful.

In an encoding with one byte a character every byte is some character, so UTF-8 in such a file cannot be detected for certain. Stopped:
the mark of another encoding at the start, a byte that is no character, and (by the record length) a line that is right only
when read as UTF-8. Told as a warning, at most one a line: two bytes that are one letter in UTF-8 (`Ã¥` for `å`), and control characters,
which are read as blanks.
"""

from __future__ import annotations

import re
from dataclasses import replace

from inkasso_formats.layout import length_problem
from inkasso_formats.problems import FormatError, FormatProblem

# C0 and C1, line and paragraph separators, and the characters that turn the direction of the text.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_UTF8_LETTER = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
_MARKS = {b"\xef\xbb\xbf": "UTF-8", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def decode_line(raw: bytes, encoding: str, number: int) -> str | FormatProblem:
    """The line as text, or the byte that is none. Raises FormatError at the mark of another encoding."""
    if number == 1:
        if encoding == "utf-8":
            raw = raw.removeprefix(b"\xef\xbb\xbf")  # allowed there, and says what is so anyway
        for mark, other in _MARKS.items():
            if raw.startswith(mark):
                rule = f"the file begins with the mark of {other}: {encoding} expected, have it sent in that encoding"
                raise FormatError([_problem(1, mark.hex(" "), rule)])
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        rule = f"byte {error.start + 1} of the line is no character of {encoding}"
        return _problem(number, f"{raw[error.start]:02x}", rule)


def oddity(raw: bytes, line: str, encoding: str) -> tuple[slice, str] | None:
    """Where a line is doubtful, and the rule of its warning: the first such place of it."""
    if line.isprintable() and (encoding == "utf-8" or raw.isascii()):
        return None
    letter = None if encoding == "utf-8" else _UTF8_LETTER.search(raw)
    if letter:
        meant = letter.group().decode("utf-8")
        rule = f"would be {meant!r} in UTF-8; kept as {encoding}, ask the agency which encoding it writes"
        return slice(*letter.span()), rule
    control = _CONTROL.search(line)
    if control:
        return slice(*control.span()), "a control character, read as a blank"
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


def _problem(number: int, value: str, rule: str) -> FormatProblem:
    return FormatProblem(code="dialect.encoding", line=number, value=value, rule=rule)
