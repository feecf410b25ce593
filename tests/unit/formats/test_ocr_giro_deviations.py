from __future__ import annotations

import pytest

from inkasso_formats.payments import ocr_giro
from inkasso_formats.problems import FormatError
from inkasso_formats.tolerance import DEFAULTS, SWITCHES, Tolerance
from support import ocr

PAYMENTS = ocr_giro.parse(ocr.TWO_PAYMENTS).payments
LAST = b"0" * 33 + b"\n"  # the end of the last line

SAME = {
    "CRLF": ocr.TWO_PAYMENTS.replace(b"\n", b"\r\n"),
    "no last line end": ocr.TWO_PAYMENTS.removesuffix(b"\n"),
    "trailing blanks": ocr.TWO_PAYMENTS.replace(b"\n", b"  \n"),
    "a line of 80 blanks behind": ocr.TWO_PAYMENTS + b" " * 80 + b"\r\n",
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
            "tolerance.byte_order_mark",
            (
                "line 1: a byte order mark stands before the first record: the file was saved with an editor: "
                "passed over, by the switch byte_order_mark"
            ),
            True,
        )
    ]


CRLF = ocr.TWO_PAYMENTS.replace(b"\n", b"\r\n")
ALL_OFF = Tolerance(**dict.fromkeys(SWITCHES, False))
PADDING = b" " * 18 + b"0010017"  # begins in column 50: a TAB in 49 would stand for less than it takes away
SWITCHED = {
    "trailing_blanks": (CRLF.replace(b"\r\n", b"  \r\n", 3), "line 1"),
    "missing_last_line_end": (CRLF.removesuffix(b"\r\n"), "line 8"),
    "blank_lines": (CRLF + b"\r\n \r\n", "line 9"),
    "lf_line_ends": (b"\n".join(CRLF.rsplit(b"\r\n", 3)), "line 6"),
    "byte_order_mark": (b"\xef\xbb\xbf" + CRLF, "line 1"),
    "ctrl_z": (CRLF + b"\x1a", "line 9"),
    "tabs": (CRLF.replace(PADDING, b"\t" + PADDING[7:], 1), "line 3"),
    "utf8": (CRLF.replace(b"0000\r\n", "000å\r\n".encode(), 1), "line 1"),
    "short_last_field": (
        CRLF.replace(b"0000\r\n", b"\r\n", 1),
        f"line 1, record start transmission, field filler (32-80): '{'0' * 40}…'",
    ),
}


@pytest.mark.parametrize("by_lines", [False, True])
@pytest.mark.parametrize("switch", SWITCHED)
def test_a_deviation_of_a_line_is_read_or_refused_by_its_switch(switch, by_lines):
    """On, the payments are the same, with a warning where the table says so; off, the problem names the switch."""
    content, place = SWITCHED[switch]
    whole = content.splitlines(keepends=True) if by_lines else content
    meaning = SWITCHES[switch]
    file = ocr_giro.parse(whole, Tolerance(**{switch: True}))
    told = f"{place}: {meaning.deviation}: {meaning.reading}, by the switch {switch}"
    assert file.payments == PAYMENTS
    assert [warning.message for warning in file.warnings] == ([told] if meaning.told else [])
    for refusing in (Tolerance(**{switch: False}), ALL_OFF):
        with pytest.raises(FormatError) as caught:
            ocr_giro.parse(whole, refusing)
        assert ocr.messages(caught.value) == [
            (
                f"tolerance.{switch}",
                f"{place}: {meaning.deviation}: allowed by the switch {switch}, which is off",
            )
        ]


def test_every_switch_for_lines_is_one_of_ocr_giro():
    """The two others judge what OCR Giro does not say: check digits, and test files."""
    assert set(SWITCHES) - set(SWITCHED) == {"wrong_check_digit", "test_file"}
    refused = {switch for switch in SWITCHED if not getattr(DEFAULTS["ocr_giro"], switch)}
    assert refused == {"tabs", "utf8", "short_last_field"}


def test_a_file_without_deviations_needs_no_tolerance():
    """All switches may be off for it, in `parse` as in `read`."""
    assert ocr_giro.parse(CRLF, ALL_OFF).payments == PAYMENTS
    assert ocr_giro.read(CRLF, ALL_OFF) == ocr_giro.read(ocr.TWO_PAYMENTS)


@pytest.mark.parametrize("switch", [True, False])
def test_an_empty_line_inside_a_transmission_is_refused_whatever_the_switch(switch):
    """Once: by the switch where that is off, else by the order of records."""
    content = CRLF.replace(b"NY091630", b"\r\nNY091630").replace(b"NY000089", b"\r\nNY000089")
    with pytest.raises(FormatError) as caught:
        ocr_giro.parse(content, Tolerance(blank_lines=switch))
    inside = "an empty line inside the transmission that begins in line 1"
    off = "line 5: the line is empty: allowed by the switch blank_lines, which is off"
    expected = [f"line {number}: {inside}" for number in (5, 9)] if switch else [off]
    assert [message for _, message in ocr.messages(caught.value)] == expected


def test_a_line_that_ends_before_its_last_field_is_refused_whatever_the_switch():
    """Padding that was lost in front of a KID would give another KID."""
    with pytest.raises(FormatError) as caught:
        ocr_giro.parse(ocr.changed(3, " " * 18, " "), Tolerance(short_last_field=True))
    assert ocr.messages(caught.value) == [
        ("layout.length", "line 3, record amount item 1: '63': characters; a record of this file has 80")
    ]


def test_a_text_that_may_be_utf_8_is_refused_where_blanks_stand_behind_its_record():
    """Without them its length tells that it is none; with them it may have grown by being converted."""
    content = ocr.file_of(ocr.transaction(1, 500, type="21", text="Ã¥"))
    assert ocr_giro.parse(content).payments[0].text == "Ã¥"
    with pytest.raises(FormatError) as caught:
        ocr_giro.parse(content.replace(b"\n", b" \n"))
    assert ocr.messages(caught.value) == [
        (
            "tolerance.utf8",
            (
                "line 5: the line is written in UTF-8, not in ISO-8859-1: "
                "allowed by the switch utf8, which is off"
            ),
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
