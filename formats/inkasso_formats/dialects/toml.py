"""Typed access to a TOML document that collects every problem with its path and line, instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

from inkasso_formats.dialects.toml_lines import Path, lines_of
from inkasso_formats.problems import FormatProblem

T = TypeVar("T", str, int, bool)
Table = Mapping[str, object]
_WORDS: Mapping[type, str] = {str: "a text", int: "a whole number", bool: "true or false"}
_NAMES = {
    "records": "name",
    "fields": "name",
    "rows": "code",
}  # lists of tables, and what a table is called by
_LEFT_OUT = frozenset({"fields", "rows"})  # `records.detail.case` says enough


@dataclass(slots=True)
class Checker:
    """Problems of one document found so far (`dialect.definition`), each with its TOML path as the field, and its line.

    A path has keys and places in lists. In what is shown, a table of a list is called by its name:
    `files.receipts.records.detail.case.length`. Where a value is not there, the line is that of the table around it.
    `unusable` counts the problems after which a value cannot be made up, so that what it means cannot be checked.
    `data` is what the `text` says; its lines are looked for when the first problem is found.
    """

    data: Table
    text: str
    problems: list[FormatProblem] = field(default_factory=list)
    unusable: int = 0
    _lines: Mapping[Path, int] | None = None

    def add(
        self,
        path: Path,
        rule: str,
        value: object = None,
        code: str = "dialect.definition",
        *,
        usable: bool = False,
    ) -> None:
        """Books a problem of the value at this path; `usable`: what it means can still be checked."""
        self.unusable += not usable
        shown = None if value is None else str(value)
        place = self.shown(path)
        self.problems.append(
            FormatProblem(code=code, line=self.line(path), field=place, value=shown, rule=rule)
        )

    def line(self, path: Path) -> int | None:
        """The line of the value at this path, or of what is around it; None for what is missing from the whole."""
        if self._lines is None:
            self._lines = lines_of(self.text)
        lines = self._lines
        ways = (path[:end] for end in range(len(path), 0, -1))
        return next((lines[way] for way in ways if way in lines), None)

    def shown(self, path: Path) -> str:
        """The path as people read it."""
        words = ""
        here: object = self.data
        for place, step in enumerate(path):
            name = _name_at(here, str(path[place - 1]), step) if isinstance(step, int) else str(step)
            if isinstance(step, int) and not name:
                words += f"[{step + 1}]"
            elif step not in _LEFT_OUT or not self._is_called(path, place, here):
                words += f".{name}" if words else name
            here = _inside(here, step)
        return words

    def keys(
        self,
        table: Table,
        path: Path,
        known: Collection[str],
        elsewhere: Collection[str] = (),
        form: str = "",
    ) -> None:
        """Books the keys that nothing reads; `elsewhere` are those that files of this form do not have."""
        for key in table:
            if key in elsewhere:
                self.add((*path, key), f"is no key of a dialect of the form {form}", usable=True)
            elif key not in known:
                self.add((*path, key), unknown("key", key, known), usable=True)

    def get(self, table: Table, path: Path, key: str, default: T, *, required: bool = False) -> T:
        """The value of a key, of the type of `default`; the default where it is missing or of another type."""
        value = table.get(key)
        if value is None:
            if required:
                self.add((*path, key), f"{_WORDS[type(default)]} is required")
            return default
        if type(value) is not type(default):
            self.add((*path, key), f"{_WORDS[type(default)]} expected", value)
            return default
        return value

    def choice(
        self, table: Table, path: Path, key: str, choices: Collection[str], *, required: bool = True
    ) -> str:
        """The value of a key that has one of these texts; the first where it has not, or may be missing and is."""
        if key not in table and not required:
            return next(iter(choices))
        before = len(self.problems)
        value = self.get(table, path, key, "", required=True)
        if value not in choices:
            if len(self.problems) == before:
                self.add((*path, key), f"one of {', '.join(map(_visible, choices))} expected", value)
            return next(iter(choices))
        return value

    def table(self, table: Table, path: Path, key: str, *, required: bool = True) -> dict[str, object]:
        """The table at a key; empty where it is missing."""
        value = table.get(key)
        if isinstance(value, dict):
            return value
        if value is not None or required:
            self.add((*path, key), "a table is required" if value is None else "a table expected", value)
        return {}

    def rows(self, table: Table, path: Path, key: str) -> list[tuple[Path, dict[str, object]]]:
        """The list of tables at a required key, each with its path; without what is none."""
        value = table.get(key)
        if not isinstance(value, list) or not value:
            self.add((*path, key), "a list of tables is required")
            return []
        for number, row in enumerate(value):
            if not isinstance(row, dict):
                self.add((*path, key, number), "a table expected", row)
        return [((*path, key, number), row) for number, row in enumerate(value) if isinstance(row, dict)]

    def texts(self, table: Table, path: Path, key: str) -> tuple[str, ...]:
        """The list of texts at a key; empty where it is missing."""
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.add((*path, key), "a list of texts expected", value)
            return ()
        return tuple(value)

    def _is_called(self, path: Path, place: int, here: object) -> bool:
        """Whether the table of a list is called by something else than the list's own name."""
        step, rest = path[place], path[place + 1 : place + 2]
        if not rest or not isinstance(rest[0], int):
            return False
        return step == "fields" or bool(_name_at(_inside(here, step), str(step), rest[0]))


def unknown(what: str, given: str, known: Collection[str]) -> str:
    """The rule of a name that nothing knows, with the one that is nearest to it."""
    if len(known) < 2:
        return f"unknown {what}: {''.join(known) or 'there are none'}{' expected' * len(known)}"
    near = get_close_matches(given, known, n=1, cutoff=0.7)
    nearest = f", {near[0]} is nearest" if near else ""
    return f"unknown {what}{nearest}: one of {', '.join(known)} expected"


def _visible(choice: str) -> str:
    return "\\t" if choice == "\t" else choice


def _name_at(rows: object, of: str, number: int) -> str:
    """By what a table of a list is called; empty where it has no name, or one that another has too."""
    key = _NAMES.get(of)
    if key is None or not isinstance(rows, list):
        return ""
    names = [row.get(key) if isinstance(row, dict) else None for row in rows]
    name = names[number] if number < len(names) else None
    return name if isinstance(name, str) and names.count(name) == 1 else ""


def _inside(here: object, step: str | int) -> object:
    if isinstance(here, dict):
        return here.get(step)
    return here[step] if isinstance(here, list) and isinstance(step, int) and step < len(here) else None
