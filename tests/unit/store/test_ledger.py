"""The ledger: balances that are always the sum of their entries, and entries that are decided on once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from inkasso_formats.payments.columns import as_columns
from inkasso_formats.records import Payment
from inkassod.core import feed
from inkassod.core.model import CaseChange, CaseStatus, Claim, Origin, Owed
from inkassod.core.payer import Agency
from inkassod.store import cases, claims, ledger, movements, payments
from inkassod.store.database import Database
from inkassod.store.tables import invoices
from support.installation import customer, entry, invoice, reminder

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A transaction in which customer K1 has the invoices 1001 to 1003 of 1 000.00 each."""
    with database.write() as opened:
        put(opened, "customers", customer())
        put(
            opened,
            "invoices",
            *(invoice(number, reference=f"R{number}") for number in ("1001", "1002", "1003")),
        )
        yield opened


def put(connection: Connection, table: str, *rows) -> None:
    """Rows of the feed as run 1 brings them."""
    ledger.put_rows(connection, "nord", 1, table, [row._asdict() for row in rows])


def enter(connection: Connection, *rows, run: int = 1) -> None:
    """Entries of the feed, decided on by the core and written."""
    names = {name for row in rows for name in row.invoices}
    decision = feed.book_entries(
        rows,
        ledger.entry_parts(connection, "nord", {row.entry_no for row in rows}),
        ledger.balances(connection, "nord", names),
        Agency(),
    )
    assert [problem for problem in decision.problems if not problem.warning] == []
    ledger.replace_entries(connection, "nord", run, decision.rows["entries"])


def pay(connection: Connection, identity: str, reference: str, amount: int, run: int = 2, **more) -> None:
    """One payment of a bank's file."""
    payment = Payment(
        line=1, identity=identity, reference=reference, amount=amount, currency="NOK", date=DAY, **more
    )
    payments.add(connection, "nord", run, as_columns([payment]), ["debtor"], ["paid directly"])
    payments.settle_run(connection, run)


def balance(connection: Connection, invoice_no: str) -> int:
    """What is owed on the invoice, as it stands in its row."""
    row = ledger.invoice(connection, "nord", invoice_no)
    assert row is not None
    return row["balance"]


def hand_over(
    connection: Connection, invoice_no: str, run: int = 5, status=CaseStatus.SENT, agreement="intrum"
) -> int:
    """A case that has left in that run."""
    case_id = cases.open_cases(connection, "nord", agreement, {invoice_no: "NOK"}, AT)[invoice_no]
    cases.change(connection, [CaseChange(case_id, {"status": status, "sent_run": run})])
    movements.known_at_handover(connection, "nord", run)
    return case_id


def named(connection: Connection, *invoice_nos: str) -> list[Claim]:
    """The claims on these invoices."""
    return [claim for batch in claims.named(connection, "nord", invoice_nos) for claim in batch]


def moving(connection: Connection, agreement: str = "intrum") -> list[tuple[str, int, int]]:
    """Entry number, amount and balance after it, of what a correction has to decide on."""
    return [(one.entry_no, one.amount, one.balance) for one in movements.undecided(connection, agreement)]


# --- balances -----------------------------------------------------------------------------------------------------


def test_an_invoice_without_entries_is_owed_in_full(connection: Connection):
    """What is owed is its amount, in its currency; an invoice that is not there is not answered for."""
    found = ledger.balances(connection, "nord", ["1001", "999"])
    assert found == {"1001": Owed(100_000, "NOK")}
    assert ledger.balances(connection, "other", ["1001"]) == {}


def test_entries_lower_what_is_owed(connection: Connection):
    """Payments of the bank and entries of the feed count alike; a negative one raises it again."""
    enter(connection, entry("1", 30_000, "1001"), entry("2", 5_000, "1001", kind="credit_note"))
    pay(connection, "B1", "R1001", 10_000)
    assert balance(connection, "1001") == 55_000
    enter(connection, entry("3", -10_000, "1001"))
    assert (balance(connection, "1001"), balance(connection, "1002")) == (65_000, 100_000)


def test_a_changed_entry_moves_both_balances(connection: Connection):
    """The invoice that lost the entry and the one that got it are both set right."""
    enter(connection, entry("1", 30_000, "1001"))
    enter(connection, entry("1", 40_000, "1002"))
    assert (balance(connection, "1001"), balance(connection, "1002")) == (100_000, 60_000)
    assert [row["amount"] for row in ledger.find_entry(connection, "nord", "1")] == [40_000]


def test_an_entry_without_invoice_moves_nothing(connection: Connection):
    """What is not allocated is kept, and shown as unmatched."""
    enter(connection, entry("1", 30_000))
    pay(connection, "B1", "nobody's", 10_000)
    assert balance(connection, "1001") == 100_000
    assert [row["entry_no"] for row in ledger.unmatched(connection, "nord", 10)] == ["B1", "1"]
    assert [row["entry_no"] for row in ledger.unmatched(connection, "nord", 1)] == ["B1"]


def test_a_changed_amount_of_an_invoice_keeps_its_entries(connection: Connection):
    """The new amount less what was paid; hold and first run stay."""
    enter(connection, entry("1", 30_000, "1001"))
    assert ledger.hold(connection, "nord", "1001", "talks")
    ledger.put_rows(connection, "nord", 9, "invoices", [invoice("1001", amount=120_000)._asdict()])
    row = ledger.invoice(connection, "nord", "1001")
    assert row is not None
    assert (row["balance"], row["hold_reason"], row["run"]) == (90_000, "talks", 1)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["1001", "1002"]), st.integers(-(10**6), 10**6)), max_size=6))
def test_setting_balances_right_twice_does_no_harm(connection: Connection, wanted: list[tuple[str, int]]):
    """A balance is derived from the entries: whatever stood there, and however often, it comes out the same."""
    with connection.begin_nested() as savepoint:
        enter(connection, *[entry(f"E{n}", amount, name) for n, (name, amount) in enumerate(wanted)])
        for _ in range(2):
            connection.execute(update(invoices).values(balance=7))
            ledger.rebalance(connection, "nord", ["1001", "1002", "1001"])
            for name in ("1001", "1002"):
                settled = sum(row["amount"] for row in ledger.entries_of(connection, "nord", name))
                assert balance(connection, name) == 100_000 - settled
            assert balance(connection, "1003") == 7
        savepoint.rollback()


# --- payments that wait -------------------------------------------------------------------------------------------


def test_a_payment_that_came_before_its_invoice_is_matched_when_it_comes(connection: Connection):
    """The payment waits unmatched, and settles the invoice as soon as the feed brings it; once."""
    pay(connection, "B1", "R2001", 40_000)
    put(connection, "invoices", invoice("2001", reference="R2001"))
    assert balance(connection, "2001") == 100_000
    (matched,) = payments.match_waiting(connection, "nord")
    assert (matched["entry_no"], matched["amount"], matched["invoice_no"]) == ("B1", 40_000, "2001")
    assert balance(connection, "2001") == 60_000
    assert payments.match_waiting(connection, "nord") == []
    assert ledger.unmatched(connection, "nord", 10) == []


def test_a_waiting_payment_of_an_ambiguous_reference_goes_on_waiting(connection: Connection):
    """Where two invoices have the reference, none of them is guessed."""
    pay(connection, "B1", "R2001", 40_000)
    put(connection, "invoices", invoice("2001", reference="R2001"), invoice("2002", reference="R2001"))
    assert payments.match_waiting(connection, "nord") == []
    assert (balance(connection, "2001"), balance(connection, "2002")) == (100_000, 100_000)


def test_a_waiting_payment_in_another_currency_goes_on_waiting(connection: Connection):
    """Kroner do not lower what is owed in euro."""
    pay(connection, "B1", "R2001", 40_000)
    put(connection, "invoices", invoice("2001", reference="R2001", currency="EUR"))
    assert payments.match_waiting(connection, "nord") == []
    pay(connection, "B2", "R2001", 40_000)
    assert balance(connection, "2001") == 100_000


def test_payments_without_a_reference_match_no_invoice_without_one(connection: Connection):
    """Two empty references are not the same reference."""
    pay(connection, "B1", "", 40_000)
    put(connection, "invoices", invoice("2001"))
    assert payments.match_waiting(connection, "nord") == []


def test_references_and_identities_are_the_creditors_own(connection: Connection):
    """Another creditor's ledger is another ledger."""
    pay(connection, "B1", "R1001", 1)
    assert ledger.by_reference(connection, "nord", ["R1001", "", "X"]) == {"R1001": {"1001": "NOK"}}
    assert ledger.by_reference(connection, "other", ["R1001"]) == {}
    pay(connection, "B1", "R1002", 1)
    assert [row["invoice_no"] for row in ledger.find_entry(connection, "nord", "B1")] == ["1001"]
    other = Payment(line=1, identity="B1", reference="R1001", amount=1, currency="NOK", date=DAY)
    assert payments.add(connection, "other", 3, as_columns([other]), ["debtor"], [""]) == 1
    payments.settle_run(connection, 3)
    assert [row["invoice_no"] for row in ledger.find_entry(connection, "other", "B1")] == [None]
    assert balance(connection, "1001") == 99_999


# --- claims -------------------------------------------------------------------------------------------------------


def test_a_claim_gathers_customer_highest_reminder_and_latest_case(connection: Connection):
    """All that a hand-over is judged by, read at once."""
    early, late = date(2026, 1, 20), date(2026, 2, 1)
    put(
        connection,
        "reminders",
        reminder("1001", 1, reminder_no="208", sent_date=late),
        reminder("1001", 2, reminder_no="209", sent_date=early),
        reminder("1001", 2, reminder_no="210", sent_date=late),
    )
    hand_over(connection, "1001", status=CaseStatus.REJECTED)
    second = hand_over(connection, "1001")
    enter(connection, entry("1", 30_000, "1001"))
    (claim,) = named(connection, "1001")
    assert (claim.invoice.invoice_no, claim.invoice.balance) == ("1001", 70_000)
    assert claim.customer is not None
    assert claim.customer.name == "Kari Oppdiktet"
    assert claim.reminder is not None
    assert (claim.reminder.reminder_no, claim.reminder.level) == ("210", 2)
    assert claim.case is not None
    assert claim.case.case_id == second


def test_overdue_claims_are_open_and_past_their_due_date(connection: Connection):
    """What is paid is no candidate, nor what is due today or later; the oldest comes first."""
    put(connection, "invoices", invoice("900", due_date=date(2025, 12, 1)), invoice("901", due_date=DAY))
    enter(connection, entry("1", 100_000, "1002"))
    found = [claim for batch in claims.overdue(connection, "nord", DAY) for claim in batch]
    assert [claim.invoice.invoice_no for claim in found] == ["900", "1001", "1003"]
    assert [claim.reminder for claim in found] == [None] * 3


def test_a_hold_is_set_and_released(connection: Connection):
    """An invoice that is not there cannot be held."""
    assert ledger.hold(connection, "nord", "1001", "talks")
    assert named(connection, "1001")[0].invoice.hold_reason == "talks"
    assert ledger.hold(connection, "nord", "1001", "")
    assert named(connection, "1001")[0].invoice.hold_reason == ""
    assert not ledger.hold(connection, "nord", "999", "talks")


# --- corrections --------------------------------------------------------------------------------------------------


def test_entries_in_the_principal_are_never_corrections(connection: Connection):
    """What was paid before the case left is in the principal; only what comes after is told."""
    enter(connection, entry("1", 30_000, "1001"))
    hand_over(connection, "1001")
    assert moving(connection) == []
    enter(connection, entry("2", 10_000, "1001"))
    assert moving(connection) == [("2", 10_000, 60_000)]
    (old, new) = ledger.entries_of(connection, "nord", "1001")
    assert (old["reported"], old["reported_run"], old["reported_reason"]) == (
        "principal",
        5,
        "in the principal at hand-over",
    )
    assert (new["reported"], new["reported_run"]) == ("", None)


def test_a_payment_of_a_run_that_began_before_the_hand_over_is_not_lost(connection: Connection):
    """What counts is what the principal took account of when it was committed, not which run began first."""
    hand_over(connection, "1001", run=5)
    pay(connection, "B1", "R1001", 10_000, run=4)
    assert moving(connection) == [("B1", 10_000, 90_000)]


def test_a_payment_matched_after_the_hand_over_is_a_correction(connection: Connection):
    """A payment that waited for the invoice's reference was not in the principal."""
    pay(connection, "B1", "R2001", 10_000)
    put(connection, "invoices", invoice("2001"))
    hand_over(connection, "2001")
    put(connection, "invoices", invoice("2001", reference="R2001"))
    payments.match_waiting(connection, "nord")
    assert moving(connection) == [("B1", 10_000, 90_000)]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (CaseStatus.TO_TRANSFER, False),
        (CaseStatus.RECALLED, False),
        (CaseStatus.REJECTED, False),
        (CaseStatus.SENT, True),
        (CaseStatus.ACTIVE, True),
        (CaseStatus.CLOSED, True),
    ],
)
def test_only_entries_of_cases_at_the_agency_are_told(connection: Connection, status: CaseStatus, told: bool):
    """What has not left, or was not taken, concerns the agency not."""
    hand_over(connection, "1001", status=status)
    enter(connection, entry("1", 10_000, "1001"), entry("2", 10_000, "1002"), entry("3", 5))
    assert moving(connection) == ([("1", 10_000, 90_000)] if told else [])


def test_each_movement_carries_what_is_left_after_it(connection: Connection):
    """Several entries on one invoice: the balance goes down step by step to what is owed now."""
    hand_over(connection, "1001")
    hand_over(connection, "1002")
    enter(
        connection,
        entry("1", 30_000, "1001"),
        entry("2", 20_000, "1001", date=date(2026, 2, 1)),
        entry("3", 5_000, "1002"),
        entry("4", -20_000, "1001", date=date(2026, 3, 2)),
    )
    assert moving(connection) == [
        ("2", 20_000, 80_000),
        ("1", 30_000, 50_000),
        ("4", -20_000, 70_000),
        ("3", 5_000, 95_000),
    ]
    assert balance(connection, "1001") == 70_000


def test_an_entry_belongs_to_the_latest_case_that_has_left(connection: Connection):
    """After a closed case under one agreement and a new one under another, the new agency is told, the old one not."""
    hand_over(connection, "1001", status=CaseStatus.CLOSED)
    second = hand_over(connection, "1001", agreement="other")
    enter(connection, entry("1", 10_000, "1001"))
    assert moving(connection, "intrum") == []
    (movement,) = movements.undecided(connection, "other")
    assert movement.case.case_id == second


def test_an_entry_is_decided_on_once(connection: Connection):
    """After a correction the entry waits no more; a second decision on it raises and changes nothing."""
    hand_over(connection, "1001")
    enter(connection, entry("1", 10_000, "1001"), entry("2", 20_000, "1001"))
    first, second = movements.undecided(connection, "intrum")
    movements.reported(connection, 8, {first.entry: ("in", "booked by hand")})
    assert moving(connection) == [("2", 20_000, 70_000)]
    with pytest.raises(RuntimeError, match=rf"^entry {first.entry} was decided on before$"):
        movements.reported(connection, 9, {second.entry: ("out", "x"), first.entry: ("out", "other")})
    with pytest.raises(RuntimeError, match=r"^entry 999 was decided on before$"):
        movements.reported(connection, 9, {999: ("out", "other")})
    movements.reported(connection, 9, {second.entry: ("out", "marked")})
    rows = ledger.entries_of(connection, "nord", "1001")
    assert [(row["reported"], row["reported_reason"], row["reported_run"]) for row in rows] == [
        ("in", "booked by hand", 8),
        ("out", "marked", 9),
    ]
    assert moving(connection) == []


def test_a_mark_is_set_on_payments_only(connection: Connection):
    """`settle` reaches payments of either source; a credit note of that number stays what it is."""
    enter(connection, entry("1", 10_000, "1001"), entry("2", 10_000, "1001", kind="credit_note"))
    pay(connection, "B1", "R1001", 10_000)
    for number in ("1", "2", "B1"):
        ledger.settle(connection, "nord", number, settlement=True, origin=Origin.AGENCY, why="marked")
    found = {row["entry_no"]: row["settlement"] for row in ledger.entries_of(connection, "nord", "1001")}
    assert found == {"1": True, "2": None, "B1": True}


def test_rows_and_parts_are_found_by_key(connection: Connection):
    """What the core compares the feed with, and which parents are there."""
    enter(connection, entry("1", 150_000, "1001", "1002"))
    assert ledger.present(connection, "nord", "customers", ["K1", "K2"]) == {"K1"}
    assert ledger.present(connection, "nord", "invoices", ["1001", "9"]) == {"1001"}
    assert set(ledger.existing(connection, "nord", "customers", ["K1", "K2"])) == {"K1"}
    parts = ledger.entry_parts(connection, "nord", ["1", "2"])
    assert {number: [row["amount"] for row in rows] for number, rows in parts.items()} == {
        "1": [100_000, 50_000]
    }
    assert ledger.customer_names(connection, "nord", ["K1", "K2"]) == {"K1": "Kari Oppdiktet"}
    assert ledger.invoice(connection, "nord", "999") is None


def test_what_the_feed_brought_is_read_back_as_it_was(connection: Connection):
    """A row of the ledger holds exactly the columns of the feed's row, so that the same row again is unchanged."""
    row = customer("K9", collection_ban=True, email="k9@nord.example")
    put(connection, "customers", row)
    found = ledger.existing(connection, "nord", "customers", ["K9"])["K9"]
    assert dict(found) == row._asdict()
    assert connection.execute(select(invoices.c.balance)).scalars().all() == [100_000] * 3
