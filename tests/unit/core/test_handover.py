"""Which invoices go to the agency: one row for each reason, with its exact sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from inkassod.core.handover import judge, leaving, new_case
from inkassod.core.model import Case, CaseStatus, Claim, Customer, Invoice, Reminder, Terms

DUE = date(2026, 1, 1)
REMINDED = date(2026, 1, 20)
TODAY = date(2026, 3, 2)
TERMS = Terms(agreement="intrum", creditor="nord", client_number="123456", currency="NOK")
INVOICE = Invoice(
    invoice_no="1001",
    customer_no="K1",
    invoice_date=date(2025, 12, 18),
    due_date=DUE,
    amount=100_000,
    balance=80_000,
    currency="NOK",
)
CUSTOMER = Customer(
    customer_no="K1",
    name="Kari Oppdiktet",
    kind="private",
    address="Prøvegata 1",
    postcode="0001",
    city="Oslo",
    country="NO",
)
REMINDER = Reminder(reminder_no="208", level=1, sent_date=REMINDED)
CLAIM = Claim(invoice=INVOICE, customer=CUSTOMER, reminder=REMINDER, case=None)


def case(status: CaseStatus, **more: object) -> Case:
    """Case 7 of the invoice."""
    return Case(case_id=7, agreement="intrum", invoice_no="1001", status=status, **more)


def with_invoice(**more: object) -> Claim:
    """The claim that qualifies, with its invoice changed."""
    return replace(CLAIM, invoice=replace(INVOICE, **more))


def with_customer(**more: object) -> Claim:
    """The claim that qualifies, with its customer changed."""
    return replace(CLAIM, customer=replace(CUSTOMER, **more))


def with_case(status: CaseStatus, **more: object) -> Claim:
    """The claim that qualifies, with a case before it."""
    return replace(CLAIM, case=case(status, **more))


def reasons(claim: Claim, terms: Terms = TERMS, today: date = TODAY, *, by_hand: bool = False) -> list:
    """Code and sentence of everything that stands in the way."""
    verdict = judge(claim, terms, today, by_hand=by_hand)
    assert verdict.qualifies is (not verdict.reasons)
    return [(reason.code, reason.text) for reason in verdict.reasons]


def test_an_overdue_and_reminded_invoice_qualifies():
    """Where nothing stands in the way, the invoice goes."""
    assert reasons(CLAIM) == []


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (with_case(CaseStatus.TO_TRANSFER), ("case_open", "stands to transfer already (case 7)")),
        (with_case(CaseStatus.SENT), ("case_open", "was sent already (case 7)")),
        (with_case(CaseStatus.ACTIVE), ("case_open", "is at the agency already (case 7)")),
        (
            with_case(
                CaseStatus.CLOSED, closed_on=date(2026, 2, 1), closing_code="10", closing="paid in full"
            ),
            ("case_closed", "the agency closed case 7 on 2026-02-01 (paid in full)"),
        ),
        (
            with_case(CaseStatus.CLOSED, closed_on=date(2026, 2, 1), closing_code="10"),
            ("case_closed", "the agency closed case 7 on 2026-02-01 (10)"),
        ),
        (
            with_case(CaseStatus.CLOSED, closed_on=date(2026, 2, 1)),
            ("case_closed", "the agency closed case 7 on 2026-02-01"),
        ),
        (
            with_case(CaseStatus.REJECTED, rejection_code="A1", rejection="address is missing"),
            (
                "case_rejected",
                "the agency rejected case 7 (A1 address is missing): mend it, then transfer it by hand",
            ),
        ),
        (
            with_case(CaseStatus.REJECTED),
            ("case_rejected", "the agency rejected case 7: mend it, then transfer it by hand"),
        ),
        (with_invoice(balance=0), ("paid", "nothing is owed any more")),
        (with_invoice(balance=-1), ("paid", "nothing is owed any more")),
        (with_invoice(currency="EUR"), ("currency", "is in EUR; the agreement takes NOK")),
        (with_invoice(disputed=True), ("disputed", "the claim is disputed")),
        (
            with_invoice(hold_reason="talks with the customer"),
            ("hold", "on hold: talks with the customer"),
        ),
        (
            replace(CLAIM, customer=None),
            ("customer", "customer K1 is not in the ledger: feed customers"),
        ),
        (with_customer(collection_ban=True), ("collection_ban", "customer K1 has a collection ban")),
        (
            with_customer(address="", city=""),
            ("address", "customer K1 lacks address, city: mend it in the ERP"),
        ),
        (
            with_customer(postcode="", country=""),
            ("address", "customer K1 lacks postcode, country: mend it in the ERP"),
        ),
        (replace(CLAIM, reminder=None), ("reminders", "0 of 1 own reminders sent")),
    ],
)
def test_each_reason_is_said_in_a_sentence_of_its_own(claim: Claim, expected: tuple[str, str]):
    """What stands in the way is named by a code and one exact sentence."""
    assert reasons(claim) == [expected]


def test_all_reasons_are_said_at_once():
    """Whoever mends a claim sees everything that is to be mended."""
    claim = Claim(
        invoice=replace(INVOICE, balance=0, disputed=True, due_date=TODAY),
        customer=replace(CUSTOMER, collection_ban=True, city=""),
        reminder=None,
        case=case(CaseStatus.SENT),
    )
    codes = [code for code, _ in reasons(claim)]
    assert codes == [
        "case_open",
        "paid",
        "disputed",
        "days_after_due",
        "reminders",
        "collection_ban",
        "address",
    ]


@pytest.mark.parametrize(("days", "goes"), [(0, False), (13, False), (14, True), (15, True)])
def test_an_invoice_goes_from_the_fourteenth_day_after_its_due_date(days: int, goes: bool):
    """Thirteen days after the due date is too early, fourteen is not."""
    terms = replace(TERMS, own_reminders=0)
    found = reasons(CLAIM, terms, DUE + timedelta(days=days))
    expected = [("days_after_due", "due 2026-01-01, goes 14 days later: from 2026-01-15")]
    assert found == ([] if goes else expected)


@pytest.mark.parametrize(("days", "goes"), [(0, False), (13, False), (14, True)])
def test_an_invoice_goes_from_the_fourteenth_day_after_its_reminder(days: int, goes: bool):
    """Thirteen days after the last reminder is too early, fourteen is not."""
    found = reasons(CLAIM, TERMS, REMINDED + timedelta(days=days))
    expected = [
        ("days_after_reminder", "reminder 208 was sent 2026-01-20, goes 14 days later: from 2026-02-03")
    ]
    assert found == ([] if goes else expected)


def test_no_days_to_wait_means_the_due_date_itself():
    """With zero days an invoice goes on its due date, and not before."""
    terms = replace(TERMS, own_reminders=0, days_after_due=0)
    assert reasons(CLAIM, terms, DUE) == []
    assert reasons(CLAIM, terms, DUE - timedelta(days=1)) == [
        ("days_after_due", "due 2026-01-01, goes 0 days later: from 2026-01-01")
    ]


@pytest.mark.parametrize(
    ("wanted", "level", "expected"),
    [
        (0, 0, []),
        (0, 1, []),
        (1, 0, [("reminders", "0 of 1 own reminders sent")]),
        (1, 1, []),
        (1, 2, []),
        (2, 0, [("reminders", "0 of 2 own reminders sent")]),
        (2, 1, [("reminders", "1 of 2 own reminders sent")]),
        (2, 2, []),
    ],
)
def test_so_many_own_reminders_come_first(wanted: int, level: int, expected: list):
    """The agreement says how many reminders the creditor sends before the agency takes over."""
    claim = replace(CLAIM, reminder=replace(REMINDER, level=level) if level else None)
    assert reasons(claim, replace(TERMS, own_reminders=wanted)) == expected


@pytest.mark.parametrize(("balance", "goes"), [(9_999, False), (10_000, True)])
def test_less_than_the_minimum_does_not_go(balance: int, goes: bool):
    """The minimum itself goes; one øre less does not."""
    found = reasons(with_invoice(balance=balance), replace(TERMS, minimum_amount=10_000))
    assert found == ([] if goes else [("below_minimum", "99.99 is owed, below the minimum 100.00")])


def test_a_rejected_case_goes_again_when_a_person_asks_for_it():
    """Whoever has mended what the agency rejected hands it over again by hand."""
    assert reasons(with_case(CaseStatus.REJECTED), by_hand=True) == []


@pytest.mark.parametrize("status", [CaseStatus.TO_TRANSFER, CaseStatus.SENT, CaseStatus.ACTIVE])
def test_an_open_case_is_not_opened_again_even_by_hand(status: CaseStatus):
    """One invoice stands at one agency once."""
    assert [code for code, _ in reasons(with_case(status), by_hand=True)] == ["case_open"]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_closed_case_is_not_opened_again(by_hand: bool):
    """What the agency has ended does not start anew by itself."""
    claim = with_case(CaseStatus.CLOSED, closed_on=TODAY, closing_code="20")
    assert [code for code, _ in reasons(claim, by_hand=by_hand)] == ["case_closed"]


def test_a_case_taken_back_before_it_left_is_no_obstacle():
    """Taken off the list, an invoice may be put there again."""
    assert reasons(with_case(CaseStatus.RECALLED)) == []


def test_a_new_case_tells_what_is_owed_now():
    """The principal is the open balance; the original amount and the reminder go along."""
    told = new_case(CLAIM, 7)
    assert (told.case, told.principal, told.original_amount, told.currency) == ("7", 80_000, 100_000, "NOK")
    assert (told.reminder_no, told.reminder_date) == ("208", REMINDED)
    assert (told.name, told.address, told.postcode, told.city) == (
        "Kari Oppdiktet",
        "Prøvegata 1",
        "0001",
        "Oslo",
    )


def test_a_new_case_without_a_reminder_has_no_reminder_number():
    """An agreement without own reminders hands over without one."""
    told = new_case(replace(CLAIM, reminder=None), 7)
    assert (told.reminder_no, told.reminder_date) == ("", None)


def test_a_new_case_without_a_customer_is_a_fault_of_the_caller():
    """Only what was judged to qualify may be written."""
    with pytest.raises(ValueError, match=r"^invoice 1001 has no customer$"):
        new_case(replace(CLAIM, customer=None), 7)


def test_those_that_leave_are_parted_from_those_held_back():
    """Every verdict is on exactly one of the two sides."""
    verdicts = [judge(CLAIM, TERMS, TODAY), judge(with_invoice(disputed=True), TERMS, TODAY)]
    assert leaving(verdicts) == ([verdicts[0]], [verdicts[1]])
