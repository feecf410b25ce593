"""The records of one item put together: its own values, those of its parts and its groups, as one neutral record."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_type_hints

from inkasso_formats.dialects.codes import decode, neutral, word_of
from inkasso_formats.dialects.model import RECORD_TYPES, TRANSLATED, AnyRecord, FileLayout, Part
from inkasso_formats.layout import Values
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import InvoiceRow

_NEVER = object()  # in the place of a default: no record is without this field
_NOTHING: Mapping[object, object] = {str: "", int: 0, date | None: None}


@dataclass(slots=True)
class Item:
    """One item as it was read: its record and the `once` parts within it with their lines, its rows, and what is wrong.

    `broken`: an amount cannot be read, which is told with what stops the file.
    """

    number: int
    parts: list[tuple[Part, int, Values]]
    rows: list[Values] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)
    broken: bool = False


class Records:
    """Makes neutral records of the items of one kind of file."""

    def __init__(self, layout: FileLayout) -> None:
        self._kind = layout.kind
        self._type: type[Any] = RECORD_TYPES[layout.kind]
        fields = {one.name: one for one in dataclasses.fields(self._type)}
        self._numbered = "line" in fields
        self._with_rows = "rows" in fields and any(part.each == "row" for part in layout.parts)
        known = defaults(self._type)
        self._slots: list[tuple[str, Callable[[Any, Any], None], Any]] = [
            (name, fill, known.get(name, _NEVER)) for name, fill in slots_of(self._type).items()
        ]
        self._only = {name: allowed for name, allowed in layout.only.items() if name in fields}
        said = (part for part in layout.parts if part.each != "row")  # a row may say again what its item says
        self._places = {place.name: part for part in said for place in part.record.fields}

    def build(
        self, item: Item, groups: Sequence[Values], *, refused: bool
    ) -> tuple[AnyRecord | None, list[FormatProblem]]:
        """The record, and what is wrong with it; None where that, or its group, refuses it.

        `groups` has the values of the groups around it, the outermost first, their codes decoded.
        """
        values = self._merged(item, groups)
        problems = item.problems
        for part, number, _ in item.parts:
            if part.codes:
                problems = [*problems, *decode(self._kind, part, values, number)]
        if self._only:
            problems = [*problems, *self._not_among(item, values, {problem.field for problem in problems})]
        if refused or item.broken or (problems and any(not problem.warning for problem in problems)):
            return None, problems
        if self._numbered:
            values["line"] = item.number
        if self._with_rows:
            values["rows"] = tuple(map(_row, item.rows))  # type: ignore[assignment]
        record = self._made(values)
        return record, problems if record is not None else [*problems, *self._not_carried(item, values)]

    def _merged(self, item: Item, groups: Sequence[Values]) -> Values:
        if len(item.parts) == 1 and not groups:
            return item.parts[0][2]
        values: Values = {}
        for source in (*groups, *(own for _, _, own in item.parts)):
            for name, value in source.items():
                if (
                    value not in {None, ""} or name not in values
                ):  # a text that follows a code gives way to the file's own
                    values[name] = value
        return values

    def _not_among(self, item: Item, values: Values, told: set[str | None]) -> list[FormatProblem]:
        """Fills in what the files of the dialect can only mean, and tells what they cannot."""
        problems = []
        for name, allowed in self._only.items():
            value = values.get(name)
            if value in {None, ""}:
                if len(allowed) == 1:
                    values[name] = neutral(name, allowed[0]) if name in TRANSLATED else allowed[0]
            elif word_of(value) not in allowed and name not in told:
                problems.append(self._only_problem(item, name, word_of(value), allowed))
        return problems

    def _only_problem(self, item: Item, name: str, value: str, allowed: tuple[str, ...]) -> FormatProblem:
        part = self._places[name]
        number = next((number for own, number, _ in item.parts if own is part), item.number)
        return FormatProblem(
            code="dialect.only",
            line=number,
            record=part.name,
            field=name,
            position=part.record.field(name).position,
            value=value,
            rule=f"this dialect's files say {' or '.join(allowed)} only",
        )

    def _made(self, values: Values) -> AnyRecord | None:
        """The record of these values; None where one is missing that no record is without."""
        record: AnyRecord = object.__new__(self._type)
        for name, fill, default in self._slots:
            value = values.get(name)
            if value is None:
                value = default
                if value is _NEVER:
                    return None
            fill(record, value)
        return record

    def _not_carried(self, item: Item, values: Values) -> list[FormatProblem]:
        part, number, _ = item.parts[0]
        rule = f"is missing: there is no {self._type.__name__} without it"
        return [
            FormatProblem(code="dialect.missing", line=number, record=part.name, field=name, rule=rule)
            for name, _, default in self._slots
            if default is _NEVER and values.get(name) is None
        ]


def slots_of(kind: type[Any]) -> dict[str, Callable[[Any, Any], None]]:
    """What sets each field of a neutral record while it is made: a frozen record is filled through its slots, as it is quick."""
    return {one.name: vars(kind)[one.name].__set__ for one in dataclasses.fields(kind)}


def defaults(kind: type[Any]) -> dict[str, object]:
    """What each field of a neutral record is where a file does not carry it: its own default, else empty or zero.

    A field that no record is without has none.
    """
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    for one in dataclasses.fields(kind):
        if one.default is not dataclasses.MISSING:
            values[one.name] = one.default
        elif hints[one.name] in _NOTHING:
            values[one.name] = _NOTHING[hints[one.name]]
    return values


_ROW_FIELDS = frozenset(one.name for one in dataclasses.fields(InvoiceRow))


def _row(values: Values) -> InvoiceRow:
    known: dict[str, Any] = {
        name: value for name, value in values.items() if value is not None and name in _ROW_FIELDS
    }
    return InvoiceRow(**known)


def neutral_fields(part: Part, layout: FileLayout) -> frozenset[str]:
    """The fields of a part that are values of the neutral record (or of a row of it)."""
    names = {one.name for one in dataclasses.fields(RECORD_TYPES[layout.kind])}
    return (
        frozenset(place.name for place in part.record.fields if place.type not in {"constant", "filler"})
        & names
    )
