from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golden
from inkasso_formats.layout import Field, Record
from inkasso_formats.tolerance import DEFAULTS, SWITCHES, Deviations, Tolerance, filled, lines

ALL_OFF = Tolerance(**dict.fromkeys(SWITCHES, False))
ALL_ON = Tolerance(**dict.fromkeys(SWITCHES, True))
RECORD = Record(
    name="greeting",
    length=8,
    fields=(
        Field(name="tag", start=1, length=2, type="constant", constant="10"),
        Field(name="word", start=3, length=4),
        Field(name="filler", start=7, length=2, type="filler"),
    ),
)


def read(content: bytes, tolerance: Tolerance) -> tuple[list[tuple[int, str]], list[str], list[str]]:
    """The lines, the problems and the warnings of a content of records of eight characters."""
    found = Deviations(tolerance)
    result = list(lines(content, found, 8))
    return (
        result,
        [problem.message for problem in found.problems],
        [warning.message for warning in found.warnings],
    )


CASES = {
    "trailing_blanks": (b"10abcd    \r\n", [(1, "10abcd  ")], 1),
    "missing_last_line_end": (b"10abcd  ", [(1, "10abcd  ")], 1),
    "blank_lines": (b"10abcd  \r\n  \r\n10efgh  \r\n", [(1, "10abcd  "), (3, "10efgh  ")], 2),
    "lf_line_ends": (b"10abcd  \n10efgh  \n", [(1, "10abcd  "), (2, "10efgh  ")], 1),
    "byte_order_mark": (b"\xef\xbb\xbf10abcd  \r\n", [(1, "10abcd  ")], 1),
    "ctrl_z": (b"10abcd  \r\n\x1a", [(1, "10abcd  ")], 2),
    "tabs": (b"10\tx\r\n", [(1, "10      x")], 1),
    "utf8": ("10åbcd  \r\n".encode(), [(1, "10åbcd  ")], 1),
}


@pytest.mark.parametrize("switch", CASES)
def test_a_deviation_is_mended_whether_its_switch_is_on_or_off(switch):
    """Off, it is a problem that names the switch; on, it is a warning where the table says so."""
    content, expected, line = CASES[switch]
    meaning = SWITCHES[switch]
    off = f"line {line}: {meaning.deviation}: allowed by the switch {switch}, which is off"
    on = f"line {line}: {meaning.deviation}: {meaning.reading}, by the switch {switch}"
    assert read(content, ALL_OFF) == (expected, [off], [])
    assert read(content, ALL_ON) == (expected, [], [on] if meaning.told else [])


def test_a_file_without_deviations_has_nothing_to_tell():
    """All switches may be off for it."""
    assert read(b"10abcd  \r\n10\xe5bcd  \r\n", ALL_OFF) == ([(1, "10abcd  "), (2, "10åbcd  ")], [], [])


def test_a_deviation_of_the_file_is_told_once_with_its_first_line():
    """A file with LF has it in every line."""
    assert read(b"10abcd  \r\n10efgh  \n" * 50, ALL_OFF)[1] == [
        "line 2: the line ends with LF alone, not with CR LF: allowed by the switch lf_line_ends, which is off"
    ]


@pytest.mark.parametrize(
    ("line", "whole"),
    [("10abcd", "10abcd  "), ("10abcd ", "10abcd  "), ("10abcd  ", "10abcd  "), ("10abcd  x",) * 2],
)
def test_a_record_may_lack_the_blanks_of_its_blank_end(line, whole):
    """A line that is too long is left for the layout to refuse."""
    found = Deviations(Tolerance())
    assert filled(RECORD, line, 7, found) == whole
    assert (found.problems, found.warnings) == ([], [])


def test_a_record_that_is_cut_is_refused_by_name():
    """Its last field is named with what is left of it."""
    found = Deviations(Tolerance())
    assert filled(RECORD, "10ab", 7, found) is None
    assert [problem.message for problem in found.problems] == [
        (
            "line 7, record greeting, field word (3-6): 'ab': "
            "the record ends early, and more than its blank end is missing: "
            "allowed by the switch short_last_field, which is off"
        )
    ]


def test_a_record_that_ends_in_its_last_field_is_filled_up_where_the_switch_is_on():
    """And told, because a record that was cut looks the same."""
    found = Deviations(Tolerance(short_last_field=True))
    assert filled(RECORD, "10ab", 7, found) == "10ab    "
    assert [(warning.code, warning.warning) for warning in found.warnings] == [
        ("tolerance.short_last_field", True)
    ]


def test_a_blank_end_may_be_demanded():
    """Then the problem names the switch, and reading goes on."""
    found = Deviations(ALL_OFF)
    assert filled(RECORD, "10abcd", 7, found) == "10abcd  "
    assert [problem.code for problem in found.problems] == ["tolerance.trailing_blanks"]


@pytest.mark.parametrize("line", ["10abcd", "10abcd ", "10abcd0"])
def test_an_end_of_zeros_is_no_blank_end(line):
    """Zeros are missing only where a line was cut."""
    record = replace(RECORD, fields=(*RECORD.fields[:-1], replace(RECORD.fields[-1], constant="0")))
    found = Deviations(Tolerance())
    assert filled(record, line, 7, found) is None
    assert [(problem.code, problem.field) for problem in found.problems] == [
        ("tolerance.short_last_field", "filler")
    ]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_no_line_of_the_right_length_is_taken_unseen(line_end):
    """It may be blank, or hold the end mark of DOS, whatever its line end."""
    tolerance = replace(ALL_OFF, lf_line_ends=True)
    assert read(b"10abcd  " + line_end + b" " * 8 + line_end, tolerance)[1] == [
        "line 2: the line is empty: allowed by the switch blank_lines, which is off"
    ]
    assert read(b"10abcd \x1a" + line_end, tolerance) == (
        [(1, "10abcd ")],
        ["line 1: ends with a DOS end mark (0x1A): allowed by the switch ctrl_z, which is off"],
        [],
    )


def test_a_deviation_that_refused_the_file_is_known():
    """So that nobody tells it a second time."""
    found = Deviations(Tolerance(blank_lines=False))
    assert not found.refused("blank_lines")
    found.met("blank_lines", 3)
    found.met("ctrl_z", 4)
    assert (found.refused("blank_lines"), found.refused("ctrl_z")) == (True, False)


def test_control_characters_become_blanks():
    """None of them reaches a log or a screen."""
    assert read(b"10a\x1b\x00\x85  \r\n", ALL_OFF) == ([(1, "10a     ")], [], [])


@pytest.mark.parametrize("content", [b"10\xc3\xa5bc  \r\n", b"10\xe5\xe5bcd \r\n", b"10\xe5bcdefghi\r\n"])
def test_a_line_of_full_length_or_that_is_no_utf_8_is_read_as_iso_8859_1(content):
    """`Ã¥` in eight bytes stays what it is."""
    found, problems, warnings = read(content, ALL_ON)
    assert found == [(1, content.decode("iso-8859-1").removesuffix("\r\n"))]
    assert (problems, warnings) == ([], [])


def test_lines_may_come_one_after_another():
    """From an open file as from its bytes."""
    content = b"10abcd  \r\n\r\n10efgh  \r\n"
    found = Deviations(ALL_ON)
    assert list(lines(iter(content.splitlines(keepends=True)), found, 8)) == read(content, ALL_ON)[0]


@given(st.binary(max_size=60))
def test_any_bytes_are_lines_without_control_characters(content):
    """Whatever comes, nothing breaks and nothing but blanks is lost."""
    found, _, _ = read(content, ALL_ON)
    assert all(line.strip(" ") for _, line in found)
    assert not any(sign < " " or "\x7f" <= sign <= "\x9f" for _, line in found for sign in line)


def test_each_switch_has_a_meaning_and_each_format_a_default():
    """The table, the class and the document hold the same names."""
    assert tuple(SWITCHES) == tuple(field.name for field in fields(Tolerance))
    assert set(DEFAULTS) == {"bgmax", "ktl", "ocr_giro"}
    path = golden.DOCS / "formats/tolerance.md"
    assert path.read_text(encoding="utf-8") == golden.document("formats/tolerance.md")
