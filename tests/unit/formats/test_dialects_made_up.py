"""Two dialects of a made-up agency, which stand in TOML files only: what they write, and that they read it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkasso_formats.dialects import (
    FILE_KINDS,
    Dialect,
    FileKind,
    OutHead,
    file_name,
    kind_of_content,
    kind_of_name,
    load_text,
    parse,
    render,
)
from inkasso_formats.problems import FormatError
from inkasso_formats.records import InvoiceRow, NewCase
from support import dialect_any

FOLDER = Path(__file__).resolve().parents[2] / "data" / "made-up"
HEAD = OutHead(
    client_number="123456",
    sequence_no=7,
    created=datetime(2026, 11, 21, 18, 5, tzinfo=ZoneInfo("Europe/Oslo")),
)
CASE = NewCase(
    case="1001",
    customer_no="1000001",
    kind="company",
    name="Måkenes Sjømat AS",
    id_number="399000018",
    address="Ekornfaret 1",
    postcode="3099",
    city="Trollnes",
    country="NO",
    email="post@example.com",
    invoice_no="2000001",
    reference="100000120000013",
    invoice_date=date(2026, 8, 1),
    due_date=date(2026, 8, 15),
    reminder_date=date(2026, 9, 1),
    original_amount=125_050,
    principal=100_000,
    currency="NOK",
    description="Varelevering",
    rows=(
        InvoiceRow(text="Torsk", amount=125_050, period_from=date(2026, 7, 1), period_to=date(2026, 7, 31)),
        InvoiceRow(text="Rabatt", amount=-25_050),
    ),
)
SECOND = replace(
    CASE, case="1002", invoice_no="2000002", reference="", reminder_date=None, description="", rows=()
)


def made_up(name: str) -> Dialect:
    path = FOLDER / f"{name}.toml"
    return load_text(path.read_text("utf-8"), str(path), lambda beside: (FOLDER / beside).read_bytes())


FLAT, XML = made_up("nordvik-flat"), made_up("nordvik-xml")
FILES = [(dialect, kind) for dialect in (FLAT, XML) for kind in FILE_KINDS]
IDS = [f"{dialect.name}-{kind}" for dialect, kind in FILES]


def test_a_flat_file_of_new_cases_to_the_letter():
    """A debtor stands once before its two invoices; decimal comma, sign behind the amount, totals of debtor and file."""
    rendered = render(FLAT, "new_cases", HEAD, [CASE, SECOND])
    first = "F11001        2000001                  10000012000001301.08.202615.08.202601.09.2026NOK"
    second = "F11002        2000002                                 01.08.202615.08.2026          NOK"
    lines = [
        "H1NEW123456    0000721.11.202618:05",
        "D11000001     B399000018  Måkenes Sjømat AS                       ",
        "D2NO3099      Ekornfaret 1                            Trollnes",
        "D3                    post@example.com",
        f"{first}      1250,50       1000,00 A",
        "F2Varelevering",
        "F301.07.202631.07.2026      1250,50 Torsk                                   ",
        "F3                           250,50-Rabatt                                  ",
        f"{second}      1250,50       1000,00 A",
        "D900002       2000,00 ",
        "T900000010000002         2000,00 ",
    ]
    assert rendered.content.decode("iso-8859-1").split("\r\n") == [*lines, ""]
    assert (rendered.lines, rendered.total, rendered.notes) == ((5, 9), 200_000, ())


@pytest.mark.parametrize("dialect", [FLAT, XML], ids=lambda dialect: dialect.name)
def test_an_invoice_of_another_debtor_is_refused_with_a_wrong_total(dialect):
    """Taking an amount out of a file breaks its total, in whichever form it is written."""
    content = render(dialect, "new_cases", HEAD, [CASE, replace(SECOND, customer_no="1000002")]).content
    mark = b"<Open>1000.00" if dialect is XML else b"   1000,00 A\r\n"
    assert content.count(mark) == 2
    less = mark.replace(b"1000", b"0900" if dialect is XML else b" 900")
    with pytest.raises(FormatError) as error:
        parse(dialect, "new_cases", content.replace(mark, less, 1))
    assert {problem.code for problem in error.value.problems} == {"dialect.sum"}


@pytest.mark.parametrize(("dialect", "kind"), FILES, ids=IDS)
def test_each_kind_is_known_by_its_name_and_by_how_it_begins(dialect, kind):
    """The names that the template gives are recognised, and so is the content without a name; by the other dialect neither."""
    name = file_name(dialect, kind, HEAD.client_number, HEAD.created, HEAD.sequence_no)
    content = render(dialect, kind, HEAD, []).content
    other = XML if dialect is FLAT else FLAT
    assert (kind_of_name(dialect, name), kind_of_content(dialect, content)) == (kind, kind)
    assert (kind_of_name(other, name), kind_of_content(other, content)) == (None, None)


@pytest.mark.parametrize(("dialect", "kind"), FILES, ids=IDS)
@settings(max_examples=25)
@given(data=st.data())
def test_what_a_made_up_dialect_writes_it_reads_again(
    dialect: Dialect, kind: FileKind, data: st.DataObject
) -> None:
    """For both forms and every kind: parse(render(x)) is x."""
    head = data.draw(dialect_any.heads(dialect, kind))
    records = data.draw(dialect_any.records(dialect, kind))
    given_out = [dialect_any.given(dialect.files[kind], record) for record in records]
    rendered = render(dialect, kind, head, given_out)
    parsed = parse(dialect, kind, rendered.content)
    numbered = "line" in records[0].__dataclass_fields__ if records else False
    expected = [
        replace(record, line=line) if numbered else record  # type: ignore[call-arg]
        for record, line in zip(records, rendered.lines, strict=True)
    ]
    assert parsed.records == expected
    assert (parsed.count, parsed.total, parsed.refused) == (rendered.count, rendered.total, 0)
