"""Files of the agency with one fault each: what is said, where the file lies, that nothing took effect, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from inkasso_formats.dialects import FileKind
from inkassod import runs
from inkassod.core.model import CaseStatus
from support import dialect_files as lines
from support.exchange import (
    PERSON,
    answer_file,
    archived,
    at_agency,
    closure,
    committed,
    drop,
    effects,
    ledger,
    log,
    problems,
    read,
    receipt,
    row,
    spooled,
    table,
    update,
    waiting,
)
from support.installation import AGREEMENT

Spoil = Callable[[bytes], bytes]


def _longer(content: bytes) -> bytes:
    first, *rest = lines.lines_of(content)
    return lines.content_of([first, rest[0] + b" ", *rest[1:]])


def _unknown(content: bytes) -> bytes:
    listed = lines.lines_of(content)
    return lines.content_of([*listed[:2], b"77" + listed[2][2:], *listed[3:]])


def _cut(content: bytes) -> bytes:
    return lines.content_of(lines.lines_of(content)[:-1])


def _field(kind: FileKind, line: int, part: str, name: str, text: str | bytes) -> Spoil:
    return lambda content: lines.changed(content, kind, line, part, name, text)  # type: ignore[arg-type]


REFUSED_WHOLE: dict[str, tuple[FileKind, Spoil, str]] = {
    "wrong record length": (
        "updates",
        _longer,
        "line 2, record detail: '251': characters; a record of this file has 250",
    ),
    "letter that takes two bytes in UTF-8": (
        "updates",
        lambda content: content.replace(b"Delbetaling", "Størst betal".encode(), 1),
        "line 2, record detail: '252': characters; a record of this file has 250",
    ),
    "unknown record": (
        "receipts",
        _unknown,
        "line 3: '77': unknown record: one of 00, 10, 99 expected at its start",
    ),
    "missing trailer": (
        "closures",
        _cut,
        "line 4: the file ends without its trailer (99): it is cut off, have it sent again",
    ),
    "wrong count": (
        "receipts",
        _field("receipts", 5, "trailer", "count", "00000004"),
        "line 5, record trailer, field count (3-10): '4': announced, but the file holds 3 detail records",
    ),
    "wrong sum": (
        "closures",
        _field("closures", 5, "trailer", "total", "000000000000001"),
        (
            "line 5, record trailer, field total (11-25): '0.01': announced, but principal + interest + costs "
            "of the details make 4095.69"
        ),
    ),
    "letters in an amount": (
        "updates",
        _field("updates", 3, "detail", "paid", "+0000000005O00"),
        (
            "line 3, record detail, field paid (105-118): '+0000000005O00': "
            "a sign and 13 digits expected, the last two are decimals"
        ),
    ),
    "empty file": ("updates", lambda _content: b"", "'{name}': no format knows this file; it is empty"),
    "unknown file": (
        "updates",
        lambda _content: b"hello world\n",
        "'{name}': no format knows this file; it begins with b'hello world\\n'",
    ),
    "another client than its name says": (
        "receipts",
        lambda content: content.replace(b"123456    ", b"654321    "),
        (
            "line 1, record header, field client_number (9-18): '654321': the name of the file says 123456: "
            "one of them is wrong, ask the agency"
        ),
    ),
}


@pytest.mark.parametrize(("kind", "spoil", "sentence"), REFUSED_WHOLE.values(), ids=REFUSED_WHOLE)
def test_a_file_that_cannot_be_trusted_is_refused_whole_and_read_after_its_mend(
    tmp_path, kind, spoil, sentence
):
    """It fails with an exact sentence, lies in failed and in the archive, does nothing, stops nothing, and can be mended."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, good = answer_file(installation, kind)
    bad = spoil(good)
    assert bad != good
    drop(agency, name, bad)
    before = ledger(installation)

    (run,) = read(installation, agency)

    assert row(installation, run)["outcome"] == "failed"
    assert problems(installation, run)[0] == sentence.format(name=name)
    assert row(installation, run)["summary"] == problems(installation, run)[0]
    assert spooled(installation) == {f"agency/failed/{run}-{name}": bad}
    assert archived(installation, run) == bad
    assert ledger(installation) == before
    assert effects(installation, run) == []

    other = "updates" if kind == "receipts" else "receipts"
    nameless = [update(case, agency_case_no="") for case in (1, 2, 3)]  # a number would do the receipts' work
    drop(agency, "later", answer_file(installation, other, nameless if other == "updates" else None)[1])
    (later,) = read(installation, agency)
    assert (row(installation, later)["outcome"], row(installation, later)["applied"]) == ("done", 3)

    (agency.failed / f"{run}-{name}").write_bytes(good)
    mended = runs.retry(installation, run, PERSON)
    assert (row(installation, mended)["outcome"], row(installation, mended)["applied"]) == ("done", 3)
    assert (row(installation, mended)["file_name"], row(installation, mended)["actor"]) == (name, "ola")
    assert archived(installation, mended) == good
    assert spooled(installation) == {}


def test_all_faults_of_a_file_are_named_at_once(tmp_path):
    """A refused file names every problem in line order, not only the first."""
    installation = at_agency(tmp_path)
    name, good = answer_file(installation, "updates")
    bad = lines.changed(good, "updates", 2, "detail", "on", "20260230")
    bad = lines.changed(bad, "updates", 5, "trailer", "count", "00000007")
    drop(installation.spool.agency, name, bad)
    (run,) = read(installation, installation.spool.agency)
    assert problems(installation, run) == [
        "line 2, record detail, field on (53-60): '20260230': no such day: a date YYYYMMDD expected",
        "line 5, record trailer, field count (3-10): '7': announced, but the file holds 3 detail records",
    ]


def test_an_impossible_date_refuses_its_record_and_the_others_are_applied(tmp_path):
    """One bad record never stops the good ones: the run has issues, counts and the sentence of the one refused."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, good = answer_file(installation, "updates")
    bad = lines.changed(good, "updates", 3, "detail", "on", "20260230")
    drop(agency, name, bad)
    (run,) = read(installation, agency)
    found = row(installation, run)
    assert (found["outcome"], found["read"], found["applied"], found["refused"]) == ("issues", 3, 2, 1)
    assert problems(installation, run) == [
        "line 3, record detail, field on (53-60): '20260230': no such day: a date YYYYMMDD expected"
    ]
    assert [case["stage_code"] for case in table(installation, "cases")] == ["41", "", "41"]
    assert archived(installation, run) == bad
    assert spooled(installation) == {}

    again = drop(agency, name, bad)
    (second,) = read(installation, agency)
    found = row(installation, second)
    assert not again.exists()
    assert (found["outcome"], found["read"], found["applied"], found["unchanged"], found["refused"]) == (
        "duplicate",
        3,
        0,
        2,
        1,
    )
    assert found["summary"] == f"same content as run {run} of 2 March 2026: 0 of 3 records new"


def test_text_in_another_encoding_is_kept_and_told(tmp_path):
    """Letters that look like UTF-8 in a file of ISO-8859-1 are told, and the record counts all the same."""
    installation = at_agency(tmp_path)
    name, good = answer_file(installation, "updates")
    drop(
        installation.spool.agency,
        name,
        lines.changed(good, "updates", 3, "detail", "stage", "Størst".encode()),
    )
    (run,) = read(installation, installation.spool.agency)
    assert (row(installation, run)["outcome"], row(installation, run)["applied"]) == ("issues", 3)
    assert problems(installation, run) == [
        (
            "line 3, record detail, field stage (67-68): 'Ã¸': would be 'ø' in UTF-8; kept as iso-8859-1, "
            "ask the agency which encoding it writes"
        )
    ]


# --- numbers, and the same again ------------------------------------------------------------------------------------


def test_a_gap_in_the_numbers_is_said_and_the_file_is_read(tmp_path):
    """After number 1 comes 3: the file counts, and the missing one is to be asked for."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    for number, case in ((1, 1), (3, 2)):
        _, content = answer_file(installation, "receipts", [receipt(case)], sequence_no=number)
        drop(agency, f"KV-{number}", content)
    first, second = read(installation, agency)
    assert row(installation, first)["outcome"] == "done"
    assert (row(installation, second)["outcome"], row(installation, second)["applied"]) == ("issues", 1)
    assert problems(installation, second) == [
        (
            "line 1, record header, field sequence_no: '3': follows 1: a file is missing in between, "
            "ask the agency for it; this one was read"
        )
    ]


def test_a_late_file_with_an_older_number_is_said_and_read(tmp_path):
    """After number 3 comes 2: it counts, and the last number stays 3."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    runs_ = []
    for number, case in ((3, 1), (2, 2), (4, 3)):
        _, content = answer_file(installation, "receipts", [receipt(case)], sequence_no=number)
        drop(agency, "KV", content)
        runs_ += read(installation, agency)
    assert [row(installation, run)["outcome"] for run in runs_] == ["done", "issues", "done"]
    assert problems(installation, runs_[1]) == [
        "line 1, record header, field sequence_no: '2': comes after 3: it is late or sent again; it was read"
    ]


def test_the_same_file_again_is_a_duplicate_that_changes_nothing(tmp_path):
    """Known content under another name is told as such: the run, its day, and that no record is new."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "updates")
    drop(agency, name, content)
    (first,) = read(installation, agency)
    before = ledger(installation)
    drop(agency, "under another name", content)
    (second,) = read(installation, agency)
    found = row(installation, second)
    assert (found["outcome"], found["same_as"], found["unchanged"]) == ("duplicate", first, 3)
    assert found["summary"] == f"same content as run {first} of 2 March 2026: 0 of 3 records new"
    assert (found["agreement"], found["kind"]) == (AGREEMENT, "updates")
    assert ledger(installation) == before
    assert spooled(installation) == {}


# --- records that fit no case ---------------------------------------------------------------------------------------


def test_a_receipt_for_a_case_that_nobody_sent_is_stray(tmp_path):
    """An unknown case is shown, never dropped, and the other records count."""
    installation = at_agency(tmp_path)
    _, content = answer_file(installation, "receipts", [receipt(1), receipt(77)])
    drop(installation.spool.agency, "KV", content)
    (run,) = read(installation, installation.spool.agency)
    found = row(installation, run)
    assert (found["outcome"], found["applied"], found["stray"], found["refused"]) == ("issues", 1, 1, 0)
    assert problems(installation, run) == [
        (
            "line 3, record receipt, field case: '77': names a case which this agreement has not sent; "
            "ask the agency what it is"
        )
    ]


def test_a_stray_record_counts_when_its_case_is_there_at_the_second_reading(tmp_path):
    """The same file again tries only what had no effect: here the receipt of a case that was sent meanwhile."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    _, content = answer_file(installation, "receipts", [receipt(1), receipt(4)])
    drop(agency, "KV", content)
    (first,) = read(installation, agency)
    from inkassod import selection
    from support.installation import ready

    ready(installation, "1004")
    selection.transfer(installation, AGREEMENT, ["1004"], PERSON)
    again = runs.retry(installation, first, PERSON)
    found = row(installation, again)
    assert (found["outcome"], found["applied"], found["unchanged"]) == ("done", 1, 1)
    assert found["summary"] == f"same content as run {first} of 2 March 2026: 1 of 2 records new"
    assert problems(installation, again) == []
    assert table(installation, "cases")[3]["agency_case_no"] == "8800004"


def test_an_update_for_a_closed_case_is_refused(tmp_path):
    """News of a case that has ended change nothing, and say when it was closed."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    drop(agency, "AV", answer_file(installation, "closures", [closure(1)])[1])
    read(installation, agency)
    drop(agency, "SO", answer_file(installation, "updates", [update(1, on=date(2026, 3, 3)), update(2)])[1])
    (run,) = read(installation, agency)
    found = row(installation, run)
    assert (found["outcome"], found["applied"], found["refused"]) == ("issues", 1, 1)
    assert problems(installation, run) == [
        (
            "line 2, record update, field case: '1': case 1 was closed on 2026-03-02: nothing is changed; "
            "ask the agency whether it is open again"
        )
    ]
    assert table(installation, "cases")[0]["status"] == CaseStatus.CLOSED


def test_our_own_new_case_file_in_the_inbox_has_come_the_wrong_way(tmp_path):
    """A file that a creditor sends is never read, whatever folder it lies in."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    (made,) = log(installation, kind="new_cases")
    content = committed(installation, waiting(installation)[0]["id"])
    drop(agency, made["file_name"], content)
    before = ledger(installation)
    (run,) = read(installation, agency)
    assert row(installation, run)["outcome"] == "failed"
    assert problems(installation, run) == [
        f"'{made['file_name']}': a file of new cases, which a creditor sends to the agency; take it out of this folder"
    ]
    assert ledger(installation) == before
    assert spooled(installation) == {f"agency/failed/{run}-{made['file_name']}": content}


def test_files_that_came_together_are_read_in_the_order_in_which_they_depend_on_each_other(tmp_path):
    """Receipts before updates before closures, whatever their names sort like."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    for kind in ("closures", "updates", "receipts"):
        drop(agency, *answer_file(installation, kind))
    found = [row(installation, run) for run in read(installation, agency)]
    assert [(one["kind"], one["outcome"]) for one in found] == [
        ("receipts", "done"),
        ("updates", "done"),
        ("closures", "done"),
    ]
