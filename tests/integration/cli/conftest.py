from __future__ import annotations

import pytest

from inkassod.installation import Installation
from support.command_line import CommandLine
from support.installation import build, ready


@pytest.fixture
def installation(tmp_path, monkeypatch) -> Installation:
    """An installation whose clock the commands go by, given by nobody but "kari"."""
    monkeypatch.setenv("INKASSOD_CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("SUDO_USER", "kari")
    made = build(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def two_invoices(installation) -> Installation:
    """The same with invoices 1001 and 1002, which qualify."""
    ready(installation, "1001", "1002")
    return installation


@pytest.fixture
def inkassod(installation, tmp_path, capsys) -> CommandLine:
    """The command line on the installation."""
    return CommandLine(tmp_path, capsys)
