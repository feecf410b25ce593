"""Control totals: what the records of a file count and come to, against what the file says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from inkasso_formats.dialects.model import FileLayout, Part
from inkasso_formats.layout import Values
from inkasso_formats.problems import FormatProblem

_ROWS = "rows."  # before the amounts of a row, in the sums of a layout


@dataclass(frozen=True, slots=True)
class Said:
    """A total as one record of the file says it."""

    part: Part
    line: int
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Before:
    """What was counted and added before a scope began: nothing before the file."""

    counts: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, int] = field(default_factory=dict)


class Tally:
    """The records counted and the amounts added (øre) so far; `sums` has every sum of the layout, in its order.

    `saying` has the totals of each part that says some, `amounts` the fields of each part that are added up.
    """

    def __init__(self, layout: FileLayout) -> None:
        self.counts: dict[str, int] = {part.name: 0 for part in layout.parts}
        self.sums: dict[str, int] = dict.fromkeys(layout.sums, 0)
        self._layout = layout
        self._of_items = _amounts(layout, rows=False)
        self._of_rows = _amounts(layout, rows=True)
        totals = {part.name: _totals_of(layout, part) for part in layout.parts}
        self.saying = {name: names for name, names in totals.items() if names}
        self.amounts = {part.name: self._amounts_of(part) for part in layout.parts}

    def before(self) -> Before:
        """Where a scope begins."""
        return Before(dict(self.counts), dict(self.sums))

    def add(self, sources: Sequence[Values], rows: Iterable[Values]) -> None:
        """The amounts of one item and of its rows; one that is missing adds nothing."""
        for total, name in self._of_items:
            for values in sources:
                amount = values.get(name)
                if isinstance(amount, int):
                    self.sums[total] += amount
        for total, name in self._of_rows:
            self.sums[total] += sum(cast(int, row.get(name) or 0) for row in rows)

    def said(self, part: Part, line: int, values: Values) -> list[Said]:
        """The totals that a record says."""
        names = self.saying[part.name]
        return [
            Said(part, line, name, cast(int, values[name])) for name in names if values.get(name) is not None
        ]

    def problems(self, said: Iterable[Said], before: Before, group: str) -> Iterator[FormatProblem]:
        """The totals that disagree with what stands in their scope: the group of this name, or the file (empty)."""
        item = self._layout.item.name
        for one in said:
            if one.name in self._layout.counts:
                parts = self._layout.counts[one.name]
                count = sum(self.counts[part] - before.counts.get(part, 0) for part in parts)
                if one.value != count:
                    rule = f"announced, but the {group or 'file'} holds {count} {_and(parts)} records"
                    yield _disagrees("dialect.count", one, str(one.value), rule)
                continue
            total = self.sums[one.name] - before.sums.get(one.name, 0)
            if one.value != total:
                names = " + ".join(self._layout.sums[one.name])
                of = f"{item}s of this {group}" if group else f"{item}s"
                rule = f"announced, but {names} of the {of} make {_decimal(total)}"
                yield _disagrees("dialect.sum", one, _decimal(one.value), rule)

    def _amounts_of(self, part: Part) -> frozenset[str]:
        pairs = self._of_rows if part.each == "row" else self._of_items
        return frozenset(name for _, name in pairs) & {place.name for place in part.record.fields}


def _amounts(layout: FileLayout, *, rows: bool) -> list[tuple[str, str]]:
    """Each sum with each field that it adds, of the item or of its rows."""
    pairs = [(total, name) for total, names in layout.sums.items() for name in names]
    if rows:
        return [(total, name.removeprefix(_ROWS)) for total, name in pairs if name.startswith(_ROWS)]
    return [(total, name) for total, name in pairs if not name.startswith(_ROWS)]


def _totals_of(layout: FileLayout, part: Part) -> tuple[str, ...]:
    names = (place.name for place in part.record.fields if place.type not in {"constant", "filler"})
    return tuple(name for name in names if name in layout.counts or name in layout.sums)


def _disagrees(code: str, said: Said, value: str, rule: str) -> FormatProblem:
    return FormatProblem(
        code=code,
        line=said.line,
        record=said.part.name,
        field=said.name,
        position=said.part.record.field(said.name).position,
        value=value,
        rule=rule,
    )


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _decimal(amount: int) -> str:
    """Øre as an amount for people: -1234 is -12.34."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"
