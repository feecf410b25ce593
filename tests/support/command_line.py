"""The command line for tests: in this process, with what it wrote, or as a process of its own."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from inkassod.cli import execute


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it is."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Calls on the installation in `folder`."""

    folder: Path
    captured: pytest.CaptureFixture[str]

    def __call__(self, *words: object) -> Answer:
        """`inkassod --config FOLDER/inkassod.toml WORDS...`."""
        return self.bare("--config", self.folder / "inkassod.toml", *words)

    def json(self, *words: object) -> Answer:
        """The same with --json."""
        return self("--json", *words)

    def bare(self, *words: object) -> Answer:
        """`inkassod WORDS...`."""
        self.captured.readouterr()
        with logging_kept():
            status = execute([str(word) for word in words])
        written = self.captured.readouterr()
        return Answer(status, written.out, written.err)


@contextmanager
def logging_kept() -> Iterator[None]:
    """What a block sets up for its logging is taken back at its end."""
    root, own = logging.getLogger(), logging.getLogger("inkassod")
    kept = root.handlers[:], root.level, own.level
    root.handlers.clear()
    try:
        yield
    finally:
        root.handlers[:] = kept[0]
        root.setLevel(kept[1])
        own.setLevel(kept[2])
        structlog.reset_defaults()


def process(*words: object, folder: Path, environment: Mapping[str, str] | None = None) -> Answer:
    """`inkassod WORDS...` as a process in the folder; the environment is added to this one's."""
    done = subprocess.run(
        [sys.executable, "-m", "inkassod", *(str(word) for word in words)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
