from __future__ import annotations

import pytest

from inkasso_formats.layout import Record, fields_of, markdown_table, table, table_head

WORDS = [
    ({"type": "amount"}, "amount, two implied decimals", ""),
    (
        {"type": "amount", "decimals": "point", "sign": "leading"},
        "amount, two decimals after a point, sign in front",
        "",
    ),
    (
        {"type": "amount", "decimals": "comma", "sign": "trailing", "fill": "blank"},
        "amount, two decimals after a comma, sign behind, filled with blanks in front",
        "",
    ),
    ({"type": "number", "fill": "blank"}, "number, filled with blanks in front", ""),
    ({"type": "date", "fill": "blank"}, "date YYYYMMDD, blank where missing", ""),
    ({"type": "date", "blank": "0"}, "date YYYYMMDD", "blank: 0"),
    ({"type": "time", "form": "HH:MM"}, "time HH:MM", ""),
    ({"type": "text", "default": "NOK", "meaning": "The currency."}, "text", "The currency; default: NOK"),
    ({"type": "digits", "without": "- "}, "digits", "written without: - blank"),
    (
        {"type": "code", "values": ["A", "B"], "blank": "0", "default": "A"},
        "code",
        "A, B; blank: 0; default: A",
    ),
]


@pytest.mark.parametrize(("row", "type_words", "content"), WORDS)
def test_the_table_says_in_words_how_a_value_is_written(row, type_words, content):
    """Whoever reads the table needs nothing else to write such a field."""
    record = Record(name="r", length=8, fields=fields_of([{"name": "x", "length": 8, **row}]))
    assert table(record) == [("1-8", "8", "x", type_words, "", content)]


def test_the_table_of_a_separated_file_numbers_the_cells():
    """A length is only the most there may be, and none is left blank."""
    fields = fields_of([{"name": "a", "length": 5}, {"name": "b", "type": "date"}], "separated")
    assert table_head("separated") == ("Cell", "Up to", "Field", "Type", "", "Content")
    assert table(Record(name="r", length=0, fields=fields), "separated") == [
        ("1", "5", "a", "text", "", ""),
        ("2", "", "b", "date YYYYMMDD", "", ""),
    ]


def test_the_table_of_an_xml_file_says_the_place_of_each_field():
    """Where no other place is said, it is the field's name."""
    record = Record(
        name="r", length=0, fields=fields_of([{"name": "a", "required": True}, {"name": "b"}], "xml")
    )
    assert markdown_table(record, "xml", {"a": "Address/@country"}) == (
        "| Place | Up to | Field | Type |  | Content |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| Address/@country |  | a | text | required |  |\n"
        "| b |  | b | text |  |  |"
    )
