"""What each answer of the agency does to a case in each status, in any order, with the exact sentences."""

from __future__ import annotations

from datetime import date

import pytest

from inkasso_formats.records import CaseUpdate, Closure, Receipt
from inkassod.core.decision import Decision
from inkassod.core.lifecycle import close, receive, update
from inkassod.core.model import Case, CaseStatus

DAY1, DAY2, DAY3 = date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 3)

SENT = Case(case_id=7, agreement="intrum", invoice_no="1001", status=CaseStatus.SENT)
TO_TRANSFER = Case(case_id=7, agreement="intrum", invoice_no="1001", status=CaseStatus.TO_TRANSFER)
RECALLED = Case(case_id=7, agreement="intrum", invoice_no="1001", status=CaseStatus.RECALLED)
ACTIVE = Case(
    case_id=7, agreement="intrum", invoice_no="1001", status=CaseStatus.ACTIVE, agency_case_no="900"
)
REJECTED = Case(
    case_id=7, agreement="intrum", invoice_no="1001", status=CaseStatus.REJECTED, rejection_code="A1"
)
CLOSED = Case(
    case_id=7,
    agreement="intrum",
    invoice_no="1001",
    status=CaseStatus.CLOSED,
    agency_case_no="900",
    stage_code="20",
    stage="legal action",
    stage_on=DAY1,
    closed_on=DAY2,
    closing_code="10",
    closing="paid in full",
    closed_principal=100_000,
)

ACCEPTED = Receipt(line=2, case="7", accepted=True, agency_case_no="900")
REFUSAL = Receipt(line=2, case="7", accepted=False, reason_code="A1", reason="address is missing")
NEWS = CaseUpdate(
    line=2,
    case="7",
    agency_case_no="900",
    on=DAY2,
    stage_code="20",
    stage="legal action",
    paid=5,
    remaining=95,
)
CLOSURE = Closure(
    line=2,
    case="7",
    agency_case_no="900",
    on=DAY2,
    reason_code="10",
    reason="paid in full",
    principal=100_000,
)
STAGE = {
    "stage_code": "20",
    "stage": "legal action",
    "stage_on": DAY2,
    "agency_paid": 5,
    "agency_remaining": 95,
}
END = {
    "status": "closed",
    "closed_on": DAY2,
    "closing_code": "10",
    "closing": "paid in full",
    "closed_principal": 100_000,
    "closed_interest": 0,
    "closed_costs": 0,
    "closed_remaining": 0,
}
TAKEN = {"status": "active", "agency_case_no": "900"}
UNCHANGED = "unchanged"


def changed(record: object, **more: object) -> object:
    """The record with some of its fields changed."""
    fields = {name: getattr(record, name) for name in type(record).__slots__}
    return type(record)(**{**fields, **more})


def decide(record: object, case: Case | None) -> Decision:
    """The decision on that one answer."""
    known = {"7": case} if case is not None else {}
    return {Receipt: receive, CaseUpdate: update, Closure: close}[type(record)]([record], known)


def outcome(decision: Decision) -> object:
    """What one record did: new values and the time line's sentence, `unchanged`, or the problem's code and message."""
    counts = decision.counts
    assert counts.read == counts.applied + counts.refused + counts.unchanged + counts.stray
    assert decision.amount == 0
    if decision.problems:
        return decision.problems[0].code, decision.problems[0].message
    if not decision.changes:
        assert counts.unchanged == counts.read
        return UNCHANGED
    (effect,) = decision.effects
    assert (effect.case_id, effect.invoice_no, effect.line) == (7, "1001", 2)
    return decision.changes[0].values, effect.change


def was_rejected(what: str) -> tuple[str, str]:
    """The problem of an answer on a case that the agency has rejected."""
    return (
        "case.rejected",
        f"line 2, record {what}, field case: '7': case 7 was rejected before: ask the agency",
    )


def stray(what: str, state: str) -> tuple[str, str]:
    """The problem of an answer on a case that is not at the agency."""
    rule = f"names a case {state}; ask the agency what it is"
    return "case.stray", f"line 2, record {what}, field case: '7': {rule}"


def two_numbers(what: str) -> tuple[str, str]:
    """The problem of an answer that carries the number 901 for the case that has 900."""
    rule = "case 7 has the agency's case number 900 already: ask the agency which holds"
    return "case.number", f"line 2, record {what}, field agency_case_no: '901': {rule}"


@pytest.mark.parametrize(
    ("case", "receipt", "expected"),
    [
        (SENT, ACCEPTED, (TAKEN, "accepted by the agency with case number 900")),
        (
            SENT,
            changed(ACCEPTED, agency_case_no=""),
            ({"status": "active"}, "accepted by the agency without a case number"),
        ),
        (ACTIVE, ACCEPTED, UNCHANGED),
        (ACTIVE, changed(ACCEPTED, agency_case_no=""), UNCHANGED),
        (ACTIVE, changed(ACCEPTED, agency_case_no="901"), two_numbers("receipt")),
        (
            changed(ACTIVE, agency_case_no=""),
            ACCEPTED,
            ({"agency_case_no": "900"}, "accepted by the agency with case number 900"),
        ),
        (REJECTED, ACCEPTED, was_rejected("receipt")),
        (REJECTED, changed(ACCEPTED, agency_case_no=""), was_rejected("receipt")),
        (CLOSED, ACCEPTED, UNCHANGED),
        (CLOSED, changed(ACCEPTED, agency_case_no="901"), two_numbers("receipt")),
        (
            changed(CLOSED, agency_case_no=""),
            ACCEPTED,
            ({"agency_case_no": "900"}, "accepted by the agency with case number 900"),
        ),
        (
            SENT,
            REFUSAL,
            (
                {"status": "rejected", "rejection_code": "A1", "rejection": "address is missing"},
                "rejected by the agency: A1 address is missing",
            ),
        ),
        (
            ACTIVE,
            REFUSAL,
            (
                "case.status",
                "line 2, record receipt, field case: '7': rejects case 7, which is active: ask the agency",
            ),
        ),
        (REJECTED, REFUSAL, UNCHANGED),
        (
            CLOSED,
            REFUSAL,
            (
                "case.status",
                "line 2, record receipt, field case: '7': rejects case 7, which is closed: ask the agency",
            ),
        ),
        (None, ACCEPTED, stray("receipt", "which this agreement has not sent")),
        (TO_TRANSFER, ACCEPTED, stray("receipt", "which is to transfer")),
        (RECALLED, REFUSAL, stray("receipt", "which is recalled")),
    ],
)
def test_a_receipt_in_each_status(case: Case | None, receipt: Receipt, expected: object):
    """A sent case is accepted or rejected; any other answer says nothing new or contradicts what is known."""
    assert outcome(decide(receipt, case)) == expected


@pytest.mark.parametrize(
    ("case", "news", "expected"),
    [
        (ACTIVE, NEWS, (STAGE, "stage 20 legal action on 2026-02-02")),
        (SENT, NEWS, (STAGE | TAKEN, "stage 20 legal action on 2026-02-02")),
        (SENT, changed(NEWS, agency_case_no=""), (STAGE, "stage 20 legal action on 2026-02-02")),
        (changed(ACTIVE, **STAGE), NEWS, UNCHANGED),
        (changed(SENT, **STAGE), changed(NEWS, agency_case_no=""), UNCHANGED),
        (
            changed(ACTIVE, **STAGE),
            changed(NEWS, paid=10, remaining=90),
            ({**STAGE, "agency_paid": 10, "agency_remaining": 90}, "stage 20 legal action on 2026-02-02"),
        ),
        (
            changed(ACTIVE, stage_code="30", stage_on=DAY3),
            NEWS,
            ({}, "late news of 2026-02-02: stage was 20 legal action"),
        ),
        (
            changed(SENT, stage_code="30", stage_on=DAY3),
            NEWS,
            (TAKEN, "late news of 2026-02-02: stage was 20 legal action"),
        ),
        (ACTIVE, changed(NEWS, agency_case_no="901"), two_numbers("update")),
        (REJECTED, NEWS, was_rejected("update")),
        (CLOSED, changed(NEWS, on=DAY1, paid=0, remaining=0), UNCHANGED),
        (CLOSED, NEWS, ({}, "late news of 2026-02-02: stage was 20 legal action")),
        (
            changed(CLOSED, agency_case_no=""),
            NEWS,
            ({"agency_case_no": "900"}, "late news of 2026-02-02: stage was 20 legal action"),
        ),
        (
            CLOSED,
            changed(NEWS, on=DAY3),
            (
                "case.closed",
                (
                    "line 2, record update, field case: '7': case 7 was closed on 2026-02-02: nothing is changed; "
                    "ask the agency whether it is open again"
                ),
            ),
        ),
        (None, NEWS, stray("update", "which this agreement has not sent")),
        (TO_TRANSFER, NEWS, stray("update", "which is to transfer")),
        (RECALLED, NEWS, stray("update", "which is recalled")),
    ],
)
def test_an_update_in_each_status(case: Case | None, news: CaseUpdate, expected: object):
    """News move the stage of an open case; what is older than what is known stands in the time line only."""
    assert outcome(decide(news, case)) == expected


@pytest.mark.parametrize(
    ("case", "closure", "expected"),
    [
        (ACTIVE, CLOSURE, (END, "closed on 2026-02-02: paid in full")),
        (SENT, CLOSURE, ({**END, "agency_case_no": "900"}, "closed on 2026-02-02: paid in full")),
        (SENT, changed(CLOSURE, agency_case_no=""), (END, "closed on 2026-02-02: paid in full")),
        (
            ACTIVE,
            changed(CLOSURE, reason="", text="oppgjort"),
            ({**END, "closing": "oppgjort"}, "closed on 2026-02-02: oppgjort"),
        ),
        (ACTIVE, changed(CLOSURE, agency_case_no="901"), two_numbers("closure")),
        (REJECTED, CLOSURE, was_rejected("closure")),
        (CLOSED, CLOSURE, UNCHANGED),
        (CLOSED, changed(CLOSURE, reason="", text="oppgjort"), UNCHANGED),
        *[
            (
                CLOSED,
                changed(CLOSURE, **other),
                (
                    "case.closed",
                    (
                        "line 2, record closure, field case: '7': case 7 was closed before, on 2026-02-02 (10): "
                        "ask the agency which holds"
                    ),
                ),
            )
            for other in (
                {"on": DAY3},
                {"reason_code": "20"},
                {"principal": 1},
                {"interest": 1},
                {"costs": 1},
            )
        ],
        (None, CLOSURE, stray("closure", "which this agreement has not sent")),
        (TO_TRANSFER, CLOSURE, stray("closure", "which is to transfer")),
        (RECALLED, CLOSURE, stray("closure", "which is recalled")),
    ],
)
def test_a_closure_in_each_status(case: Case | None, closure: Closure, expected: object):
    """A closure ends an open case; a second one that says something else is shown, and changes nothing."""
    assert outcome(decide(closure, case)) == expected


def after(decision: Decision, case: Case) -> Case:
    """The case as the decision leaves it."""
    for change in decision.changes:
        fields = {name: value for name, value in change.values.items() if name in Case.__slots__}
        case = changed(case, **fields)
    return case


def test_news_that_overtake_the_receipt_accept_the_case():
    """The agency that reports on a case has taken it; the receipt that comes late says nothing new."""
    case = after(decide(NEWS, SENT), SENT)
    assert (case.status, case.agency_case_no, case.stage_code) == (CaseStatus.ACTIVE, "900", "20")
    assert outcome(decide(ACCEPTED, case)) == UNCHANGED


def test_a_rejection_after_news_of_the_case_is_a_contradiction():
    """A case that the agency reported on cannot have been refused by it."""
    case = after(decide(NEWS, SENT), SENT)
    assert outcome(decide(REFUSAL, case)) == (
        "case.status",
        "line 2, record receipt, field case: '7': rejects case 7, which is active: ask the agency",
    )


def test_a_closure_that_overtakes_the_receipt_ends_the_case_for_good():
    """The receipt that comes after the closure does not open the case again."""
    case = after(decide(CLOSURE, SENT), SENT)
    assert (case.status, case.agency_case_no) == (CaseStatus.CLOSED, "900")
    assert outcome(decide(ACCEPTED, case)) == UNCHANGED


def test_the_same_record_twice_in_one_file_counts_once():
    """The second of two equal records finds what the first has done."""
    for decide_all, record in ((receive, ACCEPTED), (receive, REFUSAL), (update, NEWS), (close, CLOSURE)):
        decision = decide_all([record, record], {"7": SENT})
        assert (decision.counts.read, decision.counts.applied, decision.counts.unchanged) == (2, 1, 1)
        assert len(decision.changes) == 1


def test_two_records_of_one_file_that_contradict_each_other():
    """The first holds; the second is refused with its own line."""
    decision = receive([ACCEPTED, changed(REFUSAL, line=3)], {"7": SENT})
    assert [problem.message for problem in decision.problems] == [
        "line 3, record receipt, field case: '7': rejects case 7, which is active: ask the agency"
    ]
    assert decision.changes[0].values == TAKEN


def test_news_of_several_days_in_one_file_end_at_the_latest():
    """Whatever order the records stand in, the newest stage holds, and each is in the time line."""
    later = changed(NEWS, line=3, on=DAY3, stage_code="30", stage="payment plan")
    for records in ([NEWS, later], [later, NEWS]):
        decision = update(records, {"7": ACTIVE})
        case = after(decision, ACTIVE)
        assert (case.stage_code, case.stage_on) == ("30", DAY3)
        assert len(decision.effects) == 2


@pytest.mark.parametrize("written", ["7", "07", "0000000000000000000000000007"])
def test_zeros_before_our_reference_do_not_matter(written: str):
    """Agencies fill numbers up with zeros."""
    assert receive([changed(ACCEPTED, case=written)], {"7": SENT}).counts.applied == 1


def test_a_bad_record_does_not_stop_the_good_ones():
    """A stray record is counted and shown; the others take effect."""
    decision = receive([changed(ACCEPTED, line=2, case="8"), changed(ACCEPTED, line=3)], {"7": SENT})
    assert (decision.counts.stray, decision.counts.applied) == (1, 1)
    assert [problem.line for problem in decision.problems] == [2]
