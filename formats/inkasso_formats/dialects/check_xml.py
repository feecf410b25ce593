"""The elements of XML: names and paths that are well formed, and places that two fields do not share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from inkasso_formats.dialects.model import FileLayout, Part
from inkasso_formats.dialects.toml import Checker
from inkasso_formats.dialects.toml_lines import Path

# A name without a colon (Namespaces in XML 1.0, NCName), of the letters that a dialect needs.
_NAME = re.compile(r"[^\W\d][\w.-]*")


def xml_problems(check: Checker, layout: FileLayout, path: Path) -> None:
    """All that is wrong with elements and attributes of one kind of file."""
    if not _NAME.fullmatch(layout.root):
        check.add((*path, "root"), "the name of an element expected, without a prefix", layout.root)
    seen: dict[tuple[str, ...], str] = {}
    elements: dict[tuple[str, ...], str] = {}
    for number, part in enumerate(layout.parts):
        at = (*path, "records", number)
        _element(check, layout, part, at, elements)
        for place, field in enumerate(part.record.fields):
            if field.type == "filler":
                check.add((*at, "fields", place, "type"), "XML has no place for a filler", field.type)
                continue
            where = part.paths[field.name]
            if not _is_path(where):
                rule = "@attribute, Name, names joined by /, or . expected"
                check.add((*at, "fields", place, "at"), rule, where)
                continue
            absolute = _absolute(layout, part, where)
            if absolute in seen:
                check.add((*at, "fields", place, "at"), f"is the place of {seen[absolute]} already", where)
            seen.setdefault(absolute, f"{part.name}.{field.name}")
    _inner(check, layout, path, elements)


def _element(
    check: Checker, layout: FileLayout, part: Part, at: Path, elements: dict[tuple[str, ...], str]
) -> None:
    """The element of a record: well formed, and no other record's."""
    if part.element == "." and part.each != "once":
        check.add((*at, "element"), "a record that repeats needs an element of its own", part.element)
    elif part.element != "." and not all(map(_NAME.fullmatch, part.element.split("/"))):
        check.add((*at, "element"), "the name of an element, names joined by /, or . expected", part.element)
    elif part.element != ".":
        absolute = _absolute(layout, part, ".")
        if absolute in elements:
            check.add(
                (*at, "element"), f"is the element of the record {elements[absolute]} already", part.element
            )
        elements.setdefault(absolute, part.name)


def _inner(check: Checker, layout: FileLayout, path: Path, elements: dict[tuple[str, ...], str]) -> None:
    """What lies in the element of another record, or in an element that holds a text."""
    texts: dict[tuple[str, ...], str] = {}
    for part in layout.parts:
        for field in part.record.fields:
            where = _absolute(layout, part, part.paths[field.name])
            if not where[-1].startswith("@"):
                texts[where] = f"{part.name}.{field.name}"
    for number, part in enumerate(layout.parts):
        own = _absolute(layout, part, ".")
        if part.element != ".":
            holder = _first(texts, own[:-1])
            if holder:
                check.add(
                    (*path, "records", number, "element"), f"lies in the text of {holder}", part.element
                )
        for place, field in enumerate(part.record.fields):
            where = _absolute(layout, part, part.paths[field.name])
            element = where[:-1] if where[-1].startswith("@") else where
            other = _first(elements, element, len(own)) or _first(texts, element[:-1], len(own) - 1)
            if other:
                at = (*path, "records", number, "fields", place, "at")
                check.add(at, f"lies in the element of {other}", part.paths[field.name])


def _first(holders: Mapping[tuple[str, ...], str], path: tuple[str, ...], beyond: int = 0) -> str:
    """The first holder of an element on the way to this one, itself included; only those that lie deeper than `beyond`."""
    ways = (path[:length] for length in range(beyond + 1, len(path) + 1))
    return next((holders[way] for way in ways if way in holders), "")


def _is_path(where: str) -> bool:
    names = where.split("/")
    names[-1] = names[-1].removeprefix("@")
    return where == "." or all(map(_NAME.fullmatch, names))


def _absolute(layout: FileLayout, part: Part, where: str) -> tuple[str, ...]:
    """The steps from the root to a place in the element of a record."""
    around = {other.name: other for other in layout.parts}
    steps = [] if where == "." else where.split("/")
    for _ in layout.parts:
        if part.element != ".":
            steps = [*part.element.split("/"), *steps]
        if part.within not in around:
            break
        part = around[part.within]
    return (layout.root, *steps)
