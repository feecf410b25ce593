"""CSV files of the feed: header, encodings, quotes, line numbers, batches."""

from __future__ import annotations

import io
from datetime import date

import pytest

from inkasso_formats.feed import BATCH, InvoiceRow, ReminderRow, read_csv, set_aside_csv
from inkasso_formats.feed.lines import LONGEST
from inkasso_formats.problems import FormatError

HEAD = b"invoice_no,customer_no,invoice_date,due_date,amount,currency\n"
ROW = InvoiceRow(2, "1", "7", date(2026, 1, 1), date(2026, 1, 15), 123450, "NOK")


def invoice(number: object, **changed: str) -> bytes:
    """One good line of invoices, or one with other values."""
    values = {"invoice_no": str(number), "customer_no": "7", "invoice_date": "2026-01-01"}
    values |= {"due_date": "2026-01-15", "amount": "1234.50", "currency": "NOK"} | changed
    return ",".join(values.values()).encode() + b"\n"


def read(content: bytes, feed_type: str = "invoices", encoding: str = "utf-8"):
    """All rows, the words of all problems, and the refused lines of a file."""
    batches = list(read_csv(io.BytesIO(content), feed_type, encoding=encoding))
    return (
        [row for batch in batches for row in batch.rows],
        [problem.message for batch in batches for problem in batch.problems],
        [line for batch in batches for line in batch.refused],
    )


def failure(content: bytes, encoding: str = "utf-8") -> list[tuple[str, str]]:
    """Codes and words of the error that refuses the file whole."""
    with pytest.raises(FormatError) as error:
        read(content, encoding=encoding)
    return [(problem.code, problem.message) for problem in error.value.problems]


@pytest.mark.parametrize(
    "content",
    [
        HEAD + invoice(1),
        b"\xef\xbb\xbf" + HEAD + invoice(1),
        HEAD.replace(b"\n", b"\r\n") + invoice(1).replace(b"\n", b"\r\n"),
        HEAD + invoice(1).rstrip(),
        (HEAD + invoice(1, amount="1234,50").replace(b",50,", b"#50,"))
        .replace(b",", b";")
        .replace(b"#", b","),
        HEAD.replace(b"invoice_no", b'"Invoice_No "') + invoice(1, amount='"1234,50"'),
        b"currency,amount,due_date,invoice_date,customer_no,invoice_no\nNOK,1234.50,2026-01-15,2026-01-01,7,1\n",
    ],
    ids=["plain", "mark", "CRLF", "no line end", "semicolon", "quotes and letter case", "other order"],
)
def test_the_same_row_is_read_from_every_form_of_the_file(content):
    """Mark, line ends, separator, quotes and the order of the columns do not change what is read."""
    assert read(content) == ([ROW], [], [])


def test_letters_are_read_in_both_encodings():
    """UTF-8 is read as such, and ISO-8859-1 when it is asked for."""
    content = "customer_no;name;kind\n7;Bjørg Ærlig;private\n"
    for encoding in ("utf-8", "iso-8859-1"):
        rows, problems, _ = read(content.encode(encoding), "customers", encoding)
        assert ([row.name for row in rows], problems) == (["Bjørg Ærlig"], [])


def test_a_wrong_encoding_is_told_with_line_and_byte():
    """A byte that is not UTF-8 refuses the file and names its place."""
    content = b"customer_no,name,kind\n7,Bj\xf8rg,private\n"
    with pytest.raises(FormatError) as error:
        read(content, "customers")
    assert [problem.message for problem in error.value.problems] == [
        "line 2: byte 5 of the line (0xF8) is not UTF-8: write the file as UTF-8, or have it read as ISO-8859-1"
    ]


def test_the_byte_is_counted_with_the_mark():
    """The place of a wrong byte in the first line counts the three bytes of the mark, as an editor of bytes does."""
    assert failure(b"\xef\xbb\xbfa\xf8")[0][1].startswith("line 1: byte 5 of the line (0xF8)")


def test_a_file_with_the_mark_of_utf_8_is_not_read_as_iso_8859_1():
    """The mark contradicts the setting, so nothing is guessed."""
    assert failure(b"\xef\xbb\xbf" + HEAD, "iso-8859-1") == [
        (
            "feed.encoding",
            "line 1: the file carries the mark of UTF-8 but is to be read as ISO-8859-1: have it read as UTF-8",
        )
    ]


def test_an_encoding_that_is_not_offered_is_a_mistake_of_the_caller():
    """Only the two documented encodings exist."""
    with pytest.raises(ValueError, match="'cp1252' is not one of utf-8, iso-8859-1"):
        read(HEAD, encoding="cp1252")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content):
    """A file without a header says nothing, not even that there is nothing to say."""
    assert failure(content) == [("feed.empty", "the file is empty: a header row expected")]


def test_a_header_alone_is_a_file_without_rows():
    """A header without rows is good and changes nothing."""
    assert read(HEAD) == ([], [], [])


def test_all_errors_of_the_header_are_told_at_once():
    """Missing and doubled columns refuse the file, each by name."""
    assert failure(b"\ninvoice_no,amount,AMOUNT,currency,due_date\n1,2,3,NOK,2026-01-01\n") == [
        (
            "feed.double_column",
            "line 2, record invoices, field amount: the column stands more than once in the header",
        ),
        (
            "feed.missing_column",
            "line 2, record invoices, field customer_no: the column is required and is not in the header",
        ),
        (
            "feed.missing_column",
            "line 2, record invoices, field invoice_date: the column is required and is not in the header",
        ),
    ]


def test_broken_quotes_in_the_header_refuse_the_file():
    """A header that cannot be split into names is no header."""
    assert failure(b'invoice_no,"amount"x\n') == [
        (
            "feed.quote",
            "line 1: a header row with whole quotes, and lines that end with LF or CR LF, expected",
        )
    ]


def test_an_unknown_column_is_a_warning_told_once():
    """A column that is not known is passed over and refuses no row."""
    content = HEAD.replace(b"\n", b",colour\n") + (invoice(1).rstrip() + b",red\n") * 2
    (batch,) = read_csv(io.BytesIO(content), "invoices")
    assert [(problem.code, problem.warning, problem.message) for problem in batch.problems] == [
        (
            "feed.unknown_column",
            True,
            "line 1, record invoices, field colour: the column is not known and is passed over",
        )
    ]
    assert (len(batch.rows), batch.refused) == (2, [])


def test_lines_that_are_blank_or_hold_separators_only_are_passed_over():
    """Spreadsheets leave such lines behind; they count as lines and as nothing else."""
    rows, problems, _ = read(HEAD + b"\n,,,,,\n  \n" + invoice(1) + b",,\n")
    assert ([row.line for row in rows], problems) == ([5], [])


def test_a_row_with_too_many_or_too_few_fields_is_refused_alone():
    """The other rows of the file pass."""
    rows, problems, refused = read(HEAD + invoice(1, amount="1234,50") + invoice(2) + b"3,7\n")
    assert [row.invoice_no for row in rows] == ["2"]
    assert refused == [2, 4]
    hint = "; an amount with a comma stands in quotes"
    assert problems == [
        f"line 2, record invoices: 6 columns expected as in the header, 7 found{hint}",
        f"line 4, record invoices: 6 columns expected as in the header, 2 found{hint}",
    ]


def test_a_bad_row_tells_all_that_is_wrong_with_it_and_good_rows_pass():
    """All problems of a row come at once, in the order of lines."""
    content = HEAD + invoice(1, amount="x", due_date="y") + invoice(2) + invoice("", currency="kr")
    rows, problems, refused = read(content)
    assert ([row.invoice_no for row in rows], refused) == (["2"], [2, 4])
    assert problems == [
        "line 2, record invoices, field due_date: 'y': a date as YYYY-MM-DD expected",
        "line 2, record invoices, field amount: 'x': an amount as 1234.50 or 1234,50 expected",
        "line 4, record invoices, field invoice_no: must be filled in",
        "line 4, record invoices, field currency: 'kr': the ISO 4217 code of a currency with two decimals expected, as NOK",
    ]


def test_a_line_number_is_the_physical_line_at_which_the_row_starts():
    """Line breaks within quotes count, so that the number is the one that an editor shows."""
    content = b'customer_no,name,kind\n1,"Sild\n& Torsk\nAS",company\n2,Kari,private\n3,Ola,robot\n'
    rows, problems, _ = read(content, "customers")
    assert [(row.line, row.name) for row in rows] == [(2, "Sild & Torsk AS"), (5, "Kari")]
    assert problems == ["line 6, record customers, field kind: 'robot': one of private, company expected"]


def test_text_after_a_closing_quote_refuses_the_row_alone():
    """A quote that is not doubled spoils its own row, and the next line is a row again."""
    content = b'customer_no,name,kind\n1,"Sild "Best" AS",company\n2,Kari,private\n3,"Ola,private\n'
    rows, problems, refused = read(content, "customers")
    assert ([row.customer_no for row in rows], refused) == (["2"], [2, 4])
    rule = (
        'text in quotes up to the separator expected, and a quote within it doubled, as in "the ""Best"" one"'
    )
    assert problems == [f"line 2, record customers: {rule}", f"line 4, record customers: {rule}"]


def test_a_quote_that_swallows_lines_refuses_the_file():
    """Where a quote stays open over lines nobody can tell the rows, so none is lost in silence."""
    content = HEAD + b'1,"7' + invoice(2) + invoice(3)
    assert failure(content) == [
        ("feed.quote", "line 2: a quote is opened in this row and not closed as it should be up to line 3")
    ]


def test_a_file_with_old_macintosh_line_ends_is_refused():
    """A carriage return alone ends no line."""
    rule = "a header row with whole quotes, and lines that end with LF or CR LF, expected"
    assert failure((HEAD + invoice(1)).replace(b"\n", b"\r")) == [("feed.quote", f"line 1: {rule}")]


def test_a_line_without_end_is_refused_before_it_fills_the_memory():
    """A line has a greatest length."""
    assert failure(HEAD + b"x" * (LONGEST + 1)) == [
        ("feed.line_length", "line 2: at most 1000000 bytes in a line expected")
    ]


def test_an_equal_repeat_passes_and_a_contradiction_is_refused():
    """Of two different rows of one key the later is refused, and told which line it contradicts."""
    rows, problems, refused = read(
        HEAD + invoice(1) + invoice(1) + invoice(1, amount="1.00") + invoice(2, amount="x") + invoice(2)
    )
    assert ([row.line for row in rows], refused) == ([2, 3, 6], [4, 5])
    assert problems == [
        "line 4, record invoices, field invoice_no: '1': line 2 says something else of the same invoice_no: one row each expected",
        "line 5, record invoices, field amount: 'x': an amount as 1234.50 or 1234,50 expected",
    ]


def test_a_large_file_comes_in_batches_in_file_order():
    """No more rows than one batch are in memory, refused rows counted."""
    content = HEAD + b"".join(invoice(n, amount="x" if n % 2 else "1.00") for n in range(2 * BATCH + 1))
    batches = list(read_csv(io.BytesIO(content), "invoices"))
    assert [len(batch.rows) + len(batch.refused) for batch in batches] == [BATCH, BATCH, 1]
    assert [row.invoice_no for batch in batches for row in batch.rows] == [
        str(n) for n in range(0, 2 * BATCH + 1, 2)
    ]


def test_batches_come_before_the_whole_file_is_read():
    """The reader streams: the first batch is there while the rest of the file is unread."""
    stream = io.BytesIO(HEAD + b"".join(invoice(n) for n in range(3 * BATCH)))
    next(read_csv(stream, "invoices"))
    assert stream.tell() < len(stream.getvalue()) / 2


def test_an_optional_column_may_be_absent():
    """An absent column is empty in every row."""
    rows, _, _ = read(b"reminder_no,invoice_no,level,sent_date\n208,1,1,2026-02-01\n", "reminders")
    assert rows == [ReminderRow(2, "208", "1", 1, date(2026, 2, 1), None)]


def test_refused_rows_are_set_aside_byte_for_byte_under_the_header():
    """The file to mend holds the header and the refused rows as they came, with mark and line breaks."""
    head = b"\xef\xbb\xbfcustomer_no;name;kind\r\n"
    bad = b'2;"Sild\r\n& Torsk";robot\r\n'
    content = b"\r\n".join([head + b"1;Kari;private", b"", bad + b"3;Ola;private", b"4;Per;robot"])
    _, _, refused = read(content, "customers")
    aside = set_aside_csv(io.BytesIO(content), set(refused))
    assert aside == head + bad + b"4;Per;robot"
    assert read(aside.replace(b"robot", b"company"), "customers")[1:] == ([], [])


def test_a_row_with_broken_quotes_is_set_aside_too():
    """What cannot be split into fields is still handed back as it came."""
    content = b'\ncustomer_no,name,kind\n1,"Sild "Best" AS",company\n2,Kari,private\n'
    assert set_aside_csv(io.BytesIO(content), [3]) == (b'customer_no,name,kind\n1,"Sild "Best" AS",company\n')
