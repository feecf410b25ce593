"""The values that decisions are made on, and the words for their states. Amounts in the smallest unit (øre)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import NamedTuple


class CaseStatus(StrEnum):
    """Where a case stands with us; the agency's own stage stands beside it."""

    TO_TRANSFER = "to_transfer"  # chosen, leaves with the next new-case file
    SENT = "sent"  # in a new-case file, the agency has not answered
    ACTIVE = "active"  # accepted: it has the agency's case number
    REJECTED = "rejected"  # the agency did not take it
    RECALLED = "recalled"  # taken back before it left
    CLOSED = "closed"  # ended by the agency


OPEN = frozenset({CaseStatus.TO_TRANSFER, CaseStatus.SENT, CaseStatus.ACTIVE})


class Origin(StrEnum):
    """Who paid."""

    AGENCY = "agency"
    DEBTOR = "debtor"
    UNKNOWN = "unknown"


class EntryKind(StrEnum):
    """What an entry is; each lowers what is owed when its amount is positive."""

    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"
    CREDIT_LOSS = "credit_loss"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an agreement says of hand-over; days are calendar days, `transfer` None means at once."""

    agreement: str
    creditor: str
    client_number: str
    currency: str
    own_reminders: int = 1
    days_after_due: int = 14
    days_after_reminder: int = 14
    minimum_amount: int = 0
    transfer: time | None = None
    closure_days: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who owes."""

    customer_no: str
    name: str
    kind: str
    id_number: str = ""
    address: str = ""
    address2: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    contact_name: str = ""
    language: str = ""
    collection_ban: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One reminder sent by the creditor itself."""

    reminder_no: str
    level: int
    sent_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One claim, with what is left of it."""

    invoice_no: str
    customer_no: str
    invoice_date: date
    due_date: date
    amount: int
    balance: int
    currency: str
    reference: str = ""
    claim_type: str = "ordinary"
    disputed: bool = False
    description: str = ""
    hold_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One hand-over of one invoice to one agency."""

    case_id: int
    agreement: str
    invoice_no: str
    status: CaseStatus
    principal: int = 0
    currency: str = ""
    reminder_no: str = ""
    agency_case_no: str = ""
    rejection_code: str = ""
    rejection: str = ""
    stage_code: str = ""
    stage: str = ""
    stage_on: date | None = None
    agency_paid: int = 0
    agency_remaining: int = 0
    closed_on: date | None = None
    closing_code: str = ""
    closing: str = ""
    closed_principal: int = 0
    closed_interest: int = 0
    closed_costs: int = 0
    closed_remaining: int = 0

    @property
    def key(self) -> str:
        """The creditor's own reference, which the agency's answers carry."""
        return str(self.case_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """All that is known of one invoice when its hand-over is judged."""

    invoice: Invoice
    customer: Customer | None
    reminder: Reminder | None  # the one of the highest level
    case: Case | None  # the latest case of the invoice


class Owed(NamedTuple):
    """What is left of an invoice, and in which currency."""

    balance: int
    currency: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is so: a stable code and a sentence that says what to do about it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that a line of a file (or a person) changed."""

    change: str
    line: int | None = None
    case_id: int | None = None
    invoice_no: str | None = None


@dataclass(slots=True)
class Counts:
    """What became of the records of a run: read = applied + refused + unchanged + stray."""

    read: int = 0
    applied: int = 0
    refused: int = 0
    unchanged: int = 0
    stray: int = 0

    def add(self, other: Counts) -> None:
        """Adds the other's figures."""
        self.read += other.read
        self.applied += other.applied
        self.refused += other.refused
        self.unchanged += other.unchanged
        self.stray += other.stray


@dataclass(frozen=True, slots=True)
class CaseChange:
    """New values for columns of one case."""

    case_id: int
    values: dict[str, object] = field(default_factory=dict)


def money(amount: int, currency: str = "") -> str:
    """An amount for people: two decimals, a point, the currency behind it where given."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d} {currency}".rstrip()
