"""Layouts of records, declared once as data: parse a line, render a line, validate the layout, print its table.

A position is a character from 1; all encodings used by formats with positions have one byte a character, so it is a byte too.
What a field's text means as a value is said in `layout_cells`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inkasso_formats.layout_cells import Reader, Writer, reader_of, writer_of
from inkasso_formats.layout_checks import field_problems
from inkasso_formats.layout_field import DATE_FORMS, Field, FieldType, Form, Value, type_names
from inkasso_formats.layout_tables import NO_PATHS, field_rows, markdown, table_head
from inkasso_formats.problems import FormatError, FormatProblem

__all__ = [
    "DATE_FORMS",
    "Field",
    "FieldType",
    "Form",
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
    "table_head",
    "type_names",
]

Values = dict[str, Value]
_UNNAMED = frozenset({"constant", "filler"})  # checked or passed over, never a value of the record


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One kind of line: its fields stand side by side from position 1 to `length`, without gap or overlap.

    In a file without positions it is one line of cells, or one element, and `length` says nothing.
    """

    name: str
    length: int
    fields: tuple[Field, ...]
    meaning: str = ""
    _cells: tuple[tuple[Field, slice, Reader], ...] = dataclasses.field(init=False, repr=False, compare=False)
    _writers: tuple[tuple[Field, Writer], ...] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Looked up once, not for each of a million lines; a filler is not looked at.
        known = [field for field in self.fields if field.type in type_names]
        cells = [
            (field, slice(field.start - 1, field.end), reader_of(field))
            for field in known
            if field.type != "filler"
        ]
        object.__setattr__(self, "_cells", tuple(cells))
        object.__setattr__(self, "_writers", tuple((field, writer_of(field)) for field in known))

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
    for field, writer in record._writers:  # noqa: SLF001  (this module's own)
        value = values.get(field.name)
        try:
            cells.append(writer(field, value))
        except ValueError as error:
            shown = "" if value is None else str(value)
            problems.append(_problem(f"layout.{field.type}", record, field, shown, str(error)))
    if problems:
        raise FormatError(problems)
    return "".join(cells)


# --- the layout itself -------------------------------------------------------------------------------------------


def fields_of(rows: Sequence[Mapping[str, object]], form: Form = "fixed") -> tuple[Field, ...]:
    """Fields from rows of data (a dialect's TOML), each behind the one before where `start` is left out.

    Without positions `length` may be left out too, which means any. Raises TypeError on unknown keys.
    """
    fields: list[Field] = []
    for row in rows:
        known = {"start": _next(fields, form), **({} if form == "fixed" else {"length": 0}), **row}
        if isinstance(known.get("values"), list):
            known["values"] = tuple(known["values"])  # type: ignore[arg-type]
        fields.append(Field(**known))  # type: ignore[arg-type]
    return tuple(fields)


def _next(fields: Sequence[Field], form: Form) -> int:
    if form == "xml" or not fields:
        return 1
    return fields[-1].end + 1 if form == "fixed" else fields[-1].start + 1


def layout_problems(record: Record, form: Form = "fixed") -> list[FormatProblem]:
    """All that is wrong with a layout itself (`layout.definition`): gaps, overlaps, doubled names, options that do not fit.

    Places are checked as the form has them: positions from 1 to the length of the record, cells from 1, or none (xml).
    """
    problems: list[FormatProblem] = []
    seen: set[str] = set()
    expected = 1
    for field in record.fields:
        found = [
            *_place_problems(field, expected, form),
            *_name_problems(field, seen),
            *field_problems(field, form),
        ]
        problems += [_definition(record, field, value, rule, form) for value, rule in found]
        expected = _next([field], form)
        seen.add(field.name)
    if form == "fixed" and expected != record.length + 1:
        rule = f"the fields end here; the record has {record.length} characters"
        last = str(expected - 1)
        problems.append(FormatProblem(code="layout.definition", record=record.name, value=last, rule=rule))
    return problems


def _place_problems(field: Field, expected: int, form: Form) -> Iterator[tuple[str, str]]:
    if field.start < expected:
        yield str(field.start), f"overlaps the field before: start {expected} expected"
    if field.start > expected:
        yield str(field.start), f"leaves a gap after the field before: start {expected} expected"
    if form == "fixed" and field.length < 1:
        yield str(field.length), "a length of at least 1 expected"
    if form != "fixed" and field.length < 0:
        yield str(field.length), "a length of at least 1 expected, or 0 for any"


def _name_problems(field: Field, seen: set[str]) -> Iterator[tuple[str, str]]:
    if field.name in seen and field.type not in _UNNAMED:
        yield field.name, "the name is taken by another field of this record"


def _definition(record: Record, field: Field, value: str, rule: str, form: Form) -> FormatProblem:
    problem = _problem("layout.definition", record, field, value, rule)
    return problem if form == "fixed" else dataclasses.replace(problem, position=None)


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


def table(record: Record, form: Form = "fixed", paths: Mapping[str, str] = NO_PATHS) -> list[tuple[str, ...]]:
    """One row a field: (place, length, field, type, required, content); `paths` are the places of an XML record by name."""
    return field_rows(record.fields, form, paths)


def markdown_table(record: Record, form: Form = "fixed", paths: Mapping[str, str] = NO_PATHS) -> str:
    """The table in Markdown."""
    return markdown(table_head(form), table(record, form, paths))
