"""What each kind of column takes, and in which words it refuses the rest."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.feed import FEED_TYPES, FeedBatch, read_csv
from inkasso_formats.feed.convert import amount_text, parse_amount

GOOD = {
    "customers": {"customer_no": "7", "name": "Fjord Sild AS", "kind": "company"},
    "invoices": {
        "invoice_no": "1",
        "customer_no": "7",
        "invoice_date": "2026-01-01",
        "due_date": "2026-01-15",
        "amount": "100.00",
        "currency": "NOK",
    },
    "reminders": {"reminder_no": "208", "invoice_no": "1", "level": "1", "sent_date": "2026-02-01"},
    "entries": {
        "entry_no": "152",
        "kind": "payment",
        "date": "2026-02-02",
        "amount": "100.00",
        "currency": "NOK",
    },
}


def read_one(feed_type: str, column: str, value: str) -> FeedBatch:
    """The batch of a file with one good row in which one column has this value."""
    row = GOOD[feed_type] | {column: value}
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in row.values())
    content = f"{','.join(row)}\n{quoted}\n".encode()
    (batch,) = read_csv(io.BytesIO(content), feed_type)
    return batch


ACCEPTED = [
    ("invoices", "amount", "1234.50", 123450),
    ("invoices", "amount", "1234,50", 123450),
    ("invoices", "amount", "1234,5", 123450),
    ("invoices", "amount", "1234", 123400),
    ("invoices", "amount", " 0.05 ", 5),
    ("invoices", "amount", "0", 0),
    ("invoices", "amount", "999999999999.99", 99_999_999_999_999),
    ("entries", "amount", "-1234,50", -123450),
    ("entries", "amount", "-0.05", -5),
    ("reminders", "fee", "", None),
    ("reminders", "fee", "35", 3500),
    ("reminders", "level", "2", 2),
    ("invoices", "due_date", "2024-02-29", date(2024, 2, 29)),
    ("invoices", "value_date", "", None),
    ("invoices", "currency", "sek", "SEK"),
    ("invoices", "claim_type", "", "ordinary"),
    ("invoices", "claim_type", "Consumer_Credit", "consumer_credit"),
    ("invoices", "disputed", "TRUE", True),
    ("invoices", "disputed", "", False),
    ("invoices", "reference", "RF18 5390 0754 7034", "RF18539007547034"),
    ("invoices", "reference", "1234567890-", "1234567890-"),
    ("invoices", "description", "Sild,\r\n  to \t kasser", "Sild, to kasser"),
    ("invoices", "invoice_no", " 000A-1 ", "000A-1"),
    ("customers", "name", 'Kari "Øyet" Ærlig', 'Kari "Øyet" Ærlig'),
    ("customers", "country", "fi", "FI"),
    ("customers", "language", "NB", "nb"),
    ("customers", "collection_ban", "false", False),
    ("entries", "settlement", "", None),
    ("entries", "settlement", "true", True),
    ("entries", "settlement", "false", False),
    ("entries", "invoices", "", ()),
    ("entries", "invoices", "100001  100002", ("100001", "100002")),
]


@pytest.mark.parametrize(("feed_type", "column", "text", "value"), ACCEPTED)
def test_a_value_is_taken_as_what_it_means(feed_type, column, text, value):
    """Each kind of column takes the documented forms of its values."""
    batch = read_one(feed_type, column, text)
    assert batch.problems == []
    assert getattr(batch.rows[0], column) == value


DECIMALS = "at most two decimals and no thousands separator expected, as in 1234.50 or 1234,50"
THOUSANDS = "no thousands separator expected: write it as 1234.50 or 1234,50"
AMOUNT = "an amount as 1234.50 or 1234,50 expected"
DATE = "a date as YYYY-MM-DD expected"
CURRENCY = "the ISO 4217 code of a currency with two decimals expected, as NOK"

REFUSED = [
    ("invoices", "amount", "1.234", f"'1.234': {DECIMALS}"),
    ("invoices", "amount", "12,3456", f"'12,3456': {DECIMALS}"),
    ("invoices", "amount", "1 234,50", f"'1 234,50': {THOUSANDS}"),
    ("invoices", "amount", "1\u00a0234,50", f"'1\\xa0234,50': {THOUSANDS}"),
    ("invoices", "amount", "1,234.50", f"'1,234.50': {THOUSANDS}"),
    ("invoices", "amount", "1.234.567", f"'1.234.567': {THOUSANDS}"),
    ("invoices", "amount", "1'234.50", f'"1\'234.50": {THOUSANDS}'),
    ("invoices", "amount", "1e3", f"'1e3': {AMOUNT}"),
    ("invoices", "amount", "NOK 100", f"'NOK 100': {AMOUNT}"),
    ("invoices", "amount", "100-", f"'100-': {AMOUNT}"),
    ("invoices", "amount", "+100", f"'+100': {AMOUNT}"),
    ("invoices", "amount", ".50", f"'.50': {AMOUNT}"),
    ("invoices", "amount", "100.", f"'100.': {AMOUNT}"),
    ("invoices", "amount", "1_0.50", f"'1_0.50': {AMOUNT}"),
    ("invoices", "amount", "١٢.٥٠", f"'١٢.٥٠': {AMOUNT}"),
    (
        "invoices",
        "amount",
        "1000000000000",
        "'1000000000000': at most 12 digits before the decimals expected",
    ),
    (
        "invoices",
        "amount",
        "1000000000000.00",
        "'1000000000000.00': at most 12 digits before the decimals expected",
    ),
    ("invoices", "amount", "-1.00", "'-1.00': 0.00 or more expected"),
    ("invoices", "amount", " ", "must be filled in"),
    ("reminders", "fee", "-0,01", "'-0,01': 0.00 or more expected"),
    ("reminders", "level", "0", "'0': a whole number from 1 to 9 expected"),
    ("reminders", "level", "10", "'10': a whole number from 1 to 9 expected"),
    ("reminders", "level", "1.0", "'1.0': a whole number from 1 to 9 expected"),
    ("reminders", "level", "²", "'²': a whole number from 1 to 9 expected"),
    ("reminders", "level", "", "must be filled in"),
    ("invoices", "due_date", "31.01.2026", f"'31.01.2026': {DATE}"),
    ("invoices", "due_date", "20260131", f"'20260131': {DATE}"),
    ("invoices", "due_date", "2026-W05-6", f"'2026-W05-6': {DATE}"),
    ("invoices", "due_date", "2026-01-31T00:00:00", f"'2026-01-31T00:00:00': {DATE}"),
    ("invoices", "due_date", "2026-02-30", "'2026-02-30': a day of the calendar as YYYY-MM-DD expected"),
    ("invoices", "due_date", "2026-01-3١", "'2026-01-3١': a day of the calendar as YYYY-MM-DD expected"),
    ("invoices", "due_date", "1899-12-31", "'1899-12-31': a date from 1900-01-01 to 2099-12-31 expected"),
    ("invoices", "due_date", "2206-01-31", "'2206-01-31': a date from 1900-01-01 to 2099-12-31 expected"),
    ("invoices", "due_date", "", "must be filled in"),
    ("invoices", "currency", "kr", f"'kr': {CURRENCY}"),
    ("invoices", "currency", "JPY", f"'JPY': {CURRENCY}"),
    ("customers", "country", "NOR", "'NOR': an ISO 3166 alpha-2 code expected, as NO"),
    ("customers", "country", "UK", "'UK': an ISO 3166 alpha-2 code expected, as NO"),
    ("customers", "language", "nor", "'nor': an ISO 639-1 code expected, as nb"),
    ("customers", "kind", "person", "'person': one of private, company expected"),
    ("customers", "kind", "", "must be filled in"),
    ("customers", "collection_ban", "1", "'1': true or false expected"),
    ("entries", "settlement", "yes", "'yes': true or false expected"),
    ("customers", "city", "x" * 61, f"'{'x' * 40}…': at most 60 characters expected, 61 found"),
    ("customers", "name", "A\x07B", "'A\\x07B': no control characters expected: character 2 is U+0007"),
    ("customers", "customer_no", "7 8", "'7 8': no blanks or invisible characters within it expected"),
    (
        "customers",
        "customer_no",
        "7\u00a08",
        "'7\\xa08': no blanks or invisible characters within it expected",
    ),
    ("customers", "customer_no", "7" * 31, f"'{'7' * 31}': at most 30 characters expected, 31 found"),
    ("invoices", "reference", "12/34", "'12/34': a payment reference of digits or letters expected"),
    ("invoices", "reference", "1" * 26, f"'{'1' * 26}': at most 25 characters expected, 26 found"),
    ("entries", "invoices", "1 2 1", "'1 2 1': each invoice number once expected"),
    ("entries", "invoices", "1 " + "2" * 31, f"'1 {'2' * 31}': at most 30 characters expected, 31 found"),
]


@pytest.mark.parametrize(("feed_type", "column", "text", "words"), REFUSED)
def test_a_value_that_does_not_fit_is_refused_by_name(feed_type, column, text, words):
    """Line, column, value and rule are told, and the row does not pass."""
    batch = read_one(feed_type, column, text)
    assert [problem.message for problem in batch.problems] == [
        f"line 2, record {feed_type}, field {column}: {words}"
    ]
    assert (batch.rows, batch.refused) == ([], [2])


def test_every_kind_of_column_has_a_refused_value_here():
    """No kind of column is left without a test of its refusal."""
    kinds = {name: {column.name: column.kind for column in feed.columns} for name, feed in FEED_TYPES.items()}
    tested = {kinds[feed_type][column] for feed_type, column, *_ in REFUSED}
    assert tested == {kind for columns in kinds.values() for kind in columns.values()}


def test_the_code_of_a_problem_says_the_kind_of_the_column():
    """The code is `feed.` and the kind, or `feed.required`."""
    assert read_one("invoices", "amount", "x").problems[0].code == "feed.amount"
    assert read_one("invoices", "amount", "").problems[0].code == "feed.required"


@given(st.integers(-(10**14) + 1, 10**14 - 1))
def test_an_amount_survives_writing_and_reading(amount):
    """The text of an amount is read as the same amount, with point and with comma."""
    assert parse_amount(amount_text(amount)) == amount
    assert parse_amount(amount_text(amount).replace(".", ",")) == amount


@given(st.text())
def test_any_text_is_an_amount_or_refused(text):
    """No text makes the reader of amounts fail in another way than by a rule."""
    try:
        assert parse_amount(parsed := text) == parse_amount(amount_text(parse_amount(parsed)))
    except ValueError as refusal:
        assert str(refusal).endswith(("expected", "or 1234,50"))  # noqa: PT017
