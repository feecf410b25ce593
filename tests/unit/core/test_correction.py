"""What the agency is told of, and why the rest is left out: one row for each reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from inkassod.core.correction import Movement, correction, decide, without
from inkassod.core.model import Case, CaseStatus, EntryKind, Origin

PAID_ON = date(2026, 3, 1)
CLOSED_ON = date(2026, 2, 27)
CASE = Case(case_id=7, agreement="intrum", invoice_no="1001", status=CaseStatus.ACTIVE, agency_case_no="900")
CLOSED = replace(
    CASE,
    status=CaseStatus.CLOSED,
    closed_on=CLOSED_ON,
    closed_principal=10_000,
    closed_interest=500,
    closed_costs=250,
)
PAYMENT = Movement(
    entry=41,
    entry_no="152",
    source="feed",
    kind=EntryKind.PAYMENT,
    date=PAID_ON,
    amount=10_000,
    currency="NOK",
    origin=Origin.UNKNOWN,
    origin_reason="booked by hand",
    settlement=None,
    case=CASE,
    balance=90_000,
)
BANK = replace(PAYMENT, source="bank", entry_no="B1", origin_reason="the payer's account is not in the file")
FROM_AGENCY = {"origin": Origin.AGENCY, "origin_reason": "paid from the agency's account 99991122334"}
DIRECT = {"origin": Origin.DEBTOR, "origin_reason": "paid directly, from account 99990000006"}
MARK_IT = "cannot tell who paid; `settle` marks it as the agency's"
FLAGGED = (
    "equal in amount and within 5 days of the closure of case 7 on 2026-02-27: "
    "probably the agency's settlement; `settle {}` leaves it out"
)


def line(movement: Movement, closure_days: int = 5) -> tuple[bool, str, str, str]:
    """In or out, code and sentence of the reason, and the warning."""
    (decided,) = decide([movement], closure_days)
    assert decided.movement is movement
    return decided.included, decided.reason.code, decided.reason.text, decided.warning


@pytest.mark.parametrize(
    ("movement", "expected"),
    [
        (
            replace(PAYMENT, kind=EntryKind.CREDIT_LOSS),
            (False, "credit_loss", "a credit loss is not reported: talk to the agency first", ""),
        ),
        (
            replace(PAYMENT, kind=EntryKind.CREDIT_NOTE),
            (True, "credit_note", "a credit note lowers the claim", ""),
        ),
        (
            replace(PAYMENT, kind=EntryKind.ADJUSTMENT),
            (True, "adjustment", "an adjustment changes the claim", ""),
        ),
        (replace(PAYMENT, amount=0), (False, "nothing", "nothing of it falls on this invoice", "")),
        (
            replace(PAYMENT, kind=EntryKind.ADJUSTMENT, amount=0),
            (False, "nothing", "nothing of it falls on this invoice", ""),
        ),
        (
            replace(PAYMENT, settlement=True),
            (False, "settlement", "marked as the agency's settlement", ""),
        ),
        (
            replace(PAYMENT, settlement=True, **DIRECT),
            (False, "settlement", "marked as the agency's settlement", ""),
        ),
        (
            replace(PAYMENT, settlement=False),
            (True, "not_settlement", "marked as not the agency's settlement: a direct payment", ""),
        ),
        (
            replace(BANK, **FROM_AGENCY),
            (False, "agency", "paid from the agency's account 99991122334", ""),
        ),
        (
            replace(PAYMENT, settlement=False, **FROM_AGENCY),
            (False, "agency", "paid from the agency's account 99991122334", ""),
        ),
        (replace(BANK, **DIRECT), (True, "direct", "paid directly, from account 99990000006", "")),
        (
            BANK,
            (True, "cannot_tell", "the payer's account is not in the file: cannot tell who paid", ""),
        ),
        (PAYMENT, (True, "by_hand", "booked by hand", MARK_IT)),
        (replace(PAYMENT, case=CLOSED), (True, "by_hand", "booked by hand", FLAGGED.format("152"))),
        (
            replace(BANK, case=CLOSED),
            (
                True,
                "cannot_tell",
                "the payer's account is not in the file: cannot tell who paid",
                FLAGGED.format("B1"),
            ),
        ),
        (
            replace(BANK, case=CLOSED, **DIRECT),
            (True, "direct", "paid directly, from account 99990000006", ""),
        ),
    ],
)
def test_each_movement_has_its_reason(movement: Movement, expected: tuple[bool, str, str, str]):
    """Every payment is in or out for one reason, said in one sentence."""
    assert line(movement) == expected


@pytest.mark.parametrize(("days", "flagged"), [(-6, False), (-5, True), (0, True), (5, True), (6, False)])
def test_a_payment_near_a_closure_is_flagged(days: int, flagged: bool):
    """Within the agreement's days on either side of the closure a payment may be the agency's settlement."""
    movement = replace(PAYMENT, case=CLOSED, date=CLOSED_ON + timedelta(days=days))
    assert line(movement)[3] == (FLAGGED.format("152") if flagged else MARK_IT)


@pytest.mark.parametrize(
    ("amount", "flagged"), [(10_000, True), (10_750, True), (10_500, False), (9_999, False), (-10_000, False)]
)
def test_only_the_amounts_of_the_closure_are_flagged(amount: int, flagged: bool):
    """The closure names the principal, and the whole that was collected; another amount is another payment."""
    assert line(replace(PAYMENT, case=CLOSED, amount=amount))[3] == (
        FLAGGED.format("152") if flagged else MARK_IT
    )


def test_zero_closure_days_flag_the_day_itself_only():
    """The window is a setting."""
    on_the_day = replace(PAYMENT, case=CLOSED, date=CLOSED_ON)
    assert line(on_the_day, 0)[3] == (
        "equal in amount and within 0 days of the closure of case 7 on 2026-02-27: "
        "probably the agency's settlement; `settle 152` leaves it out"
    )
    assert line(replace(on_the_day, date=CLOSED_ON + timedelta(days=1)), 0)[3] == MARK_IT


def test_the_order_stays():
    """The preview shows the movements as they came."""
    movements = [replace(PAYMENT, entry=number) for number in (3, 1, 2)]
    assert [decided.movement.entry for decided in decide(movements, 5)] == [3, 1, 2]
    assert decide([], 5) == []


@pytest.mark.parametrize(
    ("kind", "amount", "told"),
    [
        (EntryKind.PAYMENT, 10_000, "payment"),
        (EntryKind.PAYMENT, -10_000, "reversal"),
        (EntryKind.CREDIT_NOTE, 10_000, "credit_note"),
        (EntryKind.CREDIT_NOTE, -10_000, "credit_note"),
        (EntryKind.ADJUSTMENT, 10_000, "adjustment"),
        (EntryKind.ADJUSTMENT, -10_000, "adjustment"),
    ],
)
def test_a_payment_taken_back_is_a_reversal(kind: EntryKind, amount: int, told: str):
    """The agency hears of a payment that bounced as a reversal, with its negative amount."""
    (decided,) = decide([replace(PAYMENT, kind=kind, amount=amount)], 5)
    said = correction(decided)
    assert (said.kind, said.amount) == (told, amount)


def test_a_correction_names_case_invoice_entry_and_what_is_left():
    """The agency finds the case by either number, and sees the balance after the entry."""
    said = correction(decide([PAYMENT], 5)[0])
    assert (said.case, said.agency_case_no, said.invoice_no, said.entry_no) == ("7", "900", "1001", "41")
    assert (said.date, said.amount, said.balance, said.currency) == (PAID_ON, 10_000, 90_000, "NOK")


def test_what_is_held_back_is_not_in_what_is_left_after_the_others():
    """The agency is told of a balance that only what it knows of has lowered; another case's is its own."""
    other = replace(PAYMENT, entry=44, case=replace(CASE, case_id=8), balance=5)
    waiting = [
        replace(PAYMENT, entry=41, amount=100, balance=900),
        replace(PAYMENT, entry=42, amount=200, balance=700),
        replace(PAYMENT, entry=43, amount=300, balance=400),
        other,
    ]
    kept = [(one.entry, one.balance) for one in without(waiting, {42})]
    assert kept == [(41, 900), (43, 600), (44, 5)]
    assert without(waiting, ()) == waiting
