from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from inkassod.spool import Busy, Spool, hold
from support.files import listed

HOLDER = """
import sys, pathlib
from inkassod.spool import Spool, hold
with hold(Spool(pathlib.Path(sys.argv[1])), "erp", timeout=5):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(spool: Spool) -> subprocess.Popen[bytes]:
    """Another process that holds the lock until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(spool.root)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the holder, as a crash would."""
    process.kill()
    process.communicate(timeout=30)


def test_another_process_is_told_who_holds_the_lock(spool: Spool) -> None:
    """A busy lock says which process holds it."""
    holder = start_holder(spool)
    try:
        with pytest.raises(Busy) as caught, hold(spool, "erp", timeout=0.1):
            pass
    finally:
        end(holder)
    assert caught.value.code == "spool.busy"
    assert str(caught.value) == (
        f"another inkassod (process {holder.pid}) is working on erp; wait for it to end, or stop it"
    )


def test_a_killed_holder_frees_the_lock(spool: Spool) -> None:
    """The kernel releases the lock of a process that died."""
    end(start_holder(spool))
    with hold(spool, "erp", timeout=5):
        assert (spool.root / ".lock-erp").read_text() == f"{os.getpid()}\n"


def test_threads_of_one_process_exclude_each_other(spool: Spool) -> None:
    """A second thread does not get a lock that the first one holds."""
    caught: list[Busy] = []

    def second() -> None:
        try:
            with hold(spool, "erp", timeout=0):
                pass
        except Busy as busy:
            caught.append(busy)

    with hold(spool, "erp", timeout=0):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(30)
    assert len(caught) == 1


def test_who_waits_gets_the_lock_when_it_is_free(spool: Spool) -> None:
    """Within its time a waiting one gets the lock as soon as the holder ends."""
    holder = start_holder(spool)
    timer = threading.Timer(0.2, end, [holder])
    timer.start()
    with hold(spool, "erp", timeout=30):
        timer.join(30)
        assert holder.returncode is not None


def test_the_locks_of_two_areas_are_apart(spool: Spool) -> None:
    """Who works on one area does not keep another one waiting."""
    with hold(spool, "erp", timeout=0), hold(spool, "bank", timeout=0):
        assert listed(spool.root)[:2] == [".lock-bank", ".lock-erp"]


def test_the_lock_is_free_after_an_error_inside(spool: Spool) -> None:
    """An error under the lock passes through and releases it."""
    with pytest.raises(RuntimeError, match="inside"), hold(spool, "erp", timeout=0):
        raise RuntimeError("inside")
    with hold(spool, "erp", timeout=0):
        assert (spool.root / ".lock-erp").exists()


def test_a_link_in_the_place_of_the_lock_is_not_followed(spool: Spool) -> None:
    """The lock never writes to a file outside the spool."""
    (spool.root / ".lock-erp").symlink_to(spool.root / "outside")
    with pytest.raises(OSError, match="Too many levels of symbolic links"), hold(spool, "erp", timeout=0):
        pass
    assert not (spool.root / "outside").exists()
