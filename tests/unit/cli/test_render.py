from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkassod.cli.render import Grid, cell, grid, local, plain, safe, show, working, write_json

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_a_pipe_gets_columns_as_wide_as_their_content():
    """Numbers stand to the right, and no line ends in blanks."""
    rows = [("K1", 7, "100.00"), ("K1000", 12, None)]
    assert plain(Grid(("customer", "run", "amount"), rows)) == [
        "customer  run  amount",
        "K1          7  100.00",
        "K1000      12",
    ]


def test_a_grid_without_headings_has_no_heading_line():
    """Facts are pairs only."""
    assert plain(Grid(("", ""), [("run", 5), ("kind", "feed")])) == ["run   5", "kind  feed"]


def test_a_grid_of_documents_takes_their_values_by_key():
    """What else they hold is left out."""
    assert grid(("a", "b"), [{"b": 2, "a": 1, "c": 3}]).rows == [(1, 2)]


def test_wide_letters_count_double():
    """So that columns stay aligned on a terminal."""
    assert plain(Grid(("name", "kind"), [("東京", "x"), ("abcd", "y")])) == [
        "name  kind",
        "東京  x",
        "abcd  y",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (date(2026, 3, 2), "2026-03-02"),
        (time(18, 0), "18:00"),
        (NOON, "2026-03-02 12:00:00"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("red \x1b[31m", "red �[31m"),
        ("right to left \u202e", "right to left �"),
    ],
)
def test_a_cell_is_one_harmless_line(value, shown):
    """Whatever came in a file cannot steer the terminal."""
    assert cell(value) == shown


@given(st.text())
def test_no_text_can_steer_a_terminal(text):
    """But for line ends, nothing below a blank gets through."""
    assert all(letter >= " " or letter == "\n" for letter in safe(text))


def test_times_are_told_in_the_zone_and_nothing_else_is_touched():
    """Also deep within a document."""
    document = {"at": NOON, "inner": [{"on": NOON.date(), "at": NOON}]}
    told = local(document, ZoneInfo("Europe/Oslo"))
    assert cell(told["at"]) == "2026-03-02 13:00:00"
    assert cell(told["inner"][0]["at"]) == "2026-03-02 13:00:00"
    assert told["inner"][0]["on"] == NOON.date()


def test_json_is_utf_8_with_iso_times_and_paths_as_text(capsysbinary):
    """Lone surrogates, which file names may hold, are written as escapes."""
    write_json({"name": "Sølv", "at": NOON, "leaves": time(18, 0), "path": Path("/x"), "odd": "\udcff"})
    written = capsysbinary.readouterr().out
    assert "Sølv".encode() in written
    assert json.loads(written) == {
        "name": "Sølv",
        "at": "2026-03-02T12:00:00+00:00",
        "leaves": "18:00",
        "path": "/x",
        "odd": "\udcff",
    }


@given(st.dictionaries(st.text(), ANYTHING))
def test_any_document_is_one_json_document(document):
    """Whatever it holds."""
    import contextlib
    import io

    written = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with contextlib.redirect_stdout(written):
        write_json(document)
    assert json.loads(written.buffer.getvalue()).keys() == document.keys()


def test_a_pipe_gets_no_colours_and_no_lines(capsys):
    """Texts and grids one below the other."""
    show(["Held: 1", Grid(("invoice",), [("1001",)])])
    assert capsys.readouterr().out == "Held: 1\ninvoice\n1001\n"


def test_work_that_goes_on_is_shown_on_a_terminal_only(capsys):
    """A log file gets no spinner."""
    with working("Reading ..."):
        pass
    assert capsys.readouterr().err == ""
