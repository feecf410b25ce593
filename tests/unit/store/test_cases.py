"""The cases: one open for an invoice, found by every number, each with its time line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from inkassod.core.model import CaseChange, CaseStatus, Counts, Effect
from inkassod.store import cases, journal
from inkassod.store.database import Database
from inkassod.store.sql import insert_one
from inkassod.store.tables import cases as cases_table
from inkassod.store.tables import invoices

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def open_case(connection, invoice_no: str = "1001", agreement: str = "intrum") -> int:
    """A case to transfer, put in as it is: whether it may stand there is for the database."""
    values = {"creditor": "nord", "agreement": agreement, "invoice_no": invoice_no, "currency": "NOK"}
    return insert_one(connection, cases_table, **values, status=CaseStatus.TO_TRANSFER, opened=AT)


def put_invoice(connection, invoice_no: str, balance: int) -> None:
    """A row of the ledger with little in it."""
    texts = ("reference", "claim_type", "description", "delivery_term", "delivery_method", "payment_term")
    connection.execute(
        insert(invoices).values(
            creditor="nord",
            invoice_no=invoice_no,
            customer_no="K1",
            invoice_date=date(2026, 1, 1),
            due_date=date(2026, 1, 15),
            amount=100_000,
            balance=balance,
            currency="NOK",
            disputed=False,
            run=1,
            line=2,
            **dict.fromkeys(texts, ""),
        )
    )


def set_status(connection, case_id: int, status: CaseStatus, **more: object) -> None:
    """The case into that status."""
    cases.change(connection, [CaseChange(case_id, {"status": status, **more})])


@pytest.mark.parametrize("status", [CaseStatus.TO_TRANSFER, CaseStatus.SENT, CaseStatus.ACTIVE])
def test_a_second_open_case_of_an_invoice_is_refused_by_the_database(database: Database, status: CaseStatus):
    """One invoice stands at one agency once, also where two people ask at the same moment, under whatever agreement."""
    with database.write() as connection:
        set_status(connection, open_case(connection), status)
    for agreement in ("intrum", "other"):
        with pytest.raises(IntegrityError, match="UNIQUE"), database.write() as connection:
            open_case(connection, agreement=agreement)
    with database.write() as connection:
        assert open_case(connection, "1002") > 0


@pytest.mark.parametrize("status", [CaseStatus.RECALLED, CaseStatus.REJECTED, CaseStatus.CLOSED])
def test_an_ended_case_leaves_room_for_another(database: Database, status: CaseStatus):
    """What was recalled, rejected or closed is no open case."""
    with database.write() as connection:
        first = open_case(connection)
        set_status(connection, first, status)
        assert open_case(connection) == first + 1


def test_an_ended_case_cannot_become_a_second_open_one(database: Database):
    """The rule holds for changes as well as for new cases."""
    with database.write() as connection:
        first = open_case(connection)
        set_status(connection, first, CaseStatus.REJECTED)
        open_case(connection)
    with pytest.raises(IntegrityError, match="UNIQUE"), database.write() as connection:
        set_status(connection, first, CaseStatus.ACTIVE)


def test_what_stands_to_transfer_is_found_by_invoice(database: Database):
    """Only of the agreement, and only what has not left."""
    with database.write() as connection:
        assert not cases.anything_to_transfer(connection, "intrum")
        open_case(connection, "1003", "other")
        set_status(connection, open_case(connection, "1004"), CaseStatus.SENT)
        assert not cases.anything_to_transfer(connection, "intrum")
        first, second = open_case(connection), open_case(connection, "1002")
        assert cases.anything_to_transfer(connection, "intrum")
        found = [cases.to_transfer(connection, "intrum", f"100{number}") for number in (1, 2, 3, 4)]
    assert found == [first, second, None, None]


@pytest.mark.parametrize("written", ["1", "01", "0" * 29 + "1"])
def test_a_case_is_loaded_by_the_reference_that_the_agency_writes(database: Database, written: str):
    """Zeros before our number do not hide it, however many there are."""
    with database.write() as connection:
        assert open_case(connection) == 1
        found = cases.load(connection, "intrum", {written})
    assert list(found) == ["1"]
    assert (found["1"].case_id, found["1"].status, found["1"].key) == (1, CaseStatus.TO_TRANSFER, "1")


@pytest.mark.parametrize("written", ["", "0", "2", "1a", "A-1", "-1", "1.0", "¹", "١", "9" * 18, "9" * 30])
def test_what_is_no_reference_of_ours_loads_nothing(database: Database, written: str):
    """Other numbers, letters and figures of other scripts are nobody's case."""
    with database.write() as connection:
        open_case(connection)
        assert cases.load(connection, "intrum", {written}) == {}


def test_a_case_of_another_agreement_is_not_loaded(database: Database):
    """An agency's answer reaches the cases of its own agreement only."""
    with database.write() as connection:
        open_case(connection)
        assert cases.load(connection, "other", {"1"}) == {}


def test_a_case_comes_back_with_everything_that_was_set(database: Database):
    """Every column that a decision reads is loaded as it was written."""
    values = {
        "status": CaseStatus.CLOSED,
        "agency_case_no": "900",
        "stage_code": "20",
        "stage_on": date(2026, 2, 1),
        "agency_paid": 5,
        "agency_remaining": 95,
        "closed_on": date(2026, 2, 2),
        "closed_principal": 100,
        "closed_remaining": 7,
    }
    with database.write() as connection:
        case_id = open_case(connection)
        cases.change(connection, [CaseChange(case_id, values), CaseChange(case_id)])
        (case,) = cases.load(connection, "intrum", {str(case_id)}).values()
    assert {name: getattr(case, name) for name in values} == values


def test_changes_take_effect_in_their_order(database: Database):
    """Changes of different columns, of several cases, and of one case twice: the last word on each column holds."""
    with database.write() as connection:
        first, second = open_case(connection), open_case(connection, "1002")
        changes = [
            CaseChange(first, {"status": CaseStatus.SENT}),
            CaseChange(second, {"status": CaseStatus.SENT}),
            CaseChange(first, {"agency_case_no": "900", "status": CaseStatus.ACTIVE}),
            CaseChange(second),
            CaseChange(first, {"status": CaseStatus.CLOSED}),
        ]
        cases.change(connection, changes)
        cases.change(connection, [])
        found = cases.load(connection, "intrum", {"1", "2"})
    assert [(case.status, case.agency_case_no) for case in found.values()] == [
        (CaseStatus.CLOSED, "900"),
        (CaseStatus.SENT, ""),
    ]


def test_a_case_is_found_by_ours_then_the_agencys_then_the_invoices_number(database: Database):
    """The first kind of number that fits is meant."""
    with database.write() as connection:
        first, second = open_case(connection, "900"), open_case(connection, "1002")
        set_status(connection, second, CaseStatus.ACTIVE, agency_case_no="A900")
        assert [row["case_id"] for row in cases.find(connection, str(first))] == [first]
        assert [row["case_id"] for row in cases.find(connection, "A900")] == [second]
        assert [row["case_id"] for row in cases.find(connection, "900")] == [first]
        assert cases.find(connection, "nothing") == []


def test_cases_are_listed_newest_first_with_what_is_owed(database: Database):
    """Filters by column; empty ones are passed over."""
    with database.write() as connection:
        for number, balance in (("1001", 5), ("1002", 6), ("1003", 7)):
            put_invoice(connection, number, balance)
            open_case(connection, number)
        set_status(connection, 2, CaseStatus.SENT)

        def listed(limit: int = 10, **filters: str) -> list[tuple[int, int]]:
            rows = cases.listing(connection, filters=filters, limit=limit)
            return [(row["case_id"], row["balance"]) for row in rows]

        assert listed(status="") == [(3, 7), (2, 6), (1, 5)]
        assert listed(limit=1) == [(3, 7)]
        assert listed(status="sent") == [(2, 6)]
        assert listed(invoice_no="1001", agreement="intrum") == [(1, 5)]


def test_the_time_line_tells_what_happened_in_order(database: Database):
    """Each event with its run, file and line; a run's effects name the cases that it changed."""
    with database.write() as connection:
        case_id = open_case(connection)
        for day, name in enumerate(("KV1", "SO1")):
            run = journal.start(connection, kind="receipts", trigger="watch", file_name=name, started=AT)
            what = [
                Effect(change=f"event {day}", line=2, case_id=case_id),
                Effect(change="other", case_id=99),
            ]
            journal.finish(connection, run, outcome="done", finished=AT, counts=Counts(), what=what)
        events = [
            (row["file_name"], row["line"], row["change"]) for row in cases.timeline(connection, case_id)
        ]
        assert events == [("KV1", 2, "event 0"), ("SO1", 2, "event 1")]
        assert [row.case_id for rows in cases.changed_by(connection, run) for row in rows] == [case_id]
        assert list(cases.changed_by(connection, 99)) == []
