"""The physical lines of a file, as bytes and as text."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO

from inkasso_formats.problems import FormatError, FormatProblem

ENCODINGS = ("utf-8", "iso-8859-1")
LONGEST = 1_000_000  # bytes in a line: beyond it, the file is something else, and memory stays flat


def physical_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Each line with its line end. Raises FormatError (`feed.line_length`) for a line of more than LONGEST bytes."""
    for number, raw in enumerate(iter(partial(stream.readline, LONGEST + 1), b""), 1):
        if len(raw) > LONGEST:
            raise whole_file("feed.line_length", f"at most {LONGEST} bytes in a line expected", line=number)
        yield raw


def text_lines(raws: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Each line as text, the first without a UTF-8 mark. `encoding` is one of ENCODINGS, else ValueError.

    Raises FormatError (`feed.encoding`) with the line and the byte that does not belong to the encoding.
    """
    if encoding not in ENCODINGS:
        raise ValueError(f"{encoding!r} is not one of {', '.join(ENCODINGS)}")
    for number, raw in enumerate(raws, 1):
        line = _without_mark(raw, encoding) if number == 1 else raw
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError as error:
            byte = error.start + 1 + len(raw) - len(line)
            raise whole_file(
                "feed.encoding",
                f"byte {byte} of the line (0x{line[error.start]:02X}) is not UTF-8: "
                "write the file as UTF-8, or have it read as ISO-8859-1",
                line=number,
            ) from None


def whole_file(code: str, rule: str, *, line: int | None = None) -> FormatError:
    """The error of a file that cannot be read on: one problem."""
    return FormatError([FormatProblem(code=code, rule=rule, line=line)])


def _without_mark(raw: bytes, encoding: str) -> bytes:
    if not raw.startswith(codecs.BOM_UTF8):
        return raw
    if encoding != "utf-8":
        rule = "the file carries the mark of UTF-8 but is to be read as ISO-8859-1: have it read as UTF-8"
        raise whole_file("feed.encoding", rule, line=1)
    return raw.removeprefix(codecs.BOM_UTF8)
