"""What a file says of the time at which it was made, in the form of its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inkasso_formats.dialects import OutHead, load_text, parse, render
from inkasso_formats.layout_field import TIME_FORMS
from inkasso_formats.records import Receipt
from support.dialect_texts import SMALL

HEAD = OutHead(client_number="7001", sequence_no=1, created=datetime(2026, 11, 24, 9, 5, 7, tzinfo=UTC))
ANSWER = Receipt(line=2, case="1", accepted=True, agency_case_no="4400817")
WRITTEN = {"HHMMSS": "090507", "HHMM": "0905", "HH:MM:SS": "09:05:07", "HH:MM": "09:05"}


@pytest.mark.parametrize("form", TIME_FORMS)
def test_the_time_is_written_in_the_form_of_its_field(form: str) -> None:
    """Also where that has fewer characters than the time itself: the seconds are left out, and nothing is refused."""
    time = f'  {{ name = "created_time", length = {len(form)}, type = "time", form = "{form}" }},\n'
    rest = '  { name = "rest", length = 10, type = "filler" },\n'
    text = SMALL.replace(rest, f"{time}{rest.replace('10', str(10 - len(form)))}", 1)
    dialect = load_text(text, "small.toml")
    rendered = render(dialect, "receipts", HEAD, [ANSWER])
    assert rendered.content.splitlines()[0].decode() == f"H007001001{WRITTEN[form]:10}"
    assert [replace(one, line=2) for one in parse(dialect, "receipts", rendered.content).records] == [ANSWER]
