"""One field of a fixed-width record: its declaration, its text read as a value, a value written as its text.

Values: text, digits, references and codes are `str`, numbers `int`, amounts `int` in the smallest unit (øre), dates `date`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

type_names = ("text", "digits", "reference", "number", "amount", "date", "code", "constant", "filler")
FieldType = Literal["text", "digits", "reference", "number", "amount", "date", "code", "constant", "filler"]
Value = str | int | date | None

DATE_FORMS: Mapping[str, Mapping[str, slice]] = {
    "YYYYMMDD": {"year": slice(0, 4), "month": slice(4, 6), "day": slice(6, 8)},
    "YYMMDD": {"year": slice(0, 2), "month": slice(2, 4), "day": slice(4, 6)},
    "DDMMYY": {"day": slice(0, 2), "month": slice(2, 4), "year": slice(4, 6)},
    "DDMMYYYY": {"day": slice(0, 2), "month": slice(2, 4), "year": slice(4, 8)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record.

    `start` counts from 1. `required`: blank (or zeros, for digits, numbers, amounts and dates) is refused. `form` is
    the form of a date; two digits of a year mean 1969 to 2068. `sign` of an amount: "none" refuses a minus, "leading"
    keeps the first position for `-`, and a blank or zero for plus. `values` lists the codes that are allowed (code);
    empty means that any is taken. `constant` is the text of a constant, or the character that fills a filler (else
    a blank). `meaning` is one sentence for the position table.
    """

    name: str
    start: int
    length: int
    type: FieldType = "text"
    required: bool = False
    form: str = "YYYYMMDD"
    sign: Literal["none", "leading"] = "none"
    values: tuple[str, ...] = ()
    constant: str = ""
    meaning: str = ""

    @property
    def end(self) -> int:
        """The last position, inclusive."""
        return self.start + self.length - 1

    @property
    def position(self) -> tuple[int, int]:
        """First and last position, from 1, inclusive."""
        return (self.start, self.end)


def is_digits(text: str) -> bool:
    """Whether the text is ASCII digits only (`str.isdigit` takes other scripts and superscripts too)."""
    return text.isascii() and text.isdigit()


# --- text to value ---------------------------------------------------------------------------------------------

Reader = Callable[[Field, str], Value]


def read(field: Field, raw: str) -> Value:
    """The value of a field's text, `raw` being exactly its positions. Raises ValueError with what was expected."""
    return READERS[field.type](field, raw)


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
    return _not_zero(field, int(raw))


def _read_amount(field: Field, raw: str) -> int:
    if field.sign == "none":
        if not is_digits(raw):
            raise ValueError(f"{field.length} digits expected, the last two are decimals")
        return _not_zero(field, int(raw))
    if raw[0] not in "-0 " or not is_digits(raw[1:]):
        raise ValueError(f"a sign and {field.length - 1} digits expected, the last two are decimals")
    return _not_zero(field, -int(raw[1:]) if raw[0] == "-" else int(raw[1:]))


def _not_zero(field: Field, value: int) -> int:
    if field.required and value == 0:
        raise ValueError("is required and zero")
    return value


def _read_date(field: Field, raw: str) -> date | None:
    if not raw.strip(" 0"):
        if field.required:
            raise ValueError(f"a date {field.form} is required")
        return None
    return _day(field.form, raw)


# Where a file keeps two digits of a year, they are read as POSIX reads them (strptime, %y).
FIRST_YEAR = 1969
TWO_DIGITS = f"a year from {FIRST_YEAR} to {FIRST_YEAR + 99} expected"


@lru_cache(maxsize=1024)  # a file names a few days many times
def _day(form: str, raw: str) -> date:
    if not is_digits(raw):
        raise ValueError(f"a date {form} expected")
    parts = {part: int(raw[at]) for part, at in DATE_FORMS[form].items()}
    if "YYYY" not in form:
        parts["year"] += 2000 if parts["year"] < FIRST_YEAR - 1900 else 1900
    try:
        return date(**parts)
    except ValueError:
        raise ValueError(f"no such day: a date {form} expected") from None


def _read_code(field: Field, raw: str) -> str:
    value = raw.strip(" ")
    if field.required and not value:
        raise ValueError("is required and blank")
    if value:
        _known(field, value)
    return value


def _known(field: Field, value: str) -> None:
    if field.values and value not in field.values:
        raise ValueError(f"one of {', '.join(field.values)} expected")


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
    "code": _read_code,
    "constant": _read_constant,
    "filler": _read_filler,
}


# --- value to text ---------------------------------------------------------------------------------------------


def write(field: Field, value: Value) -> str:
    """The text of a value, exactly as long as the field. None and "" are written blank, or zero for numbers and dates.

    Raises ValueError with what was expected: a required value missing, the wrong type, one that does not fit.
    """
    if field.type == "constant":
        return field.constant
    if field.type == "filler":
        return (field.constant or " ") * field.length
    if field.required and value in _NOTHING[field.type]:
        raise ValueError("is required and missing")
    text = _WRITERS[field.type](field, value)
    if len(text) > field.length:
        raise ValueError(f"{len(text)} characters; the field has room for {field.length}")
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
    "code": _NO_TEXT,
}


def _write_text(_field: Field, value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("text expected")  # noqa: TRY004  (a problem of data, reported with the others)
    if any(character < " " for character in value):
        raise ValueError("text without line breaks and control characters expected")
    return value


def _write_digits(field: Field, value: Value) -> str:
    text = _write_text(field, value)
    if not text:
        return ""
    if not is_digits(text):
        raise ValueError("digits expected")
    if field.required and not text.strip("0"):
        raise ValueError("is required and zero")
    return text.zfill(field.length)


def _write_reference(field: Field, value: Value) -> str:
    text = _write_text(field, value)
    if " " in text:
        raise ValueError("a reference holds no blanks")
    return text


def _write_code(field: Field, value: Value) -> str:
    text = _write_text(field, value)
    if text:
        _known(field, text)
    return text


def _write_number(field: Field, value: Value) -> str:
    number = value or 0
    if not isinstance(number, int) or number < 0:
        raise ValueError("a whole number, not negative, expected")
    return f"{number:0{field.length}d}"


def _write_amount(field: Field, value: Value) -> str:
    amount = value or 0
    if not isinstance(amount, int):
        raise ValueError("an amount in the smallest unit expected")  # noqa: TRY004  (as above)
    if field.sign == "leading":
        return f"{'-' if amount < 0 else '0'}{abs(amount):0{field.length - 1}d}"
    if amount < 0:
        raise ValueError("an amount that is not negative expected")
    return f"{amount:0{field.length}d}"


def _write_date(field: Field, value: Value) -> str:
    if not value:
        return "0" * field.length
    if not isinstance(value, date):
        raise ValueError("a date expected")  # noqa: TRY004  (as above)
    year = f"{value.year:04d}"
    if "YYYY" not in field.form:
        if not FIRST_YEAR <= value.year < FIRST_YEAR + 100:
            raise ValueError(f"{TWO_DIGITS}: the field keeps two digits of it")
        year = year[2:]
    parts = {"year": year, "month": f"{value.month:02d}", "day": f"{value.day:02d}"}
    return "".join(parts[part] for part in DATE_FORMS[field.form])


_WRITERS: Mapping[FieldType, Callable[[Field, Value], str]] = {
    "text": _write_text,
    "digits": _write_digits,
    "reference": _write_reference,
    "number": _write_number,
    "amount": _write_amount,
    "date": _write_date,
    "code": _write_code,
}
