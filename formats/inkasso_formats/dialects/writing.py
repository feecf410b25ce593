"""Writing a file: neutral values to bytes. What is changed to fit is told; what may not be changed refuses its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from inkasso_formats.dialects.codes import encode
from inkasso_formats.dialects.model import (
    RECORD_TYPES,
    AnyRecord,
    Dialect,
    Ends,
    FileKind,
    FileLayout,
    OutHead,
    Piece,
    Rendered,
)
from inkasso_formats.layout import Record, Value, Values, render_line
from inkasso_formats.layout_cells import Field
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.text import fit

_UNNAMED = frozenset({"constant", "filler"})


class RecordsRefused(FormatError):  # noqa: N818  (what happened, as the caller says it)
    """Some records cannot be written as they are. `refused` has the problems of each, by its index (from 0).

    All of them are found in one go: without them, the others can be written.
    """

    def __init__(self, refused: Mapping[int, tuple[FormatProblem, ...]]) -> None:
        self.refused = dict(refused)
        super().__init__([problem for problems in self.refused.values() for problem in problems])


def render(dialect: Dialect, kind: FileKind, head: OutHead, records: Iterable[AnyRecord]) -> Rendered:
    """The file with these records, in this order.

    Raises RecordsRefused with every record that cannot be written: nothing is written then, so that no file leaves
    with fewer records than its caller counted; the caller holds them back and writes the others. Raises FormatError
    where header or trailer cannot be written, TypeError for a record of another kind.
    """
    writer = Writer(dialect, kind, head)
    piece = writer.take(records)
    if piece.refused:
        raise RecordsRefused(piece.refused)
    ends = writer.finish()
    return Rendered(
        content=ends.first + piece.content + ends.last,
        count=ends.count,
        total=ends.total,
        lines=tuple(line for line in piece.lines if line is not None),
        notes=piece.notes,
    )


class Writer:
    """A file that is written piece by piece, so that memory does not grow with it.

    Its bytes are `first` of its ends, all pieces in their order, and `last`; header and trailer may need to know what stands between
    them. Raises FormatError where the header cannot be written.
    """

    def __init__(self, dialect: Dialect, kind: FileKind, head: OutHead) -> None:
        self._dialect, self._layout = dialect, dialect.files[kind]
        self._first = self._encoded([_header(dialect, self._layout, head)])
        self._line = 1
        self._count = 0
        self._sums = dict.fromkeys(self._layout.sums, 0)

    def take(self, records: Iterable[AnyRecord]) -> Piece:
        """The next records, in this order; those that cannot be written are left out. Raises TypeError for one of another kind."""
        texts: list[str] = []
        lines: list[int | None] = []
        notes: list[FormatProblem] = []
        refused: dict[int, tuple[FormatProblem, ...]] = {}
        for index, record in enumerate(records):
            text, told = _detail(self._dialect, self._layout, record)
            if text is None:
                name = f"{self._layout.detail.name} {index + 1}"
                refused[index] = tuple(replace(problem, record=name) for problem in told)
                lines.append(None)
                continue
            self._line += 1
            self._count += 1
            texts.append(text)
            lines.append(self._line)
            notes += [replace(note, line=self._line) for note in told]
            for total, fields in self._layout.sums.items():
                self._sums[total] += sum(cast(int, getattr(record, name)) for name in fields)
        return Piece(content=self._encoded(texts), lines=tuple(lines), notes=tuple(notes), refused=refused)

    def finish(self) -> Ends:
        """Header and trailer. Raises FormatError where the trailer cannot be written."""
        trailer = render_line(self._layout.trailer, {self._layout.count: self._count, **self._sums})
        return Ends(
            first=self._first,
            last=self._encoded([trailer]),
            count=self._count,
            total=next(iter(self._sums.values()), 0),
        )

    def _encoded(self, lines: Iterable[str]) -> bytes:
        return "".join(f"{line}{self._dialect.line_end}" for line in lines).encode(self._dialect.encoding)


def _header(dialect: Dialect, layout: FileLayout, head: OutHead) -> str:
    values: Values = {
        "client_number": head.client_number,
        "sequence_no": head.sequence_no,
        "created": head.created.date(),
        "created_time": head.created.strftime("%H%M%S"),
    }
    place = layout.header.field("client_number")
    problem = _whole(place, layout.header, head.client_number, dialect.encoding)
    if problem:
        raise FormatError([replace(problem, code="dialect.client")])
    return render_line(layout.header, values)


def _detail(
    dialect: Dialect, layout: FileLayout, record: AnyRecord
) -> tuple[str | None, list[FormatProblem]]:
    """The line and its notes; or None and what refuses the record."""
    if type(record) is not RECORD_TYPES[layout.kind]:
        raise TypeError(f"{type(record).__name__} is no record of {layout.kind}")
    values: Values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    problems = encode(layout, values)
    notes: list[FormatProblem] = []
    for place in layout.detail.fields:
        value = values.get(place.name)
        if isinstance(value, str) and value and place.type not in _UNNAMED:
            values[place.name], told = _fitted(layout, place, value, dialect.encoding)
            (notes if all(note.warning for note in told) else problems).extend(told)
    known = {problem.field for problem in problems}
    try:
        line = render_line(layout.detail, values)
    except FormatError as error:
        problems += [problem for problem in error.problems if problem.field not in known]
        line = ""
    return (None, problems) if problems else (line, notes)


def _fitted(layout: FileLayout, place: Field, value: str, encoding: str) -> tuple[Value, list[FormatProblem]]:
    """A text as the field takes it, with what is told of the change, by the field's rule for what does not fit."""
    misfit = layout.misfit.get(place.name, "refuse")
    if misfit == "refuse":
        problem = _whole(place, layout.detail, value, encoding)
        return value, [problem] if problem else []
    fitted, notes = fit(value, encoding, place.length)
    if notes and misfit == "omit":
        rule = f"left out, because it does not fit as it is: {notes[-1].rule}"
        fitted, notes = "", (replace(notes[-1], code="text.omitted", rule=rule),)
    return fitted, [_at(note, layout.detail, place) for note in notes]


def _whole(place: Field, record: Record, value: str, encoding: str) -> FormatProblem | None:
    """The problem of a text that would have to be changed although it may not be: an identity, a code, an account."""
    fitted, notes = fit(value, encoding, place.length)
    if len(value) > place.length:
        rule = f"{len(value)} characters; the field has room for {place.length} and may not be cut"
    elif notes or fitted != value:
        rule = f"holds a character that {encoding} lacks, and may not be changed"
    elif value != value.strip(" "):
        rule = "begins or ends with a blank, which the file cannot keep"
    else:
        return None
    return _at(FormatProblem(code=f"layout.{place.type}", value=value, rule=rule), record, place)


def _at(problem: FormatProblem, record: Record, place: Field) -> FormatProblem:
    return replace(problem, record=record.name, field=place.name, position=place.position)
