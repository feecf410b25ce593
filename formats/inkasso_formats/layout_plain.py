"""Fixed-width fields that say no more than their type and its form: the quick way to read and write them.

`layout_cells` says which fields these are; each function here does what `layout_options` would do with such a field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from inkasso_formats.layout_field import Field, FieldType, Value, is_digits
from inkasso_formats.layout_times import read_day, read_time, write_day, write_time
from inkasso_formats.layout_values import (
    day_of,
    known,
    not_zero,
    smallest_units,
    text_of,
    whole_number,
)

Reader = Callable[[Field, str], Value]
Writer = Callable[[Field, Value], str]

# --- text to value ---------------------------------------------------------------------------------------------


def _read_text(field: Field, raw: str) -> str:
    value = raw.rstrip(" ")
    if field.required and not value:
        raise ValueError("is required and blank")
    return value


def _read_digits(field: Field, raw: str) -> str:
    if not is_digits(raw):
        if not raw.strip(" ") and not field.required:
            return ""
        raise ValueError(f"{field.length} digits expected")
    if field.required and not raw.strip("0"):
        raise ValueError("is required and zero")
    return raw


def _read_reference(field: Field, raw: str) -> str:
    value = raw.strip(" ")
    if field.required and not value:
        raise ValueError("is required and blank")
    if " " in value:
        raise ValueError("a reference holds no blanks inside")
    return value


def _read_number(field: Field, raw: str) -> int:
    if not is_digits(raw):
        raise ValueError(f"{field.length} digits expected")
    return not_zero(field, int(raw))


def _read_amount(field: Field, raw: str) -> int:
    if field.sign == "none":
        if not is_digits(raw):
            raise ValueError(f"{field.length} digits expected, the last two are decimals")
        return not_zero(field, int(raw))
    if raw[0] not in "-0 " or not is_digits(raw[1:]):
        raise ValueError(f"a sign and {field.length - 1} digits expected, the last two are decimals")
    return not_zero(field, -int(raw[1:]) if raw[0] == "-" else int(raw[1:]))


def _read_date(field: Field, raw: str) -> date | None:
    if not raw.strip(" 0"):
        if field.required:
            raise ValueError(f"a date {field.form} is required")
        return None
    return read_day(field.form, raw)


def _read_time(field: Field, raw: str) -> str:
    if not raw.strip(" "):
        if field.required:
            raise ValueError(f"a time {field.form} is required")
        return ""
    return read_time(field.form, raw)


def _read_code(field: Field, raw: str) -> str:
    value = raw.strip(" ")
    if field.required and not value:
        raise ValueError("is required and blank")
    if value:
        known(field, value)
    return value


def _read_constant(field: Field, raw: str) -> str:
    if raw != field.constant:
        raise ValueError(f"{field.constant!r} expected")
    return raw


def _read_filler(_field: Field, raw: str) -> str:
    return raw


READERS: Mapping[FieldType, Reader] = {
    "text": _read_text,
    "digits": _read_digits,
    "reference": _read_reference,
    "number": _read_number,
    "amount": _read_amount,
    "date": _read_date,
    "time": _read_time,
    "code": _read_code,
    "constant": _read_constant,
    "filler": _read_filler,
}


# --- value to text ---------------------------------------------------------------------------------------------


def write_plain(field: Field, value: Value) -> str:
    """The text of a value, exactly as long as the field. Raises ValueError with what was expected."""
    if field.type == "constant":
        return field.constant
    if field.type == "filler":
        return (field.constant or " ") * field.length
    if field.required and value in _NOTHING[field.type]:
        raise ValueError("is required and missing")
    text = _WRITERS[field.type](field, value)
    if len(text) > field.length:
        raise ValueError(f"{len(text)} characters; the field has room for {field.length}")
    if field.required and not text.strip(" "):
        raise ValueError("is required and missing")
    return text.rjust(field.length) if field.type == "reference" else text.ljust(field.length)


_NO_TEXT: tuple[Value, ...] = (None, "")
_NO_NUMBER: tuple[Value, ...] = (None, "", 0)
_NOTHING: Mapping[FieldType, tuple[Value, ...]] = {
    "text": _NO_TEXT,
    "digits": _NO_TEXT,
    "reference": _NO_TEXT,
    "number": _NO_NUMBER,
    "amount": _NO_NUMBER,
    "date": _NO_TEXT,
    "time": _NO_TEXT,
    "code": _NO_TEXT,
}


def _write_text(_field: Field, value: Value) -> str:
    return text_of(value)


def _write_digits(field: Field, value: Value) -> str:
    text = text_of(value)
    if not text:
        return ""
    if not is_digits(text):
        raise ValueError("digits expected")
    if field.required and not text.strip("0"):
        raise ValueError("is required and zero")
    return text.zfill(field.length)


def _write_reference(_field: Field, value: Value) -> str:
    text = text_of(value)
    if " " in text:
        raise ValueError("a reference holds no blanks")
    return text


def _write_code(field: Field, value: Value) -> str:
    text = text_of(value)
    if text.strip(" "):
        known(field, text)
    return text


def _write_number(field: Field, value: Value) -> str:
    return f"{whole_number(value):0{field.length}d}"


def _write_amount(field: Field, value: Value) -> str:
    amount = smallest_units(field, value)
    if field.sign == "leading":
        return f"{'-' if amount < 0 else '0'}{abs(amount):0{field.length - 1}d}"
    return f"{amount:0{field.length}d}"


def _write_date(field: Field, value: Value) -> str:
    return write_day(field.form, day_of(value)) if value else "0" * field.length


def _write_time(field: Field, value: Value) -> str:
    text = text_of(value)
    return write_time(field.form, text) if text else ""


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
