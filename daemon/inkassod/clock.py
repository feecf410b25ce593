"""The time, as the daemon asks for it: from the system, or from a file that a test sets.

A simulated month needs a clock that can be set while the daemon runs: the environment variable INKASSOD_CLOCK
names a file that holds the time.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time as system_time
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

_LOOK_SECONDS = 0.05


class Clock(Protocol):
    """What the daemon asks of a clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""

    def today(self, time_zone: ZoneInfo) -> date:
        """The date in that time zone."""

    def monotonic(self) -> float:
        """Seconds that only grow, for measuring; never simulated."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for the event, at most so many seconds; True when it is set. May return False early: ask again."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)

    def today(self, time_zone: ZoneInfo) -> date:
        """The date in that time zone."""
        return self.now().astimezone(time_zone).date()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return system_time.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for the event, at most so many seconds; True when it is set."""
        return event.wait(max(0.0, seconds))


class FileClock(SystemClock):
    """A clock that stands where a file says, until the file is written anew.

    The file holds one ISO 8601 time with its offset. With `+` on a second line the clock runs from there, in real
    time since the file was written, so that several processes read the same time. Threads may share it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._held = datetime.min.replace(tzinfo=UTC)
        self._runs_from: float | None = None

    def now(self) -> datetime:
        """The file's time. Raises ValueError, naming file and content, when it holds none; OSError when it is gone."""
        with self._lock:
            self._look()
            if self._runs_from is None:
                return self._held
            return self._held + timedelta(seconds=max(0.0, system_time.time() - self._runs_from))

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait in real time, but no longer than until the file is set anew; True when the event is set."""
        self.now()
        seen, end = self._seen, self.monotonic() + seconds
        while not event.is_set() and self._mark() == seen:
            left = end - self.monotonic()
            if left <= 0:
                break
            event.wait(min(left, _LOOK_SECONDS))
        return event.is_set()

    def _mark(self) -> tuple[int, int, int]:
        status = self._path.stat()
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _look(self) -> None:
        mark = self._mark()
        if mark == self._seen:
            return
        text = self._path.read_text("utf-8").strip()
        if not text and self._seen is not None:
            return  # somebody is writing it: the old time holds until the new one is there
        self._held, runs = _read(self._path, text)
        self._runs_from = mark[1] / 1e9 if runs else None
        self._seen = mark


def set_clock(path: Path, at: datetime, *, runs: bool = False) -> None:
    """Set the clock of a file to an aware time, in one step for whoever reads it; `runs` lets it go on from there."""
    if at.tzinfo is None:
        raise ValueError("a clock is set to a time with an offset")
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(at.isoformat() + ("\n+\n" if runs else "\n"))
    Path(temporary).replace(path)


def from_environment() -> Clock:
    """The clock of the file that INKASSOD_CLOCK names, else the system's."""
    path = os.environ.get("INKASSOD_CLOCK")
    return FileClock(Path(path)) if path else SystemClock()


def next_time(after: datetime, times: Sequence[time], time_zone: ZoneInfo) -> datetime:
    """The first instant after `after` (aware), in UTC, at which a clock on the wall shows one of the times.

    A time that a change of the clocks leaves out comes at the first instant after the change; one that comes twice
    counts the first time only. Raises ValueError without times, or for a naive `after`.
    """
    if not times or after.tzinfo is None:
        raise ValueError("next_time needs an aware time and at least one time of day")
    first = after.astimezone(time_zone).date() - timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(4)]  # the day before, for a time moved over midnight
    return min(at for day in days for at in (_instant(day, one, time_zone) for one in times) if at > after)


def _instant(day: date, at: time, time_zone: ZoneInfo) -> datetime:
    """When the wall clock shows this time on this day, in UTC; in a gap, when the gap has ended.

    `fold` as in PEP 495: in a gap fold=1 counts with the offset after the change, and so lies before it.
    """
    wall = datetime.combine(day, at.replace(fold=0), tzinfo=time_zone)
    late = wall.astimezone(UTC)
    if late.astimezone(time_zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return late
    early = wall.replace(fold=1).astimezone(UTC)
    new = late.astimezone(time_zone).utcoffset()

    def changed(seconds: int) -> bool:
        return (early + timedelta(seconds=seconds)).astimezone(time_zone).utcoffset() == new

    span = range(int((late - early).total_seconds()) + 1)
    return early + timedelta(seconds=bisect_left(span, x=True, key=changed))


def _read(path: Path, text: str) -> tuple[datetime, bool]:
    first, _, rest = text.partition("\n")
    try:
        at = datetime.fromisoformat(first.strip())
    except ValueError:
        at = datetime.min  # noqa: DTZ901  # refused below, as every time without an offset
    if at.tzinfo is None or rest.strip() not in {"", "+"}:
        raise ValueError(
            f"{path}: {text[:80]!r} is not a clock: an ISO 8601 time with offset, and + on a second line if it runs"
        )
    return at.astimezone(UTC), rest.strip() == "+"
