"""Who paid: the agency, somebody else (the debtor), or it cannot be told; always with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkassod.core.model import Origin
from inkassod.core.payer import Agency, Payer, agency, plain_name, who_paid

ACCOUNT, DEBTOR = "99991122334", "99990000006"
IBAN, DEBTORS_IBAN = "NO3299991122334", "NO0599990000006"
FULL = agency(
    accounts=[ACCOUNT],
    bankgiros=["123-4566"],
    id_numbers=["556677-8899"],
    names=["Nordisk Inkasso og Perintä AS", "Svea Perintä Oy"],
)
BY_NAME = agency(names=["Nordisk Inkasso og Perintä AS", "Svea Perintä Oy", "Ab Indrivning"])


@pytest.mark.parametrize(
    ("payer", "known", "who", "why"),
    [
        # accounts, as BBAN or IBAN, however they are written
        (Payer(ACCOUNT), FULL, "agency", "paid from the agency's account 99991122334"),
        (Payer("9999.11.22334"), FULL, "agency", "paid from the agency's account 9999.11.22334"),
        (Payer(IBAN), FULL, "agency", "paid from the agency's account NO3299991122334"),
        (
            Payer("no32 9999 1122 334"),
            FULL,
            "agency",
            "paid from the agency's account no32 9999 1122 334",
        ),
        (
            Payer(ACCOUNT),
            agency(accounts=[IBAN]),
            "agency",
            "paid from the agency's account 99991122334",
        ),
        (Payer(DEBTOR), FULL, "debtor", "paid directly, from account 99990000006"),
        (Payer(DEBTORS_IBAN), FULL, "debtor", "paid directly, from account NO0599990000006"),
        # bankgiros
        (Payer(bankgiro="1234566"), FULL, "agency", "paid from the agency's bankgiro 1234566"),
        (Payer(bankgiro="0001234566"), FULL, "agency", "paid from the agency's bankgiro 0001234566"),
        (Payer(bankgiro="123-4566"), FULL, "agency", "paid from the agency's bankgiro 123-4566"),
        (Payer(bankgiro="9912346"), FULL, "debtor", "paid directly, from bankgiro 9912346"),
        # organisation numbers
        (
            Payer(id_number="5566778899"),
            FULL,
            "agency",
            "paid from the agency's organisation number 5566778899",
        ),
        (
            Payer(id_number="005566778899"),
            FULL,
            "agency",
            "paid from the agency's organisation number 005566778899",
        ),
        (
            Payer(id_number="5566778881"),
            FULL,
            "debtor",
            "paid directly, from organisation number 5566778881",
        ),
        # names: without case and legal form, or cut where a format cuts
        (
            Payer(name="NORDISK INKASSO OG PERINTÄ"),
            BY_NAME,
            "agency",
            "paid under the agency's name NORDISK INKASSO OG PERINTÄ",
        ),
        (
            Payer(name="Svea Perintä Oy"),
            BY_NAME,
            "agency",
            "paid under the agency's name Svea Perintä Oy",
        ),
        (Payer(name="SVEA PERINTÄ"), BY_NAME, "agency", "paid under the agency's name SVEA PERINTÄ"),
        (Payer(name="NORDISK INKA"), BY_NAME, "agency", "paid under the agency's name NORDISK INKA"),
        (Payer(name="indrivning"), BY_NAME, "agency", "paid under the agency's name indrivning"),
        # a name that is not the agency's says nothing
        (
            Payer(name="NORDISK INK"),
            BY_NAME,
            "unknown",
            "only a name is in the file (NORDISK INK), and it is not the agency's",
        ),
        (
            Payer(name="Nordisk Inkass"),
            BY_NAME,
            "unknown",
            "only a name is in the file (Nordisk Inkass), and it is not the agency's",
        ),
        (
            Payer(name="Kari Oppdiktet"),
            FULL,
            "unknown",
            "only a name is in the file (Kari Oppdiktet), and it is not the agency's",
        ),
        (
            Payer(name="Oy Ab"),
            BY_NAME,
            "unknown",
            "only a name is in the file (Oy Ab), and it is not the agency's",
        ),
        # several marks: one that is the agency's proves it
        (
            Payer(ACCOUNT, name="Kari Oppdiktet"),
            FULL,
            "agency",
            "paid from the agency's account 99991122334",
        ),
        (
            Payer(DEBTOR, id_number="5566778899"),
            FULL,
            "agency",
            "paid from the agency's organisation number 5566778899",
        ),
        (
            Payer(DEBTOR, id_number="5566778881", name="Kari Oppdiktet"),
            FULL,
            "debtor",
            "paid directly, from account 99990000006",
        ),
        (
            Payer(DEBTOR, name="Svea Perintä"),
            FULL,
            "unknown",
            "paid under the agency's name Svea Perintä, but from account 99990000006, which is not the agency's",
        ),
        # nothing to compare
        (Payer(), FULL, "unknown", "the payer's account is not in the file"),
        (Payer(name=" "), FULL, "unknown", "only a name is in the file ( ), and it is not the agency's"),
        (
            Payer(DEBTOR),
            BY_NAME,
            "unknown",
            "the payer's account 99990000006 is in the file, but no account of the agency in the settings",
        ),
        (
            Payer(bankgiro="123-4566"),
            agency(accounts=[ACCOUNT]),
            "unknown",
            "the payer's bankgiro 123-4566 is in the file, but no bankgiro of the agency in the settings",
        ),
        (
            Payer(id_number="5566778899", name="Svea"),
            agency(accounts=[ACCOUNT]),
            "unknown",
            "the payer's organisation number 5566778899 is in the file, but no organisation number of the agency in the settings",
        ),
        (
            Payer(DEBTOR, name="Svea Perintä Oy"),
            BY_NAME,
            "agency",
            "paid under the agency's name Svea Perintä Oy",
        ),
    ],
)
def test_who_paid_is_told_by_what_both_sides_have(payer: Payer, known: Agency, who: str, why: str):
    """Account, bankgiro and organisation number decide where the file and the settings have them; a name proves the agency alone."""
    assert who_paid(payer, known) == (Origin(who), why)


@given(
    st.builds(
        Payer,
        st.sampled_from(["", ACCOUNT, DEBTOR]),
        st.sampled_from(["", "123-4566", "9912346"]),
        st.sampled_from(["", "5566778899", "1"]),
        st.text(max_size=40),
    )
)
def test_an_agency_of_which_nothing_is_known_is_never_found(payer: Payer):
    """Without any mark in the settings it cannot be told who paid: nobody is guessed."""
    who, why = who_paid(payer, Agency())
    assert who is Origin.UNKNOWN
    assert why


@given(st.text(max_size=40))
def test_a_name_is_its_own_without_legal_form_case_and_blanks(name: str):
    """What is taken off a name once is off: the plain form is stable."""
    assert plain_name(plain_name(name)) == plain_name(name)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Nordisk Inkasso AS", "nordisk inkasso"),
        ("Nordisk  Inkasso A/S", "nordisk inkasso"),
        ("AB Nordisk Inkasso (publ)", "nordisk inkasso"),
        ("Nordisk Inkasso, Oyj.", "nordisk inkasso"),
        ("Asker Inkasso ASA", "asker inkasso"),
        ("AS", ""),
    ],
)
def test_legal_forms_are_words_of_their_own(name: str, plain: str):
    """A legal form is taken off wherever it stands, and not out of another word."""
    assert plain_name(name) == plain
