import os
import threading
import time as system_time
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkassod.clock import FileClock, SystemClock, from_environment, next_time, set_clock

OSLO = ZoneInfo("Europe/Oslo")
HELSINKI = ZoneInfo("Europe/Helsinki")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("after", "times", "expected"),
    [
        ("2026-11-20T05:59:59+01:00", ["06:00"], "2026-11-20T06:00:00+01:00"),
        ("2026-11-20T06:00:00+01:00", ["06:00"], "2026-11-21T06:00:00+01:00"),
        ("2026-11-20T06:00:01+01:00", ["06:00", "13:30"], "2026-11-20T13:30:00+01:00"),
        ("2026-11-20T23:00:00+01:00", ["13:30", "06:00"], "2026-11-21T06:00:00+01:00"),
        ("2026-12-31T23:59:59+01:00", ["00:00"], "2027-01-01T00:00:00+01:00"),
        ("2028-02-28T18:00:00+01:00", ["18:00"], "2028-02-29T18:00:00+01:00"),
    ],
)
def test_the_next_time_is_the_first_after_a_moment(after, times, expected):
    """A time that is just now counts as past; the order of the times is free."""
    found = next_time(datetime.fromisoformat(after), [time.fromisoformat(one) for one in times], OSLO)
    assert (found, found.tzinfo) == (utc(expected), UTC)


@pytest.mark.parametrize(
    ("after", "at", "expected"),
    [
        ("2026-03-28T12:00:00+01:00", "02:30", "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", "02:00", "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", "03:00", "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", "01:59", "2026-03-29T01:59:00+01:00"),
        ("2026-03-29T03:00:00+02:00", "02:30", "2026-03-30T02:30:00+02:00"),
        ("2026-03-28T06:00:00+01:00", "06:00", "2026-03-29T06:00:00+02:00"),
    ],
)
def test_a_time_in_the_gap_of_spring_comes_when_the_gap_ends(after, at, expected):
    """On 29 March 2026 the clock goes from 02:00 to 03:00 in Norway."""
    assert next_time(datetime.fromisoformat(after), [time.fromisoformat(at)], OSLO) == utc(expected)


@pytest.mark.parametrize(
    ("after", "at", "expected"),
    [
        ("2026-10-24T12:00:00+02:00", "02:30", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:30:00+02:00", "02:30", "2026-10-26T02:30:00+01:00"),
        ("2026-10-25T02:30:00+01:00", "02:30", "2026-10-26T02:30:00+01:00"),
        ("2026-10-25T02:10:00+01:00", "02:30", "2026-10-26T02:30:00+01:00"),
        ("2026-10-24T06:00:00+02:00", "06:00", "2026-10-25T06:00:00+01:00"),
    ],
)
def test_a_time_that_comes_twice_in_autumn_counts_once(after, at, expected):
    """On 25 October 2026 the hour from 02:00 comes twice in Norway; the first one counts."""
    assert next_time(datetime.fromisoformat(after), [time.fromisoformat(at)], OSLO) == utc(expected)


def test_zones_change_at_their_own_hour():
    """Finland's gap is from 03:00 to 04:00."""
    found = next_time(utc("2026-03-28T12:00:00+02:00"), [time(3, 30)], HELSINKI)
    assert found == utc("2026-03-29T04:00:00+03:00")


def test_a_gap_over_midnight_is_known():
    """In Cuba the clock goes from 00:00 to 01:00."""
    found = next_time(utc("2026-03-07T12:00:00-05:00"), [time(0, 0)], ZoneInfo("America/Havana"))
    assert found == utc("2026-03-08T01:00:00-04:00")


@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    times=st.lists(
        st.times().map(lambda at: at.replace(second=0, microsecond=0)), min_size=1, max_size=3, unique=True
    ),
    zone=st.sampled_from([OSLO, HELSINKI, ZoneInfo("America/Havana"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_each_day_of_a_week_has_each_time_once(start, times, zone):
    """Stepping through a week meets each day's times once, in order, whatever the clocks do."""
    moment = start.replace(tzinfo=UTC)
    end, met = moment + timedelta(days=8), []
    while (moment := next_time(moment, times, zone)) <= end:
        met.append(moment)
    assert met == sorted(set(met))
    for n in range(2, 6):
        day = (start.replace(tzinfo=UTC).astimezone(zone) + timedelta(days=n)).date()
        local = [at.astimezone(zone) for at in met]
        count = sum(at.date() == day for at in local)
        gap = any(_left_out(day, at, zone) for at in times)
        assert count == len(times) or (gap and 1 <= count <= len(times))


def _left_out(day: date, at: time, zone: ZoneInfo) -> bool:
    wall = datetime.combine(day, at, tzinfo=zone)
    return wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None)


def test_the_next_time_needs_a_time_and_an_aware_moment():
    """What cannot be answered is refused."""
    sentence = "next_time needs an aware time and at least one time of day"
    with pytest.raises(ValueError, match=sentence):
        next_time(utc("2026-01-01T00:00:00+01:00"), [], OSLO)
    with pytest.raises(ValueError, match=sentence):
        next_time(datetime(2026, 1, 1), [time(6)], OSLO)  # noqa: DTZ001


def test_the_clock_of_the_system_is_aware():
    """The time is told in UTC, the date in the zone that is asked for."""
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.today(ZoneInfo("Pacific/Kiritimati")) > clock.today(ZoneInfo("Pacific/Pago_Pago"))
    assert clock.monotonic() <= clock.monotonic()


def test_waiting_ends_when_the_event_is_set():
    """Waiting tells whether the event came."""
    event = threading.Event()
    assert SystemClock().wait(event, 0.01) is False
    assert SystemClock().wait(event, -1) is False
    event.set()
    assert SystemClock().wait(event, 60) is True


def test_a_file_clock_stands_where_the_file_says(tmp_path):
    """The clock is set by writing the file, and stands still in between."""
    path = tmp_path / "clock"
    path.write_text("2026-11-20T23:30:00-01:00\n")
    clock = FileClock(path)
    assert clock.now() == clock.now() == utc("2026-11-21T00:30:00+00:00")
    assert clock.now().tzinfo is UTC
    assert clock.today(OSLO) == date(2026, 11, 21)
    set_clock(path, utc("2026-12-24T12:00:00+01:00"))
    assert clock.now() == utc("2026-12-24T12:00:00+01:00")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_clock_can_run_from_where_it_was_set(tmp_path):
    """With + it goes on in real time, counted from when the file was written."""
    path = tmp_path / "clock"
    set_clock(path, utc("2026-11-20T06:00:00+01:00"), runs=True)
    written = system_time.time() - 90
    os.utime(path, (written, written))
    passed = FileClock(path).now() - utc("2026-11-20T06:00:00+01:00")
    assert timedelta(seconds=90) <= passed < timedelta(seconds=150)


def test_an_empty_clock_file_is_one_being_written(tmp_path):
    """A reader between two steps of a writer keeps the time it had."""
    path = tmp_path / "clock"
    set_clock(path, utc("2026-11-20T06:00:00+01:00"))
    clock = FileClock(path)
    clock.now()
    path.write_text("")
    assert clock.now() == utc("2026-11-20T06:00:00+01:00")
    set_clock(path, utc("2026-11-20T07:00:00+01:00"))
    assert clock.now() == utc("2026-11-20T07:00:00+01:00")


@pytest.mark.parametrize("text", ["", "noon", "2026-11-20T06:00:00", "2026-11-20T06:00:00+01:00\n-"])
def test_a_clock_file_that_holds_no_time_is_refused(tmp_path, text):
    """A wrong clock is named with its file and content."""
    path = tmp_path / "clock"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        FileClock(path).now()
    assert str(caught.value) == (
        f"{path}: {text!r} is not a clock: an ISO 8601 time with offset, and + on a second line if it runs"
    )


def test_a_clock_is_set_to_aware_times_only(tmp_path):
    """A time without an offset is no time."""
    with pytest.raises(ValueError, match="a clock is set to a time with an offset"):
        set_clock(tmp_path / "clock", datetime(2026, 1, 1))  # noqa: DTZ001


def test_waiting_by_a_file_clock_ends_when_it_is_set(tmp_path):
    """Whoever waits for a simulated time wakes when the clock is set."""
    path = tmp_path / "clock"
    set_clock(path, utc("2026-11-20T06:00:00+01:00"))
    clock, woken = FileClock(path), []
    waiter = threading.Thread(target=lambda: woken.append(clock.wait(threading.Event(), 250)))
    waiter.start()
    hours = 0
    while waiter.is_alive():  # a time set before the wait began wakes nobody
        hours += 1
        set_clock(path, utc("2026-11-20T06:00:00+01:00") + timedelta(hours=hours))
        waiter.join(0.1)
    assert woken == [False]


def test_waiting_by_a_file_clock_ends_with_the_event_or_the_seconds(tmp_path):
    """Seconds of waiting are real ones."""
    path = tmp_path / "clock"
    set_clock(path, utc("2026-11-20T06:00:00+01:00"))
    clock, event = FileClock(path), threading.Event()
    assert clock.wait(event, 0.01) is False
    event.set()
    assert clock.wait(event, 60) is True


def test_the_environment_chooses_the_clock(tmp_path, monkeypatch):
    """INKASSOD_CLOCK names a file; without it the system's clock is used."""
    monkeypatch.delenv("INKASSOD_CLOCK", raising=False)
    assert type(from_environment()) is SystemClock
    set_clock(tmp_path / "clock", utc("2026-11-20T06:00:00+01:00"))
    monkeypatch.setenv("INKASSOD_CLOCK", str(tmp_path / "clock"))
    assert from_environment().now() == utc("2026-11-20T06:00:00+01:00")
