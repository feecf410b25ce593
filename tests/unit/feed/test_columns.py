"""The columns are declared once, and everything else follows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from inkasso_formats.feed import FEED_TYPES, feed_tables, feed_type_of, parse_status, read_csv, render_status
from inkasso_formats.feed.codes import COUNTRIES, CURRENCIES, LANGUAGES

DOCUMENT = Path(__file__).parents[3] / "docs" / "feed.md"


@pytest.mark.parametrize("feed", FEED_TYPES.values(), ids=FEED_TYPES)
def test_a_row_has_the_columns_of_its_type_in_order(feed):
    """The fields of a row are `line` and then the declared columns."""
    assert feed.row._fields == ("line", *(column.name for column in feed.columns))


@pytest.mark.parametrize("feed", FEED_TYPES.values(), ids=FEED_TYPES)
def test_a_row_made_by_hand_has_the_same_empty_values_as_a_row_read(feed):
    """The defaults of a row are the declared empty values of its optional columns."""
    optional = {column.name: column.empty for column in feed.columns if not column.required}
    assert feed.row._field_defaults == optional


@pytest.mark.parametrize(
    ("name", "feed_type"),
    [
        ("customers.csv", "customers"),
        ("Invoices_2026-01-31.CSV", "invoices"),
        ("reminders-7.csv", "reminders"),
        ("entries.csv", "entries"),
        ("anything.jsonl", "mixed"),
        ("INVOICES.JSONL", "mixed"),
        ("invoices.txt", None),
        ("my-invoices.csv", None),
        ("invoices.csv.gz", None),
        ("", None),
    ],
)
def test_the_start_of_a_file_name_says_the_type(name, feed_type):
    """A CSV file is named after its type, whatever its letter case; JSON Lines hold any type."""
    assert feed_type_of(name) == feed_type


def test_currencies_without_hundredths_are_not_taken():
    """Amounts are kept in hundredths, so currencies that divide otherwise are left out."""
    assert {"NOK", "SEK", "EUR", "DKK"} <= CURRENCIES
    assert not CURRENCIES & {"JPY", "ISK", "KWD", "CLF", "XXX", "XAU"}


def test_the_code_tables_are_of_the_size_of_their_standards():
    """No code is lost or doubled in the tables."""
    assert (len(COUNTRIES), len(LANGUAGES)) == (249, 183)


def test_the_document_holds_the_tables_of_the_columns():
    """docs/feed.md says of every column what the code does."""
    text = DOCUMENT.read_text(encoding="utf-8")
    between = text.split("<!-- feed tables: begin -->\n")[1].split("<!-- feed tables: end -->")[0]
    assert between == feed_tables()


def _example(name: str) -> list[str]:
    text = DOCUMENT.read_text(encoding="utf-8")
    block = text.split(f"<!-- example: {name} -->\n")[1].split("<!-- example: end -->")[0]
    return [line.strip() for line in block.splitlines()]


def test_the_document_shows_the_words_in_which_rows_are_refused(tmp_path):
    """The example of a refused row in docs/feed.md is what the reader says."""
    path = tmp_path / "invoices.csv"
    path.write_text(
        "invoice_no;customer_no;invoice_date;due_date;amount;currency\n"
        "1;7;2026-01-01;2026-01-15;100,00;NOK\n"
        "2;7;2026-01-01;31.01.2026;1 234,50;NOK\n",
        encoding="utf-8",
    )
    with path.open("rb") as stream:
        problems = [problem.message for batch in read_csv(stream, "invoices") for problem in batch.problems]
    assert problems == _example("refused")


@pytest.mark.parametrize("name", ["case", "entry", "refusal"])
def test_the_document_shows_true_lines_of_the_status_feed(name):
    """The example lines in docs/feed.md are read and written again to the letter."""
    line = "".join(_example(name)) + "\n"
    assert render_status(parse_status(line.encode())).decode() == line
