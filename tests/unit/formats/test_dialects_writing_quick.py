from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkasso_formats.dialects import (
    Dialect,
    Ends,
    FileKind,
    OutHead,
    Piece,
    Writer,
    load,
    write_quick,
)
from inkasso_formats.problems import FormatError
from inkasso_formats.records import InvoiceRow
from support import dialect_any
from support.dialect_files import GOOD, HEAD
from support.dialect_samples import SAMPLES

DIALECTS = {"intrum-no": load("intrum-no"), "sergel": load("sergel"), **SAMPLES}
FILES = [
    (name, kind) for name, dialect in DIALECTS.items() if dialect.form != "xml" for kind in dialect.files
]
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**19), 10**19),
    st.floats(0, 10),
    st.dates() | st.datetimes(),
    st.text(max_size=4),
    st.sampled_from(
        [
            *("", " ", " x", "x ", "0", "00", "-", "1 2", "12-3", "²", "x" * 90, "1" * 31),
            *("Ł", "A\u030a", "\u00a0", "\u00ad", "a\nb", '"', 'a"b', "a,b", "a\tb", "#", "case", "CON"),
            *("recalled", "paid_in_full", "rent", "NO", "SEK"),
        ]
    ),
)
Outcome = tuple[list[Piece], Ends] | str


def written(dialect: Dialect, kind: FileKind, head: OutHead, pieces: list[list[Any]]) -> Outcome:
    """All that a Writer gives, or what it raises."""
    writer = Writer(dialect, kind, head)
    try:
        return [writer.take(piece) for piece in pieces], writer.finish()
    except FormatError as error:
        return str(error)


def slowly(dialect: Dialect, kind: FileKind, head: OutHead, pieces: list[list[Any]]) -> Outcome:
    """The same, every record by itself."""
    with mock.patch.object(write_quick, "_is_plain", return_value=False):
        return written(dialect, kind, head, pieces)


@st.composite
def disturbed(draw: st.DrawFn, records: list[Any]) -> list[Any]:
    """The records, of which some hold values that no field of a file may hold, or that have to be changed."""
    made = []
    for record in records:
        names = [one.name for one in dataclasses.fields(record) if one.name not in {"line", "rows"}]
        odd = draw(st.dictionaries(st.sampled_from(names), ODD, max_size=3))
        if getattr(record, "rows", ()) and draw(st.booleans()):
            row = replace(
                record.rows[0],
                **draw(st.dictionaries(st.sampled_from(["text", "amount", "period_from"]), ODD)),
            )
            odd["rows"] = (*record.rows, row)
        made.append(replace(record, **odd))
        if draw(st.booleans()):
            made.append(made[-1])
    return made


@pytest.mark.parametrize(("name", "kind"), FILES)
@settings(max_examples=30)
@given(data=st.data())
def test_the_quick_way_writes_what_the_slow_way_writes(
    name: str, kind: FileKind, data: st.DataObject
) -> None:
    """Bytes, line numbers, warnings, refusals and totals are the same for any values, whichever way a record goes."""
    dialect = DIALECTS[name]
    head = data.draw(dialect_any.heads(dialect, kind))
    pieces = [
        data.draw(disturbed(data.draw(dialect_any.records(dialect, kind, most=3))))
        for _ in range(data.draw(st.integers(1, 2)))
    ]
    assert written(dialect, kind, head, pieces) == slowly(dialect, kind, head, pieces)


VALUES: list[Any] = [
    *(None, True, False, 1, 1.0, "1", -1, 0, 0.0, 5, 5.5, date(2026, 9, 1), datetime(2026, 9, 1, tzinfo=UTC)),
    *(date(1968, 12, 31), date(2069, 1, 1), date(1, 1, 1)),
    *(sign * (10**digits + less) for digits in range(8, 20) for less in (0, -1) for sign in (1, -1)),
    *("", " ", "  ", " x", "x ", "x y", "0", "00", "1 2", "12-3", "²", "x" * 20, "x" * 90, "1" * 26),
    *("Ł", "\u0130", "A\u030a", "a\u00a0b", "\u00ad", "a\nb", '"', 'a"b', "a,b", "a\tb", "#", "case", "CON"),
    *("recalled", "paid_in_full", "rent", "company", "NO", "SEK", "accepted", "payment"),
]


@pytest.mark.parametrize(("name", "kind"), FILES)
def test_no_value_in_any_field_is_written_otherwise_the_quick_way(name: str, kind: FileKind) -> None:
    """Each field in turn holds each of many values, and these records are written together."""
    dialect = DIALECTS[name]
    good = replace(GOOD[kind], **{name: allowed[0] for name, allowed in dialect.files[kind].only.items()})
    fields = [one.name for one in dataclasses.fields(good) if one.name not in {"line", "rows"}]
    files = [[replace(good, **{field: value}) for value in VALUES] for field in fields]
    if kind == "new_cases":
        of_rows = [one.name for one in dataclasses.fields(InvoiceRow)]
        rows = [[InvoiceRow(**{field: value}) for value in VALUES] for field in of_rows]
        files += [[replace(good, rows=(row,)) for row in some] for some in rows]
    head = replace(HEAD, sender="998")
    for records in files:
        assert written(dialect, kind, head, [records]) == slowly(dialect, kind, head, [records])
