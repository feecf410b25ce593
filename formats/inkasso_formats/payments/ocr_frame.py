"""The frame of an OCR Giro file: transmissions and assignments, their start and end records, and what is counted between.

A record that is missing is taken as if it stood there, after its absence has become a problem; so the records behind it
are read too, and one pass finds all problems.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inkasso_formats.layout import Record, Values
from inkasso_formats.payments import ocr_records as records
from inkasso_formats.payments.ocr_model import Transaction
from inkasso_formats.payments.ocr_problems import structure_problem
from inkasso_formats.payments.ocr_totals import Tally, total_problems
from inkasso_formats.problems import FormatProblem


@dataclass(slots=True)
class OpenAssignment:
    """An assignment as far as it is read: of payments, or of mandates, whose lines are kept as they stand."""

    line: int
    ordinal: int  # its place in the transmission, from 1: assignment numbers may repeat
    head: Values
    tally: Tally
    mandates: bool
    end: Values = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OpenTransmission:
    """A transmission as far as it is read."""

    line: int
    head: Values
    tally: Tally
    end: Values = field(default_factory=dict)
    assignments: list[OpenAssignment] = field(default_factory=list)


class Frame:
    """What is open at a line. Problems go to the list it is given."""

    def __init__(self, problems: list[FormatProblem]) -> None:
        self.transmissions: list[OpenTransmission] = []
        self.transmission: OpenTransmission | None = None
        self.assignment: OpenAssignment | None = None
        self._problems = problems

    def count(self, records: int = 1) -> None:
        """Counts records in what is open."""
        if self.transmission is not None:
            self.transmission.tally.records += records
        if self.assignment is not None:
            self.assignment.tally.records += records

    def start_transmission(self, number: int, head: Values) -> None:
        """Opens a transmission, with its start record counted."""
        self.close(number)
        tally = Tally(f"the transmission that begins in line {number}", records=1)
        self.transmission = OpenTransmission(number, head, tally)
        self.transmissions.append(self.transmission)

    def same_transmission(self, head: Values) -> OpenTransmission | None:
        """The transmission of the same number to the same recipient that this file holds already."""
        keys = ("data_recipient", "transmission_number")
        same = (item for item in self.transmissions if all(item.head.get(key) == head[key] for key in keys))
        return next(same, None) if head else None

    def end_transmission(self, line: str, number: int, said: Values) -> None:
        """Closes the transmission and compares its totals with those of its end record."""
        self._close_assignment(number)
        if self.transmission is None:
            rule = "ends a transmission that has not begun"
            self._problems.append(structure_problem(number, rule, line=line))
            return
        self.transmission.end = said
        tally, self.transmission = self.transmission.tally, None
        self._problems += total_problems(records.TRANSMISSION_END, line, number, said, tally)

    def start_assignment(self, number: int, head: Values, *, mandates: bool = False) -> OpenAssignment:
        """Opens an assignment, with its start record counted."""
        self._close_assignment(number)
        siblings = self.transmission.assignments if self.transmission else []
        tally = Tally(f"the assignment that begins in line {number}", records=1)
        self.assignment = OpenAssignment(number, len(siblings) + 1, head, tally, mandates)
        siblings.append(self.assignment)
        return self.assignment

    def within(self, line: str, number: int, *, mandates: bool = False) -> OpenAssignment:
        """The open assignment of the right service; one is opened where there is none."""
        if self.assignment is not None and self.assignment.mandates == mandates:
            return self.assignment
        tag = "NY212420" if mandates else "NY090020"
        rule = f"stands outside an assignment: {tag} expected before it"
        self._problems.append(structure_problem(number, rule, line=line))
        return self.start_assignment(number, {}, mandates=mandates)

    def end_assignment(
        self, record: Record, line: str, number: int, said: Values, *, mandates: bool = False
    ) -> None:
        """Closes the assignment and compares its totals with those of its end record."""
        assignment = self.assignment
        if assignment is None or assignment.mandates != mandates:
            rule = "ends an assignment that has not begun"
            self._problems.append(structure_problem(number, rule, line=line))
            return
        assignment.end = said
        self._problems += total_problems(record, line, number, said, assignment.tally)
        self._finish(assignment)

    def close(self, number: int | None) -> None:
        """Closes what is open although its end record is missing; `number` is the line that showed it, None the end."""
        self._close_assignment(number)
        if self.transmission is not None:
            rule = f"{self.transmission.tally.of} has no end record NY000089 with its totals"
            self._problems.append(structure_problem(number, rule))
            self.transmission = None

    def _close_assignment(self, number: int | None) -> None:
        if self.assignment is not None:
            tag = "NY212488" if self.assignment.mandates else "NY090088"
            rule = f"{self.assignment.tally.of} has no end record {tag} with its totals"
            self._problems.append(structure_problem(number, rule))
            self._finish(self.assignment)

    def _finish(self, assignment: OpenAssignment) -> None:
        if self.transmission is not None:
            self.transmission.tally.take(assignment.tally)
        self.assignment = None
