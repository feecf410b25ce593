"""Payments of a bank's file: which invoice, who paid, and that no øre comes or goes."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.records import Payment
from inkassod.core.decision import Decision
from inkassod.core.model import Origin
from inkassod.core.payments import book, origin, unmatched_reason

AGENCY, OTHER_AGENCY, DEBTOR = "99991122334", "99995566778", "99990000006"
AGENCY_ACCOUNTS = frozenset({AGENCY, OTHER_AGENCY})
INVOICES = {
    "R1": {"1001": "NOK"},
    "R2": {"1002": "NOK"},
    "RR": {"1003": "NOK", "1004": "NOK"},
    "RE": {"1005": "EUR"},
}
DAY = date(2026, 3, 1)


def payment(identity: str = "P1", **more: object) -> Payment:
    """100.00 NOK for invoice 1001, from the debtor's account."""
    values: dict[str, object] = {
        "line": 3,
        "reference": "R1",
        "amount": 10_000,
        "currency": "NOK",
        "date": DAY,
        "payer_account": DEBTOR,
    }
    return Payment(identity=identity, **{**values, **more})


def booked(*payments: Payment, known: frozenset[str] = frozenset()) -> Decision:
    """The decision on payments of one file."""
    return book(payments, INVOICES, known, AGENCY_ACCOUNTS)


PAYMENTS = st.lists(
    st.builds(
        Payment,
        line=st.integers(1, 99),
        identity=st.text("abc", min_size=1, max_size=2),
        reference=st.sampled_from(["", "R1", "R2", "RR", "RE", "unknown"]),
        amount=st.integers(-(10**12), 10**12),
        currency=st.just("NOK"),
        date=st.just(DAY),
        payer_account=st.sampled_from(
            ["", AGENCY, OTHER_AGENCY, DEBTOR, f"{AGENCY[:4]}.{AGENCY[4:6]}.{AGENCY[6:]}"]
        ),
    ),
    max_size=20,
)


@given(PAYMENTS, st.frozensets(st.text("abc", min_size=1, max_size=2), max_size=3))
def test_the_entries_sum_up_to_the_new_payments(payments: list[Payment], known: frozenset[str]):
    """Each identity that is new is booked exactly once, with the amount of its first delivery; nothing else is."""
    decision = book(payments, INVOICES, known, AGENCY_ACCOUNTS)
    first: dict[str, int] = {}
    for one in payments:
        first.setdefault(one.identity, one.amount)
    new = {identity: amount for identity, amount in first.items() if identity not in known}
    rows = decision.rows["entries"]
    assert {row["entry_no"]: row["amount"] for row in rows} == new
    assert sum(row["amount"] for row in rows) == sum(new.values())
    assert all(row["amount"] == row["whole"] for row in rows)
    assert decision.amount == sum(one.amount for one in payments)


@given(PAYMENTS)
def test_direct_agency_unknown_and_unmatched_make_up_the_whole(payments: list[Payment]):
    """Every payment is on exactly one heap, and the heaps sum up to the file's own sum."""
    unique = list({one.identity: one for one in reversed(payments)}.values())
    decision = book(unique, INVOICES, (), AGENCY_ACCOUNTS)
    heaps: Counter[str] = Counter()
    for row in decision.rows["entries"]:
        heaps["unmatched" if row["invoice_no"] is None else str(row["origin"])] += row["amount"]
    assert set(heaps) <= {"agency", "debtor", "unknown", "unmatched"}
    assert sum(heaps.values()) == sum(one.amount for one in unique) == decision.amount
    unmatched = [row for row in decision.rows["entries"] if row["invoice_no"] is None]
    assert (decision.counts.stray, decision.counts.applied) == (len(unmatched), len(unique) - len(unmatched))
    assert len(decision.problems) == len(unmatched)


@given(PAYMENTS)
def test_a_file_read_again_books_nothing(payments: list[Payment]):
    """Payments whose identity is in the ledger are unchanged, all of them."""
    decision = book(payments, INVOICES, {one.identity for one in payments}, AGENCY_ACCOUNTS)
    assert decision.rows["entries"] == []
    assert decision.counts.unchanged == decision.counts.read == len(payments)
    assert decision.problems == []


def test_the_same_identity_twice_in_one_file_counts_once():
    """A payment is booked once, however often it is delivered."""
    decision = booked(payment("P1", line=3), payment("P1", line=5), payment("P2", line=7))
    assert [row["line"] for row in decision.rows["entries"]] == [3, 7]
    assert (decision.counts.applied, decision.counts.unchanged) == (2, 1)


def test_a_payment_goes_to_the_invoice_of_its_reference():
    """The entry carries the invoice and everything that the bank's file tells."""
    (row,) = booked(payment(payer_name="Kari Oppdiktet", text="for chairs")).rows["entries"]
    assert row == {
        "entry_no": "P1",
        "part": 1,
        "source": "bank",
        "kind": "payment",
        "date": DAY,
        "whole": 10_000,
        "amount": 10_000,
        "currency": "NOK",
        "invoice_no": "1001",
        "reference": "R1",
        "payer_account": DEBTOR,
        "payer_name": "Kari Oppdiktet",
        "text": "for chairs",
        "origin": "debtor",
        "origin_reason": "paid directly, from account 99990000006",
        "line": 3,
    }


@pytest.mark.parametrize(
    ("reference", "code", "message"),
    [
        (
            "RR",
            "payment.ambiguous",
            (
                "line 3, record payment, field reference: 'RR': is the reference of several invoices: 1003, 1004; "
                "the payment is kept unmatched"
            ),
        ),
        (
            "RE",
            "payment.currency",
            (
                "line 3, record payment, field reference: 'RE': is the reference of invoice 1005, which is in EUR; "
                "NOK was paid; the payment is kept unmatched"
            ),
        ),
        (
            "unknown",
            "payment.unmatched",
            (
                "line 3, record payment, field reference: 'unknown': is the reference of no invoice in the ledger; "
                "the payment is kept unmatched"
            ),
        ),
        (
            "",
            "payment.no_reference",
            "line 3, record payment, field reference: '': no reference is given; the payment is kept unmatched",
        ),
    ],
)
def test_a_payment_without_one_invoice_is_kept_unmatched(reference: str, code: str, message: str):
    """What cannot be told is neither guessed nor dropped: the payment is booked without an invoice, and shown."""
    decision = booked(payment(reference=reference))
    assert [(problem.code, problem.message) for problem in decision.problems] == [(code, message)]
    (row,) = decision.rows["entries"]
    assert (row["invoice_no"], row["amount"]) == (None, 10_000)


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("", (Origin.UNKNOWN, "the payer's account is not in the file")),
        (AGENCY, (Origin.AGENCY, "paid from the agency's account 99991122334")),
        (OTHER_AGENCY, (Origin.AGENCY, "paid from the agency's account 99995566778")),
        ("9999.11.22334", (Origin.AGENCY, "paid from the agency's account 9999.11.22334")),
        (DEBTOR, (Origin.DEBTOR, "paid directly, from account 99990000006")),
    ],
)
def test_who_paid_is_told_by_the_payers_account(account: str, expected: tuple[Origin, str]):
    """An account of any of the agencies, however it is written, is the agency's; another is the debtor's."""
    assert origin(account, AGENCY_ACCOUNTS) == expected


def test_the_reasons_why_a_payment_matches_nothing_are_told_apart():
    """No reference, several invoices, another currency and no invoice are four reasons."""
    assert unmatched_reason(payment(reference=""), {}).code == "no_reference"
    assert unmatched_reason(payment(), {"1": "NOK", "2": "NOK"}).code == "ambiguous"
    assert unmatched_reason(payment(), {"1": "EUR"}).code == "currency"
    assert unmatched_reason(payment(), {}).code == "unmatched"
