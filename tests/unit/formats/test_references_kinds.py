from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golden
from inkasso_formats.references import (
    OcrControl,
    Verdict,
    compact,
    finnish_iban,
    judge_ocr_number,
    kid_mod10,
    kid_mod11,
    length_digit_holds,
    ocr_number,
    ocr_number_holds,
    rf,
    rf_holds,
    rf_of_viite,
    viite,
    viite_holds,
    viite_of_rf,
    what_is,
)

DIGITS = st.text("0123456789", min_size=1, max_size=24)
VIITE_DIGITS = st.integers(100, 10**19 - 1).map(str)
RF_TEXTS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21)


def other_digit(data: st.DataObject, text: str, places: range) -> str:
    """The text with one of its digits changed."""
    at = data.draw(st.sampled_from([place for place in places if text[place].isdigit()]))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != text[at]))
    return text[:at] + digit + text[at + 1 :]


# --- Swedish OCR number ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["655969", "657866", "658765", "657767", "650861", "659763", "658260"])
def test_the_numbers_of_bankgirots_example_hold_with_their_length_digit(number):
    """The example file is of an agreement with check digit and length digit."""
    assert ocr_number_holds(number)
    assert length_digit_holds(number)
    assert ocr_number(number[:-2], length_digit=True) == number


@given(DIGITS, st.data())
def test_an_ocr_number_that_was_made_holds_and_one_wrong_digit_breaks_it(digits, data):
    """That is what the check digit is for."""
    number = ocr_number(digits)
    assert ocr_number_holds(number)
    assert not ocr_number_holds(other_digit(data, number, range(len(number))))


@given(st.text("0123456789", min_size=1, max_size=23))
def test_a_length_digit_says_how_many_digits_there_are(digits):
    """The length digit counts in the check digit."""
    number = ocr_number(digits, length_digit=True)
    assert (len(number), number[-2]) == (len(digits) + 2, str(len(number) % 10))
    assert length_digit_holds(number)


@pytest.mark.parametrize(
    ("digits", "length_digit", "most"),
    [("", False, 24), ("1" * 25, False, 24), ("1" * 24, True, 23), ("1A", True, 23)],
)
def test_an_ocr_number_has_2_to_25_digits(digits, length_digit, most):
    """Check digit and length digit included."""
    with pytest.raises(ValueError, match="digits expected") as caught:
        ocr_number(digits, length_digit=length_digit)
    assert str(caught.value) == f"1 to {most} digits expected, not {digits!r}"


SOFT = OcrControl(level="soft")
HARD = OcrControl(level="hard")
LENGTH = OcrControl(level="length_digit")
FIXED = OcrControl(level="fixed_lengths", lengths=(6, 10))


@pytest.mark.parametrize(
    ("number", "control", "verdict"),
    [
        ("655969", SOFT, Verdict(True)),
        ("655969", HARD, Verdict(True)),
        ("655969", LENGTH, Verdict(True)),
        ("655969", FIXED, Verdict(True)),
        ("655968", SOFT, Verdict(True, "check digit 8; 9 expected (mod 10)")),
        ("655968", HARD, Verdict(False, "check digit 8; 9 expected (mod 10)")),
        ("655968", LENGTH, Verdict(False, "check digit 8; 9 expected (mod 10)")),
        ("655968", FIXED, Verdict(False, "check digit 8; 9 expected (mod 10)")),
        ("18", HARD, Verdict(True)),
        ("18", LENGTH, Verdict(False, "length digit 1; 2 expected for 2 digits")),
        ("18", FIXED, Verdict(False, "2 digits; 6 or 10 expected")),
        ("65 5969", SOFT, Verdict(True, "2 to 25 digits expected")),
        ("6", HARD, Verdict(False, "2 to 25 digits expected")),
    ],
)
def test_each_of_the_four_levels_judges_in_its_way(number, control, verdict):
    """Soft control lets a wrong number through; the others refuse it, each for its reason."""
    assert judge_ocr_number(number, control) == verdict


@pytest.mark.parametrize(
    ("level", "lengths", "message"),
    [
        ("hard", (6,), "level hard: 0 lengths expected"),
        ("fixed_lengths", (), "level fixed_lengths: 1 or 2 lengths expected"),
        ("fixed_lengths", (6, 7, 8), "level fixed_lengths: 1 or 2 lengths expected"),
        ("fixed_lengths", (6, 26), "lengths from 2 to 25 expected"),
    ],
)
def test_a_control_that_does_not_exist_is_refused(level, lengths, message):
    """Bankgirot offers four levels, and at most two lengths."""
    with pytest.raises(ValueError, match="expected") as caught:
        OcrControl(level=level, lengths=lengths)
    assert str(caught.value) == message


# --- Finnish reference, RF, IBAN -------------------------------------------------------------------------------


def test_the_published_examples_hold():
    """Finnish reference 1234561, and RF references of ISO 11649."""
    assert viite("123456") == "1234561"
    assert viite_holds("13013")
    assert rf("13") == "RF4113"
    assert rf_holds("RF18539007547034")
    assert rf_holds("RF185390075470Y")
    assert finnish_iban("12345600000785") == "FI2112345600000785"


@given(VIITE_DIGITS, st.data())
def test_a_viite_that_was_made_holds_and_one_wrong_digit_breaks_it(digits, data):
    """Weights 7, 3 and 1 have no factor in common with ten."""
    number = viite(digits)
    assert viite_holds(number)
    assert viite_holds(number.zfill(20))
    wrong = other_digit(data, number, range(1, len(number)))
    assert not viite_holds(wrong)


@pytest.mark.parametrize("digits", ["", "12", "0123", "1" * 20, "12A4"])
def test_a_viite_is_made_of_3_to_19_digits_without_a_leading_zero(digits):
    """Leading zeros are padding and get lost on the way."""
    with pytest.raises(ValueError, match="expected") as caught:
        viite(digits)
    assert str(caught.value) == f"3 to 19 digits, the first not 0, expected, not {digits!r}"


@given(VIITE_DIGITS)
def test_a_viite_goes_into_rf_and_comes_back(digits):
    """Leading zeros are no part of it."""
    number = viite(digits)
    reference = rf_of_viite(number.zfill(20))
    assert rf_holds(reference)
    assert viite_of_rf(reference) == number


@given(RF_TEXTS, st.data())
def test_an_rf_reference_that_was_made_holds_and_one_wrong_digit_breaks_it(text, data):
    """Both check digits are judged."""
    reference = rf(text)
    assert rf_holds(reference)
    assert not rf_holds(other_digit(data, reference, range(2, len(reference))))


@pytest.mark.parametrize(
    ("call", "value", "message"),
    [
        (rf, "", "1 to 21 digits and capital letters expected, not ''"),
        (rf, "a1", "1 to 21 digits and capital letters expected, not 'a1'"),
        (rf, "1" * 22, f"1 to 21 digits and capital letters expected, not '{'1' * 22}'"),
        (rf_of_viite, "1234562", "a Finnish reference expected, not '1234562'"),
        (
            viite_of_rf,
            "RF18539007547034",
            "an RF reference that holds a Finnish one expected, not 'RF18539007547034'",
        ),
        (viite_of_rf, "RF351234561", "an RF reference that holds a Finnish one expected, not 'RF351234561'"),
        (finnish_iban, "1234", "14 digits expected, not '1234'"),
    ],
)
def test_what_cannot_be_made_says_why(call, value, message):
    """A wrong input never gives a reference."""
    with pytest.raises(ValueError, match="expected") as caught:
        call(value)
    assert str(caught.value) == message


# --- what a string is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("123456782", ("kid_mod10", "ocr_number")),
        ("123456785", ("kid_mod11",)),
        ("6-", ("kid_mod11",)),
        ("655969", ("kid_mod10", "ocr_number", "ocr_number_with_length")),
        ("123 4561", ("viite",)),
        ("rf34 1234 561", ("rf",)),
        ("RF18539007547034", ("rf",)),
        ("00", ("kid_mod10", "kid_mod11", "ocr_number")),
    ],
)
def test_a_string_is_every_kind_that_its_check_digits_allow(text, kinds):
    """Which one is meant, the agreement or the country says."""
    found = what_is(text)
    assert (found.text, found.kinds, found.reason) == (compact(text), kinds, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" \t", "is empty"),
        ("7", "has 1 digit; 2 to 25 expected"),
        ("1" * 26, "has 26 digits; 2 to 25 expected"),
        (
            "123456789",
            (
                "ends in 9; a check digit would be 2 by mod 10 (KID, OCR number), "
                "5 by mod 11 (KID), 0 by 7-3-1 (viite)"
            ),
        ),
        (
            "12A",
            "holds 'A'; digits expected (the last of a KID may be `-`), or `RF` with two check digits",
        ),
        (
            "１２３",
            "holds '１'; digits expected (the last of a KID may be `-`), or `RF` with two check digits",
        ),
        ("RF351234561", "has the check digits 35; 34 expected (ISO 11649)"),
        (
            "RF34",
            "begins like an RF reference, but behind the check digits 1 to 21 digits and capital letters expected, not ''",
        ),
    ],
)
def test_what_is_no_reference_says_why(text, reason):
    """A person can see what is wrong with it."""
    found = what_is(text)
    assert (found.kinds, found.reason) == ((), reason)


@given(st.text(max_size=40))
def test_any_text_is_a_kind_or_has_a_reason(text):
    """Never both, never neither, never an error."""
    found = what_is(text)
    assert bool(found.kinds) != bool(found.reason)


@given(DIGITS)
def test_what_is_made_is_known_again(digits):
    """Each maker and the one question agree."""
    assert "kid_mod10" in what_is(kid_mod10(digits)).kinds
    assert "kid_mod11" in what_is(kid_mod11(digits)).kinds
    assert "ocr_number" in what_is(ocr_number(digits)).kinds
    assert "rf" in what_is(rf(digits[:21])).kinds


def test_the_examples_of_the_document_are_true():
    """The document shows what the code answers."""
    document = golden.DOCS / "formats/references.md"
    failed, tried = doctest.testfile(str(document), module_relative=False)
    assert (failed, tried) == (0, 5)
