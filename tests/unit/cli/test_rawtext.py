from __future__ import annotations

import pytest

from inkasso_formats.dialects import load_text
from inkassod.rawtext import Spoken, document, text_of
from support.dialect_texts import SEPARATED, SMALL, XML

RUN = {"run": 7, "file_name": "x"}


def row(line, **more):
    """A problem as the log keeps it."""
    values = {"code": "c", "record": None, "field": None, "first": None, "last": None, "value": None}
    return {**values, "expected": "e", "message": "m", "warning": False, "line": line, **more}


def marked(content, **more):
    """Where the one problem of the last line is marked."""
    lines = document(RUN, content, [row(content.count(b"\n"), **more)])["lines"]
    return lines[-1]["problems"][0]["marked"]


def test_lines_are_numbered_as_readers_number_them():
    """By LF; a CR at the end is no text, and one within a line ends none."""
    lines = document(RUN, b"a\r\nb\rc\n\nd", [])["lines"]
    assert [(line["line"], line["text"]) for line in lines] == [(1, "a"), (2, "b\rc"), (3, ""), (4, "d")]


def test_problems_of_no_line_stand_before_all_lines():
    """They mean the file as a whole."""
    found = document(RUN, b"a\n", [row(None), row(1)])
    assert (len(found["problems"]), len(found["lines"][0]["problems"])) == (1, 1)


@pytest.mark.parametrize(
    ("content", "problem", "place"),
    [
        (b"0123456789\n", {"first": 3, "last": 5}, [3, 5]),
        (b"a,b,c\n1,22,3\n", {"field": "b"}, [3, 4]),
        (b"a;b;c\n1,5;22;3\n", {"field": "b"}, [5, 6]),
        (b"\xef\xbb\xbfa;b\n1;2\n", {"field": "a"}, [1, 1]),
        (b"a;b;c\n1;;3\n", {"field": "b"}, [3, 3]),
        (b'a,b\n"x,y",bad\n', {"field": "b", "value": "bad"}, [7, 9]),
        (b"a,b\n1\n", {"field": "b"}, None),
        (b'{"a": "bad"}\n', {"field": "a", "value": "bad"}, [8, 10]),
        (b"bad bad\n", {"field": "a", "value": "bad"}, None),
        (b"x\n", {}, None),
    ],
)
def test_the_failing_field_is_found(content, problem, place):
    """By its position, by its heading, or by its value where that stands there once; else nothing is marked."""
    assert marked(content, **problem) == place


def test_lines_of_an_agencys_flat_file_have_the_names_of_their_records():
    """In the encoding of the dialect, so that positions are right whatever the letters look like."""
    spoken = Spoken(load_text(SMALL, "small.toml"), "receipts")
    found = document(RUN, "H\nDÃ¥\n?".encode("windows-1252"), [row(2, first=2, last=3)], spoken)
    assert found["positions"] is True
    assert [(line["record"], line["text"]) for line in found["lines"]] == [
        ("header", "H"),
        ("detail", "DÃ¥"),
        ("", "?"),
    ]
    assert found["lines"][1]["problems"][0]["marked"] == [2, 3]


@pytest.mark.parametrize(
    ("text", "cell", "place"),
    [
        ("A1\tB\tC", 2, [4, 4]),
        ('"A\t1"\tB\tC', 2, [7, 7]),
        ('"A ""\t1"""\tBB', 2, [12, 13]),
        ('A"1\tB"', 2, [5, 6]),
        ("A1\t\tC", 2, [4, 4]),
        ("A1\t", 2, [4, 4]),
        ("A1", 2, None),
    ],
)
def test_the_failing_cell_of_a_separated_file_is_found(text, cell, place):
    """By its number, whatever stands in quotes; one that is empty by one sign, one that is not there not at all."""
    spoken = Spoken(load_text(SEPARATED, "cells.toml"), "corrections")
    found = document(RUN, text.encode(), [row(1, first=cell, last=cell)], spoken)
    assert (found["positions"], found["lines"][0]["record"]) == (False, "correction")
    assert found["lines"][0]["problems"][0]["marked"] == place


def test_xml_of_an_agency_is_shown_as_other_text():
    """Its lines are no records."""
    spoken = Spoken(load_text(XML, "elements.toml"), "updates")
    found = document(RUN, b"<Updates>\n<Case/>\n", [row(2, value="Case")], spoken)
    assert (found["positions"], found["lines"][1]["record"]) == (False, None)
    assert found["lines"][1]["problems"][0]["marked"] == [2, 5]


def test_letters_are_read_as_utf_8_or_by_the_byte():
    """So that every line can be shown, whatever it is written in."""
    assert text_of("Sølv".encode()) == "Sølv"
    assert text_of("Sølv".encode("iso-8859-1")) == "Sølv"
