"""Amounts and dates of camt messages: text to numbers of the smallest unit and days, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

# ISO 4217: currencies whose smallest unit is not a hundredth.
_DECIMALS: Mapping[str, int] = dict.fromkeys(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ),
    0,
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
_MOST_DIGITS = 18  # ISO 20022, ActiveOrHistoricCurrencyAndAmount: total digits
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]{5,15})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def is_currency(text: str) -> bool:
    """Whether the text has the shape of a currency code: three capitals."""
    return _CURRENCY.fullmatch(text) is not None


def decimals(currency: str) -> int:
    """How many decimals an amount of the currency may have."""
    return _DECIMALS.get(currency, 2)


def minor_units(text: str, currency: str) -> int:
    """An amount in the smallest unit of its currency. Raises ValueError with what was expected, as a fragment."""
    whole, _, part = text.partition(".")
    places = _DECIMALS.get(currency, 2)
    digits = whole + (part if len(part) == places else part.ljust(places, "0"))
    if (
        not whole
        or len(part) > places
        or len(digits) > _MOST_DIGITS
        or not (digits.isascii() and digits.isdigit())
    ):
        raise ValueError(_expected(text, currency))
    return int(digits)


def as_text(amount: int, currency: str) -> str:
    """An amount of the smallest unit with the decimals of its currency: 12550 NOK as `125.50`."""
    places = _DECIMALS.get(currency, 2)
    digits = str(abs(amount)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if amount < 0 else text


@lru_cache(maxsize=1024)
def day(text: str) -> date:
    """The day of a date, or of a date and time, as it is written. Raises ValueError with what was expected."""
    matched = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(matched[1] if matched else "")
    except ValueError:
        raise ValueError("a date such as 2026-10-06 expected") from None


def _expected(text: str, currency: str) -> str:
    places = decimals(currency)
    if re.fullmatch(r"[0-9]+\.[0-9]+", text) and len(text) <= _MOST_DIGITS:
        return f"{currency} has {places} decimals; more of them are no amount that can be booked"
    return f"an amount of {currency} expected: digits, and behind a point at most {places} decimals"
