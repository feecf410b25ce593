from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.references import (
    account_key,
    identity_problem,
    is_kid,
    kid_holds,
    kid_mod10,
    kid_mod11,
)

DIGITS = st.text("0123456789", min_size=1, max_size=24)


def test_the_two_examples_of_the_specification_hold():
    """Nets, chapter 5: 12345678 has check digit 2 by mod 10 and 5 by mod 11."""
    assert kid_mod10("12345678") == "123456782"
    assert kid_mod11("12345678") == "123456785"


def test_a_mod_11_check_of_ten_is_a_hyphen_and_of_eleven_a_zero():
    """The hyphen is the only sign that a KID holds beside digits."""
    assert kid_mod11("6") == "6-"
    assert kid_mod11("0") == "00"


@pytest.mark.parametrize("digits", ["", "12A", "1" * 25, "1-"])
def test_a_check_digit_is_made_for_1_to_24_digits_only(digits):
    """A KID has at most 25 positions, the check digit included."""
    with pytest.raises(ValueError, match="1 to 24 digits expected") as caught:
        kid_mod10(digits)
    assert str(caught.value) == f"1 to 24 digits expected, not {digits!r}"


@given(DIGITS)
def test_a_kid_that_was_made_holds(digits):
    """Made by either rule, it has the shape of a KID and passes the check."""
    for kid in (kid_mod10(digits), kid_mod11(digits)):
        assert is_kid(kid)
        assert kid_holds(kid)


@given(DIGITS, st.data())
def test_one_wrong_digit_breaks_the_mod_10_check(digits, data):
    """That is what the check digit is for."""
    kid = kid_mod10(digits)
    place = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != kid[place]))
    assert kid_mod10(digits[:place] + wrong + digits[place + 1 :])[-1] != kid[-1]


@pytest.mark.parametrize("text", ["00", "7-", "0" * 25, "0012345"])
def test_2_to_25_digits_with_an_optional_hyphen_at_the_end_have_the_shape_of_a_kid(text):
    """Agreements differ in length, and a reader must not lose a payment."""
    assert is_kid(text)


@pytest.mark.parametrize("text", ["", "1", "-", "1-2", "12A4", "0" * 26, "12 34", "１２３"])
def test_anything_else_has_not(text):
    """Letters, blanks and digits of other scripts stand in no KID."""
    assert not is_kid(text)
    assert not kid_holds(text)


def test_a_kid_with_a_wrong_check_digit_does_not_hold():
    """It has the shape and fails both rules."""
    assert is_kid("123456780")
    assert not kid_holds("123456780")


@pytest.mark.parametrize(
    "text", ["86011117947", "8601.11.17947", "8601 11 17947", "NO9386011117947", "no93 8601 1117 947"]
)
def test_a_norwegian_account_has_one_key_however_it_is_written(text):
    """The account of a payment file is compared with the account in the settings, which may be an IBAN."""
    assert account_key(text) == "86011117947"


def test_another_iban_is_its_own_key():
    """Nothing can be left out of an account of another country."""
    assert account_key("se45 5000 0000 0583 9825 7466") == "SE4550000000058398257466"
    assert account_key("FI2112345600000785") == "FI2112345600000785"


@pytest.mark.parametrize("text", ["", "00000000000", " "])
def test_an_account_that_is_not_known_has_an_empty_key(text):
    """Zeros stand for an unknown payer; they must not equal anything."""
    assert account_key(text) == ""


@given(st.text(max_size=40))
def test_the_key_of_a_key_is_the_key(text):
    """Comparing keys twice over changes nothing."""
    assert account_key(account_key(text)) == account_key(text)


VALID = [
    ("974760673", "company", "NO"),
    ("974 760 673", "company", "NO"),
    ("01818710190", "private", "NO"),  # month + 80: the tax office's series for tests
    ("018187 10190", "private", "NO"),
    ("5560360793", "company", "SE"),
    ("556036-0793", "company", "SE"),
    ("900101-9802", "private", "SE"),
    ("189001019802", "private", "SE"),
    ("2077474-0", "company", "FI"),
    ("131052-308T", "private", "FI"),
]


@pytest.mark.parametrize(("number", "kind", "country"), VALID)
def test_an_identity_number_that_holds_has_nothing_wrong_with_it(number, kind, country):
    """Blanks and hyphens are as people write them."""
    assert identity_problem(number, kind, country) is None


INVALID = [
    ("974760674", "company", "NO", "is no Norwegian organisation number"),
    ("01818710191", "private", "NO", "is no Norwegian birth number"),
    ("0181871019", "private", "NO", "is no Norwegian birth number"),
    ("5560360794", "company", "SE", "is no Swedish organisation number"),
    ("900101-9803", "private", "SE", "is no Swedish personal number"),
    ("90010I-9802", "private", "SE", "is no Swedish personal number"),
    ("2077474-1", "company", "FI", "is no Finnish business id (Y-tunnus)"),
    ("131052-308U", "private", "FI", "is no Finnish personal identity code (hetu)"),
]


@pytest.mark.parametrize(("number", "kind", "country", "rule"), INVALID)
def test_an_identity_number_that_fails_its_check_is_named(number, kind, country, rule):
    """The agency refuses a case whose debtor cannot be identified."""
    assert identity_problem(number, kind, country) == rule


def test_what_cannot_be_judged_is_not_judged():
    """No number, or a country whose rules are not known here."""
    assert identity_problem("", "private", "NO") is None
    assert identity_problem("12345", "company", "DE") is None


@given(st.text(max_size=20), st.sampled_from(["private", "company"]), st.sampled_from(["NO", "SE", "FI"]))
def test_any_text_is_judged_without_an_error(text, kind, country):
    """A field of a feed may hold anything."""
    problem = identity_problem(text, kind, country)
    assert problem is None or problem.startswith("is no ")
