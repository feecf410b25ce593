"""The sample creditor: customers, invoices, reminders and entries of nobody, the same for the same seed and day.

Every invoice is of one sort, which says whether it should qualify for the agency and if not, why; `Sample.sorts` tells.
The days fit an agreement that waits 14 days after the due date and 14 after one reminder. Amounts in øre.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from inkasso_formats.feed import CustomerRow, EntryRow, FeedRow, InvoiceRow, ReminderRow, render_csv
from inkassod.simulator import sample_names as names
from inkassod.simulator import sample_numbers as numbers
from inkassod.simulator.bank import Bank, Transfer, bank_file
from inkassod.simulator.placing import place
from inkassod.simulator.sample_names import Country

CURRENCY = names.NORWAY.currency
FEE = 3_500  # of a reminder
BANNED_EACH, HOMELESS_EACH = 20, 25  # one customer of so many has a ban, or no address
SORTS = (
    *("qualifies", "qualifies", "qualifies", "qualifies", "partly_paid"),
    *(
        "not_due",
        "not_due",
        "just_due",
        "no_reminder",
        "just_reminded",
        "disputed",
        "small",
        "paid",
        "credited",
    ),
)
QUALIFYING = frozenset({"qualifies", "partly_paid"})
_OLD, _YOUNG = (40, 120), (30, 39)  # days since the due date


@dataclass(frozen=True, slots=True)
class Sample:
    """The four feeds, and the sort of each invoice: one of SORTS, or `ban` or `no_address` after its customer."""

    customers: tuple[CustomerRow, ...]
    invoices: tuple[InvoiceRow, ...]
    reminders: tuple[ReminderRow, ...]
    entries: tuple[EntryRow, ...]
    sorts: Mapping[str, str]


def sample(seed: int, today: date, *, customers: int = 200, country: str = "NO") -> Sample:
    """A creditor with so many customers and about one and a half times as many invoices. Nothing is asked of the clock.

    `country` NO or SE: names, numbers and currency. Raises KeyError for another.
    """
    land = names.COUNTRIES[country]
    chance = random.Random(seed)  # noqa: S311  (invented data, no secrets)
    people = tuple(_customer(chance, ordinal, land) for ordinal in range(customers))
    owners = [person for person in people for _ in range(chance.choice((1, 1, 2)))]
    sorts = _sorts(chance, owners)
    invoices = tuple(
        _invoice(chance, ordinal, owner, sort, today, land)
        for ordinal, (owner, sort) in enumerate(zip(owners, sorts, strict=True))
    )
    pairs = list(zip(invoices, sorts, strict=True))
    return Sample(
        customers=people,
        invoices=invoices,
        reminders=tuple(row for invoice, sort in pairs for row in _reminders(chance, invoice, sort, today)),
        entries=tuple(row for invoice, sort in pairs for row in _entries(chance, invoice, sort, land)),
        sorts={invoice.invoice_no: sort for invoice, sort in pairs},
    )


def write_feed(creditor: Sample, folder: Path, today: date) -> list[Path]:
    """The four files `customers-YYYYMMDD.csv` and so on, each renamed into place when it is complete. Returns them."""
    feeds: Mapping[str, Sequence[FeedRow]] = {
        "customers": creditor.customers,
        "invoices": creditor.invoices,
        "reminders": creditor.reminders,
        "entries": creditor.entries,
    }
    return [
        place(folder, f"{name}-{today:%Y%m%d}.csv", render_csv(rows)) for name, rows in feeds.items() if rows
    ]


def write_direct_payments(
    creditor: Sample,
    invoice_nos: Iterable[str],
    folder: Path,
    on: date,
    *,
    account: str,
    number: int = 9_000_001,
    bank: Bank = "ocr",
) -> Path:
    """A file of the bank in which debtors pay these invoices in full from accounts of their own into the creditor's account.

    `bank` "ocr" writes OCR Giro; with "bgmax" it is BgMax, and all accounts are bankgiros. `number` must differ between files
    (for BgMax in its last five digits). Raises KeyError for an unknown invoice.
    """
    chance = random.Random(number)  # noqa: S311  (as above)
    by_number = {invoice.invoice_no: invoice for invoice in creditor.invoices}
    invoices = [by_number[invoice_no] for invoice_no in invoice_nos]
    payer = numbers.bankgiro if bank == "bgmax" else numbers.account
    transfers = [Transfer(row.reference, row.amount, payer(chance)) for row in invoices]
    return place(folder, *bank_file(bank, account, number, on, transfers))


def _customer(chance: random.Random, ordinal: int, land: Country) -> CustomerRow:
    company = chance.random() < 0.4
    name = _company_name(chance, land) if company else _person_name(chance, land)
    postcode, city = chance.choice(land.places)
    address = f"{chance.choice(land.streets)} {chance.randrange(1, 120)}"
    homeless = ordinal % HOMELESS_EACH == HOMELESS_EACH - 1
    contact = _person_name(chance, land) if company else ""
    number = numbers.customer_number(ordinal)
    return CustomerRow(
        line=0,
        customer_no=number,
        name=name,
        kind="company" if company else "private",
        id_number=_identity(chance, land, company=company),
        address="" if homeless else address,
        postcode="" if homeless else postcode,
        city="" if homeless else city,
        country=land.code,
        email=f"kunde{number}@example.com",
        contact_name=contact,
        language=land.language,
        collection_ban=ordinal % BANNED_EACH == BANNED_EACH - 1,
    )


def _identity(chance: random.Random, land: Country, *, company: bool) -> str:
    swedish = land.code == "SE"
    if company:
        return (numbers.swedish_organisation_number if swedish else numbers.organisation_number)(chance)
    if chance.random() >= 0.3:
        return ""
    return (numbers.swedish_identity_number if swedish else numbers.synthetic_identity_number)(chance)


def _person_name(chance: random.Random, land: Country) -> str:
    return f"{chance.choice(land.first_names)} {chance.choice(land.last_names)}"


def _company_name(chance: random.Random, land: Country) -> str:
    words, trade, form = (
        chance.choice(part) for part in (land.company_words, land.trades, land.company_forms)
    )
    return f"{words} {trade} {form}"


def _sorts(chance: random.Random, owners: Sequence[CustomerRow]) -> list[str]:
    """A sort for each invoice: what the customer says, else in turn from a shuffled deck, so that every sort is there."""
    deck: list[str] = []
    sorts = []
    for owner in owners:
        if owner.collection_ban or not owner.address:
            sorts.append("ban" if owner.collection_ban else "no_address")
            continue
        if not deck:
            deck = chance.sample(SORTS, len(SORTS))
        sorts.append(deck.pop())
    return sorts


def _invoice(
    chance: random.Random, ordinal: int, owner: CustomerRow, sort: str, today: date, land: Country
) -> InvoiceRow:
    number = numbers.invoice_number(ordinal)
    due = today - timedelta(days=_days_since_due(chance, sort))
    issued = due - timedelta(days=14)
    return InvoiceRow(
        line=0,
        invoice_no=number,
        customer_no=owner.customer_no,
        invoice_date=issued,
        due_date=due,
        amount=chance.randrange(2_000, 9_000) if sort == "small" else chance.randrange(30_000, 2_500_000),
        currency=land.currency,
        reference=numbers.reference(owner.customer_no, number),
        disputed=sort == "disputed",
        description=chance.choice(land.goods),
        delivery_date=issued,
        payment_term=land.payment_term,
        booking_date=issued,
    )


def _days_since_due(chance: random.Random, sort: str) -> int:
    if sort == "not_due":
        return -chance.randrange(1, 30)
    if sort == "just_due":
        return chance.randrange(1, 10)
    return chance.randint(*(_YOUNG if sort == "just_reminded" else _OLD))


def _reminders(chance: random.Random, invoice: InvoiceRow, sort: str, today: date) -> list[ReminderRow]:
    if sort in {"not_due", "just_due", "no_reminder"}:
        return []
    sent = invoice.due_date + timedelta(days=14 + chance.randrange(5))
    if sort == "just_reminded":
        sent = today - timedelta(days=chance.randrange(1, 6))
    return [ReminderRow(0, f"P{invoice.invoice_no}-1", invoice.invoice_no, level=1, sent_date=sent, fee=FEE)]


def _entries(chance: random.Random, invoice: InvoiceRow, sort: str, land: Country) -> list[EntryRow]:
    kind, share = {
        "paid": ("payment", 100),
        "partly_paid": ("payment", chance.randrange(10, 60)),
        "credited": ("credit_note", 100),
    }.get(sort, ("", 0))
    if not kind:
        return []
    return [
        EntryRow(
            line=0,
            entry_no=f"B{invoice.invoice_no}",
            kind=kind,
            date=invoice.due_date + timedelta(days=5),
            amount=invoice.amount * share // 100,
            currency=invoice.currency,
            invoices=(invoice.invoice_no,),
            text=land.paid if kind == "payment" else land.credited,
        )
    ]
