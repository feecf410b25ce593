"""The names of fields against the neutral values: known, of the right type, once, and all that a record needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import get_type_hints

from inkasso_formats.dialects.model import (
    CARRIED,
    HEAD_FIELDS,
    RECORD_TYPES,
    TRANSLATED,
    WORDS,
    FileKind,
    FileLayout,
    Part,
)
from inkasso_formats.dialects.toml import Checker, unknown
from inkasso_formats.dialects.toml_lines import Path
from inkasso_formats.layout_field import Field
from inkasso_formats.records import InvoiceRow

ANY_TEXT = ("text", "digits", "reference", "code")
_TYPES: Mapping[object, tuple[str, ...]] = {
    str: ANY_TEXT,
    int: ("amount",),
    bool: ("code",),
    date: ("date",),
    date | None: ("date",),
}
_HINTS: Mapping[type[object], Mapping[str, object]] = {
    record: get_type_hints(record) for record in (*RECORD_TYPES.values(), InvoiceRow)
}
_UNNAMED = frozenset({"constant", "filler"})


@dataclass(frozen=True, slots=True)
class Place:
    """One field that holds a value: where in the file, and where in the TOML file."""

    part: Part
    field: Field
    path: Path


def places(layout: FileLayout, path: Path) -> Iterator[Place]:
    """The fields of all records that hold a value."""
    for number, part in enumerate(layout.parts):
        for at, field in enumerate(part.record.fields):
            if field.type not in _UNNAMED:
                yield Place(part, field, (*path, "records", number, "fields", at))


def is_translated(kind: FileKind, name: str) -> bool:
    """Whether the neutral record holds our word, and the file its code."""
    return name in TRANSLATED and (kind, name) in WORDS


def neutral_names(layout: FileLayout) -> tuple[str, ...]:
    """The fields of the neutral record that a file can carry, each by itself."""
    return tuple(one.name for one in fields(RECORD_TYPES[layout.kind]) if one.name not in {"line", "rows"})


def row_names() -> tuple[str, ...]:
    """The fields of a row of an invoice."""
    return tuple(one.name for one in fields(InvoiceRow))


def is_of_item(part: Part) -> bool:
    """Whether a record holds values of the neutral one: the item, what is within it, and the groups around it."""
    return part.each in {"item", "group"} or bool(part.each == "once" and part.within)


def field_problems(check: Checker, layout: FileLayout, path: Path) -> None:
    """All that is wrong with the names and types of the fields, and with those that are missing. There is one item."""
    seen: dict[str, str] = {}
    carried = {place.field.name for place in places(layout, path) if is_of_item(place.part)}
    for place in places(layout, path):
        name = place.field.name
        if name in layout.counts or name in layout.sums:
            continue
        if name in HEAD_FIELDS:
            _head(check, place)
        elif place.part.each == "row":
            _row(check, layout, place, carried)
        else:
            _neutral(check, layout, place, seen)
        _misfit(check, place)
    item = layout.parts.index(layout.item)
    for name in CARRIED[layout.kind]:
        if name not in seen:
            rule = f"a field {name} is required: there is no {RECORD_TYPES[layout.kind].__name__} without it"
            check.add((*path, "records", item), rule)
    _only(check, layout, path)


def _head(check: Checker, place: Place) -> None:
    _typed(check, place, HEAD_FIELDS[place.field.name])
    if place.field.name == "client_number" and not place.field.required:
        check.add(place.path, "must be required")


def _row(check: Checker, layout: FileLayout, place: Place, carried: Collection[str]) -> None:
    """A row has values of its own, and may say again what its item or a group around it says (`carried`)."""
    name, hints = place.field.name, _HINTS[InvoiceRow]
    if name in hints:
        _typed(check, place, _TYPES[hints[name]])
    elif name in carried and name in neutral_names(layout):
        _typed(check, place, _types_of(layout.kind, name))
    else:
        check.add(place.path, _unknown(name, row_names()))


def _neutral(check: Checker, layout: FileLayout, place: Place, seen: dict[str, str]) -> None:
    name, kind = place.field.name, RECORD_TYPES[layout.kind]
    here = neutral_names(layout) if is_of_item(place.part) else ()
    if name not in here:
        check.add(place.path, _unknown(name, (*here, *HEAD_FIELDS, *layout.counts, *layout.sums)))
        return
    if name in seen and seen[name] != place.part.name:
        check.add(place.path, f"stands in the record {seen[name]} already", name)
    seen[name] = place.part.name
    translated, hint = is_translated(layout.kind, name), _HINTS[kind][name]
    _typed(check, place, _types_of(layout.kind, name))
    needed = kind.__dataclass_fields__[name].default is MISSING and (translated or hint not in {str, int})
    if needed and not place.field.required and not place.field.default:
        check.add(place.path, f"must be required: there is no {kind.__name__} without it")
    if name in CARRIED[layout.kind] and place.part.when is not None:
        rule = f"stands in a record that may be missing: there is no {kind.__name__} without it"
        check.add(place.path, rule)


def _types_of(kind: FileKind, name: str) -> tuple[str, ...]:
    """The types that a field of the neutral record may have in a file."""
    return ("code",) if is_translated(kind, name) else _TYPES[_HINTS[RECORD_TYPES[kind]][name]]


def _typed(check: Checker, place: Place, types: tuple[str, ...]) -> None:
    if place.field.type not in types:
        check.add((*place.path, "type"), f"{' or '.join(types)} expected for this field", place.field.type)


def _misfit(check: Checker, place: Place) -> None:
    rule = place.part.misfit.get(place.field.name, "refuse")
    if rule == "cut" and place.field.type != "text":
        check.add((*place.path, "misfit"), "only a text can be cut", place.field.type)
    if rule == "omit" and (place.field.type not in ANY_TEXT or place.field.required):
        check.add((*place.path, "misfit"), "only an optional text can be left out", rule)


def _only(check: Checker, layout: FileLayout, path: Path) -> None:
    """What the files of this kind can only mean: fields that are texts, and words that we know."""
    hints = _HINTS[RECORD_TYPES[layout.kind]]
    texts = [name for name in neutral_names(layout) if hints[name] in {str, bool}]
    for name, allowed in layout.only.items():
        at = (*path, "only", name)
        if name not in texts:
            check.add(at, unknown("field", name, texts))
            continue
        known = WORDS.get((layout.kind, name), ()) if is_translated(layout.kind, name) else ()
        for word in allowed:
            if known and word not in known:
                check.add(at, unknown("word", word, known), word)


def _unknown(name: str, known: tuple[str, ...]) -> str:
    return f"{unknown('field', name, known)}, or a constant or filler"
