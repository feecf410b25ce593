from __future__ import annotations

from importlib import resources

import pytest

from inkasso_formats.dialects import (
    FILE_KINDS,
    file_name,
    kind_of_name,
    load,
    load_text,
    parse,
    render,
    shipped,
)
from inkasso_formats.problems import FormatError
from support.dialect_files import GOOD, HEAD

SHIPPED = resources.files("inkasso_formats.dialects").joinpath("intrum-no.toml").read_text("utf-8")
SMALL = """
name = "small"
title = "A small agency"
encoding = "windows-1252"
line_end = "lf"

[provenance]
public = "Nothing."
ours = "Everything."

[codes.answers]
rows = [{ code = "1", word = "accepted" }, { code = "0", word = "rejected" }]

[files.receipts]
name = "receipt.{sequence_no:03}"
match = 'receipt\\.[0-9]{3}'
record_length = 20
count = "count"
header = [
  { name = "tag", length = 1, type = "constant", constant = "H" },
  { name = "client_number", length = 6, type = "digits", required = true },
  { name = "sequence_no", length = 3, type = "number" },
  { name = "rest", length = 10, type = "filler" },
]
detail = [
  { name = "tag", length = 1, type = "constant", constant = "D" },
  { name = "case", length = 8, required = true },
  { name = "accepted", length = 1, type = "code", required = true, codes = "answers" },
  { name = "agency_case_no", length = 10 },
]
trailer = [
  { name = "tag", length = 1, type = "constant", constant = "T" },
  { name = "count", length = 5, type = "number" },
  { name = "rest", length = 14, type = "filler" },
]
"""


def problems(text: str) -> list[str]:
    """The message of each problem of a dialect file."""
    with pytest.raises(FormatError) as caught:
        load_text(text, "mine.toml")
    return [problem.message for problem in caught.value.problems]


def changed(*pairs: tuple[str, str]) -> str:
    """The small dialect with texts replaced, each of which must be there."""
    text = SMALL
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def test_the_shipped_dialects_load_by_name() -> None:
    """Each has its own name, and every kind of file."""
    assert shipped() == ("intrum-no",)
    for name in shipped():
        dialect = load(name)
        assert (dialect.name, set(dialect.files)) == (name, set(FILE_KINDS))
        assert {kind: layout.direction for kind, layout in dialect.files.items()} == {
            "new_cases": "out",
            "corrections": "out",
            "receipts": "in",
            "updates": "in",
            "closures": "in",
        }


def test_the_shipped_dialect_says_what_is_public_and_what_is_ours() -> None:
    """The layouts are not the agency's own, and whoever uses them must know."""
    dialect = load("intrum-no")
    assert "begin with LS and those of correction files with RD" in dialect.public
    assert "every record layout" in dialect.ours
    assert "KV (receipt), SO (case update) and AV (closure)" in dialect.ours
    assert dialect.provenance == f"{dialect.public} {dialect.ours}"


def test_an_unknown_dialect_names_those_there_are() -> None:
    """A name in the settings that is misspelt."""
    with pytest.raises(FormatError) as caught:
        load("intrum")
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("dialect.unknown", "'intrum': no such dialect: one of intrum-no expected")
    ]


def test_an_operators_own_dialect_reads_and_writes() -> None:
    """A file of one kind, other lengths, tags, codes and names: no code is needed."""
    dialect = load_text(SMALL, "mine.toml")
    rendered = render(dialect, "receipts", HEAD, [GOOD["receipts"]])
    assert rendered.content == b"H123456007          \nD1001    18800001   \nT00001              \n"
    name = file_name(dialect, "receipts", "123456", HEAD.created, 7)
    assert (name, kind_of_name(dialect, name)) == ("receipt.007", "receipts")
    parsed = parse(dialect, "receipts", rendered.content)
    assert [(record.case, parsed.head.client_number, parsed.head.created) for record in parsed.records] == [
        ("1001", "123456", None)
    ]
    assert dialect.source == "mine.toml"


def test_a_file_that_is_no_toml_says_where() -> None:
    """The parser's line and column are passed on."""
    with pytest.raises(FormatError) as caught:
        load_text("name = \n", "mine.toml")
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("dialect.toml", "mine.toml is no TOML: Invalid value (at line 1, column 8)")
    ]


def test_an_empty_file_lacks_everything_at_once() -> None:
    """All that is required is named in one go."""
    assert problems("") == [
        "field provenance: a table is required",
        "field name: a text is required",
        "field title: a text is required",
        "field provenance.public: a text is required",
        "field provenance.ours: a text is required",
        "field encoding: a text is required",
        "field line_end: a text is required",
        "field files: a table is required",
        "field files: at least one of new_cases, corrections, receipts, updates, closures expected",
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('title = "A', 'titel = "x"\ntitle = "A', "titel: unknown key: one of name, title, encoding, line_end, provenance, codes, files expected"),
        ('"windows-1252"', '"utf-8"', "encoding: 'utf-8': one of iso-8859-1, iso-8859-15, windows-1252, us-ascii expected"),
        ('"lf"', '"cr"', "line_end: 'cr': one of crlf, lf expected"),
        ('"lf"', "10", "line_end: '10': a text expected"),
        ("[files.receipts]", "[files.receipt]", "files.receipt: unknown key: one of new_cases, corrections, receipts, updates, closures expected"),
        ('word = "accepted"', 'word = "yes"', "codes.answers.1.word: 'yes': unknown word for accepted of receipts: one of accepted, rejected expected"),
        ('code = "0"', 'code = "1"', "codes.answers.rows[2].code: '1': the code stands twice in this table"),
        ('code = "0"', 'code = "00"', "codes.answers.00.code: '00': the field accepted of receipts has room for 1 characters"),
        ('codes = "answers"', 'codes = "answer"', "files.receipts.detail.accepted.codes: 'answer': no such code table: one of answers expected"),
        (', codes = "answers"', "", "files.receipts.detail.accepted.codes: a code table is required: the record holds our word"),
        ('type = "code", required = true', 'type = "text", required = true', "files.receipts.detail.accepted.type: 'text': code expected for this field"),
        ('type = "code", required = true', 'type = "code"', "files.receipts.detail.accepted: must be required: there is no Receipt without it"),
        ('type = "code"', 'type = "kode"', "files.receipts.detail.accepted.type: 'kode': one of text, digits, reference, number, amount, date, code, constant, filler expected"),
        ('"agency_case_no", length = 10', '"agency_case", length = 10', "files.receipts.detail.agency_case: unknown field: one of case, invoice_no, accepted, agency_case_no, reason_code, reason expected, or a constant or filler"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, codes = "answers"', "files.receipts.detail.agency_case_no.codes: a receipts record has no codes in this field"),
        ('"agency_case_no", length = 10', '"agency_case_no", start = 10, length = 10', "files.receipts.detail.agency_case_no: '10': overlaps the field before: start 11 expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", start = 12, length = 9', "files.receipts.detail.agency_case_no: '12': leaves a gap after the field before: start 11 expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 9', "files.receipts.detail: '19': the fields end here; the record has 20 characters"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = "10"', "files.receipts.detail.agency_case_no.length: '10': a whole number expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, align = "left"', "files.receipts.detail.agency_case_no.align: unknown key: one of name, start, length, type, required, form, sign, values, constant, meaning, codes, misfit expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, misfit = "crop"', "files.receipts.detail.agency_case_no.misfit: 'crop': one of refuse, cut, omit expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, type = "digits", misfit = "cut"', "files.receipts.detail.agency_case_no.misfit: 'digits': only a text can be cut"),
        ('"case", length = 8, required = true', '"case", length = 8, required = true, misfit = "omit"', "files.receipts.detail.case.misfit: 'omit': only an optional text can be left out"),
        ('"case", length = 8, required = true', '"reason", length = 8', "files.receipts.detail: a field case is required: there is no Receipt without it"),
        ('name = "case", length = 8', "length = 8", "files.receipts.detail[2].name: a text is required"),
        ('constant = "D"', 'constant = "H"', "files.receipts.header: 'H': its tag does not tell it from the detail"),
        ('type = "constant", constant = "T"', 'type = "filler"', "files.receipts.trailer.tag: the first field must be a constant: the tag of the record"),
        ('"sequence_no", length = 3', '"number", length = 3', "files.receipts.header.number: unknown field: one of client_number, sequence_no, created, created_time expected, or a constant or filler"),
        ('"client_number", length = 6, type = "digits", required = true', '"client_number", length = 6', "files.receipts.header.client_number: must be required"),
        ('"client_number", length = 6, type = "digits", required = true', '"created_time", length = 6, type = "digits"', "files.receipts.header: a field client_number is required"),
        ('"rest", length = 10, type = "filler"', '"created_time", length = 10, type = "digits"', "files.receipts.header.created_time: '10': 6 digits HHMMSS expected"),
        ('"rest", length = 10, type = "filler"', '"created", length = 10, type = "digits"', "files.receipts.header.created.type: 'digits': date expected for this field"),
        ('count = "count"', 'count = "records"', "files.receipts.count: 'records': the trailer has no such field"),
        ('count = "count"', 'count = "count"\nsums = { total = ["paid"] }', "files.receipts.sums.total: the trailer has no such field"),
        ('count = "count"', 'count = "count"\nsums = { total = "paid" }', "files.receipts.sums.total: 'paid': a list of texts expected"),
        ("{sequence_no:03}", "{number}", "files.receipts.name: 'number': one of client_number, at, sequence_no expected between braces"),
        ("{sequence_no:03}", "{sequence_no", "files.receipts.name: 'receipt.{sequence_no': no template: expected '}' before end of string"),
        ("{sequence_no:03}", "{sequence_no:%Y}", "files.receipts.name: 'receipt.{sequence_no:%Y}': cannot be filled in"),
        ("{sequence_no:03}", "{sequence_no}", "files.receipts.match: 'receipt\\\\.[0-9]{3}': does not match 'receipt.7', a name that the template gives"),
        ("[0-9]{3}", "[0-9{3}", "files.receipts.match: 'receipt\\\\.[0-9{3}': no regular expression: unterminated character set at position 9"),
    ],
)  # fmt: skip
def test_each_mistake_of_a_dialect_file_is_named_with_its_path(before: str, after: str, message: str) -> None:
    """An operator writes a dialect from a document, and must be able to mend it without reading code."""
    assert f"field {message}" in problems(changed((before, after)))


def test_all_mistakes_are_told_at_once() -> None:
    """Not the first one only, and nothing is told of what could not be read."""
    text = changed(
        ('"lf"', '"cr"'),
        ('word = "accepted"', "word = 1"),
        ('"case", length = 8', '"case", length = 7'),
        ("[0-9]{3}", "[0-9]{4}"),
    )
    assert problems(text) == [
        "field codes.answers.rows[1].word: '1': a text expected",
        "field line_end: 'cr': one of crlf, lf expected",
        "field files.receipts.detail: '19': the fields end here; the record has 20 characters",
    ]


def test_files_that_could_not_be_told_apart_are_refused() -> None:
    """Two kinds with one header or one name would both claim a file."""
    text = SHIPPED.replace('constant = "SO"', 'constant = "AV"').replace("match = 'SO", "match = '(SO|AV)")
    assert problems(text) == [
        "field files.updates.header: its constants do not tell it from closures",
        "field files.closures.header: its constants do not tell it from updates",
        "field files.updates.match: 'AV12345620261121060000': matches a name of closures too",
    ]


def test_a_sum_of_amounts_with_a_sign_needs_one() -> None:
    """A sum that may become negative must have a place for the minus."""
    before = '{ name = "total", start = 11, length = 15, type = "amount", sign = "leading", meaning = "The sum of the amounts." }'
    assert before in SHIPPED
    assert problems(SHIPPED.replace(before, before.replace('sign = "leading", ', ""))) == [
        "field files.corrections.trailer.total.sign: must be leading, because amount has a sign"
    ]


def test_a_sum_of_what_is_no_amount_is_refused() -> None:
    """Only amounts of the detail are added."""
    assert problems(SHIPPED.replace('total = ["paid"]', 'total = ["case"]')) == [
        "field files.updates.sums.total: 'case': no amount of the detail"
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'rows = [{ code = "1", word = "accepted" }, ',
            'rows = ["1", ',
            "codes.answers.rows[1]: '1': a table expected",
        ),
        (
            'rows = [{ code = "1", word = "accepted" }, { code = "0", word = "rejected" }]',
            "rows = []",
            "codes.answers.rows: a list of tables is required",
        ),
        (
            '[provenance]\npublic = "Nothing."\nours = "Everything."',
            'provenance = "x"',
            "provenance: 'x': a table expected",
        ),
    ],
)
def test_what_must_be_a_table_is_named(before: str, after: str, message: str) -> None:
    """TOML lets anything stand anywhere."""
    assert f"field {message}" in problems(changed((before, after)))


def test_bytes_that_the_encoding_lacks_stop_the_file() -> None:
    """In an encoding with gaps, a byte without a character is named by its place."""
    dialect = load_text(changed(('"windows-1252"', '"us-ascii"')), "mine.toml")
    content = render(dialect, "receipts", HEAD, [GOOD["receipts"]]).content.replace(b"D1001", b"D\xe5001")
    with pytest.raises(FormatError) as caught:
        parse(dialect, "receipts", content)
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("dialect.encoding", "line 2: 'e5': byte 2 of the line is no character of us-ascii")
    ]
