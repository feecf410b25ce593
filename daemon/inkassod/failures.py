"""The catalogue of stable codes: what each means, its usual cause, and what to do about it. Kept in failures.toml.

A code is a family and a word, as `feed.amount`; those of the command line may be one word. The places say where the codes of
a family arise; each family belongs to one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources

MOST_NEAR = 5  # codes that are named for one that there is not


@dataclass(frozen=True, slots=True)
class Failure:
    """What can go wrong: one sentence of meaning, the usual cause, and the cure with the exact command where there is one."""

    code: str
    meaning: str
    cause: str
    cure: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All failures by code, and by the place where they arise, both in the order of the document."""

    failures: Mapping[str, Failure]
    places: Mapping[str, tuple[Failure, ...]]

    def explain(self, code: str) -> Failure:
        """The failure of that code. Raises KeyError, whose text names the nearest codes."""
        if code in self.failures:
            return self.failures[code]
        near = ", ".join(self.near(code))
        raise KeyError(f"there is no code {code!r}{f'; near it: {near}' if near else ''}")

    def near(self, code: str) -> list[str]:
        """Codes that may have been meant: the same word in any family, the family itself, or a like spelling."""
        word = code.rpartition(".")[2].lower()
        same = [one for one in self.failures if word and one.rpartition(".")[2] == word]
        family = [one for one in self.failures if one.startswith(f"{code.lower().rstrip('.')}.")]
        like = get_close_matches(code.lower(), list(self.failures), n=MOST_NEAR)
        return list(dict.fromkeys([*same, *family, *like]))[:MOST_NEAR]


@cache
def catalogue() -> Catalogue:
    """The catalogue of the package."""
    return parse(resources.files(__package__).joinpath("failures.toml").read_text("utf-8"))


def parse(text: str) -> Catalogue:
    """A catalogue from TOML: a table `places` (title = families), and a table for each code.

    Raises ValueError where it is no TOML, a text is missing or beyond the three, or a family has no place or several.
    """
    data = tomllib.loads(text)
    places: dict[str, list[str]] = data.pop("places", {})
    failures = {code: _failure(code, values) for code, values in data.items()}
    for family in dict.fromkeys(map(_family, failures)):
        at = [title for title, families in places.items() if family in families]
        if len(at) != 1:
            raise ValueError(f"the family {family!r} belongs to one place, not to {len(at)}")
    return Catalogue(
        failures=failures,
        places={
            title: tuple(one for code, one in failures.items() if _family(code) in families)
            for title, families in places.items()
        },
    )


def _family(code: str) -> str:
    return code.partition(".")[0]


def _failure(code: str, values: Mapping[str, str]) -> Failure:
    names = ("meaning", "cause", "cure")
    if sorted(values) != sorted(names):
        raise ValueError(f"{code}: exactly {', '.join(names)} expected, not {', '.join(values) or 'nothing'}")
    return Failure(code, **values)
