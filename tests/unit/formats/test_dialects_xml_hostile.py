from __future__ import annotations

import pytest

from inkasso_formats.dialects import parse
from inkasso_formats.dialects.xml_source import MOST_AT_ONCE
from support import xml_samples
from support.xml_samples import ATTRIBUTES, ELEMENTS, refusal

DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>\n'
CLOSURES = xml_samples.file_of("elements", "closures")
BODY = CLOSURES.removeprefix(DECLARED)
CASES = xml_samples.file_of("elements", "new_cases")
NO_DTD = "a document type declaration (DTD) is refused: it can hold entities, and no agency needs one"
NO_ROOT = "no root element of XML within the first 65536 bytes: this is no XML file"
ENCODINGS = "one of utf-8, us-ascii, iso-8859-1, iso-8859-15, windows-1252 expected as encoding"
EXPECTED = "the root element Ends in urn:made-up:collection:2 expected"
BOMB = b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>%s]>" % b"".join(
    b"<!ENTITY %c '%s'>" % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
)

REFUSED = {
    "external entity": (
        DECLARED
        + b'<!DOCTYPE Ends [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n'
        + BODY.replace(b"Gone", b"&x;"),
        [("dialect.doctype", f"line 2: {NO_DTD}")],
    ),
    "DTD behind a comment": (
        DECLARED + b"<!-- \n --> <?x \n?>\n<!doctype Ends SYSTEM 'http://example.com/a.dtd'>\n" + BODY,
        [("dialect.doctype", f"line 5: {NO_DTD}")],
    ),
    "entity bomb": (BOMB + BODY.replace(b"Gone", b"&j;"), [("dialect.doctype", f"line 1: {NO_DTD}")]),
    "entity without a declaration": (
        CLOSURES.replace(b"Gone", b"&who;"),
        [("dialect.xml", "line 3: not well-formed XML at column 80: Entity 'who' not defined")],
    ),
    "prefix without a declaration": (
        CLOSURES.replace(b"<Text>Gone</Text>", b"<x:Text>Gone</x:Text>"),
        [
            (
                "dialect.xml",
                "line 3: not well-formed XML at column 76: Namespace prefix x on Text is not defined",
            )
        ],
    ),
    "deep nesting": (
        CLOSURES.replace(b"<Text>", b"<X>" * 300 + b"</X>" * 300 + b"<Text>"),
        [
            (
                "dialect.limit",
                "line 3: XML beyond what an agency needs, at column 833: Excessive depth in document: 256",
            )
        ],
    ),
    "endless text": (
        CLOSURES.replace(b"Gone", b"G" * (MOST_AT_ONCE + 200_000)),
        [
            (
                "dialect.limit",
                f"line 3: more than {MOST_AT_ONCE} bytes of XML without the end of a record: no file of this kind",
            )
        ],
    ),
    "endless elements": (
        CLOSURES.replace(b"<Text>", b"<X/>" * (MOST_AT_ONCE // 4 + 50_000) + b"<Text>"),
        [
            (
                "dialect.limit",
                f"line 3: more than {MOST_AT_ONCE} bytes of XML without the end of a record: no file of this kind",
            )
        ],
    ),
    "tags crossed": (
        CLOSURES.replace(b"</On>", b"</Reason>"),
        [
            (
                "dialect.xml",
                "line 3: not well-formed XML at column 55: Opening and ending tag mismatch: On line 3 and Reason",
            )
        ],
    ),
    "something behind": (
        CLOSURES + b"<Ends/>",
        [
            (
                "dialect.xml",
                "line 7: not well-formed XML at column 1: Extra content at the end of the document",
            )
        ],
    ),
    "NUL": (
        CLOSURES.replace(b"Gone", b"G\0ne"),
        [
            (
                "dialect.encoding",
                "line 3: bytes that are no text in utf-8, the encoding of the file",
            )
        ],
    ),
    "letters of another encoding": (
        CLOSURES.replace(b"Gone", b"G\xe5ne"),
        [
            (
                "dialect.encoding",
                "line 3: bytes that are no text in utf-8, the encoding of the file",
            )
        ],
    ),
    "letters of another encoding, one byte each": (
        CLOSURES.replace(b"UTF-8", b"windows-1252").replace(b"Gone", b"G\x81ne"),
        [("dialect.encoding", "line 3: bytes that are no text in windows-1252, the encoding of the file")],
    ),
    "UTF-16": (
        CLOSURES.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        [("dialect.encoding", f"line 1: UTF-16 is not read: {ENCODINGS}")],
    ),
    "UTF-16 without a mark": (
        CLOSURES.decode().encode("utf-16-be"),
        [("dialect.encoding", f"line 1: UTF-16 is not read: {ENCODINGS}")],
    ),
    "an unknown encoding": (
        CLOSURES.replace(b"UTF-8", b"EBCDIC-CP-NL"),
        [("dialect.encoding", f"line 1: 'ebcdic-cp-nl': {ENCODINGS}")],
    ),
    "namespace": (
        CLOSURES.replace(b"collection:2", b"collection:1"),
        [("dialect.root", f"line 2: 'Ends in urn:made-up:collection:1': {EXPECTED}")],
    ),
    "no namespace": (b"<Ends/>", [("dialect.root", f"line 1: 'Ends in no namespace': {EXPECTED}")]),
    "namespace under a prefix that is not used": (
        CLOSURES.replace(b"xmlns=", b"xmlns:n="),
        [("dialect.root", f"line 2: 'Ends in no namespace': {EXPECTED}")],
    ),
    "root element": (
        b'\n<Letter xmlns="urn:x"/>',
        [("dialect.root", f"line 2: 'Letter in urn:x': {EXPECTED}")],
    ),
    "another kind": (
        CASES,
        [
            (
                "dialect.root",
                f"line 2: 'NewCases in urn:made-up:collection:2': {EXPECTED}; this is a file of new cases",
            )
        ],
    ),
    "another dialect": (
        xml_samples.file_of("attributes", "closures"),
        [("dialect.root", f"line 2: 'Ends in no namespace': {EXPECTED}")],
    ),
    "a flat file": (b"00LSIN01123456\r\n10\r\n", [("dialect.xml", f"line 1: {NO_ROOT}")]),
    "nothing inside": (
        b'<Ends xmlns="urn:made-up:collection:2"/>',
        [
            (
                "layout.text",
                "line 1, record header, field client_number: '': is required and blank, in Ends/@client",
            )
        ],
    ),
    "empty": (b" \n", [("dialect.empty", "the file is empty: a root element expected")]),
    "comment without end": (b"<!-- " + b"x" * 200_000, [("dialect.xml", f"line 1: {NO_ROOT}")]),
    "root element too far": (b"<?x?> " * 20_000 + BODY, [("dialect.xml", f"line 1: {NO_ROOT}")]),
    "blanks before the declaration": (
        b"\n" + CLOSURES,
        [
            (
                "dialect.xml",
                "line 2: not well-formed XML at column 6: XML declaration allowed only at the start of the document",
            )
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), REFUSED.values(), ids=REFUSED)
def test_bad_xml_is_refused_with_a_sentence(content, expected):
    """Nothing is fetched, expanded or guessed at."""
    assert refusal(ELEMENTS, "closures", content) == expected


def test_a_mark_of_utf_8_before_the_file_is_passed_over():
    """Editors write it, and it says nothing that is not so."""
    assert refusal(ELEMENTS, "closures", b"\xef\xbb\xbf" + CLOSURES) == []


@pytest.mark.parametrize("encoding", ["utf-8", "us-ascii", "iso-8859-15", "windows-1252"])
def test_a_file_may_be_in_another_encoding_than_the_dialect_if_it_says_so(encoding):
    """XML says its own encoding."""
    text = xml_samples.file_of("attributes", "new_cases").decode("iso-8859-1")
    content = text.replace("ISO-8859-1", encoding.upper()).encode(encoding, "xmlcharrefreplace")
    assert parse(ATTRIBUTES, "new_cases", content).records == xml_samples.RECORDS["attributes"]["new_cases"]


def test_letters_that_are_utf_8_under_another_name_are_told():
    """They may be meant as they stand, so the file is read as it says."""
    content = CLOSURES.replace(b"UTF-8", b"iso-8859-1").replace(b"Gone", "Gått".encode())
    parsed = parse(ELEMENTS, "closures", content)
    assert [record.text for record in parsed.records] == ["GÃ¥tt"]
    rule = "its letters are UTF-8; kept as iso-8859-1, ask the agency which encoding it writes"
    assert xml_samples.told(parsed) == [
        ("dialect.encoding", f"line 1: the file says iso-8859-1, and {rule}", True)
    ]


def test_lines_are_right_beyond_what_libxml2_counts():
    """From line 65,535 on it tells other lines; those of records, of what is within them and of fields are right."""
    case = CLOSURES.decode().splitlines()[2:5]
    far = [*CLOSURES.decode().splitlines()[:2], *[""] * 70_000, *case * 2, "</Ends>"]
    content = "\n".join(far)
    good = parse(ELEMENTS, "closures", content.encode())
    assert [record.line for record in good.records] == [70_003, 70_006]
    bad = content.replace("<Left>1000.00", "<Left>x").replace("<Text>Gone", "<Text>Go<b/>ne")
    bad = bad.replace("<On>2026-12-15", "\n\n<On>\n  2026-12-40")
    found = [(problem.field, problem.line) for problem in parse(ELEMENTS, "closures", bad.encode()).problems]
    assert sorted(found, key=lambda one: one[1]) == [
        ("on", 70_005),
        ("text", 70_006),
        ("remaining", 70_007),
        ("on", 70_011),
        ("text", 70_012),
        ("remaining", 70_013),
    ]
