"""The shipped dialects sergel, mamut, mamut-advanced and intrum-sls, held against lines that were written by hand from their sources.

Sources: the generators of the client named in sergel.toml, the online help of Mamut, Intrum's document on UpdateSLSCase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from inkasso_formats.dialects import (
    FILE_KINDS,
    FileKind,
    RecordsRefused,
    file_name,
    kind_of_content,
    kind_of_name,
    load,
    parse,
    render,
)
from inkasso_formats.dialects.load import beside
from inkasso_formats.dialects.xml_schema import validate
from inkasso_formats.records import Correction, NewCase
from inkassod.simulator.fates import CORRECTED, FATES, REJECTIONS
from support.golden_dialects import expected_path, reading, samples
from support.shipped_files import HEAD, OWED, PAID, lines, refused, sample, unread

NAMES = ("sergel", "mamut", "mamut-advanced", "intrum-sls")
SAMPLES = [pytest.param(name, path, id=f"{name}-{path.stem}") for name in NAMES for path in samples(name)]
GOOD = [
    pytest.param(name, path, id=f"{name}-{path.stem}")
    for name in NAMES
    for path in samples(name)
    if path.stem in FILE_KINDS
]


# --- every dialect -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "path"), SAMPLES)
def test_each_sample_reads_as_expected(name: str, path: Path) -> None:
    """What is read from a sample, or what is wrong with it, is the JSON that stands beside it."""
    assert reading(load(name), path.read_bytes()) == expected_path(path).read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_kind_has_its_sample_and_each_sample_its_reading(name: str) -> None:
    """No kind of file is shipped without an example, and no expected file is left over."""
    paths = samples(name)
    assert {path.stem for path in paths if path.stem in FILE_KINDS} == set(load(name).files)
    expected = {path.name.removesuffix(".expected.json") for path in paths[0].parent.glob("*.json")}
    assert expected == {path.stem for path in paths}


@pytest.mark.parametrize(("name", "path"), GOOD)
def test_a_good_sample_is_written_as_it_stands(name: str, path: Path) -> None:
    """Reading a sample and writing what was read gives the same bytes, and changes nothing to fit."""
    dialect, kind = load(name), next(kind for kind in FILE_KINDS if kind == path.stem)
    parsed = parse(dialect, kind, path.read_bytes())
    records = [
        replace(record, kind="payment") if isinstance(record, Correction) and not record.kind else record
        for record in parsed.records
    ]
    head = replace(HEAD, client_number=parsed.head.client_number)
    rendered = render(dialect, kind, head, records)
    assert (rendered.content, rendered.notes) == (path.read_bytes(), ())
    assert (rendered.count, rendered.total) == (parsed.count, parsed.total)


@pytest.mark.parametrize(("name", "path"), GOOD)
def test_no_other_dialect_takes_the_file(name: str, path: Path) -> None:
    """A file is known by how it begins, those of Mamut by the length of their first record too."""
    kinds = {other: kind_of_content(load(other), path.read_bytes()) for other in ("intrum-no", *NAMES)}
    assert {other: kind for other, kind in kinds.items() if kind} == {name: path.stem}


@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_known_by_the_name_that_we_give_it(name: str) -> None:
    """Every name is of one kind only."""
    dialect = load(name)
    client = "999" if name.startswith("mamut") else HEAD.client_number
    named = {
        kind: kind_of_name(dialect, file_name(dialect, kind, client, HEAD.created, 7))
        for kind in dialect.files
    }
    assert named == {kind: kind for kind in dialect.files}


@pytest.mark.parametrize("name", ["sergel", "intrum-sls"])
def test_the_answers_have_codes_for_what_an_agency_says(name: str) -> None:
    """Each stage, each end and some rejections have a code, so that the simulated agency can play every fate."""
    files = load(name).files
    answers = [
        (files["receipts"].item.codes["reason_code"], set(REJECTIONS)),
        (files["updates"].item.codes["stage_code"], _words("update")),
        (files["closures"].item.codes["reason_code"], _words("close") | CORRECTED),
    ]
    for table, words in answers:
        assert {word for word in words if table.code_for(word) is None} == set()


def _words(kind: str) -> set[str]:
    return {move.word for fate in FATES.values() for move in fate if move.kind == kind}


# --- a file of one dialect read as another -----------------------------------------------------------------------


def test_the_two_files_of_mamut_are_not_taken_for_one_another() -> None:
    """They differ in the length of their records, which is told for each line."""
    assert unread("mamut", "new_cases", sample("mamut-advanced", "new_cases")) == [
        (
            "layout.length",
            f"line {number}, record invoice: '287': characters; a record of this file has 226",
        )
        for number in (1, 2, 3)
    ]
    assert unread("mamut-advanced", "new_cases", sample("mamut", "new_cases")) == [
        (
            "layout.length",
            f"line {number}, record invoice: '226': characters; a record of this file has 287",
        )
        for number in (1, 2, 3)
    ]


def test_a_file_of_another_agency_is_refused_line_by_line() -> None:
    """What has another length or begins with no tag of the dialect is named, and what the file lacks then."""
    content = b"\r\n".join(sample("sergel", "receipts").split(b"\r\n")[:2])
    assert unread("intrum-no", "receipts", content) == [
        ("layout.length", "line 1, record of receipts: '29': characters; a record of this file has 200"),
        ("layout.length", "line 2, record of receipts: '28': characters; a record of this file has 200"),
        (
            "dialect.trailer",
            "line 2: the file ends without its trailer (99): it is cut off, have it sent again",
        ),
    ]
    assert unread("sergel", "receipts", b"00KVIN01" + b" " * 192) == [
        (
            "dialect.record",
            "line 1: '00KVIN01                     ': unknown record: one of SERGELIDPOST+SERGEL+KVITTENS', 700, 710, 799 expected at its start",
        ),
        (
            "dialect.trailer",
            "line 1: the file ends without its end (799): it is cut off, have it sent again",
        ),
    ]


def test_xml_of_another_schema_is_refused_by_its_root() -> None:
    """Root and namespace must be the dialect's; a file of another kind is named."""
    cases = sample("intrum-sls", "new_cases")
    assert unread("intrum-sls", "corrections", cases) == [
        (
            "dialect.root",
            "line 2: 'AddSLSCase in urn:inkassod:intrum-sls:1': the root element UpdateSLSCase in urn:inkassod:intrum-sls:1 expected; this is a file of new cases",
        )
    ]
    assert unread("intrum-sls", "new_cases", cases.replace(b"intrum-sls:1", b"intrum-sls:2")) == [
        (
            "dialect.root",
            "line 2: 'AddSLSCase in urn:inkassod:intrum-sls:2': the root element AddSLSCase in urn:inkassod:intrum-sls:1 expected",
        )
    ]


# --- mamut -------------------------------------------------------------------------------------------------------

OFFICE = NewCase(
    case="C-77",
    customer_no="30001",
    kind="company",
    name="Office Ltd",
    id_number="987 654 321",
    address="Postal box 34",
    postcode="SW5 0SN",
    city="LONDON",
    country="GB",
    invoice_no="16",
    reference="",
    invoice_date=date(2009, 7, 20),
    due_date=date(2009, 7, 20),
    original_amount=71250,
    principal=71250,
    currency="NOK",
)
AT_MAMUT = replace(HEAD, client_number="999")


def test_mamut_record_is_that_of_the_help_page() -> None:
    """The example of the source, with our case as the reference."""
    (line,) = lines("mamut", "new_cases", OFFICE, head=AT_MAMUT)
    assert line == (
        "NK003"  # 1-5
        "000999"  # 6-11
        "000030001"  # 12-20
        "Office Ltd                              "  # 21-60
        "Postal box 34                           "  # 61-100
        "SW5 0SN                  "  # 101-125
        "LONDON                             "  # 126-160
        "16                  "  # 161-180
        "C-77                "  # 181-200
        "20090720"  # 201-208
        "20090720"  # 209-216
        "000071250"  # 217-225
        "F"  # 226
    )
    assert len(line) == 226


def test_mamut_advanced_record_is_that_of_the_help_page() -> None:
    """The organisation number, the e-mail address and a second reference more; 0 stands for what is blank."""
    (line,) = lines("mamut-advanced", "new_cases", OFFICE, head=AT_MAMUT)
    assert line == (
        "NK003"  # 1-5
        "000999"  # 6-11
        "000030001"  # 12-20
        "00987654321"  # 21-31
        "Office Ltd                              "  # 32-71
        "Postal box 34                           "  # 72-111
        "SW5 0SN                  "  # 112-136
        "LONDON                             "  # 137-171
        "0                   "  # 172-191
        "16                  "  # 192-211
        "C-77                          "  # 212-241
        "0                   "  # 242-261
        "20090720"  # 262-269
        "20090720"  # 270-277
        "000071250"  # 278-286
        "F"  # 287
    )
    assert len(line) == 287
    full = replace(OFFICE, id_number="", email="ltd@example.com", reference="1600000000014")
    (line,) = lines("mamut-advanced", "new_cases", full, head=AT_MAMUT)
    assert line[20:31] == "00000000000"
    assert (line[171:191], line[241:261]) == ("ltd@example.com     ", "1600000000014       ")


def test_mamut_refuses_what_has_no_room() -> None:
    """Numbers are not cut: a customer number with a letter, an amount of ten digits, an invoice called 0, another currency."""
    wrong = replace(OFFICE, customer_no="K1", principal=1_000_000_000, invoice_no="0", currency="GBP")
    with pytest.raises(RecordsRefused) as caught:
        render(load("mamut"), "new_cases", AT_MAMUT, [wrong])
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("dialect.only", "record invoice 1, field currency: 'GBP': this dialect's files say NOK only"),
        ("layout.digits", "record invoice 1, field customer_no (12-20): 'K1': digits expected"),
        (
            "layout.text",
            "record invoice 1, field invoice_no (161-180): '0': '0' stands for no value in this field",
        ),
        (
            "layout.amount",
            "record invoice 1, field principal (217-225): '1000000000': 10 characters; the field has room for 9",
        ),
    ]


# --- intrum-sls --------------------------------------------------------------------------------------------------


def test_sls_names_have_the_sequence_number() -> None:
    """updates.nnn, as the source has it, for what the creditor tells of its cases."""
    dialect = load("intrum-sls")
    names = [file_name(dialect, kind, "123456", HEAD.created, 7) for kind in dialect.files]
    assert names == ["cases.007", "updates.007", "receipts.007", "status.007", "closures.007"]
    assert kind_of_name(dialect, "updates.1007") == "corrections"


def test_sls_corrections_follow_the_conventions() -> None:
    """The elements in the order of the source, amounts with two decimals behind a point, days in ISO 8601."""
    corrections: Sequence[Correction] = [
        PAID,
        replace(PAID, invoice_no="552123400002", kind="reversal", amount=-460000, balance=5410, entry_no=""),
        replace(PAID, customer_no="P067890", kind="recall", amount=0, currency="EUR"),
    ]
    content = render(load("intrum-sls"), "corrections", HEAD, corrections).content
    assert content.decode().splitlines() == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<UpdateSLSCase xmlns="urn:inkassod:intrum-sls:1">',
        '  <Identification sequenceNumber="7" created="2026-11-21" createdTime="06:00:05"/>',
        '  <Ledger clientNumber="1681340" invoices="3" total="-4200.00"/>',
        '  <Customer number="P012345">',
        '    <Invoice number="552123400001" case="1001">',
        '      <InvoiceHeader currency="SEK" balance="850.00"/>',
        '      <Payment kind="PAYMENT" date="2026-11-20" amount="400.00" entry="152"/>',
        "    </Invoice>",
        '    <Invoice number="552123400002" case="1001">',
        '      <InvoiceHeader currency="SEK" balance="54.10"/>',
        '      <Payment kind="REVERSAL" date="2026-11-20" amount="-4600.00"/>',
        "    </Invoice>",
        "  </Customer>",
        '  <Customer number="P067890">',
        '    <Invoice number="552123400001" case="1001">',
        '      <InvoiceHeader currency="EUR" balance="850.00"/>',
        '      <Payment kind="RECALL" date="2026-11-20" amount="0.00" entry="152"/>',
        "    </Invoice>",
        "  </Customer>",
        "</UpdateSLSCase>",
    ]


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_sls_files_keep_to_the_schema_that_is_shipped(kind: FileKind) -> None:
    """One schema for all kinds: every good sample is valid, and one without its totals is not."""
    schema, content = beside("intrum-sls-1.xsd"), sample("intrum-sls", kind)
    assert load("intrum-sls").files[kind].schema == schema
    assert validate(schema, [content]) == []
    broken = validate(schema, [content.replace(b' invoices="', b' cases="', 1)])
    assert [(problem.code, problem.line) for problem in broken] == [
        ("dialect.schema", 4),
        ("dialect.schema", 4),
    ]


def test_sls_takes_three_currencies() -> None:
    """Kronor of both countries and euro; any other is refused by name."""
    assert refused("intrum-sls", "new_cases", replace(OWED, currency="USD")) == [
        (
            "dialect.only",
            "record invoice-header of invoice 1, field currency: 'USD': this dialect's files say SEK or EUR or NOK only",
        )
    ]
