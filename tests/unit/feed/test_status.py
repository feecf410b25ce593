"""The status feed is written for the ERP in a fixed form, and can be read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.feed import CaseStatus, EntryStatus, RefusedStatus, parse_status, render_status
from inkasso_formats.problems import FormatError

AT = datetime(2026, 3, 2, 6, 0, 14, tzinfo=timezone(timedelta(hours=1)))
CASE = CaseStatus(case="1042", invoice_no="100001", status="sent", agreement="intrum", at=AT)

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
RECORDS = st.one_of(
    st.builds(
        CaseStatus, case=TEXT, stage_text=TEXT, closed_on=st.none() | st.just(date(2026, 3, 2)), at=TIMES
    ),
    st.builds(EntryStatus, entry_no=TEXT, amount=st.none() | st.integers(-(10**14) + 1, 10**14 - 1)),
    st.builds(RefusedStatus, file=TEXT, line=st.integers(1, 10**6), message=TEXT, at=TIMES),
)


def test_a_case_is_one_line_with_its_keys_in_order():
    """Keys stand in the order of the fields, unknown text is empty and an unknown date null."""
    assert render_status([CASE]).decode() == (
        '{"type": "case", "case": "1042", "invoice_no": "100001", "agency_case_no": "", "status": "sent", '
        '"stage": "", "stage_text": "", "closed_on": null, "closing_reason": "", "reminder_no": "", '
        '"agreement": "intrum", "at": "2026-03-02T06:00:14+01:00"}\n'
    )


def test_letters_are_written_as_themselves():
    """The file is UTF-8, not escapes."""
    record = RefusedStatus(file="kunder.csv", line=3, code="feed.text", message="navn: 'Ærlig'", at=AT)
    assert "'Ærlig'".encode() in render_status([record])


def test_an_amount_is_text_with_two_decimals():
    """No amount passes through a float on its way to the ERP."""
    record = EntryStatus(
        entry_no="152", invoice_no="1", reminder_no="208", reported="RD.txt", amount=-5, currency="NOK"
    )
    assert b'"amount": "-0.05", "currency": "NOK"' in render_status([record])


@given(st.lists(RECORDS, max_size=5))
def test_records_survive_writing_and_reading(records):
    """What is written is read as the same records, in the same order."""
    assert parse_status(render_status(records)) == records


def test_a_time_without_offset_is_not_written():
    """A time that could be any hour of the world is a mistake of the caller."""
    record = RefusedStatus(file="a.csv", line=1, code="x", message="y", at=datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="at: a time with an offset expected, 2026-03-02T00:00:00 has none"):
        render_status([record])


def test_all_lines_that_are_no_records_are_told():
    """Each bad line is named with its rule."""
    good = render_status([CASE]).decode()
    lines = [
        "{",
        "[]",
        '{"type": "invoice"}',
        '{"type": "entry", "entry_no": "1"}',
        good.replace("2026-03-02T06:00:14+01:00", "2026-03-02T06:00:14").strip(),
        good.replace("2026-03-02T06:00:14+01:00", "now").strip(),
        good.replace('"1042"', "1042").strip(),
        good.replace("null", '"2.3.2026"').strip(),
        '{"type": "refused", "file": "", "line": true, "code": "", "field": "", "message": "", "at": ""}',
    ]
    with pytest.raises(FormatError) as error:
        parse_status("\n".join([good.strip(), "", *lines]).encode())
    assert [(problem.line, problem.rule) for problem in error.value.problems] == [
        (3, "one JSON object in the line expected"),
        (4, "one JSON object in the line expected"),
        (5, "a type of case, entry, refused expected"),
        (6, "the keys entry_no, invoice_no, reminder_no, reported, amount, currency expected"),
        (7, "at: a time as 2026-01-31T06:00:00+01:00 expected"),
        (8, "at: a time as 2026-01-31T06:00:00+01:00 expected"),
        (9, "case: text expected"),
        (10, "closed_on: a date as YYYY-MM-DD expected"),
        (11, "line: a whole number expected"),
    ]


def test_a_file_that_is_not_utf_8_is_refused():
    """The status feed is UTF-8."""
    with pytest.raises(FormatError, match=r"^byte 2 of the file is not UTF-8$"):
        parse_status(b"{\xf8}")
