"""What the service does by the clock: each job at its time, once, also after a time that was missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inkassod import runs, selection
from inkassod.installation import Installation
from support.exchange import (
    INVOICES,
    PERSON,
    Killed,
    answer_file,
    dies_at,
    drop,
    effects,
    log,
    payment_file,
    served,
    table,
)
from support.installation import AGREEMENT, build, entry, feed, ready, set_time
from support.service import eventually, running

# Oslo is one hour ahead of UTC in March: 17:00 UTC is 18:00 on the wall.
BEFORE = datetime(2026, 3, 2, 16, 59, tzinfo=UTC)


def _built(folder: Path, process: str = "", schedule: str = "fetch = []", **more: str) -> Installation:
    """Three invoices that qualify, at one minute before six in the evening."""
    installation = build(folder, process=process, schedule=schedule, at=BEFORE, **more)
    ready(installation, *INVOICES)
    return installation


def _schedules(installation) -> dict[str, datetime]:
    return {one["job"]: one["last"] for one in table(installation, "schedules")}


def _done(installation, job: str, at: datetime) -> bool:
    return _schedules(installation).get(f"{job} {AGREEMENT}") == at


def test_what_stands_to_transfer_leaves_at_its_hour_and_not_before(tmp_path):
    """Transfer = "18:00": the file is made and sent then, once."""
    installation = _built(tmp_path, 'transfer = "18:00"')
    selection.transfer(installation, AGREEMENT, INVOICES, PERSON)
    with running(installation):
        eventually(lambda: _done(installation, "transfer", BEFORE))  # it counts from now
        assert served(installation) == {}
        set_time(installation, BEFORE + timedelta(minutes=1, seconds=1))
        eventually(lambda: "done" in {one["outcome"] for one in log(installation, kind="send")})
        assert list(served(installation)) == ["in/LS12345620260302180001"]
        eventually(lambda: _done(installation, "transfer", BEFORE + timedelta(minutes=1)))
    (made,) = log(installation, kind="new_cases")
    assert (made["trigger"], made["applied"]) == ("schedule", 3)


def test_an_hour_that_was_missed_is_made_good_once(tmp_path):
    """Down over two evenings: at the next start what stands to transfer leaves, in one file."""
    installation = _built(tmp_path, 'transfer = "18:00"')
    with running(installation):
        eventually(lambda: _done(installation, "transfer", BEFORE))
    selection.transfer(installation, AGREEMENT, INVOICES, PERSON)
    set_time(installation, BEFORE + timedelta(days=2))
    with running(installation):
        eventually(lambda: _done(installation, "transfer", BEFORE + timedelta(days=1, minutes=1)))
        eventually(lambda: served(installation))
    assert len(log(installation, kind="new_cases")) == 1
    assert len(served(installation)) == 1


def test_automatic_selection_puts_and_sends_all_that_qualifies(tmp_path):
    """Selection = "automatic" with an hour of transfer: chosen at that hour, and sent in the same breath."""
    installation = _built(tmp_path, 'selection = "automatic"\ntransfer = "18:00"')
    with running(installation):
        eventually(lambda: _done(installation, "transfer", BEFORE))
        assert table(installation, "cases") == []
        set_time(installation, BEFORE + timedelta(minutes=1))
        eventually(lambda: served(installation))
    (made,) = log(installation, kind="new_cases")
    assert made["applied"] == 3
    assert [one["status"] for one in table(installation, "cases")] == ["sent"] * 3


def test_automatic_selection_that_sends_at_once_chooses_after_midnight(tmp_path):
    """Without an hour of transfer the day's candidates are chosen at five past midnight and leave."""
    installation = _built(tmp_path, 'selection = "automatic"')
    with running(installation):
        eventually(lambda: _done(installation, "transfer", BEFORE))
        set_time(installation, datetime(2026, 3, 2, 23, 4, 59, tzinfo=UTC))
        assert served(installation) == {}
        set_time(installation, datetime(2026, 3, 2, 23, 5, tzinfo=UTC))
        eventually(lambda: served(installation))
    assert [one["applied"] for one in log(installation, kind="transfer")] == [3]


def test_a_transfer_that_died_before_its_file_was_written_leaves_at_night(tmp_path, monkeypatch):
    """Put to transfer, and dead before the new-case file: under "at-once" no later transfer is needed to send it."""
    installation = _built(tmp_path)
    with monkeypatch.context() as patched:
        dies_at(patched, selection, "send_new_cases", "before")
        with pytest.raises(Killed):
            selection.transfer(installation, AGREEMENT, INVOICES, PERSON)
    assert {one["status"] for one in table(installation, "cases")} == {"to_transfer"}
    with running(installation):
        eventually(lambda: _done(installation, "transfer", BEFORE))
        assert served(installation) == {}
        set_time(installation, datetime(2026, 3, 2, 23, 5, tzinfo=UTC))
        eventually(lambda: served(installation))
    assert {one["status"] for one in table(installation, "cases")} == {"sent"}
    assert [one["applied"] for one in log(installation, kind="new_cases")] == [len(INVOICES)]


def _with_direct_payment(folder: Path) -> Installation:
    """Sent cases, and a payment booked since; corrections go out at seven in the evening."""
    installation = _built(folder, schedule='fetch = []\ncorrections = "19:00"')
    selection.transfer(installation, AGREEMENT, INVOICES, PERSON)
    feed(installation, entry("B1", 40_000, "1001"))
    return installation


def test_corrections_go_out_at_their_hour(tmp_path):
    """Corrections = "19:00": the direct payment is reported then, once."""
    installation = _with_direct_payment(tmp_path)
    with running(installation):
        eventually(lambda: _done(installation, "corrections", BEFORE))
        assert log(installation, kind="corrections") == []
        set_time(installation, BEFORE + timedelta(hours=1, minutes=1))
        eventually(lambda: "in/RD12345620260302190000" in served(installation))
    (made,) = log(installation, kind="corrections")
    assert (made["outcome"], made["applied"], made["trigger"]) == ("done", 1, "schedule")


def test_corrections_wait_for_payment_files_that_are_not_read(tmp_path):
    """A failed payment file stops them: refused with the reason, and no file leaves."""
    installation = _with_direct_payment(tmp_path)
    drop(installation.spool.bank, "p.ocr", payment_file(("100100", 100))[:-10])
    runs.work_through(installation, installation.spool.bank, PERSON)
    with running(installation):
        eventually(lambda: _done(installation, "corrections", BEFORE))
        set_time(installation, BEFORE + timedelta(hours=1, minutes=1))
        (refused,) = eventually(lambda: log(installation, kind="corrections", outcome="failed"))
    assert refused["summary"].startswith("1 payment file(s) not read: ")
    assert not [name for name in served(installation) if name.startswith("in/RD")]


def test_files_are_fetched_at_their_hours_and_read(tmp_path):
    """Fetch = ["18:00"]: fetched then, read by the inbox's worker, and the ERP is told."""
    installation = _built(tmp_path, schedule='fetch = ["06:00", "18:00"]')
    selection.transfer(installation, AGREEMENT, INVOICES, PERSON)
    name, content = answer_file(installation, "receipts")
    (tmp_path / "agency" / "out" / name).write_bytes(content)
    with running(installation):
        eventually(lambda: _done(installation, "fetch", BEFORE))
        assert log(installation, kind="fetch") == []
        set_time(installation, BEFORE + timedelta(minutes=1))
        eventually(lambda: log(installation, kind="receipts", outcome="done"))
        eventually(lambda: len(list(installation.spool.root.glob("erp/outbox/status-*.jsonl"))) == 3)
    (run,) = log(installation, kind="fetch")
    assert effects(installation, run["run"]) == [f"{name} fetched, {len(content)} bytes"]
    assert {one["status"] for one in table(installation, "cases")} == {"active"}


def test_files_are_fetched_every_so_many_minutes(tmp_path):
    """fetch_every_minutes: nothing found leaves no run, and what is found is read."""
    installation = _built(tmp_path, schedule="fetch = []\nfetch_every_minutes = 10")
    selection.transfer(installation, AGREEMENT, INVOICES, PERSON)
    job = f"fetch-every {AGREEMENT}"
    with running(installation):
        eventually(lambda: job in _schedules(installation))
        set_time(installation, BEFORE + timedelta(minutes=10))
        eventually(lambda: _schedules(installation)[job] == BEFORE + timedelta(minutes=10))
        eventually(lambda: log(installation, kind="fetch") == [])
        name, content = answer_file(installation, "receipts")
        (tmp_path / "agency" / "out" / name).write_bytes(content)
        set_time(installation, BEFORE + timedelta(minutes=20))
        eventually(lambda: log(installation, kind="receipts", outcome="done"))
    assert len(log(installation, kind="fetch")) == 1
