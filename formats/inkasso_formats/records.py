"""The neutral values: what a file says, without how it says it. Amounts in øre (smallest unit) with a currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Day = date  # the type, where a field has taken its name


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """One row of an invoice: what it is for, and what is open of it."""

    text: str = ""
    amount: int = 0
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """One claim handed over to the agency: one invoice and who owes it."""

    case: str  # the creditor's own reference, which every answer of the agency carries
    customer_no: str
    kind: str  # private or company
    name: str
    id_number: str = ""
    address: str
    address2: str = ""
    postcode: str
    city: str
    country: str
    phone: str = ""
    email: str = ""
    contact_name: str = ""
    language: str = ""
    invoice_no: str
    reference: str = ""  # payment reference (KID)
    invoice_date: date
    due_date: date
    reminder_no: str = ""
    reminder_date: date | None = None
    original_amount: int
    principal: int  # open amount at hand-over, without fees and interest
    currency: str
    claim_type: str = "ordinary"
    description: str = ""
    rows: tuple[InvoiceRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One change of what is owed, told to the agency: direct payment, credit note, adjustment or recall."""

    case: str
    agency_case_no: str = ""
    customer_no: str = ""
    invoice_no: str
    kind: str  # payment, credit_note, adjustment, reversal, recall
    entry_no: str
    date: date
    amount: int  # positive lowers what is owed
    balance: int  # what is left on the invoice after it
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The agency's answer to one new case or one correction: accepted with a case number, or rejected."""

    line: int
    case: str
    invoice_no: str = ""
    accepted: bool
    agency_case_no: str = ""
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseUpdate:
    """News of one case: stage, what was paid to the agency so far, what is left."""

    line: int
    case: str
    agency_case_no: str
    on: date
    stage_code: str
    stage: str = ""  # the agency's own words
    paid: int = 0
    remaining: int = 0
    currency: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The end of one case, and how: what was collected, split as the agency splits it."""

    line: int
    case: str
    agency_case_no: str
    on: date
    reason_code: str
    reason: str = ""  # our word for it, from the dialect's code table
    text: str = ""  # the agency's own words
    principal: int = 0
    interest: int = 0
    costs: int = 0
    remaining: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment of a bank's file. `identity` is the same whenever the same payment is delivered again."""

    line: int
    identity: str
    reference: str
    amount: int  # øre; negative where the payment deducts
    currency: str
    date: date
    account: str = ""  # the creditor's own account that was credited
    payer_account: str = ""
    payer_name: str = ""
    type: str = ""
    reversal: bool = False
    text: str = ""
    invoice_refs: tuple[str, ...] = ()  # numbers of invoices and credit notes, where the file names them
    bank_reference: str = ""  # the bank's own number of the payment
    value_date: Day | None = None
    payer_id: str = ""  # organisation number of the payer
    payer_bankgiro: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """What an agency's file says of itself before its first record."""

    client_number: str
    sequence_no: int | None = None
    created: date | None = None
    sender: str = ""
