"""Codes of a dialect's tables to the neutral values and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from inkasso_formats.dialects.model import (
    FOLLOWERS,
    TRANSLATED,
    CodeTable,
    FileKind,
    Follows,
    Part,
)
from inkasso_formats.layout import Value, Values
from inkasso_formats.problems import FormatProblem

_NO_FOLLOWERS = Follows()


def decode(kind: FileKind, part: Part, values: Values, number: int) -> list[FormatProblem]:
    """The codes of one record's part as neutral values, in place. A code that its table lacks is a problem (`dialect.code`).

    `values` may hold those of other parts of the same record too: the text that follows a code may stand there.
    It refuses the record where the neutral value would be our word; else the code is kept and the problem is a warning.
    """
    problems = []
    for name, table in part.codes.items():
        code = values.get(name)
        if not isinstance(code, str):
            continue
        if not code:
            if name in TRANSLATED:
                del values[name]  # optional and blank: the record has its own value for that
            continue
        if code not in table.codes:
            problems.append(_unknown(part, name, table, code, number))
        elif name in TRANSLATED:
            values[name] = neutral(name, table.codes[code].word)
        if name not in TRANSLATED:
            _follow(kind, name, table, code, values)
    return problems


def encode(kind: FileKind, part: Part, values: Values, record: Mapping[str, Value]) -> list[FormatProblem]:
    """The neutral values of one part as codes, in place. A word that its table lacks refuses the record (`dialect.code`).

    `record` holds all values of the neutral record: a word that follows from a code need not stand in the same part.
    """
    problems = []
    for name, table in part.codes.items():
        value = values.get(name)
        rule = ""
        if name in TRANSLATED:
            value = word_of(value)
            code = table.code_for(value)
            values[name] = code
            if code is None and (value or part.record.field(name).required):
                rule = f"the table {table.name} has no code for it"
        elif contradicted := contradicted_by(kind, name, table, value, record):
            value, rule = contradicted
        if rule:
            place = part.record.field(name)
            problem = FormatProblem(code="dialect.code", value=str(value), rule=rule)
            problems.append(replace(problem, record=part.name, field=name, position=place.position))
    return problems


def contradicted_by(
    kind: FileKind, name: str, table: CodeTable, code: Value, record: Mapping[str, Value]
) -> tuple[str, str] | None:
    """A word of the record that says other than the code from which it follows, and the rule that it breaks."""
    follows = FOLLOWERS.get((kind, name), _NO_FOLLOWERS)
    said = record.get(follows.word) if follows.word else None
    if not said or not isinstance(code, str) or said == table.word_for(code):
        return None
    return str(said), f"the code {code!r} means {table.word_for(code) or 'nothing'} in the table {table.name}"


def word_of(value: Value) -> str:
    """The word of a neutral value, as the code tables have it."""
    if isinstance(value, bool):
        return "accepted" if value else "rejected"
    return str(value or "")


def neutral(name: str, word: str) -> Value:
    """The value of a translated field whose code has this word."""
    return word == "accepted" if name == "accepted" else word


def _follow(kind: FileKind, name: str, table: CodeTable, code: str, values: Values) -> None:
    follows = FOLLOWERS.get((kind, name), _NO_FOLLOWERS)
    row = table.codes.get(code)
    if follows.word:
        values[follows.word] = row.word if row else ""
    if follows.text and row and not values.get(follows.text):
        values[follows.text] = row.text


def _unknown(part: Part, name: str, table: CodeTable, code: str, number: int) -> FormatProblem:
    kept = name not in TRANSLATED
    rule = (
        f"is not in the table {table.name}; the code is kept as it is, ask the agency what it means"
        if kept
        else f"one of {', '.join(table.codes)} expected"
    )
    return FormatProblem(
        code="dialect.code",
        line=number,
        record=part.name,
        field=name,
        position=part.record.field(name).position,
        value=code,
        rule=rule,
        warning=kept,
    )
