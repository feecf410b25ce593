"""Scheduled jobs: each is done once for every time at which it falls due, also when the daemon was down at that time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from inkassod.clock import next_time
from inkassod.installation import Installation
from inkassod.store import transfers


class Schedule:
    """When jobs were last done, kept in the database and remembered here."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._started = installation.now()
        self._last: dict[str, datetime] = {}

    def daily(self, job: str, times: Sequence[time], zone: ZoneInfo) -> datetime | None:
        """The latest time at which the job fell due and was not done, or None. Several missed times count as one."""
        last = self._last_done(job)
        now = self._installation.now()
        due = None
        following = next_time(last, times, zone) if times else None
        while following is not None and following <= now:
            due = following
            following = next_time(following, times, zone)
        return due

    def every(self, job: str, minutes: int) -> datetime | None:
        """Now, where the job was last done so many minutes ago or longer; else None."""
        now = self._installation.now()
        return now if now - self._last_done(job) >= timedelta(minutes=minutes) else None

    def done(self, job: str, at: datetime) -> None:
        """The job was done for that time."""
        self._last[job] = at
        with self._installation.database.write() as connection:
            transfers.set_done(connection, job, at)

    def _last_done(self, job: str) -> datetime:
        """A job that was never done counts from the start: what falls due before a worker first asks is not missed."""
        if job not in self._last:
            with self._installation.database.read() as connection:
                last = transfers.last_done(connection, job)
            if last is None:
                self.done(job, self._started)
            else:
                self._last[job] = last
        return self._last[job]
