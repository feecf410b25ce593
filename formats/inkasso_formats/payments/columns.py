"""Payments as columns: what `Payment` says of one payment, for many of them side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import repeat

from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Payment

Dates = Sequence[date]  # the types, where a field has taken the name
MaybeDates = Sequence[date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentColumns:
    """Payments of one block of a file, in its order; the columns are equally long, and named and meant as in `Payment`.

    `warnings` are those that have been found since the block before.
    """

    line: Sequence[int]
    identity: Sequence[str]
    reference: Sequence[str]
    amount: Sequence[int]
    currency: Sequence[str]
    date: Dates
    account: Sequence[str]
    payer_account: Sequence[str]
    payer_name: Sequence[str]
    type: Sequence[str]
    reversal: Sequence[bool]
    text: Sequence[str]
    invoice_refs: Sequence[tuple[str, ...]]
    bank_reference: Sequence[str]
    value_date: MaybeDates
    payer_id: Sequence[str]
    payer_bankgiro: Sequence[str]
    warnings: tuple[FormatProblem, ...] = ()

    def __len__(self) -> int:
        return len(self.line)

    def payments(self) -> list[Payment]:
        """The same payments one by one."""
        payments = list(map(object.__new__, repeat(Payment, len(self))))
        for name in _NAMES:
            # A field of all payments at a time takes a quarter of what the constructor of a frozen class takes.
            _done(map(getattr(Payment, name).__set__, payments, getattr(self, name)))
        return payments


def as_columns(payments: Sequence[Payment], warnings: Sequence[FormatProblem] = ()) -> PaymentColumns:
    """The columns of single payments."""
    columns = {name: [getattr(payment, name) for payment in payments] for name in _NAMES}
    return PaymentColumns(**columns, warnings=tuple(warnings))


_NAMES = tuple(field.name for field in fields(Payment))
_done = deque[None](maxlen=0).extend  # runs through an iterator and keeps nothing of it
