"""Problems in the settings: the error that carries all of them, and the words they are written with."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable

_SHOWN = 80


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds one full sentence for each thing that is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))


def given(value: object) -> str:
    """The value as TOML would write it, on one line and cut to 80 characters; passwords in addresses hidden."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    hidden = re.sub(r"://[^/@]*@", "://***@", value)
    cut = hidden if len(hidden) <= _SHOWN else hidden[:_SHOWN] + "..."
    return json.dumps(cut, ensure_ascii=not cut.isprintable())


def listed(words: Iterable[object]) -> str:
    """`"a", "b" or "c"`, for the choices that a setting has."""
    *first, last = [given(word) for word in words]
    return f"{', '.join(first)} or {last}" if first else last


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean "port"?` when a known word is near, else the known words."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"known here: {', '.join(names)}" if names else "none is described"
