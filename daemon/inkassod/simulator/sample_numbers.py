"""Numbers with right check digits that belong to nobody: organisation numbers, test identity numbers, accounts."""

from __future__ import annotations

import random
from datetime import date, timedelta

from stdnum import luhn

from inkasso_formats.references import kid_mod10, kid_mod11

CUSTOMER_BASE, INVOICE_BASE = 1_000_000, 2_000_000
_FIRST_CHECK = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_EARLIEST_BIRTH, _BIRTH_DAYS = date(1945, 1, 1), 20_000


def organisation_number(chance: random.Random) -> str:
    """A Norwegian organisation number that starts with 3, as the tax authority's synthetic companies do."""
    return _with_mod11(chance, "3", 8)


def account(chance: random.Random) -> str:
    """A Norwegian bank account of 11 digits at a bank that does not exist."""
    return _with_mod11(chance, "0099", 10)


def synthetic_identity_number(chance: random.Random) -> str:
    """A Norwegian birth number of a synthetic person: the month is raised by 80, so nobody can have it."""
    while True:
        born = _EARLIEST_BIRTH + timedelta(days=chance.randrange(_BIRTH_DAYS))
        if born.year > 1999:  # numbers below 500 say 1900 to 1999
            continue
        digits = f"{born.day:02d}{born.month + 80:02d}{born.year % 100:02d}{chance.randrange(500):03d}"
        first = -sum(weight * int(digit) for weight, digit in zip(_FIRST_CHECK, digits, strict=True)) % 11
        number = kid_mod11(f"{digits}{first}") if first < 10 else "-"
        if not number.endswith("-"):
            return number


def swedish_organisation_number(chance: random.Random) -> str:
    """A Swedish organisation number that nobody has: no kind of company starts with 4. Ten digits, without the hyphen."""
    return _with_luhn(f"4{chance.randrange(10)}{chance.randrange(2, 10)}{chance.randrange(1_000_000):06d}")


def swedish_identity_number(chance: random.Random) -> str:
    """A Swedish personal identity number that nobody has: the serials of a day begin with 001. Ten digits, no hyphen."""
    born = _EARLIEST_BIRTH + timedelta(days=chance.randrange(_BIRTH_DAYS))
    return _with_luhn(f"{born:%y%m%d}000")


def bankgiro(chance: random.Random) -> str:
    """A bankgiro of eight digits, with its hyphen. That it is nobody's is not known, so it stands in test files only."""
    number = _with_luhn(f"990{chance.randrange(10_000):04d}")
    return f"{number[:4]}-{number[4:]}"


def customer_number(ordinal: int) -> str:
    """Seven digits."""
    return str(CUSTOMER_BASE + ordinal)


def invoice_number(ordinal: int) -> str:
    """Seven digits."""
    return str(INVOICE_BASE + ordinal)


def reference(customer_no: str, invoice_no: str) -> str:
    """The KID: customer, invoice, check digit by mod 10."""
    return kid_mod10(customer_no + invoice_no)


def _with_luhn(digits: str) -> str:
    return f"{digits}{luhn.calc_check_digit(digits)}"


def _with_mod11(chance: random.Random, start: str, digits: int) -> str:
    while True:
        rest = "".join(str(chance.randrange(10)) for _ in range(digits - len(start)))
        number = kid_mod11(start + rest)
        if not number.endswith("-"):
            return number
