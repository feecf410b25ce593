"""Splitting by hand: the parts sum up to the entry, overpay nothing, and leave what was decided on where it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkassod.core.allocation import Piece, Refused, Wish, allocate, effects
from inkassod.core.model import Owed

OWED = {"A": Owed(1_000_000, "NOK"), "B": Owed(1_500_000, "NOK"), "E": Owed(500, "EUR")}


def part(entry: int, invoice_no: str | None, amount: int, **more: object) -> dict:
    """A part of payment 152 of 12 000.00 of the feed."""
    values = {
        "entry": entry,
        "part": entry,
        "entry_no": "152",
        "kind": "payment",
        "source": "feed",
        "whole": 1_200_000,
        "currency": "NOK",
        "double": "",
        "reported": "",
        "reported_run": None,
    }
    return {**values, "invoice_no": invoice_no, "amount": amount, **more}


WHOLE = [part(1, None, 1_200_000)]


def reasons(found) -> list[tuple[str, str]]:
    """Code and sentence of each reason."""
    assert isinstance(found, Refused)
    return [(reason.code, reason.text) for reason in found.reasons]


def test_an_entry_is_split_over_invoices_and_a_rest():
    """Each invoice gets its amount, and what is kept stays without one."""
    made = allocate(WHOLE, [Wish("A", 700_000), Wish("B", 300_000)], 200_000, OWED)
    assert made == (Piece("A", 700_000), Piece("B", 300_000), Piece(None, 200_000))


def test_an_invoice_without_amount_gets_what_is_left():
    """So a whole entry goes to one invoice without its amount being typed."""
    assert allocate(WHOLE, [Wish("B")], 0, OWED) == (Piece("B", 1_200_000),)
    assert allocate(WHOLE, [Wish("B"), Wish("A", 200_000)], 0, OWED) == (
        Piece("B", 1_000_000),
        Piece("A", 200_000),
    )


@pytest.mark.parametrize(
    ("wishes", "keep", "expected"),
    [
        (
            [Wish("A", 700_000)],
            0,
            (
                "sum",
                "the amounts do not sum up: 7000.00 given, the entry is 12000.00 NOK; `--keep AMOUNT` leaves a part without invoice",
            ),
        ),
        ([Wish("A")], 0, ("owed", "only 10000.00 NOK is owed on invoice A (12000.00 given)")),
        ([Wish("X")], 0, ("invoice", "invoice X is not in the ledger of this creditor")),
        ([Wish("E")], 0, ("currency", "invoice E is in EUR, the entry in NOK")),
        ([Wish("B", 600_000), Wish("B", 600_000)], 0, ("twice", "an invoice is named twice")),
        (
            [Wish("A"), Wish("B")],
            1_200_000,
            ("amounts", "only one invoice can get what is left: give the others their amounts"),
        ),
        (
            [Wish("A", -100), Wish("B")],
            0,
            ("sign", "each amount is more than 0.00 and has the sign of the entry, 12000.00"),
        ),
    ],
)
def test_each_reason_against_a_split_is_said(wishes: list[Wish], keep: int, expected: tuple[str, str]):
    """Sums, invoices, currencies and signs, each in a sentence of its own."""
    assert expected in reasons(allocate(WHOLE, wishes, keep, OWED))


def test_all_reasons_are_said_at_once():
    """Nobody has to try again to find the next fault."""
    found = reasons(allocate(WHOLE, [Wish("X", 1), Wish("E", 2)], 0, OWED))
    assert [code for code, _ in found] == ["sum", "invoice", "currency"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("in", "reported"),
        ("out", "left out of a correction"),
        ("principal", "in the principal at hand-over"),
    ],
)
def test_what_was_decided_on_stays_with_its_invoice(state: str, words: str):
    """What an agency knows, or what was left out for a reason, is not moved; the rest can be."""
    parts = [part(1, "A", 1_000_000, reported=state, reported_run=9), part(2, None, 200_000)]
    owed = {**OWED, "A": Owed(0, "NOK")}
    assert reasons(allocate(parts, [Wish("B")], 0, owed)) == [
        (
            "reported",
            f"10000.00 NOK of invoice A (run 9) was {words} and stays there: name it with --to A=10000.00",
        )
    ]
    assert allocate(parts, [Wish("A", 1_000_000), Wish("B")], 0, owed) == (Piece("B", 200_000),)


def test_what_stands_on_the_invoice_already_can_stay_there():
    """An entry's own part does not count as owed by somebody else."""
    parts = [part(1, "A", 1_000_000), part(2, None, 200_000)]
    owed = {**OWED, "A": Owed(0, "NOK")}
    assert allocate(parts, [Wish("A", 1_000_000), Wish("B")], 0, owed) == (
        Piece("A", 1_000_000),
        Piece("B", 200_000),
    )


def test_the_first_part_of_a_banks_payment_stays_with_its_invoice():
    """Another file's copy of the payment is known by it, if only with 0.00."""
    parts = [part(1, "A", 1_000_000, source="bank"), part(2, None, 200_000, source="bank")]
    assert allocate(parts, [Wish("B")], 0, OWED) == (Piece("A", 0, 1), Piece("B", 1_200_000))
    waiting = [part(1, None, 1_200_000, source="bank")]
    assert allocate(waiting, [Wish("B")], 0, OWED) == (Piece("B", 1_200_000, 1),)


def test_a_possible_double_is_decided_on_first():
    """A payment that may count nowhere is not split."""
    found = allocate([part(1, None, 1_200_000, double="possible")], [Wish("B")], 0, OWED)
    assert (
        "double",
        "it may be another payment once more: `inkassod double` decides on that first",
    ) in reasons(found)


def test_a_reversal_is_allocated_with_its_sign():
    """What was taken back is owed again on the invoices named, whatever is owed on them now."""
    parts = [part(1, "A", -500, whole=-500)]
    assert allocate(parts, [Wish("B")], 0, OWED) == (Piece("B", -500),)
    assert [code for code, _ in reasons(allocate(parts, [Wish("B", 500)], -1000, OWED))] == ["sign"]


def test_each_part_is_told():
    """Amount and invoice, with the case that the time line belongs to."""
    found = effects(WHOLE[0], (Piece("A", 5), Piece(None, 7)), {"A": 3})
    assert [(one.change, one.case_id, one.invoice_no) for one in found] == [
        ("payment 152: 0.05 NOK allocated to invoice A by hand", 3, "A"),
        ("payment 152: 0.07 NOK kept without an invoice", None, None),
    ]


@given(
    st.integers(0, 1_200_000),
    st.integers(0, 1_200_000),
    st.integers(0, 1_200_000),
    st.sampled_from(["feed", "bank"]),
    st.booleans(),
)
def test_what_is_made_sums_up_to_what_was_not_decided(a: int, b: int, keep: int, source: str, told: bool):
    """Where a split is taken, its parts and the decided ones are the entry, and no invoice gets more than is owed."""
    parts = [
        part(1, "A", 400_000, source=source, reported="in" if told else "", reported_run=9),
        part(2, None, 800_000, source=source),
    ]
    owed = {"A": Owed(600_000, "NOK"), "B": Owed(500_000, "NOK")}
    made = allocate(parts, [Wish("A", a), Wish("B", b)], keep, owed)
    if isinstance(made, Refused):
        assert not (
            a + b + keep == 1_200_000 and (400_000 if told else 1) <= a <= 1_000_000 and 0 < b <= 500_000
        )
        return
    fixed = 400_000 if told else 0
    assert sum(piece.amount for piece in made) + fixed == 1_200_000
    assert sum(piece.amount for piece in made if piece.invoice_no == "A") + fixed == a
    assert all(piece.amount >= 0 for piece in made)
