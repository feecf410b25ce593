"""Counts and sums: what they count and add, and the fields that say them."""

from __future__ import annotations

from inkasso_formats.dialects.check_fields import Place, is_of_item, neutral_names, places, row_names
from inkasso_formats.dialects.model import HEAD_FIELDS, FileLayout, Part
from inkasso_formats.dialects.toml import Checker, unknown
from inkasso_formats.dialects.toml_lines import Path

_ROWS = "rows."


def total_problems(check: Checker, layout: FileLayout, path: Path) -> None:
    """All that is wrong with the counts and sums of one kind of file."""
    held = [place for place in places(layout, path) if place.field.name in {*layout.counts, *layout.sums}]
    for key, totals in (("counts", layout.counts), ("sums", layout.sums)):
        for name in totals:
            at = (*path, key, name)
            if name in {*neutral_names(layout), *row_names(), *HEAD_FIELDS}:
                check.add(at, "is the name of a value of the record or the file: another name expected")
            elif not any(place.field.name == name for place in held):
                check.add(at, "no record has such a field")
    for name in layout.counts.keys() & layout.sums.keys():
        check.add((*path, "sums", name), "is the name of a count too: another name expected")
    for place in held:
        _held(check, layout, place, path)
    _added(check, layout, path, held)


def _held(check: Checker, layout: FileLayout, place: Place, path: Path) -> None:
    """A field that says a total: its type, where it stands, and that what it counts stands there too."""
    name, part = place.field.name, place.part
    counted = layout.counts.get(name)
    expected = "amount" if counted is None else "number"
    if place.field.type != expected:
        check.add((*place.path, "type"), f"{expected} expected for this field", place.field.type)
    if part.each != "once":
        rule = f"is a total, which a record that stands once must hold: {part.name} repeats"
        check.add(place.path, rule)
    names = [other.name for other in layout.parts]
    for one in counted or ():
        if one not in names:
            check.add((*path, "counts", name), unknown("record", one, names), one)
        elif part.within and not _is_within(layout, one, part.within):
            rule = f"does not stand in {part.within}, whose records the field {name} of {part.name} counts"
            check.add((*path, "counts", name), rule, one)


def _is_within(layout: FileLayout, name: str, scope: str) -> bool:
    around = {part.name: part.within for part in layout.parts}
    for _ in layout.parts:
        name = around.get(name, "")
        if name == scope:
            return True
    return False


def _added(check: Checker, layout: FileLayout, path: Path, held: list[Place]) -> None:
    """The amounts of a sum: they stand in the file, and the sum can hold them."""
    amounts = {
        _name_in_sum(place.part, place.field.name): place
        for place in places(layout, path)
        if place.field.type == "amount"
        and place not in held
        and (is_of_item(place.part) or (place.part.each == "row" and place.field.name in row_names()))
    }
    for name, added in layout.sums.items():
        for one in added:
            if one not in amounts:
                rule = (
                    unknown("amount of the records", one, list(amounts))
                    if amounts
                    else "no record has an amount"
                )
                check.add((*path, "sums", name), rule, one)
                continue
            if amounts[one].field.sign == "none":
                continue
            for place in held:
                if place.field.name == name and place.field.sign == "none":
                    rule = f"must be leading or trailing, because {one} has a sign"
                    check.add((*place.path, "sign"), rule)


def _name_in_sum(part: Part, name: str) -> str:
    return f"{_ROWS}{name}" if part.each == "row" else name
