"""The text of a value without any padding, and back: what each type of field means, wherever its text stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from inkasso_formats.layout_field import MARKS, Field, FieldType, Value, is_digits
from inkasso_formats.layout_times import read_day, read_time, write_day, write_time

MOST_DIGITS = 18  # of a number or amount: what a database keeps as a whole number
_LIMIT = 10**MOST_DIGITS


def read_value(field: Field, text: str, how: str = "") -> Value:
    """The value of a text that stands for one. Raises ValueError with what was expected, `how` being added to it."""
    return _READERS[field.type](field, text, how)


def write_value(field: Field, value: Value) -> str:
    """The text of a value that is one, without padding. Raises ValueError with what was expected."""
    return _WRITERS[field.type](field, value)


# --- text to value ---------------------------------------------------------------------------------------------


def _read_text(_field: Field, text: str, _how: str) -> str:
    return text


def _read_digits(field: Field, text: str, how: str) -> str:
    if not is_digits(text):
        raise ValueError(f"digits expected{how}")
    if field.required and not text.strip("0"):
        raise ValueError("is required and zero")
    return text


def _read_reference(_field: Field, text: str, _how: str) -> str:
    if " " in text:
        raise ValueError("a reference holds no blanks inside")
    return text


def _read_number(field: Field, text: str, how: str) -> int:
    if not is_digits(text):
        raise ValueError(f"digits expected{how}")
    return not_zero(field, _whole(text))


def _read_amount(field: Field, text: str, how: str) -> int:
    return amount_of(field, *signed(field, text), how)


def _read_date(field: Field, text: str, _how: str) -> date:
    return read_day(field.form, text)


def _read_time(field: Field, text: str, _how: str) -> str:
    return read_time(field.form, text)


def _read_code(field: Field, text: str, _how: str) -> str:
    known(field, text)
    return text


def known(field: Field, code: str) -> None:
    """Raises ValueError where the field lists its codes, and this is none of them."""
    if field.values and code not in field.values:
        raise ValueError(f"one of {', '.join(field.values)} expected")


def not_zero(field: Field, value: int) -> int:
    """The number itself. Raises ValueError where it is required and zero."""
    if field.required and value == 0:
        raise ValueError("is required and zero")
    return value


def signed(field: Field, text: str) -> tuple[bool, str]:
    """Whether an amount without padding has the minus of its field, and its figures without that."""
    if field.sign == "leading" and text.startswith("-"):
        return True, text[1:]
    if field.sign == "trailing" and text.endswith("-"):
        return True, text[:-1]
    return False, text


def amount_of(field: Field, minus: bool, figures: str, how: str = "") -> int:
    """The amount of its figures, in the smallest unit. Raises ValueError with what was expected."""
    digits = figures
    if field.decimals != "implied":
        whole, _, part = figures.rpartition(MARKS[field.decimals])
        digits = whole + part if is_digits(whole) and len(part) == 2 else ""
    if not is_digits(digits):
        raise ValueError(f"{_example(field)} expected{how}")
    return not_zero(field, -_whole(digits) if minus else _whole(digits))


def _whole(digits: str) -> int:
    if len(digits.lstrip("0")) > MOST_DIGITS:
        raise ValueError(f"at most {MOST_DIGITS} digits expected")
    return int(digits)


def _example(field: Field) -> str:
    plus = f"1234{MARKS[field.decimals]}50"
    minus = {"none": "", "leading": f" or -{plus}", "trailing": f" or {plus}-"}[field.sign]
    unit = " (the last two are decimals)" if field.decimals == "implied" else ""
    return f"an amount like {plus}{minus}{unit}"


# --- value to text ---------------------------------------------------------------------------------------------


def text_of(value: Value) -> str:
    """A text as it is, None as none. Raises ValueError for anything else, and for control characters."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("text expected")  # noqa: TRY004  (a problem of data, reported with the others)
    if any(character < " " for character in value):
        raise ValueError("text without line breaks and control characters expected")
    return value


def _write_text(_field: Field, value: Value) -> str:
    return text_of(value)


def _write_digits(field: Field, value: Value) -> str:
    text = text_of(value)
    if not is_digits(text):
        raise ValueError("digits expected")
    if field.required and not text.strip("0"):
        raise ValueError("is required and zero")
    return text


def _write_reference(_field: Field, value: Value) -> str:
    text = text_of(value)
    if " " in text:
        raise ValueError("a reference holds no blanks")
    return text


def _write_code(field: Field, value: Value) -> str:
    text = text_of(value)
    known(field, text)
    return text


def _write_number(_field: Field, value: Value) -> str:
    return _few(f"{whole_number(value):d}")


def whole_number(value: Value) -> int:
    """The number that a value is, 0 where there is none. Raises ValueError where it is no number, or negative."""
    number = value or 0
    if not isinstance(number, int) or number < 0:
        raise ValueError("a whole number, not negative, expected")
    return number


def smallest_units(field: Field, value: Value) -> int:
    """The amount that a value is, 0 where there is none. Raises ValueError where it is none, or its minus has no place."""
    amount = value or 0
    if not isinstance(amount, int):
        raise ValueError("an amount in the smallest unit expected")  # noqa: TRY004  (as above)
    if amount < 0 and field.sign == "none":
        raise ValueError("an amount that is not negative expected")
    return amount


def _write_amount(field: Field, value: Value) -> str:
    amount = smallest_units(field, value)
    minus = "-" if amount < 0 else ""
    return (
        f"{figures(field, amount)}{minus}" if field.sign == "trailing" else f"{minus}{figures(field, amount)}"
    )


def figures(field: Field, amount: int) -> str:
    """An amount without its sign and without padding. Raises ValueError where it is too great for any file."""
    digits = _few(f"{abs(amount):d}")
    if field.decimals == "implied":
        return digits
    digits = digits.zfill(3)
    return f"{digits[:-2]}{MARKS[field.decimals]}{digits[-2:]}"


def _few(digits: str) -> str:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"at most {MOST_DIGITS} digits expected")
    return digits


def day_of(value: Value) -> date:
    """The day that a value is. Raises ValueError where it is none."""
    if not isinstance(value, date):
        raise ValueError("a date expected")  # noqa: TRY004  (as above)
    return value


def _write_date(field: Field, value: Value) -> str:
    return write_day(field.form, day_of(value))


def _write_time(field: Field, value: Value) -> str:
    return write_time(field.form, text_of(value))


_READERS: Mapping[FieldType, Callable[[Field, str, str], Value]] = {
    "text": _read_text,
    "digits": _read_digits,
    "reference": _read_reference,
    "number": _read_number,
    "amount": _read_amount,
    "date": _read_date,
    "time": _read_time,
    "code": _read_code,
}
_WRITERS: Mapping[FieldType, Callable[[Field, Value], str]] = {
    "text": _write_text,
    "digits": _write_digits,
    "reference": _write_reference,
    "number": _write_number,
    "amount": _write_amount,
    "date": _write_date,
    "time": _write_time,
    "code": _write_code,
}
