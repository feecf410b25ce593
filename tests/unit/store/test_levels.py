"""Surpluses: no invoice falls below zero, and none stays open while a surplus of it waits; the parts sum up to the entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from inkasso_formats.payments.columns import as_columns
from inkasso_formats.records import Payment
from inkassod.core import feed
from inkassod.core.levels import effects
from inkassod.core.payer import Agency
from inkassod.store import ledger, payments
from inkassod.store.database import Database
from inkassod.store.levels import level
from inkassod.store.tables import entries, invoices
from support.installation import customer, entry, invoice

DAY = date(2026, 3, 1)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A transaction in which customer K1 owes 1 000.00 on each of the invoices 1001 and 1002."""
    with database.write() as opened:
        ledger.put_rows(opened, "nord", 1, "customers", [customer()._asdict()])
        bill(opened, "1001", 100_000)
        bill(opened, "1002", 100_000)
        yield opened


def bill(connection: Connection, number: str, amount: int) -> None:
    """The invoice with that amount, new or changed."""
    row = invoice(number, reference=f"R{number}", amount=amount)
    ledger.put_rows(connection, "nord", 1, "invoices", [row._asdict()])


def book(connection: Connection, number: str, amount: int, *names: str) -> None:
    """An entry of the feed, new or changed."""
    row = entry(number, amount, *names)
    parts = ledger.entry_parts(connection, "nord", {number})
    decision = feed.book_entries([row], parts, ledger.balances(connection, "nord", set(names)), Agency())
    ledger.replace_entries(connection, "nord", 1, decision.rows["entries"])


def pay(connection: Connection, run: int, *paid: tuple[str, str, int]) -> None:
    """A bank's file of payments: identity, reference, amount. Each has a day of its own, so that none is a double."""
    found = [
        Payment(
            line=at,
            identity=name,
            reference=reference,
            amount=amount,
            currency="NOK",
            date=date.fromordinal(DAY.toordinal() + run * 20 + at),
        )
        for at, (name, reference, amount) in enumerate(paid, start=1)
    ]
    payments.add(connection, "nord", run, as_columns(found), ["debtor"] * len(found), [""] * len(found))
    payments.settle_run(connection, run)


def parts(connection: Connection, entry_no: str) -> list[tuple[str | None, int]]:
    """Invoice and amount of each part of an entry."""
    query = select(entries.c.invoice_no, entries.c.amount).where(entries.c.entry_no == entry_no)
    return [(row.invoice_no, row.amount) for row in connection.execute(query.order_by(entries.c.part))]


def owed(connection: Connection) -> dict[str, int]:
    """What is owed on each invoice."""
    found = connection.execute(select(invoices.c.invoice_no, invoices.c.balance)).all()
    return {row.invoice_no: row.balance for row in found}


def test_what_a_bank_payment_is_too_much_becomes_a_part_without_invoice(connection: Connection):
    """The surplus is listed as unmatched, with the invoice that did not need it; the first part stays with the invoice."""
    pay(connection, 2, ("P1", "R1001", 120_000))
    (moved,) = level(connection)
    assert (moved.entry_no, moved.amount, moved.invoice_no, moved.run, moved.off) == (
        "P1",
        20_000,
        "1001",
        2,
        True,
    )
    assert parts(connection, "P1") == [("1001", 100_000), (None, 20_000)]
    assert owed(connection)["1001"] == 0
    (left,) = ledger.unmatched(connection, "nord", 9)
    assert (left["linked"], left["amount"], left["whole"], left["part"]) == ("1001", 20_000, 120_000, 2)
    assert payments.counts_of(connection, 2)["matched"] == 1
    assert level(connection) == []


def test_the_newest_payment_gives_way(connection: Connection):
    """What came first has settled the invoice; what came later is too much, the whole of it if need be."""
    pay(connection, 2, ("P1", "R1001", 70_000))
    pay(connection, 3, ("P2", "R1001", 50_000), ("P3", "R1001", 10_000))
    level(connection)
    assert parts(connection, "P1") == [("1001", 70_000)]
    assert parts(connection, "P2") == [("1001", 30_000), (None, 20_000)]
    assert parts(connection, "P3") == [("1001", 0), (None, 10_000)]


def test_a_surplus_settles_its_invoice_when_more_is_owed_again(connection: Connection):
    """A payment taken back, or a higher amount, finds what waits; the oldest surplus goes first."""
    pay(connection, 2, ("P1", "R1001", 130_000))
    level(connection)
    pay(connection, 3, ("P2", "R1001", -10_000))
    assert effects(level(connection), but=3)[0].change == (
        "payment P1: 100.00 NOK, unallocated until now, settles invoice 1001, on which more is owed again"
    )
    assert parts(connection, "P1") == [("1001", 110_000), (None, 20_000)]
    bill(connection, "1001", 150_000)
    level(connection)
    assert parts(connection, "P1") == [("1001", 130_000)]
    assert owed(connection)["1001"] == 30_000


def test_a_surplus_beside_a_decided_part_is_told_as_one_of_its_own(connection: Connection):
    """What an agency was told of is not changed: the rest of the entry stands beside it, in part or whole."""
    book(connection, "E1", 130_000, "1001")
    connection.execute(update(entries).where(entries.c.part == 1).values(reported="in"))
    bill(connection, "1001", 110_000)
    level(connection)
    assert parts(connection, "E1") == [("1001", 100_000), (None, 20_000), ("1001", 10_000)]
    connection.execute(update(entries).where(entries.c.part == 3).values(reported="in"))
    bill(connection, "1001", 150_000)
    level(connection)
    assert parts(connection, "E1") == [("1001", 100_000), ("1001", 20_000), ("1001", 10_000)]


def test_a_lower_amount_of_an_invoice_splits_what_settles_it(connection: Connection):
    """The invoice does not fall below zero, and the log says what came off it."""
    book(connection, "E1", 100_000, "1001")
    bill(connection, "1001", 80_000)
    assert [one.change for one in effects(level(connection))] == [
        "payment E1: 200.00 NOK is more than is owed on invoice 1001, and is unallocated now"
    ]
    assert (parts(connection, "E1"), owed(connection)["1001"]) == ([("1001", 80_000), (None, 20_000)], 0)


def test_what_an_agency_knows_of_is_not_split(connection: Connection):
    """A reported part stays, so the invoice is below zero, which the run of the feed tells."""
    book(connection, "E1", 100_000, "1001")
    connection.execute(update(entries).values(reported="in"))
    bill(connection, "1001", 80_000)
    assert level(connection) == []
    assert owed(connection)["1001"] == -20_000


def test_what_a_person_left_without_an_invoice_stays_so(connection: Connection):
    """A surplus that somebody kept back is not taken by its invoice again, nor by its reference."""
    pay(connection, 2, ("P1", "R1001", 120_000))
    level(connection)
    connection.execute(update(entries).where(entries.c.part == 2).values(allocated_run=9))
    bill(connection, "1001", 150_000)
    assert level(connection) == []
    assert payments.match_waiting(connection, "nord") == []


def test_a_copy_of_an_overpayment_is_still_a_possible_double(connection: Connection):
    """Payments are compared by what was paid, whatever was split off."""
    one = Payment(line=1, identity="P1", reference="R1001", amount=120_000, currency="NOK", date=DAY)
    for run, identity in ((2, "P1"), (3, "P2")):
        found = Payment(**{**{name: getattr(one, name) for name in one.__slots__}, "identity": identity})
        payments.add(connection, "nord", run, as_columns([found]), ["debtor"], [""])
        payments.settle_run(connection, run)
        level(connection)
    (double,) = payments.doubles(connection, "nord")
    assert (double["entry_no"], double["invoice_no"]) == ("P2", None)
    payments.decide_double(connection, double, same=False)
    level(connection)
    assert parts(connection, "P2") == [("1001", 0), (None, 120_000)]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), st.sampled_from(["1001", "1002"]), st.integers(0, 300)),
        st.tuples(st.just("pay"), st.sampled_from(["1001", "1002"]), st.integers(-200, 300)),
        st.tuples(
            st.sampled_from(["E1", "E2", "E3"]),
            st.sampled_from(["1001", "1002"]),
            st.integers(-200, 300),
        ),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_comes_in_whatever_order_balances_are_derived_without_drift(
    connection: Connection, steps: list[tuple[str, str, int]]
):
    """What is owed is the amount less all that names the invoice, and never below zero; each entry is the sum of its parts."""
    with connection.begin_nested() as savepoint:
        amounts = {"1001": 100_000, "1002": 100_000}
        named: dict[str, tuple[str, int]] = {}
        for run, (what, number, amount) in enumerate(steps, start=2):
            if what == "bill":
                bill(connection, number, amount)
                amounts[number] = amount
            elif what == "pay":
                pay(connection, run, (f"P{run}", f"R{number}", amount))
                named[f"P{run}"] = (number, amount)
            else:
                book(connection, what, amount, number)
                named[what] = (number, amount)
            level(connection)
        settled: Counter[str] = Counter()
        for entry_no, (number, amount) in named.items():
            settled[number] += amount
            assert sum(share for _, share in parts(connection, entry_no)) == amount
        assert owed(connection) == {name: max(0, amount - settled[name]) for name, amount in amounts.items()}
        assert level(connection) == []
        savepoint.rollback()
