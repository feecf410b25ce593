"""The records of a file against one another: which one is the item, what stands within what, how they are told apart."""

from __future__ import annotations

from collections.abc import Iterator

from inkasso_formats.dialects.model import HEAD_FIELDS, RECORD_TYPES, FileLayout, Form, Part
from inkasso_formats.dialects.toml import Checker, unknown
from inkasso_formats.dialects.toml_lines import Path

# What each kind of record may be within; the empty text is the file itself.
_AROUND = {
    "once": ("", "group", "item"),
    "group": ("", "group"),
    "item": ("", "group"),
    "row": ("item",),
}
_WORDS = {"": "the file", "group": "a group", "item": "an item"}
_REPEATED = frozenset({"group", "item"})


def part_problems(check: Checker, layout: FileLayout, path: Path, form: Form) -> None:
    """All that is wrong with the order and nesting of the records of one kind of file."""
    at = (*path, "records")
    _names(check, layout, at)
    _items(check, layout, at)
    for number, part in enumerate(layout.parts):
        first = number == 0 and form != "xml"
        for key, rule, value in (*_place(layout, part, number), *_when(layout, part, first=first)):
            check.add((*at, number, key), rule, value)
    _order(check, layout, at)
    if form != "xml":
        _tags(check, layout, at, form)


def _names(check: Checker, layout: FileLayout, at: Path) -> None:
    seen: set[str] = set()
    for number, part in enumerate(layout.parts):
        if part.name in seen:
            check.add((*at, number, "name"), "the name is taken by another record of this file", part.name)
        seen.add(part.name)


def _items(check: Checker, layout: FileLayout, at: Path) -> None:
    items = [number for number, part in enumerate(layout.parts) if part.each == "item"]
    if not items:
        check.add(at, 'a record with each = "item" is required: one for each neutral record')
    for number in items[1:]:
        check.add(
            (*at, number, "each"),
            "a file has one record that is the item; the others are once or row",
            "item",
        )


def _place(layout: FileLayout, part: Part, number: int) -> Iterator[tuple[str, str, str]]:
    """What is wrong with what a record is within, as (key, rule, value)."""
    if not part.within:
        if "" not in _AROUND[part.each]:
            yield "within", "the name of the item is required: a row belongs to it", part.within
        return
    others = {other.name: other for other in layout.parts[:number]}
    around = others.get(part.within)
    if around is None:
        later = [other.name for other in layout.parts[number:]]
        rule = unknown("record", part.within, list(others))
        yield (
            "within",
            "stands further down: what it is within comes first" if part.within in later else rule,
            part.within,
        )
    elif around.each not in _AROUND[part.each]:
        allowed = " or ".join(_WORDS[each] for each in _AROUND[part.each])
        yield "within", f"is {around.each}, and a record that is {part.each} stands in {allowed}", part.within


def _when(layout: FileLayout, part: Part, *, first: bool) -> Iterator[tuple[str, str, str]]:
    """What is wrong with when a record stands there, as (key, rule, value)."""
    if part.when is None:
        return
    if part.each != "once":
        yield "when", "only a record that stands once can be left out", part.each
    if first:
        yield "when", "the first record of a file always stands there", ""
    known = [*_attributes(layout), *HEAD_FIELDS, *layout.counts, *layout.sums]
    for name in part.when:
        if name not in known:
            yield "when", unknown("field", name, known), name
    carried = [place.name for place in part.record.fields if place.name in _attributes(layout)]
    for name in carried if part.when else ():
        if name not in part.when:
            yield "when", f"must name {name} too: it would be lost where the others have no value", name


def _attributes(layout: FileLayout) -> list[str]:
    return [name for name in RECORD_TYPES[layout.kind].__dataclass_fields__ if name not in {"line", "rows"}]


def _order(check: Checker, layout: FileLayout, at: Path) -> None:
    """One repeated record in each scope, with groups that hold one; what is within something stands right with it."""
    repeated: dict[str, Part] = {}
    for number, part in enumerate(layout.parts):
        if part.each in _REPEATED:
            first = repeated.setdefault(part.within, part)
            if first is not part and "group" in {first.each, part.each}:
                rule = f"repeats beside {first.name}: what repeats in {part.within or 'the file'} is one kind of record"
                check.add((*at, number, "each"), rule, part.each)
    for number, part in enumerate(layout.parts):
        if part.each == "group" and part.name not in repeated:
            check.add(
                (*at, number), "is a group without anything that repeats within it: an item is expected there"
            )
    opened: list[str] = []
    for number, part in enumerate(layout.parts):
        if (
            part.within
            and part.within not in opened
            and any(other.name == part.within for other in layout.parts[:number])
        ):
            rule = f"belongs to {part.within}, and stands behind a record that ends it: list it further up"
            check.add((*at, number), rule, part.name)
        while opened and opened[-1] != part.within:
            opened.pop()
        opened.append(part.name)


def _tags(check: Checker, layout: FileLayout, at: Path, form: Form) -> None:
    without = [number for number, part in enumerate(layout.parts) if not part.tag]
    for number in without[1:]:
        first = layout.parts[without[0]].name
        rule = f"must begin with a constant, its tag: only one record of a file can do without, here {first}"
        check.add((*at, number, "fields", 0), rule)
    for number, part in enumerate(layout.parts):
        for other in layout.parts:
            alike = other.tag == part.tag if form == "separated" else other.tag.startswith(part.tag)
            if part is not other and part.tag and alike:
                rule = f"its tag does not tell it from the record {other.name}"
                check.add((*at, number, "fields", 0), rule, part.tag)
