from __future__ import annotations

from importlib import resources

import pytest

from inkasso_formats.dialects import FILE_KINDS, load, load_text, shipped
from inkasso_formats.problems import FormatError
from support.dialect_texts import GROUPED, SEPARATED, SMALL, TEXTS, XML, changed

KINDS = "new_cases, corrections, receipts, updates, closures"
FIELD_KEYS = "name, start, length, type, required, form, sign, decimals, fill, blank, default, without, values, constant, codes, misfit, meaning"
TYPES = "text, digits, reference, number, amount, date, time, code, constant, filler"
HEAD = "client_number, sender, sequence_no, created, created_time"
RECEIPT = "case, invoice_no, accepted, agency_case_no, reason_code, reason"


def problems(text: str) -> list[str]:
    """The message of each problem of a dialect file."""
    with pytest.raises(FormatError) as caught:
        load_text(text, "mine.toml")
    return [problem.message for problem in caught.value.problems]


def test_the_shipped_dialects_load_by_name() -> None:
    """Each has its own name, its own kinds of file, and what goes out is not what comes in."""
    assert "intrum-no" in shipped()
    for name in shipped():
        dialect = load(name)
        assert dialect.name == name
        assert set(dialect.files) <= set(FILE_KINDS)
        for kind, layout in dialect.files.items():
            assert (layout.kind, layout.item.each) == (kind, "item")
            assert layout.direction == ("out" if kind in {"new_cases", "corrections"} else "in")


def test_the_shipped_dialect_says_what_is_public_and_what_is_ours() -> None:
    """The layouts are not the agency's own, and whoever uses them must know."""
    dialect = load("intrum-no")
    assert set(dialect.files) == set(FILE_KINDS)
    assert "begin with LS and those of correction files with RD" in dialect.public
    assert "every record layout" in dialect.ours
    assert "KV (receipt), SO (case update) and AV (closure)" in dialect.ours
    assert dialect.provenance == f"{dialect.public} {dialect.ours}"


def test_an_unknown_dialect_names_those_there_are() -> None:
    """A name in the settings that is misspelt."""
    with pytest.raises(FormatError) as caught:
        load("intrum")
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("dialect.unknown", f"'intrum': no such dialect: one of {', '.join(shipped())} expected")
    ]


def test_a_record_ends_with_its_last_field_where_no_length_is_said() -> None:
    """Fields follow one another where no start is said, and a layout without a length has records of many lengths."""
    layout = load_text(GROUPED, "mine.toml").files["new_cases"]
    assert {part.name: part.record.length for part in layout.parts} == {
        "begin": 14,
        "debtor": 43,
        "care-of": 32,
        "invoice": 44,
        "row": 32,
        "debtor-end": 16,
        "end": 34,
    }
    assert layout.item.record.field("principal").position == (35, 44)
    assert [part.name for part in layout.within("debtor")] == ["care-of", "invoice", "debtor-end"]
    assert (layout.part("care-of").when, layout.part("care-of").trim) == (("address2",), True)
    assert layout.only == {"currency": ("NOK",), "claim_type": ("ordinary",)}
    assert layout.sums == {"total": ("principal",), "total_of_rows": ("rows.amount",)}


def test_cells_count_from_one_and_have_no_length() -> None:
    """In a separated file a field is a cell, and its length is the most that it may have."""
    dialect = load_text(SEPARATED, "mine.toml")
    layout = dialect.files["corrections"]
    assert (dialect.separator, dialect.encoding, dialect.line_end) == ("\t", "utf-8", "\n")
    assert [(field.name, field.start, field.length) for field in layout.item.record.fields] == [
        ("invoice_no", 1, 0),
        ("kind", 2, 0),
        ("date", 3, 0),
        ("amount", 4, 0),
        ("currency", 5, 3),
        ("unused", 6, 0),
    ]
    assert (layout.folder, layout.item.record.meaning) == ("in/corrections", "One line for each.")


def test_a_field_of_xml_stands_at_its_name_where_no_place_is_said() -> None:
    """Paths are kept by the field's name."""
    text = changed(XML, ('{ name = "stage", at = "Stage" }', '{ name = "stage" }'))
    dialect = load_text(text, "mine.toml")
    layout = dialect.files["updates"]
    assert (dialect.namespace, layout.root, layout.item.element) == (
        "urn:example:agency:1",
        "Updates",
        "Cases/Case",
    )
    assert layout.item.paths == {
        "case": "@id",
        "on": "Stage/@on",
        "stage_code": "Stage/@code",
        "stage": "stage",
        "paid": "Paid",
    }


def test_a_file_that_is_no_toml_says_where() -> None:
    """The parser's line and column are passed on; without them it is the end of the text."""
    for text, line, message in [
        ("name = \n", 1, "line 1: mine.toml is no TOML: Invalid value (column 8)"),
        ("a = 1\nb = [1,\n", 2, "line 2: mine.toml is no TOML: Invalid value (at its end)"),
        ("a = 1\na = 2\n", 2, "line 2: mine.toml is no TOML: Cannot overwrite a value (column 6)"),
    ]:
        with pytest.raises(FormatError) as caught:
            load_text(text, "mine.toml")
        assert [(problem.code, problem.line, problem.message) for problem in caught.value.problems] == [
            ("dialect.toml", line, message)
        ]


def test_an_empty_file_lacks_everything_at_once() -> None:
    """All that is required is named in one go; what is missing from the whole has no line."""
    assert problems("") == [
        "field provenance: a table is required",
        "field line_end: a text is required",
        "field name: a text is required",
        "field title: a text is required",
        "field provenance.public: a text is required",
        "field provenance.ours: a text is required",
        "field encoding: a text is required",
        "field files: a table is required",
        f"field files: at least one of {KINDS} expected",
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('title = "A', 'titel = "x"\ntitle = "A', "line 2, field titel: unknown key, title is nearest: one of name, title, form, encoding, line_end, provenance, codes, files expected"),
        ('name = "small"', 'name = "Small one"', "line 1, field name: 'Small one': small letters a to z, digits and hyphens between them expected"),
        ('name = "small"', 'name = "small"\nseparator = ";"', "line 2, field separator: is no key of a dialect of the form fixed"),
        ('name = "small"', 'name = "small"\nform = "csv"', "line 2, field form: 'csv': one of fixed, separated, xml expected"),
        ('"windows-1252"', '"utf-8"', "line 3, field encoding: 'utf-8': one of iso-8859-1, iso-8859-15, windows-1252, us-ascii expected"),
        ('"lf"', '"cr"', "line 4, field line_end: 'cr': one of crlf, lf expected"),
        ('"lf"', "10", "line 4, field line_end: '10': a text expected"),
        ("[files.receipts]", "[files.receipt]", f"line 13, field files.receipt: unknown key, receipts is nearest: one of {KINDS} expected"),
        ('word = "accepted"', 'word = "yes"', "line 11, field codes.answers.1.word: 'yes': unknown word for accepted of receipts: one of accepted, rejected expected"),
        ('code = "0"', 'code = "1"', "line 11, field codes.answers.rows[2].code: '1': the code stands twice in this table"),
        ('code = "0"', 'code = "00"', "line 11, field codes.answers.00.code: '00': the field accepted of receipts has room for 1 characters"),
        ('code = "0"', 'code = ""', "line 11, field codes.answers.rows[2].code: '': at least one character expected"),
        ('codes = "answers"', 'codes = "answer"', "line 34, field files.receipts.records.detail.accepted.codes: 'answer': unknown code table: answers expected"),
        (', codes = "answers"', "", "line 34, field files.receipts.records.detail.accepted.codes: a code table is required: the record holds our word"),
        ('type = "code", required = true', 'type = "text", required = true', "line 34, field files.receipts.records.detail.accepted.type: 'text': code expected for this field"),
        ('type = "code", required = true', 'type = "code"', "line 34, field files.receipts.records.detail.accepted: must be required: there is no Receipt without it"),
        ('type = "code"', 'type = "kode"', f"line 34, field files.receipts.records.detail.accepted.type: 'kode': one of {TYPES} expected"),
        ('type = "code"', 'type = "code", default = "2"', "line 34, field files.receipts.records.detail.accepted.default: '2': the table answers has no such code"),
        ('"agency_case_no", length = 10', '"agency_case", length = 10', f"line 35, field files.receipts.records.detail.agency_case: unknown field, agency_case_no is nearest: one of {RECEIPT}, {HEAD}, count expected, or a constant or filler"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, codes = "answers"', "line 35, field files.receipts.records.detail.agency_case_no.codes: a receipts record has no codes in this field"),
        ('"agency_case_no", length = 10', '"agency_case_no", start = 10, length = 10', "line 35, field files.receipts.records.detail.agency_case_no: '10': overlaps the field before: start 11 expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", start = 12, length = 9', "line 35, field files.receipts.records.detail.agency_case_no: '12': leaves a gap after the field before: start 11 expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 9', "line 28, field files.receipts.records.detail: '19': the fields end here; the record has 20 characters"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = "10"', "line 35, field files.receipts.records.detail.agency_case_no.length: '10': a whole number expected"),
        ('"agency_case_no", length = 10', '"agency_case_no"', "line 35, field files.receipts.records.detail.agency_case_no.length: a whole number is required"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, align = "left"', f"line 35, field files.receipts.records.detail.agency_case_no.align: unknown key: one of {FIELD_KEYS} expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, at = "No"', "line 35, field files.receipts.records.detail.agency_case_no.at: is no key of a dialect of the form fixed"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, misfit = "crop"', "line 35, field files.receipts.records.detail.agency_case_no.misfit: 'crop': one of refuse, cut, omit expected"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, fill = "stars"', "line 35, field files.receipts.records.detail.agency_case_no.fill: 'stars': one of zero, blank expected"),
        ('"agency_case_no", length = 10', '"case", length = 10', "line 35, field files.receipts.records.detail[4]: 'case': the name is taken by another field of this record"),
        ('"agency_case_no", length = 10', '"agency_case_no", length = 10, type = "digits", misfit = "cut"', "line 35, field files.receipts.records.detail.agency_case_no.misfit: 'digits': only a text can be cut"),
        ('"case", length = 8, required = true', '"case", length = 8, required = true, misfit = "omit"', "line 33, field files.receipts.records.detail.case.misfit: 'omit': only an optional text can be left out"),
        ('"case", length = 8, required = true', '"reason", length = 8', "line 28, field files.receipts.records.detail: a field case is required: there is no Receipt without it"),
        ('name = "case", length = 8', "length = 8", "line 33, field files.receipts.records.detail[2].name: a text is required"),
        ('"sequence_no", length = 3', '"sequence", length = 3', f"line 24, field files.receipts.records.header.sequence: unknown field, sequence_no is nearest: one of {HEAD}, count expected, or a constant or filler"),
        ('"client_number", length = 6, type = "digits", required = true', '"client_number", length = 6', "line 23, field files.receipts.records.header.client_number: must be required"),
        ('"rest", length = 10, type = "filler"', '"created_time", length = 10, type = "time"', "line 25, field files.receipts.records.header.created_time: '10': HHMMSS has 6 characters"),
        ('"rest", length = 10, type = "filler"', '"created", length = 10, type = "digits"', "line 25, field files.receipts.records.header.created.type: 'digits': date expected for this field"),
        ("record_length = 20", "record_length = 0", "line 16, field files.receipts.record_length: '0': at least 1 expected"),
        ("record_length = 20", 'record_length = 20\nonly = { currency = ["NOK"] }', f"line 17, field files.receipts.only.currency: unknown field: one of {RECEIPT} expected"),
        ("record_length = 20", 'record_length = 20\nonly = { accepted = ["yes"] }', "line 17, field files.receipts.only.accepted: 'yes': unknown word: one of accepted, rejected expected"),
        ("record_length = 20", "record_length = 20\nonly = { case = [] }", "line 17, field files.receipts.only.case: at least one text expected"),
        ("record_length = 20", 'record_length = 20\nonly = "NOK"', "line 17, field files.receipts.only: 'NOK': a table expected"),
        ('rows = [{ code = "1", word = "accepted" }, ', 'rows = ["1", ', "line 11, field codes.answers.rows[1]: '1': a table expected"),
        ('rows = [{ code = "1", word = "accepted" }, { code = "0", word = "rejected" }]', "rows = []", "line 11, field codes.answers.rows: a list of tables is required"),
        ('[provenance]\npublic = "Nothing."\nours = "Everything."', 'provenance = "x"', "line 6, field provenance: 'x': a table expected"),
    ],
)  # fmt: skip
def test_each_mistake_of_a_dialect_file_is_named_with_its_path_and_line(
    before: str, after: str, message: str
) -> None:
    """An operator writes a dialect from a document, and must be able to mend it without reading code."""
    assert message in problems(changed(SMALL, (before, after)))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("{sequence_no:03}", "{number}", "line 14, field files.receipts.name: 'number': one of client_number, at, sequence_no, sender expected between braces"),
        ("{sequence_no:03}", "{sequence_no", "line 14, field files.receipts.name: 'receipt.{sequence_no': no template: expected '}' before end of string"),
        ("{sequence_no:03}", "{sequence_no:%Y}", "line 14, field files.receipts.name: 'receipt.{sequence_no:%Y}': cannot be filled in"),
        ("receipt.{sequence_no:03}", "in/{sequence_no:03}", "line 14, field files.receipts.name: 'in/{sequence_no:03}': cannot be filled in"),
        ("{sequence_no:03}", "{sequence_no}", "line 15, field files.receipts.match: 'receipt\\\\.[0-9]{3}': does not match 'receipt.7', a name that the template gives"),
        ("[0-9]{3}", "[0-9{3}", "line 15, field files.receipts.match: 'receipt\\\\.[0-9{3}': no regular expression: unterminated character set at position 9"),
        ("[0-9]{3}", "(?P<sequence>[0-9]{3})", "line 15, field files.receipts.match: 'sequence': unknown group, sequence_no is nearest: one of client_number, sender, sequence_no, date, time expected"),
        ("[0-9]{3}", "(?P<client_number>[0-9]{3})", "line 15, field files.receipts.match: 'receipt\\\\.(?P<client_number>[0-9]{3})': reads 007 as client_number in 'receipt.007', a name that the template gives for 123456"),
        ("[0-9]{3}", "(?P<sequence_no>[0-9])[0-9]{2}", "line 15, field files.receipts.match: 'receipt\\\\.(?P<sequence_no>[0-9])[0-9]{2}': reads 0 as sequence_no in 'receipt.007', a name that the template gives for 7"),
    ],
)  # fmt: skip
def test_the_names_of_files_are_checked_in_both_directions(before: str, after: str, message: str) -> None:
    """A name that we give must be recognised, and say what was put into it."""
    assert problems(changed(SMALL, (before, after))) == [message]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('separator = "\\t"', 'separator = "::"', "line 6, field separator: '::': one of ;, ,, |, \\t expected"),
        ('separator = "\\t"\n', "", "field separator: a text is required"),
        ('"utf-8"', '"utf-16"', "line 4, field encoding: 'utf-16': one of utf-8, iso-8859-1, iso-8859-15, windows-1252, us-ascii expected"),
        ('{ name = "amount", type', '{ name = "amount", start = 5, type', "line 29, field files.corrections.records.correction.amount: '5': leaves a gap after the field before: start 4 expected"),
        ('folder = "in/corrections"', "record_length = 3", "line 18, field files.corrections.record_length: is no key of a dialect of the form separated"),
        ("DD.MM.YYYY", "DD.MM.YY", "line 28, field files.corrections.records.correction.date: 'DD.MM.YY': one of YYYYMMDD, YYMMDD, DDMMYY, DDMMYYYY, YYYY-MM-DD, DD.MM.YYYY, DD/MM/YYYY expected as form"),
        ('["payment", "credit_note"]', '["payment", "recall"]', "line 12, field codes.kinds: lacks a code for recall, which kind of corrections has to say"),
        ('["payment", "credit_note"]', '["payment", "credit"]', "line 19, field files.corrections.only.kind: 'credit': unknown word, credit_note is nearest: one of payment, credit_note, adjustment, reversal, recall expected"),
        ('["NOK", "SEK"] }', '["NOK", "SEK"], date = ["x"] }', "line 19, field files.corrections.only.date: unknown field: one of case, agency_case_no, customer_no, invoice_no, kind, entry_no, currency expected"),
        ('["NOK", "SEK"] }', '["NOK", "NOK"] }', "line 19, field files.corrections.only.currency: 'NOK, NOK': each text once expected"),
    ],
)  # fmt: skip
def test_each_mistake_of_a_separated_dialect_is_named(before: str, after: str, message: str) -> None:
    """Cells have no positions, and a file may be in UTF-8."""
    assert problems(changed(SEPARATED, (before, after))) == [message]


def test_a_word_that_is_always_needed_has_a_code() -> None:
    """Who owes must be said; other words may be missing, and refuse the record that needs one when it is written."""
    without = changed(GROUPED, (', { code = "F", word = "company" }', ""))
    assert problems(without) == [
        "line 10, field codes.debtors: lacks a code for company, which kind of new_cases has to say"
    ]
    privates = changed(
        without, ('only = { currency = ["NOK"]', 'only = { kind = ["private"], currency = ["NOK"]')
    )
    assert load_text(privates, "mine.toml").files["new_cases"].only["kind"] == ("private",)
    assert load("intrum-no").codes["correction_kinds"].code_for("recall") == "05"
    text = resources.files("inkasso_formats.dialects").joinpath("intrum-no.toml").read_text("utf-8")
    recall = '  { code = "05", word = "recall", text = "Tilbakekalling av saken" },\n'
    without_recall = load_text(changed(text, (recall, "")), "mine.toml")
    assert without_recall.codes["correction_kinds"].code_for("recall") is None


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    """Not the first one only, and nothing is told of what could not be read."""
    text = changed(
        SMALL,
        ('"lf"', '"cr"'),
        ('word = "accepted"', "word = 1"),
        ('"case", length = 8', '"case", length = 7'),
        ("[0-9]{3}", "[0-9]{4}"),
    )
    assert problems(text) == [
        "line 4, field line_end: 'cr': one of crlf, lf expected",
        "line 11, field codes.answers.1.word: '1': a text expected",
        "line 15, field files.receipts.match: 'receipt\\\\.[0-9]{4}': does not match 'receipt.007', a name that the template gives",
        "line 28, field files.receipts.records.detail: '19': the fields end here; the record has 20 characters",
    ]


def test_a_record_with_a_gap_is_checked_for_all_else() -> None:
    """Gaps, unknown keys and misspelt names are told together."""
    text = changed(
        SMALL,
        ('"case", length = 8', '"case", lenght = 7, length = 7'),
        ('"agency_case_no", length = 10', '"agency_case_nr", length = 10'),
    )
    told = problems(text)
    assert [problem.split(": ")[0].split("detail")[-1] for problem in told] == [
        "",
        ".case.lenght",
        ".agency_case_nr",
    ]


@pytest.mark.parametrize("name", TEXTS)
def test_a_dialect_says_where_it_was_read(name: str) -> None:
    """The source is kept for messages."""
    assert load_text(TEXTS[name], f"{name}.toml").source == f"{name}.toml"
