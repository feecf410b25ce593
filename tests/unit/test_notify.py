import os
import socket
import time

import pytest

from inkassod import notify


@pytest.fixture(params=["path", "abstract"])
def listener(request, tmp_path, monkeypatch):
    """A socket that receives what systemd would."""
    name = (
        str(tmp_path / "notify") if request.param == "path" else f"@inkassod-test-{os.getpid()}-{id(request)}"
    )
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(name if request.param == "path" else "\0" + name[1:])
        receiver.settimeout(10)
        yield lambda: receiver.recv(4096).decode()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: notify.ready("2 agreements"), "READY=1\nSTATUS=2 agreements"),
        (lambda: notify.status("reads ø.csv"), "STATUS=reads ø.csv"),
        (lambda: notify.status("a\nREADY=1\t\0b"), "STATUS=a READY=1 \0b"),
        (notify.watchdog, "WATCHDOG=1"),
        (notify.stopping, "STOPPING=1"),
    ],
    ids=["ready", "status", "one-line", "watchdog", "stopping"],
)
def test_each_message_is_one_datagram(listener, call, expected):
    """Systemd gets the fields of sd_notify(3), by a path or an abstract name; a status cannot begin another field."""
    call()
    assert listener() == expected


def test_a_reload_is_told_with_the_time_of_the_monotonic_clock(listener):
    """Systemd compares the time with the moment at which it asked for the reload."""
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notify.reloading()
    first, second = listener().split("\n")
    assert first == "RELOADING=1"
    assert (
        before
        <= int(second.removeprefix("MONOTONIC_USEC="))
        <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    )


@pytest.mark.parametrize(
    "address", [None, "", "/nowhere/at/all", "@", "@nobody-listens", "vsock:2:1", "/" + "x" * 500]
)
def test_without_a_listener_nothing_happens(address, monkeypatch):
    """No supervisor, a dead one or a strange one: the daemon goes on."""
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    calls = [
        lambda: notify.ready("a"),
        lambda: notify.status("a"),
        notify.watchdog,
        notify.reloading,
        notify.stopping,
    ]
    assert [call() for call in calls] == [None] * 5


def test_a_listener_that_never_reads_does_not_hold_the_daemon_up(tmp_path, monkeypatch):
    """When its queue is full the message is dropped."""
    monkeypatch.setattr(notify, "_SEND_SECONDS", 0)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        for _ in range(1000):
            notify.watchdog()
        deaf.setblocking(False)
        assert deaf.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("microseconds", "pid", "expected"),
    [
        ("900000000", None, 450.0),
        ("900000000", "own", 450.0),
        ("900000000", "1", None),
        ("0", None, None),
        ("-5", None, None),
        ("soon", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(microseconds, pid, expected, monkeypatch):
    """Half of what systemd waits, and only for the process that it watches."""
    for name, value in [
        ("WATCHDOG_USEC", microseconds),
        ("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid),
    ]:
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert notify.watchdog_interval() == expected
