"""UBL documents as rows of the feed: what each element becomes, in Norway, Sweden and Finland."""

from __future__ import annotations

import io
import json
import tracemalloc
from datetime import date

import pytest

import golden
from inkasso_formats.feed import FEED_TYPES, EntryRow
from inkasso_formats.feed.ubl import claims, feed_type_of_content, read_ubl
from inkasso_formats.feed.ubl_judge import registration
from inkasso_formats.feed.ubl_paths import PATHS
from inkasso_formats.feed.ubl_rows import PartialCustomer, PartialInvoice
from inkasso_formats.identify import Claim, identify
from support import ubl
from support.ubl import CREDIT_NOTE, INVOICE, PRIVATE, batches, changed, refused, row, sample, warned, without


@pytest.mark.parametrize("path", golden.samples("ubl"), ids=lambda path: path.stem)
def test_each_sample_is_read_as_is_kept_beside_it(path):
    """What a sample holds, or why it is refused, changes only when somebody means it to."""
    expected = json.loads(golden.expected_file(path).read_text("utf-8"))
    assert json.loads(golden.as_text(golden.ubl_expected(path.read_bytes()))) == expected


@pytest.mark.parametrize("name", [INVOICE, PRIVATE, CREDIT_NOTE, "norway-attachment.xml"])
def test_a_sound_document_gives_no_problem(name):
    """Not even a warning, for it would make every run one with issues."""
    assert warned(sample(name)) == []


def test_the_document_is_what_the_declaration_says():
    """docs/formats/ubl.md is made from the paths; `python tests/golden.py --force` renews it."""
    assert (golden.DOCS / "formats/ubl.md").read_text("utf-8") == golden.document("formats/ubl.md")


def test_every_column_that_a_path_names_is_one_of_the_feed():
    """A misspelt column would be filled by nothing."""
    named = {column for path in PATHS for column in path.columns}
    known = {f"{feed.name}.{column.name}" for feed in FEED_TYPES.values() for column in feed.columns}
    assert named - known == set()


# --- an invoice -----------------------------------------------------------------------------------------------------


def test_an_invoice_gives_its_customer_first_and_then_itself():
    """Both in one file, in the order in which they depend on each other, with the lines of their numbers."""
    customer, invoice = (one for batch in batches(sample()) for one in batch.rows)
    assert customer == PartialCustomer(
        line=52,
        customer_no="K2001",
        name="Fjellheim Kafé AS",
        kind="company",
        id_number="319999116",
        address="Storgata 12",
        address2="2. etasje",
        postcode="5003",
        city="Bergen",
        country="NO",
        phone="+47 99 99 99 01",
        email="post@fjellheim.example",
        contact_name="Ola Oppdiktet",
    )
    assert invoice == PartialInvoice(
        line=5,
        invoice_no="20260142",
        customer_no="K2001",
        invoice_date=date(2026, 1, 5),
        due_date=date(2026, 1, 19),
        amount=443_500,
        currency="NOK",
        reference="2001202601429",
        description="Møbler til kaféen, ordre 884",
        delivery_date=date(2026, 1, 3),
        payment_term="Netto 14 dager. Ved forsinket betaling påløper forsinkelsesr",
    )


def test_what_is_payable_counts_and_not_what_was_billed():
    """Prepaid is deducted already and the rounding is in it: 6250.63 - 1250.00 - 0.06."""
    assert row(sample("sweden-prepaid.xml"), "invoices")["amount"] == 500_057


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (sample(), "K2001"),
        (without("cac:PartyIdentification"), "319999116"),
        (sample("sweden-prepaid.xml"), "5599990024"),
        (
            changed((">K2001<", "> <"), ('schemeID="0192">319999116</cbc:EndpointID>', "></cbc:EndpointID>")),
            "319999116",
        ),
    ],
    ids=["own number", "endpoint", "endpoint alone", "organisation number"],
)
def test_the_customers_number_is_the_erps_else_the_endpoint_else_the_organisation_number(content, number):
    """Empty elements do not count; customer and invoice carry the same number."""
    assert row(content, "customers")["customer_no"] == number
    assert row(content, "invoices")["customer_no"] == number


def _buyer(number: str, scheme: str = "") -> bytes:
    mark = f' schemeID="{scheme}"' if scheme else ""
    return changed(
        ('<cbc:CompanyID schemeID="0192">319999116<', f"<cbc:CompanyID{mark}>{number}<"), name=INVOICE
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (sample(), "company"),
        (sample(PRIVATE), ""),
        (sample("sweden-sole-trader.xml"), "private"),
        (sample("finland-prefix.xml"), "company"),
        (_buyer("319999116"), "company"),
        (_buyer("01810112345"), "company"),
        (_buyer("08856630324"), "private"),
        (_buyer("701399-0010", "0007"), "private"),
        (_buyer("131052-308T", "0212"), "private"),
        (_buyer("12345678", "0184"), "company"),
    ],
)
def test_a_company_is_who_has_a_company_id_that_is_no_persons_number(content, kind):
    """The country is that of the scheme, else of the address; without CompanyID nothing is said."""
    assert row(content, "customers")["kind"] == kind


def test_the_due_date_may_stand_at_the_means_of_payment():
    """Where the document has none of its own."""
    assert row(sample("finland-prefix.xml"), "invoices")["due_date"] == date(2026, 3, 16)


def test_blanks_that_group_a_reference_are_taken_off():
    """RF references come in groups of four."""
    assert row(sample("finland-prefix.xml"), "invoices")["reference"] == "RF9420260710"


def test_of_several_references_the_first_counts_and_the_other_is_told():
    """Two ways of payment with the same reference are nothing to tell."""
    means = "<cac:PaymentMeans><cbc:PaymentID>{}</cbc:PaymentID></cac:PaymentMeans><cac:PaymentTerms>"
    same = changed(("<cac:PaymentTerms>", means.format("2001202601429")))
    other = changed(("<cac:PaymentTerms>", means.format("2001202601437")))
    assert warned(same) == []
    assert row(other, "invoices")["reference"] == "2001202601429"
    assert warned(other) == [
        (
            "ubl.references",
            (
                "line 93, record Invoice, field PaymentMeans/PaymentID: '2001202601437': is another reference than "
                "2001202601429, which counts: payments with this one find no invoice"
            ),
        )
    ]


def test_what_can_be_no_reference_is_told_and_left_out():
    """The claim stands all the same."""
    content = changed((">2001202601429<", ">Faktura nr. 20260142<"))
    assert row(content, "invoices")["reference"] == ""
    assert [code for code, _ in warned(content)] == ["ubl.reference"]


def test_several_notes_become_one_description_cut_at_its_length():
    """Nothing is decided by free texts, so their length refuses nothing."""
    content = changed(("</cbc:Note>", "</cbc:Note>\n<cbc:Note>" + "og  mer\n" * 100 + "</cbc:Note>"))
    description = str(row(content, "invoices")["description"])
    assert description.startswith("Møbler til kaféen, ordre 884 og mer og mer")
    assert (len(description) <= 500, "\n" in description) == (True, False)


def test_another_profile_is_told_and_read():
    """By other rules an element may mean something else, so somebody should look once."""
    assert warned(sample("finland-credit-note.xml")) == [
        (
            "ubl.customization",
            (
                "line 3, record CreditNote, field CustomizationID: 'urn:cen.eu:en16931:2017#compliant#urn:ex…': "
                "Peppol BIS Billing 3 expected (EHF Billing 3); by other rules an element may mean something else"
            ),
        )
    ]


# --- a credit note --------------------------------------------------------------------------------------------------


def test_a_credit_note_is_an_entry_for_the_invoices_that_it_names():
    """Its amount is positive, which lowers what is owed; customers come with their invoices."""
    (batch,) = batches(sample(CREDIT_NOTE))
    assert (batch.feed_type, batch.rows) == (
        "entries",
        [
            EntryRow(
                line=5,
                entry_no="20260150",
                kind="credit_note",
                date=date(2026, 1, 22),
                amount=649_875,
                currency="NOK",
                invoices=("20260142", "20260143"),
                text="Retur av to stoler",
            )
        ],
    )


def test_a_credit_note_that_names_an_invoice_twice_names_it_once():
    """A reference for each line of the note is common."""
    assert row(changed((">20260143<", ">20260142<"), name=CREDIT_NOTE), "entries")["invoices"] == (
        "20260142",
    )


def test_a_credit_note_may_name_no_invoice():
    """It stays unallocated then."""
    assert row(sample("finland-credit-note.xml"), "entries")["invoices"] == ()


# --- whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("310000019", "NO 310 000 019 MVA"),
        ("310000019", "310000019MVA"),
        ("559999-0016", "SE559999001601"),
        ("5599990016", "16559999-0016"),
        ("9999001-5", "FI99990015"),
        ("9999001-5", "003799990015"),
        ("9999001-5", "003799990015001"),
    ],
)
def test_a_companys_number_is_the_same_however_it_is_written(one, other):
    """Blanks, signs, VAT forms and the OVT code are only clothes."""
    assert registration(one) == registration(other)


@pytest.mark.parametrize(("one", "other"), [("310000019", "319999116"), ("5599990016", "5599990024")])
def test_other_companies_have_other_numbers(one, other):
    """Nothing of the digits themselves is passed over."""
    assert registration(one) != registration(other)


def test_without_a_company_id_the_vat_number_says_who_sells():
    """The entry in the business register stands beside it under another scheme and does no harm."""
    content = changed(('<cbc:CompanyID schemeID="0192">310000019</cbc:CompanyID>', ""))
    assert refused(content) == []


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", golden.samples("ubl"), ids=lambda path: path.stem)
def test_ubl_is_claimed_by_its_root_whatever_its_name(path):
    """Prefix, encoding, and even a DTD in front of it, which reading it refuses."""
    assert identify("whatever.dat", path.read_bytes()[:65_536], []) == Claim("ubl", "feed")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<Invoice/>",
        b'<Invoice xmlns="urn:example"/>',
        b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>',
        b'<Reminder xmlns="urn:oasis:names:specification:ubl:schema:xsd:Reminder-2"/>',
        b"{}",
        b"<!DOCTYPE html><html/>",
        b"\xff\xfe",
    ],
)
def test_nothing_else_is_claimed(head):
    """Other documents of UBL among it."""
    assert (claims(head), feed_type_of_content(head)) == (False, None)


def test_a_document_has_its_turn_among_invoices_or_entries():
    """So that a credit note comes after the invoices of the same drop."""
    assert feed_type_of_content(sample()) == "invoices"
    assert feed_type_of_content(sample(CREDIT_NOTE)) == "entries"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252"]
)
def test_a_document_reads_the_same_in_each_encoding(encoding):
    """As long as it says which, or is Unicode with a mark."""
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    content = sample().decode().replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    found = [one for batch in read_ubl(io.BytesIO(content), ubl.NORWAY) for one in batch.rows]
    assert found == [one for batch in batches(sample()) for one in batch.rows]


def test_an_attachment_is_passed_over_without_being_held():
    """A document with 24 MB of base64 in one line reads the same in less than 2 MB of memory."""
    before, after = sample("norway-attachment.xml").split(b"JVBERi", 1)
    big = io.BytesIO(before + b"QUJD" * 6_000_000 + after)
    tracemalloc.start()
    try:
        rows = [one for batch in read_ubl(big, ubl.NORWAY) for one in batch.rows]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    plain = [one._replace(line=0) for batch in batches(sample("norway-attachment.xml")) for one in batch.rows]
    assert [one._replace(line=0) for one in rows] == plain
    assert peak < 2_000_000


def test_what_is_wrong_with_the_buyer_of_a_credit_note_refuses_nothing():
    """It brings no customer, and the agency must hear of it all the same."""
    content = changed((">K2001<", ">K 2001<"), (">2026-02-05<", ">soon<"), name=CREDIT_NOTE)
    assert row(content, "entries") == row(sample(CREDIT_NOTE), "entries")
