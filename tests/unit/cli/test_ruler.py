from __future__ import annotations

import pytest

from inkassod.cli.tables_ruler import pieces, ruled, ruler


def test_a_ruler_has_tens_and_last_digits():
    """The number of each ten ends at its position."""
    assert ruler(1, 12) == ("        10  ", "123456789012")
    tens, digits = ruler(1, 120)
    assert [tens[at - 4 : at].strip() for at in (10, 90, 100, 120)] == ["10", "90", "100", "120"]
    assert (len(tens), len(digits)) == (120, 120)


def test_a_ruler_may_begin_anywhere():
    """It says positions of the line, not of the piece."""
    assert ruler(21, 32) == ("        30  ", "123456789012")
    assert ruler(3, 5) == ("   ", "345")


def test_a_line_stands_under_its_ruler_and_over_its_marks():
    """Every marked character has its sign; nothing ends with blanks."""
    assert list(ruled("ABC  DEFGHI  ", [(2, 3), (6, 6)])) == [
        "        10",
        "1234567890123",
        "ABC  DEFGHI",
        " ^^  ^",
    ]


def test_without_a_mark_there_is_no_line_for_it():
    """And the ruler can be left out."""
    assert list(ruled("ABC", with_ruler=False)) == ["ABC"]
    assert list(ruled("", with_ruler=False)) == [""]


def test_a_mark_behind_the_end_of_the_line_is_shown():
    """A field that a short line lacks is marked where it would stand."""
    assert list(ruled("AB", [(4, 5)])) == ["", "12345", "AB", "   ^^"]


def test_a_long_line_is_broken_at_tens():
    """Each piece has a ruler of its own positions, and the marks that are in it."""
    text = "x" * 45
    assert list(ruled(text, [(19, 22)], width=25)) == [
        "        10        20",
        "12345678901234567890",
        "x" * 20,
        "                  ^^",
        "        30        40",
        "12345678901234567890",
        "x" * 20,
        "^^",
        "",
        "12345",
        "x" * 5,
    ]


@pytest.mark.parametrize(
    ("length", "width", "expected"),
    [
        (45, None, [(1, 45)]),
        (45, 45, [(1, 45)]),
        (45, 44, [(1, 40), (41, 45)]),
        (40, 39, [(1, 30), (31, 40)]),
        (45, 3, [(1, 20), (21, 40), (41, 45)]),
        (0, 10, [(1, 0)]),
    ],
)
def test_pieces_hold_every_position_once(length, width, expected):
    """Whole tens, as many as fit; however narrow it is, twenty."""
    assert pieces(length, width) == expected
