from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.dialects import file_name, head_of_name, kind_of_content, kind_of_name, load, load_text
from inkasso_formats.dialects.xml_root import root_of
from inkasso_formats.problems import FormatError
from support.dialect_texts import GROUPED, SEPARATED, SMALL, TEXTS, XML, changed

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SHIPPED = resources.files("inkasso_formats.dialects").joinpath("intrum-no.toml").read_text("utf-8")
GROUPS = load_text(GROUPED, "mine.toml")
CELLS = load_text(SEPARATED, "mine.toml")
ELEMENTS = load_text(XML, "mine.toml")
XMLNS = 'xmlns="urn:example:agency:1"'


def test_a_name_holds_what_the_template_asks_for() -> None:
    """Client number, sender, sequence number, day and time."""
    assert file_name(load("intrum-no"), "new_cases", "123456", AT, 7) == "LS12345620261121060000"
    assert file_name(GROUPS, "new_cases", "123456", AT, 7, sender="100284") == "cases_100284_261121.txt"
    assert file_name(CELLS, "corrections", "123456", AT, 7) == "corrections_123456_0007.tsv"


def test_a_number_that_makes_no_name_is_refused() -> None:
    """A file under such a name would not be recognised."""
    with pytest.raises(FormatError) as caught:
        file_name(CELLS, "corrections", "12 3", AT, 7)
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        (
            "dialect.client",
            (
                "field client_number: '12 3': gives the file name 'corrections_12 3_0007.tsv', which is none of this kind: "
                r"corrections_(?P<client_number>[0-9]+)_(?P<sequence_no>[0-9]{4})\.tsv expected"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("dialect", "kind", "name", "head"),
    [
        (GROUPS, "new_cases", "cases_100284_261121.txt", {"sender": "100284", "created": date(2026, 11, 21)}),
        (GROUPS, "new_cases", "cases_100284_261321.txt", {"sender": "100284"}),
        (GROUPS, "new_cases", "cases_100284_261121.txt.gz", {}),
        (CELLS, "corrections", "corrections_00123_0042.tsv", {"client_number": "00123", "sequence_no": 42}),
        (ELEMENTS, "updates", "updates.007", {"sequence_no": 7}),
        (load("intrum-no"), "receipts", "KV12345620261121060000", {"client_number": "123456"}),
    ],
)
def test_a_name_says_what_its_pattern_finds(dialect, kind, name, head) -> None:
    """Numbers, the day and the time where there is one; nothing of a name of another kind."""
    assert head_of_name(dialect.files[kind], name) == head


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("K20261121235959", {"created": date(2026, 11, 21), "created_time": "235959"}),
        ("K20261121240000", {"created": date(2026, 11, 21)}),
        ("K20261121126000", {"created": date(2026, 11, 21)}),
        ("K20260230120000", {"created_time": "120000"}),
    ],
)
def test_a_day_or_time_that_is_none_is_not_taken_from_a_name(name, head) -> None:
    """A name is what someone typed: what cannot be is left out, and the file itself may say it."""
    text = changed(
        SMALL,
        ("receipt.{sequence_no:03}", "K{at:%Y%m%d%H%M%S}"),
        ("receipt\\.[0-9]{3}", "K(?P<date>[0-9]{8})(?P<time>[0-9]{6})"),
    )
    assert head_of_name(load_text(text, "mine.toml").files["receipts"], name) == head


def test_the_kind_of_a_name_is_known_where_one_kind_knows_it() -> None:
    """A name that no kind knows, or two, says nothing."""
    dialect = load("intrum-no")
    assert kind_of_name(dialect, "SO12345620261121060000") == "updates"
    assert kind_of_name(dialect, "SO12345620261121060000.txt") is None
    both = load_text(SHIPPED.replace("match = 'SO", "match = '(SO|AV)"), "mine.toml")
    assert kind_of_name(both, "AV12345620261121060000") is None


HEADER = b"H123456007          "


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (HEADER + b"\nD", "receipts"),
        (b"\xef\xbb\xbf" + HEADER + b"\r\nD", "receipts"),
        (HEADER[:-3] + b"\n", "receipts"),  # of the wrong length: reading says so
        (b"D1001", None),
        (b"", None),
    ],
)
def test_a_file_that_begins_with_a_tag_is_known_by_it(head: bytes, kind: str | None) -> None:
    """Also where its length or its encoding is wrong, so that reading can say what is."""
    assert kind_of_content(load_text(SMALL, "mine.toml"), head) == kind


UNTAGGED = changed(
    SMALL,
    ('counts = { count = ["detail"] }\n', ""),
    (
        SMALL[
            SMALL.index('[[files.receipts.records]]\nname = "header"') : SMALL.index(
                '[[files.receipts.records]]\nname = "detail"'
            )
        ],
        "",
    ),
    (SMALL[SMALL.index('[[files.receipts.records]]\nname = "trailer"') :], ""),
    ('type = "constant", constant = "D"', 'type = "text"'),
    ('name = "tag"', 'name = "invoice_no"'),
)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"11001    18800001   \n", "receipt.001", "receipts"),
        (b"11001    18800001   \n", "", "receipts"),
        (b"11001    18800001   \n", "other.001", None),
        (b"11001    18800001  \n", "receipt.001", None),
        (b"11001    18800001    \n", "receipt.001", None),
        (b"11001    18800001   ", "receipt.001", "receipts"),
        (b"11001    1880", "receipt.001", "receipts"),  # cut off where the first bytes end
        (b"\n", "receipt.001", None),
    ],
)
def test_a_file_without_any_constant_is_known_by_its_length_and_its_name(
    head: bytes, name: str, kind: str | None
) -> None:
    """Any line of that length would do, so the name must be right where there is one."""
    assert kind_of_content(load_text(UNTAGGED, "mine.toml"), head, name) == kind


def test_a_constant_that_is_no_tag_needs_the_length_too() -> None:
    """One letter somewhere in a line is no proof."""
    text = changed(
        UNTAGGED,
        ('"agency_case_no", length = 10', '"mark", length = 10, type = "constant", constant = "INKASSO007"'),
    )
    dialect = load_text(text, "mine.toml")
    assert kind_of_content(dialect, b"11001    1INKASSO007\n", "any.txt") == "receipts"
    assert kind_of_content(dialect, b"11001    1INKASSO007 \n", "any.txt") is None


def test_where_several_kinds_fit_the_length_decides_and_then_the_name() -> None:
    """Two kinds of one dialect may begin alike."""
    alike = load_text(SHIPPED.replace('constant = "SO"', 'constant = "AV"'), "mine.toml")
    head = b"00AVIN01" + b" " * 242 + b"\r\n"
    assert kind_of_content(alike, head) is None
    assert kind_of_content(alike, head, "SO12345620261121060000") == "updates"
    assert kind_of_content(alike, head, "AV12345620261121060000") == "closures"
    assert kind_of_content(alike, head, "XX12345620261121060000") is None
    receipts = load_text(SHIPPED.replace('constant = "SO"', 'constant = "KV"'), "mine.toml")
    assert kind_of_content(receipts, b"00KVIN01" + b" " * 242 + b"\r\n") == "updates"
    assert kind_of_content(receipts, b"00KVIN01" + b" " * 192 + b"\r\n") == "receipts"
    assert kind_of_content(receipts, b"00KVIN01" + b" " * 12 + b"\r\n") is None


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        ("500001\tB\t01.02.2026\t10,00\tNOK\t\n", "corrections_1_0001.tsv", "corrections"),
        ("500001\tB\t01.02.2026\t10,00\tNOK\t\n", "letters.tsv", None),
        ('"500\t001"\tB\t01.02.2026\t10,00\tNOK\t\n', "", "corrections"),
        ("500001\tB\t01.02.2026\n", "corrections_1_0001.tsv", None),
        ("500001;B;01.02.2026;10,00;NOK;\n", "corrections_1_0001.tsv", None),
        ('"500001\tB\t01.02.2026\t10,00\tNOK\t\n', "corrections_1_0001.tsv", None),
        ("\n", "corrections_1_0001.tsv", None),
    ],
)
def test_a_separated_file_is_known_by_its_cells(head: str, name: str, kind: str | None) -> None:
    """Constants in their cells, else the number of cells and the name."""
    assert kind_of_content(CELLS, head.encode(), name) == kind


def test_a_separated_file_is_known_by_its_column_headings() -> None:
    """A first line of constants tells it whatever its name is."""
    headings = '[[files.corrections.records]]\nname = "headings"\nfields = [\n' + "".join(
        f'  {{ name = "{name}", type = "constant", constant = "{name}" }},\n' for name in ("Faktura", "Type")
    )
    text = changed(
        SEPARATED, ("[[files.corrections.records]]", f"{headings}]\n\n[[files.corrections.records]]")
    )
    dialect = load_text(text, "mine.toml")
    assert kind_of_content(dialect, b"Faktura\tType\n5\tB", "any.txt") == "corrections"
    assert kind_of_content(dialect, b"Faktura\tTyp\n5\tB", "any.txt") is None


@pytest.mark.parametrize(
    "head",
    [
        f"<Updates {XMLNS} count='1'>",
        f"<?xml version='1.0' encoding='utf-8'?>\n<!-- <Other/> -->\n<?style <Other> ?>\n<Updates\n  count='>'\n  {XMLNS}/>",
        '<a:Updates xmlns="urn:other" xmlns:a="urn:example:agency:1">',
        f"<!DOCTYPE Updates [ <!ENTITY a 'x'> <!ENTITY b SYSTEM 'file:///etc/hostname'> ]><Updates {XMLNS}>",
        f"<!DOCTYPE Updates SYSTEM 'x.dtd'>\n<Updates {XMLNS}>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_xml_is_known_by_its_root_whatever_stands_before_it(head: str, encoding: str) -> None:
    """Reading says what is wrong with the encoding or the document type."""
    assert kind_of_content(ELEMENTS, head.encode(encoding)) == "updates"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<Updates>",
        b"<Updates xmlns='urn:other'>",
        b"<updates xmlns='urn:example:agency:1'>",
        b"<a:Updates xmlns='urn:example:agency:1'>",
        b"<!-- <Updates xmlns='urn:example:agency:1'>",
        b"text <Updates xmlns='urn:example:agency:1'>",
        b"<Updates xmlns='urn:example:agency:1'",
        b"H123456007          \n",
    ],
)
def test_other_xml_is_not_claimed(head: bytes) -> None:
    """The name and the namespace of the root must be those of the dialect."""
    assert kind_of_content(ELEMENTS, head) is None


def test_an_unknown_encoding_does_not_hide_the_root() -> None:
    """The names of elements are ASCII in most encodings."""
    for encoding in ("iso-8859-1", "klingon", "hex", "punycode"):
        head = f"<?xml version='1.0' encoding='{encoding}'?><Updates {XMLNS}>".encode()
        assert root_of(head) == ("urn:example:agency:1", "Updates")


@given(
    st.binary(max_size=60),
    st.sampled_from(sorted(TEXTS)),
    st.sampled_from(["", "receipt.001", "updates.001"]),
)
def test_any_bytes_are_of_a_kind_or_of_none(head: bytes, dialect: str, name: str) -> None:
    """Nothing that a file begins with makes the question fail."""
    known = {"small": SMALL_DIALECT, "grouped": GROUPS, "separated": CELLS, "xml": ELEMENTS}[dialect]
    assert kind_of_content(known, head, name) in {None, *known.files}
    assert kind_of_content(known, b"<?xml " + head, name) in {None, *known.files}


SMALL_DIALECT = load_text(SMALL, "mine.toml")
