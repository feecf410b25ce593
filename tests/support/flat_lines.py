"""Files of lines composed record by record, as an agency might send them, right or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inkasso_formats.dialects import Dialect, FileKind
from inkasso_formats.dialects.reading import parse
from inkasso_formats.layout import render_line
from inkasso_formats.problems import FormatError


def line_of(dialect: Dialect, file: FileKind, part: str, /, **values: Any) -> bytes:
    """The line of one record of a fixed file, with its end; codes as they stand in the file."""
    found = dialect.files[file].part(part)
    line = render_line(found.record, values)
    return ((line.rstrip(" ") if found.trim else line) + dialect.line_end).encode(dialect.encoding)


def stopped_by(
    dialect: Dialect, kind: FileKind, lines: Sequence[bytes], name: str = ""
) -> list[tuple[str, str]]:
    """Code and message of each problem that stops a file. Raises AssertionError where it is read."""
    try:
        parse(dialect, kind, b"".join(lines), name)
    except FormatError as error:
        return [(problem.code, problem.message) for problem in error.problems]
    raise AssertionError("the file is read")
