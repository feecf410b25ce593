"""The four feed types and their columns, declared once: reading, checking, writing and the documentation follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from inkasso_formats.feed.rows import CustomerRow, EntryRow, FeedRow, InvoiceRow, ReminderRow

MIXED = "mixed"  # a JSON Lines file: each line says its own type


class Kind(StrEnum):
    """What a column holds; the value is the last part of the problem code (`feed.amount`)."""

    NUMBER = "number"  # an identifier without blanks; letters are fine
    REFERENCE = "reference"  # a payment reference; the blanks that group its digits are left out
    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    AMOUNT = "amount"
    CURRENCY = "currency"
    COUNTRY = "country"
    LANGUAGE = "language"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBERS = "numbers"  # identifiers, separated by blanks


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    `longest` counts characters (number, reference, text, and each of numbers). `least` and `most` bound an integer; an amount has
    only `least`, in øre. `empty` is the value of a row that leaves the column empty.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    longest: int = 0
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    empty: str | bool | tuple[str, ...] | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedType:
    """One kind of row. The first column is the key; `word` is the singular, as JSON Lines may say it."""

    name: str
    word: str
    meaning: str
    row: type[FeedRow]
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        """The column that identifies the row: a later row with the same key replaces the earlier."""
        return self.columns[0].name

    @property
    def names(self) -> frozenset[str]:
        """The names of all columns."""
        return frozenset(column.name for column in self.columns)


def feed_type_of(name: str) -> str | None:
    """The feed type that a file name announces, whatever its letter case: `Invoices_0131.CSV` is `invoices`.

    Every name that ends in `.jsonl` is `mixed`. None: not a file of the feed.
    """
    lowered = name.lower()
    if lowered.endswith(".jsonl"):
        return MIXED
    if not lowered.endswith(".csv"):
        return None
    return next((feed_type for feed_type in FEED_TYPES if lowered.startswith(feed_type)), None)


def _number(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.NUMBER, meaning=meaning, required=required, longest=30)


def _text(name: str, longest: int, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.TEXT, meaning=meaning, required=required, longest=longest)


def _date(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.DATE, meaning=meaning, required=required, empty=None)


def _flag(name: str, meaning: str, *, empty: bool | None) -> Column:
    return Column(name=name, kind=Kind.BOOLEAN, meaning=meaning, empty=empty)


_CURRENCY = Column(name="currency", kind=Kind.CURRENCY, meaning="The currency of the amount.", required=True)

CUSTOMERS = FeedType(
    name="customers",
    word="customer",
    meaning="Who owes, and where letters go.",
    row=CustomerRow,
    columns=(
        _number("customer_no", "The customer's number in the ERP.", required=True),
        _text("name", 140, "The full name: of a person, or of the company as registered.", required=True),
        Column(
            name="kind",
            kind=Kind.CHOICE,
            meaning="Whether a person or a company owes: the law treats them differently.",
            required=True,
            choices=("private", "company"),
        ),
        _text("id_number", 20, "The organisation number of a company, or the identity number of a person."),
        _text("address", 100, "The street address or post-office box."),
        _text("address2", 100, "A second line of the address."),
        _text("postcode", 16, "The postcode."),
        _text("city", 60, "The postal town."),
        Column(
            name="country",
            kind=Kind.COUNTRY,
            meaning="The country of the address; empty means the creditor's own.",
        ),
        _text("phone", 30, "The customer's telephone number."),
        _text("email", 254, "The customer's e-mail address."),
        _text("contact_name", 100, "The contact person at a company."),
        _text("contact_phone", 30, "The contact person's telephone number."),
        _text("contact_email", 254, "The contact person's e-mail address."),
        Column(name="language", kind=Kind.LANGUAGE, meaning="The language of letters to the customer."),
        _flag(
            "collection_ban",
            "Whether the customer's invoices must never go to the agency; empty means false.",
            empty=False,
        ),
    ),
)

INVOICES = FeedType(
    name="invoices",
    word="invoice",
    meaning="One claim each, as it was issued; what was paid since stands in the entries.",
    row=InvoiceRow,
    columns=(
        _number("invoice_no", "The invoice's number.", required=True),
        _number("customer_no", "The customer who owes.", required=True),
        _date("invoice_date", "The date of the invoice.", required=True),
        _date("due_date", "The day on which payment is due.", required=True),
        Column(
            name="amount",
            kind=Kind.AMOUNT,
            meaning="The whole amount of the invoice with VAT; it is never lowered by payments.",
            required=True,
            least=0,
        ),
        _CURRENCY,
        Column(
            name="reference",
            kind=Kind.REFERENCE,
            meaning="The payment reference printed on the invoice (KID, OCR number, viite or RF).",
            longest=25,
        ),
        Column(
            name="claim_type",
            kind=Kind.CHOICE,
            meaning="The kind of claim; agencies do not take every kind; empty means ordinary.",
            choices=("ordinary", "rent", "consumer_credit", "energy"),
            empty="ordinary",
        ),
        _flag("disputed", "Whether the customer contests the claim; empty means false.", empty=False),
        _text("description", 500, "What the invoice is for."),
        _date("delivery_date", "The day of the delivery."),
        _text("delivery_term", 60, "The term of delivery."),
        _text("delivery_method", 60, "The method of delivery."),
        _text("payment_term", 60, "The term of payment."),
        _date("booking_date", "The day on which the invoice is booked."),
        _date("value_date", "The value date."),
    ),
)

REMINDERS = FeedType(
    name="reminders",
    word="reminder",
    meaning="What the creditor has sent before the agency takes over.",
    row=ReminderRow,
    columns=(
        _number("reminder_no", "The reminder's number; it ties the case to the invoice.", required=True),
        _number("invoice_no", "The invoice that is reminded of.", required=True),
        Column(
            name="level",
            kind=Kind.INTEGER,
            meaning="The level: 1 for the first letter, 2 for the second, and so on.",
            required=True,
            least=1,
            most=9,
        ),
        _date("sent_date", "The day on which it was sent.", required=True),
        Column(
            name="fee",
            kind=Kind.AMOUNT,
            meaning="The fee that it charges, in the currency of the invoice.",
            least=0,
            empty=None,
        ),
    ),
)

ENTRIES = FeedType(
    name="entries",
    word="entry",
    meaning="What changes the amount owed: payments booked in the ERP, credit notes, losses and adjustments.",
    row=EntryRow,
    columns=(
        _number("entry_no", "The entry's number in the ledger.", required=True),
        Column(
            name="kind",
            kind=Kind.CHOICE,
            meaning="What the entry is.",
            required=True,
            choices=("payment", "credit_note", "credit_loss", "adjustment"),
        ),
        _date("date", "The day of the payment or of the entry.", required=True),
        Column(
            name="amount",
            kind=Kind.AMOUNT,
            meaning="The amount; positive lowers what is owed.",
            required=True,
        ),
        _CURRENCY,
        Column(
            name="invoices",
            kind=Kind.NUMBERS,
            meaning="The invoices that the entry is linked to, and no others; empty means none yet.",
            longest=30,
            empty=(),
        ),
        _flag(
            "settlement",
            "Whether the payment is a settlement from the agency; empty means not said.",
            empty=None,
        ),
        _text("payer_account", 34, "The account that paid, national form or IBAN."),
        _text("text", 200, "A text for people."),
    ),
)

FEED_TYPES: Mapping[str, FeedType] = {feed.name: feed for feed in (CUSTOMERS, INVOICES, REMINDERS, ENTRIES)}
