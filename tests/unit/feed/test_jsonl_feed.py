"""JSON Lines files of the feed: types, JSON values, order."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest

from inkasso_formats.feed import BATCH, CustomerRow, EntryRow, read_jsonl, set_aside_jsonl
from inkasso_formats.feed.jsonl_feed import MOST_UNKNOWN
from inkasso_formats.problems import FormatError

CUSTOMER = {"type": "customer", "customer_no": "7", "name": "Bjørg Ærlig", "kind": "private"}
ENTRY = {
    "type": "entry",
    "entry_no": "152",
    "kind": "payment",
    "date": "2026-02-02",
    "amount": "10000.00",
    "currency": "NOK",
}


def lines(*objects: dict[str, object]) -> bytes:
    """A file with one line for each object."""
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in objects)


def read(content: bytes):
    """All batches of a file."""
    return list(read_jsonl(io.BytesIO(content)))


def problems(content: bytes) -> list[tuple[str, str]]:
    """Codes and words of all problems of a file."""
    return [(problem.code, problem.message) for batch in read(content) for problem in batch.problems]


def test_rows_of_all_types_come_in_file_order():
    """Rows of one type that follow one another are one batch; a change of type starts the next."""
    content = lines(CUSTOMER, CUSTOMER | {"customer_no": "8", "type": "customers"}, ENTRY, CUSTOMER)
    assert [(batch.feed_type, [row.line for row in batch.rows]) for batch in read(content)] == [
        ("customers", [1, 2]),
        ("entries", [3]),
        ("customers", [4]),
    ]


def test_a_row_is_what_the_same_row_in_csv_is():
    """Absent keys are empty, and the values have the same meaning."""
    assert read(lines(CUSTOMER))[0].rows == [CustomerRow(1, "7", "Bjørg Ærlig", "private")]


@pytest.mark.parametrize(
    ("key", "value", "meaning"),
    [
        ("amount", "1234,50", 123450),
        ("amount", 1234, 123400),
        ("amount", -5, -500),
        ("settlement", None, None),
        ("settlement", False, False),
        ("settlement", "true", True),
        ("invoices", ["100001", "100002"], ("100001", "100002")),
        ("invoices", "100001 100002", ("100001", "100002")),
        ("invoices", [], ()),
        ("invoices", 100001, ("100001",)),
        ("entry_no", 152, "152"),
        ("text", None, ""),
    ],
)
def test_a_json_value_is_taken_as_what_it_means(key, value, meaning):
    """Whole numbers, true, false, null and lists are taken where they fit."""
    (batch,) = read(lines(ENTRY | {key: value}))
    assert batch.problems == []
    assert getattr(batch.rows[0], key) == meaning


FLOAT = "no JSON number with decimals expected: write it as text in quotes"


@pytest.mark.parametrize(
    ("key", "raw", "code", "words"),
    [
        ("amount", "1234.50", "feed.amount", f"'1234.50': {FLOAT}"),
        ("amount", "1e3", "feed.amount", f"'1e3': {FLOAT}"),
        ("amount", "NaN", "feed.amount", f"'NaN': {FLOAT}"),
        ("amount", "true", "feed.amount", "'true': text expected"),
        ("amount", "null", "feed.required", "must be filled in"),
        ("text", "false", "feed.text", "'false': text expected"),
        ("text", '{"a": 1}', "feed.text", "'{\"a\": 1}': text expected"),
        ("text", '["a"]', "feed.text", "'[\"a\"]': text expected"),
        (
            "text",
            '"\\ud800"',
            "feed.text",
            "'\\ud800': no control characters expected: character 1 is U+D800",
        ),
        ("invoices", "[1, 2]", "feed.numbers", "'[1, 2]': text, or a list of texts, expected"),
        ("settlement", "1", "feed.boolean", "'1': true or false expected"),
        ("date", "20260202", "feed.date", "'20260202': a date as YYYY-MM-DD expected"),
    ],
)
def test_a_json_value_that_does_not_fit_is_refused_by_name(key, raw, code, words):
    """Money is never a JSON number with decimals, and no other JSON type is guessed at."""
    content = lines(ENTRY | {key: "#"}).replace(b'"#"', raw.encode())
    (batch,) = read(content)
    assert [(problem.code, problem.message) for problem in batch.problems] == [
        (code, f"line 1, record entries, field {key}: {words}")
    ]
    assert (batch.rows, batch.refused) == ([], [1])


def test_a_row_tells_all_that_is_wrong_with_it():
    """A value of a wrong JSON type does not hide the other problems of its row."""
    bad = {key: value for key, value in ENTRY.items() if key != "currency"} | {"amount": 1.5, "kind": "gift"}
    content = lines(bad, ENTRY)
    assert problems(content) == [
        ("feed.amount", f"line 1, record entries, field amount: '1.5': {FLOAT}"),
        (
            "feed.choice",
            "line 1, record entries, field kind: 'gift': one of payment, credit_note, credit_loss, adjustment expected",
        ),
        ("feed.required", "line 1, record entries, field currency: must be filled in"),
    ]
    assert [row.entry_no for batch in read(content) for row in batch.rows] == ["152"]


ONE_OBJECT = "one JSON object in the line expected"
ONE_TYPE = "one of customer, invoice, reminder, entry expected"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (b"{", "feed.json", f"line 1: '{{': {ONE_OBJECT}"),
        (b"[1]", "feed.json", f"line 1: '[1]': {ONE_OBJECT}"),
        (b"[" * 100_000, "feed.json", f"line 1: '{'[' * 40}…': {ONE_OBJECT}"),
        (b"9" * 5000, "feed.json", f"line 1: '{'9' * 40}…': {ONE_OBJECT}"),
        (
            b'{"a": 1, "a": 2}',
            "feed.json",
            'line 1: \'{"a": 1, "a": 2}\': each key once in an object expected',
        ),
        (b'{"a": 1}', "feed.type", f"line 1, field type: {ONE_TYPE}"),
        (b'{"type": "payment"}', "feed.type", f"line 1, field type: 'payment': {ONE_TYPE}"),
        (b'{"type": ["entry"]}', "feed.type", f"line 1, field type: \"['entry']\": {ONE_TYPE}"),
    ],
)
def test_a_line_that_is_no_row_is_refused_alone(text, code, words):
    """A line that says no type is told, and the rows around it pass."""
    (alone,) = read(text + b"\n")
    assert (alone.feed_type, alone.rows, alone.refused) == ("mixed", [], [1])
    batches = read(text + b"\n\n" + lines(ENTRY))
    assert [(problem.code, problem.message) for problem in batches[0].problems] == [(code, words)]
    assert [(batch.refused, [row.line for row in batch.rows]) for batch in batches] == [([1], [3])]


def test_an_unknown_key_is_a_warning_told_once_per_type():
    """A key that is not known is passed over and refuses no row."""
    content = lines(ENTRY | {"colour": 1.5}, ENTRY | {"colour": "red"}, CUSTOMER | {"colour": "red"})
    assert problems(content) == [
        (
            "feed.unknown_column",
            "line 1, record entries, field colour: the column is not known and is passed over",
        ),
        (
            "feed.unknown_column",
            "line 3, record customers, field colour: the column is not known and is passed over",
        ),
    ]
    assert [len(batch.rows) for batch in read(content)] == [2, 1]


def test_unknown_keys_are_told_up_to_a_number():
    """A file with a new unknown key in every line does not fill the memory with warnings."""
    content = lines(*(ENTRY | {f"k{n}": 1} for n in range(MOST_UNKNOWN + 50)))
    assert len(problems(content)) == MOST_UNKNOWN


def test_an_equal_repeat_passes_and_a_contradiction_is_refused():
    """The rule on repeated keys is the same as in CSV."""
    assert problems(lines(ENTRY, ENTRY, ENTRY | {"amount": "1"})) == [
        (
            "feed.repeated_key",
            "line 3, record entries, field entry_no: '152': line 1 says something else of the same entry_no: one row each expected",
        )
    ]


def test_a_large_file_comes_in_batches():
    """No more rows than one batch are in memory."""
    content = lines(*(ENTRY | {"entry_no": str(n)} for n in range(BATCH + 1)))
    assert [len(batch.rows) for batch in read(content)] == [BATCH, 1]


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_refused(content):
    """A file without a line says nothing."""
    with pytest.raises(FormatError) as error:
        read(content)
    assert [(problem.code, problem.message) for problem in error.value.problems] == [
        ("feed.empty", "the file is empty: one JSON object a line expected")
    ]


def test_a_wrong_encoding_is_told_with_line_and_byte():
    """JSON Lines are UTF-8."""
    content = lines(CUSTOMER) + b'{"name": "Bj\xf8rg"}\n'
    with pytest.raises(
        FormatError, match=r"^line 2: byte 13 of the line \(0xF8\) is not UTF-8: write the file"
    ):
        read(content)


def test_a_mark_at_the_start_is_passed_over():
    """A mark of UTF-8 does no harm."""
    (batch,) = read(b"\xef\xbb\xbf" + lines(ENTRY))
    assert batch.rows == [EntryRow(1, "152", "payment", date(2026, 2, 2), 1_000_000, "NOK")]


def test_refused_lines_are_set_aside_byte_for_byte():
    """The file to mend holds the refused lines as they came."""
    content = lines(CUSTOMER) + b"{ broken\n" + lines(ENTRY) + b"[]"
    assert set_aside_jsonl(io.BytesIO(content), {2, 4}) == b"{ broken\n[]"
