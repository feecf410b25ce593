"""How a demo is asked to end: by Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

LOOK_SECONDS = 0.05


class StoppedError(Exception):
    """Somebody asked the demo to end."""


@dataclass(slots=True)
class Stop:
    """Whether the demo was asked to end.

    A plain value: a handler that sets a threading.Event while the same thread waits on it can wait for itself for ever.
    """

    asked: bool = False

    def wait(self, seconds: float) -> None:
        """Waits so long. Raises StoppedError as soon as the demo is asked to end."""
        until = time.monotonic() + seconds
        while not self.asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, LOOK_SECONDS))
        if self.asked:
            raise StoppedError


@contextmanager
def stoppable() -> Iterator[Stop]:
    """SIGINT and SIGTERM ask for the end within the block; as before after it. For the main thread."""
    stop = Stop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.asked = True

    former = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
