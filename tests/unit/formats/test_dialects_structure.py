from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from inkasso_formats.dialects import Parsed, load_text
from inkasso_formats.dialects.reading import parse
from inkasso_formats.records import FileHead, InvoiceRow, NewCase
from support.dialect_texts import GROUPED, changed
from support.flat_lines import line_of, stopped_by

DIALECT = load_text(GROUPED, "grouped.toml")
DAY = date(2026, 9, 1)


def line(part: str, /, **values: Any) -> bytes:
    """One line of the grouped file."""
    return line_of(DIALECT, "new_cases", part, **values)


def invoice(case: str, principal: int = 10000) -> bytes:
    """The line of an invoice."""
    return line(
        "invoice", case=case, invoice_no=f"F{case}", invoice_date=DAY, due_date=DAY, principal=principal
    )


def end(invoices: int, debtors: int, total: int, total_of_rows: int = 0) -> bytes:
    """The last line of a file."""
    return line("end", invoices=invoices, debtors=debtors, total=total, total_of_rows=total_of_rows)


BEGIN = line("begin", client_number="123456", created=DAY)
KARI = line("debtor", customer_no="77", kind="P", name="Kari Holm")
FIRM = line("debtor", customer_no="78", kind="F", name="Vik Rør")
CARE_OF = line("care-of", address2="c/o Berg")
ROW = line("row", text="Strøm", amount=2500)


def debtor_end(rows: int = 0, total: int = 10000) -> bytes:
    """The last line of a debtor."""
    return line("debtor-end", rows_of_debtor=rows, total=total)


WHOLE = [
    *(BEGIN, KARI, CARE_OF, invoice("1"), ROW, ROW, invoice("2", -500), debtor_end(2, 9500)),
    *(FIRM, invoice("3"), debtor_end(), end(3, 2, 19500, 5000)),
]


def read(*lines: bytes) -> Parsed:
    """What is read from these lines."""
    return parse(DIALECT, "new_cases", b"".join(lines))


def stopped(*lines: bytes, name: str = "") -> list[tuple[str, str]]:
    """What stops a file with these lines."""
    return stopped_by(DIALECT, "new_cases", lines, name)


def test_a_record_has_the_values_of_its_groups_its_parts_and_its_rows() -> None:
    """One debtor with two invoices is two records that share what the debtor's records say."""
    parsed = read(*WHOLE)
    ours = NewCase(
        case="1",
        customer_no="77",
        kind="private",
        name="Kari Holm",
        address="",
        address2="c/o Berg",
        postcode="",
        city="",
        country="",
        invoice_no="F1",
        invoice_date=DAY,
        due_date=DAY,
        original_amount=0,
        principal=10000,
        currency="NOK",
        rows=(InvoiceRow(text="Strøm", amount=2500),) * 2,
    )
    assert parsed.records[0] == ours
    assert [(one.case, one.customer_no, one.kind, one.address2, len(one.rows)) for one in cases(parsed)] == [
        ("1", "77", "private", "c/o Berg", 2),
        ("2", "77", "private", "c/o Berg", 0),
        ("3", "78", "company", "", 0),
    ]
    assert (parsed.count, parsed.total, parsed.refused, parsed.problems) == (3, 19500, 0, [])


def cases(parsed: Parsed) -> list[NewCase]:
    """The records, which are new cases."""
    return [record for record in parsed.records if isinstance(record, NewCase)]


def test_a_file_may_have_no_items() -> None:
    """An empty day is a file too."""
    parsed = read(BEGIN, end(0, 0, 0))
    assert (parsed.records, parsed.count, parsed.total) == ([], 0, 0)


# --- order -------------------------------------------------------------------------------------------------------


def test_an_item_outside_its_group_stops_the_file_and_is_told_once() -> None:
    """Whose invoice it is cannot be known."""
    assert stopped(BEGIN, invoice("1"), invoice("2"), debtor_end(0, 20000), end(2, 0, 20000)) == [
        ("dialect.order", "line 2, record invoice: stands without its debtor (10), which goes before it")
    ]


def test_a_row_outside_an_item_stops_the_file() -> None:
    """Of which invoice it is cannot be known."""
    lines = [BEGIN, KARI, ROW, invoice("1"), debtor_end(), end(1, 1, 10000, 2500)]
    assert stopped(*lines) == [
        ("dialect.order", "line 3, record row: stands without its invoice (20), which goes before it")
    ]


def test_a_part_after_what_it_goes_before_stops_the_file() -> None:
    """The parts of a debtor stand in the order of the layout."""
    lines = [BEGIN, KARI, invoice("1"), CARE_OF, debtor_end(), end(1, 1, 10000)]
    assert stopped(*lines) == [
        (
            "dialect.order",
            "line 4, record care-of: stands after the invoice in line 3: its place is before that",
        )
    ]


def test_a_part_that_stands_twice_stops_the_file() -> None:
    """What stands once may not stand twice, in a group as in the file."""
    lines = [BEGIN, KARI, CARE_OF, CARE_OF, invoice("1"), debtor_end(), end(1, 1, 10000)]
    assert stopped(*lines) == [
        ("dialect.order", "line 4, record care-of: stands a second time: the first is in line 3")
    ]


def test_what_follows_the_end_of_a_group_needs_a_group() -> None:
    """An invoice after the debtor's last record is out of place."""
    lines = [BEGIN, KARI, invoice("1"), debtor_end(), invoice("2"), end(2, 1, 20000)]
    assert stopped(*lines) == [
        (
            "dialect.order",
            "line 5, record invoice: stands after the debtor-end in line 4: its place is before that",
        )
    ]


def test_a_row_after_the_end_of_its_group_is_told_as_itself() -> None:
    """The record that is named is the one that stands there."""
    lines = [BEGIN, KARI, invoice("1"), debtor_end(), ROW, end(1, 1, 10000)]
    assert stopped(*lines) == [
        (
            "dialect.order",
            "line 5, record row: stands after the debtor-end in line 4: its place is before that",
        )
    ]


def test_nothing_may_follow_the_end_of_the_file() -> None:
    """Not even a part that could stand anywhere else."""
    assert stopped(*WHOLE, KARI) == [
        ("dialect.order", "line 13, record debtor: stands after the end in line 12: nothing may follow it")
    ]


# --- what is missing ---------------------------------------------------------------------------------------------


def test_a_group_without_items_stops_the_file() -> None:
    """A debtor who owes nothing is a line that was lost."""
    assert stopped(BEGIN, KARI, debtor_end(0, 0), end(0, 1, 0)) == [
        ("dialect.missing", "line 2, record debtor: its invoice (20) is missing")
    ]


def test_a_group_without_its_totals_stops_the_file() -> None:
    """Its invoices are read already, and nothing confirms them."""
    assert stopped(BEGIN, KARI, invoice("1"), FIRM, invoice("2"), debtor_end(), end(2, 2, 20000)) == [
        ("dialect.missing", "line 2, record debtor: its debtor-end (19) is missing")
    ]


def test_a_file_without_its_last_record_is_cut_off() -> None:
    """Told alone: that the last debtor is not complete says nothing more."""
    for lines in range(1, len(WHOLE)):
        assert stopped(*WHOLE[:lines]) == [
            (
                "dialect.trailer",
                f"line {lines}: the file ends without its end (99): it is cut off, have it sent again",
            )
        ]


REQUIRED = load_text(changed(GROUPED, ('when = ["address2"]\n', "")), "required.toml")


def test_a_missing_part_of_a_group_refuses_its_items() -> None:
    """Told once, however many invoices there are; the other debtors come through."""
    lines = [
        *(BEGIN, KARI, invoice("1"), invoice("2"), debtor_end(0, 20000)),
        *(FIRM, CARE_OF, invoice("3"), debtor_end(), end(3, 2, 30000)),
    ]
    parsed = parse(REQUIRED, "new_cases", b"".join(lines))
    assert [one.case for one in cases(parsed)] == ["3"]
    assert [(problem.code, problem.message) for problem in parsed.problems] == [
        ("dialect.missing", "line 2, record debtor: its care-of (11) is missing")
    ]
    assert (parsed.count, parsed.refused, parsed.total) == (3, 2, 30000)


# --- what refuses items ------------------------------------------------------------------------------------------


def test_a_value_of_a_group_that_cannot_be_read_refuses_its_items() -> None:
    """Told once; the other debtors come through, and the totals are of all."""
    broken = KARI.replace(b"P", b"X", 1)
    parsed = read(BEGIN, broken, *WHOLE[2:])
    assert [one.case for one in cases(parsed)] == ["3"]
    assert [problem.message for problem in parsed.problems] == [
        "line 2, record debtor, field kind (13-13): 'X': one of P, F expected"
    ]
    assert (parsed.count, parsed.refused, parsed.total) == (3, 2, 19500)


def test_a_row_that_cannot_be_read_refuses_its_item() -> None:
    """Other items of the same debtor come through."""
    text = changed(GROUPED, ('name = "text", length = 20', 'name = "text", length = 20, required = true'))
    blank = ROW.replace("Strøm".encode("iso-8859-1"), b" " * 5)
    parsed = parse(load_text(text, "x"), "new_cases", b"".join([*WHOLE[:4], blank, *WHOLE[5:]]))
    assert [one.case for one in cases(parsed)] == ["2", "3"]
    assert [problem.message for problem in parsed.problems] == [
        f"line 5, record row, field text (3-22): '{' ' * 20}': is required and blank"
    ]
    assert (parsed.count, parsed.refused) == (3, 1)


def test_a_value_that_the_files_of_the_dialect_cannot_have_refuses_its_item() -> None:
    """A currency that nobody agreed on is not booked as kroner."""
    currency = '  { name = "currency", length = 3 },\n  { name = "invoice_no"'
    dialect = load_text(changed(GROUPED, ('  { name = "invoice_no"', currency)), "x")

    def item(case: str, currency: str) -> bytes:
        values = {"invoice_no": "F", "invoice_date": DAY, "due_date": DAY, "principal": 100}
        return line_of(dialect, "new_cases", "invoice", case=case, currency=currency, **values)

    lines = [BEGIN, KARI, item("1", "SEK"), item("2", "NOK"), item("3", ""), debtor_end(0, 300)]
    parsed = parse(dialect, "new_cases", b"".join([*lines, end(3, 1, 300)]))
    assert [(one.case, one.currency) for one in cases(parsed)] == [("2", "NOK"), ("3", "NOK")]
    assert [(problem.code, problem.message) for problem in parsed.problems] == [
        (
            "dialect.only",
            "line 3, record invoice, field currency (13-15): 'SEK': this dialect's files say NOK only",
        )
    ]


CLOSING = load_text(
    changed(
        GROUPED,
        (
            '  { name = "rows_of_debtor", length = 4, type = "number" },',
            (
                '  { name = "phone", length = 8, required = true },\n'
                '  { name = "rows_of_debtor", length = 4, type = "number" },'
            ),
        ),
    ),
    "closing.toml",
)


def test_what_a_group_says_after_its_items_is_of_them_too() -> None:
    """They wait for it: the debtor's last record holds a telephone number here, and its being blank refuses them."""

    def last_of(phone: str, total: int) -> bytes:
        record = CLOSING.files["new_cases"].part("debtor-end").record
        text = f"19{phone:8}{0:04d}{total:09d} "
        assert len(text) == record.length
        return f"{text}\r\n".encode()

    lines = [
        BEGIN,
        KARI,
        invoice("1"),
        invoice("2"),
        last_of("", 20000),
        FIRM,
        invoice("3"),
        last_of("73500000", 10000),
    ]
    parsed = parse(CLOSING, "new_cases", b"".join([*lines, end(3, 2, 30000)]))
    assert [(one.case, one.phone) for one in cases(parsed)] == [("3", "73500000")]
    assert [problem.message for problem in parsed.problems] == [
        "line 5, record debtor-end, field phone (3-10): '        ': is required and blank"
    ]
    assert (parsed.count, parsed.refused, parsed.total) == (3, 2, 30000)
    missing = [BEGIN, KARI, invoice("1"), FIRM, invoice("3"), last_of("73500000", 10000), end(2, 2, 20000)]
    parsed = parse(CLOSING, "new_cases", b"".join(missing))
    assert [one.case for one in cases(parsed)] == ["3"]
    assert [problem.message for problem in parsed.problems] == [
        "line 2, record debtor: its debtor-end (19) is missing"
    ]


# --- totals ------------------------------------------------------------------------------------------------------


def test_totals_of_a_group_that_disagree_stop_the_file() -> None:
    """The sum in the debtor's last record is of that debtor alone."""
    lines = [*WHOLE[:7], debtor_end(1, 9501), *WHOLE[8:]]
    assert stopped(*lines) == [
        (
            "dialect.count",
            "line 8, record debtor-end, field rows_of_debtor (3-6): '1': announced, but the debtor holds 2 row records",
        ),
        (
            "dialect.sum",
            (
                "line 8, record debtor-end, field total (7-16): '95.01': "
                "announced, but principal of the invoices of this debtor make 95.00"
            ),
        ),
    ]


def test_totals_of_the_file_are_of_all_groups() -> None:
    """Debtors, invoices and the amounts of rows are all compared."""
    assert stopped(*WHOLE[:-1], end(4, 3, 19400, 2500)) == [
        (
            "dialect.count",
            "line 12, record end, field invoices (3-6): '4': announced, but the file holds 3 invoice records",
        ),
        (
            "dialect.count",
            "line 12, record end, field debtors (7-10): '3': announced, but the file holds 2 debtor records",
        ),
        (
            "dialect.sum",
            (
                "line 12, record end, field total (11-22): '194.00': "
                "announced, but principal of the invoices make 195.00"
            ),
        ),
        (
            "dialect.sum",
            (
                "line 12, record end, field total_of_rows (23-34): '25.00': "
                "announced, but rows.amount of the invoices make 50.00"
            ),
        ),
    ]


@pytest.mark.parametrize(
    ("at", "old", "new", "message"),
    [
        (
            3,
            b"000010000 ",
            b"00001000O ",
            "line 4, record invoice, field principal (35-44): '00001000O '",
        ),
        (4, b"0000002500", b"00000 2500", "line 5, record row, field amount (23-32): '00000 2500'"),
        (7, b"0000", b"000x", "line 8, record debtor-end, field rows_of_debtor (3-6): '000x'"),
    ],
)
def test_an_amount_or_a_total_that_cannot_be_read_stops_the_file(
    at: int, old: bytes, new: bytes, message: str
) -> None:
    """In a row and in a group as in the file itself: nothing confirms the amounts then."""
    lines = [*WHOLE[:7], debtor_end(0, 9500), *WHOLE[8:]]
    lines[at] = lines[at].replace(old, new, 1)
    found = [text for code, text in stopped(*lines) if code in {"layout.amount", "layout.number"}]
    assert [text.startswith(message) for text in found] == [True]


def test_a_required_amount_of_zero_in_a_row_refuses_its_item_only() -> None:
    """Zero can be added, so it does not put the sum in doubt."""
    required = 'name = "amount", length = 10, type = "amount", required = true'
    text = changed(GROUPED, ('name = "amount", length = 10, type = "amount"', required))
    zero = line("row", text="Gratis", amount=0)
    lines = [BEGIN, KARI, invoice("1"), zero, debtor_end(1), end(1, 1, 10000)]
    parsed = parse(load_text(text, "x"), "new_cases", b"".join(lines))
    assert (parsed.records, parsed.refused, parsed.total) == ([], 1, 10000)


# --- what a file says of itself ----------------------------------------------------------------------------------

NAME = "cases_445566_260902.txt"


def test_the_name_says_what_no_record_says() -> None:
    """The sender stands in the name alone, and the day in both: the file's own word counts."""
    parsed = parse(DIALECT, "new_cases", b"".join(WHOLE), NAME)
    assert parsed.head == FileHead(client_number="123456", created=DAY, sender="445566")


def test_another_name_says_nothing() -> None:
    """A file that was renamed is known by its content."""
    parsed = parse(DIALECT, "new_cases", b"".join(WHOLE), "cases.txt")
    assert parsed.head == FileHead(client_number="123456", created=DAY)


TWICE = load_text(
    changed(
        GROUPED,
        ("cases_{sender}_", "cases_{client_number}_"),
        ("(?P<sender>[0-9]+)", "(?P<client_number>[0-9]+)"),
        (
            '  { name = "invoices",',
            '  { name = "client_number", length = 8, type = "digits", required = true },\n  { name = "invoices",',
        ),
    ),
    "twice.toml",
)


def last(client_number: str) -> bytes:
    """A last record that repeats the client number."""
    values = {"invoices": 3, "debtors": 2, "total": 19500, "total_of_rows": 5000}
    return line_of(TWICE, "new_cases", "end", client_number=client_number, **values)


def test_records_that_contradict_each_other_stop_the_file() -> None:
    """Two halves of different files are not one file."""
    assert stopped_by(TWICE, "new_cases", [*WHOLE[:-1], last("654321")]) == [
        (
            "dialect.head",
            "line 12, record end, field client_number (3-10): '00654321': line 1 of this file says 123456",
        )
    ]


def test_zeros_in_front_of_a_client_number_are_no_contradiction() -> None:
    """One record fills its place up, another does not; the first one is what the file says."""
    parsed = parse(TWICE, "new_cases", b"".join([*WHOLE[:-1], last("123456")]), "cases_0123456_260901.txt")
    assert parsed.head.client_number == "123456"


def test_a_client_number_that_the_name_says_otherwise_stops_the_file() -> None:
    """A file that was put under another's name goes to nobody."""
    assert stopped_by(TWICE, "new_cases", [*WHOLE[:-1], last("123456")], "cases_777_260901.txt") == [
        (
            "dialect.name",
            (
                "line 1, record begin, field client_number (3-8): '123456': "
                "the name of the file says 777: one of them is wrong, ask the agency"
            ),
        )
    ]
