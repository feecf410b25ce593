"""What a decision hands back: the changes to make, what to tell of each line, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from inkasso_formats.problems import FormatProblem
from inkassod.core.model import CaseChange, Counts, Effect


@dataclass(slots=True)
class Decision:
    """The outcome of deciding on a batch of records.

    `new`: records that come into the ledger as they are; `rows`: whole rows by table name, to put in or in place of others.
    """

    changes: list[CaseChange] = field(default_factory=list)
    new: list[Any] = field(default_factory=list)
    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    amount: int = 0

    def applied(self, change: CaseChange, *effects: Effect) -> None:
        """One record took effect."""
        self.changes.append(change)
        self.effects.extend(effects)
        self.counts.applied += 1

    def unchanged(self) -> None:
        """One record said nothing new."""
        self.counts.unchanged += 1

    def refused(self, problem: FormatProblem) -> None:
        """One record is left out, and why."""
        self.problems.append(problem)
        self.counts.refused += 1

    def stray(self, problem: FormatProblem) -> None:
        """One record belongs to nothing of ours: shown, never dropped."""
        self.problems.append(problem)
        self.counts.stray += 1
