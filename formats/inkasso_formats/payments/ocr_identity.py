"""The identity of a payment of OCR Giro: the same whenever the same payment is delivered again, and no other's.

A transaction number may repeat, so that two payments can be equal in all that they say: their order in the file tells
them apart, by a number at the end. Where the numbers of an assignment only rise, no two can be equal, and nothing need
be remembered; that is how a large file is read without its identities in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import repeat
from operator import lt
from typing import Protocol

from inkasso_formats.payments.ocr_frame import OpenAssignment, OpenTransmission

FIRST = "-1"  # the end of an identity until it is known that it stands there a second time


class OutOfOrder(Exception):  # noqa: N818  (no error: it asks for another way of reading)
    """The transaction numbers of an assignment do not only rise."""


class Identities(Protocol):
    """Tells payments apart that are equal in everything."""

    def tell_apart(
        self, assignment: OpenAssignment, numbers: Sequence[str], identities: list[str]
    ) -> list[str]:
        """The identities of the next payments, which end in FIRST, with the right end.

        `numbers` are those of their transactions: digits, all of one length.
        """


class Rising:
    """For assignments whose transaction numbers only rise; else raises OutOfOrder."""

    def __init__(self) -> None:
        self._assignment: OpenAssignment | None = None
        self._last = -1

    def tell_apart(
        self, assignment: OpenAssignment, numbers: Sequence[str], identities: list[str]
    ) -> list[str]:
        """The identities as they are."""
        if assignment is not self._assignment:
            self._assignment, self._last = assignment, -1
        # Texts of digits of one length are in order when the numbers are.
        if int(numbers[0]) <= self._last or not all(map(lt, numbers, numbers[1:])):
            raise OutOfOrder
        self._last = int(numbers[-1])
        return identities


class Counted:
    """For any assignment: every identity of the file is remembered."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def tell_apart(
        self, _assignment: OpenAssignment, _numbers: Sequence[str], identities: list[str]
    ) -> list[str]:
        """The identities with the number of times that each has been seen."""
        return [self._counted(identity) for identity in identities]

    def _counted(self, identity: str) -> str:
        self._times[identity] = times = self._times.get(identity, 0) + 1
        return identity if times == 1 else f"{identity.removesuffix(FIRST)}-{times}"


def identities_of(
    transmission: OpenTransmission | None,
    assignment: OpenAssignment,
    numbers: Sequence[str],
    days: Sequence[date],
    amounts: Sequence[int],
    references: Sequence[str],
) -> list[str]:
    """The identities of payments of one assignment, each ending in FIRST.

    `numbers` are digits, `amounts` what the payments are worth.
    """
    head = transmission.head if transmission else {}
    begin = f"ocr-{head.get('data_recipient')}-{head.get('transmission_number')}-{assignment.ordinal}-"
    if min(numbers).startswith("0"):
        numbers = [number.lstrip("0") or "0" for number in numbers]
    middle = {day: f"-{day.isoformat()}-" for day in set(days)}
    one_day = next(iter(middle.values())) if len(middle) == 1 else None
    middles = repeat(one_day, len(days)) if one_day else map(middle.__getitem__, days)
    return [
        f"{begin}{number}{day}{amount}-{reference}{FIRST}"
        for number, day, amount, reference in zip(numbers, middles, amounts, references, strict=True)
    ]
