from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.dialects import Dialect, FileKind, load_text
from inkasso_formats.dialects.reading import parse
from inkasso_formats.problems import FormatError
from support.dialect_files import DIALECT, file_of
from support.dialect_texts import GROUPED, SEPARATED
from support.flat_lines import line_of

GROUPS = load_text(GROUPED, "grouped.toml")
CELLS = load_text(SEPARATED, "cells.toml")
DAY = date(2026, 9, 1)


def grouped() -> bytes:
    """Two debtors with rows."""
    days = {"invoice_date": DAY, "due_date": DAY}
    kari = [
        line_of(GROUPS, "new_cases", "debtor", customer_no="77", kind="P", name="Kari Holm"),
        line_of(GROUPS, "new_cases", "care-of", address2="c/o Berg"),
        line_of(GROUPS, "new_cases", "invoice", case="1", invoice_no="F1", principal=500, **days),
        line_of(GROUPS, "new_cases", "row", text="Strøm", amount=500),
        line_of(GROUPS, "new_cases", "debtor-end", rows_of_debtor=1, total=500),
    ]
    return b"".join(
        [
            line_of(GROUPS, "new_cases", "begin", client_number="123456", created=DAY),
            *kari,
            *kari,
            line_of(GROUPS, "new_cases", "end", invoices=2, debtors=2, total=1000, total_of_rows=1000),
        ]
    )


ROW = "F1\tB\t01.09.2026\t100,00\tNOK\t\n"
FILES: dict[str, tuple[Dialect, FileKind, bytes]] = {
    "plain": (DIALECT, "receipts", file_of("receipts")),
    "grouped": (GROUPS, "new_cases", grouped()),
    "separated": (CELLS, "corrections", f'{ROW}"F2"\tK\t02.09.2026\t-7,05\tSEK\tx\n{ROW}'.encode()),
}
SOME = (
    st.binary(max_size=40)
    | st.text(max_size=20).map(str.encode)
    | st.sampled_from([b'"', b"\t", b"\r", b"\n", b"\x00"])
)


def told(dialect: Dialect, kind: FileKind, content: bytes) -> bool:
    """Whether a file is refused with problems, or read with every record there or refused with a problem."""
    try:
        parsed = parse(dialect, kind, content)
    except FormatError as error:
        return bool(error.problems) and all(problem.code and problem.message for problem in error.problems)
    refusals = [problem for problem in parsed.problems if not problem.warning]
    return parsed.count == len(parsed.records) + parsed.refused and bool(refusals) == bool(parsed.refused)


@pytest.mark.parametrize("form", FILES)
def test_the_files_that_are_broken_here_are_right_before(form: str) -> None:
    """Otherwise their being refused would prove nothing."""
    dialect, kind, content = FILES[form]
    parsed = parse(dialect, kind, content)
    assert parsed.records
    assert parsed.problems == []


@pytest.mark.parametrize("form", FILES)
@given(data=st.data())
def test_any_bytes_are_read_or_refused(form: str, data: st.DataObject) -> None:
    """Whatever stands in a file, there are records or problems; nothing else is raised, and nothing is lost unseen."""
    dialect, kind, content = FILES[form]
    for _ in range(data.draw(st.integers(1, 3))):
        some, at = data.draw(SOME), data.draw(st.integers(0, len(content)))
        over = data.draw(st.sampled_from([0, len(some), len(content)]))
        content = content[:at] + some + content[at + over :]
    assert told(dialect, kind, content)


@pytest.mark.parametrize("form", FILES)
@given(data=st.data())
def test_the_lines_of_a_file_in_any_order_are_read_or_refused(form: str, data: st.DataObject) -> None:
    """No order of records that are right by themselves is more than the reader can take."""
    dialect, kind, content = FILES[form]
    lines = content.splitlines(keepends=True)
    mixed = data.draw(st.lists(st.sampled_from(lines), max_size=12))
    assert told(dialect, kind, b"".join(mixed))
