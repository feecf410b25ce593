"""Links: at most what is owed goes to an invoice, and entries that join invoices at the agency wrongly are found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inkassod.core.linkage import (
    Claimed,
    Joint,
    LinkProblem,
    Told,
    check,
    groups,
    held_back,
    sentence,
    split,
)
from inkassod.core.model import Case, CaseStatus

A, B = "100001", "100002"
INVOICES = {A: Claimed(amount=1_000_000, balance=0), B: Claimed(amount=1_500_000, balance=0)}


def case(case_id: int, invoice_no: str, reminder_no: str) -> Case:
    """A case at the agency."""
    return Case(
        case_id=case_id,
        agreement="intrum",
        invoice_no=invoice_no,
        status=CaseStatus.ACTIVE,
        reminder_no=reminder_no,
    )


CASES = {A: case(1, A, "208"), B: case(2, B, "209")}


def joint(entry_no: str, amount: int, kind: str = "payment", **parts: int) -> Joint:
    """An entry that names 100001 and 100002; `a` and `b` are what of it stands on each."""
    return Joint(
        entry_no=entry_no,
        kind=kind,
        amount=amount,
        currency="NOK",
        invoices=(A, B),
        parts={A: parts.get("a", 0), B: parts.get("b", 0)},
    )


def checked(*entries: Joint, invoices: dict[str, Claimed] | None = None, cases=None) -> list[LinkProblem]:
    """What is wrong with these entries."""
    return check(groups(entries, invoices or INVOICES), CASES if cases is None else cases)


# --- what goes to an invoice --------------------------------------------------------------------------------------


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_share_and_surplus_sum_up_and_overpay_nothing(amount: int, owed: int):
    """No øre comes or goes; a positive amount never brings what is owed below zero, and leaves nothing owed with a surplus."""
    share, surplus = split(amount, owed)
    assert share + surplus == amount
    if amount > 0:
        assert 0 <= share <= max(owed, 0)
        assert surplus == 0 or share == max(owed, 0)
    else:
        assert (share, surplus) == (amount, 0)


# --- the worked example -------------------------------------------------------------------------------------------


def test_all_four_linked_together_is_found_and_told():
    """Payment 152 and credit note 100003, each linked to both invoices, are held back, with what the right links would report."""
    credit_note = joint("100003", 1_500_000, "credit_note", a=1_000_000, b=500_000)
    payment = joint("152", 1_000_000, b=1_000_000)
    first, second = checked(credit_note, payment)
    assert (first.entry_no, first.now, first.right) == (
        "100003",
        (Told(A, 1_000_000, 1, "208"), Told(B, 500_000, 2, "209")),
        (Told(B, 1_500_000, 2, "209"),),
    )
    assert (second.entry_no, second.now, second.right) == (
        "152",
        (Told(B, 1_000_000, 2, "209"),),
        (Told(A, 1_000_000, 1, "208"),),
    )
    assert sentence(second) == (
        "is linked to the invoices 100001, 100002, and would be reported as 10000.00 NOK of invoice 100002 under reminder 209 "
        "(case 2); it belongs to 10000.00 NOK of invoice 100001 under reminder 208 (case 1): mend the link in the ERP, or "
        "`inkassod allocate 152 --to 100001 --reason TEXT`; held back until then"
    )
    problem = held_back(second)
    assert (problem.code, problem.value) == ("corrections.linkage", "152")


def test_it_is_found_too_where_the_order_happens_to_share_it_rightly():
    """What the links say is what counts: nobody can rely on the order in which entries come."""
    found = checked(
        joint("152", 1_000_000, a=1_000_000), joint("100003", 1_500_000, "credit_note", b=1_500_000)
    )
    assert [problem.entry_no for problem in found] == ["152", "100003"]


def test_the_right_links_join_nothing():
    """An entry that names one invoice is no joint entry, so there is no group and nothing to hold back."""
    assert groups([], INVOICES) == []
    assert checked() == []


# --- what is wrong and what is not --------------------------------------------------------------------------------


def test_an_entry_of_exactly_what_is_owed_on_all_its_invoices_is_sound():
    """There is but one way to share it."""
    assert checked(joint("152", 2_500_000, a=1_000_000, b=1_500_000)) == []


def test_an_entry_that_belongs_to_none_alone_has_to_be_split():
    """A sum that fits no invoice and not all of them could be shared in many ways."""
    (problem,) = checked(
        joint("152", 1_200_000, a=1_000_000, b=200_000),
        invoices={**INVOICES, B: Claimed(amount=1_500_000, balance=1_300_000)},
    )
    assert problem.right == ()
    assert "; it belongs to none of them alone: " in sentence(problem)
    assert "`inkassod allocate 152 --to INVOICE=AMOUNT --reason TEXT`" in sentence(problem)


def test_where_two_invoices_fit_alike_both_are_named():
    """Nothing is guessed: two equal invoices are two candidates."""
    equal = {A: Claimed(amount=1_000_000, balance=0), B: Claimed(amount=1_000_000, balance=1_000_000)}
    (problem,) = checked(joint("152", 1_000_000, a=1_000_000), invoices=equal)
    assert [told.invoice_no for told in problem.right] == [A, B]
    assert "; it belongs to one of 100001, 100002: " in sentence(problem)


def test_what_is_left_for_one_entry_alone_decides_the_others():
    """Once an invoice is taken by the only entry that fits it, another entry cannot belong to it any more."""
    invoices = {
        A: Claimed(amount=1_000_000, balance=-500_000),
        B: Claimed(amount=1_000_000, balance=500_000),
    }
    found = checked(
        joint("1", 1_000_000, a=1_000_000), joint("2", 500_000, b=500_000, a=0), invoices=invoices
    )
    assert {one.entry_no: [told.invoice_no for told in one.right] for one in found} == {"1": [B], "2": [A]}


def test_one_invoice_at_an_agency_is_nobody_elses():
    """Where only one of the invoices has left, all that falls on it is its own."""
    assert checked(joint("152", 1_000_000, a=1_000_000), cases={A: CASES[A]}) == []


def test_a_reversal_that_names_several_invoices_is_held_back():
    """Nobody can tell which of them is owed again."""
    (problem,) = checked(joint("152", -1_000_000, a=-1_000_000))
    assert problem.right == ()


def test_what_has_no_case_or_no_reminder_is_said():
    """A link to an invoice that is not at the agency, and a case of a creditor who sends no reminders."""
    found = LinkProblem(
        entry_no="152",
        kind="payment",
        amount=5,
        currency="NOK",
        invoices=(A, B),
        now=(Told(A, 2, 1, ""), Told(B, 3)),
        right=(),
    )
    assert (
        "reported as 0.02 NOK of invoice 100001 without a reminder number (case 1); 0.03 NOK of invoice 100002, which has no case;"
        in sentence(found)
    )


NUMBERS = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=3, unique=True).map(tuple)


@given(st.lists(NUMBERS, max_size=12))
def test_groups_part_the_entries_and_the_invoices(named: list[tuple[str, ...]]):
    """Each entry stands in one group, no invoice in two, and two entries that share an invoice stand together."""
    entries = [
        Joint(entry_no=str(at), kind="payment", amount=1, currency="NOK", invoices=names, parts={})
        for at, names in enumerate(named)
    ]
    found = groups(entries, {name: Claimed(amount=1, balance=1) for name in "abcdefgh"})
    assert sorted(entry.entry_no for group in found for entry in group.entries) == sorted(
        entry.entry_no for entry in entries
    )
    numbers = [number for group in found for number in group.invoices]
    assert len(numbers) == len(set(numbers))
    for group in found:
        reached = set(group.entries[0].invoices)
        for _ in group.entries:
            reached = reached.union(*(e.invoices for e in group.entries if reached & set(e.invoices)))
        assert reached == set(group.invoices) == {n for e in group.entries for n in e.invoices}
