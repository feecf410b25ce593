from __future__ import annotations

from importlib import resources

import pytest

from inkasso_formats.dialects import load_text
from inkasso_formats.problems import FormatError, FormatProblem
from support.dialect_texts import GROUPED, SMALL, XML, changed

SHIPPED = resources.files("inkasso_formats.dialects").joinpath("intrum-no.toml").read_text("utf-8")
HEAD = "client_number, sender, sequence_no, created, created_time"
TAG_OF_ROW = '{ name = "tag", length = 2, type = "constant", constant = "30" }'
TOTAL_OF_DEBTOR = '{ name = "total", length = 10, type = "amount", sign = "trailing" }'
XSD = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">\n<xs:element name="a" type="b"/></xs:schema>'


def problems(text: str) -> list[str]:
    """The message of each problem of a dialect file, without `field files.KIND.`."""
    with pytest.raises(FormatError) as caught:
        load_text(text, "mine.toml")
    return [
        problem.message.replace("field files.new_cases.", "").replace("field files.updates.", "")
        for problem in caught.value.problems
    ]


def line_of(words: str) -> int:
    """The line of the shipped dialect in which these words stand first."""
    return SHIPPED[: SHIPPED.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("before", "after", "messages"),
    [
        ('each = "item"\nwithin = "debtor"\n', 'within = "debtor"\n', [
            'line 20, records: a record with each = "item" is required: one for each neutral record',
            "line 28, records.debtor: is a group without anything that repeats within it: an item is expected there",
            "line 63, records.row.within: 'invoice': is once, and a record that is row stands in an item",
        ]),
        ('each = "row"\nwithin = "invoice"', 'each = "item"\nwithin = "debtor"', [
            "line 63, records.row.each: 'item': a file has one record that is the item; the others are once or row",
        ]),
        ('each = "row"\nwithin = "invoice"', 'each = "row"\nwithin = "debtor"', [
            "line 64, records.row.within: 'debtor': is group, and a record that is row stands in an item",
        ]),
        ('each = "row"\nwithin = "invoice"', 'each = "row"', [
            "line 16, counts.rows_of_debtor: 'row': does not stand in debtor, whose records the field rows_of_debtor of debtor-end counts",
            "line 61, records.row.within: '': the name of the item is required: a row belongs to it",
            "line 70, records.debtor-end: 'debtor-end': belongs to debtor, and stands behind a record that ends it: list it further up",
        ]),
        ('each = "row"\nwithin = "invoice"', 'each = "row"\nwithin = "invoice"\nwhen = []', [
            "line 65, records.row.when: 'row': only a record that stands once can be left out",
        ]),
        ('each = "group"\n', 'each = "group"\nwithin = "begin"\n', [
            "line 31, records.debtor.within: 'begin': is once, and a record that is group stands in the file or a group",
        ]),
        ('each = "group"\n', 'each = "group"\nwithin = "invoice"\n', [
            "line 31, records.debtor.within: 'invoice': stands further down: what it is within comes first",
        ]),
        ('each = "item"\nwithin = "debtor"', 'each = "item"\nwithin = "debitor"', [
            "line 16, counts.rows_of_debtor: 'row': does not stand in debtor, whose records the field rows_of_debtor of debtor-end counts",
            "line 28, records.debtor: is a group without anything that repeats within it: an item is expected there",
            "line 51, records.invoice.within: 'debitor': unknown record, debtor is nearest: one of begin, debtor, care-of expected",
            "line 71, records.debtor-end: 'debtor-end': belongs to debtor, and stands behind a record that ends it: list it further up",
        ]),
        ('each = "item"\nwithin = "debtor"', 'each = "item"', [
            "line 16, counts.rows_of_debtor: 'row': does not stand in debtor, whose records the field rows_of_debtor of debtor-end counts",
            "line 28, records.debtor: is a group without anything that repeats within it: an item is expected there",
            "line 50, records.invoice.each: 'item': repeats beside debtor: what repeats in the file is one kind of record",
            "line 70, records.debtor-end: 'debtor-end': belongs to debtor, and stands behind a record that ends it: list it further up",
        ]),
        ('name = "end"', 'name = "debtor-end"', [
            "line 81, records[7].name: 'debtor-end': the name is taken by another record of this file",
        ]),
    ],
)  # fmt: skip
def test_records_that_do_not_stand_in_one_another_are_named(
    before: str, after: str, messages: list[str]
) -> None:
    """A file has one item, groups around it, and rows within it; each is listed where it stands."""
    assert problems(changed(GROUPED, (before, after))) == messages


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('when = ["address2"]', 'when = ["adress2", "address2"]', "line 41, records.care-of.when: 'adress2': unknown field, address2 is nearest: one of case, customer_no, kind, name, id_number, address, address2, postcode, city, country, phone, email, contact_name, language, invoice_no, reference, invoice_date, due_date, reminder_no, reminder_date, original_amount, principal, currency, claim_type, description, client_number, sender, sequence_no, created, created_time, invoices, debtors, rows_of_debtor, total, total_of_rows"),
        ('when = ["address2"]', 'when = ["phone"]', "line 41, records.care-of.when: 'address2': must name address2 too: it would be lost where the others have no value"),
        ('name = "begin"\n', 'name = "begin"\nwhen = []\n', "line 22, records.begin.when: '': the first record of a file always stands there"),
        ('name = "invoice_no"', 'name = "name"', "line 55, records.invoice.name: 'name': stands in the record debtor already"),
        ('{ name = "address2", length = 30', '{ name = "case", length = 30', "line 45, records.care-of.case: stands in a record that may be missing: there is no NewCase without it"),
        ('{ name = "text", length = 20 }', '{ name = "phone", length = 20 }', "line 67, records.row.phone: unknown field: one of text, amount, period_from, period_to expected"),
        ('{ name = "text", length = 20 }', '{ name = "text", length = 20, type = "number" }', "line 67, records.row.text.type: 'number': text or digits or reference or code expected for this field"),
        ('{ name = "text", length = 20 }', '{ name = "text", length = 20, codes = "debtors" }', "line 67, records.row.text.codes: a new_cases record has no codes in this field"),
        ('{ name = "debtors", length = 4, type = "number" }', '{ name = "city", length = 4 }', f"line 85, records.end.city: unknown field: one of {HEAD}, invoices, debtors, rows_of_debtor, total, total_of_rows expected"),
        ('name = "customer_no", length = 10', 'name = "rows", length = 10', "line 33, records.debtor.rows: unknown field: one of case, customer_no, kind"),
    ],
)  # fmt: skip
def test_fields_that_a_record_cannot_hold_are_named(before: str, after: str, message: str) -> None:
    """A neutral value stands once on the way to the item, in the record that may hold it."""
    assert any(problem.startswith(message) for problem in problems(changed(GROUPED, (before, after))))


@pytest.mark.parametrize(
    ("before", "after", "messages"),
    [
        ('constant = "20"', 'constant = "10"', [
            "line 32, records.debtor.tag: '10': its tag does not tell it from the record invoice",
            "line 53, records.invoice.tag: '10': its tag does not tell it from the record debtor",
        ]),
        ('length = 2, type = "constant", constant = "20"', 'length = 1, type = "constant", constant = "1"', [
            "line 53, records.invoice.tag: '1': its tag does not tell it from the record debtor",
            "line 53, records.invoice.tag: '1': its tag does not tell it from the record care-of",
            "line 53, records.invoice.tag: '1': its tag does not tell it from the record debtor-end",
        ]),
    ],
)  # fmt: skip
def test_records_that_begin_alike_are_refused(before: str, after: str, messages: list[str]) -> None:
    """A tag tells a record from all others, so none may begin with another's."""
    assert problems(changed(GROUPED, (before, after))) == messages


def test_one_record_of_a_file_can_do_without_a_tag() -> None:
    """It is what no tag announces; two of them could not be told apart."""
    one = changed(GROUPED, (f"  {TAG_OF_ROW},\n", ""))
    assert load_text(one, "mine.toml").files["new_cases"].part("row").tag == ""
    tag_of_invoice = '  { name = "tag", length = 2, type = "constant", constant = "20" },\n'
    assert problems(changed(one, (tag_of_invoice, ""))) == [
        (
            "line 65, records.row.text: must begin with a constant, its tag: "
            "only one record of a file can do without, here invoice"
        )
    ]


@pytest.mark.parametrize(
    ("before", "after", "messages"),
    [
        ('["rows.amount"]', '["rows.amout"]', ["line 17, sums.total_of_rows: 'rows.amout': unknown amount of the records, rows.amount is nearest: one of principal, rows.amount expected"]),
        ('total = ["principal"]', 'total = ["original_amount"]', ["line 17, sums.total: 'original_amount': unknown amount of the records: one of principal, rows.amount expected"]),
        (TOTAL_OF_DEBTOR, TOTAL_OF_DEBTOR.replace(', sign = "trailing"', ""), ["line 77, records.debtor-end.total.sign: must be leading or trailing, because principal has a sign"]),
        (TOTAL_OF_DEBTOR, '{ name = "total", length = 10, type = "number" }', ["line 77, records.debtor-end.total.type: 'number': amount expected for this field", "line 77, records.debtor-end.total.sign: must be leading or trailing, because principal has a sign"]),
        ('rows_of_debtor = ["row"]', 'rows_of_debtor = ["begin"]', ["line 16, counts.rows_of_debtor: 'begin': does not stand in debtor, whose records the field rows_of_debtor of debtor-end counts"]),
        ('rows_of_debtor = ["row"]', 'rows_of_debtor = ["rows"]', ["line 16, counts.rows_of_debtor: 'rows': unknown record, row is nearest: one of begin, debtor, care-of, invoice, row, debtor-end, end expected"]),
        ('rows_of_debtor = ["row"]', 'rows_of_debtor = ["row"], lines = ["row"]', ["line 16, counts.lines: no record has such a field"]),
        ('rows_of_debtor = ["row"]', 'rows_of_debtor = ["row"], amount = ["row"]', ["line 16, counts.amount: is the name of a value of the record or the file: another name expected", "line 17, sums.total_of_rows: 'rows.amount': unknown amount of the records: principal expected", "line 68, records.row.amount.type: 'amount': number expected for this field", "line 68, records.row.amount: is a total, which a record that stands once must hold: row repeats"]),
        ('rows_of_debtor = ["row"]', 'rows_of_debtor = ["row"], total = ["row"]', ["line 17, sums.total: is the name of a count too: another name expected", "line 77, records.debtor-end.total.type: 'amount': number expected for this field", "line 86, records.end.total.type: 'amount': number expected for this field"]),
        ('rows_of_debtor = ["row"]', "rows_of_debtor = []", ["line 16, counts.rows_of_debtor: at least one text expected"]),
    ],
)  # fmt: skip
def test_totals_that_cannot_be_made_are_named(before: str, after: str, messages: list[str]) -> None:
    """A total stands in a record that stands once, and counts or adds what stands in its scope."""
    assert problems(changed(GROUPED, (before, after))) == messages


def test_kinds_that_nothing_tells_apart_are_refused() -> None:
    """Where neither the first record nor the name says which kind a file is of, it would be read as the wrong one."""
    alike = SHIPPED.replace('constant = "SO"', 'constant = "AV"')
    assert load_text(alike, "mine.toml").files["updates"].parts[0].record.field("file_kind").constant == "AV"
    assert problems(alike.replace("match = 'SO", "match = '(SO|AV)")) == [
        (
            f"line {line_of('SO{client_number}') + 1}, match: 'AV12345620261121060000': matches a name of closures too, "
            "and how the files begin does not tell them apart either"
        )
    ]
    assert load_text(SHIPPED.replace("match = 'SO", "match = '(SO|AV)"), "mine.toml").name == "intrum-no"


def test_kinds_of_xml_are_told_apart_by_their_root_or_their_name() -> None:
    """Two kinds with one root need names that tell them apart."""
    closures = XML.split("[files.updates]")[1].replace("files.updates", "files.closures")
    closures = closures.replace("stage_code", "reason_code").replace('codes = "stages", ', "")
    closures = closures.replace('  { name = "stage", at = "Stage" },\n', "").replace('"paid"', '"principal"')
    both = f"{XML}\n[files.closures]{closures}"
    assert problems(both) == [
        (
            "line 18, match: 'updates.007': matches a name of closures too, "
            "and how the files begin does not tell them apart either"
        ),
        (
            "line 48, field files.closures.match: 'updates.007': matches a name of updates too, "
            "and how the files begin does not tell them apart either"
        ),
    ]
    other_root = closures.replace('root = "Updates"', 'root = "Closures"')
    told_apart = load_text(f"{XML}\n[files.closures]{other_root}", "mine.toml")
    assert set(told_apart.files) == {"updates", "closures"}


@pytest.mark.parametrize(
    ("before", "after", "messages"),
    [
        ('root = "Updates"\n', "", ["line 15, root: a text is required"]),
        ('root = "Updates"', 'root = "x:Updates"', ["line 19, root: 'x:Updates': the name of an element expected, without a prefix"]),
        ('element = "."\n', "", ["line 23, records.file.element: a text is required"]),
        ('element = "Cases/Case"', 'element = "Cases//Case"', ["line 36, records.update.element: 'Cases//Case': the name of an element, names joined by /, or . expected"]),
        ('element = "Cases/Case"', 'element = "."', ["line 36, records.update.element: '.': a record that repeats needs an element of its own"]),
        ('at = "@id"', 'at = "id@"', ["line 38, records.update.case.at: 'id@': @attribute, Name, names joined by /, or . expected"]),
        ('at = "@id"', 'at = "A/@b/C"', ["line 38, records.update.case.at: 'A/@b/C': @attribute, Name, names joined by /, or . expected"]),
        ('at = "@id"', 'at = "1st"', ["line 38, records.update.case.at: '1st': @attribute, Name, names joined by /, or . expected"]),
        ('at = "@id"', 'at = "Paid"', ["line 42, records.update.paid.at: 'Paid': is the place of update.case already"]),
        ('at = "@id"', 'at = "Paid/X"', ["line 38, records.update.case.at: 'Paid/X': lies in the element of update.paid"]),
        ('at = "Paid"', 'at = "."', [f"line {line}, records.update.{name}: '{at}': lies in the element of update.paid" for line, name, at in [(39, "on.at", "Stage/@on"), (40, "stage_code.at", "Stage/@code"), (41, "stage.at", "Stage")]]),
        ('at = "Sender/Client"', 'at = "Cases/Case/X"', ["line 30, records.file.client_number.at: 'Cases/Case/X': lies in the element of update"]),
        ('at = "Sender/Client"', 'at = "Cases"', ["line 36, records.update.element: 'Cases/Case': lies in the text of file.client_number"]),
        ('type = "constant", constant = "1"', 'type = "filler"', ["line 27, records.file.version.type: 'filler': XML has no place for a filler"]),
        ('encoding = "utf-8"\n', 'encoding = "utf-8"\nline_end = "lf"\n', ["line 5, field line_end: is no key of a dialect of the form xml"]),
        ('at = "@id", required', "start = 3, required", ["line 38, records.update.case.start: is no key of a dialect of the form xml"]),
        ('root = "Updates"', 'root = "Updates"\nschema = "updates.xsd"', ["line 20, schema: 'updates.xsd': there is no folder to look for it"]),
        ('root = "Updates"', 'root = "Updates"\nschema = "../updates.xsd"', ["line 20, schema: '../updates.xsd': the name of a file beside this one expected, ending in .xsd"]),
    ],
)  # fmt: skip
def test_elements_that_cannot_be_are_named(before: str, after: str, messages: list[str]) -> None:
    """Names are those of XML, and two values never share a place."""
    assert problems(changed(XML, (before, after))) == messages


def _missing(name: str) -> bytes:
    raise FileNotFoundError(2, "No such file or directory", name)


def _refused(name: str) -> bytes:
    raise FormatError(
        [FormatProblem(code="dialect.file", value=name, rule="cannot be read: Permission denied")]
    )


@pytest.mark.parametrize(
    ("beside", "code", "message"),
    [
        (_missing, "dialect.definition", "cannot be read: No such file or directory"),
        (_refused, "dialect.definition", "cannot be read: Permission denied"),
        (lambda name: b"{}", "dialect.schema", "line 1 of it: the schema is no XML that is read: no root element of XML within the first 65536 bytes: this is no XML file"),
        (lambda name: XSD, "dialect.schema", "line 2 of it: the schema cannot be used: element decl. 'a', attribute 'type': The QName value 'b' does not resolve to a(n) type definition."),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_used_is_told(beside: object, code: str, message: str) -> None:
    """It lies beside the dialect's file, and is parsed when that is loaded."""
    text = changed(XML, ('root = "Updates"', 'root = "Updates"\nschema = "updates.xsd"'))
    with pytest.raises(FormatError) as caught:
        load_text(text, "mine.toml", beside)  # type: ignore[arg-type]
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        (code, f"line 20, field files.updates.schema: 'updates.xsd': {message}")
    ]


def test_a_schema_is_kept_with_its_file() -> None:
    """Reading and writing validate against it."""
    text = changed(XML, ('root = "Updates"', 'root = "Updates"\nschema = "updates.xsd"'))
    schema = XSD.replace(b'type="b"', b'type="xs:string"')
    asked: list[str] = []

    def beside(name: str) -> bytes:
        asked.append(name)
        return schema

    assert load_text(text, "mine.toml", beside).files["updates"].schema == schema
    assert asked == ["updates.xsd"]
    assert load_text(XML, "mine.toml").files["updates"].schema is None


def test_a_sum_of_what_is_no_amount_is_refused() -> None:
    """Only amounts of the records are added."""
    line = line_of('total = ["paid"]')
    assert problems(SHIPPED.replace('total = ["paid"]', 'total = ["case"]')) == [
        f"line {line}, sums.total: 'case': unknown amount of the records: one of paid, remaining expected"
    ]
    assert problems(
        SMALL.replace('{ count = ["detail"] }', '{ count = ["detail"] }\nsums = { total = ["paid"] }')
    ) == [
        "line 18, field files.receipts.sums.total: no record has such a field",
        "line 18, field files.receipts.sums.total: 'paid': no record has an amount",
    ]
