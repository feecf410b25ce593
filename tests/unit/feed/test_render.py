"""Rows written as CSV are read as the same rows."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkasso_formats.feed import FEED_TYPES, CustomerRow, Kind, ReminderRow, read_csv, render_csv
from inkasso_formats.feed.codes import COUNTRIES, CURRENCIES, LANGUAGES
from inkasso_formats.feed.columns import Column, FeedType

VISIBLE = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"))
SENTENCE = st.lists(st.text(VISIBLE, min_size=1, max_size=6), min_size=1, max_size=2).map(" ".join)
NUMBER = st.text(st.characters(categories=("L", "Nd", "P", "S"), codec="utf-8"), min_size=1, max_size=12)


def values(column: Column) -> st.SearchStrategy:
    """Every kind of value that a column may hold."""
    filled = {
        Kind.NUMBER: NUMBER,
        Kind.REFERENCE: st.from_regex(r"[0-9A-Z]{1,24}-?", fullmatch=True),
        Kind.TEXT: SENTENCE.map(str.strip).filter(bool),
        Kind.CHOICE: st.sampled_from(column.choices or ("",)),
        Kind.DATE: st.dates(date(1900, 1, 1), date(2099, 12, 31)),
        Kind.AMOUNT: st.integers(column.least if column.least is not None else -(10**14) + 1, 10**14 - 1),
        Kind.CURRENCY: st.sampled_from(sorted(CURRENCIES)),
        Kind.COUNTRY: st.sampled_from(sorted(COUNTRIES)),
        Kind.LANGUAGE: st.sampled_from(sorted(LANGUAGES)),
        Kind.BOOLEAN: st.booleans(),
        Kind.INTEGER: st.integers(column.least or 0, column.most or 9),
        Kind.NUMBERS: st.lists(NUMBER, min_size=1, max_size=3, unique=True).map(tuple),
    }[column.kind]
    return filled if column.required else st.just(column.empty) | filled


def rows(feed: FeedType) -> st.SearchStrategy:
    """Rows of one type that stand in a file from line 2 on, each key once."""
    row = st.tuples(*(values(column) for column in feed.columns))
    several = st.lists(row, min_size=1, max_size=4, unique_by=lambda cells: cells[0])
    return several.map(lambda found: [feed.row(line, *cells) for line, cells in enumerate(found, 2)])


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("feed", FEED_TYPES.values(), ids=FEED_TYPES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_rows_survive_writing_and_reading(feed, separator, data):
    """Whatever rows hold, a written file is read as the same rows, without a problem."""
    written = data.draw(rows(feed))
    (batch,) = read_csv(io.BytesIO(render_csv(written, separator=separator)), feed.name)
    assert (batch.rows, batch.problems) == (written, [])


def test_a_file_is_written_with_every_column():
    """The bytes are those of the documented form."""
    row = ReminderRow(0, "208", "100001", 1, date(2026, 2, 1), 3500)
    assert render_csv([row]) == (
        b"reminder_no,invoice_no,level,sent_date,fee\r\n208,100001,1,2026-02-01,35.00\r\n"
    )


def test_a_file_needs_a_row_and_one_type():
    """Without rows, or with rows of two types, there is no file to write."""
    with pytest.raises(
        ValueError, match="at least one row is needed: the rows say which columns the file has"
    ):
        render_csv([])
    reminder = ReminderRow(0, "208", "1", 1, date(2026, 2, 1))
    with pytest.raises(TypeError, match="ReminderRow does not belong in a file of customers"):
        render_csv([CustomerRow(0, "7", "Kari", "private"), reminder])
