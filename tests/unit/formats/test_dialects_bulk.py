from __future__ import annotations

import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.dialects import FILE_KINDS, FileKind, findings, kind_of_content, load_text, reading
from inkasso_formats.dialects.bulk import suits
from inkasso_formats.dialects.flat import LineReader
from inkasso_formats.dialects.reading import Stream, parse
from support.dialect_files import DIALECT, GOOD, content_of, file_of, lines_of
from support.dialect_texts import GROUPED, SEPARATED, SMALL, changed
from support.flat_lines import line_of
from support.golden_dialects import samples
from support.read_ways import both_ways

TEXTS = {
    "new_cases": "description",
    "corrections": "entry_no",
    "receipts": "reason",
    "updates": "text",
    "closures": "text",
}


def many(kind: FileKind, count: int = 24) -> bytes:
    """A file of so many records that differ a little."""
    letters = ["", "Åse", "ønsker  svar", "x" * 10]
    changes = [{"case": str(1000 + at), TEXTS[kind]: letters[at % 4]} for at in range(count)]
    return file_of(kind, [replace(GOOD[kind], **change) for change in changes])


MANY = {kind: many(kind) for kind in FILE_KINDS}


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_the_lines_of_a_good_file_are_read_in_blocks(kind: FileKind) -> None:
    """Only the first item, what stands around the items, and a rest that is too small for a block are read line by line."""
    assert suits(DIALECT, kind)
    content = many(kind, 5000)
    with patch.object(LineReader, "line", autospec=True, side_effect=LineReader.line) as line:
        parsed = parse(DIALECT, kind, BytesIO(content))
    assert len(parsed.records) == 5000
    assert line.call_count < 100
    assert parsed == parse(DIALECT, kind, list(BytesIO(content)))


@pytest.mark.parametrize("sample", samples("intrum-no"), ids=lambda path: path.stem)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_each_sample_is_the_same_in_blocks(sample: Any, end: bytes) -> None:
    """Records, problems, portions and totals do not depend on how a file is read."""
    content = sample.read_bytes().replace(b"\r\n", end)
    kind = kind_of_content(DIALECT, content) or "receipts"
    blocks, lines = both_ways(DIALECT, kind, content)
    assert blocks == lines


@pytest.mark.parametrize("kind", FILE_KINDS)
@given(data=st.data())
def test_a_file_with_wrong_bytes_is_the_same_in_blocks(kind: FileKind, data: st.DataObject) -> None:
    """Whatever stands in any places of a file, both ways find the same."""
    content = bytearray(MANY[kind])
    for _ in range(data.draw(st.integers(0, 3))):
        some = data.draw(
            st.binary(min_size=1, max_size=4) | st.sampled_from([b"\xc3\xa5", b"\t", b"  ", b"\r\n", b"0"])
        )
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + len(some)] = some
    blocks, lines = both_ways(DIALECT, kind, bytes(content), chunk=data.draw(st.integers(1, 9000)))
    assert blocks == lines


@pytest.mark.parametrize("kind", FILE_KINDS)
@given(data=st.data())
def test_a_file_with_wrong_lines_is_the_same_in_blocks(kind: FileKind, data: st.DataObject) -> None:
    """Lines that are gone, doubled, moved, cut, empty or ended otherwise."""
    lines = [line + b"\r\n" for line in lines_of(MANY[kind])]
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["drop", "double", "move", "cut", "empty", "end"]))
        line = lines.pop(at)
        instead = {
            "drop": [],
            "double": [line, line],
            "move": [],
            "cut": [line[: data.draw(st.integers(0, len(line)))]],
            "empty": [b"\r\n", line],
            "end": [line.replace(b"\r\n", b"\n")],
        }
        lines[at:at] = instead[how]
        if how == "move" or not lines:
            lines.insert(data.draw(st.integers(0, len(lines))), line)
    portion = data.draw(st.integers(1, 9))
    blocks, single = both_ways(DIALECT, kind, b"".join(lines), portion=portion)
    assert blocks == single


CODES = st.sampled_from(["A", "R", "X", " "])
REASONS = st.sampled_from(["01", "05", "Q7", ""])


@given(st.lists(st.tuples(CODES, REASONS, st.sampled_from(["", "Kjent"])), max_size=20))
def test_codes_are_the_same_in_blocks(rows: list[tuple[str, str, str]]) -> None:
    """Known and unknown ones, blank ones, and texts that the table fills."""
    head, first, last = lines_of(file_of("receipts"))
    record = DIALECT.files["receipts"].item.record
    lines = [head, first]
    for accepted, code, text in rows:
        cells = {"accepted": accepted, "reason_code": code.ljust(4), "reason": text.ljust(80)}
        line = first.decode("ascii")
        for name, cell in cells.items():
            place = record.field(name)
            line = line[: place.start - 1] + cell + line[place.end :]
        lines.append(line.encode("ascii"))
    lines.append(last[:2] + f"{len(rows) + 1:08d}".encode() + last[10:])
    blocks, single = both_ways(DIALECT, "receipts", content_of(lines))
    assert blocks == single
    assert not blocks.stopped


def peak(path: Path) -> int:
    """The most memory, in bytes, that reading the receipts of a file holds at a time."""
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            assert sum(len(portion.records) for portion in Stream(DIALECT, "receipts", file)) > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Portions go as they come: ten times the records need no more memory at a time."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(many("receipts", 600))
    large.write_bytes(many("receipts", 6000))
    with patch.object(findings, "MOST_RECORDS", 200), patch.object(reading, "CHUNK", 20_000):
        peak(small)  # what is looked up once is not counted
        assert peak(large) < 1.3 * peak(small)


# What a plain file may lack, or have in another form, so that reading fills it in.
OTHER = load_text(
    changed(
        SMALL,
        (
            "record_length = 20\n",
            'record_length = 20\nonly = { invoice_no = ["F1"], agency_case_no = ["A7", "\u20ac"] }\n',
        ),
        ('name = "agency_case_no", length = 10 }', 'name = "agency_case_no", length = 10, blank = "NONE" }'),
    ),
    "other.toml",
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("01 2"), st.sampled_from(["NONE", "", "A7", "A8", "\u20ac", "\u00c3\u00a5"])
        ),
        max_size=20,
    )
)
def test_other_options_are_the_same_in_blocks(rows: list[tuple[str, str]]) -> None:
    """Values that only one word can have, texts that stand for none, and an encoding with other letters."""
    assert suits(OTHER, "receipts")
    lines = [line_of(OTHER, "receipts", "header", client_number="1", sequence_no=1)]
    lines += [
        f"D{at:8d}{answer}{number:10}\n".encode("windows-1252") for at, (answer, number) in enumerate(rows)
    ]
    lines += [line_of(OTHER, "receipts", "trailer", count=len(rows))]
    blocks, single = both_ways(OTHER, "receipts", b"".join(lines), chunk=60)
    assert blocks == single
    assert not blocks.stopped


def test_a_record_out_of_place_after_a_block_names_the_same_lines() -> None:
    """Where the items of a block stood is known afterwards."""
    detail = '[[files.receipts.records]]\nname = "detail"'
    fields = '{ name = "tag", length = 1, type = "constant", constant = "S" }, { name = "rest", length = 19, type = "filler" }'
    second = f'[[files.receipts.records]]\nname = "second"\nfields = [{fields}]\n\n'
    dialect = load_text(changed(SMALL, (detail, second + detail)), "second.toml")
    header = line_of(dialect, "receipts", "header", client_number="1", sequence_no=1)
    other = line_of(dialect, "receipts", "second")
    item, trailer = b"D00000001100000000XX\n", line_of(dialect, "receipts", "trailer", count=19)
    blocks, single = both_ways(dialect, "receipts", b"".join([header, other, *[item] * 19, other, trailer]))
    assert blocks == single
    assert [problem.message for problem in blocks.stopped] == [
        "line 22, record second: stands after the detail in line 21: its place is before that"
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (GROUPED, "new_cases"),
        (SEPARATED, "corrections"),
        (changed(SMALL, ('each = "item"', 'each = "item"\ntrim = true')), "receipts"),
        (
            changed(SMALL, ('name = "agency_case_no", length = 10', 'name = "sender", length = 10')),
            "receipts",
        ),
    ],
)
def test_other_files_are_read_line_by_line(text: str, kind: FileKind) -> None:
    """Groups, cells, short lines, and items that say what the file is."""
    assert not suits(load_text(text, "other.toml"), kind)
