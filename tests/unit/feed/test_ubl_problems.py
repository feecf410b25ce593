"""What refuses a UBL document: every problem at once, with line, element, value and what was expected."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.feed import ubl_xml
from inkasso_formats.feed.ubl import claims, read_ubl
from inkasso_formats.problems import FormatError
from support import ubl
from support.ubl import CREDIT_NOTE, PRIVATE, changed, refused, sample, warned, without

OTHER = "the creditor's id_number 310000019 expected: another company's document is not taken"
NO_DTD = "a document type declaration (DTD) is refused: it can hold entities, and no invoice needs one"
AMOUNT = "an amount as 1234.50, with at most two decimals, expected"
TOTAL = "LegalMonetaryTotal"


def _said(content: bytes) -> list[str]:
    """The problems without their lines and without the name of the document."""
    return [
        f"{code}: {re.sub(r'^line [0-9]+(, record (Invoice|CreditNote), |: )', '', words)}"
        for code, words in refused(content)
    ]


def _tag(name: str, value: str, currency: str = "NOK") -> str:
    return f'<cbc:{name} currencyID="{currency}">{value}<'


# --- values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((">20260142<", "> <"), ["ubl.required: field ID: is missing, or empty"]),
        (
            (">20260142<", ">2026 0142<"),
            ["ubl.value: field ID: '2026 0142': no blanks or invisible characters within it expected"],
        ),
        (
            (">2026-01-05<", ">05.01.2026<"),
            ["ubl.date: field IssueDate: '05.01.2026': a date as YYYY-MM-DD expected"],
        ),
        (
            (">2026-01-19<", ">2026-02-30<"),
            ["ubl.date: field DueDate: '2026-02-30': a day of the calendar as YYYY-MM-DD expected"],
        ),
        (
            (">2026-01-19<", ">2026-01-04<"),
            [
                (
                    "ubl.date: field DueDate: '2026-01-04': "
                    "2026-01-05, the date of the invoice, or a later day expected"
                )
            ],
        ),
        (
            (">Fjellheim Kafé AS<", f">{'x' * 141}<"),
            [
                (
                    "ubl.value: field AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName: "
                    f"'{'x' * 40}…': at most 140 characters expected, 141 found"
                )
            ],
        ),
        (
            (">K2001<", ">K 2001<"),
            [
                (
                    "ubl.value: field AccountingCustomerParty/Party/PartyIdentification/ID: 'K 2001': "
                    "no blanks or invisible characters within it expected"
                )
            ],
        ),
        (
            ("<cbc:ID>20260142</cbc:ID>", "<cbc:ID>20260142</cbc:ID><cbc:ID>20260142</cbc:ID>"),
            ["ubl.repeated: field ID: stands twice, and which of the two counts cannot be told"],
        ),
        (
            ("<cbc:ID>20260142</cbc:ID>", "<cbc:ID>20260142<b>x</b></cbc:ID>"),
            ["ubl.content: field ID: a text expected, not further elements"],
        ),
    ],
)
def test_a_value_that_does_not_fit_its_column_refuses_the_document(change, expected):
    """The sentence names the element, its value, and what was expected; an element may fill several columns, once told."""
    assert _said(changed(change)) == expected


def test_a_document_without_what_a_row_needs_names_each_element():
    """Also the two of which either would do, by the first."""
    content = without(
        "cbc:DueDate", "cbc:IssueDate", "cbc:DocumentCurrencyCode", "cac:AccountingCustomerParty"
    )
    assert _said(content) == [
        "ubl.required: field AccountingCustomerParty/Party/PartyIdentification/ID: is missing, or empty",
        "ubl.required: field AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName: is missing, or empty",
        "ubl.required: field IssueDate: is missing, or empty",
        "ubl.required: field DueDate: is missing, or empty",
        "ubl.required: field DocumentCurrencyCode: is missing, or empty",
    ]


def test_a_problem_stands_in_the_line_of_its_element():
    """What is missing is told at the root."""
    assert refused(changed((">2026-01-19<", ">soon<"))) == [
        ("ubl.date", "line 7, record Invoice, field DueDate: 'soon': a date as YYYY-MM-DD expected")
    ]
    assert refused(without("cbc:DueDate")) == [
        ("ubl.required", "line 2, record Invoice, field DueDate: is missing, or empty")
    ]


def test_all_that_is_wrong_is_told_at_once_and_warnings_with_it():
    """In the order of the lines, so that the ERP is mended once."""
    content = changed(
        ("poacc:billing:3.0", "poacc:own:9.0"),
        (">2026-01-05<", ">now<"),
        (">K2001<", ">K 1<"),
        (_tag("PayableAmount", "4435.00"), _tag("PayableAmount", "x")),
    )
    assert [code for code, _ in refused(content)] == [
        "ubl.customization",
        "ubl.date",
        "ubl.value",
        "ubl.amount",
    ]


# --- amounts and sums -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["4435,00", "4 435.00", "4435.005", "4.435,00", "x", "NaN", "1e3", "-"])
def test_an_amount_has_at_most_two_decimals_behind_a_point(value):
    """XML knows no comma, so nothing is guessed; sums that need the amount are not judged."""
    content = changed((_tag("PayableAmount", "4435.00"), _tag("PayableAmount", value)))
    assert _said(content) == [f"ubl.amount: field {TOTAL}/PayableAmount: '{value}': {AMOUNT}"]


def test_an_amount_in_another_currency_than_the_documents_is_refused():
    """Or in none: sums would mean nothing."""
    content = changed(
        (_tag("LineExtensionAmount", "1199.00"), _tag("LineExtensionAmount", "1199.00", "SEK")),
        ('<cbc:PayableAmount currencyID="NOK">', "<cbc:PayableAmount>"),
    )
    expected = "an amount in NOK, the currency of the document, expected, and"
    assert _said(content) == [
        f"ubl.currency: field {TOTAL}/PayableAmount: '4435.00': {expected} no currencyID found",
        f"ubl.currency: field InvoiceLine/LineExtensionAmount: '1199.00': {expected} currencyID SEK found",
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            (_tag("LineExtensionAmount", "1199.00"), _tag("LineExtensionAmount", "1199.01")),
            [
                f"{TOTAL}/LineExtensionAmount: '3599.00': 3599.01 expected, which is the sum of the lines (BR-CO-10)"
            ],
        ),
        (
            (_tag("AllowanceTotalAmount", "150.00"), _tag("AllowanceTotalAmount", "149.00")),
            [
                (
                    f"{TOTAL}/TaxExclusiveAmount: '3548.00': 3549.00 expected, "
                    "which is the lines less allowances and with charges (BR-CO-13)"
                ),
                (
                    f"{TOTAL}/AllowanceTotalAmount: '149.00': 150.00 expected, "
                    "which is the sum of the allowances (BR-CO-11)"
                ),
            ],
        ),
        (
            (_tag("Amount", "99.00"), _tag("Amount", "98.00")),
            [
                f"{TOTAL}/ChargeTotalAmount: '99.00': 98.00 expected, which is the sum of the charges (BR-CO-12)"
            ],
        ),
        (
            (_tag("TaxAmount", "887.00"), _tag("TaxAmount", "887.01")),
            [
                (
                    "TaxTotal/TaxAmount: '887.01': 887.00 expected, "
                    "which is the sum of the tax of each category (BR-CO-14)"
                ),
                (
                    f"{TOTAL}/TaxInclusiveAmount: '4435.00': 4435.01 expected, "
                    "which is the amount without tax and the tax (BR-CO-15)"
                ),
            ],
        ),
        (
            (_tag("PayableAmount", "4435.00"), _tag("PayableAmount", "4434.99")),
            [
                (
                    f"{TOTAL}/PayableAmount: '4434.99': 4435.00 expected, "
                    "which is the amount with tax less what is prepaid, and the rounding (BR-CO-16)"
                )
            ],
        ),
    ],
)
def test_a_total_that_is_not_the_sum_of_its_parts_refuses_the_document(change, expected):
    """To the last øre, by the rules of EN 16931, each of which names the total that it is about."""
    assert _said(changed(change)) == [f"ubl.sum: field {words}" for words in expected]


def test_prepaid_and_rounding_belong_to_what_is_payable():
    """One øre in either is missed."""
    for name, old, new in (
        ("PrepaidAmount", "1250.00", "1250.01"),
        ("PayableRoundingAmount", "-0.06", "0.06"),
    ):
        content = changed((_tag(name, old, "SEK"), _tag(name, new, "SEK")), name="sweden-prepaid.xml")
        assert [words.partition("(")[2] for words in _said(content)] == ["BR-CO-16)"]


@pytest.mark.parametrize(
    "name", ["LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount"]
)
def test_the_totals_that_every_invoice_has_must_be_there(name):
    """Sums with a missing total are not judged."""
    text = sample().decode()
    content = re.sub(
        rf"(<cac:LegalMonetaryTotal>.*?)<cbc:{name} .*?</cbc:{name}>", r"\1", text, flags=re.DOTALL
    )
    assert content != text
    assert _said(content.encode()) == [f"ubl.required: field {TOTAL}/{name}: is missing, or empty"]


def test_an_allowance_says_which_side_it_is_on_and_how_much():
    """Nothing is taken for either side; the sums of both are not judged then."""
    content = changed(
        ("<cbc:ChargeIndicator>false<", "<cbc:ChargeIndicator>no<"),
        (_tag("Amount", "99.00") + "/cbc:Amount>", ""),
    )
    assert _said(content) == [
        "ubl.value: field AllowanceCharge/ChargeIndicator: 'no': true or false expected",
        "ubl.required: field AllowanceCharge/Amount: is missing, or empty",
    ]


def test_a_negative_invoice_and_a_negative_credit_note_are_refused():
    """Either would be the other, and nobody said so."""
    for name in (PRIVATE, CREDIT_NOTE):
        content = sample(name).replace(b'currencyID="NOK">', b'currencyID="NOK">-')
        (code, words), *more = refused(content)
        assert (code, more) == ("ubl.amount", [])
        assert words.partition("'")[0].endswith("field LegalMonetaryTotal/PayableAmount: ")
        assert "0.00 or more expected" in words


# --- whose it is, and what ------------------------------------------------------------------------------------------


def test_another_companys_document_is_refused():
    """By its organisation number, or by its VAT number where that is all there is."""
    field = "AccountingSupplierParty/Party"
    legal = ('<cbc:CompanyID schemeID="0192">310000019<', '<cbc:CompanyID schemeID="0192">318888221<')
    assert _said(changed(legal)) == [
        f"ubl.supplier: field {field}/PartyLegalEntity/CompanyID: '318888221': {OTHER}"
    ]
    vat = (
        ('<cbc:CompanyID schemeID="0192">310000019</cbc:CompanyID>', ""),
        (">NO310000019MVA<", ">NO318888221MVA<"),
    )
    assert _said(changed(*vat)) == [
        f"ubl.supplier: field {field}/PartyTaxScheme/CompanyID: 'NO318888221MVA': {OTHER}"
    ]


def test_a_document_that_does_not_say_who_sells_is_refused():
    """It might be anybody's."""
    content = without("cac:AccountingSupplierParty")
    assert _said(content) == [
        "ubl.required: field AccountingSupplierParty/Party/PartyLegalEntity/CompanyID: is missing, or empty"
    ]


def test_a_reminder_and_a_payment_request_are_no_claims_though_they_look_so():
    """They have the root of an invoice, and would become second claims."""
    assert [code for code, _ in refused(sample("broken-reminder.xml"))] == ["ubl.no_claim"]
    request = re.sub(
        rb"(<cbc:CustomizationID>)[^<]*",
        rb"\1urn:fdc:anskaffelser.no:2019:ehf:spec:payment-request:3.0",
        sample(),
    )
    assert [code for code, _ in refused(request)] == ["ubl.no_claim"]


# --- the XML --------------------------------------------------------------------------------------------------------

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("ubl.xml", "line 1: not well-formed XML at column 1: no element found")]),
        (
            sample()[:3000],
            [("ubl.xml", "line 73: not well-formed XML at column 9: unclosed token")],
        ),
        (
            changed(("</cbc:ID>", "</cbc:Id>")),
            [("ubl.xml", "line 5: not well-formed XML at column 21: mismatched tag")],
        ),
        (
            changed(("ordre 884", "&ukjent;")),
            [("ubl.xml", "line 9: not well-formed XML at column 32: undefined entity")],
        ),
        (
            b'<Order xmlns="urn:x"/>',
            [
                (
                    "ubl.document",
                    "line 1: 'urn:x Order': the root element Invoice or CreditNote of UBL 2 expected",
                )
            ],
        ),
        (sample("broken-entity.xml"), [("ubl.doctype", f"line 2: {NO_DTD}")]),
        (
            changed((DECLARATION, '<?xml version="1.0" encoding="EUC-JP"?>')),
            [
                (
                    "ubl.encoding",
                    (
                        "line 1: 'euc-jp': one of utf-8, utf-16, us-ascii, iso-8859-1, iso-8859-15, windows-1252 "
                        "expected as encoding"
                    ),
                )
            ],
        ),
        (
            changed((DECLARATION, '<?xml version="1.0" encoding="ISO-8859-1"?>')),
            [
                (
                    "ubl.encoding",
                    "line 1: the file says iso-8859-1, and its letters are UTF-8: one of the two is wrong",
                )
            ],
        ),
        (
            sample().decode().encode("latin-1"),
            [
                (
                    "ubl.encoding",
                    "line 9: bytes at column 14 that are no text in utf-8, the encoding of the file",
                )
            ],
        ),
    ],
    ids=["empty", "cut off", "tags", "entity", "other root", "DTD", "encoding", "named wrong", "letters"],
)
def test_a_file_that_cannot_be_read_on_says_where_and_why(content, expected):
    """No parser's traceback, and nothing of it counts."""
    assert refused(content) == expected


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (
            ("<cbc:Note>", "<a>" * 256 + "</a>" * 256 + "<cbc:Note>"),
            "at most 256 levels of elements expected",
        ),
        (("<cbc:Note>", "<cbc:Note>" + "x" * 100_001), "at most 100000 characters in a value expected"),
        (
            ("<cbc:Note>", f'<a b="{"x" * (5 << 20)}"/><cbc:Note>'),
            "at most 4194304 bytes in one tag expected",
        ),
        (("<cbc:Note>", "<cbc:Note>x</cbc:Note>" * 200_000 + "<cbc:Note>"), "at most 200000 values expected"),
    ],
    ids=["depth", "value", "tag", "values"],
)
def test_what_no_invoice_has_is_refused_before_it_fills_the_memory(change, rule):
    """Depth, size of a value and of a tag, and number of values have their ends."""
    (code, words), *more = refused(changed(change))
    assert (code, more) == ("ubl.limit", [])
    assert re.sub(r"^line [0-9]+: ", "", words) == rule


def test_after_so_many_problems_the_rest_is_not_judged():
    """A document with more of them is another kind of file."""
    line = "<cac:InvoiceLine><cbc:LineExtensionAmount>x</cbc:LineExtensionAmount></cac:InvoiceLine>\n"
    assert len(refused(changed(("</Invoice>", line * 600 + "</Invoice>")))) == ubl_xml.MOST_PROBLEMS
    twice = "<cbc:IssueDate/>" * 600
    assert len(refused(changed(("</Invoice>", twice + "</Invoice>")))) == ubl_xml.MOST_PROBLEMS


def test_elements_that_fill_nothing_may_hold_anything():
    """Extensions of other vendors do no harm, not even where they are named like ours."""
    extra = (
        '<x:UBLExtensions xmlns:x="urn:example"><x:ID>9</x:ID><x:IssueDate>no</x:IssueDate></x:UBLExtensions>'
    )
    assert warned(changed(("<cbc:CustomizationID>", extra + "<cbc:CustomizationID>"))) == []


def _outcome(content: bytes) -> object:
    claims(content)
    try:
        return list(read_ubl(io.BytesIO(content), ubl.NORWAY))
    except FormatError as error:
        return error.problems


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    """Whatever comes, the answer is rows or named problems."""
    assert _outcome(content)


@given(st.data())
def test_a_document_with_any_bytes_changed_is_read_or_refused(data):
    """A byte that is lost, doubled or turned gives rows or named problems, and never anything else."""
    content = bytearray(sample(data.draw(st.sampled_from([ubl.INVOICE, PRIVATE, CREDIT_NOTE]))))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    assert _outcome(bytes(content))
