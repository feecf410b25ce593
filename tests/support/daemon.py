"""The real daemon as a process on an installation of its own, for tests: settings written, started, watched, ended."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from inkasso_formats.feed import CaseStatus, parse_status
from inkassod import app
from inkassod.clock import set_clock
from inkassod.installation import Installation
from inkassod.simulator.command import AGENCY_ACCOUNT, CREDITOR_ACCOUNT, Simulation
from inkassod.store.tables import entries, invoices, runs

PATIENCE = 90.0  # seconds; two cores may be busy with many tests
AGREEMENT, CREDITOR, CLIENT = "agency", "eksempel", "123456"


def until(what: str, probe: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """The probe's first answer that is not empty; fails with a sentence when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := probe()):
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)
    return answer


def folder_transport(path: Path) -> str:
    """The transport table of an agency that is a folder of this machine."""
    return f'kind = "folder"\npath = "{path}"\nretry_seconds = 1\n'


def sftp_transport(server: Simulation, password: Path) -> str:
    """The transport table of a simulated agency, which is reached with the password of that file."""
    return (
        f'kind = "sftp"\nhost = "127.0.0.1"\nport = {server.server.port}\nusername = "creditor"\n'
        f'password_credential = "{password}"\nhost_keys = ["{server.server.fingerprint}"]\nretry_seconds = 1\n'
    )


@dataclass(frozen=True, slots=True)
class Place:
    """An installation in a folder: settings, spool, database, and the daemon's log."""

    root: Path
    settings: Path
    clock: Path | None = None

    @property
    def spool(self) -> Path:
        """The root of the spool."""
        return self.root / "spool"

    @property
    def bank(self) -> Path:
        """Where the bank's files arrive."""
        return self.spool / "bank" / "inbox"

    @property
    def erp(self) -> Path:
        """Where the feed arrives."""
        return self.spool / "erp" / "inbox"

    def set_time(self, at: datetime) -> None:
        """Set the clock of daemon and test to an aware time, at which it then stands."""
        assert self.clock is not None
        set_clock(self.clock, at)


def prepare(
    root: Path,
    transport: str,
    *,
    account: str = CREDITOR_ACCOUNT,
    agency_accounts: tuple[str, ...] = (AGENCY_ACCOUNT,),
    transfer: str = "at-once",
    fetch: str = "[]",
    stop_seconds: int = 10,
    clock: Path | None = None,
    dialect: str = "intrum-no",
    creditor: str = 'id_number = "310000019"\ncountry = "NO"\n',
    agreement: str = "",
) -> Place:
    """Writes the settings of one creditor with one agreement, and makes the folders that others write into.

    `creditor` and `agreement` are further lines of these tables.
    """
    place = Place(root, root / "inkassod.toml", clock)
    place.bank.mkdir(parents=True, exist_ok=True)
    accounts = ", ".join(f'"{one}"' for one in agency_accounts)
    place.settings.write_text(
        f'[daemon]\nscan_seconds = 1\nsettle_seconds = 1\nstop_seconds = {stop_seconds}\nlog = "text"\n'
        f'[creditors.{CREDITOR}]\nname = "Eksempel Handel AS"\n{creditor}'
        f'account = "{account}"\n'
        f'[agreements.{AGREEMENT}]\ncreditor = "{CREDITOR}"\nagency = "Agency"\ndialect = "{dialect}"\n'
        f'client_number = "{CLIENT}"\nagency_accounts = [{accounts}]\n{agreement}'
        f'[agreements.{AGREEMENT}.process]\nminimum_amount = "100.00"\ntransfer = "{transfer}"\n'
        f"[agreements.{AGREEMENT}.schedule]\nfetch = {fetch}\n"
        f"[agreements.{AGREEMENT}.transport]\n{transport}",
        encoding="utf-8",
    )
    return place


def secret_file(path: Path, content: bytes) -> Path:
    """A file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


class Daemon:
    """`python -m inkassod --config FILE run`, started by the constructor; its log is the file `log`."""

    def __init__(self, place: Place, log: str = "daemon.log") -> None:
        self.log = place.root / log
        environment = dict(os.environ)
        if place.clock is not None:
            environment["INKASSOD_CLOCK"] = str(place.clock)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "inkassod", "--config", str(place.settings), "run"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Until the log says so since this start."""
        until("the daemon to be ready", lambda: self._said(" ready ") or self.process.poll() is not None)
        assert self.process.poll() is None, self.text()

    def _said(self, words: str) -> bool:
        return words in self.text()

    def text(self) -> str:
        """What the log says so far."""
        return self.log.read_text("utf-8", "replace")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends the process. Returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def running(place: Place, log: str = "daemon.log") -> Iterator[Daemon]:
    """A daemon that is ready; at the end it is asked to end, and must do so with status 0."""
    daemon = Daemon(place, log)
    try:
        daemon.wait_until_ready()
        yield daemon
        assert daemon.stop() == 0, daemon.text()
    finally:
        daemon.process.kill()
        daemon.process.wait(timeout=PATIENCE)


@contextmanager
def ledger(place: Place) -> Iterator[Installation]:
    """The same installation as the daemon's, as a person at the command line has it; close the database at the end."""
    installation = app.open_installation(place.settings)
    try:
        yield installation
    finally:
        installation.database.close()


# --- looks at the ledger that every test of a cycle takes -----------------------------------------------------------


def ended(installation: Installation, kind: str) -> list[dict[str, Any]]:
    """The runs of a kind that have ended, oldest first."""
    found = app.log_export(installation, filters={"kind": kind}, since=None, until=None)
    return [run for run in found if run["finished"] is not None]


def statuses(installation: Installation) -> dict[str, str]:
    """The status of the latest case of each invoice."""
    return {row["invoice"]: row["status"] for row in reversed(app.cases_list(installation, limit=100_000))}


def ore(text: str) -> int:
    """The øre of an amount as documents write it."""
    return int(text.replace(".", ""))


def assert_sums_hold(installation: Installation) -> None:
    """What was invoiced is what was paid and credited plus what is still owed, invoice by invoice."""
    paid = select(entries.c.invoice_no, func.sum(entries.c.amount)).group_by(entries.c.invoice_no)
    with installation.database.read() as connection:
        booked = {row[0]: row[1] for row in connection.execute(paid)}
        claims = select(invoices.c.invoice_no, invoices.c.amount, invoices.c.balance)
        found = {row[0]: (row[1], row[2]) for row in connection.execute(claims)}
    assert found
    wrong = {
        number: (amount, booked.get(number, 0), balance)
        for number, (amount, balance) in found.items()
        if amount != booked.get(number, 0) + balance
    }
    assert wrong == {}


def assert_archive_is_whole(place: Place, installation: Installation) -> None:
    """Every run that had a file has its exact bytes in the archive, under their digest."""
    with installation.database.read() as connection:
        rows = [dict(row) for row in connection.execute(select(runs).where(runs.c.sha256 != "")).mappings()]
    assert rows
    for row in rows:
        assert row["archive"], (row["run"], row["kind"], row["outcome"])
        content = (place.spool / "archive" / row["archive"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        assert len(content) == row["size"]


def assert_nothing_is_left_over(place: Place) -> None:
    """No file waits or failed anywhere in the spool but for the ERP's status feed."""
    folders = [
        place.spool / area / part
        for area in ("erp", "bank", "agency")
        for part in ("inbox", "work", "failed")
    ]
    left = [path for folder in [*folders, place.spool / "agency" / "outbox"] for path in folder.iterdir()]
    assert [path for path in left if not path.name.startswith("README")] == []


def told_to_erp(place: Place) -> dict[str, str]:
    """The status of each case as the status feed told it last."""
    files = sorted(
        (place.spool / "erp" / "outbox").glob("status-*.jsonl"), key=lambda path: path.stem.split("-")[2]
    )
    records = [record for path in files for record in parse_status(path.read_bytes())]
    return {record.case: record.status for record in records if isinstance(record, CaseStatus)}
