"""Tells systemd how the service fares, by the protocol of sd_notify(3): one datagram of lines to a local socket.

Without NOTIFY_SOCKET (not started by systemd) nothing happens, and nothing here ever raises: a supervisor that does
not listen is no reason for the daemon to stop.
"""

from __future__ import annotations

import os
import socket
import time

_SEND_SECONDS = 1.0  # systemd reads at once; a dead reader must not hold a worker up


def ready(status: str) -> None:
    """The service has started, or has taken in changed settings; `status` is shown by systemctl status."""
    _send("READY=1", _status(status))


def status(text: str) -> None:
    """One line on what the service does, for systemctl status."""
    _send(_status(text))


def watchdog() -> None:
    """The service makes progress. To be sent only when every worker does, at least once a `watchdog_interval`."""
    _send("WATCHDOG=1")


def reloading() -> None:
    """The service takes in changed settings; `ready` must follow."""
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    _send("RELOADING=1", f"MONOTONIC_USEC={now}")


def stopping() -> None:
    """The service is on its way down."""
    _send("STOPPING=1")


def watchdog_interval() -> float | None:
    """Seconds between two signs of life: half of what systemd waits (sd_watchdog_enabled(3)), or None if it does not."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    pid = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not (microseconds.isascii() and microseconds.isdigit()) or pid != str(os.getpid()):
        return None
    return int(microseconds) / 2_000_000 or None


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())}"  # a line end would begin another field


def _send(*fields: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # the abstract namespace, unix(7)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.settimeout(_SEND_SECONDS)
            sender.sendto("\n".join(fields).encode("utf-8", "replace"), address)
    except (OSError, ValueError):
        return
