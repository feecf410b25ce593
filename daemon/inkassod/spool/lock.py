"""One worker per area: a lock that the kernel releases when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from inkassod.spool.atomic import PRIVATE_FILE
from inkassod.spool.tree import Busy, Spool

POLL_SECONDS = 0.05


@contextmanager
def hold(spool: Spool, name: str, *, timeout: float) -> Iterator[None]:
    """Hold the lock `name` of this spool; who holds an area's lock may treat its work folder as abandoned.

    Waits up to `timeout` seconds (0: not at all), then raises Busy, which names the holder's process. Threads of one
    process exclude each other as processes do; it is not re-entrant. The file stays: deleting it would let two
    holders lock different files.
    """
    path = spool.root / f".lock-{name}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        _lock(descriptor, name, time.monotonic() + timeout)
        os.ftruncate(descriptor, 0)
        os.pwrite(
            descriptor, f"{os.getpid()}\n".encode(), 0
        )  # for the message of the next one, nothing relies on it
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, name: str, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Busy(_message(descriptor, name)) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _message(descriptor: int, name: str) -> str:
    holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    by = f" (process {holder})" if holder.isdigit() else ""
    return f"another inkassod{by} is working on {name}; wait for it to end, or stop it"
