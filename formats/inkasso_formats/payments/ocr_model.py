"""The values of an OCR Giro file, record by record; `Payment` is what the rest of the world uses of them.

Numbers and names are those of the records (`ocr_records`). Amounts in øre, signed as in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from inkasso_formats.payments.ocr_records import NETS, REVERSALS
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction: amount items 1, 2 and, for types 20 and 21, 3. `line` is that of item 1, 0 if it was not read."""

    type: str
    transaction_number: int
    nets_date: date
    amount: int
    reference: str = ""
    payer_account: str = "0" * 11
    bank_date: date | None = None
    text: str = ""
    centre_id: str = "00"
    day_code: str = "00"
    partial_settlement: str = "0"
    serial_number: str = "00000"
    card_issuer: str = "00"
    form_number: str = "0" * 10
    archive_reference: str = "0" * 9
    postgiro_account: str = "0" * 7
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The transactions of one agreement and account. `generated` is the date in its end record."""

    assignment_number: int
    account: str
    agreement_id: str = "0" * 9
    transactions: tuple[Transaction, ...]
    generated: date | None = None


@dataclass(frozen=True, slots=True)
class Mandates:
    """An assignment of AvtaleGiro mandates (service 21): its records as they stand, start and end included."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """What Nets sent at once to one data recipient."""

    transmission_number: int
    data_recipient: str
    data_transmitter: str = NETS
    assignments: tuple[Assignment | Mandates, ...]
    generated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionHead:
    """What identifies a transmission, and what was counted in it.

    `control_total` is the sum as the end record counts it, with reversals added; `mandates` were passed over.
    """

    line: int
    transmission_number: int
    data_recipient: str
    generated: date | None
    assignments: int
    payments: int
    mandates: int
    control_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrFile:
    """A file whose counts, sums and dates agree.

    `total` is the sum of the payments' amounts, so reversals are deducted in it; `control_total` adds them, as the
    file's own end records do. `warnings` refuse nothing.
    """

    payments: list[Payment]
    transmissions: tuple[TransmissionHead, ...]
    warnings: tuple[FormatProblem, ...] = ()

    @property
    def total(self) -> int:
        """The sum of all payments, øre."""
        return sum(payment.amount for payment in self.payments)

    @property
    def control_total(self) -> int:
        """The sum that the end records of the transmissions declare, øre."""
        return sum(head.control_total for head in self.transmissions)

    @property
    def mandates(self) -> int:
        """How many AvtaleGiro mandates were counted and passed over."""
        return sum(head.mandates for head in self.transmissions)


def control_amount(kind: str, amount: int) -> int:
    """What a transaction of that type adds to a control sum: its amount as signed, but a reversal always adds.

    Nets, "System specification OCR giro", 2.5 field 7: reversals are "not deducted". One is seen with sign `-`.
    """
    return abs(amount) if kind in REVERSALS else amount


def ledger_amount(kind: str, amount: int) -> int:
    """What a transaction of that type is worth to the creditor: a reversal takes its amount back, so it is negative."""
    return -abs(amount) if kind in REVERSALS else amount
