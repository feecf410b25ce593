"""A dialect of an operator's own: no code is needed."""

from __future__ import annotations

import pytest

from inkasso_formats.dialects import file_name, kind_of_content, kind_of_name, load_text, parse, render
from inkasso_formats.problems import FormatError
from support.dialect_files import GOOD, HEAD
from support.dialect_texts import SMALL, changed


def test_an_operators_own_dialect_reads_and_writes() -> None:
    """A file of one kind, other lengths, tags, codes and names: no code is needed."""
    dialect = load_text(SMALL, "mine.toml")
    rendered = render(dialect, "receipts", HEAD, [GOOD["receipts"]])
    assert rendered.content == b"H123456007          \nD1001    18800001   \nT00001              \n"
    name = file_name(dialect, "receipts", "123456", HEAD.created, 7)
    assert (name, kind_of_name(dialect, name)) == ("receipt.007", "receipts")
    assert kind_of_content(dialect, rendered.content) == "receipts"
    parsed = parse(dialect, "receipts", rendered.content)
    assert [(record.case, parsed.head.client_number, parsed.head.created) for record in parsed.records] == [
        ("1001", "123456", None)
    ]


def test_bytes_that_the_encoding_lacks_stop_the_file() -> None:
    """In an encoding with gaps, a byte without a character is named by its place."""
    dialect = load_text(changed(SMALL, ('"windows-1252"', '"us-ascii"')), "mine.toml")
    content = render(dialect, "receipts", HEAD, [GOOD["receipts"]]).content.replace(b"D1001", b"D\xe5001")
    with pytest.raises(FormatError) as caught:
        parse(dialect, "receipts", content)
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("dialect.encoding", "line 2: 'e5': byte 2 of the line is no character of us-ascii")
    ]
