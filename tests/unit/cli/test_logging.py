from __future__ import annotations

import pytest
import structlog

from inkassod import log
from support.command_line import logging_kept


@pytest.mark.parametrize(
    ("level", "heard"), [("info", False), ("warning", True), ("error", False), ("exception", False)]
)
def test_a_command_logs_warnings_only(capsys, level, heard):
    """What it did and over what it failed it tells itself, without a traceback."""
    with logging_kept():
        log.configure("text", warnings_only=True)
        getattr(structlog.get_logger("inkassod.exchange"), level)("exchange_tried", attempt=1)
    assert ("exchange_tried" in capsys.readouterr().err) is heard


def test_control_characters_become_one_mark_each():
    """So that what stands under a text still stands under the same letter."""
    assert log.harmless("a\x1b[1m\tb\u202ec") == "a\ufffd[1m\ufffdb\ufffdc"
