"""The parts of a file as they are written: the scopes around an item, what stands in each, and what is counted there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from inkasso_formats.dialects.model import RECORD_TYPES, AnyRecord, FileLayout, Part
from inkasso_formats.dialects.write_values import UNNAMED
from inkasso_formats.layout import Value, Values

PROVISIONAL = (
    1  # what a total says until it is known: it fits every field, and is not taken for a missing value
)


@dataclass(frozen=True, slots=True)
class Level:
    """A scope of a layout: the file (`part` is None) or a group; the `once` parts before and after what repeats in it.

    `key` takes from a record what all items of one instance share.
    """

    part: Part | None
    before: tuple[Part, ...]
    after: tuple[Part, ...]
    key: Callable[[AnyRecord], object]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The group's own part and those that stand once in it."""
        return (*([self.part] if self.part else []), *self.before, *self.after)


@dataclass(slots=True)
class Totals:
    """What was written in one scope so far: how many records of each part, and the sums."""

    counts: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, counts: Mapping[str, int], sums: Mapping[str, int]) -> None:
        """Adds what stands in it, or in a scope within it."""
        for name, count in counts.items():
            self.counts[name] += count
        for name, amount in sums.items():
            self.sums[name] += amount

    def values(self, layout: FileLayout) -> Values:
        """The fields that count and add, by their names."""
        counted = {name: sum(self.counts[part] for part in parts) for name, parts in layout.counts.items()}
        return {**counted, **{name: self.sums[name] for name in layout.sums}}


def levels_of(layout: FileLayout) -> tuple[Level, ...]:
    """The scopes around the item, from the file to the innermost group."""
    levels: list[Level] = []
    part: Part | None = None
    while part is None or part.each != "item":
        within = layout.within(part.name if part else "")
        at = next(at for at, child in enumerate(within) if child.each in {"group", "item"})
        levels.append(_level(layout, part, within[:at], within[at + 1 :]))
        part = within[at]
    return tuple(levels)


def _level(layout: FileLayout, part: Part | None, before: tuple[Part, ...], after: tuple[Part, ...]) -> Level:
    parts = [*([part] if part else []), *subtree(layout, (*before, *after))]
    names = [place.name for each in parts for place in each.record.fields if place.type not in UNNAMED]
    known = RECORD_TYPES[layout.kind].__dataclass_fields__
    shared = [name for name in names if part and name in known]
    return Level(
        part=part,
        before=before,
        after=after,
        key=attrgetter(*shared) if shared else _the_same,
    )


def subtree(layout: FileLayout, parts: Iterable[Part]) -> Iterator[Part]:
    """The parts with all that stand within them."""
    for part in parts:
        yield part
        yield from subtree(layout, layout.within(part.name))


def _the_same(_record: AnyRecord) -> object:
    return ()


def stands(layout: FileLayout, part: Part, source: Mapping[str, Value]) -> bool:
    """Whether a `once` part is written: where one of the fields of its `when` has a value. A total always has one."""
    if part.when is None:
        return True
    totals = layout.counts.keys() | layout.sums.keys()
    return any(name in totals or source.get(name) is False or source.get(name) for name in part.when)


def present(layout: FileLayout, part: Part, source: Mapping[str, Value], rows: int = 0) -> Iterator[str]:
    """The names of the records that one instance of a part is written as: it, the `once` parts within it, the rows."""
    yield part.name
    for child in layout.within(part.name):
        if child.each == "row":
            yield from [child.name] * rows
        elif child.each == "once" and stands(layout, child, source):
            yield from present(layout, child, source)


def amounts_of(layout: FileLayout) -> Callable[[Any], Mapping[str, int]]:
    """What one record adds to each sum. A name `rows.amount` is the sum of its rows' amounts."""
    own = [(total, name) for total, names in layout.sums.items() for name in names if "." not in name]
    rows = [
        (total, name.split(".")[1]) for total, names in layout.sums.items() for name in names if "." in name
    ]

    def amounts(record: Any) -> Mapping[str, int]:
        added = dict.fromkeys(layout.sums, 0)
        for total, name in own:
            added[total] += _amount(record, name)
        for total, name in rows:
            added[total] += sum(_amount(row, name) for row in record.rows)
        return added

    return amounts


def _amount(record: Any, name: str) -> int:
    value = getattr(record, name)
    return value if isinstance(value, int) else 0  # what is no amount refuses its item, and adds nothing


def neutral_values(record: object) -> Values:
    """The values of a record (or of a row) by name."""
    names: Sequence[str] = tuple(record.__dataclass_fields__)  # type: ignore[attr-defined]
    return {name: getattr(record, name) for name in names if name != "rows"}
