"""The text of one value to what it means, per column; and back for amounts.

Amounts are `int` in hundredths (øre). Every refusal is a `RefusedError` whose text is the rule that was broken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from inkasso_formats.feed.codes import COUNTRIES, CURRENCIES, LANGUAGES
from inkasso_formats.feed.columns import Column, Kind

Value = str | int | bool | date | tuple[str, ...] | None
Convert = Callable[[str], Value]
Parse = Callable[[Column, str], Value]

EARLIEST, LATEST = date(1900, 1, 1), date(2099, 12, 31)  # what lies outside is a slip of the pen, not a claim

_AMOUNT = re.compile(r"(-?\d{1,12})(?:[.,](\d{1,2}))?", re.ASCII)
_MANY_DIGITS = re.compile(r"-?\d{13,}(?:[.,]\d{1,2})?", re.ASCII)
_MANY_DECIMALS = re.compile(r"-?\d+[.,]\d{3,}", re.ASCII)
_THOUSANDS = re.compile(r"-?\d{1,3}(?:[ \u00a0\u202f'’.,]\d{3})+(?:[.,]\d{1,2})?", re.ASCII)
_LINE_BREAKS = re.compile(r"\s*[\t\n\r\v\f\x85\u2028\u2029]\s*")


class RefusedError(ValueError):
    """A value that breaks a rule; its text is the rule as a sentence fragment."""


class MissingError(RefusedError):
    """A required value that is empty."""


def converter(column: Column) -> Convert:
    """The function that turns the raw text of this column into its value. The function raises RefusedError."""
    parse, required, empty = _PARSERS[column.kind], column.required, column.empty

    def convert(raw: str) -> Value:
        text = raw.strip()
        if text:
            return parse(column, text)
        if required:
            raise MissingError("must be filled in")
        return empty

    return convert


def parse_amount(text: str) -> int:
    """Hundredths of `1234.50`, `1234,50`, `1234,5`, `1234` or `-1234`. Raises RefusedError."""
    if text[-3:-2] in {".", ","}:
        digits = text[:-3] + text[-2:]  # by far the commonest form, so worth a short cut past the expression
        if digits.isdecimal() and digits.isascii() and 3 <= len(digits) <= 14:
            return int(digits)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise RefusedError(_amount_rule(text))
    whole, decimals = match.groups()
    return int(whole + (decimals or "").ljust(2, "0"))


@lru_cache(maxsize=4096)  # a file of a million rows has some hundreds of different days
def parse_date(text: str) -> date:
    """The day of `2026-01-31`, the only form of ISO 8601 that is taken. Raises RefusedError."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise RefusedError("a date as YYYY-MM-DD expected")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise RefusedError("a day of the calendar as YYYY-MM-DD expected") from None
    if not EARLIEST <= day <= LATEST:
        raise RefusedError(f"a date from {EARLIEST} to {LATEST} expected")
    return day


def amount_text(amount: int) -> str:
    """Hundredths as text with two decimals and a point: -5 is `-0.05`."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def _amount_rule(text: str) -> str:
    if _MANY_DECIMALS.fullmatch(text):
        return "at most two decimals and no thousands separator expected, as in 1234.50 or 1234,50"
    if _THOUSANDS.fullmatch(text):
        return "no thousands separator expected: write it as 1234.50 or 1234,50"
    if _MANY_DIGITS.fullmatch(text):
        return "at most 12 digits before the decimals expected"
    return "an amount as 1234.50 or 1234,50 expected"


def _amount(column: Column, text: str) -> int:
    amount = parse_amount(text)
    if column.least is not None and amount < column.least:
        raise RefusedError(f"{amount_text(column.least)} or more expected")
    return amount


def _date(_column: Column, text: str) -> date:
    return parse_date(text)


def _text(column: Column, text: str) -> str:
    if not text.isprintable():
        text = _printable(text)
    if len(text) > column.longest:
        raise RefusedError(f"at most {column.longest} characters expected, {len(text)} found")
    return text


def _printable(text: str) -> str:
    """Line breaks and tabs as one blank, for the texts go into files of one line a record."""
    text = _LINE_BREAKS.sub(" ", text)
    for place, character in enumerate(text, 1):
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise RefusedError(f"no control characters expected: character {place} is U+{ord(character):04X}")
    return text


def _number(column: Column, text: str) -> str:
    text = _text(column, text)
    if " " in text or not text.isprintable():
        raise RefusedError("no blanks or invisible characters within it expected")
    return text


def _reference(column: Column, text: str) -> str:
    reference = "".join(text.split())
    if (
        not reference.removesuffix("-").isalnum() or not reference.isascii()
    ):  # a KID may end in "-" (modulus 11)
        raise RefusedError("a payment reference of digits or letters expected")
    return _text(column, reference)


def _numbers(column: Column, text: str) -> tuple[str, ...]:
    numbers = tuple(_text(column, number) for number in text.split())
    if len(set(numbers)) < len(numbers):
        raise RefusedError("each invoice number once expected")
    return numbers


def _choice(column: Column, text: str) -> str:
    lowered = text.lower()
    if lowered not in column.choices:
        raise RefusedError(f"one of {', '.join(column.choices)} expected")
    return lowered


def _currency(_column: Column, text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise RefusedError("the ISO 4217 code of a currency with two decimals expected, as NOK")
    return text.upper()


def _country(_column: Column, text: str) -> str:
    if text.upper() not in COUNTRIES:
        raise RefusedError("an ISO 3166 alpha-2 code expected, as NO")
    return text.upper()


def _language(_column: Column, text: str) -> str:
    if text.lower() not in LANGUAGES:
        raise RefusedError("an ISO 639-1 code expected, as nb")
    return text.lower()


def _boolean(_column: Column, text: str) -> bool:
    lowered = text.lower()
    if lowered not in {"true", "false"}:
        raise RefusedError("true or false expected")
    return lowered == "true"


def _integer(column: Column, text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 9:
        number = int(text)
        if (column.least or 0) <= number <= (column.most or number):
            return number
    raise RefusedError(f"a whole number from {column.least} to {column.most} expected")


_PARSERS: Mapping[Kind, Parse] = {
    Kind.NUMBER: _number,
    Kind.REFERENCE: _reference,
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.DATE: _date,
    Kind.AMOUNT: _amount,
    Kind.CURRENCY: _currency,
    Kind.COUNTRY: _country,
    Kind.LANGUAGE: _language,
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.NUMBERS: _numbers,
}
