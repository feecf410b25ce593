"""Whatever a dialect file says, it is loaded or refused with problems: nothing else comes out of it."""

from __future__ import annotations

import copy
import json
import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.dialects import Dialect, describe, describe_text, load_text
from inkasso_formats.problems import FormatError
from support.dialect_texts import TEXTS

DOCUMENTS = {name: tomllib.loads(text) for name, text in TEXTS.items()}
WORDS = [
    "",
    "x",
    "case",
    "item",
    "group",
    "row",
    "detail",
    "invoice",
    "debtor",
    "amount",
    "date",
    "constant",
    "filler",
]
WORDS += [
    "leading",
    "comma",
    ".",
    "@id",
    "a/b",
    "{at}",
    "(",
    "[0-9]+",
    "rows.amount",
    "count",
    "total",
    "utf-8",
    "xml",
    "\x00",
]
VALUES = st.recursive(
    st.one_of(st.sampled_from(WORDS), st.integers(-2, 30), st.booleans(), st.floats(0, 1), st.dates()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "fields", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)


def as_toml(value: Any) -> str:
    """A value in TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value) if isinstance(value, str | bool | int) else str(value)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every table or list of a document with each of its keys or places."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in inner for place in [(value, key), *places(one)]]


def outcome(text: str) -> Dialect | FormatError:
    """The dialect, or why it is refused."""
    try:
        return load_text(text, "mine.toml")
    except FormatError as error:
        return error


def shows_itself(told: Dialect | FormatError) -> bool:
    """A dialect can be described; each problem has a code, a rule and, but for what is missing, a line."""
    if isinstance(told, Dialect):
        return describe(told).startswith(f"# {told.title}") and told.name in describe_text(told)
    return bool(told.problems) and all(
        problem.code.startswith("dialect.")
        and problem.rule
        and (problem.line or problem.rule.endswith(("is required", "expected")))
        for problem in told.problems
    )


@given(st.data(), st.sampled_from(sorted(TEXTS)))
def test_any_value_in_any_place_is_taken_or_refused(data: st.DataObject, name: str) -> None:
    """One to three places of a dialect hold something else, or nothing."""
    document = copy.deepcopy(DOCUMENTS[name])
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(document)))
        if data.draw(st.booleans()):
            holder[key] = data.draw(VALUES)
        elif isinstance(holder, dict):
            del holder[key]
    text = "\n".join(f"{json.dumps(key)} = {as_toml(value)}" for key, value in document.items())
    assert shows_itself(outcome(text))


@given(st.data(), st.sampled_from(sorted(TEXTS)))
def test_any_change_of_the_text_is_taken_or_refused(data: st.DataObject, name: str) -> None:
    """A piece of the text is lost, or some other stands in its place."""
    text = TEXTS[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 12, len(text))))
    other = data.draw(st.sampled_from(["", "[", "]", '"', "=", "\n", "#", "x", ",", "é"]))
    assert shows_itself(outcome(f"{text[:start]}{other}{text[end:]}"))
