from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

import golden
from inkasso_formats.layout import layout_problems
from inkasso_formats.payments import bgmax
from inkasso_formats.payments.bgmax_records import RECORDS
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from support import bgmax as files
from support.ocr import messages


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_each_declared_record_holds_together(record):
    """The fields of each of the 13 records stand side by side over its 80 positions."""
    assert (len(RECORDS), record.length) == (13, 80)
    assert layout_problems(record) == []


@pytest.mark.parametrize("path", golden.samples("bgmax"), ids=lambda path: path.name)
def test_each_sample_gives_what_is_kept_beside_it(path):
    """Payments, deposits and warnings of the samples do not change unseen."""
    expected = golden.expected_file(path).read_text(encoding="utf-8")
    assert golden.as_text(golden.bgmax_expected(path.read_bytes())) == expected


@pytest.mark.parametrize("name", files.SAMPLES)
def test_each_sample_is_written_as_it_was_read(name):
    """render(read(b)) == b, the known deviations of a sample mended."""
    content = files.sample(name)
    assert bgmax.render(bgmax.read(content)) == files.mended(content)


def test_the_samples_without_deviations_are_written_byte_for_byte():
    """What is mended for the comparison above is what the deviations say, and no more."""
    assert files.mended(files.sample(files.PARTS)) == files.sample(files.PARTS)
    example = files.sample(files.EXAMPLE).splitlines()
    mended = files.mended(files.sample(files.EXAMPLE)).splitlines()
    assert [
        number for number, pair in enumerate(zip(example, mended, strict=True), 1) if len(set(pair)) > 1
    ] == [
        16,
        17,
        50,
    ]


def test_the_example_is_the_same_in_utf_8():
    """A file that was re-coded on its way gives the same payments; a warning tells."""
    plain, recoded = (bgmax.parse(files.sample(name)) for name in (files.EXAMPLE, files.UTF8))
    assert recoded.payments == plain.payments
    assert (recoded.warnings[0].code, recoded.warnings[0].message) == (
        "tolerance.utf8",
        "line 4: the line is written in UTF-8, not in ISO-8859-1: read as UTF-8, by the switch utf8",
    )


def test_the_document_shows_the_layouts_that_are_declared():
    """The position tables in the document are generated from the code."""
    path = golden.DOCS / "formats/bgmax.md"
    assert path.read_text(encoding="utf-8") == golden.document("formats/bgmax.md")


def test_a_payment_says_what_its_records_say():
    """Each value of a payment comes from the field that the document names."""
    payment = bgmax.parse(files.SMALL).payments[0]
    assert payment == Payment(
        line=3,
        identity="bgmax-9912346-2026-10-06-74-20-000000000010-100000-655969-1",
        reference="655969",
        amount=100000,
        currency="SEK",
        date=date(2026, 10, 6),
        account="9912346",
        payer_name="Plåt AB Märsta",
        type="20",
        text="Tack",
        bank_reference="000000000010",
        payer_id="5500001234",
        payer_bankgiro="3783511",
    )


def test_a_deduction_takes_its_amount_from_the_deposit():
    """A deposit is payments less deductions; a deduction is a payment with a negative amount, and no reversal."""
    file = bgmax.parse(files.SMALL)
    assert [(payment.type, payment.amount, payment.reversal) for payment in file.payments] == [
        ("20", 100000, False),
        ("20", 50000, False),
        ("21", -20000, False),
    ]
    assert (file.total, file.deposits[0].amount, file.deposits[0].entries) == (130000, 130000, 3)


def test_a_file_says_what_was_counted_in_it():
    """Time, counts and deposits are told beside the payments."""
    file = bgmax.parse(files.SMALL)
    assert file.deliveries == (
        bgmax.DeliveryHead(
            line=1,
            written=datetime(2026, 10, 6, 17, 30, 35, 10331, tzinfo=ZoneInfo("Europe/Stockholm")),
            test=False,
            payments=2,
            deductions=1,
            extra_references=0,
            deposits=1,
        ),
    )
    assert file.deposits == (
        bgmax.Deposit(
            line=10,
            bankgiro="9912346",
            account="5841000001009823",
            payment_date=date(2026, 10, 6),
            deposit_number=74,
            amount=130000,
            currency="SEK",
            entries=3,
        ),
    )
    assert file.warnings == ()


def test_extra_references_with_amounts_split_the_payment():
    """Each part is a payment of its own; a negative extra reference deducts."""
    file = bgmax.parse(files.WITH_PARTS)
    assert [(payment.line, payment.reference, payment.amount) for payment in file.payments[:3]] == [
        (4, "A-100", 70000),
        (5, "A-101", 30000),
        (6, "K-9", -10000),
    ]
    assert {payment.payer_name for payment in file.payments[:3]} == {"Berits Garn"}
    assert file.total == 130000


def test_the_parts_of_a_deduction_deduct():
    """The sign of the whole is that of its parts."""
    parts = (bgmax.ExtraReference(reference="A-1", amount=300, reference_code="4"),)
    content = files.file_of(
        files.entry(1000), files.entry(300, "", reference_code="0", deduction=True, references=parts)
    )
    assert [payment.amount for payment in bgmax.parse(content).payments] == [1000, -300]


def test_extra_references_without_amounts_are_kept_with_the_payment_and_told():
    """The file does not say which part of the payment each of them gets: nobody guesses."""
    file = bgmax.parse(files.WITH_PARTS)
    assert (file.payments[3].reference, file.payments[3].invoice_refs) == ("655969", ("658260",))
    assert [(warning.code, warning.message) for warning in file.warnings] == [
        (
            "bgmax.references",
            (
                "line 8, record payment: '658260': references without an amount of their own: "
                "what each of them gets is not said; the payment is kept whole"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("digits", "payer_id"), [("005500001234", "5500001234"), ("199001019802", "199001019802"), ("", "")]
)
def test_the_payers_organisation_number_is_without_its_leading_zeros(digits, payer_id):
    """The record has room for twelve digits and Bankgirot fills ten."""
    content = files.file_of(files.entry(100, organisation_number=digits))
    assert bgmax.parse(content).payments[0].payer_id == payer_id


def test_a_payer_without_a_bankgiro_has_none():
    """Zeros stand for a payer that is not known."""
    content = files.file_of(files.entry(100, payer_bankgiro="0" * 10))
    assert bgmax.parse(content).payments[0].payer_bankgiro == ""


def test_the_same_file_gives_the_same_identities():
    """A payment that is delivered again, also in another file, is known again."""
    section = files.section(files.entry(500), files.entry(500))
    first = bgmax.render([files.delivery(section)])
    again = bgmax.render([files.delivery(section, written="20261007080000000000")])
    keys = [[payment.identity for payment in bgmax.parse(content).payments] for content in (first, again)]
    assert keys[0] == keys[1]
    assert [key[-2:] for key in keys[0]] == ["-1", "-2"]


def test_several_files_in_one_are_each_counted():
    """Files that were put one behind another are read; the same file twice is not."""
    section, other = files.section(files.entry(500)), files.section(files.entry(700), number=75)
    content = bgmax.render([files.delivery(section), files.delivery(other, written="20261007080000000000")])
    file = bgmax.parse(content)
    assert [payment.amount for payment in file.payments] == [500, 700]
    assert [head.line for head in file.deliveries] == [1, 6]


def test_unknown_record_types_are_passed_over_and_told():
    """The manual demands it, so that new types can come; no count holds them."""
    lines = files.SMALL.splitlines(keepends=True)
    new = f"{'30something new':<80}\r\n".encode()
    file = bgmax.parse(b"".join([*lines[:3], new, *lines[3:8], new, *lines[8:]]))
    assert file.total == 130000
    assert [(warning.code, warning.message) for warning in file.warnings] == [
        (
            "bgmax.unknown_record",
            (
                "line 4: '30': a record type that is not known here, 2 times in the file: "
                "passed over, as the manual says"
            ),
        )
    ]


def test_lines_may_come_one_after_another():
    """A large file need not be in memory as a whole."""
    lines = iter(files.SMALL.splitlines(keepends=True))
    assert bgmax.parse(lines) == bgmax.parse(files.SMALL)


@given(files.DELIVERIES)
def test_what_is_written_is_read_again(deliveries):
    """read(render(x)) == x, for everything that the records can hold."""
    assert bgmax.read(bgmax.render(deliveries)) == deliveries


@given(files.DELIVERIES)
def test_no_payment_is_lost_and_no_two_are_one(deliveries):
    """The payments add up to the deposits, and each has an identity of its own."""
    file = bgmax.parse(bgmax.render(deliveries))
    sections = [section for delivery in deliveries for section in delivery.sections]
    assert file.total == sum(section.amount for section in sections)
    assert len({payment.identity for payment in file.payments}) == len(file.payments)
    assert sum(head.payments + head.deductions for head in file.deliveries) == sum(
        len(section.entries) for section in sections
    )


def test_a_deposit_below_zero_cannot_be_written():
    """No section of a file is negative."""
    with pytest.raises(FormatError) as caught:
        files.file_of(files.entry(300, deduction=True))
    assert messages(caught.value) == [
        (
            "layout.amount",
            "record deposit, field amount (51-68): '-300': an amount that is not negative expected",
        )
    ]


def test_a_name_outside_of_the_character_set_cannot_be_written():
    """The file is ISO-8859-1; nothing is replaced unseen."""
    with pytest.raises(FormatError) as caught:
        files.file_of(files.entry(300, name="Łódź AB"))
    assert messages(caught.value) == [("bgmax.encoding", "line 4: 'Ł': a character of ISO-8859-1 expected")]


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n"])
@pytest.mark.parametrize("name", files.SAMPLES)
def test_each_sample_is_claimed(name, before):
    """Whatever an editor put before it."""
    assert bgmax.claims(before + files.sample(name)[:100])


def test_a_file_without_its_start_record_is_claimed_too():
    """Then the reader can say what is missing."""
    assert bgmax.claims(files.SMALL[82:])


@pytest.mark.parametrize(
    "head", [b"", b"01BGMA", b"01BGMAXIMUM", b"05", b"0512345678", b"NY000010", b"<?xml"]
)
def test_other_files_are_not_claimed(head):
    """Neither an empty file, nor a record of another of Bankgirot's files."""
    assert not bgmax.claims(head)
