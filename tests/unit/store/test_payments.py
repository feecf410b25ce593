"""Payments of bank files by sets: each counts once, no øre comes or goes, and what may be a double waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from inkasso_formats.payments.columns import as_columns
from inkasso_formats.records import Payment
from inkassod.core.model import Origin
from inkassod.core.payer import Payer, agency, who_paid
from inkassod.store import journal, ledger, payments
from inkassod.store.database import Database
from inkassod.store.tables import entries, invoices
from support.installation import AGENCY_ACCOUNT, DEBTOR_ACCOUNT, customer, invoice

DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)
KNOWN = agency(accounts=[AGENCY_ACCOUNT])
MANY_TIMES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A transaction with invoices of 1 000.00: R1 and R2 name one each, RR names two, and RE one in euro."""
    with database.write() as opened:
        ledger.put_new(opened, "nord", 1, "customers", [customer(line=2)])
        rows = [
            invoice("1001", reference="R1"),
            invoice("1002", reference="R2"),
            invoice("1003", reference="RR"),
            invoice("1004", reference="RR"),
            invoice("1005", reference="RE", currency="EUR"),
        ]
        ledger.put_new(opened, "nord", 1, "invoices", rows)
        yield opened


def payment(identity: str = "P1", **more: object) -> Payment:
    """100.00 NOK for invoice 1001, from the debtor's account."""
    values: dict[str, object] = {
        "line": 3,
        "reference": "R1",
        "amount": 10_000,
        "currency": "NOK",
        "date": DAY,
        "payer_account": DEBTOR_ACCOUNT,
    }
    return Payment(identity=identity, **{**values, **more})  # type: ignore[arg-type]


def read(connection: Connection, *found: Payment, form: str = "ocr_giro") -> int:
    """One file of a bank, as a run reads it. Returns the run."""
    run = journal.start(
        connection, kind="payments", trigger="watch", format=form, started=datetime(2026, 3, 2, tzinfo=UTC)
    )
    answers = [who_paid(Payer(one.payer_account), KNOWN) for one in found]
    who, why = [str(answer[0]) for answer in answers], [answer[1] for answer in answers]
    payments.add(connection, "nord", run, as_columns(found), who, why)
    payments.settle_run(connection, run)
    return run


def rows(connection: Connection) -> Sequence[dict]:
    """All entries, oldest first."""
    found = connection.execute(select(entries).order_by(entries.c.entry)).mappings()
    return [dict(row) for row in found]


def balances(connection: Connection) -> dict[str, int]:
    """What is owed on each invoice."""
    found = connection.execute(select(invoices.c.invoice_no, invoices.c.balance)).all()
    return {row.invoice_no: row.balance for row in found}


def states(connection: Connection) -> list[tuple[str, str | None, str]]:
    """Identity, invoice, and whether it was set aside."""
    return [(row["entry_no"], row["invoice_no"], row["double"]) for row in rows(connection)]


# --- nothing comes or goes ----------------------------------------------------------------------------------------

FILES = st.lists(
    st.builds(
        Payment,
        line=st.integers(1, 99),
        identity=st.text("abc", min_size=1, max_size=2),
        reference=st.sampled_from(["", "R1", "R2", "RR", "RE", "unknown"]),
        amount=st.integers(-(10**12), 10**12),
        currency=st.just("NOK"),
        date=st.sampled_from([DAY, NEXT]),
        payer_account=st.sampled_from(["", AGENCY_ACCOUNT, DEBTOR_ACCOUNT]),
        bank_reference=st.sampled_from(["", "1", "2"]),
    ),
    max_size=15,
)


@MANY_TIMES
@given(FILES)
def test_the_entries_sum_up_to_the_payments(connection: Connection, found: list[Payment]):
    """Each identity is booked exactly once, with the amount of its first delivery; nothing else is."""
    with connection.begin_nested() as savepoint:
        read(connection, *found)
        first: dict[str, int] = {}
        for one in found:
            first.setdefault(one.identity, one.amount)
        booked = rows(connection)
        assert {row["entry_no"]: row["amount"] for row in booked} == first
        assert sum(row["amount"] for row in booked) == sum(first.values())
        assert all(row["amount"] == row["whole"] for row in booked)
        savepoint.rollback()


@MANY_TIMES
@given(FILES)
def test_direct_agency_unknown_and_unmatched_make_up_the_whole(connection: Connection, found: list[Payment]):
    """Every payment is on exactly one heap, the heaps sum up to the file, and the balances moved by those with an invoice."""
    unique = list({one.identity: one for one in reversed(found)}.values())
    with connection.begin_nested() as savepoint:
        run = read(connection, *unique)
        heaps: Counter[str] = Counter()
        for row in rows(connection):
            heaps["unmatched" if row["invoice_no"] is None else row["origin"]] += row["amount"]
        assert set(heaps) <= {*map(str, Origin), "unmatched"}
        assert heaps.total() == sum(one.amount for one in unique)
        counts = payments.counts_of(connection, run)
        waiting = [one for one in unique if one.reference not in {"R1", "R2"}]
        assert counts == {
            "matched": len(unique) - len(waiting),
            "unmatched": len(waiting),
            "same": 0,
            "possible": 0,
        }
        assert [row["entry_no"] for row in payments.unsettled_of(connection, run, 99)] == [
            one.identity for one in sorted(waiting, key=lambda one: (one.line, unique.index(one)))
        ]
        for number, reference in (("1001", "R1"), ("1002", "R2")):
            paid = sum(one.amount for one in unique if one.reference == reference)
            assert balances(connection)[number] == 100_000 - paid
        savepoint.rollback()


@MANY_TIMES
@given(FILES)
def test_a_file_read_again_books_nothing(connection: Connection, found: list[Payment]):
    """Payments whose identity is in the ledger are passed over, all of them."""
    with connection.begin_nested() as savepoint:
        read(connection, *found)
        before, owed = rows(connection), balances(connection)
        again = read(connection, *found)
        assert (rows(connection), balances(connection)) == (before, owed)
        assert not any(payments.counts_of(connection, again).values())
        savepoint.rollback()


@MANY_TIMES
@given(st.lists(st.tuples(FILES, st.sampled_from(["ocr_giro", "camt054"])), min_size=2, max_size=4))
def test_over_several_files_balances_are_what_counts(
    connection: Connection, files: list[tuple[list[Payment], str]]
):
    """What was set aside moves nothing, names an earlier payment of its amount, and everything else counts in full."""
    with connection.begin_nested() as savepoint:
        for number, (found, form) in enumerate(files):
            fresh = [as_new(one, number) for one in {one.identity: one for one in found}.values()]
            read(connection, *fresh, form=form)
        booked = {row["entry"]: row for row in rows(connection)}
        for row in booked.values():
            if row["double"]:
                first = booked[row["double_of"]]
                assert row["invoice_no"] is None
                assert first["entry"] < row["entry"]
                assert first["run"] != row["run"]
                assert (first["amount"], first["reference"]) == (row["amount"], row["reference"])
                assert not first["double"]
        for invoice_no, owed in balances(connection).items():
            counted = sum(row["amount"] for row in booked.values() if row["invoice_no"] == invoice_no)
            assert owed == 100_000 - counted
        savepoint.rollback()


def as_new(one: Payment, number: int) -> Payment:
    """The payment with an identity of that file's own."""
    return payment(
        f"{number}-{one.identity}",
        line=one.line,
        reference=one.reference,
        amount=one.amount % 3,
        date=one.date,
        bank_reference=one.bank_reference,
    )


# --- matching -------------------------------------------------------------------------------------------------------


def test_the_same_identity_twice_in_one_file_counts_once(connection: Connection):
    """A payment is booked once, however often it is delivered."""
    read(connection, payment("P1", line=3), payment("P1", line=5), payment("P2", line=7))
    assert [(row["entry_no"], row["line"]) for row in rows(connection)] == [("P1", 3), ("P2", 7)]
    assert balances(connection)["1001"] == 80_000


def test_a_payment_goes_to_the_invoice_of_its_reference(connection: Connection):
    """The entry carries the invoice and everything that the bank's file tells."""
    run = read(
        connection,
        payment(payer_name="Kari Oppdiktet", text="for chairs", bank_reference="900", account="99991234566"),
    )
    (row,) = rows(connection)
    assert row.pop("entry") > 0
    assert row == {
        "creditor": "nord",
        "entry_no": "P1",
        "part": 1,
        "source": "bank",
        "kind": "payment",
        "date": DAY,
        "whole": 10_000,
        "amount": 10_000,
        "currency": "NOK",
        "invoice_no": "1001",
        "linked": "",
        "reference": "R1",
        "account": "99991234566",
        "bank_reference": "900",
        "double": "",
        "double_of": None,
        "settlement": None,
        "payer_account": DEBTOR_ACCOUNT,
        "payer_name": "Kari Oppdiktet",
        "text": "for chairs",
        "origin": "debtor",
        "origin_reason": "paid directly, from account 99990000006",
        "reported": "",
        "reported_reason": "",
        "reported_run": None,
        "reminder_no": "",
        "allocated_run": None,
        "run": run,
        "line": 3,
    }


@pytest.mark.parametrize("reference", ["RR", "RE", "unknown", ""])
def test_a_payment_without_one_invoice_is_kept_unmatched(connection: Connection, reference: str):
    """Ambiguous, in another currency, unknown or without a reference: neither guessed nor dropped."""
    run = read(connection, payment(reference=reference))
    assert states(connection) == [("P1", None, "")]
    assert payments.counts_of(connection, run)["unmatched"] == 1
    assert set(balances(connection).values()) == {100_000}


def test_references_are_compared_as_text(connection: Connection):
    """Zeros at the start of a reference count: it is no number."""
    ledger.put_new(connection, "nord", 1, "invoices", [invoice("1006", reference="0017")])
    read(connection, payment("P1", reference="17"), payment("P2", reference="0017"))
    assert states(connection) == [("P1", None, ""), ("P2", "1006", "")]


def test_no_payments_are_no_fault(connection: Connection):
    """A file without payments books nothing."""
    run = read(connection)
    assert payments.unsettled_of(connection, run, 9) == []
    assert connection.execute(select(func.count()).select_from(entries)).scalar() == 0


# --- the same payment twice -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "forms", "double"),
    [
        # the bank's own number, the same: one payment
        ({"bank_reference": "1"}, {"bank_reference": "1"}, ("ocr_giro", "camt054"), "same"),
        ({"bank_reference": "1"}, {"bank_reference": "1"}, ("camt054", "camt054"), "same"),
        # but not on two days: a standing order may keep its number
        ({"bank_reference": "1"}, {"bank_reference": "1", "date": NEXT}, ("ocr_giro", "camt054"), "possible"),
        ({"bank_reference": "1"}, {"bank_reference": "2", "date": NEXT}, ("ocr_giro", "camt054"), ""),
        # numbers that differ, within one format: two payments
        ({"bank_reference": "1"}, {"bank_reference": "2"}, ("camt054", "camt054"), ""),
        # numbers that differ between formats, or a number lacking: nobody can tell
        ({"bank_reference": "1"}, {"bank_reference": "2"}, ("ocr_giro", "camt054"), "possible"),
        ({}, {"bank_reference": "2"}, ("ocr_giro", "camt054"), "possible"),
        ({"bank_reference": "1"}, {}, ("camt054", "ocr_giro"), "possible"),
        ({}, {}, ("ocr_giro", "ocr_giro"), "possible"),
        # another day, amount or invoice: two payments
        ({}, {"date": NEXT}, ("ocr_giro", "ocr_giro"), ""),
        ({}, {"amount": 10_001}, ("ocr_giro", "ocr_giro"), ""),
        ({"bank_reference": "1"}, {"bank_reference": "1", "amount": 1}, ("camt054", "camt054"), ""),
        ({"bank_reference": "1"}, {"bank_reference": "1", "reference": "R2"}, ("camt054", "camt054"), ""),
    ],
)
def test_a_payment_of_a_second_file_is_the_same_possibly_or_another(
    connection: Connection, first: dict, second: dict, forms: tuple[str, str], double: str
):
    """The bank's own number decides where both carry it; else equal invoice, amount and day make it possible."""
    read(connection, payment("P1", **first), form=forms[0])
    run = read(connection, payment("P2", **second), form=forms[1])
    one, other = rows(connection)
    assert (one["double"], one["invoice_no"], other["double"]) == ("", "1001", double)
    assert (other["invoice_no"], other["double_of"]) == (
        (None, one["entry"]) if double else ({"R1": "1001", "R2": "1002"}[other["reference"]], None)
    )
    assert payments.counts_of(connection, run) == {
        "matched": int(not double),
        "unmatched": 0,
        "same": int(double == "same"),
        "possible": int(double == "possible"),
    }
    counted = one["amount"] + (0 if double else other["amount"])
    assert sum(balances(connection).values()) == 500_000 - counted


def test_equal_payments_of_one_file_are_two(connection: Connection):
    """A bank does not deliver one payment twice in one file: somebody paid twice."""
    read(connection, payment("P1"), payment("P2"))
    assert states(connection) == [("P1", "1001", ""), ("P2", "1001", "")]


def test_of_an_overlapping_file_only_what_is_new_counts(connection: Connection):
    """What both files hold is passed over by its identity, the rest comes in."""
    read(connection, payment("P1"), payment("P2", amount=1))
    read(connection, payment("P2", amount=1), payment("P3", amount=2))
    assert [row["entry_no"] for row in rows(connection)] == ["P1", "P2", "P3"]
    assert balances(connection)["1001"] == 100_000 - 10_003


def test_doubles_among_payments_that_waited_count_once_when_the_invoice_comes(connection: Connection):
    """The first delivery settles the invoice, the others are set aside, and a feed later nothing more happens."""
    read(connection, payment("P1", reference="R9", bank_reference="1"), form="camt054")
    read(connection, payment("P2", reference="R9", bank_reference="1"))
    read(connection, payment("P3", reference="R9"))
    assert states(connection) == [("P1", None, ""), ("P2", None, ""), ("P3", None, "")]
    ledger.put_new(connection, "nord", 7, "invoices", [invoice("1009", reference="R9")])
    found = payments.match_waiting(connection, "nord")
    assert [(row["entry_no"], row["double"], row["twin_run"], row["twin_invoice"]) for row in found] == [
        ("P1", "", None, None),
        ("P2", "same", found[0]["run"], "1009"),
        ("P3", "possible", found[0]["run"], "1009"),
    ]
    assert states(connection) == [("P1", "1009", ""), ("P2", None, "same"), ("P3", None, "possible")]
    assert balances(connection)["1009"] == 90_000
    assert payments.match_waiting(connection, "nord") == []


def test_a_payment_that_waited_may_repeat_one_that_counts(connection: Connection):
    """A payment whose reference was ambiguous is held against those that were matched meanwhile."""
    read(connection, payment("P1", reference="RR"))
    ledger.put_rows(connection, "nord", 7, "invoices", [invoice("1004", reference="R4")._asdict()])
    read(connection, payment("P2", reference="RR"))
    assert states(connection) == [("P1", None, ""), ("P2", "1003", "")]
    assert [row["double"] for row in payments.match_waiting(connection, "nord")] == ["possible"]
    assert balances(connection)["1003"] == 90_000


def test_possible_doubles_are_listed_with_what_they_may_repeat(connection: Connection):
    """Entry, run and line of both, of this creditor, until a person has decided."""
    first = read(connection, payment("P1", line=4))
    second = read(connection, payment("P2", line=5), payment("P3", amount=1))
    (row,) = payments.doubles(connection, "nord")
    assert (row["entry_no"], row["run"], row["line"]) == ("P2", second, 5)
    assert (row["twin_run"], row["twin_line"], row["twin_invoice"]) == (first, 4, "1001")
    assert payments.doubles(connection, "other") == []
    assert [row["entry_no"] for row in payments.unsettled_of(connection, second, 9)] == ["P2"]
    assert ledger.unmatched(connection, "nord", 9) == []


@pytest.mark.parametrize(
    ("same", "state", "owed"), [(True, (None, "same"), 90_000), (False, ("1001", "counted"), 80_000)]
)
def test_a_decision_on_a_double_is_final(
    connection: Connection, same: bool, state: tuple[str | None, str], owed: int
):
    """The same payment stays out; another one counts from then on, and neither is asked about again."""
    read(connection, payment("P1"))
    read(connection, payment("P2"))
    (row,) = payments.doubles(connection, "nord")
    payments.decide_double(connection, row, same=same)
    assert states(connection)[1] == ("P2", *state)
    assert balances(connection)["1001"] == owed
    assert payments.doubles(connection, "nord") == []
    decided = payments.double(connection, row["entry"])
    assert decided is not None
    assert decided["double"] == state[1]
    assert payments.match_waiting(connection, "nord") == []


def test_only_what_was_set_aside_is_a_double(connection: Connection):
    """A payment that counts, and a number that no entry has, are none."""
    read(connection, payment("P1"))
    (row,) = rows(connection)
    assert payments.double(connection, row["entry"]) is None
    assert payments.double(connection, 99) is None
