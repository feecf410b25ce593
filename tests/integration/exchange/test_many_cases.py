"""Many cases at a time: more than one batch, one piece and one portion, and still one transaction and one file."""

from __future__ import annotations

import hashlib
import json

import pytest

from inkasso_formats.dialects import parse, reading
from inkassod import new_cases, selection
from inkassod.core.model import CaseChange, CaseStatus
from inkassod.installation import Installation
from inkassod.status_feed import ERP
from inkassod.store import cases, outbox, sql
from support import dialect_files as lines
from support.exchange import (
    PERSON,
    answer_file,
    committed,
    drop,
    effects,
    ledger,
    log,
    problems,
    read,
    receipt,
    row,
    table,
    waiting,
)
from support.installation import (
    AGREEMENT,
    CREDITOR,
    build,
    customer,
    entry,
    feed,
    invoice,
    ready,
    reminder,
)

NUMBERS = ("1001", "1002", "1003", "1004", "1005")
LATER = 'transfer = "18:00"'


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches, pieces and portions small enough that a test has many of them."""
    monkeypatch.setattr(sql, "BATCH", 2)
    monkeypatch.setattr(outbox, "PIECE", 500)
    monkeypatch.setattr(reading, "MOST_RECORDS", 3)


def _at_agency(folder) -> Installation:
    """An installation with cases 1 to 5, sent."""
    installation = build(folder, process=LATER)
    ready(installation, *NUMBERS)
    selection.select_all(installation, AGREEMENT, PERSON)
    new_cases.send_new_cases(installation, AGREEMENT, PERSON)
    return installation


def _told(installation, number: int) -> list[tuple[str, str]]:
    """Invoice and status of each line of a file for the ERP."""
    found = [json.loads(line) for line in committed(installation, number).splitlines()]
    return [(one["invoice_no"], one["status"]) for one in found]


# --- chosen ---------------------------------------------------------------------------------------------------------


def test_all_batches_of_a_selection_are_one_run(tmp_path):
    """Every candidate is put to transfer, each told once in the log and to the ERP."""
    installation = build(tmp_path, process=LATER)
    ready(installation, *NUMBERS)
    run = selection.select_all(installation, AGREEMENT, PERSON)
    assert run is not None
    found = row(installation, run)
    assert (found["outcome"], found["read"], found["applied"], found["refused"]) == ("done", 5, 5, 0)
    assert found["summary"] == "5 changed, 0 refused"
    assert effects(installation, run) == ["put to transfer"] * 5
    (file,) = waiting(installation, ERP + CREDITOR)
    assert _told(installation, file["id"]) == [(number, "to_transfer") for number in NUMBERS]
    assert selection.select_all(installation, AGREEMENT, PERSON) is None
    assert len(log(installation, kind="transfer")) == 1


@pytest.mark.parametrize("by_hand", [False, True], ids=["all", "named"])
def test_a_second_open_case_in_the_middle_of_many_is_refused_alone(tmp_path, by_hand):
    """An older case of one invoice is open behind a later one that was recalled: the database keeps out a second, the others are put."""
    installation = build(tmp_path, process=LATER)
    ready(installation, *NUMBERS)
    selection.transfer(installation, AGREEMENT, ["1003"], PERSON)
    with installation.database.write() as connection:
        cases.change(connection, [CaseChange(1, {"status": CaseStatus.REJECTED})])
    selection.transfer(installation, AGREEMENT, ["1003"], PERSON)
    selection.untransfer(installation, AGREEMENT, "1003", PERSON)
    with installation.database.write() as connection:
        cases.change(connection, [CaseChange(1, {"status": CaseStatus.SENT})])
    if by_hand:
        run = selection.transfer(installation, AGREEMENT, NUMBERS, PERSON).run
    else:
        run = selection.select_all(installation, AGREEMENT, PERSON)
    found = row(installation, run)
    assert (found["outcome"], found["read"], found["applied"], found["refused"]) == ("issues", 5, 4, 1)
    assert problems(installation, run) == [
        "record invoice, field invoice_no: '1003': has an open case already"
    ]
    opened = [(one["invoice_no"], one["status"]) for one in table(installation, "cases")[2:]]
    assert opened == [(number, "to_transfer") for number in NUMBERS if number != "1003"]


def test_an_invoice_that_is_named_twice_is_put_once(tmp_path):
    """It counts once, in whatever batch its second name stands."""
    installation = build(tmp_path, process=LATER)
    ready(installation, *NUMBERS)
    result = selection.transfer(installation, AGREEMENT, [*NUMBERS, "1001"], PERSON)
    assert (result.put, result.refused) == (NUMBERS, ())
    assert row(installation, result.run)["read"] == 5


def test_raised_levels_and_invoices_that_are_put_stand_in_one_run(tmp_path):
    """With `raise_level` those that lack a reminder get one, and the others are put, whatever batch they are in."""
    installation = build(tmp_path, process=LATER)
    ready(installation, "1001", "1004", "1005")
    feed(installation, invoice("1002"), invoice("1003"))
    result = selection.transfer(installation, AGREEMENT, NUMBERS, PERSON, raise_level=True)
    assert (result.put, result.raised) == (("1001", "1004", "1005"), ("1002", "1003"))
    found = row(installation, result.run)
    assert (found["read"], found["applied"], found["summary"]) == (5, 5, "5 changed, 0 refused")


# --- written --------------------------------------------------------------------------------------------------------


def test_a_file_over_several_pieces_is_whole(tmp_path):
    """Its SHA-256 and size are those of its bytes, it reads back record by record, and its cases are sent."""
    installation = _at_agency(tmp_path)
    (file,) = waiting(installation)
    content = committed(installation, file["id"])
    pieces = [one for one in table(installation, "outbox_pieces") if one["id"] == file["id"]]
    assert len(pieces) > 5
    assert (file["sha256"], file["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
    parsed = parse(installation.dialect(AGREEMENT), "new_cases", content)
    assert [one.invoice_no for one in parsed.records] == list(NUMBERS)
    assert (parsed.count, parsed.total, parsed.problems) == (5, 500_000, [])
    (run,) = log(installation, kind="new_cases")
    assert (run["sha256"], run["size"]) == (file["sha256"], file["size"])
    assert (run["amount"], run["summary"]) == (500_000, f"5 in {file['name']}")
    assert {one["status"] for one in table(installation, "cases")} == {CaseStatus.SENT}
    found = [(one["line"], one["invoice_no"]) for one in table(installation, "effects") if one["line"]]
    assert found == list(enumerate(NUMBERS, 2))
    last = waiting(installation, ERP + CREDITOR)[-1]
    assert _told(installation, last["id"]) == [(number, "sent") for number in NUMBERS]


def test_the_invoices_of_a_customer_stand_together_in_the_file(tmp_path):
    """By customer, the oldest due date first, in whatever order they were chosen."""
    installation = build(tmp_path, process=LATER)
    owners = {"1001": "K1", "1002": "K2", "1003": "K1", "1004": "K2", "1005": "K1"}
    feed(
        installation,
        customer("K1"),
        customer("K2"),
        *(invoice(number, owner) for number, owner in owners.items()),
        *(reminder(number) for number in owners),
    )
    selection.select_all(installation, AGREEMENT, PERSON)
    new_cases.send_new_cases(installation, AGREEMENT, PERSON)
    (file,) = waiting(installation)
    parsed = parse(installation.dialect(AGREEMENT), "new_cases", committed(installation, file["id"]))
    assert [one.invoice_no for one in parsed.records] == ["1001", "1003", "1005", "1002", "1004"]


def test_a_record_that_cannot_be_written_is_named_by_its_place_among_all(tmp_path):
    """In a later batch, too, it is held back alone, and counted from the first record of the file."""
    installation = build(tmp_path, process=LATER)
    odd = "1003Ł"  # a letter that the file lacks; an identity may not be changed
    ready(installation, "1001", "1002", "1003", "1005")
    feed(installation, invoice(odd), reminder(odd, reminder_no="P4"))
    selection.select_all(installation, AGREEMENT, PERSON)
    run = new_cases.send_new_cases(installation, AGREEMENT, PERSON)
    found = row(installation, run)
    assert (found["outcome"], found["read"], found["applied"], found["refused"]) == ("issues", 5, 4, 1)
    (sentence,) = problems(installation, run)
    assert sentence == (
        "record detail 4, field invoice_no (514-543): '1003Ł': holds a character that iso-8859-1 lacks, "
        "and may not be changed"
    )
    statuses = [one["status"] for one in table(installation, "cases")]
    assert statuses == ["sent", "sent", "sent", "to_transfer", "sent"]
    (file,) = waiting(installation)
    parsed = parse(installation.dialect(AGREEMENT), "new_cases", committed(installation, file["id"]))
    assert [one.invoice_no for one in parsed.records] == ["1001", "1002", "1003", "1005"]


def test_what_became_wrong_meanwhile_is_held_back_in_every_batch(tmp_path):
    """Paid ones are taken off the list, disputed ones wait, the others leave with what is owed now."""
    installation = build(tmp_path, process=LATER)
    ready(installation, *NUMBERS)
    selection.select_all(installation, AGREEMENT, PERSON)
    feed(installation, entry("B1", 100_000, "1001"), entry("B2", 40_000, "1005"))
    feed(installation, invoice("1004", reference="100400", disputed=True))
    run = new_cases.send_new_cases(installation, AGREEMENT, PERSON)
    statuses = [one["status"] for one in table(installation, "cases")]
    assert statuses == ["recalled", "sent", "sent", "to_transfer", "sent"]
    assert problems(installation, run) == ["record invoice, field invoice_no: '1004': the claim is disputed"]
    marks = {one["entry_no"]: one["reported"] for one in table(installation, "entries")}
    assert marks == {"B1": "", "B2": "principal"}


# --- answered -------------------------------------------------------------------------------------------------------


def test_receipts_over_several_portions_are_applied_as_one_file(tmp_path):
    """Each case once; a second receipt of a case in a later portion sees what the first did."""
    installation = _at_agency(tmp_path)
    records = [*(receipt(case) for case in range(1, 6)), receipt(1), receipt(77)]
    drop(installation.spool.agency, *answer_file(installation, "receipts", records))
    (run,) = read(installation, installation.spool.agency)
    found = row(installation, run)
    assert (found["read"], found["applied"], found["unchanged"], found["stray"]) == (7, 5, 1, 1)
    assert {one["status"] for one in table(installation, "cases")} == {CaseStatus.ACTIVE}
    numbers = [one["agency_case_no"] for one in table(installation, "cases")]
    assert numbers == [f"88{case:05d}" for case in range(1, 6)]


def test_a_wrong_trailer_behind_several_portions_takes_everything_back(tmp_path):
    """Nothing of the portions before stays, and all that is wrong is told, what stood before the trailer first."""
    installation = _at_agency(tmp_path)
    records = [receipt(case) for case in range(1, 6)]
    name, content = answer_file(installation, "receipts", records)
    content = lines.changed(content, "receipts", 3, "detail", "accepted", "X")
    content = lines.changed(content, "receipts", 7, "trailer", "count", "00000009")
    drop(installation.spool.agency, name, content)
    before = ledger(installation)
    (run,) = read(installation, installation.spool.agency)
    assert row(installation, run)["outcome"] == "failed"
    first, last = problems(installation, run)
    assert first.startswith("line 3, record detail, field ")
    assert last == (
        "line 7, record trailer, field count (3-10): '9': announced, but the file holds 5 detail records"
    )
    assert effects(installation, run) == []
    assert ledger(installation) == before
