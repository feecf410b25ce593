from __future__ import annotations

from datetime import date

import pytest

from inkasso_formats.dialects import Dialect, load_text
from inkasso_formats.dialects.flat import part_of_line, read_line
from inkasso_formats.dialects.reading import Stream, parse
from inkasso_formats.records import Correction, FileHead, Receipt
from support.dialect_texts import GROUPED, SEPARATED, SMALL, changed
from support.flat_lines import line_of, stopped_by

SMALL_DIALECT = load_text(SMALL, "small.toml")
CELLS = load_text(SEPARATED, "cells.toml")

# Receipts between a first and a last line of cells, each known by its first cell.
TAGGED_TEXT = """
name = "tagged"
title = "An agency that writes cells"
form = "separated"
encoding = "iso-8859-1"
line_end = "crlf"
separator = ";"

[provenance]
public = "Nothing."
ours = "Everything."

[codes.answers]
rows = [{ code = "J", word = "accepted" }, { code = "N", word = "rejected" }]

[files.receipts]
name = "receipts.{client_number}.csv"
match = 'receipts\\.(?P<client_number>[0-9]+)\\.csv'
counts = { lines = ["first", "receipt", "note", "last"] }

[[files.receipts.records]]
name = "first"
fields = [
  { name = "tag", type = "constant", constant = "H" },
  { name = "client_number", type = "digits", length = 6, required = true },
]

[[files.receipts.records]]
name = "receipt"
each = "item"
trim = true
fields = [
  { name = "tag", type = "constant", constant = "R" },
  { name = "case", required = true },
  { name = "accepted", type = "code", codes = "answers", required = true },
  { name = "agency_case_no" },
  { name = "reason" },
]

[[files.receipts.records]]
name = "note"
when = []
fields = [
  { name = "tag", type = "constant", constant = "*" },
  { name = "note", type = "filler" },
]

[[files.receipts.records]]
name = "last"
fields = [
  { name = "tag", type = "constant", constant = "T" },
  { name = "lines", type = "number", required = true },
]
"""
TAGGED = load_text(TAGGED_TEXT, "tagged.toml")
FIRST, LAST = b"H;123456\r\n", b"T;3\r\n"


def read(dialect: Dialect, *lines: str) -> list[object]:
    """The records of a file of receipts with these lines of text."""
    content = "".join(line + dialect.line_end for line in lines).encode(dialect.encoding)
    return list(parse(dialect, "receipts", content).records)


def stopped(*lines: bytes) -> list[tuple[str, str]]:
    """What stops a file of cells with these lines between the first and the last."""
    last = f"T;{len(lines) + 2}\r\n".encode()
    return stopped_by(TAGGED, "receipts", [FIRST, *lines, last])


# --- which record a line is --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "line", "part"),
    [
        (SMALL_DIALECT, "H000123001", "header"),
        (SMALL_DIALECT, "D1001", "detail"),
        (SMALL_DIALECT, "T", "trailer"),
        (SMALL_DIALECT, "X", None),
        (SMALL_DIALECT, "", None),
        (TAGGED, "R;1;J", "receipt"),
        (TAGGED, '"R";1;J', "receipt"),
        (TAGGED, "RR;1;J", None),
        (TAGGED, "", None),
        (TAGGED, 'R;"', None),
    ],
)
def test_a_line_is_known_by_its_tag(dialect: Dialect, line: str, part: str | None) -> None:
    """A fixed line by how it begins, a line of cells by the whole of its first cell."""
    found = part_of_line(dialect, "receipts", line)
    assert (found.name if found else None) == part


@pytest.mark.parametrize("line", ["F1\tB", "", "anything"])
def test_a_part_without_a_tag_is_every_line(line: str) -> None:
    """A plain table has one kind of line."""
    part = part_of_line(CELLS, "corrections", line)
    assert part is not None
    assert part.name == "correction"


def test_one_line_can_be_read_by_itself() -> None:
    """For those who look into a file: values by name, and what is wrong with them."""
    detail = TAGGED.files["receipts"].item
    assert read_line(TAGGED, detail, 'R;1;J;"a;b";', 5) == (
        {"case": "1", "accepted": "J", "agency_case_no": "a;b", "reason": ""},
        [],
    )
    assert read_line(TAGGED, detail, "R;1;J", 5)[0]["reason"] == ""
    for line, rule in (
        ('R;"', "a quote is open"),
        ("R;1;J;;;", "cells; a record receipt of this file has 5"),
    ):
        values, problems = read_line(TAGGED, detail, line, 5)
        assert values == {}
        assert [problem.line for problem in problems] == [5]
        assert problems[0].rule.startswith(rule)
    values, problems = read_line(SMALL_DIALECT, SMALL_DIALECT.files["receipts"].item, "D1001", 2)
    assert (values, [problem.code for problem in problems]) == ({}, ["layout.length"])


# --- separated files ---------------------------------------------------------------------------------------------


def test_cells_are_read_in_quotes_and_without() -> None:
    """A separator within quotes is no separator, and a doubled quote is one."""
    assert read(TAGGED, "H;123456", 'R;1;J;"88;01";"He said ""no"""', '"R";"2";"N";;', "T;4") == [
        Receipt(line=2, case="1", accepted=True, agency_case_no="88;01", reason='He said "no"'),
        Receipt(line=3, case="2", accepted=False),
    ]


def test_cells_at_the_end_of_a_trimmed_line_may_be_missing() -> None:
    """As blanks are at the end of a trimmed line of fixed fields."""
    assert read(TAGGED, "H;123456", "R;1;J", "T;3") == [Receipt(line=2, case="1", accepted=True)]


def test_lines_that_are_passed_over_are_counted() -> None:
    """They may stand anywhere before the last one, and say nothing."""
    content = ["H;123456", "*;one", "R;1;J", "*;two", "T;5"]
    assert read(TAGGED, *content) == [Receipt(line=3, case="1", accepted=True)]


def test_a_plain_table_has_neither_begin_nor_end() -> None:
    """What it does not say is taken from its name and from what its files can only mean."""
    content = b"F1\tB\t01.09.2026\t1234,50\tNOK\tx\nF2\tK\t02.09.2026\t-7,05\tSEK\t\n"
    stream = Stream(CELLS, "corrections", content, "corrections_123456_0042.tsv")
    assert stream.head == FileHead(client_number="123456", sequence_no=42)
    assert [record for portion in stream for record in portion.records] == [
        Correction(
            case="",
            invoice_no="F1",
            kind="payment",
            entry_no="",
            date=date(2026, 9, 1),
            amount=123450,
            balance=0,
            currency="NOK",
        ),
        Correction(
            case="",
            invoice_no="F2",
            kind="credit_note",
            entry_no="",
            date=date(2026, 9, 2),
            amount=-705,
            balance=0,
            currency="SEK",
        ),
    ]


def test_an_empty_plain_table_is_refused() -> None:
    """Nothing at all does not say that there was nothing to say."""
    assert stopped_by(CELLS, "corrections", [b"\n"]) == [
        ("dialect.empty", "the file is empty: at least one correction expected")
    ]


def test_the_problems_of_a_cell_name_its_number() -> None:
    """A position is the number of the cell, not of a character."""
    content = b"F1\tX\t31.09.2026\t1.00\tEUR\t\n"
    parsed = parse(CELLS, "corrections", content)
    assert (parsed.records, parsed.refused) == ([], 1)
    assert [(problem.code, problem.position, problem.value) for problem in parsed.problems] == [
        ("layout.date", (3, 3), "31.09.2026"),
        ("layout.amount", (4, 4), "1.00"),
        ("dialect.code", (2, 2), "X"),
        ("dialect.only", (5, 5), "EUR"),
    ]


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (
            b'R;1;J;"88\r\n',
            "dialect.quotes",
            "line 2: a quote is open at the end of the line: a value may not hold a line break",
        ),
        (
            b'R;1;J;"88"01;\r\n',
            "dialect.quotes",
            "line 2: a quote is closed within a cell: one that belongs to the value is written twice",
        ),
        (
            b"R;1;J;8801;;\r\n",
            "layout.length",
            "line 2, record receipt: '6': cells; a record receipt of this file has 5",
        ),
        (
            b"Q;1;J\r\n",
            "dialect.record",
            "line 2: 'Q': unknown record: one of H, R, *, T expected in its first cell",
        ),
        (
            b"\r\n",
            "dialect.record",
            "line 2: '': unknown record: one of H, R, *, T expected in its first cell",
        ),
    ],
)
def test_a_line_that_cannot_be_split_or_told_stops_the_file(line: bytes, code: str, message: str) -> None:
    """What stands where cannot be known then."""
    assert stopped(line) == [(code, message)]


def test_a_line_break_within_quotes_is_two_broken_lines() -> None:
    """A value that holds a line break is named as such where it begins."""
    found = stopped(b'R;1;J;"88\r\n', b'01";\r\n')
    assert [message for _, message in found] == [
        "line 2: a quote is open at the end of the line: a value may not hold a line break",
        "line 3: '01\"': unknown record: one of H, R, *, T expected in its first cell",
    ]


# --- encodings of cells ------------------------------------------------------------------------------------------


def test_doubtful_letters_and_control_characters_name_their_cell() -> None:
    """In a separated file too nothing that is no text reaches a log or a screen, and the cell is told."""
    lines = [FIRST, b'R;1;J;"a;b";\xc3\xa5\r\n', b'R;2;J;"a;\x1bb";\r\n', b"T;4\r\n"]
    parsed = parse(TAGGED, "receipts", b"".join(lines))
    assert [record.agency_case_no for record in parsed.records if isinstance(record, Receipt)] == [
        "a;b",
        "a; b",
    ]
    assert [problem.message for problem in parsed.problems] == [
        (
            "line 2, record receipt, field reason (5-5): 'Ã¥': would be 'å' in UTF-8; "
            "kept as iso-8859-1, ask the agency which encoding it writes"
        ),
        "line 3, record receipt, field agency_case_no (4-4): '\\x1b': a control character, read as a blank",
    ]


def test_a_tab_between_cells_is_no_control_character() -> None:
    """Where cells stand between tabs, only other control characters are told."""
    parsed = parse(CELLS, "corrections", "F\u20281\tB\t01.09.2026\t1,00\tNOK\t\n".encode())
    assert [record.invoice_no for record in parsed.records if isinstance(record, Correction)] == ["F 1"]
    assert [problem.message for problem in parsed.problems] == [
        "line 1, record correction, field invoice_no (1-1): '\\u2028': a control character, read as a blank"
    ]


def test_utf8_may_begin_with_its_mark() -> None:
    """Where UTF-8 is expected its mark says nothing else."""
    content = b"\xef\xbb\xbf" + "Å1\tB\t01.09.2026\t1,00\tNOK\t\n".encode()
    parsed = parse(CELLS, "corrections", content)
    assert [record.invoice_no for record in parsed.records if isinstance(record, Correction)] == ["Å1"]
    assert parsed.problems == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"F1\xe5\tB", "line 1: 'e5': byte 3 of the line is no character of utf-8"),
        (
            b"\xff\xfeF\x001\x00",
            (
                "line 1: 'ff fe': the file begins with the mark of UTF-16: utf-8 expected, "
                "have it sent in that encoding"
            ),
        ),
    ],
)
def test_what_is_no_utf8_stops_the_file(line: bytes, message: str) -> None:
    """UTF-8, unlike the old encodings, knows what it is not."""
    assert stopped_by(CELLS, "corrections", [line + b"\n"]) == [("dialect.encoding", message)]


# --- fixed files without one length ------------------------------------------------------------------------------

GROUPS = load_text(GROUPED, "grouped.toml")


def test_a_line_of_an_unknown_record_has_no_length_to_be_wrong() -> None:
    """Where records differ in length, only the tag can say which it should be."""
    begin = line_of(GROUPS, "new_cases", "begin", client_number="123456")
    assert stopped_by(GROUPS, "new_cases", [begin, b"77 what\r\n", b"\r\n", b"99\r\n"]) == [
        (
            "dialect.record",
            "line 2: '77': unknown record: one of 00, 10, 11, 20, 30, 19, 99 expected at its start",
        ),
        (
            "dialect.record",
            "line 3: '': unknown record: one of 00, 10, 11, 20, 30, 19, 99 expected at its start",
        ),
        ("layout.length", "line 4, record end: '2': characters; a record of this file has 34"),
    ]


@pytest.mark.parametrize("cut", [1, 5, 9])
def test_a_trimmed_line_may_be_shorter_but_not_longer(cut: int) -> None:
    """Blanks at its end are read as if they were there."""
    text = changed(SMALL, ('each = "item"', 'each = "item"\ntrim = true'))
    trimmed = load_text(text, "trimmed.toml")
    header = line_of(trimmed, "receipts", "header", client_number="1", sequence_no=1)
    trailer = line_of(trimmed, "receipts", "trailer", count=1)
    line = b"D    10011" + b" " * 10
    parsed = parse(trimmed, "receipts", b"".join([header, line[:-cut] + b"\n", trailer]))
    assert parsed.records == [Receipt(line=2, case="    1001", accepted=True)]
    assert stopped_by(trimmed, "receipts", [header, line + b" \n", trailer]) == [
        ("layout.length", "line 2, record detail: '21': characters; a record of this file has 20")
    ]
