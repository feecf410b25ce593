"""The daemon ends when it is asked to, whatever it is doing, and loses nothing by it; two of them do each other no harm."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from inkasso_formats.feed import CustomerRow, render_csv
from inkassod import app
from inkassod.installation import Installation
from inkassod.simulator.placing import place as put
from support.daemon import (
    Daemon,
    Place,
    assert_archive_is_whole,
    assert_nothing_is_left_over,
    ended,
    folder_transport,
    ledger,
    prepare,
    running,
    until,
)

MANY = 40_000  # rows: enough to keep the daemon busy for a few seconds


def new_place(folder: Path, *, stop_seconds: int = 10) -> Place:
    (folder / "agency").mkdir()
    for name in ("in", "out"):
        (folder / "agency" / name).mkdir()
    return prepare(folder, folder_transport(folder / "agency"), stop_seconds=stop_seconds)


def customers(first: int, number: int) -> bytes:
    rows = [CustomerRow(0, str(first + n), f"Ekornfaret {first + n} AS", "company") for n in range(number)]
    return render_csv(rows)


def count(installation: Installation) -> int:
    with installation.database.read() as connection:
        return int(connection.exec_driver_sql("select count(*) from customers").scalar() or 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_daemon_ends_with_status_0(tmp_path, number):
    """SIGTERM and SIGINT end the daemon, which says that it has stopped."""
    place = new_place(tmp_path)
    with running(place) as daemon:
        assert daemon.stop(number) == 0
        assert " stopped" in daemon.text()


@pytest.mark.parametrize("stop_seconds", [1, 60])
def test_a_busy_daemon_ends_with_status_0_and_loses_nothing(tmp_path, stop_seconds):
    """Asked to end over a long file, the daemon finishes it or leaves it for the next start; it takes effect once."""
    place = new_place(tmp_path, stop_seconds=stop_seconds)
    with ledger(place) as installation:
        with running(place) as daemon:
            put(place.erp, "customers.csv", customers(1_000_000, MANY))
            until("the file to be taken", lambda: app.log_list(installation, filters={"kind": "feed"}))
            assert daemon.stop() == 0, daemon.text()
        with running(place, "second.log"):
            until("the file to be read", lambda: ended(installation, "feed"))
            until(
                "nothing to be left in work", lambda: not list((place.spool / "erp" / "work").glob("[0-9]*"))
            )
        (run,) = ended(installation, "feed")
        assert (run["outcome"], run["counts"]["applied"]) == ("done", MANY)
        assert count(installation) == MANY
        assert_nothing_is_left_over(place)


def test_two_daemons_on_one_spool_do_no_harm(tmp_path):
    """Whichever takes a file, it is read once and by one of them; both end with status 0."""
    place = new_place(tmp_path)
    with ledger(place) as installation:
        with running(place, "first.log") as first, running(place, "second.log") as second:
            for number in range(20):
                put(place.erp, f"customers-{number:02d}.csv", customers(1_000 * (number + 1), 5))
            until("all files to be read", lambda: len(ended(installation, "feed")) == 20)
            assert count(installation) == 100
            assert_no_tracebacks(first, second)
        names = Counter(run["file"]["name"] for run in ended(installation, "feed"))
        assert set(names.values()) == {1}
        assert {run["outcome"] for run in ended(installation, "feed")} == {"done"}
        assert_archive_is_whole(place, installation)
        assert_nothing_is_left_over(place)


def test_a_killed_daemon_loses_nothing(tmp_path):
    """Killed in the middle of a file, the daemon reads it again at the next start, and it takes effect once."""
    place = new_place(tmp_path)
    with ledger(place) as installation:
        daemon = Daemon(place)
        daemon.wait_until_ready()
        put(place.erp, "customers.csv", customers(1_000_000, MANY))
        until("the file to be taken", lambda: app.log_list(installation, filters={"kind": "feed"}))
        assert daemon.stop(signal.SIGKILL) == -signal.SIGKILL
        with running(place, "second.log"):
            until("the file to be read", lambda: ended(installation, "feed"))
            until(
                "nothing to be left in work", lambda: not list((place.spool / "erp" / "work").glob("[0-9]*"))
            )
        (run,) = ended(installation, "feed")
        assert (run["outcome"], run["counts"]["applied"]) == ("done", MANY)
        assert count(installation) == MANY


def assert_no_tracebacks(*daemons: Daemon) -> None:
    assert [daemon.text() for daemon in daemons if "Traceback" in daemon.text()] == []
