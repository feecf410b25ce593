"""The lines of a fixed or separated file as records: what each is, and where its fields stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from inkasso_formats.dialects import Dialect, FileKind
from inkasso_formats.dialects.cells import blanked, cells_of
from inkasso_formats.dialects.encoding import without_controls
from inkasso_formats.dialects.flat import part_of_line, read_line
from inkasso_formats.dialects.model import Part
from inkasso_formats.layout import Values
from inkassod.layouts.seen import Cell, Seen, Span, View, Wanted, valued

_END_OF_FILE = "\x1a"  # DOS put it behind the last line


def view(dialect: Dialect, kind: FileKind, file: BinaryIO, wanted: Wanted) -> View:
    """The lines of a file. Empty ones at its end are none of its records, unless a problem names them."""
    found = View()
    for number, line in enumerate(_lines(dialect, file), start=1):
        troubled = wanted.troubled(number, number)
        if line in {"", _END_OF_FILE} and not troubled:
            continue
        record = record_of(dialect, kind, line)
        if troubled or wanted.early(found.counts.total()):
            found.records.append(_seen(dialect, kind, line, number))
        found.counts[record] += 1
    return found


def record_of(dialect: Dialect, kind: FileKind, line: str) -> str:
    """The name of the record that a line is; empty where it is none of a file of this kind."""
    part = _part(dialect, kind, line)
    return part.name if part else ""


def span_of(dialect: Dialect, line: str, position: Span) -> Span | None:
    """Where a field of this position stands in a line: there, or in a separated file in the cell of that number."""
    if dialect.form != "separated":
        return position
    spans = _spans(line, dialect.separator)
    return spans[position[0] - 1] if position[0] <= len(spans) else None


def _lines(dialect: Dialect, file: BinaryIO) -> Iterator[str]:
    """The lines without their ends; a byte that is no character of the encoding is shown as one that is missing."""
    for number, raw in enumerate(file):
        bare = raw.removesuffix(b"\n").removesuffix(b"\r")
        text = bare.decode(dialect.encoding, "replace")
        yield text.removeprefix("\ufeff") if number == 0 else text


def _part(dialect: Dialect, kind: FileKind, line: str) -> Part | None:
    separated = dialect.form == "separated"
    return part_of_line(dialect, kind, blanked(line, dialect.separator) if separated else line)


def _seen(dialect: Dialect, kind: FileKind, line: str, number: int) -> Seen:
    part = _part(dialect, kind, line)
    if part is None:
        return Seen(number, "", line)
    if dialect.form == "separated":
        cells, whole = _separated(dialect, part, line, number)
    else:
        cells, whole = _fixed(dialect, part, line, number)
    return Seen(number, part.name, line, cells, whole)


def _fixed(dialect: Dialect, part: Part, line: str, number: int) -> tuple[list[Cell], bool]:
    """The fields of a line by their positions; without values where the line has another length than its record."""
    full = line.ljust(part.record.length) if part.trim else line
    values, _ = read_line(dialect, part, without_controls(full), number)
    texts = [full[place.start - 1 : place.end] for place in part.record.fields]
    spans = [place.position for place in part.record.fields]
    return _cells(part, texts, spans, values, dialect), len(full) == part.record.length


def _separated(dialect: Dialect, part: Part, line: str, number: int) -> tuple[list[Cell], bool]:
    plain = blanked(line, dialect.separator)
    texts = cells_of(plain, dialect.separator)
    if isinstance(texts, str):  # its quotes are wrong, so nobody can tell one cell from the next
        return [], False
    values, _ = read_line(dialect, part, plain, number)
    whole = len(texts) == len(part.record.fields) or (part.trim and len(texts) < len(part.record.fields))
    return _cells(part, texts, _spans(line, dialect.separator), values, dialect), whole


def _cells(part: Part, texts: list[str], spans: list[Span], values: Values, dialect: Dialect) -> list[Cell]:
    found = []
    for one, text, span in zip(part.record.fields, texts, spans, strict=False):  # as far as the line goes
        first, last = one.position if dialect.form == "fixed" else (one.start, one.start)
        value, meaning = valued(part, one, text, values)
        place = str(first) if first == last else f"{first}-{last}"
        found.append(
            Cell(
                field=one,
                place=place,
                position=(first, last),
                span=span,
                text=text,
                value=value,
                meaning=meaning,
            )
        )
    return found


def _spans(line: str, separator: str) -> list[Span]:
    """Where the cells of a line stand, their quotes included; an empty one is where the next separator stands."""
    spans: list[Span] = []
    start, quoted, open_quote = 0, False, False
    for at, character in enumerate(f"{line}{separator}"):
        if character == '"' and (quoted or at == start):
            quoted, open_quote = True, not open_quote
        elif character == separator and (not open_quote or at == len(line)):
            spans.append((start + 1, max(at, start + 1)))
            start, quoted, open_quote = at + 1, False, False
    return spans
