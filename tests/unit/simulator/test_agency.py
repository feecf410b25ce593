from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from inkasso_formats.records import Correction, NewCase
from inkassod.simulator.agency import Agency, Answers, Remittance, correct, receive, step
from inkassod.simulator.fates import CORRECTED, DECK, FATES, Vocabulary, fate_of

TODAY = date(2026, 11, 20)
WORDS = Vocabulary(
    rejections=(("R1", "Mangler adresse"), ("R2", "Under minstebeløp")),
    stages={
        move.word: (f"S-{move.word}", "") for fate in FATES.values() for move in fate if move.kind == "update"
    },
    reasons={
        word: (f"C-{word}", "")
        for word in CORRECTED.union(
            move.word for fate in FATES.values() for move in fate if move.kind == "close"
        )
    },
)


def claim(number: int, principal: int = 100_000) -> NewCase:
    return NewCase(
        case=f"10{number}",
        customer_no="1000001",
        kind="private",
        name="Nora Trollnes",
        address="Ekornfaret 1",
        postcode="3099",
        city="Trollnes",
        country="NO",
        invoice_no=f"20{number}",
        reference=f"30{number}",
        invoice_date=date(2026, 9, 1),
        due_date=date(2026, 9, 15),
        original_amount=principal,
        principal=principal,
        currency="NOK",
    )


def correction(number: int, kind: str, amount: int = 100_000) -> Correction:
    return Correction(
        case=f"10{number}",
        invoice_no=f"20{number}",
        kind=kind,
        entry_no="E1",
        date=TODAY,
        amount=amount,
        balance=0,
        currency="NOK",
    )


def steps(agency: Agency, count: int) -> tuple[Agency, list[Answers]]:
    """What so many steps send."""
    sent = []
    for _ in range(count):
        agency, answers = step(agency, TODAY)
        sent.append(answers)
    return agency, sent


def dealt(fate: str, **changes) -> Agency:
    """An agency with one case of that fate."""
    agency, _doubled = receive(Agency(words=WORDS, seed=1), [claim(0)])
    case = replace(agency.cases["100"], moves=FATES[fate], **changes)
    return replace(agency, cases={"100": case})


def shapes(sent: list[Answers]) -> list[str]:
    """What each step sends, as words."""
    return [
        " ".join(
            [*("accepted" if row.accepted else "rejected" for row in answers.receipts)]
            + [row.stage_code for row in answers.updates]
            + [row.reason_code for row in answers.closures]
            + [f"pays {row.amount}" for row in answers.payments]
        )
        for answers in sent
    ]


def test_the_same_seed_answers_the_same_whatever_the_day():
    """Fates and numbers depend on the seed; the day is only written into the answers."""
    claims = [claim(number) for number in range(30)]
    first, _ = receive(Agency(words=WORDS, seed=7), claims)
    second, _ = receive(Agency(words=WORDS, seed=7), claims)
    assert steps(first, 8)[1] == steps(second, 8)[1]
    other, _ = receive(Agency(words=WORDS, seed=8), claims)
    assert steps(first, 8)[1] != steps(other, 8)[1]


@pytest.mark.parametrize("seed", range(20))
def test_ten_cases_show_every_fate_and_the_first_is_paid(seed):
    """Each ten cases hold the deck exactly once, and the very first case is one that is paid."""
    for first in (0, 10, 20):
        dealt_out = Counter(fate_of(seed, ordinal) for ordinal in range(first, first + 10))
        assert dealt_out == Counter(DECK)
    assert fate_of(seed, 0) == "paid"


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        ("paid", ["accepted", "S-debt_collection_notice", "C-paid_in_full", "pays 100000", ""]),
        ("rejected", ["rejected", "", "", "", ""]),
        ("paid partly", ["accepted", "S-debt_collection_notice", "C-paid_partly", "pays 60000", ""]),
        ("insolvent", ["accepted", "S-debt_collection_notice", "C-insolvency", "", ""]),
        ("disputed", ["accepted", "S-debt_collection_notice", "S-disputed", "", ""]),
    ],
)
def test_a_case_goes_receipt_update_closure_money(fate, expected):
    """One move a step, in the order of the process; the money comes after the closure."""
    assert shapes(steps(dealt(fate), 5)[1]) == expected


def test_instalments_are_paid_on_as_they_come_and_add_up():
    """A payment plan pays a part before its closure and the rest after it, principal only."""
    sent = steps(dealt("instalments"), 6)[1]
    assert shapes(sent) == [
        "accepted",
        "S-debt_collection_notice",
        "S-payment_plan",
        "pays 40000",
        "C-paid_in_full",
        "pays 60000",
    ]
    assert (sent[2].updates[0].paid, sent[2].updates[0].remaining) == (40_000, 60_000)
    assert sent[3].payments == [Remittance("100", "300", 40_000, "NOK")]


def test_a_closure_splits_what_was_collected():
    """Principal is what was owed, interest runs from the due date, costs follow the size; nothing remains."""
    closure = steps(dealt("paid"), 3)[1][2].closures[0]
    assert (closure.principal, closure.costs, closure.remaining) == (100_000, 35_000, 0)
    assert closure.interest == 100_000 * 12 * 66 // 36_500
    assert (closure.on, closure.reason, closure.currency) == (TODAY, "paid_in_full", "NOK")
    empty = steps(dealt("insolvent"), 3)[1][2].closures[0]
    assert (empty.principal, empty.interest, empty.costs, empty.remaining) == (0, 0, 0, 100_000)


def test_a_rejection_gives_its_reason_and_no_number():
    """A rejected case has a code and text of the dialect, and no case number."""
    receipt = steps(dealt("rejected"), 1)[1][0].receipts[0]
    assert (receipt.accepted, receipt.agency_case_no) == (False, "")
    assert (receipt.reason_code, receipt.reason) in WORDS.rejections


def test_a_case_that_comes_twice_is_answered_once():
    """A known case changes nothing and is handed back."""
    agency = dealt("paid")
    again, doubled = receive(agency, [claim(0), claim(1)])
    assert doubled == (claim(0),)
    assert list(again.cases) == ["100", "101"]
    assert again.cases["100"] == agency.cases["100"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("payment", "C-paid_to_creditor"),
        ("credit_note", "C-credited"),
        ("adjustment", "C-credited"),
        ("recall", "C-recalled"),
    ],
)
def test_a_correction_of_the_whole_debt_closes_the_case(kind, reason):
    """Paid to the creditor, credited or recalled: the next step is the closure, and no money follows."""
    agency, _ = steps(dealt("paid"), 1)
    agency, unheeded = correct(agency, [correction(0, kind)])
    assert unheeded == ()
    assert shapes(steps(agency, 3)[1]) == [reason, "", ""]


def test_a_correction_before_the_receipt_leaves_the_receipt_first():
    """A case that is recalled at once is still receipted, then closed."""
    agency, _ = correct(dealt("paid"), [correction(0, "recall")])
    assert shapes(steps(agency, 3)[1]) == ["accepted", "C-recalled", ""]


def test_a_correction_of_a_part_lowers_what_is_collected():
    """What was paid to the creditor is not collected again; a reversal raises it."""
    agency, _ = correct(dealt("paid"), [correction(0, "payment", 30_000), correction(0, "reversal", -10_000)])
    assert shapes(steps(agency, 4)[1])[2:] == ["C-paid_in_full", "pays 80000"]


def test_what_was_collected_before_a_recall_is_still_paid_on():
    """A recall in the middle of a payment plan closes the case, then the collected part comes."""
    agency, _ = steps(dealt("instalments"), 3)
    agency, _ = correct(agency, [correction(0, "recall")])
    assert shapes(steps(agency, 3)[1]) == ["C-recalled", "pays 40000", ""]


def test_corrections_of_closed_rejected_and_unknown_cases_are_handed_back():
    """They change nothing, so that they can be told."""
    closed, _ = steps(dealt("paid"), 3)
    agency, unheeded = correct(closed, [correction(0, "payment"), correction(9, "payment")])
    assert [row.case for row in unheeded] == ["100", "109"]
    assert agency == closed
    rejected, _ = steps(dealt("rejected"), 1)
    assert correct(rejected, [correction(0, "recall")])[1] == (correction(0, "recall"),)
    coming = dealt("rejected")
    assert shapes(steps(correct(coming, [correction(0, "recall")])[0], 2)[1]) == ["rejected", ""]


def test_a_late_agency_waits_before_the_receipt():
    """The delay shifts every move of a case."""
    agency, _ = receive(Agency(words=WORDS, seed=1, delay=2), [claim(0)])
    assert shapes(steps(agency, 4)[1]) == ["", "", "accepted", "S-debt_collection_notice"]
