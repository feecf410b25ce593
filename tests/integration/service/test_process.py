"""The daemon as a process that systemd keeps: its signs of life, its signals, and its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inkassod import runs, service
from support.exchange import answer_file, at_agency, drop, log
from support.service import LONG, eventually, running


@pytest.fixture
def notices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[socket.socket]:
    """The socket on which systemd listens; its address is in the name of the fixture's socket."""
    path = str(tmp_path_factory.mktemp("n") / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        listener.settimeout(LONG)
        yield listener


def _drained(listener: socket.socket, seconds: float) -> list[str]:
    """What comes in so many seconds."""
    end, found = time.monotonic() + seconds, []
    while (left := end - time.monotonic()) > 0:
        listener.settimeout(left)
        try:
            found.append(listener.recv(4096).decode())
        except TimeoutError:
            break
    return found


def _until(listener: socket.socket, text: str) -> None:
    listener.settimeout(LONG)
    while text not in listener.recv(4096).decode():
        pass


def test_the_watchdog_is_fed_while_all_workers_move_and_no_longer(tmp_path, monkeypatch, notices):
    """A worker that is stuck in a job stops the signs of life and is named; when it moves again they come again."""
    installation = at_agency(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", notices.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.setattr(service, "LONGEST_JOB_SECONDS", 0.5)
    stuck, go_on = threading.Event(), threading.Event()
    real = runs.work_through

    def sticking(installation, area, *args, **kwargs):
        if stuck.is_set() and area.name == "bank":
            go_on.wait(LONG)
        return real(installation, area, *args, **kwargs)

    monkeypatch.setattr(runs, "work_through", sticking)
    with running(installation):
        _until(notices, "READY=1")
        _until(notices, "WATCHDOG=1")
        stuck.set()
        drop(installation.spool.bank, "wake.part", b"")
        _until(notices, "STATUS=stuck: inbox bank")
        assert "WATCHDOG=1" not in _drained(notices, 1.5)
        go_on.set()
        _until(notices, "WATCHDOG=1")
    _until(notices, "STOPPING=1")


def test_a_worker_that_died_stops_the_watchdog(tmp_path, monkeypatch, notices):
    """A thread that is gone cannot look up: systemd is to start the daemon anew."""
    installation = at_agency(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", notices.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    real = service.Service._loop
    monkeypatch.setattr(
        service.Service,
        "_loop",
        lambda self, worker: None if worker.name == "inbox bank" else real(self, worker),
    )
    with running(installation):
        _until(notices, "STATUS=stuck: inbox bank")
        assert "WATCHDOG=1" not in _drained(notices, 1.5)


# --- a process of its own -------------------------------------------------------------------------------------------


@contextmanager
def _daemon(folder: Path, notices: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    """`inkassod run` on the installation of that folder, until it is ready."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith(("daemon", "formats"))),
        "NOTIFY_SOCKET": notices.getsockname(),
        "INKASSOD_CLOCK": str(folder / "clock"),
    }
    command = [
        sys.executable,
        "-c",
        "from inkassod.cli import main; main()",
        "--config",
        str(folder / "inkassod.toml"),
        "run",
    ]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            _until(notices, "READY=1")
            yield process
        finally:
            process.kill()
            process.wait(LONG)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_on_a_signal_with_status_0(tmp_path, notices, number):
    """It says that it stops, and ends well."""
    at_agency(tmp_path)
    with _daemon(tmp_path, notices) as process:
        process.send_signal(number)
        _until(notices, "STOPPING=1")
        assert process.wait(LONG) == 0


def test_changed_settings_hold_after_sighup_and_wrong_ones_change_nothing(tmp_path, notices):
    """The process goes on as the same one: with the new settings, or with the old ones where the new are wrong."""
    installation = at_agency(tmp_path)
    path = tmp_path / "inkassod.toml"
    old = path.read_text("utf-8")
    _, foreign = answer_file(installation, "receipts", client_number="654321")
    with _daemon(tmp_path, notices) as process:
        path.write_text("this is no TOML", "utf-8")
        process.send_signal(signal.SIGHUP)
        _until(notices, "RELOADING=1")
        _until(notices, "READY=1")
        drop(installation.spool.agency, "first", foreign)
        (first,) = eventually(lambda: log(installation, file_name="first", outcome="failed"))
        assert "'654321': is no client number of ours; 123456 expected" in first["summary"]

        path.write_text(old.replace('client_number = "123456"', 'client_number = "654321"'), "utf-8")
        process.send_signal(signal.SIGHUP)
        _until(notices, "RELOADING=1")
        _until(notices, "READY=1")
        drop(installation.spool.agency, "second", foreign)
        eventually(lambda: log(installation, file_name="second", outcome="done"))
        assert process.poll() is None
    assert "settings_not_reloaded" in (tmp_path / "output").read_text("utf-8")


def test_a_killed_process_loses_nothing(tmp_path, notices):
    """SIGKILL while files arrive: the next start reads what is left, and each file counts once."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    with _daemon(tmp_path, notices) as process:
        for kind in ("receipts", "updates", "closures"):
            drop(agency, *answer_file(installation, kind))
        eventually(lambda: log(installation, area="agency"))
        process.kill()
        process.wait(LONG)
    with _daemon(tmp_path, notices):
        eventually(lambda: len(log(installation, area="agency", outcome="done")) == 3)
    assert [(one["kind"], one["applied"]) for one in log(installation, area="agency")] == [
        ("receipts", 3),
        ("updates", 3),
        ("closures", 3),
    ]
