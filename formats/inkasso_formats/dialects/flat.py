"""Lines of fixed and separated files: which part a line is, and its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inkasso_formats.dialects.cells import blanked, cell_at, cells_of, read_cells, wrong_cells
from inkasso_formats.dialects.encoding import decode_line, oddity, without_controls, wrong_length
from inkasso_formats.dialects.model import Dialect, FileKind, FileLayout, Part
from inkasso_formats.dialects.structure import Structure
from inkasso_formats.layout import Values, parse_line
from inkasso_formats.problems import FormatProblem

_TAB = "\t"
_EMPTY = frozenset({b"", b"\x1a"})


def part_of_line(dialect: Dialect, kind: FileKind, line: str) -> Part | None:
    """The part of a file of this kind that a line (without its end) is, by its tag; None where it is none.

    In a layout with a part that has no tag, that is every line that is no other.
    """
    tags = _tags(dialect.files[kind])
    if dialect.form == "fixed":
        return _by_tag(tags, line, whole=False)
    cells = cells_of(line, dialect.separator)
    return None if isinstance(cells, str) else _by_tag(tags, cells[0], whole=True)


def read_line(dialect: Dialect, part: Part, line: str, number: int) -> tuple[Values, list[FormatProblem]]:
    """The values of a line of this part, and its problems; a line of the wrong length has no values.

    A value that cannot be read is None; constants are checked and not kept, fillers passed over.
    """
    if dialect.form == "fixed":
        return parse_line(part.record, _filled_up(part, line), number)
    cells = cells_of(line, dialect.separator)
    if isinstance(cells, str):
        return {}, [FormatProblem(code="dialect.quotes", line=number, record=part.name, rule=cells)]
    problem = wrong_cells(part, cells, number)
    return ({}, [problem]) if problem else read_cells(part, cells, number)


class LineReader:
    """Reads the lines of one file into its structure. `number` is that of the last line."""

    def __init__(self, dialect: Dialect, kind: FileKind, structure: Structure) -> None:
        self._encoding, self._separator = dialect.encoding, dialect.separator
        self._fixed = dialect.form == "fixed"
        self._layout = dialect.files[kind]
        self._structure = structure
        self.number = 0
        self._empty = 0  # lines before that were empty
        self._tags = _tags(self._layout)
        lengths = {part.record.length for part in self._layout.parts}
        trimmed = any(part.trim for part in self._layout.parts)
        self._length = lengths.pop() if len(lengths) == 1 and not trimmed else None

    def steps(self, content: bytes) -> Iterator[None]:
        """Whole lines (the last one may lack its end), one with each step."""
        lines = content.split(b"\n")
        if len(lines) > 1 and not lines[-1]:
            lines.pop()
        for line in lines:
            self.line(line)
            yield

    def line(self, raw: bytes) -> None:
        """One line, without its line feed. Empty lines at the end (and the end-of-file mark of DOS) are passed over."""
        self.number += 1
        bare = raw.removesuffix(b"\r")
        if bare in _EMPTY:
            self._empty += 1
            return
        if self._empty:
            first, self._empty = self.number - self._empty, 0
            for number in range(first, self.number):
                self._take(number, b"")
        self._take(self.number, bare)

    def skip(self, count: int) -> None:
        """So many lines were read by others."""
        self.number += count

    @property
    def between(self) -> bool:
        """Whether no empty lines wait for what follows them."""
        return not self._empty

    def _take(self, number: int, raw: bytes) -> None:
        line: str | FormatProblem
        if number > 1 and raw.isascii():
            line = raw.decode("ascii")
        else:
            line = decode_line(raw, self._encoding, number)
        if isinstance(line, FormatProblem):
            self._structure.fatal(line)
        elif self._fixed:
            self._fixed_line(number, raw, line)
        else:
            self._separated_line(number, raw, line)

    def _fixed_line(self, number: int, raw: bytes, line: str) -> None:
        part = _by_tag(self._tags, line, whole=False)
        if part is None:
            if self._length is None or self._length == len(line):
                self._structure.fatal(self._unknown(line, number))
            else:
                name = f"of {self._layout.kind}"
                self._structure.fatal(wrong_length(line, raw, name, self._length, number))
            return
        if part.trim:
            line = _filled_up(part, line)
        if len(line) != part.record.length:
            self._structure.lost(part, number, wrong_length(line, raw, part.name, part.record.length, number))
            return
        if line.isprintable() and raw.isascii():
            self._structure.take(part, number, *parse_line(part.record, line, number))
            return
        odd = self._odd(part, raw, line, number)
        values, problems = parse_line(part.record, without_controls(line), number)
        self._structure.take(part, number, values, [odd, *problems] if odd else problems)

    def _separated_line(self, number: int, raw: bytes, line: str) -> None:
        cells = cells_of(blanked(line, self._separator), self._separator)
        if isinstance(cells, str):
            self._structure.fatal(FormatProblem(code="dialect.quotes", line=number, rule=cells))
            return
        part = _by_tag(self._tags, cells[0], whole=True)
        if part is None:
            self._structure.fatal(self._unknown(cells[0], number))
            return
        problem = wrong_cells(part, cells, number)
        if problem:
            self._structure.lost(part, number, problem)
            return
        odd = self._odd(part, raw, line, number)
        values, problems = read_cells(part, cells, number)
        self._structure.take(part, number, values, [odd, *problems] if odd else problems)

    def _unknown(self, start: str, number: int) -> FormatProblem:
        tags = [part.tag for part in self._layout.parts if part.tag]
        where = "at its start" if self._fixed else "in its first cell"
        rule = f"unknown record: one of {', '.join(tags)} expected {where}"
        value = start[: max(map(len, tags), default=0)] if self._fixed else start
        return FormatProblem(code="dialect.record", line=number, value=value, rule=rule)

    def _odd(self, part: Part, raw: bytes, line: str, number: int) -> FormatProblem | None:
        """The warning of a line whose encoding is doubtful, at the first such place of it."""
        plain = line.replace(_TAB, " ") if self._separator == _TAB else line
        found = oddity(raw, plain, self._encoding)
        if found is None:
            return None
        at, rule = found
        position = (at.start + 1, at.stop)
        field = next((place for place in part.record.fields if place.start <= position[0] <= place.end), None)
        if not self._fixed:
            cell = cell_at(blanked(line, self._separator)[: at.start], self._separator)
            position = (cell, cell)
            field = next((place for place in part.record.fields if place.start == cell), None)
        return FormatProblem(
            code="dialect.encoding",
            line=number,
            record=part.name,
            field=field.name if field else None,
            position=position,
            value=line[at],
            rule=rule,
            warning=True,
        )


def _tags(layout: FileLayout) -> list[tuple[str, Part]]:
    """The parts by their tags, the repeated ones first; the one without stands last, so that it is what no tag fits."""
    pairs = [(part.tag, part) for part in layout.parts]
    return sorted(pairs, key=lambda pair: (not pair[0], pair[1].each == "once"))


def _by_tag(tags: Sequence[tuple[str, Part]], start: str, *, whole: bool) -> Part | None:
    """The part whose tag begins the line, or is the whole of its first cell; else the one that has no tag."""
    for tag, part in tags:
        if not tag or (start == tag if whole else start.startswith(tag)):
            return part
    return None


def _filled_up(part: Part, line: str) -> str:
    return line.ljust(part.record.length) if part.trim else line
