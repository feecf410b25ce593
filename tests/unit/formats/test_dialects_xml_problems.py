from __future__ import annotations

from dataclasses import replace

import pytest

from inkasso_formats.dialects import Dialect, parse
from inkasso_formats.problems import FormatError
from support import xml_samples
from support.xml_samples import ELEMENTS, refusal, told

CASES = xml_samples.file_of("elements", "new_cases").decode()
ANSWERS = xml_samples.file_of("attributes", "receipts").decode("iso-8859-1")
CLOSURES = xml_samples.file_of("elements", "closures").decode()
RECEIPTS = xml_samples.file_of("elements", "receipts").decode()
NOT = "the schema of the dialect does not allow it: "


def without_schema(dialect: Dialect) -> Dialect:
    """The dialect as it would be without schemas."""
    files = {kind: replace(layout, schema=None) for kind, layout in dialect.files.items()}
    return replace(dialect, files=files)


def test_without_a_schema_an_unknown_name_is_told_once_and_passed_over():
    """Elements and attributes that the dialect does not have; those of XML itself are not told."""
    bad = RECEIPTS.replace("<Answer>", '<Answer new="1" xml:lang="no"><Fee>12<Part/></Fee>').replace(
        "<Answers ",
        '<Answers xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" ',
    )
    parsed = parse(ELEMENTS, "receipts", bad.encode())
    assert [record.case for record in parsed.records] == ["1001", "1002"]
    assert told(parsed) == [
        (
            "dialect.element",
            "line 3, record answer: '@new': is not known in <Answer> and was passed over, here and wherever else it stands",
            True,
        ),
        (
            "dialect.element",
            "line 3, record answer: '<Fee>': is not known in <Answer> and was passed over, here and wherever else it stands",
            True,
        ),
    ]


def test_an_unknown_name_at_the_end_of_the_file_is_told_too():
    """A warning that no record follows is not lost."""
    parsed = parse(ELEMENTS, "closures", CLOSURES.replace("</Ends>", "<More/></Ends>").encode())
    assert [problem.value for problem in parsed.problems] == ["<More>"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "<Reason>U</Reason>",
            "<Reason>U</Reason><Reason>P</Reason>",
            (
                "dialect.element",
                "line 3, record case, field reason_code: 'P': stands twice, and which of the two counts cannot be told, in <Reason>",
            ),
        ),
        (
            "<Reason>U</Reason>",
            "<Reason><b>U</b></Reason>",
            (
                "dialect.element",
                "line 3, record case, field reason_code: a text expected, not further elements, in <Reason>",
            ),
        ),
        (
            "<Reason>U</Reason>",
            "or <Reason>U</Reason>",
            (
                "dialect.element",
                "line 3, record case: 'or': a text between the elements of <Case>, where none is expected",
            ),
        ),
        (
            "<Reason>U</Reason>",
            "",
            (
                "layout.code",
                "line 3, record case, field reason_code: '': is required and blank, in Case/Reason",
            ),
        ),
        (
            "<On>2026-12-15</On>",
            "<On>2026-12-32</On>",
            (
                "layout.date",
                "line 3, record case, field on: '2026-12-32': no such day: a date YYYY-MM-DD expected, in Case/On",
            ),
        ),
        (
            "<Left>1000.00</Left>",
            "<Left>1000,00</Left>",
            (
                "layout.amount",
                "line 4, record money, field remaining: '1000,00': an amount like 1234.50 expected, in Money/Left",
            ),
        ),
        (
            '<Money currency="NOK">',
            "<Money>",
            (
                "layout.text",
                "line 4, record money, field currency: '': is required and blank, in Money/@currency",
            ),
        ),
    ],
)
def test_what_is_wrong_in_an_item_refuses_it_with_line_field_and_place(old, new, expected):
    """A value that cannot be read, is missing, stands twice or is no text."""
    assert CLOSURES.count(old) == 1
    parsed = parse(ELEMENTS, "closures", CLOSURES.replace(old, new).encode())
    assert (parsed.records, parsed.refused) == ([], 1)
    assert told(parsed) == [(*expected, False)]


def test_texts_over_several_lines_are_read_as_one():
    """As an editor would break them; blanks inside a line stay."""
    bad = CLOSURES.replace("<Text>Gone</Text>", "<Text>\n    Gone,  as\n\twas said \r\n</Text>")
    parsed = parse(ELEMENTS, "closures", bad.encode())
    assert [record.text for record in parsed.records] == ["Gone,  as was said"]
    assert told(parsed) == []


def test_comments_instructions_and_character_data_change_nothing():
    """They are no part of a value."""
    bad = CLOSURES.replace(
        "<Text>Gone</Text>", "<!-- a --><Text>G<!-- b --><![CDATA[on]]>&#101;<?c d?></Text>"
    )
    parsed = parse(ELEMENTS, "closures", bad.encode())
    assert [record.text for record in parsed.records] == ["Gone"]
    assert told(parsed) == []


def test_another_prefix_of_the_namespace_changes_nothing():
    """A name is its namespace, not its prefix."""
    prefixed = (
        CASES.replace("<", "<n:").replace("<n:/", "</n:").replace("<n:?", "<?").replace("xmlns=", "xmlns:n=")
    )
    parsed = parse(ELEMENTS, "new_cases", prefixed.encode())
    assert parsed.records == xml_samples.RECORDS["elements"]["new_cases"]


def test_a_control_character_is_read_as_a_blank_and_told():
    """None reaches a log or a screen; it may be a letter of another encoding."""
    bad = CLOSURES.replace("<Text>Gone", "<Text>Go&#150;ne")
    parsed = parse(ELEMENTS, "closures", bad.encode())
    assert [record.text for record in parsed.records] == ["Go ne"]
    assert told(parsed) == [
        (
            "dialect.encoding",
            "line 3, record case, field text: 'Go\\x96ne': a control character, read as a blank, in Case/Text",
            True,
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'debtors="2"',
            'debtors="3"',
            [("dialect.count", "'3': announced, but the file holds 2 debtor records")],
        ),
        (
            'total="3000.00"',
            'total="3000.01"',
            [("dialect.sum", "'3000.01': announced, but principal of the invoices make 3000.00")],
        ),
        (
            'invoices="2" total="2000.00"',
            'invoices="1" total="2000.00"',
            [("dialect.count", "'1': announced, but the debtor holds 2 invoice records")],
        ),
        (
            "<Open>1000.00</Open>",
            "<Open>1000.00</Open><Open>1000.00</Open>",
            [
                (
                    "dialect.element",
                    "'1000.00': stands twice, and which of the two counts cannot be told, in <Open>",
                )
            ],
        ),
    ],
)
def test_totals_that_do_not_agree_stop_the_file(old, new, expected):
    """Of the file and of a group, wherever they stand."""
    found = refusal(without_schema(ELEMENTS), "new_cases", CASES.replace(old, new, 1).encode())
    assert [(code, message.partition(": ")[2]) for code, message in found] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "<Client>123456</Client>",
            "",
            [
                (
                    "layout.text",
                    "line 2, record header, field client_number: '': is required and blank, in Answers/Client",
                )
            ],
        ),
        (
            "<Client>123456</Client>",
            "<Client>123456</Client><Client>1</Client>",
            [
                (
                    "dialect.element",
                    "line 2, record header, field client_number: '1': stands twice, and which of the two counts cannot be told, in <Client>",
                )
            ],
        ),
        (
            "</Answers>",
            "<Client>1</Client></Answers>",
            [
                (
                    "dialect.order",
                    "line 6, record header, field client_number: '1': stands behind the records before which it belongs, in <Client>",
                )
            ],
        ),
        (
            "  <Count>2</Count>\n",
            "",
            [
                (
                    "dialect.count",
                    "line 2, record totals, field count: '0': announced, but the file holds 2 answer records",
                )
            ],
        ),
        (
            "</Answers>",
            "and</Answers>",
            [
                (
                    "dialect.element",
                    "line 5: 'and': a text between the elements of <Answers>, where none is expected",
                )
            ],
        ),
    ],
)
def test_what_is_wrong_beside_the_items_stops_the_file(old, new, expected):
    """What the file says of itself must be sure."""
    assert RECEIPTS.count(old) == 1
    assert refusal(ELEMENTS, "receipts", RECEIPTS.replace(old, new).encode()) == expected


def test_problems_found_before_the_xml_breaks_off_are_told_too():
    """Both are worth mending."""
    bad = RECEIPTS.replace('taken="false"', 'taken="perhaps"').replace("</Answers>", "</Answer>")
    with pytest.raises(FormatError) as caught:
        parse(ELEMENTS, "receipts", bad.encode())
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [
        ("dialect.code", 4),
        ("dialect.xml", 6),
    ]
