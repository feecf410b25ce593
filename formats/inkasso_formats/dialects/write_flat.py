"""Lines of fixed and separated files from the values of their parts: see `syntax.Syntax`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inkasso_formats.dialects.model import Dialect, FileLayout, Part
from inkasso_formats.dialects.syntax import Node
from inkasso_formats.layout import Value, render_line
from inkasso_formats.layout_cells import Field, write_free
from inkasso_formats.problems import FormatError, FormatProblem

_QUOTE = '"'
EMPTY = 2 * _QUOTE  # a line of one empty cell: an empty line would be passed over


class FlatSyntax:
    """A line for each record. `Syntax.record` makes it with its line end."""

    def __init__(self, dialect: Dialect, layout: FileLayout) -> None:
        self._encoding, self._line_end = dialect.encoding, dialect.line_end
        self._separator = dialect.separator if dialect.form == "separated" else ""
        self._tags = tags_of(layout)

    @property
    def characters(self) -> str:
        """What the file's encoding has."""
        return self._encoding

    def record(self, part: Part, values: Mapping[str, Value]) -> str:
        """The line. Raises FormatError with all problems of its fields."""
        if self._separator:
            cells = self._cells(part, values)
            self._not_another(part, cells[0])
            return f"{self._separator.join(quoted(cell, self._separator) for cell in cells) or EMPTY}{self._line_end}"
        line = render_line(part.record, values)
        self._not_another(part, line)
        return f"{line.rstrip(' ') if part.trim else line}{self._line_end}"

    def item(self, node: Node[str]) -> str:
        """The line of the item and those of the records within it."""
        return "".join(_lines([node]))

    def scope(
        self, own: Node[str] | None, before: Sequence[Node[str]], after: Sequence[Node[str]]
    ) -> tuple[str, str]:
        """The lines before and after what repeats."""
        return "".join(_lines([*([own] if own else []), *before])), "".join(_lines(after))

    def encoded(self, text: str) -> bytes:
        """The lines in the file's encoding."""
        return text.encode(self._encoding)

    def _cells(self, part: Part, values: Mapping[str, Value]) -> list[str]:
        cells: list[str] = []
        problems: list[FormatProblem] = []
        for place in part.record.fields:
            value = values.get(place.name)
            try:
                cells.append(write_free(place, value))
            except ValueError as error:
                shown = "" if value is None else str(value)
                problems.append(_problem(part, place, (place.start, place.start), shown, str(error)))
        if problems:
            raise FormatError(problems)
        if part.trim:
            while len(cells) > 1 and not cells[-1]:
                cells.pop()
        return cells

    def _not_another(self, part: Part, start: str) -> None:
        """Raises FormatError where a record without tag begins as one that has a tag: it would be read as that."""
        if part.tag:
            return
        for tag, name in self._tags.items():
            if start == tag if self._separator else start.startswith(tag):
                place = part.record.fields[0]
                position = (place.start, place.start) if self._separator else place.position
                rule = f"a line that begins so is read as a record {name}"
                raise FormatError([_problem(part, place, position, tag, rule)])


def tags_of(layout: FileLayout) -> Mapping[str, str]:
    """The tags of a file's records, each with its part's name."""
    return {part.tag: part.name for part in layout.parts if part.tag}


def quoted(text: str, separator: str) -> str:
    """A cell's text, in quotes where it needs them."""
    return f'"{text.replace(_QUOTE, 2 * _QUOTE)}"' if separator in text or _QUOTE in text else text


def _problem(part: Part, place: Field, position: tuple[int, int], value: str, rule: str) -> FormatProblem:
    return FormatProblem(
        code=f"layout.{place.type}",
        record=part.name,
        field=place.name,
        position=position,
        value=value,
        rule=rule,
    )


def _lines(nodes: Sequence[Node[str]]) -> list[str]:
    """The lines of the records, each with those within it behind it; every record knows its line then."""
    lines: list[str] = []

    def put(node: Node[str]) -> None:
        node.line = len(lines)
        lines.append(node.made)
        for inner in node.within:
            put(inner)

    for node in nodes:
        put(node)
    return lines
