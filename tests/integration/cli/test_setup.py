"""The settings, the simulator and the daemon on the command line."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from inkassod.settings import example
from inkassod.settings import load as load_settings
from support.command_line import process

DEADLINE = 30  # seconds, generous: the machine may be busy


def wait_for(path: Path, text: str, running: subprocess.Popen[bytes]) -> str:
    """The file's text, once it holds `text`."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        written = path.read_text("utf-8")
        if text in written:
            return written
        assert running.poll() is None, written
        time.sleep(0.05)
    raise AssertionError(f"{text!r} was not written: {path.read_text('utf-8')}")


@pytest.fixture
def started(tmp_path):
    """Starts `inkassod` with words; its output and errors go to a file. Whatever runs at the end is killed."""
    running = []

    def start(*words):
        written = tmp_path / f"written-{len(running)}.txt"
        with written.open("wb") as file:
            command = [sys.executable, "-m", "inkassod", *words]
            running.append(subprocess.Popen(command, cwd=tmp_path, stdout=file, stderr=subprocess.STDOUT))
        return running[-1], written

    yield start
    for one in running:
        one.kill()
        one.wait()


def test_settings_that_can_be_used_are_ok(inkassod, tmp_path):
    """In one line, which names the file; nothing is made on the disk."""
    (tmp_path / "inkassod.sqlite3").unlink()
    assert inkassod("config", "check").out == f"ok: {tmp_path}/inkassod.toml: 1 creditor, 1 agreement\n"
    assert not (tmp_path / "inkassod.sqlite3").exists()


def test_the_settings_are_shown_as_toml_with_all_defaults(inkassod, tmp_path):
    """What is shown can be read again, and means the same."""
    shown = inkassod("config", "show").out
    assert "daemon.settle_seconds = 0" in shown.splitlines()
    assert tomllib.loads(shown) == inkassod.json("config", "show").document
    (tmp_path / "again.toml").write_text(shown, "utf-8")
    first, again = (load_settings(tmp_path / name) for name in ("inkassod.toml", "again.toml"))
    assert (again.daemon, again.creditors, again.agreements) == (
        first.daemon,
        first.creditors,
        first.agreements,
    )


def test_the_example_is_printed_or_written_to_a_new_file(inkassod, tmp_path):
    """A file that is there is left alone."""
    assert inkassod.bare("config", "example").out == example()
    path = tmp_path / "new.toml"
    assert inkassod.bare("config", "example", "--write", path).out == f"Written: {path}\n"
    assert path.read_text("utf-8") == example()
    path.write_text("mine", "utf-8")
    refused = inkassod.bare("config", "example", "--write", path)
    assert (refused.status, refused.err) == (1, f"inkassod: {path}: File exists\n")
    assert path.read_text("utf-8") == "mine"


def test_the_simulator_wants_a_way_to_log_in(inkassod, tmp_path):
    """And names a fault that it does not know."""
    words = ("simulate", "--folder", tmp_path / "agency-office", "--client-number", "1")
    answer = inkassod.bare(*words)
    assert (answer.status, answer.err) == (
        2,
        "inkassod: nobody could log in: a password or a public key is needed\n",
    )
    secret = tmp_path / "secret"
    secret.write_text("invented\n", "utf-8")
    answer = inkassod.bare(*words, "--password-file", secret, "--fault", "earthquake")
    assert answer.status == 2
    assert answer.err.startswith("inkassod: no such fault: earthquake; known are late, ")


def test_the_simulator_serves_until_it_is_told_to_stop(started, tmp_path):
    """It says where it can be reached, and ends with 0."""
    (tmp_path / "secret").write_text("invented\n", "utf-8")
    words = ("simulate", "--folder", "office", "--client-number", "123456", "--password-file", "secret")
    running, written = started(*words, "--fault", "late=5")
    said = wait_for(written, "faults ", running)
    assert said.startswith("address      127.0.0.1 port ")
    assert "host key     SHA256:" in said
    running.send_signal(signal.SIGTERM)
    assert running.wait(DEADLINE) == 0
    assert written.read_text("utf-8").endswith("stopped\n")


def test_the_daemon_runs_until_sigterm_and_writes_nothing_to_standard_output(installation, started, tmp_path):
    """Its log goes to standard error; with --json it ends with one document."""
    running, written = started("--config", "inkassod.toml", "--json", "run")
    wait_for(written, '"event": "ready"', running)
    running.send_signal(signal.SIGTERM)
    assert running.wait(DEADLINE) == 0
    assert written.read_text("utf-8").endswith('{\n  "stopped": true\n}\n')


def test_help_and_version_need_no_settings(tmp_path):
    """And list the commands."""
    told = process("--help", folder=tmp_path)
    assert (told.status, told.err) == (0, "")
    assert "candidates" in told.out
    version = process("--version", folder=tmp_path)
    assert version.status == 0
    assert version.out.startswith("inkassod ")


def test_a_reader_that_goes_away_is_no_fault(two_invoices, tmp_path):
    """`inkassod log export | head -0` says nothing on standard error."""
    read, write = os.pipe()
    os.close(read)
    words = [sys.executable, "-m", "inkassod", "--config", "inkassod.toml", "log", "export"]
    done = subprocess.run(words, cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_the_ledger_belongs_to_its_user_alone(inkassod, installation, tmp_path):
    """Whatever command made it."""
    assert inkassod("log", "list").status == 0
    assert stat.S_IMODE((tmp_path / "inkassod.sqlite3").stat().st_mode) == 0o600
