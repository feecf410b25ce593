"""The values of a camt.054 message: what is known of it once it is read, and what a message is written from.

Amounts in the smallest unit of their currency (øre), without signs where a side (`credit`) stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Payment


@dataclass(frozen=True, slots=True)
class Passed:
    """What was passed over in a notification: how many, and their sum.

    `kind` is debit (fees and payments of one's own), return (a payment of one's own that came back) or status (not
    booked).
    """

    kind: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationHead:
    """What identifies a notification, and what was counted in it. `total` is the sum of its payments."""

    line: int
    message_id: str
    id: str
    account: str
    currency: str
    created: date | None
    copy: str = ""  # COPY, DUPL, CODU
    page: int | None = None
    last_page: bool = True
    entries: int
    payments: int
    total: int
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CamtFile:
    """A message whose counts and sums agree. `warnings` refuse nothing."""

    payments: list[Payment]
    notifications: tuple[NotificationHead, ...]
    warnings: tuple[FormatProblem, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """One block of structured remittance information: a reference or documents, and its share of the amount."""

    reference: str = ""
    documents: tuple[tuple[str, str], ...] = ()  # code (CINV, CREN) and number
    remitted: int | None = None
    credit_note: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One transaction of an entry. `amount` None: that of the entry; `credit` None: the side of the entry."""

    amount: int | None = None
    credit: bool | None = None
    bank_reference: str = ""
    instruction_id: str = ""
    end_to_end: str = ""
    transaction_id: str = ""
    type: str = ""  # domain/family/sub-family, or the bank's own code
    payer_name: str = ""
    payer_id: str = ""
    payer_account: str = ""  # IBAN, or another number
    payer_bankgiro: str = ""
    texts: tuple[str, ...] = ()
    structured: tuple[Structured, ...] = ()
    return_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the statement with the transactions behind it. `count` is what its batch says of their number."""

    amount: int
    currency: str
    credit: bool = True
    reversal: bool = False
    status: str = "BOOK"
    booked: date | None = None
    valued: date | None = None
    bank_reference: str = ""
    type: str = ""
    count: int | None = None
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """The entries of one account. `summary`: whether the message says their count and sums."""

    id: str
    account: str
    currency: str = ""
    created: date | None = None
    copy: str = ""
    summary: bool = False
    entries: tuple[Entry, ...] = ()
