from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inkasso_formats.dialects import RecordsRefused, Writer, parse, render
from inkasso_formats.problems import FormatError
from inkasso_formats.records import CaseUpdate, InvoiceRow, Receipt
from support.dialect_files import DIALECT, GOOD, HEAD
from support.dialect_samples import SAMPLES

NESTED, CELLS = SAMPLES["nested"], SAMPLES["cells-in-groups"]
CASE: Any = GOOD["new_cases"]
WITH_ROWS = replace(
    CASE, rows=(InvoiceRow(text="Strøm", amount=60000), InvoiceRow(text="Nettleie", amount=40000))
)
SECOND = replace(
    CASE, case="1002", invoice_no="500002", principal=50000, reference="123", contact_name="Ola Nes"
)
OTHER = replace(
    CASE, case="1003", customer_no="20002", address="", city="", postcode="", invoice_no="500003", principal=7
)
UPDATE = CaseUpdate(
    line=0,
    case="1",
    agency_case_no="88",
    on=date(2026, 11, 20),
    stage_code="A,1",
    paid=-1050,
    currency="NOK",
    text='sa "nei", takk',
)
FILE = """\
BEG    18         1500.0712345621112026
BATNOK
DEB20001       1           Åse Brønnøy
ADRSøndre gate 7       Trondheim           7011 
SUM0020000000150000 
INV    1001        500001                               0109262026-09-15             1000,00      125000O Faktura             
NRO002
ROW000060000 00000000Strøm
ROW000040000 00000000Nettleie
INV    1002        500002                            1230109262026-09-15              500,00      125000O Faktura             
NRO000
CONOla Nes             
DEB20002       1           Åse Brønnøy
SUM0010000000000007 
INV    1003        500003                               0109262026-09-15                0,07      125000O Faktura             
NRO000
BEN0020000000100000 
END00002
"""  # noqa: W291  (blanks at the end are part of these records)


def told(refused: Any) -> dict[int, list[tuple[str, str]]]:
    """Code and message of each problem, by the index of its record."""
    return {
        index: [(problem.code, problem.message) for problem in problems]
        for index, problems in refused.items()
    }


def test_items_that_share_their_groups_stand_in_one_with_its_totals_before_and_after() -> None:
    """Groups, second records, rows and the totals of file, group and item are where the layout has them."""
    rendered = render(NESTED, "new_cases", HEAD, [WITH_ROWS, SECOND, OTHER])
    assert rendered.content.decode("iso-8859-15") == FILE
    assert rendered.lines == (6, 10, 15)
    assert (rendered.count, rendered.total) == (3, 150007)


@pytest.mark.parametrize("cut", [(), (1,), (2,), (1, 2)])
def test_pieces_make_the_same_file_wherever_they_are_cut(cut: tuple[int, ...]) -> None:
    """A group that is still open goes on with the next piece; its bytes come when it ends, or with the file's end."""
    records = [WITH_ROWS, SECOND, OTHER]
    writer = Writer(NESTED, "new_cases", HEAD)
    pieces = [
        writer.take(records[start:end]) for start, end in zip((0, *cut), (*cut, len(records)), strict=True)
    ]
    ends = writer.finish()
    content = ends.first + b"".join(piece.content for piece in pieces) + ends.last
    assert content.decode("iso-8859-15") == FILE
    assert [line for piece in pieces for line in piece.lines] == [6, 10, 15]


def test_a_group_returns_where_another_stood_between() -> None:
    """Only consecutive items share a group: the caller orders them, and their order is kept."""
    rendered = render(NESTED, "new_cases", HEAD, [CASE, OTHER, SECOND])
    starts = [line[:3] for line in rendered.content.decode("iso-8859-15").splitlines()]
    assert starts.count("DEB") == 3
    assert [record.case for record in parse(NESTED, "new_cases", rendered.content).records] == [
        "1001",
        "1003",
        "1002",
    ]


def test_a_group_without_a_good_item_is_not_written() -> None:
    """It is opened at the first item that can be written, and what is refused in between leaves it open."""
    records = [replace(OTHER, case=""), CASE, replace(CASE, case=""), SECOND, replace(OTHER, invoice_no="")]
    writer = Writer(NESTED, "new_cases", HEAD)
    piece = writer.take(records)
    ends = writer.finish()
    assert piece.lines == (None, 6, None, 8, None)
    assert (ends.first + piece.content + ends.last).count(b"DEB") == 1
    assert (ends.count, ends.total) == (2, 150000)


def test_what_refuses_an_item_names_the_record_of_the_file_in_which_it_would_stand() -> None:
    """A field of the group refuses each of its items, a row its item; all problems are told."""
    long = replace(CASE, customer_no="1" * 13)
    row = replace(CASE, rows=(InvoiceRow(text="Strøm"), InvoiceRow(amount=10**12)))
    with pytest.raises(RecordsRefused) as caught:
        render(NESTED, "new_cases", HEAD, [long, replace(long, case=""), CASE, row])
    room = f"'{'1' * 13}': 13 characters; the field has room for 12 and may not be cut"
    group = ("layout.text", f"record debtor of invoice {{}}, field customer_no (4-15): {room}")
    assert told(caught.value.refused) == {
        0: [(group[0], group[1].format(1))],
        1: [
            (group[0], group[1].format(2)),
            ("layout.text", "record invoice 2, field case (8-19): '': is required and missing"),
        ],
        3: [
            (
                "layout.amount",
                "record row 2 of invoice 4, field amount (4-13): '1000000000000': 14 characters; the field has room for 10",
            )
        ],
    }


def test_a_value_that_the_files_of_a_dialect_cannot_say_refuses_its_record() -> None:
    """What a file means without saying it, or says by one of a few codes, may be nothing else."""
    records = [
        replace(CASE, country="SE"),
        replace(CASE, country=""),
        replace(CASE, claim_type="energy"),
        CASE,
    ]
    with pytest.raises(RecordsRefused) as caught:
        render(NESTED, "new_cases", HEAD, records)
    kinds = "'energy': this dialect's files say ordinary or rent only"
    assert told(caught.value.refused) == {
        0: [("dialect.only", "record invoice 1, field country: 'SE': this dialect's files say NO only")],
        1: [("dialect.only", "record invoice 2, field country: '': this dialect's files say NO only")],
        2: [
            ("dialect.only", f"record invoice 3, field claim_type (105-106): {kinds}"),
        ],
    }  # fmt: skip


def test_what_is_changed_to_fit_is_told_with_its_line_also_in_groups_and_rows() -> None:
    """A group's texts are told once, with its first item."""
    name = "Åse Brønnøy " + "x" * 20
    records = [
        replace(WITH_ROWS, name=name),
        replace(SECOND, name=name, rows=(InvoiceRow(), InvoiceRow(text="y" * 21))),
    ]
    notes = render(NESTED, "new_cases", HEAD, records).notes
    assert [(note.code, note.line, note.record, note.field) for note in notes] == [
        ("text.cut", 3, "debtor", "name"),
        ("text.cut", 13, "row", "text"),
    ]


def test_rows_without_a_place_are_passed_over() -> None:
    """A dialect that does not carry the rows of an invoice writes the invoice alone."""
    assert render(DIALECT, "new_cases", HEAD, [WITH_ROWS]) == render(DIALECT, "new_cases", HEAD, [CASE])


def test_the_totals_of_a_group_that_have_no_room_stop_the_writing() -> None:
    """A file whose totals are wrong would be refused by its reader."""
    writer = Writer(NESTED, "new_cases", HEAD)
    writer.take([replace(CASE, case=str(number)) for number in range(1000)])
    with pytest.raises(FormatError) as caught:
        writer.finish()
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("layout.number", "record debtor-sums, field invoices (4-6): '1000': 4 characters; the field has room for 3")
    ]  # fmt: skip


def test_the_file_speaks_of_itself_in_any_record() -> None:
    """A client number or a sender may stand in each item, and is checked before anything is written."""
    rendered = render(NESTED, "closures", HEAD, [replace(GOOD["closures"], reason_code="1")])
    assert rendered.content.splitlines()[0] == b"C1234561001        15.12.20261      100000"
    with pytest.raises(FormatError) as caught:
        Writer(NESTED, "closures", replace(HEAD, client_number="1234567"))
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        (
            "dialect.client",
            (
                "record closure, field client_number (2-7): '1234567': "
                "7 characters; the field has room for 6 and may not be cut"
            ),
        )
    ]


def test_cells_are_quoted_only_where_they_need_it() -> None:
    """A separator or a quote in a value puts it in quotes, and a quote is written twice."""
    records = [UPDATE, replace(UPDATE, paid=0, text=""), replace(UPDATE, case="2", remaining=7)]
    rendered = render(CELLS, "updates", HEAD, records)
    assert rendered.content.decode().split("\r\n") == [
        "S,1,88",
        'L,20/11/2026,"A,1","10,50-",-,NOK',
        'T,"sa ""nei"", takk"',
        'L,20/11/2026,"A,1","0,00",-,NOK',
        'E,2,"10,50-"',
        "S,2,88",
        'L,20/11/2026,"A,1","10,50-",7,NOK',
        'T,"sa ""nei"", takk"',
        'E,1,"10,50-"',
        "",
    ]
    assert rendered.lines == (2, 4, 7)


def test_a_line_break_in_a_cell_becomes_a_blank_and_is_told() -> None:
    """A cell is one line: where the text may be changed it is, else its record is refused."""
    receipt = Receipt(line=0, case="1", accepted=False, reason_code="1", reason="Feil\nbeløp")
    rendered = render(CELLS, "receipts", HEAD, [receipt])
    assert rendered.content.decode() == "case,answer\r\n1,N,1,Feil beløp,\r\n#,1,123456\r\n"
    assert [note.message for note in rendered.notes] == [
        "line 2, record answer, field reason (4-4): 'Feil\\nbeløp': written as 'Feil beløp' in utf-8"
    ]
    with pytest.raises(RecordsRefused) as caught:
        render(CELLS, "receipts", HEAD, [replace(receipt, case="1\n2", reason="x" * 21)])
    rule = "holds a character that the file cannot keep, and may not be changed"
    assert told(caught.value.refused) == {
        0: [("layout.text", f"record answer 1, field case (1-1): '1\\n2': {rule}")]
    }


def test_a_record_that_would_be_read_as_another_is_refused() -> None:
    """A line without a tag must not begin as a record that has one."""
    with pytest.raises(RecordsRefused) as caught:
        render(
            CELLS,
            "receipts",
            HEAD,
            [Receipt(line=0, case="#", accepted=True), Receipt(line=0, case="#1", accepted=True)],
        )
    assert told(caught.value.refused) == {
        0: [("layout.text", "record answer 1, field case (1-1): '#': a line that begins so is read as a record last")]
    }  # fmt: skip
