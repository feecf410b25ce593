from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

import golden
from inkasso_formats.layout import layout_problems
from inkasso_formats.payments import ocr_giro
from inkasso_formats.payments.ocr_records import RECORDS
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from support import ocr


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_each_declared_record_holds_together(record):
    """The fields of each record stand side by side over its 80 positions."""
    assert record.length == 80
    assert layout_problems(record) == []


@pytest.mark.parametrize("path", golden.samples("ocr_giro"), ids=lambda path: path.name)
def test_each_sample_gives_what_is_kept_beside_it(path):
    """Payments, totals and refusals of the samples do not change unseen."""
    expected = golden.expected_file(path).read_text(encoding="utf-8")
    assert golden.as_text(golden.ocr_expected(path.read_bytes())) == expected


@pytest.mark.parametrize("name", ocr.INCOMING)
def test_each_sample_is_written_as_it_was_read(name):
    """render(read(b)) == b: nothing of a file is lost in its values."""
    content = ocr.sample(name)
    assert ocr_giro.render(ocr_giro.read(content)) == content


def test_the_document_shows_the_layouts_that_are_declared():
    """The position tables in the document are generated from the code."""
    path = golden.DOCS / "formats/ocr-giro.md"
    assert path.read_text(encoding="utf-8") == golden.document("formats/ocr-giro.md")


def test_a_payment_says_what_its_records_say():
    """Each value of a payment comes from the field that the document names."""
    payment = ocr_giro.parse(ocr.TWO_PAYMENTS).payments[1]
    assert payment == Payment(
        line=5,
        identity="ocr-00012345-123-1-2-2026-10-06-49950-0010025-1",
        reference="0010025",
        amount=49950,
        currency="NOK",
        date=date(2026, 10, 6),
        account="12345678903",
        payer_account="12340567894",
        type="16",
    )


def test_a_file_says_what_was_counted_in_it():
    """Transmission, sums and mandates are told beside the payments."""
    content = ocr_giro.render(
        [ocr.transmission(ocr.mandates(3), ocr.assignment(ocr.transaction(1, 500)), ocr.assignment())]
    )
    file = ocr_giro.parse(content)
    assert (file.total, file.control_total, file.mandates, file.warnings) == (500, 500, 3, ())
    assert file.transmissions == (
        ocr_giro.TransmissionHead(
            line=1,
            transmission_number=123,
            data_recipient="00012345",
            generated=date(2026, 10, 6),
            assignments=3,
            payments=1,
            mandates=3,
            control_total=500,
        ),
    )


@pytest.mark.parametrize("kind", ["18", "20"])
@pytest.mark.parametrize("amount", [700, -700])
def test_a_reversal_adds_to_the_control_sum_and_takes_its_amount_back(kind, amount):
    """Types 18 and 20 are added in the file, with or without a sign, and deducted for the creditor."""
    file = ocr_giro.parse(ocr.file_of(ocr.transaction(1, 1000), ocr.transaction(2, amount, type=kind)))
    assert file.control_total == 1700
    assert file.total == 300
    assert [(payment.amount, payment.reversal) for payment in file.payments] == [(1000, False), (-700, True)]


def test_an_amount_marked_with_a_minus_is_deducted():
    """In the control sum and for the creditor alike; it is no reversal."""
    file = ocr_giro.parse(ocr.file_of(ocr.transaction(1, 1000), ocr.transaction(2, -300)))
    assert (file.control_total, file.total) == (700, 700)
    assert [(payment.amount, payment.reversal) for payment in file.payments] == [(1000, False), (-300, False)]


def test_a_payment_with_free_text_keeps_it():
    """Types 20 and 21 carry a text from the terminal, in ISO-8859-1, and need no KID."""
    content = ocr.file_of(ocr.transaction(1, 1000, type="21", reference="", text="Blåbær \x85 på Økern"))
    file = ocr_giro.parse(content)
    assert [(payment.text, payment.reference) for payment in file.payments] == [("Blåbær \x85 på Økern", "")]
    assert file.warnings == ()


def test_the_same_file_gives_the_same_identities():
    """A payment that is delivered again is known again."""
    first, second = (ocr_giro.parse(ocr.TWO_PAYMENTS).payments for _ in range(2))
    assert [payment.identity for payment in first] == [payment.identity for payment in second]


def test_assignments_with_equal_numbers_are_both_kept():
    """The place of an assignment counts, not its number."""
    again = ocr.assignment(ocr.transaction(1, 500))
    file = ocr_giro.parse(ocr_giro.render([ocr.transmission(again, again)]))
    assert [payment.amount for payment in file.payments] == [500, 500]
    assert [payment.identity for payment in file.payments] == [
        "ocr-00012345-123-1-1-2026-10-06-500-0010017-1",
        "ocr-00012345-123-2-1-2026-10-06-500-0010017-1",
    ]


def test_transactions_with_equal_numbers_are_both_kept():
    """Payments that are equal in everything are told apart by their order."""
    file = ocr_giro.parse(ocr.file_of(ocr.transaction(1, 500), ocr.transaction(1, 500)))
    assert [payment.identity[-2:] for payment in file.payments] == ["-1", "-2"]
    assert file.total == 1000


def test_lines_may_come_one_after_another():
    """A large file need not be in memory as a whole."""
    lines = iter(ocr.TWO_PAYMENTS.splitlines(keepends=True))
    assert ocr_giro.parse(lines) == ocr_giro.parse(ocr.TWO_PAYMENTS)


@given(ocr.TRANSMISSIONS)
def test_what_is_written_is_read_again(transmissions):
    """read(render(x)) == x, for everything that the records can hold."""
    assert ocr_giro.read(ocr_giro.render(transmissions)) == transmissions


@given(ocr.TRANSMISSIONS)
def test_no_payment_is_lost_and_no_two_are_one(transmissions):
    """There are as many identities as transactions, and their control sum is the file's."""
    file = ocr_giro.parse(ocr_giro.render(transmissions))
    expected = [
        item
        for part in transmissions
        for group in part.assignments
        if isinstance(group, ocr_giro.Assignment)
        for item in group.transactions
    ]
    assert len({payment.identity for payment in file.payments}) == len(file.payments) == len(expected)
    assert [abs(payment.amount) for payment in file.payments] == [abs(item.amount) for item in expected]
    assert file.total + 2 * sum(-p.amount for p in file.payments if p.reversal) == file.control_total


def test_a_sum_below_zero_cannot_be_written():
    """The end record has no sign."""
    with pytest.raises(FormatError) as caught:
        ocr.file_of(ocr.transaction(1, -300))
    assert ocr.messages(caught.value) == [
        (
            "layout.amount",
            "record end assignment, field total (25-41): '-300': an amount that is not negative expected",
        )
    ]


def test_a_text_outside_of_the_character_set_cannot_be_written():
    """The file is ISO-8859-1; nothing is replaced unseen."""
    with pytest.raises(FormatError) as caught:
        ocr.file_of(ocr.transaction(1, 300, type="21", text="10 €"))
    assert ocr.messages(caught.value) == [("ocr.encoding", "line 5: '€': a character of ISO-8859-1 expected")]


@pytest.mark.parametrize("name", [*ocr.INCOMING, ocr.OUTGOING])
def test_each_sample_is_claimed(name):
    """Also the file of claims: it is one of this family, and the reader names what it is."""
    assert ocr_giro.claims(ocr.sample(name)[:512])


@pytest.mark.parametrize(
    "head",
    [b"", b"NY00001", b"NY", b"NY00 invoice list", b"invoice_no;amount", b"<?xml", b"NY0400100000"],
)
def test_other_files_are_not_claimed(head):
    """Neither an empty file, nor a table, nor a record of another service of the bank."""
    assert not ocr_giro.claims(head)


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b" \n"])
def test_a_file_is_claimed_whatever_an_editor_put_before_it(before):
    """The reader passes over the same things."""
    assert ocr_giro.claims(before + ocr.TWO_PAYMENTS[:100])


def test_a_file_without_its_first_record_is_claimed_too():
    """Then the reader can say what is missing."""
    assert ocr_giro.claims(ocr.without(1))
