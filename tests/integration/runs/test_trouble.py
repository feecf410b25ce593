"""Disk or database that cannot be used, a writer that is not done, a fault of ours: no file is lost, and nothing counts twice."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from inkassod import handling, runs, spool
from inkassod.installation import WATCHER
from inkassod.spool import FileChanging, SpoolError
from inkassod.store import database, journal
from support.exchange import (
    PERSON,
    answer_file,
    at_agency,
    dies_at,
    drop,
    ledger,
    log,
    problems,
    read,
    row,
    spooled,
    table,
)
from support.installation import again, build, customer, feed

FULL = OSError(errno.ENOSPC, "No space left on device")
SENTENCE = r"^the disk cannot be used: \[Errno 28\] No space left on device$"


@pytest.mark.parametrize("actor", [WATCHER, PERSON], ids=["watcher", "person"])
def test_a_full_disk_puts_the_file_back_and_the_next_pass_reads_it(tmp_path, monkeypatch, actor):
    """Whoever had it read: the file lies in the inbox again, the log knows nothing of it, and later all is well."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    before = ledger(installation)
    with monkeypatch.context() as patched:
        dies_at(patched, spool, "store", "before", error=FULL)
        with pytest.raises(handling.TroubleError, match=SENTENCE):
            runs.work_through(installation, agency, actor)
    assert spooled(installation) == {f"agency/inbox/{name}": content}
    assert log(installation, area="agency") == []
    assert ledger(installation) == before
    (run,) = runs.work_through(installation, agency, actor)
    assert (row(installation, run)["outcome"], row(installation, run)["applied"]) == ("done", 3)
    assert spooled(installation) == {}


def test_a_full_disk_at_a_retry_leaves_the_mended_file_where_it_was(tmp_path, monkeypatch):
    """What a person has mended is theirs: it lies in failed as before, and the same retry works later."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, b"")
    (run,) = read(installation, agency)
    (agency.failed / f"{run}-{name}").write_bytes(content)
    with monkeypatch.context() as patched:
        dies_at(patched, spool, "store", "before", error=FULL)
        with pytest.raises(handling.TroubleError, match=SENTENCE):
            runs.retry(installation, run, PERSON)
    assert spooled(installation) == {f"agency/failed/{run}-{name}": content}
    assert [one["run"] for one in log(installation, area="agency")] == [run]
    assert row(installation, runs.retry(installation, run, PERSON))["outcome"] == "done"


def test_a_full_disk_when_a_file_is_read_by_hand_touches_nothing(tmp_path, monkeypatch):
    """The original stays with the person, and neither a copy nor a run is left."""
    installation = at_agency(tmp_path)
    name, content = answer_file(installation, "receipts")
    original = tmp_path / name
    original.write_bytes(content)
    for step in ("take_copy", "store"):
        with monkeypatch.context() as patched:
            dies_at(patched, spool, step, "before", error=FULL)
            with pytest.raises(handling.TroubleError, match=SENTENCE):
                runs.read_by_hand(installation, installation.spool.agency, original, PERSON)
        assert spooled(installation) == {}
        assert log(installation, area="agency") == []
    assert original.read_bytes() == content


def test_a_full_disk_after_the_commit_takes_nothing_back_and_does_nothing_twice(tmp_path, monkeypatch):
    """The run has ended; setting its refused rows aside is made good by the next pass, and no second run comes of it."""
    installation = build(tmp_path)
    feed(installation, customer())
    erp = installation.spool.erp
    header = b"invoice_no,customer_no,invoice_date,due_date,amount,currency\n"
    bad = b"2,K9,2025-12-18,2026-01-01,2000.00,NOK\n"
    drop(erp, "invoices-1.csv", header + b"1,K1,2025-12-18,2026-01-01,1000.00,NOK\n" + bad)
    with monkeypatch.context() as patched:
        dies_at(patched, spool, "set_aside", "before", error=FULL)
        with pytest.raises(handling.TroubleError, match=SENTENCE):
            read(installation, erp)
    (found,) = log(installation, file_name="invoices-1.csv")
    assert (found["outcome"], found["applied"], found["refused"]) == ("issues", 1, 1)
    assert read(installation, erp) == []
    assert log(installation, file_name="invoices-1.csv") == [found]
    assert spooled(installation) == {f"erp/failed/{found['run']}-invoices-1.csv": header + bad}


# --- the database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database does not wait for another writer."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)


def _locked(folder: Path) -> sqlite3.Connection:
    """Another program has the database and does not let go of it."""
    other = sqlite3.connect(next(folder.glob("*.sqlite3")), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_a_locked_database_leaves_the_file_in_the_inbox(tmp_path, impatient):
    """Nothing is claimed before the run can be written down."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    other = _locked(tmp_path)
    try:
        with pytest.raises(handling.TroubleError, match=r"^the database cannot be used: database is locked$"):
            read(installation, agency)
        assert spooled(installation) == {f"agency/inbox/{name}": content}
    finally:
        other.close()
    (run,) = read(installation, agency)
    assert row(installation, run)["outcome"] == "done"


def test_a_database_that_gets_locked_in_the_middle_puts_the_file_back(tmp_path, impatient, monkeypatch):
    """The run that was begun is not in the log afterwards, and the next pass reads the file as if nothing had been."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    before = ledger(installation)
    others = []
    real = spool.store

    def locking(*args, **kwargs):
        kept = real(*args, **kwargs)
        others.append(_locked(tmp_path))
        return kept

    with monkeypatch.context() as patched:
        patched.setattr(spool, "store", locking)
        with pytest.raises(handling.TroubleError, match=r"^the database cannot be used: database is locked$"):
            read(installation, agency)
    assert spooled(installation) == {f"agency/inbox/{name}": content}
    others[0].close()
    assert ledger(installation) == before
    (run,) = read(again(tmp_path), agency)
    assert (row(installation, run)["outcome"], row(installation, run)["applied"]) == ("done", 3)
    assert [one["run"] for one in log(installation, area="agency")] == [run]


def test_trouble_is_no_death_however_often_it_comes(tmp_path, monkeypatch):
    """A file that cannot go back, because another came under its name, stays in work and is never given up for that."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    _, receipts = answer_file(installation, "receipts")
    _, updates = answer_file(installation, "updates")
    drop(agency, "same", receipts)
    with monkeypatch.context() as patched:

        def full(*_args, **_kwargs):
            (agency.inbox / "same").write_bytes(updates)
            raise FULL

        patched.setattr(spool, "store", full)
        for _ in range(installation.settings.daemon.attempts_before_failed + 2):
            with pytest.raises(handling.TroubleError, match=SENTENCE):
                read(installation, agency)
    finished = [row(installation, run) for run in read(installation, agency)]
    assert [(one["kind"], one["outcome"]) for one in finished] == [("receipts", "done"), ("updates", "done")]
    assert log(installation, outcome=journal.RUNNING) == []


# --- files that are not whole, may not be taken, or find a fault of ours -----------------------------------------------


def test_a_file_whose_writer_is_not_done_goes_back_and_is_read_later(tmp_path, monkeypatch):
    """It is not failed for being early; the log says nothing of the first try, and the files beside it are read."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    drop(agency, *answer_file(installation, "updates"))
    with monkeypatch.context() as patched:
        dies_at(patched, spool, "store", "before", error=FileChanging("it grew"))
        (other,) = read(installation, agency)
    assert row(installation, other)["kind"] == "updates"
    assert spooled(installation) == {f"agency/inbox/{name}": content}
    (run,) = read(installation, agency)
    assert row(installation, run)["outcome"] == "done"
    assert [one["run"] for one in log(installation, area="agency")] == [other, run]


def test_a_file_that_may_not_be_taken_does_not_keep_the_others_from_being_read(tmp_path, monkeypatch):
    """It stays in the inbox without a run, and the next one is read."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    drop(agency, *answer_file(installation, "updates"))
    with monkeypatch.context() as patched:
        dies_at(patched, spool, "claim", "before", error=SpoolError("spool.denied", "no right to rename"))
        (run,) = read(installation, agency)
    assert row(installation, run)["kind"] == "updates"
    assert spooled(installation) == {f"agency/inbox/{name}": content}
    assert log(installation, outcome=journal.RUNNING) == []


def test_a_file_that_somebody_else_took_leaves_no_run(tmp_path, monkeypatch):
    """Gone between the look and the grip: nothing is logged, and the others are read."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    first = drop(agency, name, content)
    drop(agency, *answer_file(installation, "updates"))
    real = journal.start

    def taken(*args, **kwargs):
        first.unlink(missing_ok=True)
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(journal, "start", taken)
        (run,) = read(installation, agency)
    assert [one["run"] for one in log(installation, area="agency")] == [run]
    assert row(installation, run)["kind"] == "updates"


def test_a_fault_of_ours_fails_the_one_file_and_says_so(tmp_path, monkeypatch):
    """An unexpected error is no reason to stop: the file is kept, the sentence asks for a report, the next one is read."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    drop(agency, *answer_file(installation, "updates"))
    with monkeypatch.context() as patched:
        dies_at(patched, handling, "take_effect", "after", error=ZeroDivisionError("division by zero"))
        first, second = read(installation, agency)
    assert row(installation, first)["outcome"] == "failed"
    assert problems(installation, first) == [
        "ZeroDivisionError: division by zero; this is a fault of inkassod: report it with the archived file"
    ]
    assert spooled(installation) == {f"agency/failed/{first}-{name}": content}
    assert row(installation, second)["outcome"] == "done"
    assert {case["status"] for case in table(installation, "cases")} == {"active"}
    assert row(installation, runs.retry(installation, first, PERSON))["outcome"] == "done"
