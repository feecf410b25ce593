"""What the steps of the demo share: the ledger, agency and daemon, and how to wait until something is seen."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from inkassod import app
from inkassod.demo.daemon import Daemon, NotSeenError
from inkassod.demo.place import AGREEMENT
from inkassod.demo.stop import LOOK_SECONDS, Stop
from inkassod.installation import Actor, Installation
from inkassod.simulator.command import Simulation
from inkassod.simulator.sample import Sample
from inkassod.views import Document

STEP_SECONDS = 40.0  # a step takes a second or two; a machine that is busy gets this long
OPERATOR = Actor("manual", "demo")
EVERYTHING = 1_000_000
BANK_FILES = "OCR"  # the names of the files that come through the bank begin so

Say = Callable[[str], None]
T = TypeVar("T")


@dataclass(slots=True)
class Scene:
    """The running demo. `chosen` and `direct` are the invoices handed over, and those that debtors then pay directly."""

    installation: Installation
    simulation: Simulation
    daemon: Daemon
    creditor: Sample
    today: date
    say: Say
    stop: Stop
    chosen: list[str] = field(default_factory=list)
    direct: list[str] = field(default_factory=list)

    @property
    def erp_inbox(self) -> Path:
        """Where the ERP drops its feed."""
        return self.installation.spool.erp.inbox

    @property
    def bank_inbox(self) -> Path:
        """Where the bank's files arrive."""
        return self.installation.spool.bank.inbox

    def wait(self, what: str, probe: Callable[[], T]) -> T:
        """The probe's first answer that is not empty.

        Raises NotSeenError after STEP_SECONDS, when a run has failed, or when the daemon ends.
        """
        until = time.monotonic() + STEP_SECONDS
        while not (answer := probe()):
            self._expect_no_failure(what)
            if not self.daemon.lives():
                raise NotSeenError(f"the daemon ended while waiting for {what}: look into {self.daemon.log}")
            if time.monotonic() > until:
                raise NotSeenError(f"waited {STEP_SECONDS:.0f} s for {what}: look into {self.daemon.log}")
            self.stop.wait(LOOK_SECONDS)
        return answer

    def _expect_no_failure(self, what: str) -> None:
        for run in app.log_list(self.installation, filters={"outcome": "failed"}, limit=1):
            text = f"run {run['run']} ({run['kind']}) failed while waiting for {what}: {run['summary']}"
            raise NotSeenError(f"{text}; look into {self.daemon.log}")

    def expect(self, what: str, *, seen: bool) -> None:
        """Raises NotSeenError where the ledger says otherwise."""
        if not seen:
            raise NotSeenError(
                f"expected {what}; `inkassod log list` and {self.daemon.log} say what was instead"
            )

    def runs(self, kind: str) -> list[Document]:
        """The runs of a kind that have ended, oldest first."""
        found = app.log_list(self.installation, filters={"kind": kind}, limit=EVERYTHING)
        return [run for run in reversed(found) if run["finished"] is not None]

    def cases(self, status: str = "") -> list[Document]:
        """The cases, of one status or of all."""
        return app.cases_list(self.installation, status=status, agreement=AGREEMENT, limit=EVERYTHING)

    def agency_answers(self) -> list[str]:
        """One step of the agency, and what it put out fetched as `inkassod fetch` does. Returns the names it wrote."""
        names = self.simulation.partner.step()
        if all(name.startswith(BANK_FILES) for name in names):
            return names
        try:
            app.fetch(self.installation, AGREEMENT, OPERATOR)
        except app.TransportError as error:
            raise NotSeenError(f"the agency's server was not reached: {error}") from error
        return names


def ore(text: str) -> int:
    """The øre of an amount as documents write it."""
    return int(text.replace(".", ""))


def kroner(amount: int) -> str:
    """An amount for people: blanks between thousands."""
    return f"{amount // 100:,}.{amount % 100:02d}".replace(",", " ")


def counted(words: Iterable[str]) -> str:
    """`3 this, 2 that`, the most frequent first."""
    return ", ".join(f"{count} {word}" for word, count in Counter(words).most_common())


def aligned(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> list[str]:
    """The rows as lines in which each column begins (or, for those in `right`, ends) at the same place."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
