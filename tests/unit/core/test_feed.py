"""What rows of the feed do to the ledger: upserts field by field, and entries in shares that sum up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.feed import CustomerRow, EntryRow, InvoiceRow, ReminderRow
from inkassod.core.decision import Decision
from inkassod.core.feed import book_entries, upsert
from inkassod.core.model import Owed
from inkassod.core.payer import Agency, agency
from support.installation import customer, entry, invoice, reminder

AGENCY = "99991122334"
BALANCES = {
    "100001": Owed(1_000_000, "NOK"),
    "100002": Owed(1_500_000, "NOK"),
    "100003": Owed(0, "NOK"),
    "100004": Owed(500, "EUR"),
}


def messages(decision: Decision) -> list[tuple[str, str]]:
    """Code and sentence of each problem."""
    return [(problem.code, problem.message) for problem in decision.problems]


def shares(decision: Decision) -> list[tuple[str | None, int]]:
    """Invoice and amount of each part."""
    return [(row["invoice_no"], row["amount"]) for row in decision.rows["entries"]]


def booked(*rows: EntryRow, existing: dict | None = None) -> Decision:
    """The decision on entries, with the lines from 2 on."""
    numbered = [row._replace(line=line) for line, row in enumerate(rows, start=2)]
    return book_entries(numbered, existing or {}, BALANCES, agency(accounts=[AGENCY]))


def in_ledger(decision: Decision, **more: object) -> dict[str, list[dict]]:
    """The parts as the ledger has them after the decision, by entry number."""
    found: dict[str, list[dict]] = {}
    for row in decision.rows["entries"]:
        found.setdefault(row["entry_no"], []).append({**row, **more})
    return found


# --- customers, invoices, reminders -----------------------------------------------------------------------------


def test_a_new_row_comes_in():
    """A row whose key is not in the ledger is new: it is handed out as it is, without an effect of its own."""
    row = customer(line=2)
    decision = upsert([row], {}, ())
    assert (decision.new, decision.rows) == ([row], {})
    assert (decision.counts.read, decision.counts.applied, decision.effects) == (1, 1, [])


def test_an_equal_row_changes_nothing():
    """The same row again, on whatever line, is unchanged."""
    decision = upsert([customer(line=9)], {"K1": customer(line=2)._asdict()}, ())
    assert (decision.new, decision.rows) == ([], {})
    assert (decision.counts.applied, decision.counts.unchanged, decision.effects) == (0, 1, [])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (customer(), customer(city="Bergen"), "customer K1: city Oslo -> Bergen"),
        (
            customer(),
            customer(address2="2. etg.", collection_ban=True),
            "customer K1: address2 (empty) -> 2. etg.; collection_ban False -> True",
        ),
        (customer(phone="1"), customer(), "customer K1: phone 1 -> (empty)"),
        (
            invoice(),
            invoice(due_date=date(2026, 1, 15)),
            "invoice 1001: due_date 2026-01-01 -> 2026-01-15",
        ),
        (
            invoice(),
            invoice(delivery_date=date(2026, 1, 15)),
            "invoice 1001: delivery_date (empty) -> 2026-01-15",
        ),
        (reminder(), reminder(level=2, reminder_no="P1001-1"), "reminder P1001-1: level 1 -> 2"),
    ],
)
def test_a_changed_row_is_told_field_by_field(old: CustomerRow, new: CustomerRow, expected: str):
    """The effect names each field with its value before and after."""
    row = new._replace(line=4)
    decision = upsert([row], {old[1]: old._asdict()}, {"K1", "1001"})
    assert [(effect.line, effect.change) for effect in decision.effects] == [(4, expected)]
    assert decision.rows == {expected.split(maxsplit=1)[0] + "s": [row._asdict()]}


def test_two_rows_of_one_key_in_a_file_are_taken_in_their_order():
    """The later row of one file changes what the earlier brought."""
    rows = [customer(line=2), customer(line=3), customer(line=4, city="Bergen")]
    decision = upsert(rows, {}, ())
    assert (decision.counts.applied, decision.counts.unchanged) == (2, 1)
    assert [effect.change for effect in decision.effects] == ["customer K1: city Oslo -> Bergen"]
    assert decision.new == rows[:1]
    assert decision.rows == {"customers": [rows[2]._asdict()]}


def test_new_rows_keep_the_order_of_the_file():
    """What comes in stands in the ledger as it stood in the file, and refused rows are not among it."""
    rows = [invoice("3", "K1", line=2), invoice("1", "K9", line=3), invoice("2", "K1", line=4)]
    decision = upsert(rows, {}, {"K1"})
    assert decision.new == [rows[0], rows[2]]
    assert (decision.counts.applied, decision.counts.refused, decision.counts.read) == (2, 1, 3)


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        (
            invoice(line=5),
            "feed.unknown_customer",
            "line 5, field customer_no: 'K1': is no customer in the ledger: feed the customer first, then hand in this row again",
        ),
        (
            reminder(line=6),
            "feed.unknown_invoice",
            "line 6, field invoice_no: '1001': is no invoice in the ledger: feed the invoice first, then hand in this row again",
        ),
    ],
)
def test_a_row_whose_parent_is_missing_is_refused(row: InvoiceRow | ReminderRow, code: str, message: str):
    """An invoice needs its customer and a reminder its invoice; the row is refused alone."""
    decision = upsert([row], {}, ())
    assert messages(decision) == [(code, message)]
    assert (decision.counts.refused, decision.counts.applied) == (1, 0)


def test_no_rows_decide_nothing():
    """An empty batch is no fault."""
    decision = upsert([], {}, ())
    assert (decision.counts.read, decision.effects, decision.problems) == (0, [], [])


# --- entries ------------------------------------------------------------------------------------------------------

NUMBERS = st.lists(st.sampled_from(["100001", "100002", "100003"]), max_size=4).map(tuple)


@given(st.lists(st.tuples(NUMBERS, st.integers(-(10**8), 10**8)), min_size=1, max_size=8))
def test_the_shares_of_an_entry_sum_up_to_its_amount(wanted: list[tuple[tuple[str, ...], int]]):
    """Whatever the invoices and amounts, not one øre of an entry is lost or made, and none is negative beside a positive."""
    rows = [entry(f"E{number}", amount, *names) for number, (names, amount) in enumerate(wanted)]
    decision = booked(*rows)
    for row in rows:
        parts = [part for part in decision.rows["entries"] if part["entry_no"] == row.entry_no]
        assert sum(part["amount"] for part in parts) == row.amount
        assert {part["whole"] for part in parts} == {row.amount}
        assert [part["part"] for part in parts] == list(range(1, len(parts) + 1))
        assert all(part["amount"] >= 0 for part in parts) or row.amount < 0
    assert decision.counts.applied == len(rows)


@given(st.lists(st.tuples(NUMBERS.filter(lambda names: len(names) > 1), st.integers(1, 10**7)), max_size=8))
def test_an_entry_for_several_invoices_never_overpays_one(wanted: list[tuple[tuple[str, ...], int]]):
    """Each invoice takes up to what is owed on it, also over several entries; what is left stays unallocated."""
    decision = booked(*[entry(f"E{n}", amount, *names) for n, (names, amount) in enumerate(wanted)])
    for invoice_no, owed in BALANCES.items():
        taken = sum(amount for name, amount in shares(decision) if name == invoice_no)
        assert 0 <= taken <= owed.balance


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (entry("152", 1_000_000, "100001"), [("100001", 1_000_000)]),
        (entry("152", 1_200_000, "100001"), [("100001", 1_000_000), (None, 200_000)]),
        (entry("152", 5, "100003"), [("100003", 0), (None, 5)]),
        (entry("152", 2_500_000, "100001", "100002"), [("100001", 1_000_000), ("100002", 1_500_000)]),
        (entry("152", 1_200_000, "100001", "100002"), [("100001", 1_000_000), ("100002", 200_000)]),
        (entry("152", 1_200_000, "100002", "100001"), [("100002", 1_200_000), ("100001", 0)]),
        (
            entry("152", 2_600_000, "100001", "100002"),
            [("100001", 1_000_000), ("100002", 1_500_000), (None, 100_000)],
        ),
        (entry("152", 500), [(None, 500)]),
        (entry("152", -500, "100001"), [("100001", -500)]),
        (entry("152", -500, "100001", "100002"), [("100001", -500)]),
        (entry("152", 0, "100001", "100002"), [("100001", 0)]),
    ],
)
def test_an_entry_is_shared_in_the_order_of_its_invoices(row: EntryRow, expected: list):
    """Each invoice takes at most what is owed on it; a surplus stays unallocated; what is negative is not split."""
    assert shares(booked(row)) == expected


def test_a_second_entry_sees_what_the_first_one_paid():
    """What is owed goes down from row to row of one file."""
    decision = booked(
        entry("1", 900_000, "100001"), entry("2", 300_000, "100001", "100002"), entry("3", 50, "100003")
    )
    assert shares(decision) == [
        ("100001", 900_000),
        ("100001", 100_000),
        ("100002", 200_000),
        ("100003", 0),
        (None, 50),
    ]


@pytest.mark.parametrize(
    ("row", "origin", "reason"),
    [
        (entry("1", 5, "100001"), "unknown", "booked by hand"),
        (entry("1", 5, "100001", settlement=True), "agency", "marked as the agency's settlement"),
        (entry("1", 5, "100001", settlement=False), "unknown", "booked by hand"),
        (entry("1", 5, "100001", payer_account=AGENCY), "agency", f"paid from the agency's account {AGENCY}"),
        (
            entry("1", 5, "100001", payer_account="99990000006"),
            "debtor",
            "paid directly, from account 99990000006",
        ),
        (entry("1", 5, "100001", kind="credit_note", payer_account=AGENCY), "unknown", ""),
    ],
)
def test_who_paid_is_told_by_mark_or_account(row: EntryRow, origin: str, reason: str):
    """The mark of the ERP comes first, then the payer's account; a credit note is nobody's payment."""
    (part,) = booked(row).rows["entries"]
    assert (part["origin"], part["origin_reason"]) == (origin, reason)


def test_booked_entries_are_told_with_line_and_invoice():
    """Each share is an effect of its own."""
    decision = booked(entry("152", 1_200_000, "100001", "100002"), entry("153", 50, kind="credit_note"))
    assert [(effect.line, effect.invoice_no, effect.change) for effect in decision.effects] == [
        (2, "100001", "payment 152 booked: 10000.00 NOK"),
        (2, "100002", "payment 152 booked: 2000.00 NOK"),
        (3, None, "credit note 153 booked: 0.50 NOK"),
    ]


def test_the_same_entry_again_changes_nothing():
    """An entry of the ledger that comes as it is, in the same file or a later one, is unchanged."""
    row = entry("152", 1_200_000, "100001", "100002", text="for chairs")
    first = booked(row, row)
    assert (first.counts.applied, first.counts.unchanged) == (1, 1)
    again = booked(row, existing=in_ledger(first))
    assert (again.counts.unchanged, again.rows["entries"]) == (1, [])


@pytest.mark.parametrize(
    "more",
    [
        {"amount": 6},
        {"kind": "adjustment"},
        {"date": date(2026, 2, 2)},
        {"invoices": ("100002",)},
        {"payer_account": "99990000006"},
        {"text": "other"},
        {"settlement": True},
    ],
)
def test_a_changed_entry_replaces_the_old_one(more: dict):
    """Any change of an entry that the agency has not been told of replaces all its parts."""
    old = in_ledger(booked(entry("152", 5, "100001")))
    decision = booked(entry("152", 5, "100001")._replace(**more), existing=old)
    assert decision.counts.applied == 1
    assert [row["entry_no"] for row in decision.rows["entries"]] == ["152"]
    assert " changed: " in decision.effects[0].change


def test_a_changed_entry_gives_back_what_it_took():
    """What the old parts had settled is owed again when the new shares are made."""
    old = booked(entry("152", 1_000_000, "100001", "100002"))
    left = {**BALANCES, "100001": Owed(0, "NOK")}
    decision = book_entries([entry("152", 1_100_000, "100001", "100002")], in_ledger(old), left, Agency())
    assert shares(decision) == [("100001", 1_000_000), ("100002", 100_000)]


def test_entries_that_change_together_make_room_for_each_other():
    """What changed entries of one file had settled is owed again before the first of them is shared anew."""
    wrong = booked(
        entry("100003", 1_500_000, "100001", "100002", kind="credit_note"),
        entry("152", 1_000_000, "100001", "100002"),
    )
    left = {**BALANCES, "100001": Owed(0, "NOK"), "100002": Owed(0, "NOK")}
    right = [entry("100003", 1_500_000, "100002", kind="credit_note"), entry("152", 1_000_000, "100001")]
    decision = book_entries(right, in_ledger(wrong), left, Agency())
    assert shares(decision) == [("100002", 1_500_000), ("100001", 1_000_000)]
    assert decision.problems == []


def test_an_entry_changed_twice_in_one_file_is_there_once():
    """Only the parts of the last row are written."""
    decision = booked(entry("152", 5, "100001"), entry("153", 1), entry("152", 7, "100002"))
    assert sorted((row["entry_no"], row["amount"]) for row in decision.rows["entries"]) == [
        ("152", 7),
        ("153", 1),
    ]
    assert [effect.change for effect in decision.effects] == [
        "payment 152 booked: 0.05 NOK",
        "payment 153 booked: 0.01 NOK",
        "payment 152 changed: 0.07 NOK",
    ]


@pytest.mark.parametrize("mark", [True, False])
def test_a_mark_set_by_a_person_stays_when_the_feed_says_nothing(mark: bool):
    """`settle` is not undone by a feed that leaves the column empty, whether the entry is changed or not."""
    old = in_ledger(booked(entry("152", 5, "100001")), settlement=mark)
    assert booked(entry("152", 5, "100001"), existing=old).counts.unchanged == 1
    (part,) = booked(entry("152", 6, "100001"), existing=old).rows["entries"]
    assert part["settlement"] is mark


def test_a_mark_of_the_feed_replaces_that_of_a_person():
    """Where the ERP says whether it is a settlement, that holds."""
    old = in_ledger(booked(entry("152", 5, "100001")), settlement=True)
    (part,) = booked(entry("152", 5, "100001", settlement=False), existing=old).rows["entries"]
    assert part["settlement"] is False


@pytest.mark.parametrize("state", ["in", "out", "principal"])
def test_an_entry_that_was_reported_cannot_change(state: str):
    """What the agency was told of (or what was left out, or stood in the principal) is not changed behind its back."""
    old = in_ledger(booked(entry("152", 5, "100001")), reported=state, reported_run=9)
    decision = booked(entry("152", 6, "100001"), existing=old)
    assert messages(decision) == [
        (
            "feed.reported",
            (
                "line 2, field entry_no: '152': was handed to the agency (or left out) by run 9 and cannot change: "
                "enter the difference as a new entry"
            ),
        )
    ]
    assert decision.rows["entries"] == []
    assert booked(entry("152", 5, "100001"), existing=old).counts.unchanged == 1


def test_an_entry_of_which_one_part_was_reported_cannot_change():
    """One part that the agency knows of holds all the others."""
    old = in_ledger(booked(entry("152", 1_200_000, "100001", "100002")))
    old["152"][1] |= {"reported": "in", "reported_run": 9}
    assert [code for code, _ in messages(booked(entry("152", 1, "100001"), existing=old))] == [
        "feed.reported"
    ]


def test_an_entry_for_an_unknown_invoice_is_refused():
    """The whole entry is refused, also where its other invoices are known."""
    decision = booked(entry("152", 5, "100001", "999"), entry("153", 5, "100001"))
    assert messages(decision) == [
        (
            "feed.unknown_invoice",
            "line 2, field invoices: '999': is no invoice in the ledger: feed the invoice first, then hand in this row again",
        )
    ]
    assert shares(decision) == [("100001", 5)]


def test_an_entry_in_another_currency_than_its_invoice_is_refused():
    """Kroner do not lower what is owed in euro."""
    decision = booked(entry("152", 5, "100001", "100004"), entry("153", 5, "100004", currency="EUR"))
    assert messages(decision) == [
        (
            "feed.entry_currency",
            "line 2, field currency: 'NOK': invoice 100004 is in EUR: enter the amount in that currency",
        )
    ]
    assert shares(decision) == [("100004", 5)]
