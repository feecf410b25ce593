"""What is wrong with the declaration of a single field: each check gives the value at fault and what was expected instead."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from inkasso_formats.layout_cells import read, read_free, write, write_free
from inkasso_formats.layout_field import (
    DATE_FORMS,
    DECIMALS,
    FILLS,
    SIGNS,
    TIME_FORMS,
    Field,
    Form,
    type_names,
)

Wrong = Iterator[tuple[str, str]]  # the value, what was expected
_UNNAMED = ("constant", "filler")
_WITHOUT = ("text", "digits", "reference", "code")
_FILLED = ("digits", "number", "amount", "date")
_FORMS = {"date": tuple(DATE_FORMS), "time": TIME_FORMS}


def field_problems(field: Field, form: Form) -> list[tuple[str, str]]:
    """All that is wrong with a field in itself, in a file of this form."""
    if field.type not in type_names:
        return [(field.type, f"one of {', '.join(type_names)} expected as type"), *_sign(field)]
    problems = [
        *(problem for check in (_form, _sign, _decimals, _without, _constant) for problem in check(field)),
        *_room(field),
        *_fill(field, form),
        *_constant_length(field, form),
        *_codes(field),
        *_blank(field),
    ]
    return problems or list(
        _default(field, form)
    )  # what a default means is only clear where all else is right


def _one_of(value: str, known: Collection[str], what: str) -> Wrong:
    if value not in known:
        yield value, f"one of {', '.join(known)} expected as {what}"


def _form(field: Field) -> Wrong:
    if field.type in _FORMS:
        yield from _one_of(field.form, _FORMS[field.type], "form")
    elif field.form:
        yield field.form, "form is for a date or a time"


def _sign(field: Field) -> Wrong:
    yield from _one_of(field.sign, SIGNS, "sign")
    if field.sign in SIGNS and field.sign != "none" and field.type != "amount":
        yield field.sign, "sign is for an amount"


def _decimals(field: Field) -> Wrong:
    yield from _one_of(field.decimals, DECIMALS, "decimals")
    if field.decimals in DECIMALS and field.decimals != "implied" and field.type != "amount":
        yield field.decimals, "decimals are for an amount"


def _fill(field: Field, form: Form) -> Wrong:
    if field.fill not in FILLS:
        yield field.fill, f"{' or '.join(FILLS[1:])} expected as fill, or none"
    elif field.fill and form != "fixed":
        yield field.fill, "fill is for fields with positions"
    elif field.fill and field.type not in _FILLED:
        yield field.fill, f"fill is for {', '.join(_FILLED[:-1])} and {_FILLED[-1]}"


def _without(field: Field) -> Wrong:
    if field.without and field.type not in _WITHOUT:
        yield field.without, f"without is for {', '.join(_WITHOUT[:-1])} and {_WITHOUT[-1]}"
    elif field.type == "digits" and any("0" <= character <= "9" for character in field.without):
        yield field.without, "digits cannot be left out of digits"


def _constant(field: Field) -> Wrong:
    if field.constant and field.type not in _UNNAMED:
        yield field.constant, "constant is for a constant or a filler"


def _room(field: Field) -> Wrong:
    """A field of no length takes any in a file without positions; that it has one elsewhere is checked with its place."""
    if field.length < 1:
        return
    if field.form in _FORMS.get(field.type, ()) and field.length != len(field.form):
        yield str(field.length), f"{field.form} has {len(field.form)} characters"
    if field.type == "amount" and field.length < _least(field):
        digits = (
            "at least one digit" if field.decimals == "implied" else "at least three digits and their mark"
        )
        parts = {"leading": f"a sign and {digits}", "trailing": f"{digits} and a sign"}
        yield str(field.length), f"{parts.get(field.sign, digits)} expected"


def _least(field: Field) -> int:
    return (1 if field.decimals == "implied" else len("0.00")) + (field.sign != "none")


def _constant_length(field: Field, form: Form) -> Wrong:
    if field.type == "constant" and form == "fixed" and len(field.constant) != field.length:
        yield field.constant, f"a constant of {field.length} characters expected"
    elif field.type == "constant" and not field.constant:
        yield field.constant, "the text of the constant expected"
    elif field.type == "constant" and 0 < field.length < len(field.constant):
        yield field.constant, f"a constant of at most {field.length} characters expected"
    if field.type == "filler" and field.constant and form != "fixed":
        yield field.constant, "a filler holds nothing without positions: a constant expected"
    elif field.type == "filler" and len(field.constant) > 1:
        yield field.constant, "one character expected to fill with"


def _codes(field: Field) -> Wrong:
    if field.values and field.type != "code":
        yield ", ".join(field.values), "values are for a code"
        return
    for value in field.values:
        if 0 < field.length < len(value):
            yield value, f"a code of at most {field.length} characters expected"
        if value == "" or value != value.strip(" "):
            yield value, "a code without blanks around it expected"
        if _left_out(field, value):
            yield value, "the code holds what is left out when it is written"
        if value and value == field.blank:
            yield value, "the code is the same as the blank, which stands for no value"


def _left_out(field: Field, text: str) -> bool:
    return any(character in field.without for character in text)


def _blank(field: Field) -> Wrong:
    blank = field.blank
    if blank and field.type in _UNNAMED:
        yield blank, f"a {field.type} has no blank: it holds no value"
    if blank != blank.strip(" "):
        yield blank, "a blank without blanks around it expected"
    if any(character < " " for character in blank):
        yield blank, "a blank without line breaks and control characters expected"
    if 0 < field.length < len(blank):
        yield blank, f"a blank of at most {field.length} characters expected"


def _default(field: Field, form: Form) -> Wrong:
    """Whether the default is the text of a value that the field can hold, and that is read again as it was written."""
    default = field.default
    if not default:
        return
    if field.type in _UNNAMED:
        yield default, f"a {field.type} has no default: it holds no value"
        return
    if default.strip(" ") in {"", field.blank} or (field.type == "date" and not default.strip(" 0")):
        yield default, "no default: it stands for no value"
        return
    if _left_out(field, default):
        yield default, "the default holds what is left out when it is written"
        return
    try:
        value = read_free(field, default)
        same = (
            read(field, write(field, value))
            if form == "fixed"
            else read_free(field, write_free(field, value))
        )
    except ValueError as error:
        yield default, f"no default: {error}"
        return
    if same != value:
        yield default, "no default: it is not read again as it is written"
