"""Numbers that carry check digits: payment references, bank accounts, identity numbers.

KID rules: Nets, "System specification OCR giro" (2010), chapter 5. Lengths of 2 to 25 are taken, because banks and
agreements differ and a reader must not lose a payment. The rules of the other references stand in `reference_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from stdnum import luhn
from stdnum.exceptions import InvalidChecksum, InvalidFormat, ValidationError
from stdnum.fi import hetu, ytunnus
from stdnum.no import fodselsnummer, orgnr
from stdnum.se import orgnr as organisationsnummer
from stdnum.util import clean

from inkasso_formats.reference_rules import (
    OcrControl,
    OcrLevel,
    Verdict,
    finnish_iban,
    judge_ocr_number,
    length_digit_holds,
    mod10,
    mod10_731,
    mod11,
    ocr_number,
    ocr_number_holds,
    rf,
    rf_holds,
    rf_of_viite,
    viite,
    viite_holds,
    viite_of_rf,
)

__all__ = [
    "OcrControl",
    "OcrLevel",
    "ReferenceKind",
    "ReferenceKinds",
    "Verdict",
    "account_key",
    "compact",
    "finnish_iban",
    "identity_problem",
    "is_kid",
    "judge_ocr_number",
    "kid_holds",
    "kid_mod10",
    "kid_mod11",
    "length_digit_holds",
    "ocr_number",
    "ocr_number_holds",
    "rf",
    "rf_holds",
    "rf_of_viite",
    "viite",
    "viite_holds",
    "viite_of_rf",
    "what_is",
]

_KID = re.compile(r"[0-9]{1,24}[0-9-]")
_BIRTH_NUMBER = re.compile(r"[0-9]{11}")
_PERSONAL_NUMBER = re.compile(r"([0-9]{2})?[0-9]{10}")
_NORWEGIAN_DIGITS = 11  # of a bank account (BBAN); behind `NO` and two check digits it is the IBAN


def is_kid(text: str) -> bool:
    """Whether the text has the shape of a KID: 2 to 25 digits, the last of which may be `-`. Check digits are not judged."""
    return _KID.fullmatch(text) is not None


def kid_mod10(digits: str) -> str:
    """The digits with their mod 10 check digit behind them. Raises ValueError unless they are 1 to 24 digits."""
    return _with_check(digits, mod10)


def kid_mod11(digits: str) -> str:
    """The digits with their mod 11 check character behind them, which is `-` for ten. Raises ValueError as `kid_mod10`."""
    return _with_check(digits, mod11)


def kid_holds(text: str) -> bool:
    """Whether the text is a KID whose check digit is right by mod 10 or by mod 11.

    Which of the two an agreement uses cannot be told from a file, so both are taken.
    """
    return is_kid(text) and text[-1] in {mod10(text[:-1]), mod11(text[:-1])}


def _with_check(digits: str, check: Callable[[str], str]) -> str:
    if not is_kid(f"{digits}0"):
        raise ValueError(f"1 to 24 digits expected, not {digits!r}")
    return digits + check(digits)


# --- what a reference is -------------------------------------------------------------------------------------

ReferenceKind = Literal["kid_mod10", "kid_mod11", "ocr_number", "ocr_number_with_length", "viite", "rf"]


@dataclass(frozen=True, slots=True)
class ReferenceKinds:
    """What a reference can be, in compact form; where it can be nothing, `reason` says why."""

    text: str
    kinds: tuple[ReferenceKind, ...]
    reason: str = ""


_KINDS: Mapping[ReferenceKind, Callable[[str], bool]] = {
    "kid_mod10": lambda text: is_kid(text) and text[-1] == mod10(text[:-1]),
    "kid_mod11": lambda text: is_kid(text) and text[-1] == mod11(text[:-1]),
    "ocr_number": ocr_number_holds,
    "ocr_number_with_length": length_digit_holds,
    "viite": viite_holds,
    "rf": rf_holds,
}


def compact(text: str) -> str:
    """A reference without the blanks of its printed groups, in capitals."""
    return "".join(text.split()).upper()


def what_is(text: str) -> ReferenceKinds:
    """Every kind of reference that the text can be by its shape and check digits, or why it is none.

    A number often is of several kinds: which one is meant, the agreement or the country says, never the number.
    """
    number = compact(text)
    kinds = tuple(kind for kind, holds in _KINDS.items() if holds(number))
    return ReferenceKinds(number, kinds, "" if kinds else _why_nothing(number))


def _why_nothing(number: str) -> str:
    if not number:
        return "is empty"
    if number.startswith("RF"):
        return _why_no_rf(number)
    if is_kid(number):
        body = number[:-1]
        return (
            f"ends in {number[-1]}; a check digit would be {mod10(body)} by mod 10 (KID, OCR number), "
            f"{mod11(body)} by mod 11 (KID), {mod10_731(body)} by 7-3-1 (viite)"
        )
    odd = next((sign for sign in number if not (sign.isascii() and sign.isdigit())), None)
    if odd is not None:
        return f"holds {odd!r}; digits expected (the last of a KID may be `-`), or `RF` with two check digits"
    return f"has {len(number)} digit{'' if len(number) == 1 else 's'}; 2 to 25 expected"


def _why_no_rf(number: str) -> str:
    try:
        right = rf(number[4:])
    except ValueError as error:
        return f"begins like an RF reference, but behind the check digits {error}"
    return f"has the check digits {number[2:4]}; {right[2:4]} expected (ISO 11649)"


# --- accounts and identity numbers ----------------------------------------------------------------------------


def account_key(text: str) -> str:
    """One form for each bank account, so that accounts can be compared whichever way they are written.

    A Norwegian account of 11 digits and its IBAN give the 11 digits; another IBAN gives itself, in capitals without
    blanks; zeros and an empty text give "". Check digits are not judged: banks deliver accounts that fail them
    (one of twenty in the format owner's own example), and a wrong number equals no other.
    """
    key = re.sub(r"[\s.-]", "", text).upper()
    if key.startswith("NO") and len(key) == len("NO") + 2 + _NORWEGIAN_DIGITS:
        key = key.removeprefix("NO")[2:]
    return key if key.strip("0") else ""


def _norwegian_birth_number(text: str) -> str:
    # The library's own validate() compares with today's date; the two check digits need no clock.
    number = clean(text, " ")
    if not _BIRTH_NUMBER.fullmatch(number):
        raise InvalidFormat
    expected = fodselsnummer.calc_check_digit1(number) + fodselsnummer.calc_check_digit2(number)
    if number[-2:] != expected:
        raise InvalidChecksum
    return number


def _swedish_personal_number(text: str) -> str:
    # The library's own validate() needs today's date for the century; the check digit stands on the last ten digits.
    number = clean(text, " -+")
    if not _PERSONAL_NUMBER.fullmatch(number):
        raise InvalidFormat
    return luhn.validate(number[-10:])


_IDENTITY: Mapping[tuple[str, str], tuple[str, Callable[[str], str]]] = {
    ("company", "NO"): ("Norwegian organisation number", orgnr.validate),
    ("private", "NO"): ("Norwegian birth number", _norwegian_birth_number),
    ("company", "SE"): ("Swedish organisation number", organisationsnummer.validate),
    ("private", "SE"): ("Swedish personal number", _swedish_personal_number),
    ("company", "FI"): ("Finnish business id (Y-tunnus)", ytunnus.validate),
    ("private", "FI"): ("Finnish personal identity code (hetu)", hetu.validate),
}


def identity_problem(id_number: str, kind: str, country: str) -> str | None:
    """What is wrong with a person's or company's identity number, as a sentence fragment; None if it holds.

    `kind` is private or company, `country` an ISO 3166 alpha-2 code. An empty number, or one of a country
    whose rules are not known here, has nothing wrong with it.
    """
    known = _IDENTITY.get((kind, country))
    if not id_number or known is None:
        return None
    name, validate = known
    try:
        validate(id_number)
    except ValidationError:
        return f"is no {name}"
    return None
