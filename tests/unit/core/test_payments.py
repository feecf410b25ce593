"""What is said of payments of a bank's file that settle nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from inkassod.core.payments import ending, possible_double, unmatched, unmatched_reason, waiting_double

PAYMENT = {
    "entry": 9,
    "run": 4,
    "line": 3,
    "date": date(2026, 3, 1),
    "reference": "R1",
    "currency": "NOK",
    "invoice_no": None,
    "linked": "",
    "allocated_run": None,
    "double": "",
    "twin_run": None,
    "twin_line": None,
    "twin_date": None,
}
TWICE = {**PAYMENT, "twin_run": 2, "twin_line": 7, "twin_date": date(2026, 3, 1)}
SENTENCE = (
    "may be the payment of line 7 of run 2 once more (same invoice, amount and day): "
    "it counts nowhere until `inkassod double 9` says whether it is the same"
)


@pytest.mark.parametrize(
    ("reference", "matches", "code", "message"),
    [
        (
            "RR",
            {"1003": "NOK", "1004": "NOK"},
            "payment.ambiguous",
            "'RR': is the reference of several invoices: 1003, 1004; the payment is kept unmatched",
        ),
        (
            "RE",
            {"1005": "EUR"},
            "payment.currency",
            "'RE': is the reference of invoice 1005, which is in EUR; NOK was paid; the payment is kept unmatched",
        ),
        (
            "unknown",
            {},
            "payment.unmatched",
            "'unknown': is the reference of no invoice in the ledger; the payment is kept unmatched",
        ),
        ("", {}, "payment.no_reference", "'': no reference is given; the payment is kept unmatched"),
    ],
)
def test_a_payment_without_one_invoice_is_told_with_the_reason(
    reference: str, matches: Mapping[str, str], code: str, message: str
):
    """No reference, several invoices, another currency and no invoice are four reasons."""
    problem = unmatched({**PAYMENT, "reference": reference}, matches)
    assert (problem.code, problem.message) == (code, f"line 3, record payment, field reference: {message}")
    assert unmatched_reason(reference, "NOK", matches).code == code.removeprefix("payment.")


def test_a_possible_double_is_told_with_the_payment_that_it_may_repeat():
    """The sentence names the other payment by run and line, and the command that decides."""
    problem = possible_double(TWICE)
    assert (problem.code, problem.warning) == ("payment.possible_double", False)
    assert problem.message == f"line 3, record payment, field reference: 'R1': {SENTENCE}"


def test_a_number_of_the_bank_on_two_days_is_told_as_such():
    """Why somebody has to decide stands in the sentence."""
    problem = possible_double({**TWICE, "twin_date": date(2026, 2, 1)})
    assert "once more (same invoice, amount and number at the bank): it counts nowhere" in problem.message


def test_a_double_that_waited_is_told_by_the_run_that_brought_it():
    """The line is one of an earlier file, so the problem of this run has none."""
    problem = waiting_double(TWICE)
    assert (problem.code, problem.line) == ("payment.possible_double", None)
    assert (
        problem.message
        == f"'R1': the payment of line 3 of run 4, which waited for this reference's invoice, {SENTENCE}"
    )


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"invoice_no": "1001"}, "settles invoice 1001"),
        ({"invoice_no": "1001", "double": "counted"}, "settles invoice 1001"),
        ({}, "kept unmatched"),
        ({"double": "same"}, "is the payment of line 7 of run 2 once more, and counts once"),
        (
            {"double": "possible"},
            "may be the payment of line 7 of run 2 once more, and counts nowhere until somebody has decided",
        ),
    ],
)
def test_what_became_of_a_payment_is_told(more: Mapping[str, str], text: str):
    """It settles an invoice, waits, or repeats another payment."""
    assert ending({**TWICE, **more}) == text
