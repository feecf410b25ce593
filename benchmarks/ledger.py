"""Files into the ledger, the whole way, against a bare `executemany` of the same finished rows.

The whole way: drop, archive with SHA-256, parse, every check, decide, commit, run row. The bare way: the rows as they stand in the
ledger afterwards, put into an empty database of the same tables, indexes and settings, in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import measure

HERE = str(Path(__file__).resolve())
INVOICES = int(os.environ.get("INKASSOD_BENCH_ROWS", "1000000"))
PER_CUSTOMER = 5
GOAL = 4.0
DAY = date(2026, 10, 1)
ACCOUNT = "00990000026"
SETTINGS = """
[daemon]
settle_seconds = 0
[creditors.bench]
name = "Eksempel Handel AS"
id_number = "999888771"
country = "NO"
account = "00990000026"
[agreements.intrum]
creditor = "bench"
agency = "Intrum"
dialect = "intrum-no"
client_number = "123456"
agency_accounts = ["00990000018"]
[agreements.intrum.transport]
kind = "folder"
path = "agency"
"""


def lines() -> list[str]:
    """The feed and the payments at the full size, and the payments at half of it."""
    with tempfile.TemporaryDirectory(prefix="inkassod-bench-") as name:
        folder = Path(name)
        measure.apart(HERE, "make", folder, INVOICES)
        feed = measure.apart(HERE, "feed", folder)
        half = measure.apart(HERE, "payments", folder, "half")
        measure.apart(HERE, "undo", folder)
        whole = measure.apart(HERE, "payments", folder, "whole")
        bare_feed = measure.apart(HERE, "bare", folder, "customers,invoices")
        bare = measure.apart(HERE, "bare", folder, "entries")
        figures = (
            f"half={half.seconds:.1f}s whole={whole.seconds:.1f}s peaks={half.peak:.0f}MB,{whole.peak:.0f}MB"
        )
        growth = whole.seconds / half.seconds
        return [
            _line("feed_into_ledger", feed, bare_feed),
            _line("payments_into_ledger", whole, bare),
            measure.line("payments_twice_the_file", growth, 2.2, higher_is_better=False, rest=figures),
        ]


def _line(name: str, ours: measure.Measured, bare: measure.Measured) -> str:
    rest = f"ours={ours.seconds:.1f}s bare={bare.seconds:.1f}s peak={ours.peak:.0f}MB (below 300) rows={bare.said}"
    return measure.line(name, ours.seconds / bare.seconds, GOAL, higher_is_better=False, rest=rest)


# --- the work, each in a process of its own -------------------------------------------------------------------------


def make(folder: str, count: str) -> tuple[float, Any]:
    """The files: customers and invoices as CSV, and an OCR Giro file that pays every invoice (and one that pays half)."""
    root, number = Path(folder), int(count)
    (root / "inkassod.toml").write_text(SETTINGS)
    with (root / "customers.csv").open("w") as file:
        file.write("customer_no,name,kind,address,postcode,city,country\n")
        file.writelines(
            f"{row},Kunde nr {row} AS,company,Storgata {row % 300},0{row % 900 + 100},Oslo,NO\n"
            for row in range(1, number // PER_CUSTOMER + 1)
        )
    with (root / "invoices.csv").open("w") as file:
        file.write("invoice_no,customer_no,invoice_date,due_date,amount,currency,reference,description\n")
        file.writelines(
            f"{row},{row // PER_CUSTOMER % (number // PER_CUSTOMER) + 1},{DAY - timedelta(days=row % 300)},{DAY - timedelta(days=row % 250)},"
            f"{row % 9000 + 100}.{row % 100:02d},NOK,{row:010d},Varer levert\n"
            for row in range(1, number + 1)
        )
    _write_payments(root / "whole.ocr", 1, number)
    _write_payments(root / "half.ocr", 1, number // 2)
    return 0.0, number


def _write_payments(path: Path, first: int, last: int) -> None:
    """Written line by line, since a million of them are not to be held in memory."""
    day = f"{DAY:%d%m%y}"
    total = 0
    with path.open("w", newline="") as file:
        file.write(f"NY000010000080800000001{'12345':0>8}{'0' * 49}\r\n")
        file.write(f"NY090020{'1234567':0>9}0000001{ACCOUNT}{'0' * 45}\r\n")
        for number, text in _transactions(first, last, day):
            total += number
            file.write(text)
        count = last - first + 1
        file.write(
            f"NY090088{count:08d}{2 * count + 2:08d}{total:017d}{day}{day}{day}{'0' * 21}\r\n"
            f"NY000089{count:08d}{2 * count + 4:08d}{total:017d}{day}{'0' * 33}\r\n"
        )


def _transactions(first: int, last: int, day: str) -> Iterator[tuple[int, str]]:
    for row in range(first, last + 1):
        amount = (row % 9000 + 100) * 100 + row % 100
        number = row - first + 1
        payer = "00990000018" if row % 2 else f"0099{row % 10_000_000:07d}"
        first_item = f"NY091030{number:07d}{day}01011000010{amount:017d}{f'{row:010d}':>25}000000"
        second_item = f"NY091031{number:07d}0000000000{row:09d}0000000{day}{payer}{'0' * 22}"
        yield amount, f"{first_item}\r\n{second_item}\r\n"


def feed(folder: str) -> tuple[float, Any]:
    """Customers and invoices through the daemon's own path."""
    from inkassod import app, runs
    from inkassod.installation import WATCHER

    installation = app.open_installation(Path(folder) / "inkassod.toml")
    for name in ("customers.csv", "invoices.csv"):
        (Path(folder) / name).rename(installation.spool.erp.inbox / name)
    seconds, done = measure.clocked(lambda: runs.work_through(installation, installation.spool.erp, WATCHER))
    return seconds, [app.log_show(installation, run)["summary"] for run in done]


def payments(folder: str, which: str) -> tuple[float, Any]:
    """A payment file through the daemon's own path."""
    from inkassod import app, runs
    from inkassod.installation import WATCHER

    installation = app.open_installation(Path(folder) / "inkassod.toml")
    (Path(folder) / f"{which}.ocr").rename(installation.spool.bank.inbox / f"{which}.ocr")
    seconds, done = measure.clocked(lambda: runs.work_through(installation, installation.spool.bank, WATCHER))
    with installation.database.read() as connection:
        open_amount = connection.exec_driver_sql("SELECT sum(balance), count(*) FROM invoices").one()
    return seconds, [
        [row["outcome"], row["summary"], list(open_amount)]
        for row in app.log_list(installation, filters={}, limit=len(done))
    ]


def undo(folder: str) -> tuple[float, Any]:
    """Takes the payments out again, so that the next file finds an open ledger."""
    database = sqlite3.connect(Path(folder) / "inkassod.sqlite3")
    database.execute("DELETE FROM entries")
    database.execute("UPDATE invoices SET balance = amount")
    database.commit()
    return 0.0, None


def bare(folder: str, tables: str) -> tuple[float, Any]:
    """The rows of the tables, put into an empty database of the same form by one `executemany` a table."""
    from inkassod.store.database import Database

    full = sqlite3.connect(Path(folder) / "inkassod.sqlite3")
    path = Path(folder) / "bare.sqlite3"
    path.unlink(missing_ok=True)
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.write() as connection:
        raw: Any = connection.connection.driver_connection
        work = []
        for table in tables.split(","):
            rows = full.execute(f"SELECT * FROM {table}").fetchall()
            work.append((f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows))

        def insert() -> int:
            for statement, rows in work:
                raw.executemany(statement, rows)
            return sum(len(rows) for _, rows in work)

        inserting, count = measure.clocked(insert)
        before_commit = time.perf_counter()
    return inserting + time.perf_counter() - before_commit, count


if __name__ == "__main__":
    sys.path.insert(0, str(Path(HERE).parent))
    measure.child({"make": make, "feed": feed, "payments": payments, "undo": undo, "bare": bare})
