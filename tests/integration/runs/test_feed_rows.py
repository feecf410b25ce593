"""The ERP's feed with bad rows: each refused by itself, set aside to be mended, and never applied twice."""

from __future__ import annotations

import pytest

from inkassod import runs
from support.exchange import (
    PERSON,
    archived,
    drop,
    ledger,
    problems,
    read,
    row,
    spooled,
    table,
)
from support.installation import build, customer, feed

HEADER = b"invoice_no,customer_no,invoice_date,due_date,amount,currency\n"
MIXED = (
    HEADER
    + b"1,K1,2025-12-18,2026-01-01,1000.00,NOK\n"
    + b"2,K9,2025-12-18,2026-01-01,2000.00,NOK\n"
    + b"3,K1,2025-12-18,2026-02-30,3000.00,NOK\n"
    + b"4,K1,2025-12-18,2026-01-01,40O0.00,NOK\n"
)
NO_CUSTOMER = (
    "line 3, field customer_no: 'K9': is no customer in the ledger: "
    "feed the customer first, then hand in this row again"
)
NO_DAY = "line 4, record invoices, field due_date: '2026-02-30': a day of the calendar as YYYY-MM-DD expected"
NO_AMOUNT = "line 5, record invoices, field amount: '40O0.00': an amount as 1234.50 or 1234,50 expected"


def _invoices(installation) -> list[str]:
    return [one["invoice_no"] for one in table(installation, "invoices")]


def test_bad_rows_are_refused_one_by_one_and_set_aside_with_their_header(tmp_path):
    """The good row counts; the bad ones are named and lie in failed, byte for byte, as a small file of their own."""
    installation = build(tmp_path)
    feed(installation, customer())
    erp = installation.spool.erp
    drop(erp, "invoices-1.csv", MIXED)
    (run,) = read(installation, erp)
    found = row(installation, run)
    assert (found["outcome"], found["read"], found["applied"], found["refused"]) == ("issues", 4, 1, 3)
    assert sorted(problems(installation, run)) == [NO_CUSTOMER, NO_DAY, NO_AMOUNT]
    lines = MIXED.splitlines(keepends=True)
    assert spooled(installation) == {f"erp/failed/{run}-invoices-1.csv": lines[0] + b"".join(lines[2:])}
    assert archived(installation, run) == MIXED
    assert _invoices(installation) == ["1"]


def test_the_rows_that_were_set_aside_are_applied_once_they_are_mended(tmp_path):
    """`retry` reads the mended rows, and what is still wrong with them is set aside again under the new run."""
    installation = build(tmp_path)
    feed(installation, customer())
    erp = installation.spool.erp
    drop(erp, "invoices-1.csv", MIXED)
    (run,) = read(installation, erp)
    aside = erp.failed / f"{run}-invoices-1.csv"
    aside.write_bytes(aside.read_bytes().replace(b"2026-02-30", b"2026-02-28").replace(b"40O0", b"4000"))

    second = runs.retry(installation, run, PERSON)
    found = row(installation, second)
    assert (found["outcome"], found["read"], found["applied"], found["refused"]) == ("issues", 3, 2, 1)
    assert _invoices(installation) == ["1", "3", "4"]
    left = HEADER + b"2,K9,2025-12-18,2026-01-01,2000.00,NOK\n"
    assert spooled(installation) == {f"erp/failed/{second}-invoices-1.csv": left}

    feed(installation, customer("K9"))
    third = runs.retry(installation, second, PERSON)
    assert (row(installation, third)["outcome"], row(installation, third)["applied"]) == ("done", 1)
    assert _invoices(installation) == ["1", "2", "3", "4"]
    assert spooled(installation) == {}


def test_the_same_file_again_applies_only_the_rows_that_were_refused(tmp_path):
    """After the missing customer came in, the whole file again brings its row, and leaves the others alone."""
    installation = build(tmp_path)
    feed(installation, customer())
    erp = installation.spool.erp
    content = b"".join(MIXED.splitlines(keepends=True)[:3])
    drop(erp, "invoices-1.csv", content)
    (run,) = read(installation, erp)
    assert (row(installation, run)["outcome"], row(installation, run)["applied"]) == ("issues", 1)
    feed(installation, customer("K9"))
    first_row = table(installation, "invoices")[0]

    drop(erp, "invoices-1.csv", content)
    (again,) = read(installation, erp)
    found = row(installation, again)
    assert (found["outcome"], found["read"], found["applied"], found["unchanged"]) == ("done", 2, 1, 1)
    assert found["summary"] == f"same content as run {run} of 2 March 2026: 1 of 2 records new"
    assert table(installation, "invoices")[0] == first_row
    before = ledger(installation)

    drop(erp, "invoices-1.csv", content)
    (third,) = read(installation, erp)
    found = row(installation, third)
    assert (found["outcome"], found["same_as"], found["unchanged"]) == ("duplicate", again, 2)
    assert ledger(installation) == before


def test_bad_rows_of_json_lines_are_set_aside_as_they_are(tmp_path):
    """A file of mixed types keeps the refused lines, byte for byte, and without any header."""
    installation = build(tmp_path)
    erp = installation.spool.erp
    bad = (
        b'{"type":"invoice","invoice_no":"1","customer_no":"K9","invoice_date":"2025-12-18",'
        b'"due_date":"2026-01-01","amount":"1000.00","currency":"NOK"}\n'
    )
    drop(erp, "all.jsonl", b'{"type":"customer","customer_no":"K2","name":"A","kind":"company"}\n' + bad)
    (run,) = read(installation, erp)
    assert row(installation, run)["outcome"] == "issues"
    assert problems(installation, run) == [NO_CUSTOMER.replace("line 3", "line 2")]
    assert spooled(installation) == {f"erp/failed/{run}-all.jsonl": bad}


WHOLE: dict[str, tuple[bytes, str]] = {
    "wrong encoding": (
        HEADER + b"1,K\xe6,2025-12-18,2026-01-01,1000.00,NOK\n",
        "line 2: byte 4 of the line (0xE6) is not UTF-8: write the file as UTF-8, or have it read as ISO-8859-1",
    ),
    "empty file": (b"", "the file is empty: a header row expected"),
    "missing column": (
        b"invoice_no,customer_no,invoice_date,due_date,currency\n1,K1,2025-12-18,2026-01-01,NOK\n",
        "line 1, record invoices, field amount: the column is required and is not in the header",
    ),
}


@pytest.mark.parametrize(("bad", "sentence"), WHOLE.values(), ids=WHOLE)
def test_a_feed_file_that_cannot_be_read_at_all_fails_whole_and_is_read_after_its_mend(
    tmp_path, bad, sentence
):
    """It lies in failed and in the archive, does nothing, stops nothing, and `retry` reads the mended file."""
    installation = build(tmp_path)
    feed(installation, customer())
    erp = installation.spool.erp
    drop(erp, "invoices-1.csv", bad)
    drop(erp, "invoices-2.csv", HEADER + b"2,K1,2025-12-18,2026-01-01,1000.00,NOK\n")
    run, later = read(installation, erp)
    assert row(installation, run)["outcome"] == "failed"
    assert problems(installation, run) == [sentence]
    assert spooled(installation) == {f"erp/failed/{run}-invoices-1.csv": bad}
    assert archived(installation, run) == bad
    assert row(installation, later)["outcome"] == "done"
    assert _invoices(installation) == ["2"]

    (erp.failed / f"{run}-invoices-1.csv").write_bytes(HEADER + b"1,K1,2025-12-18,2026-01-01,1000.00,NOK\n")
    assert row(installation, runs.retry(installation, run, PERSON))["outcome"] == "done"
    assert _invoices(installation) == ["1", "2"]
    assert spooled(installation) == {}


def test_customers_come_before_the_invoices_that_arrived_with_them(tmp_path):
    """Files that came together are read by what depends on what, not by name."""
    installation = build(tmp_path)
    erp = installation.spool.erp
    drop(erp, "invoices-1.csv", HEADER + b"1,K1,2025-12-18,2026-01-01,1000.00,NOK\n")
    drop(erp, "zzz-customers.csv", b"")
    drop(erp, "customers-2.csv", b"customer_no,name,kind\nK1,Kari Oppdiktet,private\n")
    assert [
        (row(installation, run)["file_name"], row(installation, run)["outcome"])
        for run in read(installation, erp)
    ] == [
        ("customers-2.csv", "done"),
        ("invoices-1.csv", "done"),
        ("zzz-customers.csv", "failed"),
    ]
