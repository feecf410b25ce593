"""A whole installation for tests: settings of one creditor at one agency through a folder, SQLite, a clock that is set.

`build` makes it in a folder; `customer`, `invoice`, `reminder` and `entry` make rows of the feed with sound values where
nothing is said; `feed` reads rows in the way the daemon reads the ERP's files; `answers` writes and reads a file of the
agency. Today is Monday 2 March 2026, and an `invoice()` has been due, and reminded of, long enough to leave.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from inkasso_formats import dialects
from inkasso_formats.dialects import AnyRecord, FileKind, OutHead
from inkasso_formats.feed import CustomerRow, EntryRow, FeedRow, InvoiceRow, ReminderRow, render_csv
from inkassod import runs, spool
from inkassod.clock import FileClock, set_clock
from inkassod.core.feed import TABLES
from inkassod.installation import WATCHER, Installation, load_dialects
from inkassod.settings import load
from inkassod.store.database import Database

CREDITOR, AGREEMENT, CLIENT_NUMBER = "nord", "intrum", "123456"
OWN_ACCOUNT, AGENCY_ACCOUNT, DEBTOR_ACCOUNT = "99991234566", "99991122334", "99990000006"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

SETTINGS = """
[daemon]
settle_seconds = 0

[creditors.nord]
name = "Nord Møbler AS"
id_number = "310000019"
country = "NO"
account = "99991234566"

[agreements.intrum]
creditor = "nord"
agency = "Intrum"
dialect = "intrum-no"
client_number = "123456"
agency_accounts = ["99991122334"]

[agreements.intrum.transport]
kind = "folder"
path = "agency"
{transport}

[agreements.intrum.process]
{process}

[agreements.intrum.schedule]
{schedule}
"""


def build(
    folder: Path,
    *,
    process: str = "",
    schedule: str = "",
    transport: str = "",
    more: str = "",
    at: datetime = START,
) -> Installation:
    """An installation in the folder; the texts are TOML lines put into the tables of those names (`more`: behind all)."""
    path = folder / "inkassod.toml"
    path.write_text(SETTINGS.format(process=process, schedule=schedule, transport=transport) + more, "utf-8")
    for name in ("in", "out"):
        (folder / "agency" / name).mkdir(parents=True, exist_ok=True)
    set_clock(folder / "clock", at)
    return again(folder)


def again(folder: Path) -> Installation:
    """The installation of that folder opened anew, as after a restart."""
    settings = load(folder / "inkassod.toml")
    database = Database(settings.daemon.database)
    database.upgrade()
    return Installation(
        settings=settings,
        spool=spool.make_folders(settings.daemon.spool),
        database=database,
        clock=FileClock(folder / "clock"),
        dialects=load_dialects(settings),
    )


def set_time(installation: Installation, at: datetime) -> None:
    """Sets the installation's clock."""
    set_clock(installation.settings.folder / "clock", at)


# --- rows of the feed -------------------------------------------------------------------------------------------


def customer(customer_no: str = "K1", **more: object) -> CustomerRow:
    """A person who may be sent to the agency."""
    values: dict[str, object] = {
        "line": 0,
        "name": "Kari Oppdiktet",
        "kind": "private",
        "address": "Prøvegata 1",
        "postcode": "0001",
        "city": "Oslo",
        "country": "NO",
    }
    return CustomerRow(customer_no=customer_no, **{**values, **more})  # type: ignore[arg-type]


def invoice(invoice_no: str = "1001", customer_no: str = "K1", **more: object) -> InvoiceRow:
    """1 000.00 NOK, due on 1 January 2026."""
    values: dict[str, object] = {
        "line": 0,
        "invoice_date": date(2025, 12, 18),
        "due_date": date(2026, 1, 1),
        "amount": 100_000,
        "currency": "NOK",
    }
    return InvoiceRow(invoice_no=invoice_no, customer_no=customer_no, **{**values, **more})  # type: ignore[arg-type]


def reminder(invoice_no: str = "1001", level: int = 1, **more: object) -> ReminderRow:
    """A reminder sent on 1 February 2026."""
    values: dict[str, object] = {
        "line": 0,
        "reminder_no": f"P{invoice_no}-{level}",
        "sent_date": date(2026, 2, 1),
    }
    return ReminderRow(invoice_no=invoice_no, level=level, **{**values, **more})  # type: ignore[arg-type]


def entry(entry_no: str, amount: int, *invoices: str, kind: str = "payment", **more: object) -> EntryRow:
    """An entry of the ERP of 1 March 2026; amount in øre."""
    values: dict[str, object] = {"line": 0, "date": date(2026, 3, 1), "currency": "NOK"}
    return EntryRow(  # type: ignore[arg-type]
        entry_no=entry_no, kind=kind, amount=amount, invoices=invoices, **{**values, **more}
    )


# --- files read as the daemon reads them --------------------------------------------------------------------------

_serial = itertools.count(1)


def feed(installation: Installation, *rows: FeedRow) -> list[int]:
    """Drops the rows as CSV files, one for each type, and reads them. Returns the runs, in the order of reading."""
    for table in TABLES.values():
        these = [row for row in rows if TABLES[type(row)] == table]
        if these:
            path = installation.spool.erp.inbox / f"{table}-{next(_serial):06d}.csv"
            path.write_bytes(render_csv(these))
    return runs.work_through(installation, installation.spool.erp, WATCHER)


def answers(
    installation: Installation, kind: FileKind, records: Iterable[AnyRecord], *, sequence_no: int = 1
) -> list[int]:
    """Drops a file of the agency (receipts, updates or closures) into the inbox and reads it. Returns the runs."""
    dialect = installation.dialect(AGREEMENT)
    head = OutHead(client_number=CLIENT_NUMBER, sequence_no=sequence_no, created=installation.now())
    name = dialects.file_name(dialect, kind, CLIENT_NUMBER, installation.now(), sequence_no)
    content = dialects.render(dialect, kind, head, list(records)).content
    (installation.spool.agency.inbox / name).write_bytes(content)
    return runs.work_through(installation, installation.spool.agency, WATCHER)


def ready(installation: Installation, *invoice_nos: str) -> None:
    """Customer K1 with these invoices, each reminded of: they qualify."""
    feed(
        installation,
        customer(),
        *(invoice(number, reference=f"{number}00") for number in invoice_nos),
        *(reminder(number) for number in invoice_nos),
    )
