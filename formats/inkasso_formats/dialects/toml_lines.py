"""Where each value of a TOML text stands: tomllib tells the values only, and whoever mends a file needs the line.

The text is one that tomllib took, so the scan looks for what begins and ends a value and checks nothing.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]  # keys, and places in lists from 0

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')[ \t]*(\.?)""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?!")'
    r"|'''.*?'''(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}\n#]*",  # a number, a truth value, a date: to whatever ends it
    re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of each table and each value by its path; for a value that of its key, in a list where it begins."""
    scan = _Scan(text)
    scan.document()
    return scan.lines


def _key(bare: str | None, quoted: str | None, literal: str | None) -> str:
    """A key as tomllib has it."""
    if quoted is not None:
        return str(tomllib.loads(f'key = "{quoted}"')["key"])
    return bare if bare is not None else literal or ""


class _Scan:
    """One text being gone through; `_at` is how far."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text, self._at = text, 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._tables: dict[Path, int] = {}  # lists of tables: how many there are so far

    def document(self) -> None:
        """Headers and pairs to the end."""
        base: Path = ()
        while self._next():
            base = self._header() if self._next() == "[" else self._pair(base)

    def _next(self) -> str:
        """The character that stands next, blanks and comments passed over; empty at the end."""
        blank = _BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        return self._text[self._at : self._at + 1]

    def _mark(self, path: Path, at: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], bisect_right(self._ends, at - 1) + 1)

    def _keys(self) -> tuple[str, ...]:
        keys: list[str] = []
        more = True
        while more and (found := _KEY.match(self._text, self._at)):
            keys.append(_key(*found.group(1, 2, 3)))
            self._at = found.end()
            more = bool(found[4])
        return tuple(keys)

    def _header(self) -> Path:
        begin = self._at
        many = self._text.startswith("[[", begin)
        self._at += 2 if many else 1
        keys = self._keys()
        path = self._inside(keys[:-1] if many else keys)
        if many:
            path = (*path, *keys[-1:])
            number = self._tables[path] = self._tables.get(path, -1) + 1
            path = (*path, number)
        self._mark(path, begin)
        self._at = self._text.find("\n", begin) if "\n" in self._text[begin:] else len(self._text)
        return path

    def _inside(self, keys: tuple[str, ...]) -> Path:
        """The path of these keys, where a list of tables stands for its last one."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path])
        return path

    def _pair(self, base: Path) -> Path:
        begin = self._at
        path = (*base, *self._keys())
        self._mark(path, begin)
        self._at = max(self._at, begin) + 1  # the equals sign
        self._value(path)
        return base

    def _value(self, path: Path) -> None:
        first = self._next()
        if first in {"[", "{"}:
            self._at += 1
            self._inner(path, "]" if first == "[" else "}")
        elif found := _TEXT.match(self._text, self._at):
            self._at = found.end()

    def _inner(self, path: Path, end: str) -> None:
        """What stands in a list or an inline table, to its end."""
        number = 0
        while (first := self._next()) not in {end, ""}:
            if first == ",":
                self._at += 1
            elif end == "}":
                self._pair(path)
            else:
                self._mark((*path, number), self._at)
                self._value((*path, number))
                number += 1
        self._at += 1
