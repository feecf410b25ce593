"""The records of Finnish reference payments (KTL, viitemaksut) and their values.

Source: Finance Finland, "Incoming reference payments, service description" (2.1), for the records there are; positions as
Microsoft's Business Central (report 32000000) and django-jbank (`svm.py`) read them. Amounts in cents.
Fields that nothing depends on are declared as text: they are kept as they stand, whatever a bank writes there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from inkasso_formats.layout import Field, FieldType, Record
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Payment

LENGTH = 90
KINDS: Mapping[str, str] = {
    "3": "reference transfer",
    "5": "direct debit",
    "7": "reference withdrawal",
}
NAME_SOURCES = "`A` the customer, `J` the bank's register, `K` a clerk"
DELIVERY_METHODS = "`A` from the customer, `K` from a branch, `J` from the bank's system"
DONE = ("", "0")  # feedback codes of a direct debit that succeeded


def _field(
    name: str, start: int, length: int, kind: FieldType, meaning: str, *, required: bool = False
) -> Field:
    return Field(name=name, start=start, length=length, type=kind, meaning=meaning, required=required)


def _tag(text: str) -> Field:
    return Field(name="tag", start=1, length=1, type="constant", constant=text)


def _date(name: str, start: int, meaning: str, *, required: bool = False) -> Field:
    return Field(
        name=name, start=start, length=6, type="date", form="YYMMDD", required=required, meaning=meaning
    )


def _code(name: str, start: int, values: tuple[str, ...], meaning: str) -> Field:
    return Field(name=name, start=start, length=1, type="code", values=values, meaning=meaning)


BATCH = Record(
    name="batch",
    length=LENGTH,
    fields=(
        _tag("0"),
        _date("written", 2, "Day of writing.", required=True),
        _field("time", 8, 4, "digits", "Time of writing, HHMM."),
        _field("bank_code", 12, 2, "text", "The bank."),
        _field("service_code", 14, 9, "text", "Service code (agent)."),
        Field(
            name="currency",
            start=23,
            length=1,
            type="code",
            values=("1",),
            required=True,
            meaning="`1` is EUR, the only one.",
        ),
        _field("reserve", 24, 67, "text", "Reserve; some banks write the account owner's code in 24-32."),
    ),
)

ITEM = Record(
    name="payment",
    length=LENGTH,
    fields=(
        Field(
            name="kind",
            start=1,
            length=1,
            type="code",
            values=tuple(KINDS),
            required=True,
            meaning=", ".join(f"`{code}` {words}" for code, words in KINDS.items()) + ".",
        ),
        _field("account", 2, 14, "digits", "The payee's account, BBAN in its 14 digits.", required=True),
        _date("booking_date", 16, "Booking date.", required=True),
        _date("payment_date", 22, "Payment date: when the payer paid."),
        _field("archive_id", 28, 16, "text", "Archive id of the bank."),
        _field("reference", 44, 20, "reference", "Reference (viite), zero-filled."),
        _field("payer_name", 64, 12, "text", "The payer's name, abbreviated to 12 characters."),
        Field(
            name="currency",
            start=76,
            length=1,
            type="code",
            values=("1",),
            required=True,
            meaning="`1` is EUR, the only one.",
        ),
        _field("name_source", 77, 1, "text", f"Where the name is from: {NAME_SOURCES}."),
        _field("amount", 78, 10, "amount", "Amount, cents; a correction deducts."),
        _code("correction", 88, ("0", "1"), "`1` is a correction, `0` (or blank) none."),
        _field("delivery_method", 89, 1, "text", f"How it came: {DELIVERY_METHODS}."),
        _field("feedback", 90, 1, "text", "Feedback code of a direct debit: blank or `0` done, else failed."),
    ),
)

SUM = Record(
    name="sum",
    length=LENGTH,
    fields=(
        _tag("9"),
        _field("payments", 2, 6, "number", "Number of payments."),
        _field("payments_sum", 8, 11, "amount", "Their sum, cents."),
        _field("corrections", 19, 6, "number", "Number of corrections."),
        _field("corrections_sum", 25, 11, "amount", "Their sum, cents."),
        _field("failed", 36, 6, "digits", "Number of failed direct debits; may be blank."),
        _field("failed_sum", 42, 11, "digits", "Their sum, cents; may be blank."),
        Field(name="filler", start=53, length=38, type="filler", meaning="Blank; passed over."),
    ),
)

RECORDS = (BATCH, ITEM, SUM)
BY_TAG: Mapping[str, Record] = {"0": BATCH, **dict.fromkeys(KINDS, ITEM), "9": SUM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One reference payment, correction or direct debit. The reference is without leading zeros; `line` 0 if not read."""

    kind: str = "3"
    account: str
    booking_date: date
    payment_date: date | None = None
    archive_id: str = ""
    reference: str = ""
    payer_name: str = ""
    name_source: str = ""
    amount: int
    correction: bool = False
    delivery_method: str = ""
    feedback: str = ""
    line: int = field(default=0, compare=False)

    @property
    def failed(self) -> bool:
        """Whether it is a direct debit that failed: no money came."""
        return self.kind == "5" and self.feedback not in DONE

    @property
    def signed(self) -> int:
        """What it is worth to the payee: a correction takes its amount back, and what failed is worth nothing."""
        if self.failed:
            return 0
        return -self.amount if self.correction else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a bank wrote at once. `time`: HHMM, Finnish time."""

    written: date
    time: str = "0000"
    bank_code: str = ""
    service_code: str = ""
    reserve: str = ""
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHead:
    """What identifies a batch, and what was counted in it; the sums in cents."""

    line: int
    written: date
    time: str
    bank_code: str
    service_code: str
    payments: int
    payments_sum: int
    corrections: int
    corrections_sum: int
    failed: int
    failed_sum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KtlFile:
    """A file whose counts and sums agree. `warnings` refuse nothing."""

    payments: list[Payment]
    batches: tuple[BatchHead, ...]
    warnings: tuple[FormatProblem, ...] = ()

    @property
    def total(self) -> int:
        """The sum of all payments, corrections deducted, cents."""
        return sum(payment.amount for payment in self.payments)
