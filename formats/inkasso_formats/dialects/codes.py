"""Codes of a dialect's tables to the neutral values and back."""

from __future__ import annotations

from inkasso_formats.dialects.model import FOLLOWERS, TRANSLATED, CodeTable, FileLayout, Follows
from inkasso_formats.layout import Value, Values
from inkasso_formats.problems import FormatProblem

_NO_FOLLOWERS = Follows()


def decode(layout: FileLayout, values: Values, number: int) -> list[FormatProblem]:
    """The codes of one detail as neutral values, in place. A code that its table lacks is a problem (`dialect.code`).

    It refuses the record where the neutral value would be our word; else the code is kept and the problem is a warning.
    """
    problems = []
    for name, table in layout.codes.items():
        code = values[name]
        if not isinstance(code, str):
            continue
        if not code:
            if name in TRANSLATED:
                del values[name]  # optional and blank: the record has its own value for that
            continue
        if code not in table.codes:
            problems.append(_unknown(layout, name, table, code, number))
        elif name in TRANSLATED:
            values[name] = _neutral(name, table.codes[code].word)
        if name not in TRANSLATED:
            _follow(layout, name, table, code, values)
    return problems


def encode(layout: FileLayout, values: Values) -> list[FormatProblem]:
    """The neutral values of one detail as codes, in place. A word that its table lacks refuses the record."""
    problems = []
    for name, table in layout.codes.items():
        value = values[name]
        if name in TRANSLATED:
            word = _word(value)
            code = table.code_for(word)
            values[name] = code
            if code is None and (word or layout.detail.field(name).required):
                rule = f"the table {table.name} has no code for it"
                problems.append(_problem(layout, name, word, rule))
            continue
        follows = FOLLOWERS.get((layout.kind, name), _NO_FOLLOWERS)
        said = values.get(follows.word) if follows.word else None
        if said and isinstance(value, str) and said != table.word_for(value):
            rule = f"the code {value!r} means {table.word_for(value) or 'nothing'} in the table {table.name}"
            problems.append(_problem(layout, name, str(said), rule))
    return problems


def _follow(layout: FileLayout, name: str, table: CodeTable, code: str, values: Values) -> None:
    follows = FOLLOWERS.get((layout.kind, name), _NO_FOLLOWERS)
    row = table.codes.get(code)
    if follows.word:
        values[follows.word] = row.word if row else ""
    if follows.text and row and not values.get(follows.text):
        values[follows.text] = row.text


def _neutral(name: str, word: str) -> Value:
    return word == "accepted" if name == "accepted" else word


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return "accepted" if value else "rejected"
    return str(value or "")


def _unknown(layout: FileLayout, name: str, table: CodeTable, code: str, number: int) -> FormatProblem:
    if name in TRANSLATED:
        return _problem(layout, name, code, f"one of {', '.join(table.codes)} expected", line=number)
    rule = f"is not in the table {table.name}; the code is kept as it is, ask the agency what it means"
    return _problem(layout, name, code, rule, line=number, warning=True)


def _problem(
    layout: FileLayout, name: str, value: str, rule: str, *, line: int | None = None, warning: bool = False
) -> FormatProblem:
    return FormatProblem(
        code="dialect.code",
        line=line,
        record=layout.detail.name,
        field=name,
        position=layout.detail.field(name).position,
        value=value,
        rule=rule,
        warning=warning,
    )
