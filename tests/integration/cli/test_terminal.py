"""On a terminal tables fit its width; the same command in a pipe is not broken."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

from support.command_line import process


def on_terminal(folder, *words: str, columns: int) -> list[str]:
    """What `inkassod WORDS...` shows on a terminal so many columns wide, without colours."""
    own, theirs = pty.openpty()
    command = [sys.executable, "-m", "inkassod", "--config", "inkassod.toml", *words]
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    running = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    written = bytearray()
    try:
        while piece := os.read(own, 4096):
            written += piece
    except OSError:  # how a pseudo terminal says that nobody has it open any more
        pass
    finally:
        os.close(own)
        assert running.wait(60) == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode()).replace("\r", "").splitlines()


def test_a_table_fits_the_terminal(two_invoices, tmp_path):
    """Numbers and times stay whole, texts are broken where it is too narrow."""
    lines = on_terminal(tmp_path, "log", "list", columns=80)
    assert max(len(line) for line in lines) <= 80
    assert sum("2026-03-02 09:00:00" in line for line in lines) == 3
    assert any(set(line.strip()) == {"─"} for line in lines)


def test_a_pipe_gets_the_same_rows_unbroken(two_invoices, tmp_path):
    """One line for each run, without lines or colours."""
    told = process("--config", "inkassod.toml", "log", "list", folder=tmp_path, environment={"COLUMNS": "20"})
    assert len(told.out.splitlines()) == 4
    assert "─" not in told.out
    assert "\x1b" not in told.out
