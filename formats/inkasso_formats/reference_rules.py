"""The rules by which payment references are made and checked: digits and text in, check digits and verdicts out.

Swedish OCR number: Bankgirot, "OCR-referenskontroll" (mod 10, four levels of control). Finnish reference (viite): Finance
Finland's rule of weights 7, 3, 1. RF creditor reference: ISO 11649. KID: `references`, whose mod 10 and mod 11 stand here.
References are given without blanks; `references.compact` takes away those that print in groups.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from typing import Literal

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # the digits of twice a digit, added
_OCR_NUMBER = re.compile(r"[0-9]{2,25}")
_VIITE = re.compile(r"[1-9][0-9]{3,19}")
_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_FINNISH_BBAN = re.compile(r"[0-9]{14}")

OcrLevel = Literal["soft", "hard", "length_digit", "fixed_lengths"]


def mod10(digits: str) -> str:
    """The mod 10 check digit of digits (Luhn): weights 2, 1 from the right, the digits of the products added."""
    doubled = sum(_DOUBLED[int(digit)] for digit in digits[::-2])
    return str(-(doubled + sum(int(digit) for digit in digits[-2::-2])) % 10)


def mod11(digits: str) -> str:
    """The mod 11 check character of digits: weights 2 to 7 from the right; `-` for ten."""
    total = _weighted(digits, range(2, 8))
    check = -total % 11
    return "-" if check == 10 else str(check)


def mod10_731(digits: str) -> str:
    """The check digit of a Finnish reference: weights 7, 3, 1 from the right; the distance to the next ten."""
    return str(-_weighted(digits, (7, 3, 1)) % 10)


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(cycle(weights), reversed(digits), strict=False))


# --- Swedish OCR number ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrControl:
    """How a bankgiro's OCR numbers are controlled: the four levels of Bankgirot, all with a mod 10 check digit.

    `soft`: a wrong number is let through and the payer warned; `hard`: it is refused; `length_digit`: the last digit but
    one is the number of digits, modulo 10; `fixed_lengths`: one or two `lengths` (digits, check digit included) are taken.
    Raises ValueError where level and lengths do not go together.
    """

    level: OcrLevel
    lengths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        expected = {1, 2} if self.level == "fixed_lengths" else {0}
        if len(self.lengths) not in expected:
            raise ValueError(
                f"level {self.level}: {' or '.join(map(str, sorted(expected)))} lengths expected"
            )
        if not all(2 <= length <= 25 for length in self.lengths):
            raise ValueError("lengths from 2 to 25 expected")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a control lets a reference through, and what is wrong with it; soft control lets wrong ones through."""

    accepted: bool
    problem: str = ""


def ocr_number(digits: str, *, length_digit: bool = False) -> str:
    """The digits as an OCR number: with the length digit where asked for, and the check digit behind.

    The length digit counts in the check digit. Raises ValueError unless the number gets 2 to 25 digits.
    """
    body = f"{digits}{(len(digits) + 2) % 10}" if length_digit else digits
    if not digits or not _OCR_NUMBER.fullmatch(f"{body}0"):
        raise ValueError(f"1 to {23 if length_digit else 24} digits expected, not {digits!r}")
    return body + mod10(body)


def ocr_number_holds(text: str) -> bool:
    """Whether the text is 2 to 25 digits, the last of which is right by mod 10."""
    return bool(_OCR_NUMBER.fullmatch(text)) and text[-1] == mod10(text[:-1])


def length_digit_holds(text: str) -> bool:
    """Whether the last digit but one of an OCR number says how many digits it has, modulo 10; 3 digits at least."""
    return ocr_number_holds(text) and len(text) > 2 and int(text[-2]) == len(text) % 10


def judge_ocr_number(text: str, control: OcrControl) -> Verdict:
    """What the control says of the text as an OCR number."""
    problem = _ocr_problem(text, control)
    return Verdict(accepted=not problem or control.level == "soft", problem=problem)


def _ocr_problem(text: str, control: OcrControl) -> str:
    if not _OCR_NUMBER.fullmatch(text):
        return "2 to 25 digits expected"
    if control.lengths and len(text) not in control.lengths:
        return f"{len(text)} digits; {' or '.join(map(str, control.lengths))} expected"
    if text[-1] != mod10(text[:-1]):
        return f"check digit {text[-1]}; {mod10(text[:-1])} expected (mod 10)"
    if control.level == "length_digit" and not length_digit_holds(text):
        return f"length digit {text[-2]}; {len(text) % 10} expected for {len(text)} digits"
    return ""


# --- Finnish reference and RF ------------------------------------------------------------------------------------


def viite(digits: str) -> str:
    """The digits as a Finnish reference, with its check digit behind. Raises ValueError unless 3 to 19 without a leading zero."""
    if not _VIITE.fullmatch(f"{digits}0"):
        raise ValueError(f"3 to 19 digits, the first not 0, expected, not {digits!r}")
    return digits + mod10_731(digits)


def viite_holds(text: str) -> bool:
    """Whether the text is a Finnish reference: 4 to 20 digits, leading zeros apart, the last right by weights 7, 3, 1."""
    number = text.lstrip("0")
    return bool(_VIITE.fullmatch(number)) and number[-1] == mod10_731(number[:-1])


def rf(text: str) -> str:
    """The text as an RF creditor reference. Raises ValueError unless it is 1 to 21 digits and capital letters."""
    if not _RF.fullmatch(f"RF00{text}"):
        raise ValueError(f"1 to 21 digits and capital letters expected, not {text!r}")
    return f"RF{_mod97_digits('RF', text)}{text}"


def rf_holds(text: str) -> bool:
    """Whether the text is an RF creditor reference whose two check digits are right."""
    return bool(_RF.fullmatch(text)) and text[2:4] == _mod97_digits("RF", text[4:])


def rf_of_viite(text: str) -> str:
    """The RF reference of a Finnish reference, without its leading zeros. Raises ValueError where that does not hold."""
    if not viite_holds(text):
        raise ValueError(f"a Finnish reference expected, not {text!r}")
    return rf(text.lstrip("0"))


def viite_of_rf(text: str) -> str:
    """The Finnish reference in an RF reference. Raises ValueError where either does not hold."""
    if not rf_holds(text) or not viite_holds(text[4:]):
        raise ValueError(f"an RF reference that holds a Finnish one expected, not {text!r}")
    return text[4:].lstrip("0")


@lru_cache(maxsize=1024)  # a file names a few accounts many times
def finnish_iban(bban: str) -> str:
    """The IBAN of a Finnish account, given as the 14 digits of its machine form. Raises ValueError for anything else."""
    if not _FINNISH_BBAN.fullmatch(bban):
        raise ValueError(f"14 digits expected, not {bban!r}")
    return f"FI{_mod97_digits('FI', bban)}{bban}"


def _mod97_digits(prefix: str, text: str) -> str:
    """The check digits of ISO 7064 mod 97-10, as ISO 11649 and IBAN use them: A is 10, Z is 35."""
    number = "".join(str(int(character, 36)) for character in f"{text}{prefix}00")
    return f"{98 - int(number) % 97:02d}"
