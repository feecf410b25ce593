"""The text of a value where its field says more than type, place and length, and where there are no positions.

`read_padded` and `write_padded` take any field of a fixed-width record that is no constant and no filler, `read_free` and
`write_free` any field of a file without positions. The same for both: `blank` and `default`, `required` and `without`.
"""

from __future__ import annotations

from inkasso_formats.layout_field import Field, Value
from inkasso_formats.layout_values import (
    amount_of,
    figures,
    read_value,
    signed,
    smallest_units,
    write_value,
)

_TEXTS = frozenset({"text", "digits", "reference", "code", "time"})
_NUMBERS = frozenset({"number", "amount"})
_FIGURES = frozenset({"digits", "number", "amount"})  # what is filled up in front
_LOOSE = frozenset({"text", "code"})  # blanks only are no value of these; the others refuse them
_UNNAMED = frozenset({"constant", "filler"})


def read_padded(field: Field, raw: str) -> Value:
    """The value of a field's text, `raw` being exactly its positions. Raises ValueError with what was expected."""
    text = raw.strip(" ")
    if _is_nothing(field, text) and not (field.type in _NUMBERS and not text and not _may_be_blank(field)):
        return _nothing(field)
    how = _how(field)
    if field.type == "amount":
        return amount_of(field, *_parts(field, raw), how)
    if field.type in _FIGURES:
        return read_value(field, raw.lstrip(" ") if field.fill == "blank" else raw, how)
    if field.type == "text":
        return raw.rstrip(" ")
    return read_value(field, raw if field.type == "date" else text)


def read_free(field: Field, raw: str) -> Value:
    """The value of a text without padding; blanks around it are passed over, but for those of a text.

    Raises ValueError with what was expected, also for a text that is longer than the field's length (0: any).
    """
    if field.type in _UNNAMED:
        return _unnamed(field, raw)
    text = raw.strip(" ")
    if _is_nothing(field, text) and not (field.type == "text" and raw and not text and not _has_to_be(field)):
        return _nothing(field)
    text = raw if field.type == "text" else text
    _fits(field, text)
    return read_value(field, text)


def write_padded(field: Field, value: Value) -> str:
    """The text of a value, exactly as long as the field. Raises ValueError with what was expected."""
    given = _given(field, value, trimmed=field.type in _LOOSE)
    if given is not None:
        text = _padded(field, given)
    elif field.type == "date" and not field.blank:
        text = (" " if field.fill == "blank" else "0") * field.length
    elif field.type in _NUMBERS and not field.blank:
        text = _padded(field, 0)
    else:
        return field.blank.ljust(field.length)
    _fits(field, text)
    _is_something(field, given, text)
    return text


def write_free(field: Field, value: Value) -> str:
    """The text of a value without padding; a missing value is the empty text, and a filler always is.

    Raises ValueError with what was expected, also where the text is longer than the field's length (0: any).
    """
    if field.type in _UNNAMED:
        return field.constant if field.type == "constant" else ""
    given = _given(field, value, trimmed=field.type == "code" or (field.type == "text" and _has_to_be(field)))
    if given is None:
        return field.blank
    text = write_value(field, given)
    _fits(field, text)
    _is_something(field, given, text)
    return text


# --- no value ----------------------------------------------------------------------------------------------------


def _unnamed(field: Field, raw: str) -> str:
    if field.type == "constant" and raw != field.constant and raw.strip(" ") != field.constant:
        raise ValueError(f"{field.constant!r} expected")
    return raw


def _is_nothing(field: Field, text: str) -> bool:
    """Whether a text, without the blanks around it, stands for no value."""
    if not text or (field.blank and text == field.blank):
        return True
    return field.type == "date" and not text.strip("0")


def _may_be_blank(field: Field) -> bool:
    """Whether a number or amount may be missing from its positions: they are not always filled with zeros."""
    return field.fill == "blank" or bool(field.default)


def _has_to_be(field: Field) -> bool:
    """Whether a text of blanks only is not taken as it is."""
    return field.required or bool(field.default)


def _nothing(field: Field) -> Value:
    """What is read where there is no value."""
    if field.default:
        return read_value(field, field.default)
    if field.required:
        is_moment = field.type in {"date", "time"}
        raise ValueError(f"a {field.type} {field.form} is required" if is_moment else "is required and blank")
    if field.type in _NUMBERS:
        return 0
    return "" if field.type in _TEXTS else None


def _given(field: Field, value: Value, *, trimmed: bool) -> Value:
    """The value to write; None where there is none. `trimmed`: a text of blanks only is none."""
    if field.without and isinstance(value, str):
        value = "".join(character for character in value if character not in field.without)
    if value == "" or (trimmed and isinstance(value, str) and not value.strip(" ")):
        value = None
    if value is None and field.default:
        value = read_value(field, field.default)
    is_zero = field.type in _NUMBERS and value == 0
    if field.required and (value is None or is_zero):
        raise ValueError("is required and missing")
    return None if is_zero and field.blank and not field.default else value


def _is_something(field: Field, given: Value, text: str) -> None:
    """Raises ValueError where the text of a value would be read as none."""
    if given is not None and field.blank and text.strip(" ") == field.blank:
        raise ValueError(f"{field.blank!r} stands for no value in this field")


# --- length and padding ------------------------------------------------------------------------------------------


def _fits(field: Field, text: str) -> None:
    if field.length and len(text) > field.length:
        raise ValueError(f"{len(text)} characters; the field has room for {field.length}")


def _how(field: Field) -> str:
    """How figures stand in their positions, to be added to what was expected."""
    filled = "right-justified with blanks" if field.fill == "blank" else "filled with zeros"
    last = ", the last of them a minus or a blank" if field.sign == "trailing" else ""
    return f", {filled} to {field.length} characters{last}"


def _parts(field: Field, raw: str) -> tuple[bool, str]:
    """Whether an amount has a minus at its place, and what stands beside it; nothing where that place holds what it may not."""
    if field.sign == "trailing":
        rest = raw[:-1].lstrip(" ") if field.fill == "blank" else raw[:-1]
        return (raw[-1] == "-", rest) if raw[-1] in "- " else (False, "")
    if field.fill == "blank":
        return signed(field, raw.lstrip(" "))
    if field.sign == "leading":
        return (raw[0] == "-", raw[1:]) if raw[0] in "-0 " else (False, "")
    return False, raw


def _padded(field: Field, value: Value) -> str:
    filling = " " if field.fill == "blank" else "0"
    if field.type == "amount" and (field.sign == "trailing" or filling == "0"):
        return _padded_amount(field, smallest_units(field, value), filling)
    text = write_value(field, value)
    if field.type in _FIGURES:
        return text.rjust(field.length, filling)
    return text.rjust(field.length) if field.type == "reference" else text.ljust(field.length)


def _padded_amount(field: Field, amount: int, filling: str) -> str:
    """An amount whose sign has a place of its own, or that has none."""
    text = figures(field, amount)
    if field.sign == "none":
        return text.rjust(field.length, filling)
    text = text.rjust(field.length - 1, filling)
    if field.sign == "trailing":
        return f"{text}{'-' if amount < 0 else ' '}"
    return f"{'-' if amount < 0 else '0'}{text}"
