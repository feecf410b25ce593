from __future__ import annotations

import pytest

from inkasso_formats.payments import ocr_giro
from support import ocr

PAYMENTS = ocr_giro.parse(ocr.TWO_PAYMENTS).payments
LAST = b"0" * 33 + b"\n"  # the end of the last line

SAME = {
    "CRLF": ocr.TWO_PAYMENTS.replace(b"\n", b"\r\n"),
    "no last line end": ocr.TWO_PAYMENTS.removesuffix(b"\n"),
    "trailing blanks": ocr.TWO_PAYMENTS.replace(b"\n", b"  \n"),
    "empty lines behind": ocr.TWO_PAYMENTS + b"\n  \r\n\n",
    "DOS end of file": ocr.TWO_PAYMENTS + b"\x1a",
    "DOS end of file in the last line": ocr.TWO_PAYMENTS.removesuffix(b"\n") + b"\x1a",
    "fillers not zero": ocr.changed(3, "10017000000", "10017000001"),
    "postgiro account": ocr.changed(4, "0" * 16 + "051026", "000000000" + "1234567" + "051026"),
    "no bank date": ocr.changed(4, "051026", "000000"),
    "card issuer": ocr.changed(3, "10017000000", "10017050000"),
    "blank sign": ocr.changed(3, "0" * 12 + "125000", " " + "0" * 11 + "125000"),
    "KID stands left": ocr.changed(3, " " * 18 + "0010017", "0010017" + " " * 18),
    "day code and serial number": ocr.changed(3, "0610260000", "0610261006"),
    "no date in the end of the transmission": ocr.changed(8, "061026", "000000"),
    "no earliest and latest date": ocr.changed(7, "061026" * 3, "061026" + "0" * 12),
    "another sender": ocr.changed(1, "00008080", "00009999"),
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_a_harmless_deviation_changes_no_payment(content):
    """What says nothing about a payment is passed over, or kept as it stands."""
    file = ocr_giro.parse(content)
    assert file.payments == PAYMENTS
    assert file.warnings == ()


def test_a_byte_order_mark_is_passed_over_and_told():
    """It shows that the file went through an editor."""
    file = ocr_giro.parse(b"\xef\xbb\xbf" + ocr.TWO_PAYMENTS)
    assert file.payments == PAYMENTS
    assert [(warning.code, warning.message, warning.warning) for warning in file.warnings] == [
        (
            "ocr.byte_order_mark",
            "line 1: a byte order mark stands before the first record: the file was saved with an editor",
            True,
        )
    ]


def test_several_transmissions_in_one_file_are_each_counted():
    """Files that were put one behind another are read, also with an empty line between them."""
    other = ocr_giro.render([ocr.transmission(ocr.assignment(ocr.transaction(1, 700)), number=124)])
    file = ocr_giro.parse(ocr.TWO_PAYMENTS + b"\n" + other)
    assert [payment.amount for payment in file.payments] == [125000, 49950, 700]
    assert [head.control_total for head in file.transmissions] == [174950, 700]


def test_unknown_payers_have_no_account():
    """Eleven zeros, or blanks, stand for a payer that is not known."""
    content = ocr.changed(6, "12340567894", " " * 11, ocr.changed(4, "98765432109", "0" * 11))
    assert [payment.payer_account for payment in ocr_giro.parse(content).payments] == ["", ""]


def test_a_kid_may_end_with_a_hyphen():
    """Its check digit is ten by mod 11."""
    file = ocr_giro.parse(ocr.changed(3, "0010017", "001001-"))
    assert (file.payments[0].reference, file.warnings) == ("001001-", ())


def test_a_purchase_with_text_may_have_a_kid_and_a_payer():
    """One sample has type 21 with both, although the specification leaves them out."""
    payment = ocr_giro.parse(ocr.sample("ocr_giro_transactions.txt")).payments[0]
    assert (payment.type, payment.reference, payment.payer_account, payment.text) == (
        "21",
        "0000531",
        "99990512341",
        "Foo bar baz",
    )


@pytest.mark.parametrize("kid", ["00A0017", "      7", "       ", "0010-17"])
def test_a_reference_that_is_no_kid_is_kept_and_told(kid):
    """The money has come in; whom it belongs to is for others to find out."""
    file = ocr_giro.parse(ocr.changed(3, "0010017", kid))
    assert (file.payments[0].reference, file.payments[0].amount) == (kid.strip(), 125000)
    assert [(warning.code, warning.message) for warning in file.warnings] == [
        (
            "ocr.kid",
            (
                f"line 3, record amount item 1, field reference (50-74): {kid.rjust(25)!r}: "
                "no KID of 2 to 25 digits, the last of which may be `-`; the payment is kept as it stands"
            ),
        )
    ]


def test_mandates_are_counted_and_passed_over():
    """They stand in the same transmission as payments, and count as transactions of it."""
    file = ocr_giro.parse(
        ocr_giro.render([ocr.transmission(ocr.mandates(2), ocr.assignment(ocr.transaction(1, 700)))])
    )
    assert (file.mandates, file.transmissions[0].payments, file.total) == (2, 1, 700)
