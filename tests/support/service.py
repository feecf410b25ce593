"""The service run in a thread of the test, and waiting for what it brings about."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from inkassod.installation import Installation
from inkassod.service import Service

T = TypeVar("T")
LONG = 60.0  # seconds that anything may take on a busy machine before a test gives up


@contextmanager
def running(installation: Installation) -> Iterator[Service]:
    """The service in a thread; ended, and waited for, at the end."""
    daemon = Service(installation)
    thread = threading.Thread(target=daemon.run, name="service")
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(LONG)
        assert not thread.is_alive()


def eventually(what: Callable[[], T]) -> T:
    """What it gives, once that is true; fails after LONG seconds."""
    end = time.monotonic() + LONG
    while not (found := what()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return found
