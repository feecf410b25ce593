"""What the end-to-end tests share: the agency's server, the sample creditor, and the day on which it all happens."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from inkassod.simulator.sample import Sample, sample

OSLO = ZoneInfo("Europe/Oslo")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OSLO)  # a Friday


@pytest.fixture
def noon() -> datetime:
    """Where the clock stands at the start."""
    return NOON


@pytest.fixture
def creditor() -> Sample:
    """Forty customers of that day, with invoices of every sort."""
    return sample(5, NOON.date(), customers=40)
