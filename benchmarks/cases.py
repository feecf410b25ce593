"""100,000 cases out and their receipts in, the whole way, each step against a bare `executemany` of the rows that it touches.

The steps: all that qualifies is put to transfer; that is judged again, written into one new-case file and queued; the file of its receipts
is dropped, archived, parsed, decided on and applied. The bare way: the same rows with the same content (cases, entries, effects, the bytes
of the file and of the status feed, the run) into a copy of the database as it stood before the step, in one transaction.
A second round at twice the size shows that memory does not grow with it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import measure

HERE = str(Path(__file__).resolve())
CASES = int(os.environ.get("INKASSOD_BENCH_CASES", "100000"))
GOAL = 4.0
FLAT = 1.2
ROUNDS = 3  # the best of each side counts: it is the least disturbed
AGREEMENT, CLIENT_NUMBER = "intrum", "123456"
SETTINGS = f"""
[daemon]
settle_seconds = 0
[creditors.bench]
name = "Eksempel Handel AS"
id_number = "999888771"
country = "NO"
account = "00990000026"
[agreements.{AGREEMENT}]
creditor = "bench"
agency = "Intrum"
dialect = "intrum-no"
client_number = "{CLIENT_NUMBER}"
agency_accounts = ["00990000018"]
[agreements.{AGREEMENT}.transport]
kind = "folder"
path = "agency"
[agreements.{AGREEMENT}.process]
transfer = "18:00"
"""
# What each step changes of rows that were there; all other rows are new.
CHANGED: dict[str, dict[str, tuple[str, ...]]] = {
    "select_all": {},
    "new_case_file": {
        "cases": ("status", "sent_run", "principal", "reminder_no"),
        "entries": ("reported", "reported_run", "reported_reason"),
    },
    "receipts_applied": {"cases": ("status", "agency_case_no")},
}
KEYS = {"cases": "case_id", "entries": "entry"}
NEW = ("runs", "cases", "effects", "run_problems", "contents", "outbox", "outbox_pieces")


def lines() -> list[str]:
    """Each step against the bare way, and the highest memory of each at one size and at twice that."""
    once, twice = _round(CASES, ROUNDS), _round(2 * CASES, 1)
    found = []
    for step in CHANGED:
        both, (more, _) = once[step], twice[step][0]
        ours, bare = min(one.seconds for one, _ in both), min(other.seconds for _, other in both)
        rest = f"ours={ours:.1f}s bare={bare:.1f}s rows={both[0][1].said} said={both[0][0].said!r}"
        found.append(measure.line(step, ours / bare, GOAL, higher_is_better=False, rest=rest))
        peak = max(one.peak for one, _ in both)
        rest = f"peak={peak:.0f}MB at {CASES} cases, {more.peak:.0f}MB at twice that (in {more.seconds:.1f}s)"
        found.append(
            measure.line(f"{step}_memory", more.peak / peak, FLAT, higher_is_better=False, rest=rest)
        )
    return found


def _round(count: int, rounds: int) -> dict[str, list[tuple[measure.Measured, measure.Measured]]]:
    """Ours and the bare way of each step by turns, each time from where the step before ended."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="inkassod-bench-") as name:
        state, copy = Path(name) / "state", Path(name) / "copy"
        state.mkdir()
        measure.apart(HERE, "make", state, count)
        for step in CHANGED:
            if step == "receipts_applied":
                measure.apart(HERE, "answer", state)
            found[step] = [_both(step, state, copy) for _ in range(rounds)]
            shutil.rmtree(state)
            copy.rename(state)
    return found


def _both(step: str, state: Path, copy: Path) -> tuple[measure.Measured, measure.Measured]:
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(state, copy)
    (copy / "before.sqlite3").unlink(missing_ok=True)
    shutil.copy(state / "inkassod.sqlite3", copy / "before.sqlite3")
    return measure.apart(HERE, step, copy), measure.apart(HERE, "bare", copy, step)


# --- the work, each in a process of its own -------------------------------------------------------------------------


def make(folder: str, count: str) -> tuple[float, Any]:
    """A ledger of so many overdue invoices, each reminded of once, one in ten paid in part, of customers with 1 to 5 of them."""
    from inkassod import app, runs
    from inkassod.installation import WATCHER

    root, number = Path(folder), int(count)
    (root / "inkassod.toml").write_text(SETTINGS)
    installation = app.open_installation(root / "inkassod.toml")
    inbox = installation.spool.erp.inbox
    for kind, header, row in _feeds(number):
        with (inbox / f"{kind}.csv").open("w") as file:
            file.write(f"{header}\n")
            file.writelines(f"{line}\n" for line in row)
    done = runs.work_through(installation, installation.spool.erp, WATCHER)
    return 0.0, [app.log_show(installation, run)["summary"] for run in done]


def _feeds(count: int) -> Iterator[tuple[str, str, Iterator[str]]]:
    day = date.today() - timedelta(days=100)  # noqa: DTZ011  (far from any border between days)
    rows = range(count)
    yield (
        "customers",
        "customer_no,name,kind,address,postcode,city,country",
        (
            f"{row},Kunde nr {row} AS,company,Storgata {row % 300},0{row % 900 + 100},Oslo,NO"
            for row in range(_customer(count - 1) + 1)
        ),
    )
    yield (
        "invoices",
        "invoice_no,customer_no,invoice_date,due_date,amount,currency,reference,description",
        (
            f"{row},{_customer(row * 7919 % count)},{day - timedelta(days=row % 300 + 14)},{day - timedelta(days=row % 300)},"
            f"{row % 9000 + 100}.{row % 100:02d},NOK,{row:010d},Varer levert"
            for row in rows
        ),
    )
    yield (
        "reminders",
        "reminder_no,invoice_no,level,sent_date",
        (f"P{row},{row},1,{day + timedelta(days=20)}" for row in rows),
    )
    yield (
        "entries",
        "entry_no,kind,date,amount,currency,invoices",
        (f"B{row},payment,{day + timedelta(days=30)},50.00,NOK,{row}" for row in rows if row % 10 == 0),
    )


def _customer(place: int) -> int:
    """Five customers have fifteen invoices: one, two, three, four and five of them, which do not stand together in the ledger."""
    return place // 15 * 5 + (0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4)[place % 15]


def select_all(folder: str) -> tuple[float, Any]:
    """All that qualifies is put to transfer."""
    from inkassod import selection
    from inkassod.installation import SCHEDULE

    return _run(folder, lambda installation: selection.select_all(installation, AGREEMENT, SCHEDULE))


def new_case_file(folder: str) -> tuple[float, Any]:
    """The file of all that stands to transfer, written and queued."""
    from inkassod import new_cases
    from inkassod.installation import SCHEDULE

    return _run(folder, lambda installation: new_cases.send_new_cases(installation, AGREEMENT, SCHEDULE))


def receipts_applied(folder: str) -> tuple[float, Any]:
    """The file of the receipts, from the spool to the ledger."""
    from inkassod import runs
    from inkassod.installation import WATCHER

    return _run(
        folder, lambda installation: runs.work_through(installation, installation.spool.agency, WATCHER)[-1]
    )


def _run(folder: str, work: Callable[[Any], Any]) -> tuple[float, Any]:
    from inkassod import app

    installation = app.open_installation(Path(folder) / "inkassod.toml")
    seconds, _ = measure.clocked(lambda: work(installation))
    return seconds, app.log_list(installation, filters={}, limit=1)[0]["summary"]


def answer(folder: str) -> tuple[float, Any]:
    """The agency's file: every case is accepted, under the agency's own number."""
    from inkasso_formats import dialects
    from inkasso_formats.records import Receipt
    from inkassod import app

    installation = app.open_installation(Path(folder) / "inkassod.toml")
    dialect = installation.dialect(AGREEMENT)
    with installation.database.read() as connection:
        cases = connection.exec_driver_sql("SELECT case_id FROM cases ORDER BY case_id").scalars().all()
    receipts = [
        Receipt(line=0, case=str(case), accepted=True, agency_case_no=f"88{case:07d}") for case in cases
    ]
    at = datetime.now(UTC)
    head = dialects.OutHead(client_number=CLIENT_NUMBER, sequence_no=1, created=at)
    content = dialects.render(dialect, "receipts", head, receipts).content
    name = dialects.file_name(dialect, "receipts", CLIENT_NUMBER, at, 1)
    (installation.spool.agency.inbox / name).write_bytes(content)
    return 0.0, len(cases)


def bare(folder: str, step: str) -> tuple[float, Any]:
    """The rows that the step brought or changed, by one `executemany` a table, in one transaction."""
    from inkassod.store.database import Database

    root = Path(folder)
    shutil.copy(root / "before.sqlite3", root / "bare.sqlite3")
    after = sqlite3.connect(root / "inkassod.sqlite3")
    after.execute("ATTACH ? AS before", [str(root / "before.sqlite3")])
    work = [*_new_rows(after), *_changed_rows(after, step)]
    after.close()
    with Database(f"sqlite:///{root / 'bare.sqlite3'}").write() as connection:
        raw: Any = connection.connection.driver_connection
        began = time.perf_counter()
        for statement, rows in work:
            raw.executemany(statement, rows)
    return time.perf_counter() - began, sum(len(rows) for _, rows in work)


def _new_rows(after: sqlite3.Connection) -> Iterator[tuple[str, list[Any]]]:
    for table in NEW:
        last = f"SELECT coalesce(max(rowid), 0) FROM before.{table}"
        rows = after.execute(f"SELECT * FROM main.{table} WHERE rowid > ({last})").fetchall()
        if rows:
            yield f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows


def _changed_rows(after: sqlite3.Connection, step: str) -> Iterator[tuple[str, list[Any]]]:
    for table, columns in CHANGED[step].items():
        key = KEYS[table]
        query = f"SELECT {','.join(f'a.{name}' for name in columns)}, a.{key} FROM main.{table} a JOIN before.{table} b USING ({key})"
        differs = " OR ".join(f"a.{name} IS NOT b.{name}" for name in columns)
        rows = after.execute(f"{query} WHERE {differs}").fetchall()
        yield f"UPDATE {table} SET {','.join(f'{name}=?' for name in columns)} WHERE {key}=?", rows


if __name__ == "__main__":
    measure.child(
        {work.__name__: work for work in (make, select_all, new_case_file, answer, receipts_applied, bare)}
    )
