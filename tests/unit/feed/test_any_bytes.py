"""No content of a file makes the readers fail in another way than by words."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inkasso_formats.feed import read_csv, read_jsonl, set_aside_csv
from inkasso_formats.problems import FormatError

HEAD = b"reminder_no;invoice_no;level;sent_date\n"


def outcome(batches) -> list[tuple[int, list[int], int]] | None:
    """Rows, refused lines and problems of each batch; None where the file is refused whole, in words."""
    try:
        return [(len(batch.rows), batch.refused, len(batch.problems)) for batch in batches]
    except FormatError as error:
        if not error.problems:
            raise
        return None


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
@given(content=st.binary(max_size=200) | st.text('1;"\r\n x', max_size=60).map(str.encode))
@example(content=b'"')
@example(content=b'1;"2\n3"x;4\n')
@example(content=b"1;2;1;2026-01-01\r2;2;1;2026-01-01\n")
def test_any_csv_is_read_or_refused_in_words(content, encoding):
    """Every row passes or is refused with a problem, and the refused rows can be set aside."""
    found = outcome(read_csv(io.BytesIO(HEAD + content), "reminders", encoding=encoding))
    for _, refused, problems in found or []:
        assert len(refused) <= problems
    refused = [line for _, lines, _ in found or [] for line in lines]
    if found is not None:
        aside = set_aside_csv(io.BytesIO(HEAD + content), refused, encoding=encoding)
        again = outcome(read_csv(io.BytesIO(aside), "reminders", encoding=encoding))
        assert sum(rows + len(lines) for rows, lines, _ in again or []) == len(refused)


@given(st.binary(max_size=200) | st.text('{}[]":,1e.ntrue ', max_size=60).map(str.encode))
def test_any_json_lines_are_read_or_refused_in_words(content):
    """Every line passes or is refused with a problem."""
    for _, refused, problems in outcome(read_jsonl(io.BytesIO(content))) or []:
        assert len(refused) <= problems
