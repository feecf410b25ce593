"""What a dialect says against what the neutral values mean: the checks that need more than one key of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from string import Formatter
from typing import get_type_hints

from inkasso_formats.dialects.model import (
    HEADER_FIELDS,
    PARTS,
    RECORD_TYPES,
    TRANSLATED,
    WORDS,
    Dialect,
    FileKind,
    FileLayout,
)
from inkasso_formats.dialects.toml import Checker
from inkasso_formats.layout import Record
from inkasso_formats.layout_cells import Field

NAME_PARTS = ("client_number", "at", "sequence_no")
_TYPES: Mapping[object, tuple[str, ...]] = {
    str: ("text", "digits", "reference", "code"),
    int: ("amount",),
    bool: ("code",),
    date: ("date",),
    date | None: ("date",),
}
_ANY_TEXT = ("text", "digits", "reference", "code")


def dialect_problems(check: Checker, dialect: Dialect) -> None:
    """Files that could not be told apart: by the header's constants, or by a name of our own making."""
    for kind, layout in dialect.files.items():
        for other, theirs in dialect.files.items():
            if kind != other and _constants(layout.header) <= _constants(theirs.header):
                check.add(f"files.{kind}.header", f"its constants do not tell it from {other}")
            name = _sample_name(layout)
            if kind != other and name and theirs.match.fullmatch(name):
                check.add(f"files.{other}.match", f"matches a name of {kind} too", name)


def file_problems(check: Checker, layout: FileLayout, path: str) -> None:
    """All that is wrong with the meaning of one kind of file."""
    _tags(check, layout, path)
    _header(check, layout.header, f"{path}.header")
    _detail(check, layout, f"{path}.detail")
    _codes(check, layout, f"{path}.detail")
    _trailer(check, layout, path)
    _names(check, layout, path)


def _tags(check: Checker, layout: FileLayout, path: str) -> None:
    tags = {}
    for part in PARTS:
        first = layout.parts[part].fields[0]
        if first.type != "constant":
            check.add(
                f"{path}.{part}.{first.name}", "the first field must be a constant: the tag of the record"
            )
        tags[part] = first.constant
    for part, tag in tags.items():
        for other, theirs in tags.items():
            if part != other and tag and theirs.startswith(tag):
                check.add(f"{path}.{part}", f"its tag does not tell it from the {other}", tag)


def _header(check: Checker, record: Record, path: str) -> None:
    named = _named(record)
    for name, place in named.items():
        if name not in HEADER_FIELDS:
            check.add(
                f"{path}.{name}",
                f"unknown field: one of {', '.join(HEADER_FIELDS)} expected, or a constant or filler",
            )
        else:
            _typed(check, place, HEADER_FIELDS[name], path)
        if name == "created_time" and place.length != 6:
            check.add(f"{path}.{name}", "6 digits HHMMSS expected", place.length)
    if "client_number" not in named:
        check.add(path, "a field client_number is required")
    elif not named["client_number"].required:
        check.add(f"{path}.client_number", "must be required")


def _detail(check: Checker, layout: FileLayout, path: str) -> None:
    kind = RECORD_TYPES[layout.kind]
    hints = get_type_hints(kind)
    named = _named(layout.detail)
    attributes = {attribute.name: attribute for attribute in fields(kind) if attribute.name != "line"}
    for name, place in named.items():
        if name not in attributes:
            check.add(
                f"{path}.{name}",
                f"unknown field: one of {', '.join(attributes)} expected, or a constant or filler",
            )
            continue
        _typed(check, place, ("code",) if _is_translated(layout.kind, name) else _TYPES[hints[name]], path)
        needs_value = hints[name] not in {str, int} or _is_translated(layout.kind, name)
        if attributes[name].default is MISSING and needs_value and not place.required:
            check.add(f"{path}.{name}", f"must be required: there is no {kind.__name__} without it")
        _misfit(check, layout, place, path)
    for name, attribute in attributes.items():
        if attribute.default is MISSING and name not in named:
            check.add(path, f"a field {name} is required: there is no {kind.__name__} without it")


def _misfit(check: Checker, layout: FileLayout, place: Field, path: str) -> None:
    rule = layout.misfit.get(place.name, "refuse")
    if rule == "cut" and place.type != "text":
        check.add(f"{path}.{place.name}.misfit", "only a text can be cut", place.type)
    if rule == "omit" and (place.type not in _ANY_TEXT or place.required):
        check.add(f"{path}.{place.name}.misfit", "only an optional text can be left out", rule)


def _codes(check: Checker, layout: FileLayout, path: str) -> None:
    named = _named(layout.detail)
    for name in named:
        if _is_translated(layout.kind, name) and name not in layout.codes:
            check.add(f"{path}.{name}.codes", "a code table is required: the record holds our word")
    for name, table in layout.codes.items():
        if (layout.kind, name) not in WORDS:
            check.add(f"{path}.{name}.codes", f"a {layout.kind} record has no codes in this field")
            continue
        known = WORDS[layout.kind, name]
        for row in table.codes.values():
            if (row.word or _is_translated(layout.kind, name)) and row.word not in known:
                rule = f"unknown word for {name} of {layout.kind}: one of {', '.join(known)} expected"
                check.add(f"codes.{table.name}.{row.code}.word", rule, row.word)
            if name in named and len(row.code) > named[name].length:
                rule = f"the field {name} of {layout.kind} has room for {named[name].length} characters"
                check.add(f"codes.{table.name}.{row.code}.code", rule, row.code)


def _trailer(check: Checker, layout: FileLayout, path: str) -> None:
    named, details = _named(layout.trailer), _named(layout.detail)
    for name, place in named.items():
        if name != layout.count and name not in layout.sums:
            check.add(f"{path}.trailer.{name}", "is neither the count nor one of the sums")
        _typed(check, place, ("number",) if name == layout.count else ("amount",), f"{path}.trailer")
    if layout.count not in named:
        check.add(f"{path}.count", "the trailer has no such field", layout.count)
    for name, summed in layout.sums.items():
        if name not in named:
            check.add(f"{path}.sums.{name}", "the trailer has no such field")
        for detail in summed:
            if detail not in details or details[detail].type != "amount":
                check.add(f"{path}.sums.{name}", "no amount of the detail", detail)
            elif name in named and details[detail].sign != "none" and named[name].sign == "none":
                check.add(f"{path}.trailer.{name}.sign", f"must be leading, because {detail} has a sign")


def _names(check: Checker, layout: FileLayout, path: str) -> None:
    try:
        parts = [name for _, name, _, _ in Formatter().parse(layout.name) if name is not None]
    except ValueError as error:
        check.add(f"{path}.name", f"no template: {error}", layout.name)
        return
    unknown = [part for part in parts if part not in NAME_PARTS]
    if unknown:
        rule = f"one of {', '.join(NAME_PARTS)} expected between braces"
        check.add(f"{path}.name", rule, unknown[0])
        return
    name = _sample_name(layout)
    if name is None or "/" in name:
        check.add(f"{path}.name", "cannot be filled in", layout.name)
    elif not layout.match.fullmatch(name):
        check.add(
            f"{path}.match", f"does not match {name!r}, a name that the template gives", layout.match.pattern
        )


def _sample_name(layout: FileLayout) -> str | None:
    try:
        return layout.name.format(
            client_number="123456", at=datetime(2026, 11, 21, 6, 0, tzinfo=UTC), sequence_no=7
        )
    except (ValueError, LookupError, AttributeError):
        return None


def _typed(check: Checker, place: Field, types: tuple[str, ...], path: str) -> None:
    if place.type not in types:
        check.add(f"{path}.{place.name}.type", f"{' or '.join(types)} expected for this field", place.type)


def _is_translated(kind: FileKind, name: str) -> bool:
    return name in TRANSLATED and (kind, name) in WORDS


def _named(record: Record) -> dict[str, Field]:
    return {place.name: place for place in record.fields if place.type not in {"constant", "filler"}}


def _constants(record: Record) -> set[tuple[int, str]]:
    return set(_positions(record))


def _positions(record: Record) -> Iterator[tuple[int, str]]:
    for place in record.fields:
        if place.type == "constant":
            yield from ((place.start + at, letter) for at, letter in enumerate(place.constant))
