"""Scheduled jobs: once for every time at which they fall due, whatever happened in between."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inkassod.installation import Installation
from inkassod.schedule import Schedule
from support.installation import again, build, set_time

OSLO = ZoneInfo("Europe/Oslo")
SIX = (time(6, 0),)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A time in Oslo in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=OSLO)


def ask(installation: Installation, schedule: Schedule, when: datetime, times=SIX) -> datetime | None:
    """What is due at that time; it is done at once, as a worker does it."""
    set_time(installation, when)
    due = schedule.daily("fetch", times, OSLO)
    if due is not None:
        schedule.done("fetch", due)
    return due


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation whose clock stands at eight in the morning of 2 March."""
    return build(tmp_path, at=at(2, 8))


def test_a_daily_job_is_due_once_at_its_time(installation: Installation):
    """Not before, at the very minute, and then not again until the next day."""
    schedule = Schedule(installation)
    assert ask(installation, schedule, at(2, 8)) is None
    assert ask(installation, schedule, at(3, 5, 59)) is None
    assert ask(installation, schedule, at(3, 6)) == at(3, 6)
    assert ask(installation, schedule, at(3, 6)) is None
    assert ask(installation, schedule, at(3, 23)) is None
    assert ask(installation, schedule, at(4, 6, 1)) == at(4, 6)


def test_a_job_that_was_never_done_counts_from_the_start(installation: Installation):
    """A new installation does not catch up on a time that had passed before, nor miss one that passes before it asks."""
    schedule = Schedule(installation)
    assert ask(installation, schedule, at(2, 8)) is None
    assert ask(installation, schedule, at(2, 23, 59)) is None
    set_time(installation, at(2, 23, 59))
    late = Schedule(installation)
    set_time(installation, at(3, 7))
    assert late.daily("another", SIX, OSLO) == at(3, 6)


def test_missed_times_count_as_one(installation: Installation):
    """After a week's standstill the job is done once, for the latest time."""
    schedule = Schedule(installation)
    ask(installation, schedule, at(2, 8))
    assert ask(installation, schedule, at(9, 7)) == at(9, 6)
    assert ask(installation, schedule, at(9, 8)) is None
    assert ask(installation, schedule, at(10, 6)) == at(10, 6)


def test_several_times_a_day_are_each_due(installation: Installation):
    """Whatever order they are written in."""
    times = (time(18, 0), time(6, 0))
    schedule = Schedule(installation)
    ask(installation, schedule, at(2, 8), times)
    assert ask(installation, schedule, at(2, 18, 5), times) == at(2, 18)
    assert ask(installation, schedule, at(3, 7), times) == at(3, 6)
    assert ask(installation, schedule, at(3, 19), times) == at(3, 18)


def test_a_restart_neither_skips_nor_doubles(installation: Installation, tmp_path: Path):
    """What was done before the restart is not done again; what fell due while the daemon was down is."""
    ask(installation, Schedule(installation), at(2, 8))
    assert ask(installation, Schedule(again(tmp_path)), at(3, 6, 1)) == at(3, 6)
    restarted = again(tmp_path)
    assert ask(restarted, Schedule(restarted), at(3, 6, 2)) is None
    assert ask(restarted, Schedule(again(tmp_path)), at(4, 9)) == at(4, 6)


def test_a_job_that_was_not_done_stays_due(installation: Installation, tmp_path: Path):
    """Being asked is not being done: a job that failed, or died, is due until `done` is called."""
    schedule = Schedule(installation)
    ask(installation, schedule, at(2, 8))
    set_time(installation, at(3, 6, 1))
    assert schedule.daily("fetch", SIX, OSLO) == at(3, 6)
    assert schedule.daily("fetch", SIX, OSLO) == at(3, 6)
    assert Schedule(again(tmp_path)).daily("fetch", SIX, OSLO) == at(3, 6)


def test_jobs_do_not_disturb_each_other(installation: Installation):
    """Each job has a time of its own."""
    schedule = Schedule(installation)
    for job in ("fetch", "corrections"):
        assert schedule.daily(job, SIX, OSLO) is None
    set_time(installation, at(3, 7))
    schedule.done("fetch", at(3, 6))
    assert schedule.daily("fetch", SIX, OSLO) is None
    assert schedule.daily("corrections", SIX, OSLO) == at(3, 6)


def test_without_times_nothing_is_due(installation: Installation):
    """An empty list means by hand only."""
    schedule = Schedule(installation)
    assert ask(installation, schedule, at(9, 7), ()) is None


def test_a_clock_that_is_set_back_does_nothing_twice(installation: Installation):
    """Until the time that was done is passed again, nothing is due."""
    schedule = Schedule(installation)
    ask(installation, schedule, at(2, 8))
    assert ask(installation, schedule, at(3, 6)) == at(3, 6)
    assert ask(installation, schedule, at(2, 5)) is None
    assert ask(installation, schedule, at(3, 6, 30)) is None
    assert ask(installation, schedule, at(4, 6)) == at(4, 6)


def test_summer_time_begins_without_a_skip(installation: Installation):
    """On 29 March 2026 there is no 02:30 in Oslo: the job is due when the gap ends, at 03:00, once."""
    half_past_two = (time(2, 30),)
    schedule = Schedule(installation)
    ask(installation, schedule, at(28, 12), half_past_two)
    assert ask(installation, schedule, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), half_past_two) is None
    due = ask(installation, schedule, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), half_past_two)
    assert due == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert ask(installation, schedule, at(29, 12), half_past_two) is None
    assert ask(installation, schedule, at(30, 2, 30), half_past_two) == at(30, 2, 30)


def test_summer_time_ends_without_doing_it_twice(tmp_path: Path):
    """On 25 October 2026 there are two 02:30 in Oslo: the job is due at the first of them."""
    half_past_two = (time(2, 30),)
    installation = build(tmp_path, at=at(24, 12, month=10))
    schedule = Schedule(installation)
    ask(installation, schedule, at(24, 12, month=10), half_past_two)
    due = ask(installation, schedule, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), half_past_two)
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert ask(installation, schedule, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), half_past_two) is None
    assert ask(installation, schedule, at(26, 2, 30, month=10), half_past_two) == at(26, 2, 30, month=10)


def test_six_in_the_morning_is_six_on_the_wall_all_year(installation: Installation):
    """The instant moves by an hour with summer time; the time of day does not."""
    schedule = Schedule(installation)
    ask(installation, schedule, at(28, 12))
    assert ask(installation, schedule, at(29, 6)) == datetime(2026, 3, 29, 4, 0, tzinfo=UTC)
    assert ask(installation, schedule, at(30, 6)) == datetime(2026, 3, 30, 4, 0, tzinfo=UTC)


def test_a_job_at_intervals_is_due_when_the_interval_has_passed(installation: Installation):
    """Counted from when it was done last; after a standstill once."""
    schedule = Schedule(installation)
    start = at(2, 8)
    assert schedule.every("fetch", 60) is None
    set_time(installation, start + timedelta(minutes=59))
    assert schedule.every("fetch", 60) is None
    set_time(installation, start + timedelta(hours=5))
    due = schedule.every("fetch", 60)
    assert due == start + timedelta(hours=5)
    schedule.done("fetch", due)
    assert schedule.every("fetch", 60) is None
    set_time(installation, start + timedelta(hours=6))
    assert schedule.every("fetch", 60) == start + timedelta(hours=6)
