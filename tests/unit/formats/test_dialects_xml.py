from __future__ import annotations

import io
from dataclasses import replace

import pytest

from inkasso_formats.dialects import Stream, Writer, parse, render
from inkasso_formats.dialects.xml_schema import validate
from inkasso_formats.problems import FormatError
from support import xml_samples
from support.xml_samples import ATTRIBUTES, DIALECTS, ELEMENTS, EVERY, FOLDER, HEAD, PLAIN, RECORDS, told


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_each_kind_of_file_is_written_as_it_stands_in_the_samples(name, kind):
    """One record a line, indented, fields in the order declared; all that the file says of itself stands where it belongs."""
    assert xml_samples.file_of(name, kind).decode(DIALECTS[name].encoding) == (
        FOLDER / f"{name}.{kind}.xml"
    ).read_bytes().decode(DIALECTS[name].encoding)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_each_kind_of_file_is_read_as_it_was_written(name, kind):
    """Records, head, count and total come back, and nothing is told."""
    parsed = parse(DIALECTS[name], kind, (FOLDER / f"{name}.{kind}.xml").read_bytes())
    assert parsed.records == RECORDS[name][kind]
    assert (parsed.head.client_number, parsed.count) == ("123456", len(RECORDS[name][kind]))
    assert (parsed.problems, parsed.refused) == ([], 0)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_what_is_written_keeps_to_its_schema(name, kind):
    """The schema allows each of the sample files that has one."""
    schema = DIALECTS[name].files[kind].schema
    assert schema is None or validate(schema, [xml_samples.file_of(name, kind)]) == []


def test_the_line_of_each_record_is_the_line_of_its_element():
    """Also where records stand in groups, whose totals are written behind them."""
    file = render(ELEMENTS, "new_cases", HEAD, RECORDS["elements"]["new_cases"])
    lines = file.content.decode().splitlines()
    assert [lines[line - 1].split('"')[1] for line in file.lines] == ["1001", "1002", "1003"]


def test_pieces_make_the_same_file_as_all_at_once():
    """However the records come, a group that goes on is one group."""
    records = RECORDS["elements"]["new_cases"]
    writer = Writer(ELEMENTS, "new_cases", HEAD)
    pieces = b"".join(writer.take([record]).content for record in records)
    ends = writer.finish()
    assert ends.first + pieces + ends.last == xml_samples.file_of("elements", "new_cases")


def test_a_stream_knows_its_head_at_once_and_its_totals_at_the_end():
    """A file object is read piece by piece."""
    content = xml_samples.file_of("attributes", "receipts")
    stream = Stream(ATTRIBUTES, "receipts", io.BytesIO(content))
    assert (stream.head.client_number, stream.head.sequence_no) == ("123456", 7)
    assert [record.case for portion in stream for record in portion.records] == ["1001", "1002"]
    assert stream.count == 2


@pytest.mark.parametrize("size", [1, 7, 50, 1000])
def test_it_does_not_matter_how_the_bytes_come(size):
    """Pieces that end anywhere, also in the middle of a letter, are one file."""
    content = xml_samples.file_of("elements", "new_cases")
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    assert parse(ELEMENTS, "new_cases", pieces).records == RECORDS["elements"]["new_cases"]


def test_a_letter_that_the_encoding_lacks_is_written_as_a_reference():
    """Nothing is changed, so nothing is told."""
    file = render(ATTRIBUTES, "new_cases", HEAD, [PLAIN])
    assert b'name="\xc5se &lt;Br\xf8nn\xf8y&gt; &amp; &#352;\xf3n"' in file.content
    assert file.notes == ()


def test_a_text_that_goes_over_lines_is_written_in_one_and_that_is_told():
    """A control character becomes a blank by the rules of texts, with a note in the line of its record."""
    file = render(ATTRIBUTES, "new_cases", HEAD, [replace(PLAIN, name="Åse\nBy\x07")])
    assert b'name="\xc5se By "' in file.content
    assert [(note.code, note.line, note.field) for note in file.notes] == [("text.transliterated", 3, "name")]


@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_hold_refuses_its_record(character):
    """XML has no way to say it, not even as a reference."""
    with pytest.raises(FormatError) as caught:
        render(ELEMENTS, "new_cases", HEAD, [PLAIN, replace(PLAIN, invoice_no=f"5{character}")])
    assert [problem.message for problem in caught.value.problems] == [
        f"record invoice 2, field invoice_no: {f'5{character}'!r}: holds a character that XML cannot hold"
    ]


def test_a_value_that_is_too_long_is_cut_omitted_or_refused_by_its_rule():
    """Only lengths can be a misfit: any letter can be written."""
    long = replace(PLAIN, name="N" * 31, phone="1" * 13)
    file = render(ATTRIBUTES, "new_cases", HEAD, [long])
    parsed = parse(ATTRIBUTES, "new_cases", file.content)
    assert [(record.name, record.phone) for record in parsed.records] == [("N" * 30, "")]
    assert sorted(note.code for note in file.notes) == ["text.cut", "text.omitted"]
    with pytest.raises(FormatError) as caught:
        render(ATTRIBUTES, "new_cases", HEAD, [replace(PLAIN, case="C" * 21)])
    assert [problem.rule for problem in caught.value.problems] == [
        "21 characters; the field has room for 20 and may not be cut"
    ]


def test_a_file_without_records_is_a_file():
    """Its totals are zero."""
    for name, kind in EVERY:
        file = render(DIALECTS[name], kind, HEAD, [])
        parsed = parse(DIALECTS[name], kind, file.content)
        assert (parsed.records, parsed.count, parsed.total, told(parsed)) == ([], 0, 0, [])
