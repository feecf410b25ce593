"""The daemon of the demo: a process of its own, started and ended as a service manager would."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from inkassod.demo.stop import LOOK_SECONDS, Stop

START_SECONDS = 30.0
END_SECONDS = 20.0
_READY = re.compile(r"^\S+ info\s+ready\b", re.MULTILINE)


class NotSeenError(Exception):
    """A step did not come; the text says what was waited for, and where to look."""


class Daemon:
    """`inkassod run` on these settings, from `with` to the end of the block. `log` gets what it writes on standard error."""

    def __init__(self, settings: Path, log: Path, stop: Stop) -> None:
        self.settings, self.log = settings, log
        self._stop = stop
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the process; 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "inkassod", "--config", str(self.settings), "run"]
        with self.log.open("wb") as output:
            # A session of its own: Ctrl-C reaches the demo alone, which then ends the daemon in its turn.
            self._process = subprocess.Popen(  # noqa: S603  (our own program)
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.end()

    def lives(self) -> bool:
        """True while the process runs."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> int:
        """Asks the process to end, and kills it where it does not. Returns its exit status; safe to call again."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not _READY.search(self.log.read_text("utf-8", "replace")):
            if not self.lives():
                raise NotSeenError(f"the daemon ended before it was ready: look into {self.log}")
            if time.monotonic() > until:
                raise NotSeenError(
                    f"waited {START_SECONDS:.0f} s for the daemon to be ready: look into {self.log}"
                )
            self._stop.wait(LOOK_SECONDS)
