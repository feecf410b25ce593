"""Typed access to a TOML document that collects every problem with its path, instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from inkasso_formats.problems import FormatProblem

T = TypeVar("T", str, int, bool)
Table = Mapping[str, object]
_WORDS: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    dict: "a table",
    list: "a list",
}


@dataclass(slots=True)
class Checker:
    """Problems found so far, each with the TOML path of its value as the field (`dialect.definition`)."""

    problems: list[FormatProblem] = field(default_factory=list)

    def add(self, path: str, rule: str, value: object = None) -> None:
        """Books a problem of the value at this path."""
        shown = None if value is None else str(value)
        self.problems.append(FormatProblem(code="dialect.definition", field=path, value=shown, rule=rule))

    def keys(self, table: Table, path: str, known: Collection[str]) -> None:
        """Books the keys that nothing reads."""
        for key in table:
            if key not in known:
                self.add(join(path, key), f"unknown key: one of {', '.join(known)} expected")

    def get(self, table: Table, path: str, key: str, default: T, *, required: bool = False) -> T:
        """The value of a key, of the type of `default`; the default where it is missing or of another type."""
        value = table.get(key)
        if value is None:
            if required:
                self.add(join(path, key), f"{_WORDS[type(default)]} is required")
            return default
        if type(value) is not type(default):
            self.add(join(path, key), f"{_WORDS[type(default)]} expected", value)
            return default
        return value

    def choice(self, table: Table, path: str, key: str, choices: Collection[str]) -> str:
        """The value of a required key that has one of these texts; the first where it has not."""
        before = len(self.problems)
        value = self.get(table, path, key, "", required=True)
        if value not in choices:
            if len(self.problems) == before:
                self.add(join(path, key), f"one of {', '.join(choices)} expected", value)
            return next(iter(choices))
        return value

    def table(self, table: Table, path: str, key: str, *, required: bool = True) -> dict[str, object]:
        """The table at a key; empty where it is missing."""
        value = table.get(key)
        if isinstance(value, dict):
            return value
        if value is not None or required:
            self.add(join(path, key), "a table is required" if value is None else "a table expected", value)
        return {}

    def rows(self, table: Table, path: str, key: str) -> list[dict[str, object]]:
        """The list of tables at a required key; without what is none."""
        value = table.get(key)
        if not isinstance(value, list) or not value:
            self.add(join(path, key), "a list of tables is required")
            return []
        for number, row in enumerate(value, 1):
            if not isinstance(row, dict):
                self.add(f"{join(path, key)}[{number}]", "a table expected", row)
        return [row for row in value if isinstance(row, dict)]

    def texts(self, table: Table, path: str, key: str) -> tuple[str, ...]:
        """The list of texts at a key; empty where it is missing."""
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.add(join(path, key), "a list of texts expected", value)
            return ()
        return tuple(value)


def join(path: str, key: str) -> str:
    """The path of a key in the table at `path`."""
    return f"{path}.{key}" if path else key
