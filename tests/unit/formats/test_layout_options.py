from __future__ import annotations

from datetime import date

import pytest

from inkasso_formats.layout import Record, fields_of, parse_line, render_line
from inkasso_formats.problems import FormatError


def one(kind: str, length: int, options: dict[str, object]) -> Record:
    """A fixed-width record of one field named `x`."""
    row = {"name": "x", "type": kind, **options, "length": length}
    return Record(name="row", length=length, fields=fields_of([row]))


POINT = {"decimals": "point"}
MINUS = {"decimals": "point", "sign": "leading", "fill": "blank"}
BEHIND = {"decimals": "comma", "sign": "trailing"}
NONE = {"blank": "0"}
KRONER = {"default": "NOK"}

WRITTEN = [
    ("amount", POINT, 123450, "001234.50"),
    ("amount", POINT, 5, "000000.05"),
    ("amount", {**POINT, "fill": "blank"}, 5, "     0.05"),
    ("amount", {**POINT, "sign": "leading"}, -5, "-00000.05"),
    ("amount", {**POINT, "sign": "leading"}, 5, "000000.05"),
    ("amount", MINUS, -5, "    -0.05"),
    ("amount", MINUS, 12345678, "123456.78"),
    ("amount", BEHIND, -123450, "01234,50-"),
    ("amount", BEHIND, 123450, "01234,50 "),
    ("amount", {**BEHIND, "fill": "blank"}, -123450, " 1234,50-"),
    ("amount", {"sign": "trailing"}, -5, "00000005-"),
    ("amount", {"fill": "blank"}, 0, "        0"),
    ("amount", NONE, 0, "0        "),
    ("number", {"fill": "blank"}, 12, "       12"),
    ("number", {"blank": "-", "default": "7"}, 0, "000000000"),
    ("digits", {"fill": "blank"}, "0012", "     0012"),
    ("date", {"fill": "blank"}, None, "        "),
    ("date", {**NONE}, None, "0       "),
    ("date", {"form": "YYYY-MM-DD"}, date(2026, 11, 22), "2026-11-22"),
    ("date", {"form": "DD.MM.YYYY"}, date(2026, 11, 2), "02.11.2026"),
    ("date", {"form": "DD/MM/YYYY"}, date(2026, 11, 2), "02/11/2026"),
    ("time", {}, "061530", "061530"),
    ("time", {}, "", "      "),
    ("time", {"form": "HH:MM:SS"}, "061530", "06:15:30"),
    ("text", {"blank": "NONE"}, "", "NONE     "),
    ("code", {"default": "A", "values": ["A", "B"]}, "B", "B        "),
]


@pytest.mark.parametrize(("kind", "options", "value", "text"), WRITTEN)
def test_a_value_is_written_as_the_options_say_and_read_again(kind, options, value, text):
    """Padding, sign, decimals and the sign of a missing value are the layout's to say."""
    layout = one(kind, len(text), options)
    assert render_line(layout, {"x": value}) == text
    assert parse_line(layout, text, 1) == ({"x": value}, [])


ONE_WAY = [
    ("text", KRONER, "", "NOK      ", "NOK"),
    ("text", {**KRONER, "required": True}, None, "NOK      ", "NOK"),
    ("date", {"default": "20260101"}, None, "20260101", date(2026, 1, 1)),
    ("number", {"default": "7"}, None, "000000007", 7),
    ("time", {"form": "HHMM"}, "061530", "0615", "061500"),
    ("time", {"form": "HH:MM"}, "061530", "06:15", "061500"),
    ("text", {"without": "- "}, "0150 Oslo-Øst", "0150OsloØst".ljust(13), "0150OsloØst"),
    ("digits", {"without": "- "}, "010190-123 45", "01019012345", "01019012345"),
    ("digits", {"without": "-", **NONE}, "-", "0        ", ""),
]


@pytest.mark.parametrize(("kind", "options", "value", "text", "again"), ONE_WAY)
def test_what_is_left_out_or_taken_by_default_is_read_as_it_then_stands(kind, options, value, text, again):
    """Characters that are left out, seconds without a place and missing values are not given back."""
    layout = one(kind, len(text), options)
    assert render_line(layout, {"x": value}) == text
    assert parse_line(layout, text, 1) == ({"x": again}, [])


READ = [
    ("amount", {"fill": "blank"}, "         ", 0),
    ("amount", MINUS, "    00.05", 5),
    ("amount", {**MINUS, "default": "1.00"}, "         ", 100),
    ("number", {"default": "7"}, "         ", 7),
    ("number", {"default": "7"}, "000000000", 0),
    ("number", NONE, "        0", 0),
    ("date", NONE, "        0", None),
    ("date", {"form": "YYYY-MM-DD", "blank": "0000-00-00"}, "0000-00-00", None),
    ("date", {"fill": "blank"}, "00000000", None),
    ("code", {"values": ["A"], **NONE}, "0        ", ""),
    ("reference", {"blank": "NONE"}, "     NONE", ""),
]


@pytest.mark.parametrize(("kind", "options", "raw", "value"), READ)
def test_a_missing_value_is_known_wherever_it_stands(kind, options, raw, value):
    """A blank text stands left or right, and a default is taken where nothing stands, never for a zero."""
    layout = one(kind, len(raw), options)
    assert parse_line(layout, raw, 1) == ({"x": value}, [])


FILLED = "filled with zeros to 9 characters"
REFUSED = [
    ("amount", POINT, "000123450", f"an amount like 1234.50 expected, {FILLED}"),
    ("amount", POINT, "01,234.50", f"an amount like 1234.50 expected, {FILLED}"),
    ("amount", POINT, "0001234.5", f"an amount like 1234.50 expected, {FILLED}"),
    ("amount", POINT, "   123.50", f"an amount like 1234.50 expected, {FILLED}"),
    ("amount", POINT, "     -.50", f"an amount like 1234.50 expected, {FILLED}"),
    (
        "amount",
        MINUS,
        "-  123.50",
        "an amount like 1234.50 or -1234.50 expected, right-justified with blanks to 9 characters",
    ),
    (
        "amount",
        {"sign": "trailing"},
        "000123450",
        (
            "an amount like 123450 or 123450- (the last two are decimals) expected, "
            f"{FILLED}, the last of them a minus or a blank"
        ),
    ),
    ("amount", {**POINT, **NONE}, "         ", f"an amount like 1234.50 expected, {FILLED}"),
    ("amount", {**MINUS, "required": True}, "    -0.00", "is required and zero"),
    ("amount", {**POINT, **NONE, "required": True}, "0        ", "is required and blank"),
    (
        "number",
        {"fill": "blank"},
        "12       ",
        "digits expected, right-justified with blanks to 9 characters",
    ),
    ("number", {}, "9" * 20, "at most 18 digits expected"),
    (
        "digits",
        {"fill": "blank"},
        "  1 2    ",
        "digits expected, right-justified with blanks to 9 characters",
    ),
    ("date", {"form": "DD.MM.YYYY"}, "22-11-2026", "a date DD.MM.YYYY expected"),
    ("date", {"form": "DD.MM.YYYY"}, "31.02.2026", "no such day: a date DD.MM.YYYY expected"),
    ("date", {"required": True, **NONE}, "0       ", "a date YYYYMMDD is required"),
    ("time", {}, "240000", "no such time: a time HHMMSS expected"),
    ("time", {"form": "HH:MM"}, "06.15", "a time HH:MM expected"),
    ("time", {"required": True}, "      ", "a time HHMMSS is required"),
    ("code", {"values": ["A", "B"], **NONE}, "C", "one of A, B expected"),
]


@pytest.mark.parametrize(("kind", "options", "raw", "rule"), REFUSED)
def test_a_text_that_does_not_follow_the_options_is_named_with_its_rule(kind, options, raw, rule):
    """An amount that is read wrongly by one place is ten times another amount, so nothing is guessed."""
    layout = one(kind, len(raw), options)
    values, problems = parse_line(layout, raw, 3)
    assert values == {"x": None}
    assert [(p.code, p.position, p.value, p.rule) for p in problems] == [
        (f"layout.{kind}", (1, len(raw)), raw, rule)
    ]


NOT_WRITTEN = [
    ("amount", 9, POINT, 10**8, "10 characters; the field has room for 9"),
    ("amount", 9, {"sign": "trailing"}, 10**8, "10 characters; the field has room for 9"),
    ("amount", 9, {**POINT, "fill": "blank"}, -1, "an amount that is not negative expected"),
    ("number", 20, {}, 10**18, "at most 18 digits expected"),
    ("text", 9, NONE, "0", "'0' stands for no value in this field"),
    ("text", 9, {"without": "-", "required": True}, "--", "is required and missing"),
    ("number", 9, {**NONE, "required": True}, 0, "is required and missing"),
    ("digits", 9, {"blank": "000000000"}, "0", "'000000000' stands for no value in this field"),
    ("time", 6, {}, "0615", "a time HHMMSS expected"),
    ("time", 6, {}, "061560", "no such time: a time HHMMSS expected"),
]


@pytest.mark.parametrize(("kind", "length", "options", "value", "rule"), NOT_WRITTEN)
def test_a_value_that_would_be_read_otherwise_is_refused(kind, length, options, value, rule):
    """Writing refuses what reading would not give back."""
    layout = one(kind, length, options)
    with pytest.raises(FormatError) as caught:
        render_line(layout, {"x": value})
    assert [(p.code, p.rule) for p in caught.value.problems] == [(f"layout.{kind}", rule)]
