"""The texts of one field for many records at once: what is as usual is written by operations on the whole column.

Whatever is unusual (a value of another type, a text that would have to be changed, an amount without room, a code that the table lacks) is
not decided here: the record goes the slow way, which says what is wrong with it or how it is changed. So a column never
tells anything, and what it writes is what the slow way writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from unicodedata import is_normalized

from inkasso_formats.dialects.codes import word_of
from inkasso_formats.dialects.model import FOLLOWERS, Part
from inkasso_formats.dialects.write_values import Filling
from inkasso_formats.layout_cells import Field, FieldType, write, write_free, writes_plainly

Column = Callable[
    [Sequence[Any]], list[str]
]  # raises ValueError, TypeError or AttributeError where one of the values is unusual
_MOST_KEPT = 10_000  # texts of distinct values that are remembered: a file names a few days many times


class Unusual(ValueError):  # noqa: N818  (no error: it says which way to go)
    """At least one value of a column is not what this module writes."""


def texts_of(column: Column, values: Sequence[Any]) -> list[str | None]:
    """The texts of a column, None for each value that is unusual."""
    try:
        return list(column(values))
    except (ValueError, TypeError, AttributeError):
        return [_text_of(column, value) for value in values]


def _text_of(column: Column, value: object) -> str | None:
    try:
        return column([value])[0]
    except (ValueError, TypeError, AttributeError):
        return None


def attributes_of(filling: Filling, part: Part, place: Field) -> tuple[str, ...]:
    """The attributes of a neutral record that a field's text depends on."""
    follows = FOLLOWERS.get((filling.kind, place.name))
    return (
        (place.name, follows.word) if place.name in part.codes and follows and follows.word else (place.name,)
    )


def column_of(filling: Filling, part: Part, place: Field) -> Column:
    """What writes this field for many records; its values are those of `attributes_of`, as tuples where these are several."""
    if place.name in part.codes:
        return _remembered(_coded(filling, part, place), {str, bool, tuple})
    if filling.form == "fixed":
        plain = replace(place, without="")
        if place.type in _PLAIN and writes_plainly(plain):
            column = _PLAIN[place.type](filling, part, plain)
            return _without(column, place.without) if place.without else column
    elif place.type == "text" and not (place.blank or place.default or place.without):
        return _free_text(filling, place)
    return _remembered(_one(filling, part, place), {str, int, date, type(None)})


def among(allowed: Sequence[str]) -> Column:
    """No text, but a look at each value: whether its word is one of those allowed."""

    def look(value: object) -> str:
        if word_of(value) not in allowed:  # type: ignore[arg-type]
            raise Unusual
        return ""

    return _remembered(look, {str, bool})


# --- any field: each distinct value by the rules of the slow way ---------------------------------------------------


def _one(filling: Filling, part: Part, place: Field) -> Callable[[Any], str]:
    """One value as the slow way writes it."""
    writer = write if filling.form == "fixed" else write_free
    alone = replace(part, record=replace(part.record, fields=(place,)), codes={})

    def text(value: Any) -> str:
        if not isinstance(value, str):
            return writer(place, value)
        filled = filling.fill(alone, {place.name: value})
        if filled.notes or filled.problems:
            raise Unusual
        return writer(place, filled.values[place.name])

    return text


def _coded(filling: Filling, part: Part, place: Field) -> Callable[[Any], str]:
    """One value with its code, and with the word that follows from it where there is one."""
    writer = write if filling.form == "fixed" else write_free
    names = attributes_of(filling, part, place)
    codes = {place.name: part.codes[place.name]}
    alone = replace(part, record=replace(part.record, fields=(place,)), codes=codes)

    def text(value: Any) -> str:
        values = value if len(names) > 1 else (value,)
        if not all(isinstance(each, str | bool) for each in values):
            raise Unusual
        filled = filling.fill(alone, dict(zip(names, values, strict=True)))
        if filled.notes or filled.problems:
            raise Unusual
        return writer(place, filled.values[place.name])

    return text


def _remembered(text: Callable[[Any], str], types: set[type]) -> Column:
    known: dict[Any, str] = {}

    def column(values: Sequence[Any]) -> list[str]:
        if not set(map(type, values)) <= types:  # what is equal is not always of one type: 1 and True
            raise Unusual
        try:
            return [known[value] for value in values]
        except KeyError:
            if len(known) > _MOST_KEPT:
                known.clear()
            known.update({value: text(value) for value in set(values) - known.keys()})
        return [known[value] for value in values]

    return column


# --- fields whose values are seldom the same, by operations on the whole column ----------------------------------


def _usual(filling: Filling, joined: str) -> None:
    """Raises Unusual where `text.fit` would change a character."""
    if not joined.isprintable():
        raise Unusual
    if not joined.isascii():
        joined.encode(filling.characters)  # raises a ValueError
        if not is_normalized("NFC", joined):
            raise Unusual


def _has_outer_blanks(joined: str, values: Sequence[str]) -> bool:
    if " " not in joined:
        return False
    lines = "\n".join(("", *values, ""))
    return "\n " in lines or " \n" in lines


def _text(filling: Filling, part: Part, place: Field) -> Column:
    length, required = place.length, place.required
    whole = required or part.misfit.get(place.name, "refuse") == "refuse"

    def column(values: Sequence[Any]) -> list[str]:
        joined = "".join(values)
        _usual(filling, joined)
        if (required and "" in values) or (whole and _has_outer_blanks(joined, values)):
            raise Unusual
        return [value.ljust(length) for value in values]

    return column


def _digits(_filling: Filling, _part: Part, place: Field) -> Column:
    length, required, blank = place.length, place.required, " " * place.length

    def column(values: Sequence[Any]) -> list[str]:
        joined = "".join(values)
        if joined and not (joined.isascii() and joined.isdigit()):
            raise Unusual
        if required and not all(value.strip("0") for value in values):
            raise Unusual
        return [value.zfill(length) if value else blank for value in values]

    return column


def _reference(filling: Filling, _part: Part, place: Field) -> Column:
    length, required = place.length, place.required

    def column(values: Sequence[Any]) -> list[str]:
        joined = "".join(values)
        _usual(filling, joined)
        if " " in joined or (required and "" in values):
            raise Unusual
        return [value.rjust(length) for value in values]

    return column


def _amount(_filling: Filling, _part: Part, place: Field) -> Column:
    signed, required = place.sign == "leading", place.required
    most = 10 ** (place.length - signed) - 1
    least = -most if signed else 0
    formatted = f"%0{place.length}d".__mod__

    def column(values: Sequence[Any]) -> list[str]:
        if set(map(type, values)) != {int} or min(values) < least or max(values) > most:
            raise Unusual
        if required and 0 in values:
            raise Unusual
        return list(map(formatted, values))

    return column


def _without(column: Column, characters: str) -> Column:
    left_out = dict.fromkeys(map(ord, characters))

    def stripped(values: Sequence[Any]) -> list[str]:
        return column([value.translate(left_out) for value in values])

    return stripped


def _free_text(filling: Filling, place: Field) -> Column:
    """A text of a separated file, without quotes."""
    length, required = place.length, place.required

    def column(values: Sequence[Any]) -> list[str]:
        joined = "".join(values)
        _usual(filling, joined)
        if required and ("" in values or _has_outer_blanks(joined, values)):
            raise Unusual
        if length and max(map(len, values)) > length:
            raise Unusual
        return list(values)

    return column


_PLAIN: Mapping[FieldType, Callable[[Filling, Part, Field], Column]] = {
    "text": _text,
    "digits": _digits,
    "reference": _reference,
    "amount": _amount,
}
