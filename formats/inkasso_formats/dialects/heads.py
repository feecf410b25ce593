"""What a file says of itself, gathered from its records and its name."""

from __future__ import annotations

from datetime import date
from typing import cast

from inkasso_formats.dialects.model import HEAD_FIELDS, FileLayout, Part
from inkasso_formats.dialects.naming import head_of_name
from inkasso_formats.layout import Value, Values
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import FileHead


class Heads:
    """The head values of one file: the first record that has one says it, the name only what no record says.

    `saying` has the head values of each part that says some.
    """

    def __init__(self, layout: FileLayout, name: str) -> None:
        self._named: dict[str, Value] = dict(head_of_name(layout, name)) if name else {}
        self._said: dict[str, tuple[Value, int]] = {}
        fields = {
            part.name: tuple(place.name for place in part.record.fields if place.name in HEAD_FIELDS)
            for part in layout.parts
        }
        self.saying = {name: names for name, names in fields.items() if names}

    def take(self, part: Part, line: int, values: Values) -> list[FormatProblem]:
        """The head values of one record, and what contradicts those before (`dialect.head`) or the name (`dialect.name`)."""
        problems = []
        for name in self.saying[part.name]:
            value = values.get(name)
            if not value:
                continue
            if name in self._said:
                first, where = self._said[name]
                if _plain(value) != _plain(first):
                    rule = f"line {where} of this file says {_plain(first)}"
                    problems.append(_problem("dialect.head", part, line, name, value, rule))
                continue
            self._said[name] = (value, line)
            named = self._named.get(name)
            if name == "client_number" and named and _plain(value) != _plain(named):
                rule = f"the name of the file says {_plain(named)}: one of them is wrong, ask the agency"
                problems.append(_problem("dialect.name", part, line, name, value, rule))
        return problems

    @property
    def head(self) -> FileHead:
        """What is known by now."""
        values = {**self._named, **{name: value for name, (value, _) in self._said.items()}}
        return FileHead(
            client_number=str(values.get("client_number") or ""),
            sequence_no=cast(int | None, values.get("sequence_no")),
            created=cast(date | None, values.get("created")),
            sender=str(values.get("sender") or ""),
        )


def _plain(value: Value) -> str:
    """A value without the zeros with which one place may fill it up and another not."""
    return str(value).lstrip("0")


def _problem(code: str, part: Part, line: int, name: str, value: Value, rule: str) -> FormatProblem:
    return FormatProblem(
        code=code,
        line=line,
        record=part.name,
        field=name,
        position=part.record.field(name).position,
        value=str(value),
        rule=rule,
    )
