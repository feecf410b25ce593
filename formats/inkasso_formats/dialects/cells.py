"""Lines of separated files: their cells, in quotes where they hold a separator, and the values of these."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from inkasso_formats.dialects.encoding import without_controls
from inkasso_formats.dialects.model import Part
from inkasso_formats.layout import Values
from inkasso_formats.layout_cells import read_free
from inkasso_formats.problems import FormatProblem


def cells_of(line: str, separator: str) -> list[str] | str:
    """The cells of a line, or what is wrong with its quotes."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [""])
    except csv.Error as error:
        if "end of data" in str(error):
            return "a quote is open at the end of the line: a value may not hold a line break"
        if "expected after" in str(error):
            return "a quote is closed within a cell: one that belongs to the value is written twice"
        return f"cannot be split into cells: {error}"


def cell_at(before: str, separator: str) -> int:
    """The number of the cell in which the line goes on after this."""
    if '"' not in before:
        return before.count(separator) + 1
    return len(next(csv.reader([before], delimiter=separator)))


def blanked(line: str, separator: str) -> str:
    """The line with a blank for every control character but its separators."""
    return separator.join(map(without_controls, line.split(separator)))


def wrong_cells(part: Part, cells: list[str], number: int) -> FormatProblem | None:
    """The problem of a line with too many or too few cells; empty ones are put at the end where the part is trimmed."""
    expected = len(part.record.fields)
    if part.trim:
        cells += [""] * (expected - len(cells))
    if len(cells) == expected:
        return None
    rule = f"cells; a record {part.name} of this file has {expected}"
    return FormatProblem(
        code="layout.length", line=number, record=part.name, value=str(len(cells)), rule=rule
    )


def read_cells(part: Part, cells: Sequence[str], number: int) -> tuple[Values, list[FormatProblem]]:
    """The values of a line's cells, one for each field, and its problems, as `layout.parse_line` has them."""
    values: Values = {}
    problems: list[FormatProblem] = []
    for place, raw in zip(part.record.fields, cells, strict=True):
        if place.type == "filler":
            continue
        value = None
        try:
            value = read_free(place, raw)
        except ValueError as error:
            problems.append(
                FormatProblem(
                    code=f"layout.{place.type}",
                    line=number,
                    record=part.name,
                    field=place.name,
                    position=place.position,
                    value=raw,
                    rule=str(error),
                )
            )
        if place.type != "constant":
            values[place.name] = value
    return values, problems
