"""The new-case file as it is made: what is changed to fit, what is held back, what is taken off, names and numbers."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import pytest

from inkasso_formats.dialects import Parsed, load_text, parse
from inkassod import new_cases, selection
from inkassod.core.model import CaseStatus
from inkassod.installation import Installation
from support.exchange import PERSON, committed, dies_at, effects, log, problems, row, table, waiting
from support.installation import (
    AGREEMENT,
    START,
    build,
    customer,
    entry,
    feed,
    invoice,
    ready,
    reminder,
    set_time,
)


def _with_less_room(installation: Installation) -> Installation:
    """The same, with an agency that has room for six characters of an invoice number; the rest is blank."""
    text = (resources.files("inkasso_formats.dialects") / "intrum-no.toml").read_text("utf-8")
    wide = '{ name = "invoice_no", start = 514, length = 30, required = true, meaning = "The invoice." },'
    assert text.count(wide) == 1
    narrow = (
        wide.replace("30", "6")
        + '\n  { name = "room", start = 520, length = 24, type = "filler", meaning = "Blank." },'
    )
    dialect = load_text(text.replace(wide, narrow), "narrow.toml")
    return replace(installation, dialects={dialect.name: dialect})


def _parsed(installation, position: int = -1) -> Parsed:
    """The file that waits at that place of the outbox, read as the agency reads it."""
    found = waiting(installation)[position]
    return parse(installation.dialect(AGREEMENT), "new_cases", committed(installation, found["id"]))


def _statuses(installation) -> list[str]:
    return [one["status"] for one in table(installation, "cases")]


def test_a_name_that_does_not_fit_is_changed_and_told(tmp_path):
    """Letters that the file lacks are written otherwise, what is too long is cut, and both are notes of the run."""
    installation = build(tmp_path)
    long = "Łukasz " + "Oppdiktet " * 9
    feed(installation, customer(name=long), invoice(), reminder())
    run = selection.transfer(installation, AGREEMENT, ["1001"], PERSON).new_cases
    (record,) = _parsed(installation).records
    room = len(record.name)
    assert record.name == ("Lukasz " + "Oppdiktet " * 9)[:room].rstrip()
    assert room < len(long)
    assert (row(installation, run)["outcome"], row(installation, run)["applied"]) == ("issues", 1)
    told = problems(installation, run)
    assert told
    assert all(sentence.startswith("line 2, record detail, field name (") for sentence in told)
    assert _statuses(installation) == [CaseStatus.SENT]


def test_an_invoice_number_too_long_for_its_place_holds_back_its_record_only(tmp_path):
    """An identity may not be cut: the record is named and waits, the others leave."""
    installation = _with_less_room(build(tmp_path))
    long = "F" * 7
    ready(installation, "1001", "1003")
    feed(installation, invoice(long), reminder(long, reminder_no="P-long"))
    run = selection.transfer(installation, AGREEMENT, ["1001", long, "1003"], PERSON).new_cases
    found = row(installation, run)
    assert (found["outcome"], found["read"], found["applied"], found["refused"]) == ("issues", 3, 2, 1)
    (sentence,) = problems(installation, run)
    assert "field invoice_no (514-519)" in sentence
    assert sentence.endswith("7 characters; the field has room for 6 and may not be cut")
    assert [record.invoice_no for record in _parsed(installation).records] == ["1001", "1003"]
    assert sorted(_statuses(installation)) == ["sent", "sent", "to_transfer"]
    assert found["amount"] == 200_000


def test_a_file_of_nothing_but_held_back_records_does_not_leave(tmp_path):
    """No file, no sequence number used, and the run says why."""
    installation = _with_less_room(build(tmp_path))
    long = "F" * 7
    feed(installation, customer(), invoice(long), reminder(long, reminder_no="P-long"))
    run = selection.transfer(installation, AGREEMENT, [long], PERSON).new_cases
    found = row(installation, run)
    assert (found["outcome"], found["applied"], found["refused"]) == ("issues", 0, 1)
    assert found["summary"] == "nothing leaves"
    assert waiting(installation) == []
    assert table(installation, "sequences") == []
    assert _statuses(installation) == ["to_transfer"]


def test_what_was_paid_meanwhile_is_taken_off_the_list(tmp_path):
    """Paid between the choice and the hour of the transfer: it does not leave, and no longer stands to transfer."""
    installation = build(tmp_path, process='transfer = "18:00"')
    ready(installation, "1001", "1002", "1003")
    selection.transfer(installation, AGREEMENT, ["1001", "1002", "1003"], PERSON)
    feed(installation, entry("B1", 100_000, "1001"), entry("B2", 40_000, "1002"))
    run = new_cases.send_new_cases(installation, AGREEMENT, PERSON)
    assert [(one.invoice_no, one.principal) for one in _parsed(installation).records] == [
        ("1002", 60_000),
        ("1003", 100_000),
    ]
    assert _statuses(installation) == ["recalled", "sent", "sent"]
    assert effects(installation, run)[-1] == "taken off the list before it left: nothing is owed any more"


def test_what_was_disputed_meanwhile_waits_and_says_so(tmp_path):
    """It is held back with its reason, and the others leave."""
    installation = build(tmp_path, process='transfer = "18:00"')
    ready(installation, "1001", "1002")
    selection.transfer(installation, AGREEMENT, ["1001", "1002"], PERSON)
    feed(installation, invoice("1001", reference="100100", disputed=True))
    run = new_cases.send_new_cases(installation, AGREEMENT, PERSON)
    assert problems(installation, run) == ["record invoice, field invoice_no: '1001': the claim is disputed"]
    assert _statuses(installation) == ["to_transfer", "sent"]


def test_files_of_one_second_have_names_and_numbers_of_their_own(tmp_path):
    """The names count seconds, so the second file takes the next second; the numbers go up by one."""
    installation = build(tmp_path)
    ready(installation, "1001", "1002", "1003", "1004")
    for invoice_no in ("1001", "1002", "1003"):
        selection.transfer(installation, AGREEMENT, [invoice_no], PERSON)
    set_time(installation, START.replace(hour=9))
    selection.transfer(installation, AGREEMENT, ["1004"], PERSON)
    assert [one["name"] for one in waiting(installation)] == [
        "LS12345620260302090000",
        "LS12345620260302090001",
        "LS12345620260302090002",
        "LS12345620260302100000",
    ]
    assert [_parsed(installation, place).head.sequence_no for place in range(4)] == [1, 2, 3, 4]


def test_a_file_that_could_not_be_committed_uses_no_number(tmp_path, monkeypatch):
    """Cases, number, bytes and run stand in one transaction: a fault at its end leaves none of them."""
    installation = build(tmp_path)
    ready(installation, "1001")
    with monkeypatch.context() as patched:
        dies_at(patched, new_cases, "queue", "after", error=RuntimeError("a fault"))
        with pytest.raises(RuntimeError, match=r"^a fault$"):
            selection.transfer(installation, AGREEMENT, ["1001"], PERSON)
    assert waiting(installation) == []
    assert log(installation, kind="new_cases") == []
    assert _statuses(installation) == ["to_transfer"]
    new_cases.send_new_cases(installation, AGREEMENT, PERSON)
    assert _parsed(installation).head.sequence_no == 1
