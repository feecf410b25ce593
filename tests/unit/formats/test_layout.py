from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.layout import (
    DATE_FORMS,
    Field,
    Record,
    fields_of,
    layout_problems,
    markdown_table,
    parse_line,
    render_line,
    table,
    type_names,
)
from inkasso_formats.problems import FormatError

ROWS = [
    {"name": "tag", "length": 2, "type": "constant", "constant": "CA", "meaning": "Record tag."},
    {"name": "case", "length": 6, "type": "digits", "required": True},
    {"name": "name", "length": 8, "type": "text"},
    {"name": "kid", "length": 7, "type": "reference"},
    {"name": "level", "length": 2, "type": "number"},
    {"name": "paid", "length": 6, "type": "amount", "sign": "leading"},
    {"name": "cost", "length": 5, "type": "amount"},
    {"name": "due", "length": 6, "type": "date", "form": "DDMMYY"},
    {"name": "on", "length": 8, "type": "date", "required": True},
    {"name": "stage", "length": 3, "type": "code", "values": ["A", "BB"]},
    {"name": "filler", "length": 3, "type": "filler", "constant": "0"},
]
CASE = Record(name="case", length=56, fields=fields_of(ROWS))
LINE = "CA000123Ola     0012345" + "07" + "-00150" + "00099" + "311226" + "20261122" + "A  " + "000"
VALUES = {
    "case": "000123",
    "name": "Ola",
    "kid": "0012345",
    "level": 7,
    "paid": -150,
    "cost": 99,
    "due": date(2026, 12, 31),
    "on": date(2026, 11, 22),
    "stage": "A",
}


def one(field_type: str, length: int = 4, **more: object) -> Record:
    """A record of one field named `x`."""
    return Record(
        name="row",
        length=length,
        fields=fields_of([{"name": "x", "length": length, "type": field_type, **more}]),
    )


def test_a_line_is_read_as_values_by_name_without_constants_and_fillers():
    """Each field gives the value of its type."""
    assert parse_line(CASE, LINE, 1) == (VALUES, [])


def test_values_are_written_as_the_line_they_were_read_from():
    """Text stands left, references right, numbers are filled with zeros, fillers with their character."""
    assert render_line(CASE, VALUES) == LINE


def test_a_line_of_the_wrong_length_has_one_problem_and_no_values():
    """Positions mean nothing in a line that is too short or too long."""
    values, problems = parse_line(CASE, LINE[:-1], 7)
    assert values == {}
    assert [(p.code, p.message) for p in problems] == [
        ("layout.length", "line 7, record case: '55': characters; a record of this file has 56")
    ]


READ_ERRORS = [
    ("text", {"required": True}, "    ", "is required and blank"),
    ("digits", {}, "12 4", "4 digits expected"),
    ("digits", {}, "12²4", "4 digits expected"),
    ("digits", {"required": True}, "    ", "4 digits expected"),
    ("digits", {"required": True}, "0000", "is required and zero"),
    ("reference", {}, "1 2 ", "a reference holds no blanks inside"),
    ("reference", {"required": True}, "    ", "is required and blank"),
    ("number", {}, "12A4", "4 digits expected"),
    ("number", {}, "    ", "4 digits expected"),
    ("number", {"required": True}, "0000", "is required and zero"),
    ("amount", {}, "-001", "4 digits expected, the last two are decimals"),
    ("amount", {"sign": "leading"}, "1001", "a sign and 3 digits expected, the last two are decimals"),
    ("amount", {"sign": "leading"}, "-0,1", "a sign and 3 digits expected, the last two are decimals"),
    ("amount", {"required": True, "sign": "leading"}, "-000", "is required and zero"),
    ("date", {"length": 6, "form": "DDMMYY"}, "310226", "no such day: a date DDMMYY expected"),
    ("date", {"length": 6, "form": "YYMMDD"}, "26-1-2", "a date YYMMDD expected"),
    ("date", {"length": 8, "required": True}, "00000000", "a date YYYYMMDD is required"),
    ("date", {"length": 8, "form": "DDMMYYYY"}, "01010000", "no such day: a date DDMMYYYY expected"),
    ("code", {"values": ["A", "B"]}, "C   ", "one of A, B expected"),
    ("code", {"required": True}, "    ", "is required and blank"),
    ("constant", {"constant": "NY09"}, "NY08", "'NY09' expected"),
]


@pytest.mark.parametrize(("kind", "more", "raw", "rule"), READ_ERRORS)
def test_a_value_that_cannot_be_read_is_named_with_its_rule(kind, more, raw, rule):
    """The value is None in the result, and the problem names place, raw text and what was expected."""
    values, problems = parse_line(one(kind, **{"length": 4, **more}), raw, 3)
    assert values == ({} if kind == "constant" else {"x": None})
    assert [(p.code, p.message) for p in problems] == [
        (f"layout.{kind}", f"line 3, record row, field x (1-{len(raw)}): {raw!r}: {rule}")
    ]


def test_all_problems_of_a_line_are_told_at_once():
    """The second wrong field is named beside the first."""
    _, problems = parse_line(CASE, LINE.replace("000123", "00O123").replace("311226", "321226"), 1)
    assert [problem.field for problem in problems] == ["case", "due"]


READ = [
    ("text", {}, " a b", " a b"),
    ("digits", {}, "    ", ""),
    ("digits", {}, "0000", "0000"),
    ("reference", {}, "  1-", "1-"),
    ("reference", {}, "12  ", "12"),
    ("amount", {"sign": "leading"}, " 100", 100),
    ("date", {"length": 6, "form": "DDMMYY"}, "      ", None),
    ("date", {"length": 6, "form": "DDMMYY"}, "010168", date(2068, 1, 1)),
    ("code", {"values": ["A"]}, "    ", ""),
    ("code", {}, "Z   ", "Z"),
]


@pytest.mark.parametrize(("kind", "more", "raw", "value"), READ)
def test_a_field_is_read_by_the_rule_of_its_type(kind, more, raw, value):
    """Blanks, zeros, signs and two-digit years mean what the type says."""
    assert parse_line(one(kind, **{"length": 4, **more}), raw, 1) == ({"x": value}, [])


WRITE_ERRORS = [
    ("text", {}, "abcde", "5 characters; the field has room for 4"),
    ("text", {}, "a\nb", "text without line breaks and control characters expected"),
    ("text", {}, 5, "text expected"),
    ("text", {"required": True}, "", "is required and missing"),
    ("text", {"required": True}, "   ", "is required and missing"),
    ("digits", {}, "12A", "digits expected"),
    ("digits", {"required": True}, "00", "is required and zero"),
    ("reference", {}, "1 2", "a reference holds no blanks"),
    ("number", {}, -1, "a whole number, not negative, expected"),
    ("number", {}, 12345, "5 characters; the field has room for 4"),
    ("number", {"required": True}, 0, "is required and missing"),
    ("amount", {}, -1, "an amount that is not negative expected"),
    ("amount", {}, "1", "an amount in the smallest unit expected"),
    ("amount", {"sign": "leading"}, -1000, "5 characters; the field has room for 4"),
    ("date", {"length": 8}, "20261122", "a date expected"),
    (
        "date",
        {"length": 6, "form": "YYMMDD"},
        date(1968, 1, 1),
        "a year from 1969 to 2068 expected: the field keeps two digits of it",
    ),
    ("code", {"values": ["A", "B"]}, "C", "one of A, B expected"),
]


@pytest.mark.parametrize(("kind", "more", "value", "rule"), WRITE_ERRORS)
def test_a_value_that_does_not_fit_is_refused_and_never_cut(kind, more, value, rule):
    """Writing refuses what reading would not give back."""
    layout = one(kind, **{"length": 4, **more})
    with pytest.raises(FormatError) as caught:
        render_line(layout, {"x": value})
    assert [(p.code, p.message) for p in caught.value.problems] == [
        (f"layout.{kind}", f"record row, field x (1-{layout.length}): {str(value)!r}: {rule}")
    ]


def test_a_required_value_that_is_missing_is_shown_as_blank():
    """The sentence says that it is missing, and shows nothing of how programs call that."""
    with pytest.raises(FormatError) as caught:
        render_line(CASE, {**VALUES, "case": None, "on": None})
    assert str(caught.value) == (
        "record case, field case (3-8): '': is required and missing; "
        "record case, field on (43-50): '': is required and missing"
    )


def test_what_is_not_said_is_written_blank_or_zero():
    """Text, digits and references are blank, numbers, amounts and dates zero."""
    line = render_line(CASE, {"case": "1", "on": date(2026, 11, 22)})
    assert (
        line == "CA000001" + " " * 8 + " " * 7 + "00" + "000000" + "00000" + "000000" + "20261122" + "   000"
    )


LATIN = st.characters(min_codepoint=0x20, max_codepoint=0xFF)
DAYS = st.dates(date(1969, 1, 1), date(2068, 12, 31))
NUMERALS = st.text("0123456789", min_size=6, max_size=6)


@given(
    st.fixed_dictionaries(
        {
            "case": NUMERALS.filter(lambda text: text.strip("0")),
            "name": st.text(LATIN, max_size=8).map(lambda text: text.rstrip(" ")),
            "kid": st.text("0123456789-", max_size=7),
            "level": st.integers(0, 99),
            "paid": st.integers(-99999, 99999),
            "cost": st.integers(0, 99999),
            "due": st.none() | DAYS,
            "on": st.dates(date(1, 1, 1)),
            "stage": st.sampled_from(["", "A", "BB"]),
        }
    )
)
def test_what_is_written_is_read_again(values):
    """parse(render(x)) == x for each type, and a line always has the length of its record."""
    line = render_line(CASE, values)
    assert len(line) == CASE.length
    assert parse_line(CASE, line, 1) == (values, [])


@given(st.text(st.characters(max_codepoint=0xFF), min_size=56, max_size=56))
def test_any_line_gives_values_or_problems_and_never_an_error(line):
    """Whatever stands in a line, each field has a value or a problem that names it."""
    values, problems = parse_line(CASE, line, 1)
    assert set(values) == set(VALUES)
    assert all(problem.line == 1 and problem.position and problem.value is not None for problem in problems)


@pytest.mark.parametrize("form", DATE_FORMS)
@given(day=DAYS)
def test_each_date_form_is_read_as_it_is_written(form, day):
    """Day, month and year are never exchanged."""
    layout = one("date", length=len(form), form=form)
    assert parse_line(layout, render_line(layout, {"x": day}), 1) == ({"x": day}, [])


LAYOUT_ERRORS = [
    (
        [{"name": "a", "start": 2, "length": 3}],
        4,
        ["field a (2-4): '2': leaves a gap after the field before: start 1 expected"],
    ),
    (
        [{"name": "a", "length": 3}, {"name": "b", "start": 3, "length": 2}],
        4,
        ["field b (3-4): '3': overlaps the field before: start 4 expected"],
    ),
    ([{"name": "a", "length": 3}], 4, ["'3': the fields end here; the record has 4 characters"]),
    (
        [{"name": "a", "length": 0}, {"name": "b", "length": 1}],
        1,
        ["field a (1-0): '0': a length of at least 1 expected"],
    ),
    (
        [{"name": "a", "length": 1}, {"name": "a", "length": 1}],
        2,
        ["field a (2-2): 'a': the name is taken by another field of this record"],
    ),
    (
        [{"name": "a", "length": 1, "type": "float"}],
        1,
        [f"field a (1-1): 'float': one of {', '.join(type_names)} expected as type"],
    ),
    (
        [{"name": "a", "length": 6, "type": "date", "form": "MMDDYY"}],
        6,
        [f"field a (1-6): 'MMDDYY': one of {', '.join(DATE_FORMS)} expected as form"],
    ),
    ([{"name": "a", "length": 6, "type": "date"}], 6, ["field a (1-6): '6': YYYYMMDD has 8 characters"]),
    (
        [{"name": "a", "length": 1, "sign": "behind"}],
        1,
        ["field a (1-1): 'behind': one of none, leading, trailing expected as sign"],
    ),
    (
        [{"name": "a", "length": 1, "type": "amount", "sign": "leading"}],
        1,
        ["field a (1-1): '1': a sign and at least one digit expected"],
    ),
    (
        [{"name": "a", "length": 3, "type": "constant", "constant": "NY"}],
        3,
        ["field a (1-3): 'NY': a constant of 3 characters expected"],
    ),
    (
        [{"name": "a", "length": 3, "type": "filler", "constant": "00"}],
        3,
        ["field a (1-3): '00': one character expected to fill with"],
    ),
    (
        [{"name": "a", "length": 1, "type": "code", "values": ["A", "BB"]}],
        1,
        ["field a (1-1): 'BB': a code of at most 1 characters expected"],
    ),
]


@pytest.mark.parametrize(("rows", "length", "messages"), LAYOUT_ERRORS)
def test_a_layout_that_does_not_hold_together_is_named_field_by_field(rows, length, messages):
    """A layout is data, so it is checked like data."""
    problems = layout_problems(Record(name="r", length=length, fields=fields_of(rows)))
    assert {problem.code for problem in problems} == {"layout.definition"}
    assert [problem.message for problem in problems] == [
        f"record r: {text}" if text.startswith("'") else f"record r, {text}" for text in messages
    ]


def test_a_layout_that_holds_together_has_no_problems():
    """Constants and fillers may share a name; values may not."""
    assert layout_problems(CASE) == []


def test_rows_of_data_may_leave_out_the_start():
    """Each field begins where the one before it ends."""
    assert [(field.start, field.end) for field in CASE.fields][:4] == [(1, 2), (3, 8), (9, 16), (17, 23)]
    assert CASE.field("stage").values == ("A", "BB")


def test_a_row_with_an_unknown_key_is_refused():
    """A misspelt key would silently do nothing."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'lenght'"):
        fields_of([{"name": "a", "lenght": 3}])


def test_a_field_that_the_record_lacks_is_a_key_error():
    """Asking for a field by a wrong name is a mistake in the program."""
    with pytest.raises(KeyError, match="nothing"):
        CASE.field("nothing")


def test_the_position_table_says_each_field_in_one_row():
    """Position, length, name, type, whether required, content."""
    assert table(CASE)[0] == ("1-2", "2", "tag", "constant", "", "Record tag.")
    assert table(CASE)[5] == ("26-31", "6", "paid", "amount, two implied decimals, sign in front", "", "")
    assert table(CASE)[8] == ("43-50", "8", "on", "date YYYYMMDD", "required", "")


def test_the_markdown_table_escapes_its_own_separator():
    """A bar in a code or a constant must not end a cell."""
    record = Record(
        name="r",
        length=3,
        fields=(
            Field(name="c", start=1, length=1, type="constant", constant="|"),
            Field(name="d", start=2, length=2, type="code", values=("A", "B")),
        ),
    )
    assert markdown_table(record) == (
        "| Position | Length | Field | Type |  | Content |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| 1 | 1 | c | constant |  | `\\|` |\n"
        "| 2-3 | 2 | d | code |  | A, B |"
    )
