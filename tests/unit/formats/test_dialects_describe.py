from __future__ import annotations

from pathlib import Path

from inkasso_formats.dialects import describe, load
from inkasso_formats.dialects.describe import describe_codes, describe_file, facts
from support.dialect_files import DIALECT
from support.generated import replace_between

DOCUMENT = Path(__file__).parents[3] / "docs" / "formats" / "intrum-no.md"


def generated(text: str) -> str:
    """The document with every generated part made anew."""
    text = replace_between(text, "provenance", f"{DIALECT.public}\n\n{DIALECT.ours}")
    text = replace_between(text, "facts", facts(DIALECT))
    for kind, layout in DIALECT.files.items():
        text = replace_between(text, kind, describe_file(layout))
    return replace_between(text, "codes", describe_codes(DIALECT))


def test_the_document_holds_the_tables_of_the_dialect() -> None:
    """docs/formats/intrum-no.md is what the dialect says; `python tests/unit/formats/test_dialects_describe.py` renews it."""
    text = DOCUMENT.read_text("utf-8")
    assert text == generated(text)


def test_a_dialect_is_described_whole() -> None:
    """Title, provenance, each file with its three tables, and every code table."""
    text = describe(load("intrum-no"))
    assert text.startswith("# Intrum, Norway (`intrum-no`)\n\nPublic (Quick3's documentation): ")
    assert text.count("| Position | Length | Field | Type |") == 15
    assert text.count("| Code | Our word | Text |") == len(DIALECT.codes)
    assert "| 33-62 | 30 | customer_no | text | required | The debtor's number at the creditor. |" in text
    assert "| `01` | paid_in_full | Betalt i sin helhet |" in text
    assert (
        "`count` is the number of detail records; `total` is the sum of `principal` + `interest` + `costs`"
        in text
    )
    assert "Where a value does not fit, it is left out, and told: `phone`, `email`, `language`." in text


if __name__ == "__main__":
    DOCUMENT.write_text(generated(DOCUMENT.read_text("utf-8")), "utf-8")
