from __future__ import annotations

import re
from datetime import date

import pytest

from inkasso_formats.layout import fields_of
from inkasso_formats.layout_cells import read_free, write_free
from inkasso_formats.layout_field import Field


def free(kind: str, options: dict[str, object]) -> Field:
    """A field without positions, of any length where none is said."""
    return fields_of([{"name": "x", "type": kind, **options}], "xml")[0]


POINT = {"decimals": "point"}
MINUS = {"decimals": "point", "sign": "leading", "fill": "blank"}
BEHIND = {"decimals": "comma", "sign": "trailing"}
NONE = {"blank": "0"}
KRONER = {"default": "NOK"}

FREE = [
    ("text", {}, " a b ", " a b "),
    ("text", {}, "", ""),
    ("digits", {}, "0012", "0012"),
    ("number", {}, 12, "12"),
    ("number", {}, 0, "0"),
    ("amount", {}, 5, "5"),
    ("amount", MINUS | {"fill": ""}, -5, "-0.05"),
    ("amount", BEHIND, -123450, "1234,50-"),
    ("amount", BEHIND, 123450, "1234,50"),
    ("amount", {**POINT, **NONE}, 0, "0"),
    ("date", {"form": "YYYY-MM-DD"}, date(2026, 11, 22), "2026-11-22"),
    ("date", {}, None, ""),
    ("date", NONE, None, "0"),
    ("time", {"form": "HH:MM:SS"}, "061530", "06:15:30"),
    ("code", {"values": ["A"]}, "A", "A"),
    ("reference", {}, "1234-", "1234-"),
]


@pytest.mark.parametrize(("kind", "options", "value", "text"), FREE)
def test_without_positions_the_same_is_written_without_padding(kind, options, value, text):
    """What is missing is the empty text, unless the field has a text for it."""
    field = free(kind, options)
    assert write_free(field, value) == text
    assert read_free(field, text) == value


FREE_READ = [
    ("number", {}, " 12 ", 12),
    ("number", {}, "", 0),
    ("number", {"default": "7"}, "  ", 7),
    ("date", {}, "00000000", None),
    ("text", {}, "  ", "  "),
    ("text", KRONER, "  ", "NOK"),
    ("constant", {"constant": "N"}, " N", " N"),
    ("filler", {}, "any", "any"),
]


@pytest.mark.parametrize(("kind", "options", "raw", "value"), FREE_READ)
def test_without_positions_blanks_around_all_but_a_text_mean_nothing(kind, options, raw, value):
    """A text keeps its blanks, for nothing pads it."""
    assert read_free(free(kind, options), raw) == value


FREE_REFUSED = [
    ("number", {}, "1 2", "digits expected"),
    ("amount", {}, "12.50", "an amount like 123450 (the last two are decimals) expected"),
    ("amount", POINT, "-0.05", "an amount like 1234.50 expected"),
    ("amount", POINT, "1 234.50", "an amount like 1234.50 expected"),
    ("amount", POINT, "9" * 17 + ".00", "at most 18 digits expected"),
    ("date", {}, "202611", "a date YYYYMMDD expected"),
    ("text", {"length": 3}, "abcd", "4 characters; the field has room for 3"),
    ("text", {"required": True}, " ", "is required and blank"),
    ("number", {"required": True}, "", "is required and blank"),
    ("time", {"required": True}, "", "a time HHMMSS is required"),
    ("constant", {"constant": "N"}, "M", "'N' expected"),
]


@pytest.mark.parametrize(("kind", "options", "raw", "rule"), FREE_REFUSED)
def test_without_positions_a_text_that_cannot_be_read_says_what_was_expected(kind, options, raw, rule):
    """The rules are those of the types, and the length is the most there may be."""
    with pytest.raises(ValueError, match=re.escape(rule)) as caught:
        read_free(free(kind, options), raw)
    assert str(caught.value) == rule


def test_without_positions_a_text_too_long_is_refused_and_never_cut():
    """Cutting is the caller's, by a stated rule."""
    with pytest.raises(ValueError, match="4 characters; the field has room for 3"):
        write_free(free("text", {"length": 3}), "abcd")


def test_without_positions_constants_are_written_and_fillers_left_empty():
    """There is nothing that a filler would fill."""
    assert write_free(free("constant", {"constant": "N"}), None) == "N"
    assert write_free(free("filler", {"length": 3}), None) == ""
