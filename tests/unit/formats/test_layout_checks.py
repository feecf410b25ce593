from __future__ import annotations

import pytest

from inkasso_formats.layout import Form, Record, fields_of, layout_problems
from inkasso_formats.problems import FormatProblem


def problems_of(rows: list[dict[str, object]], form: Form = "fixed") -> list[FormatProblem]:
    """What is wrong with a record of these fields."""
    fields = fields_of(rows, form)
    return layout_problems(Record(name="r", length=fields[-1].end, fields=fields), form)


WRONG = [
    ({"length": 4, "form": "HHMM"}, ["'HHMM': form is for a date or a time"]),
    (
        {"type": "time", "length": 6, "form": "HHMMS"},
        ["'HHMMS': one of HHMMSS, HHMM, HH:MM:SS, HH:MM expected as form"],
    ),
    ({"type": "time", "length": 6, "form": "HHMM"}, ["'6': HHMM has 4 characters"]),
    ({"type": "date", "length": 8, "form": "YYYY-MM-DD"}, ["'8': YYYY-MM-DD has 10 characters"]),
    ({"type": "number", "length": 8, "sign": "leading"}, ["'leading': sign is for an amount"]),
    (
        {"type": "amount", "length": 1, "sign": "trailing"},
        ["'1': at least one digit and a sign expected"],
    ),
    (
        {"type": "amount", "length": 4, "sign": "leading", "decimals": "point"},
        ["'4': a sign and at least three digits and their mark expected"],
    ),
    (
        {"type": "amount", "length": 3, "decimals": "comma"},
        ["'3': at least three digits and their mark expected"],
    ),
    (
        {"type": "amount", "length": 9, "decimals": "two"},
        ["'two': one of implied, point, comma expected as decimals"],
    ),
    ({"type": "number", "length": 9, "decimals": "point"}, ["'point': decimals are for an amount"]),
    ({"length": 9, "fill": "zero"}, ["'zero': fill is for digits, number, amount and date"]),
    (
        {"type": "time", "length": 6, "fill": "blank"},
        ["'blank': fill is for digits, number, amount and date"],
    ),
    ({"type": "number", "length": 9, "fill": "0"}, ["'0': zero or blank expected as fill, or none"]),
    (
        {"type": "amount", "length": 9, "without": "-"},
        ["'-': without is for text, digits, reference and code"],
    ),
    ({"type": "digits", "length": 9, "without": "- 0"}, ["'- 0': digits cannot be left out of digits"]),
    ({"length": 2, "constant": "NY"}, ["'NY': constant is for a constant or a filler"]),
    ({"length": 2, "values": ["A", "B"]}, ["'A, B': values are for a code"]),
    (
        {"type": "code", "length": 2, "values": ["A-", "B"], "without": "-"},
        ["'A-': the code holds what is left out when it is written"],
    ),
    (
        {"type": "code", "length": 2, "values": ["A", "0"], "blank": "0"},
        ["'0': the code is the same as the blank, which stands for no value"],
    ),
    ({"type": "code", "length": 2, "values": ["", "A"]}, ["'': a code without blanks around it expected"]),
    ({"length": 3, "blank": "NONE"}, ["'NONE': a blank of at most 3 characters expected"]),
    ({"length": 3, "blank": " 0"}, ["' 0': a blank without blanks around it expected"]),
    (
        {"length": 3, "blank": "a\nb"},
        ["'a\\nb': a blank without line breaks and control characters expected"],
    ),
    ({"type": "filler", "length": 3, "blank": "0"}, ["'0': a filler has no blank: it holds no value"]),
    (
        {"type": "constant", "length": 1, "constant": "A", "default": "A"},
        ["'A': a constant has no default: it holds no value"],
    ),
    ({"type": "number", "length": 3, "default": "x"}, ["'x': no default: digits expected"]),
    (
        {"type": "number", "length": 3, "default": "1234"},
        ["'1234': no default: 4 characters; the field has room for 3"],
    ),
    (
        {"type": "amount", "length": 9, "decimals": "point", "default": "5"},
        ["'5': no default: an amount like 1234.50 expected"],
    ),
    (
        {"type": "amount", "length": 4, "decimals": "point", "default": "10.00"},
        ["'10.00': no default: 5 characters; the field has room for 4"],
    ),
    (
        {"type": "date", "length": 8, "default": "20260231"},
        ["'20260231': no default: no such day: a date YYYYMMDD expected"],
    ),
    (
        {"type": "date", "length": 8, "default": "00000000"},
        ["'00000000': no default: it stands for no value"],
    ),
    ({"type": "code", "length": 1, "values": ["A"], "default": "B"}, ["'B': no default: one of A expected"]),
    (
        {"type": "digits", "length": 4, "default": "12"},
        ["'12': no default: it is not read again as it is written"],
    ),
    (
        {"length": 4, "default": "A-1", "without": "-"},
        ["'A-1': the default holds what is left out when it is written"],
    ),
    ({"length": 4, "default": "0", "blank": "0"}, ["'0': no default: it stands for no value"]),
    (
        {"type": "number", "length": 3, "required": True, "default": "000"},
        ["'000': no default: is required and zero"],
    ),
    (
        {"length": 4, "sign": "trailing", "decimals": "point", "fill": "blank"},
        [
            "'trailing': sign is for an amount",
            "'point': decimals are for an amount",
            "'blank': fill is for digits, number, amount and date",
        ],
    ),
]


@pytest.mark.parametrize(("row", "sentences"), WRONG)
def test_an_option_that_does_not_fit_its_field_is_named(row, sentences):
    """Each wrong combination has a sentence of its own, and all of a field are told at once."""
    problems = problems_of([{"name": "a", **row}])
    assert {problem.code for problem in problems} == {"layout.definition"}
    where = f"record r, field a (1-{row['length']}): "
    assert [problem.message for problem in problems] == [where + sentence for sentence in sentences]


WRONG_WITHOUT_POSITIONS = [
    ("separated", {"start": 3}, ["'3': leaves a gap after the field before: start 2 expected"]),
    ("separated", {"start": 1}, ["'1': overlaps the field before: start 2 expected"]),
    ("xml", {"start": 2}, ["'2': leaves a gap after the field before: start 1 expected"]),
    ("xml", {"length": -1}, ["'-1': a length of at least 1 expected, or 0 for any"]),
    ("xml", {"type": "number", "fill": "zero"}, ["'zero': fill is for fields with positions"]),
    ("xml", {"type": "date", "length": 6}, ["'6': YYYYMMDD has 8 characters"]),
    ("xml", {"type": "constant"}, ["'': the text of the constant expected"]),
    (
        "separated",
        {"type": "constant", "constant": "CASE", "length": 3},
        ["'CASE': a constant of at most 3 characters expected"],
    ),
    (
        "separated",
        {"type": "filler", "constant": "0"},
        ["'0': a filler holds nothing without positions: a constant expected"],
    ),
    ("xml", {"type": "digits", "default": "1A"}, ["'1A': no default: digits expected"]),
]


@pytest.mark.parametrize(("form", "row", "sentences"), WRONG_WITHOUT_POSITIONS)
def test_without_positions_other_places_and_lengths_are_wrong(form, row, sentences):
    """Cells are numbered one after another, XML has no places, and a length is only the most there may be."""
    problems = problems_of([{"name": "a"}, {"name": "b", **row}], form)
    assert [problem.message for problem in problems] == [f"record r, field b: {one}" for one in sentences]


def test_every_option_in_its_place_has_no_problems():
    """What the options are for is taken."""
    rows: list[dict[str, object]] = [
        {"name": "a", "length": 9, "type": "amount", "decimals": "point", "sign": "leading", "fill": "blank"},
        {"name": "b", "length": 9, "type": "amount", "blank": "0", "default": "000000100"},
        {"name": "c", "length": 10, "type": "date", "form": "DD.MM.YYYY", "fill": "blank", "blank": "0"},
        {"name": "d", "length": 5, "type": "time", "form": "HH:MM", "blank": "00:00"},
        {"name": "e", "length": 3, "type": "code", "values": ["NOK", "SEK"], "default": "NOK"},
        {"name": "f", "length": 4, "type": "digits", "without": "- ", "fill": "blank"},
    ]
    assert problems_of(rows) == []
    assert problems_of([row | {"fill": ""} for row in rows], "separated") == []
    assert problems_of([row | {"fill": "", "length": 0} for row in rows], "xml") == []


def test_rows_without_positions_may_leave_out_start_and_length():
    """A cell is one further than the one before, an element stands anywhere, and any length will do."""
    rows: list[dict[str, object]] = [{"name": "a"}, {"name": "b", "length": 5}, {"name": "c"}]
    assert [(field.start, field.length) for field in fields_of(rows, "separated")] == [(1, 0), (2, 5), (3, 0)]
    assert [(field.start, field.length) for field in fields_of(rows, "xml")] == [(1, 0), (1, 5), (1, 0)]
