from __future__ import annotations

import pytest

from inkasso_formats.dialects import describe, describe_text, load, load_text, shipped
from inkasso_formats.dialects.load import text_of
from inkasso_formats.problems import FormatError
from support.dialect_pages import first_page, page_of, renewed, write_all
from support.dialect_texts import GROUPED, SEPARATED, TEXTS, XML, changed


@pytest.mark.parametrize("name", shipped())
def test_the_page_of_a_dialect_holds_its_tables(name: str) -> None:
    """docs/formats/NAME.md is what the dialect says; `make golden` renews it."""
    text = page_of(name).read_text("utf-8")
    assert text == renewed(text, load(name))


def test_the_mistake_that_the_page_shows_is_told_so() -> None:
    """The example of a message is what the program says."""
    field = '{ name = "invoice_no", start = 33, length = 30, meaning'
    text = changed(text_of("intrum-no"), (field, field.replace("33, length = 30", "32, length = 31")))
    with pytest.raises(FormatError) as caught:
        load_text(text, "mine.toml")
    assert [
        f"`{problem.message}`" in page_of("intrum-no").read_text("utf-8") for problem in caught.value.problems
    ] == [True]


@pytest.mark.parametrize("name", TEXTS)
def test_a_first_page_has_every_part(name: str) -> None:
    """A new dialect gets its page by `make golden` too, and is renewed by it from then on."""
    dialect = load_text(TEXTS[name], "mine.toml")
    page = first_page(dialect)
    assert page.startswith(f"# {dialect.title} (`{dialect.name}`)\n\n## What is public, and what is ours\n")
    assert renewed(page, dialect) == page
    assert page.count("<!-- end -->") == page.count("<!-- generated: ") == 3 + len(dialect.files)


def test_a_dialect_is_described_whole() -> None:
    """Title, provenance, each file with its three tables, and every code table."""
    dialect = load("intrum-no")
    text = describe(dialect)
    assert text.startswith("# Intrum, Norway (`intrum-no`)\n\nPublic (Quick3's documentation): ")
    assert text.count("| Position | Length | Field | Type |") == 15
    assert text.count("| Code | Our word | Text |") == len(dialect.codes)
    assert "- `00` header, once\n- `10` detail, one for each closure\n- `99` trailer, once\n" in text
    assert "| 33-62 | 30 | customer_no | text | required | The debtor's number at the creditor. |" in text
    assert "| `01` | paid_in_full | Betalt i sin helhet |" in text
    assert "Every record has 250 characters." in text
    assert (
        "`count` is the number of detail records; `total` is the sum of `principal` + `interest` + `costs`"
        in text
    )
    assert "Where a value does not fit, it is left out, and told: `phone`, `email`, `language`." in text


def test_the_order_of_records_is_drawn() -> None:
    """What stands within what, how often, and when; totals say of what they are."""
    text = describe(load_text(GROUPED, "mine.toml"))
    assert (
        "- `00` begin, once\n"
        "- `10` debtor, one for each debtor: what stands within it shares its fields\n"
        "  - `11` care-of, once in each debtor, where there is a value of `address2`\n"
        "  - `20` invoice, one for each case\n"
        "    - `30` row, one for each row of the invoice\n"
        "  - `19` debtor-end, once in each debtor\n"
        "- `99` end, once\n"
    ) in text
    assert (
        "`invoices` is the number of invoice records; `debtors` is the number of debtor records; "
        "`rows_of_debtor` is the number of row records; `total` is the sum of `principal`; "
        "`total_of_rows` is the sum of `rows.amount`; in debtor-end they are of one debtor."
    ) in text
    assert (
        "In these files `currency` is NOK, which the file does not say; `claim_type` is ordinary, which"
        in text
    )
    assert "Blanks at the end of a record are not written, and may be missing: care-of." in text
    passed_over = describe(load_text(changed(GROUPED, ('when = ["address2"]', "when = []")), "mine.toml"))
    assert "care-of, once in each debtor at most: never written, and passed over when read\n" in passed_over


def test_cells_are_described_by_their_numbers() -> None:
    """A separated file says what stands between its cells, and in which folder it is put."""
    text = describe(load_text(SEPARATED, "mine.toml"))
    assert (
        "Encoding utf-8. Each record is a line and ends with LF; between its cells stands a tab, "
        'and a cell that holds one is written in quotes (`"`).'
    ) in text
    assert "Folder at the agency: `in/corrections`." in text
    assert "| Cell | Up to | Field | Type |  | Content |" in text
    assert "| 5 | 3 | currency | text | required | ISO 4217. |" in text
    assert "In these files `kind` is payment or credit_note; `currency` is NOK or SEK." in text


def test_elements_are_described_by_their_paths() -> None:
    """XML says its root, its namespace, the element of each record and the place of each field."""
    text = describe(load_text(XML, "mine.toml"))
    assert "XML in the encoding utf-8, namespace `urn:example:agency:1`." in text
    assert "Root element: `Updates`. There is no schema." in text
    assert "- `Updates` file, once\n- `Cases/Case` update, one for each update\n" in text
    assert "| Stage/@on |  | on | date YYYY-MM-DD | required |  |" in text


def test_a_dialect_is_described_for_a_terminal() -> None:
    """The same, with aligned columns and without the signs of Markdown."""
    text = describe_text(load_text(SEPARATED, "mine.toml"))
    assert text == (
        "An agency that reads cells (cells)\n"
        "==================================\n\n"
        "Nothing.\n\n"
        "Everything.\n\n"
        "Encoding utf-8. Each record is a line and ends with LF; between its cells stands a tab, "
        'and a cell that holds one is written in quotes (").\n\n'
        "corrections\n"
        "-----------\n\n"
        "Sent by the creditor to the agency.\n\n"
        "Name: corrections_{client_number}_{sequence_no:04d}.tsv, "
        r"recognised by corrections_(?P<client_number>[0-9]+)_(?P<sequence_no>[0-9]{4})\.tsv. "
        "Folder at the agency: in/corrections.\n\n"
        "  correction, one for each correction\n\n"
        "corrections: correction\n\n"
        "One line for each.\n\n"
        "  Cell  Up to  Field       Type                                                         Content\n"
        "  1            invoice_no  text                                               required\n"
        "  2            kind        code                                               required\n"
        "  3            date        date DD.MM.YYYY                                    required\n"
        "  4            amount      amount, two decimals after a comma, sign in front\n"
        "  5     3      currency    text                                               required  ISO 4217.\n"
        "  6            unused      filler\n\n"
        "In these files kind is payment or credit_note; currency is NOK or SEK.\n\n"
        "Codes: kind from table kinds.\n\n"
        "Codes\n"
        "-----\n\n"
        "kinds\n\n"
        "  Code  Our word     Text\n"
        "  B     payment      Betaling\n"
        "  K     credit_note\n"
    )


@pytest.mark.parametrize("name", TEXTS)
def test_no_line_for_a_terminal_ends_with_blanks(name: str) -> None:
    """Whoever copies a table copies nothing else."""
    text = describe_text(load_text(TEXTS[name], "mine.toml"))
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert "`" not in text


if __name__ == "__main__":
    write_all()
