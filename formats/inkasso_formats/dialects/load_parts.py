"""The records of one kind of file and their fields, from TOML to `Part`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from inkasso_formats.dialects.keys import FIELD_KEYS, RECORD_KEYS, known_keys
from inkasso_formats.dialects.model import EACH, MISFITS, CodeTable, Each, Form, Misfit, Part
from inkasso_formats.dialects.toml import Checker, Table, unknown
from inkasso_formats.dialects.toml_lines import Path
from inkasso_formats.layout import Record, layout_problems
from inkasso_formats.layout_field import (
    DECIMALS,
    FILLS,
    SIGNS,
    Decimals,
    Field,
    FieldType,
    Fill,
    Sign,
    type_names,
)
from inkasso_formats.problems import FormatProblem


def load_part(
    check: Checker, row: Table, path: Path, form: Form, record_length: int, codes: Mapping[str, CodeTable]
) -> Part | None:
    """The record that a table declares; None where its fields cannot be made up. `record_length` 0: its fields say it."""
    before = check.unusable
    check.keys(row, path, *known_keys(RECORD_KEYS, form), form)
    rows = check.rows(row, path, "fields")
    fields: list[Field] = []
    for at, one in rows:
        check.keys(one, at, *known_keys(FIELD_KEYS, form), form)
        fields.append(_field(check, one, at, form, fields))
    places = {field.name: pair for field, pair in zip(fields, rows, strict=True)}
    part = Part(
        record=Record(
            name=check.get(row, path, "name", "", required=True),
            length=record_length or _length(form, fields),
            fields=tuple(fields),
            meaning=check.get(row, path, "meaning", ""),
        ),
        each=cast(Each, check.choice(row, path, "each", EACH, required=False)),
        within=check.get(row, path, "within", ""),
        when=check.texts(row, path, "when") if "when" in row else None,
        trim=check.get(row, path, "trim", default=False) if form != "xml" else False,
        element=check.get(row, path, "element", "", required=True) if form == "xml" else "",
        paths={name: check.get(one, at, "at", name) for name, (at, one) in places.items() if form == "xml"},
        codes={name: _codes(check, one, at, codes) for name, (at, one) in places.items() if "codes" in one},
        misfit={name: _misfit(check, one, at) for name, (at, one) in places.items() if "misfit" in one},
    )
    if check.unusable > before:
        return None
    for problem in layout_problems(part.record, form):
        check.add(_place_of(problem, part.record, path), problem.rule, problem.value, usable=True)
    return part


def _length(form: Form, fields: list[Field]) -> int:
    """The length of a record: in characters, or without positions in fields."""
    return max((field.end for field in fields), default=0) if form == "fixed" else len(fields)


def _field(check: Checker, row: Table, path: Path, form: Form, before: list[Field]) -> Field:
    """One field by the types of its keys; what they mean together is the layout's to say."""
    after = before[-1].start + (before[-1].length if form == "fixed" else 1) if before else 1
    return Field(
        name=check.get(row, path, "name", "", required=True),
        start=check.get(row, path, "start", after) if form != "xml" else 1,
        length=check.get(row, path, "length", 0, required=form == "fixed"),
        type=cast(FieldType, check.choice(row, path, "type", type_names, required=False)),
        required=check.get(row, path, "required", default=False),
        form=check.get(row, path, "form", ""),
        sign=cast(Sign, check.choice(row, path, "sign", SIGNS, required=False)),
        decimals=cast(Decimals, check.choice(row, path, "decimals", DECIMALS, required=False)),
        fill=cast(Fill, _fill(check, row, path)),
        blank=check.get(row, path, "blank", ""),
        default=check.get(row, path, "default", ""),
        without=check.get(row, path, "without", ""),
        values=check.texts(row, path, "values"),
        constant=check.get(row, path, "constant", ""),
        meaning=check.get(row, path, "meaning", ""),
    )


def _fill(check: Checker, row: Table, path: Path) -> str:
    return check.choice(row, path, "fill", [fill for fill in FILLS if fill]) if "fill" in row else ""


def _place_of(problem: FormatProblem, record: Record, path: Path) -> Path:
    """The path of the field that a problem of the layout names; that of the record where it names none."""
    for number, field in enumerate(record.fields):
        if problem.field == field.name and problem.position in {field.position, None}:
            return (*path, "fields", number)
    return path


def _codes(check: Checker, row: Table, path: Path, codes: Mapping[str, CodeTable]) -> CodeTable:
    name = check.get(row, path, "codes", "")
    if name not in codes:
        check.add((*path, "codes"), unknown("code table", name, codes), name, usable=True)
    return codes.get(name, CodeTable(name, "", {}))


def _misfit(check: Checker, row: Table, path: Path) -> Misfit:
    return cast(Misfit, check.choice(row, path, "misfit", MISFITS))
