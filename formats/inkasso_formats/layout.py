"""Fixed-width layouts, declared once as data: parse a line, render a line, validate the layout, print its table.

A position is a character from 1; all encodings used by these formats have one byte a character, so it is a byte too.
What a field's text means as a value is said in `layout_cells`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inkasso_formats.layout_cells import (
    DATE_FORMS,
    READERS,
    Field,
    FieldType,
    Reader,
    Value,
    type_names,
    write,
)
from inkasso_formats.problems import FormatError, FormatProblem

__all__ = [
    "DATE_FORMS",
    "Field",
    "FieldType",
    "Record",
    "Value",
    "Values",
    "fields_of",
    "layout_problems",
    "length_problem",
    "markdown_table",
    "parse_line",
    "render_line",
    "table",
    "type_names",
]

Values = dict[str, Value]
_UNNAMED = frozenset({"constant", "filler"})  # checked or passed over, never a value of the record


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One kind of line: its fields stand side by side from position 1 to `length`, without gap or overlap."""

    name: str
    length: int
    fields: tuple[Field, ...]
    meaning: str = ""
    _cells: tuple[tuple[Field, slice, Reader], ...] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Looked up once, not for each of a million lines; a filler is not looked at.
        cells = [
            (field, slice(field.start - 1, field.end), READERS[field.type])
            for field in self.fields
            if field.type != "filler" and field.type in READERS
        ]
        object.__setattr__(self, "_cells", tuple(cells))

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def parse_line(record: Record, line: str, number: int) -> tuple[Values, list[FormatProblem]]:
    """One line (without its line end) as values by field name, with all its problems (`layout.length`, `layout.<type>`).

    Constants are checked and fillers passed over; neither is kept. A value that cannot be read is None in the result,
    and named in a problem. A line of the wrong length has no values at all.
    """
    if len(line) != record.length:
        return {}, [length_problem(record.name, line, number, record.length)]
    values: Values = {}
    problems: list[FormatProblem] = []
    for field, place, reader in record._cells:  # noqa: SLF001  (this module's own)
        try:
            value = reader(field, line[place])
        except ValueError as error:
            code, raw = f"layout.{field.type}", line[place]
            problems.append(_problem(code, record, field, raw, str(error), line=number))
            value = None
        if field.type != "constant":
            values[field.name] = value
    return values, problems


def length_problem(record: str, line: str, number: int, expected: int) -> FormatProblem:
    """The problem of a line that is too long or too short: `layout.length`."""
    return FormatProblem(
        code="layout.length",
        line=number,
        record=record,
        value=str(len(line)),
        rule=f"characters; a record of this file has {expected}",
    )


def render_line(record: Record, values: Mapping[str, Value]) -> str:
    """The line for the values, without a line end. Every value must fit: cutting is the caller's, by a stated rule.

    A name that the record lacks is passed over, so that one mapping can serve several records.
    Raises FormatError naming each field whose value is missing, of the wrong type, or too long (`layout.<type>`).
    """
    cells: list[str] = []
    problems: list[FormatProblem] = []
    for field in record.fields:
        value = values.get(field.name)
        try:
            cells.append(write(field, value))
        except ValueError as error:
            shown = "" if value is None else str(value)
            problems.append(_problem(f"layout.{field.type}", record, field, shown, str(error)))
    if problems:
        raise FormatError(problems)
    return "".join(cells)


# --- the layout itself -------------------------------------------------------------------------------------------


def fields_of(rows: Sequence[Mapping[str, object]]) -> tuple[Field, ...]:
    """Fields from rows of data (a dialect's TOML), `start` computed where it is left out. Raises TypeError on unknown keys."""
    fields: list[Field] = []
    for row in rows:
        known = {"start": fields[-1].end + 1 if fields else 1, **row}
        if isinstance(known.get("values"), list):
            known["values"] = tuple(known["values"])  # type: ignore[arg-type]
        fields.append(Field(**known))  # type: ignore[arg-type]
    return tuple(fields)


def layout_problems(record: Record) -> list[FormatProblem]:
    """All that is wrong with a layout itself (`layout.definition`): gaps, overlaps, doubled names, wrong lengths and forms."""
    problems: list[FormatProblem] = []
    seen: set[str] = set()
    expected = 1
    for field in record.fields:
        found = [*_place_problems(field, expected), *_name_problems(field, seen), *_type_problems(field)]
        problems += [_problem("layout.definition", record, field, value, rule) for value, rule in found]
        expected = field.end + 1
        seen.add(field.name)
    if expected != record.length + 1:
        rule = f"the fields end here; the record has {record.length} characters"
        last = str(expected - 1)
        problems.append(FormatProblem(code="layout.definition", record=record.name, value=last, rule=rule))
    return problems


def _place_problems(field: Field, expected: int) -> Iterator[tuple[str, str]]:
    if field.start < expected:
        yield str(field.start), f"overlaps the field before: start {expected} expected"
    if field.start > expected:
        yield str(field.start), f"leaves a gap after the field before: start {expected} expected"
    if field.length < 1:
        yield str(field.length), "a length of at least 1 expected"


def _name_problems(field: Field, seen: set[str]) -> Iterator[tuple[str, str]]:
    if field.name in seen and field.type not in _UNNAMED:
        yield field.name, "the name is taken by another field of this record"


def _type_problems(field: Field) -> Iterator[tuple[str, str]]:
    if field.type not in READERS:
        yield field.type, f"one of {', '.join(type_names)} expected as type"
    if field.type == "date" and field.form not in DATE_FORMS:
        yield field.form, f"one of {', '.join(DATE_FORMS)} expected as form"
    elif field.type == "date" and len(field.form) != field.length:
        yield str(field.length), f"{field.form} has {len(field.form)} characters"
    if field.sign not in {"none", "leading"}:
        yield field.sign, "none or leading expected as sign"
    if field.type == "amount" and field.sign == "leading" and field.length == 1:
        yield str(field.length), "a sign and at least one digit expected"
    if field.type == "constant" and len(field.constant) != field.length:
        yield field.constant, f"a constant of {field.length} characters expected"
    if field.type == "filler" and len(field.constant) > 1:
        yield field.constant, "one character expected to fill with"
    for value in field.values:
        if len(value) > field.length:
            yield value, f"a code of at most {field.length} characters expected"


def _problem(
    code: str, record: Record, field: Field, value: str, rule: str, *, line: int | None = None
) -> FormatProblem:
    return FormatProblem(
        code=code,
        line=line,
        record=record.name,
        field=field.name,
        position=field.position,
        value=value,
        rule=rule,
    )


# --- the position table ------------------------------------------------------------------------------------------


def table(record: Record) -> list[tuple[str, ...]]:
    """The position table: one row a field, (position, length, field, type, required, content)."""
    return [
        (
            f"{field.start}-{field.end}" if field.length > 1 else str(field.start),
            str(field.length),
            field.name,
            _type_words(field),
            "required" if field.required else "",
            _content(field),
        )
        for field in record.fields
    ]


def markdown_table(record: Record) -> str:
    """The position table in Markdown."""
    head = ("Position", "Length", "Field", "Type", "", "Content")
    rows = [head, tuple("---" for _ in head), *table(record)]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)


def _type_words(field: Field) -> str:
    if field.type == "date":
        return f"date {field.form}"
    if field.type == "amount":
        return "amount, two implied decimals" + (", leading sign" if field.sign == "leading" else "")
    return field.type


def _content(field: Field) -> str:
    if field.meaning:
        return field.meaning
    if field.type == "constant":
        return f"`{field.constant}`"
    return ", ".join(field.values)
