"""One row of the feed as a value, per feed type: what the ERP says of one customer, invoice, reminder or entry.

`line` is the physical line of the file at which the row starts, from 1. Amounts are in the smallest unit (øre).
What the file leaves empty is "" for texts, `False` for `collection_ban` and `disputed`, `()` for `invoices`, and `None`
for dates, for `fee` and for `settlement` (not said). The fields after `line` stand in the order of `columns.py`.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple


class CustomerRow(NamedTuple):
    """A customer: who owes, and where letters go."""

    line: int
    customer_no: str
    name: str
    kind: str  # private or company
    id_number: str = ""
    address: str = ""
    address2: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    language: str = ""
    collection_ban: bool = False


class InvoiceRow(NamedTuple):
    """An invoice as it was issued; what has been paid since stands in the entries."""

    line: int
    invoice_no: str
    customer_no: str
    invoice_date: dt.date
    due_date: dt.date
    amount: int
    currency: str
    reference: str = ""
    claim_type: str = "ordinary"
    disputed: bool = False
    description: str = ""
    delivery_date: dt.date | None = None
    delivery_term: str = ""
    delivery_method: str = ""
    payment_term: str = ""
    booking_date: dt.date | None = None
    value_date: dt.date | None = None


class ReminderRow(NamedTuple):
    """A reminder that the creditor has sent for one invoice."""

    line: int
    reminder_no: str
    invoice_no: str
    level: int
    sent_date: dt.date
    fee: int | None = None


class EntryRow(NamedTuple):
    """A ledger entry that changes what is owed: payment, credit note, credit loss or adjustment."""

    line: int
    entry_no: str
    kind: str  # payment, credit_note, credit_loss or adjustment
    date: dt.date
    amount: int  # positive lowers what is owed
    currency: str
    invoices: tuple[str, ...] = ()
    settlement: bool | None = None
    payer_account: str = ""
    text: str = ""


FeedRow = CustomerRow | InvoiceRow | ReminderRow | EntryRow
