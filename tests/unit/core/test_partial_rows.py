"""Rows of a document that knows some columns only: what it does not say stays as it is in the ledger."""

from __future__ import annotations

from datetime import date

import pytest

from inkasso_formats.feed import CustomerRow, InvoiceRow
from inkasso_formats.feed.ubl_rows import PartialCustomer, PartialInvoice
from inkassod.core.feed import upsert
from support.installation import customer, invoice

FULL = customer(
    kind="company",
    id_number="310000019",
    address2="2. etasje",
    phone="99999901",
    email="post@kunde.example",
    contact_name="Ola Oppdiktet",
    contact_phone="99999902",
    contact_email="ola@kunde.example",
    language="nn",
    collection_ban=True,
    line=2,
)
BILLED = invoice(
    claim_type="rent",
    disputed=True,
    reference="100100",
    description="Husleie",
    delivery_date=date(2025, 12, 1),
    delivery_term="FOB",
    delivery_method="Bil",
    payment_term="14 dager",
    booking_date=date(2025, 12, 19),
    value_date=date(2025, 12, 20),
    line=3,
)


def _partial_customer(**said: object) -> PartialCustomer:
    values: dict[str, object] = {"line": 9, "customer_no": "K1", "name": "Kari Oppdiktet", "kind": "", **said}
    return PartialCustomer(**values)  # type: ignore[arg-type]


def _partial_invoice(**said: object) -> PartialInvoice:
    return PartialInvoice(*invoice(line=9, **said))


def test_what_a_document_does_not_say_of_a_known_customer_stays():
    """Neither the ban on collection, nor the language, nor that it is a company is lost."""
    decision = upsert([_partial_customer()], {"K1": FULL._asdict()}, ())
    assert (decision.rows, decision.new, decision.effects) == ({}, [], [])
    assert (decision.counts.unchanged, decision.counts.applied) == (1, 0)


def test_what_a_document_says_of_a_known_customer_is_set_and_nothing_else():
    """The row that goes into the ledger is whole: what was said before, with what is said now."""
    row = _partial_customer(city="Bergen", email="ny@kunde.example")
    decision = upsert([row], {"K1": FULL._asdict()}, ())
    expected = FULL._replace(line=9, city="Bergen", email="ny@kunde.example")
    assert decision.rows == {"customers": [expected._asdict()]}
    assert [effect.change for effect in decision.effects] == [
        "customer K1: city Oslo -> Bergen; email post@kunde.example -> ny@kunde.example"
    ]


def test_a_document_that_says_company_makes_a_known_person_one():
    """A kind that is said counts, together with the number that it comes from."""
    row = _partial_customer(kind="company", id_number="310000019")
    decision = upsert([row], {"K1": customer()._asdict()}, ())
    assert [effect.change for effect in decision.effects] == [
        "customer K1: kind private -> company; id_number (empty) -> 310000019"
    ]


@pytest.mark.parametrize(("said", "kind"), [("", "private"), ("company", "company"), ("private", "private")])
def test_a_new_customer_is_private_unless_the_document_says_otherwise(said, kind):
    """What comes in is a row like any other, with empty columns where nothing is said."""
    decision = upsert([_partial_customer(kind=said)], {}, ())
    assert decision.new == [CustomerRow(9, "K1", "Kari Oppdiktet", kind)]
    assert type(decision.new[0]) is CustomerRow


def test_what_a_document_does_not_say_of_a_known_invoice_stays():
    """A claim that was marked as disputed, or as rent, is not unmarked by its own document."""
    decision = upsert([_partial_invoice()], {"1001": BILLED._asdict()}, {"K1"})
    assert (decision.rows, decision.counts.unchanged) == ({}, 1)


def test_what_a_document_says_of_a_known_invoice_is_set():
    """Amount and due date as the document has them now."""
    row = _partial_invoice(amount=90_000, due_date=date(2026, 1, 15))
    decision = upsert([row], {"1001": BILLED._asdict()}, {"K1"})
    expected = BILLED._replace(line=9, amount=90_000, due_date=date(2026, 1, 15))
    assert decision.rows == {"invoices": [expected._asdict()]}


def test_a_new_invoice_of_a_document_is_an_invoice_like_any_other():
    """Its customer must be in the ledger, as for every invoice."""
    decision = upsert([_partial_invoice()], {}, {"K1"})
    assert (decision.new, type(decision.new[0])) == ([invoice(line=9)], InvoiceRow)
    refused = upsert([_partial_invoice()], {}, ())
    assert [problem.code for problem in refused.problems] == ["feed.unknown_customer"]


def test_a_later_document_of_the_same_batch_adds_to_the_earlier():
    """What the first said stays where the second says nothing."""
    rows = [_partial_customer(city="Bergen"), _partial_customer(phone="99999901", line=12)]
    decision = upsert(rows, {}, ())
    assert decision.rows["customers"] == [
        {
            **CustomerRow(12, "K1", "Kari Oppdiktet", "private")._asdict(),
            "city": "Bergen",
            "phone": "99999901",
        }
    ]


def test_a_row_of_a_csv_file_still_empties_what_it_leaves_empty():
    """Only documents leave things unsaid."""
    decision = upsert([customer(line=4)], {"K1": customer(phone="99999901")._asdict()}, ())
    assert [effect.change for effect in decision.effects] == ["customer K1: phone 99999901 -> (empty)"]
