"""What all tests share: settled time-outs for hypothesis, and a clean environment."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy with other tests is no failure of a property.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine that runs the tests leaks into them."""
    for name in list(os.environ):
        if name.startswith("INKASSOD_") or name in {
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
            "CREDENTIALS_DIRECTORY",
        }:
            monkeypatch.delenv(name)
