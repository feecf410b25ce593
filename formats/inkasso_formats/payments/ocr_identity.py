"""The identity of a payment of OCR Giro: the same whenever the same payment is delivered again, and no other's.

A transaction number may repeat, so that two payments can be equal in all that they say: their order in the file tells
them apart, by a number at the end. Where the numbers of an assignment only rise, no two can be equal, and nothing need
be remembered; that is how a large file is read without its identities in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from inkasso_formats.layout_columns import Characters, texts_of
from inkasso_formats.payments.ocr_digits import numerals, rise
from inkasso_formats.payments.ocr_frame import OpenAssignment, OpenTransmission

FIRST = "-1"  # the end of an identity until it is known that it stands there a second time


class OutOfOrder(Exception):  # noqa: N818  (no error: it asks for another way of reading)
    """The transaction numbers of an assignment do not only rise."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The transaction numbers of payments one behind another: the first, the last, and whether they only rise."""

    first: int
    last: int
    rising: bool

    @classmethod
    def of(cls, columns: Characters) -> Numbers:
        """The numbers whose digits stand in the columns."""
        first = int(b"".join(column[:1] for column in columns))
        last = int(b"".join(column[-1:] for column in columns))
        return cls(first, last, rise(columns))


class Identities(Protocol):
    """Tells payments apart that are equal in everything."""

    def tell_apart(self, assignment: OpenAssignment, numbers: Numbers, identities: list[str]) -> list[str]:
        """The identities of the next payments, which end in FIRST, with the right end."""


class Rising:
    """For assignments whose transaction numbers only rise; else raises OutOfOrder."""

    def __init__(self) -> None:
        self._assignment: OpenAssignment | None = None
        self._last = -1

    def tell_apart(self, assignment: OpenAssignment, numbers: Numbers, identities: list[str]) -> list[str]:
        """The identities as they are."""
        if assignment is not self._assignment:
            self._assignment, self._last = assignment, -1
        if numbers.first <= self._last or not numbers.rising:
            raise OutOfOrder
        self._last = numbers.last
        return identities


class Counted:
    """For any assignment: every identity of the file is remembered."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def tell_apart(self, _assignment: OpenAssignment, _numbers: Numbers, identities: list[str]) -> list[str]:
        """The identities with the number of times that each has been seen."""
        return [self._counted(identity) for identity in identities]

    def _counted(self, identity: str) -> str:
        self._times[identity] = times = self._times.get(identity, 0) + 1
        return identity if times == 1 else f"{identity.removesuffix(FIRST)}-{times}"


def identity_of(
    transmission: OpenTransmission | None,
    assignment: OpenAssignment,
    number: int,
    day: date,
    amount: int,
    reference: str,
) -> str:
    """The identity of one payment, ending in FIRST; `amount` is what the payment is worth."""
    return f"{_begin(transmission, assignment)}{number}{_middle(day)}{amount}-{reference}{FIRST}"


def identities_of(
    transmission: OpenTransmission | None,
    assignment: OpenAssignment,
    number: Characters,
    days: Sequence[date],
    sign: bytes,
    amount: Characters,
    reference: Characters,
) -> list[str]:
    """`identity_of` many payments of one assignment, put together by the columns of their file.

    `number` and `amount` are digits, `sign` is `-` or a blank, blanks around a reference count for nothing.
    """
    parts: list[str | Characters] = [
        _begin(transmission, assignment),
        numerals(number),
        _middles(days),
        [sign],
        numerals(amount),
        "-",
        reference,
        FIRST,
    ]
    return texts_of(parts, len(days))


def _begin(transmission: OpenTransmission | None, assignment: OpenAssignment) -> str:
    head = transmission.head if transmission else {}
    return f"ocr-{head.get('data_recipient')}-{head.get('transmission_number')}-{assignment.ordinal}-"


def _middle(day: date) -> str:
    return f"-{day.isoformat()}-"


def _middles(days: Sequence[date]) -> str | Characters:
    first = _middle(days[0])
    if days.count(days[0]) == len(days):
        return first
    texts = {day: _middle(day) for day in set(days)}
    joined = "".join(map(texts.__getitem__, days)).encode()
    return [joined[place :: len(first)] for place in range(len(first))]
