"""What a person can ask for. Each function takes the installation and plain values, and returns documents (`views`).

The command line, and later the console, render what comes back; they decide nothing.
"""

from __future__ import annotations

from inkassod.acts import NotFoundError, UsageError
from inkassod.app.cases import case_show, cases_list, unmatched
from inkassod.app.files import fetch, mark_delivered, read, retry, send
from inkassod.app.handover import (
    allocate,
    candidates,
    corrections_generate,
    corrections_preview,
    double_decide,
    doubles,
    hold,
    release,
    settle,
    transfer,
)
from inkassod.app.layouts import (
    DialectError,
    check_layout,
    describe_layouts,
    new_layout,
    write_layout,
)
from inkassod.app.log import log_export, log_list, log_raw, log_raw_lines, log_show, waiting_to_leave
from inkassod.app.shown import show, show_difference
from inkassod.app.start import (
    agreement_named,
    check_settings,
    installation_of,
    open_installation,
    serve,
)
from inkassod.transport.agent import TransportError

__all__ = [
    "DialectError",
    "NotFoundError",
    "TransportError",
    "UsageError",
    "agreement_named",
    "allocate",
    "candidates",
    "case_show",
    "cases_list",
    "check_layout",
    "check_settings",
    "corrections_generate",
    "corrections_preview",
    "describe_layouts",
    "double_decide",
    "doubles",
    "fetch",
    "hold",
    "installation_of",
    "log_export",
    "log_list",
    "log_raw",
    "log_raw_lines",
    "log_show",
    "mark_delivered",
    "new_layout",
    "open_installation",
    "read",
    "release",
    "retry",
    "send",
    "serve",
    "settle",
    "show",
    "show_difference",
    "transfer",
    "unmatched",
    "waiting_to_leave",
    "write_layout",
]
