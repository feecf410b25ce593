"""The values of a BgMax file, record by record; `Payment` is what the rest of the world uses of them.

Numbers and names are those of the records (`bgmax_records`). Amounts in öre, never negative: what deducts is said beside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Payment

_SWEDEN = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraReference:
    """Another reference of a payment (22), or one that deducts (23, `negative`). `amount` is zero where no part is said."""

    reference: str
    amount: int = 0
    negative: bool = False
    reference_code: str = "2"
    channel: str = "1"
    image: str = "0"
    line: int = field(default=0, compare=False)

    @property
    def signed(self) -> int:
        """The amount, negative where it deducts."""
        return -self.amount if self.negative else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A payment (20) or a deduction (21, `deduction`), with all that stands behind it. `line` is 0 if it was not read."""

    amount: int
    reference: str = ""
    deduction: bool = False
    payer_bankgiro: str = "0" * 10
    reference_code: str = "2"
    channel: str = "1"
    serial: str = ""
    image: str = "0"
    deduction_code: str = ""
    references: tuple[ExtraReference, ...] = ()
    information: tuple[str, ...] = ()
    name: str = ""
    extra_name: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    country_code: str = ""
    organisation_number: str = ""
    line: int = field(default=0, compare=False)

    @property
    def signed(self) -> int:
        """What it is worth to the payee: negative for a deduction."""
        return -self.amount if self.deduction else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The payments of one bankgiro that were deposited as one amount."""

    bankgiro: str
    payment_date: date
    deposit_number: int
    entries: tuple[Entry, ...]
    account: str = "0" * 35
    plusgiro: str = ""
    currency: str = "SEK"
    kind: str = ""

    @property
    def amount(self) -> int:
        """What was deposited: payments less deductions."""
        return sum(entry.signed for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One file as Bankgirot writes it. `written`: 20 digits, Swedish time to the microsecond; `mark` is P or T (test)."""

    written: str
    sections: tuple[Section, ...]
    mark: str = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryHead:
    """What identifies a delivery, and what was counted in it."""

    line: int
    written: datetime
    test: bool
    payments: int
    deductions: int
    extra_references: int
    deposits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """One amount that came to the payee's account: payments less deductions. `account`: clearing number and account."""

    line: int
    bankgiro: str
    account: str
    payment_date: date
    deposit_number: int
    amount: int
    currency: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BgmaxFile:
    """A file whose counts and deposits agree. `warnings` refuse nothing."""

    payments: list[Payment]
    deliveries: tuple[DeliveryHead, ...]
    deposits: tuple[Deposit, ...]
    warnings: tuple[FormatProblem, ...] = ()

    @property
    def total(self) -> int:
        """The sum of all payments, which is that of all deposits, öre."""
        return sum(payment.amount for payment in self.payments)


def written_at(digits: str) -> datetime:
    """The time of writing, as Swedish time. Raises ValueError where there is no such time."""
    return datetime.strptime(digits, "%Y%m%d%H%M%S%f").replace(tzinfo=_SWEDEN)
