"""The running service and the files that arrive: noticed by events or by looking, read once whole, whatever else fails."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from inkassod import exchange, handling, runs, service
from inkassod.installation import Installation
from inkassod.service import Service
from inkassod.transport import TransportError
from support.exchange import answer_file, at_agency, drop, log, row, spooled
from support.installation import again
from support.service import LONG, eventually, running


def settings(folder: Path, **values: object) -> Installation:
    """The installation of at_agency with other values under [daemon]."""
    at_agency(folder)
    path = folder / "inkassod.toml"
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    path.write_text(path.read_text("utf-8").replace("settle_seconds = 0\n", lines), "utf-8")
    return again(folder)


def _read(installation: Installation) -> list[str]:
    """The outcomes of the agency's files so far, oldest first."""
    return [one["outcome"] for one in log(installation, area="agency") if one["outcome"] != "running"]


@pytest.mark.parametrize("how", ["renamed", "written and closed"])
def test_a_file_that_is_known_to_be_whole_is_read_at_once(tmp_path, how):
    """Renamed into place or closed by its writer: it is read although the settling time has not passed."""
    installation = settings(tmp_path, settle_seconds=600, scan_seconds=600)
    name, content = answer_file(installation, "receipts")
    inbox = installation.spool.agency.inbox
    with running(installation):
        time.sleep(0.5)  # an observer that has not begun yet sees no event
        if how == "renamed":
            (inbox / f"{name}.part").write_bytes(content)
            (inbox / f"{name}.part").rename(inbox / name)
        else:
            drop(installation.spool.agency, name, content)
        eventually(lambda: _read(installation) == ["done"])
    assert "agency/inbox/" + name not in spooled(installation)


def test_a_file_that_is_still_being_written_waits(tmp_path):
    """Its writer holds it open: nothing is read before it is closed."""
    installation = settings(tmp_path, settle_seconds=600, scan_seconds=1)
    name, content = answer_file(installation, "receipts")
    with running(installation):
        time.sleep(0.5)
        with (installation.spool.agency.inbox / name).open("wb") as file:
            file.write(content[:300])
            file.flush()
            time.sleep(2.5)
            assert _read(installation) == []
            file.write(content[300:])
        eventually(lambda: _read(installation) == ["done"])


def test_without_events_a_file_is_found_by_looking(tmp_path):
    """Watch = "poll", as on network file systems: read within the scan interval, once it has settled."""
    installation = settings(tmp_path, settle_seconds=0, scan_seconds=1, watch='"poll"')
    with running(installation) as daemon:
        assert daemon._watch._observer is None
        time.sleep(1.0)
        drop(installation.spool.agency, *answer_file(installation, "receipts"))
        eventually(lambda: _read(installation) == ["done"])


def test_what_lay_there_before_the_start_is_read(tmp_path):
    """Files that arrived while the daemon was down are found by its first look."""
    installation = settings(tmp_path, settle_seconds=0, scan_seconds=600)
    drop(installation.spool.agency, *answer_file(installation, "receipts"))
    with running(installation):
        eventually(lambda: _read(installation) == ["done"])


def test_a_bad_file_does_not_stop_the_service(tmp_path):
    """It fails, and the next file is read."""
    installation = settings(tmp_path, settle_seconds=0, scan_seconds=1)
    with running(installation):
        drop(installation.spool.agency, "junk", b"junk")
        eventually(lambda: _read(installation) == ["failed"])
        drop(installation.spool.agency, *answer_file(installation, "receipts"))
        eventually(lambda: _read(installation) == ["failed", "done"])


def test_a_fault_in_one_worker_does_not_stop_the_others_nor_that_worker_for_good(tmp_path, monkeypatch):
    """While the agency's inbox is in trouble the ERP's is read; after its pause the worker goes on."""
    installation = settings(tmp_path, settle_seconds=0, scan_seconds=1)
    monkeypatch.setattr(service, "PAUSE_SECONDS", 1.0)
    real, broken = runs.work_through, threading.Event()
    broken.set()

    def sometimes(installation, area, *args, **kwargs):
        if broken.is_set() and area.name == "agency":
            raise ZeroDivisionError
        return real(installation, area, *args, **kwargs)

    monkeypatch.setattr(runs, "work_through", sometimes)
    with running(installation):
        drop(installation.spool.agency, *answer_file(installation, "receipts"))
        drop(installation.spool.erp, "customers-9.csv", b"customer_no,name,kind\nK9,Ola Oppdiktet,private\n")
        eventually(lambda: log(installation, file_name="customers-9.csv", outcome="done"))
        assert _read(installation) == []
        broken.clear()
        eventually(lambda: _read(installation) == ["done"])


def test_a_server_that_fails_does_not_hold_up_the_erp(tmp_path, monkeypatch):
    """The agency's server is away: what the ERP is to be told still appears in its folder."""
    installation = settings(tmp_path, settle_seconds=0, scan_seconds=1)

    def away(*_args):
        raise TransportError("transport.refused", "nobody answers", transient=True)

    monkeypatch.setattr(exchange, "send", away)
    with running(installation):
        eventually(lambda: len(list(installation.spool.root.glob("erp/outbox/status-*.jsonl"))) == 2)


def test_an_observer_that_died_is_started_anew(tmp_path):
    """Events come again afterwards, and nothing of the dead one is left behind."""
    installation = settings(tmp_path, settle_seconds=600, scan_seconds=600)
    before = threading.active_count()
    with running(installation) as daemon:
        eventually(lambda: daemon._watch._observer)
        first = daemon._watch._observer
        emitters = list(first.emitters)
        first._stopped_event.set()
        first.event_queue.put(first.__class__.stop_event)
        eventually(lambda: daemon._watch._observer is not first and daemon._watch._observer)
        eventually(lambda: not any(emitter.is_alive() for emitter in emitters))
        drop(installation.spool.agency, *answer_file(installation, "receipts"))
        eventually(lambda: _read(installation) == ["done"])
    eventually(lambda: threading.active_count() == before)


def test_the_service_ends_within_seconds_and_leaves_nothing_half_done(tmp_path, monkeypatch):
    """A stop in the middle of a run waits for the run; workers that are idle end at once."""
    installation = settings(tmp_path, settle_seconds=0, scan_seconds=1)
    began, real = threading.Event(), handling.take_effect

    def slow(*args, **kwargs):
        began.set()
        time.sleep(1.5)
        return real(*args, **kwargs)

    monkeypatch.setattr(handling, "take_effect", slow)
    drop(installation.spool.agency, *answer_file(installation, "receipts"))
    daemon = Service(installation)
    thread = threading.Thread(target=daemon.run)
    thread.start()
    assert began.wait(LONG)
    daemon.stop()
    thread.join(LONG)
    assert not thread.is_alive()
    assert _read(installation) == ["done"]
    assert not [path for path in spooled(installation) if "/work/" in path or "/inbox/" in path]


def test_a_run_that_outlasts_the_stop_is_taken_up_at_the_next_start(tmp_path, monkeypatch):
    """After stop_seconds the service ends all the same; the file is in work, and the next start reads it once."""
    installation = settings(tmp_path, settle_seconds=0, scan_seconds=1, stop_seconds=1)
    began, go_on, real = threading.Event(), threading.Event(), handling.identified

    def stuck(*args, **kwargs):
        began.set()
        go_on.wait(LONG)
        return real(*args, **kwargs)

    monkeypatch.setattr(handling, "identified", stuck)
    drop(installation.spool.agency, *answer_file(installation, "receipts"))
    with running(installation):
        assert began.wait(LONG)
    assert [path for path in spooled(installation) if path.startswith("agency/work/")]
    go_on.set()
    eventually(lambda: _read(installation) == ["done"])
    (found,) = log(installation, area="agency")
    assert row(installation, found["run"])["applied"] == 3
