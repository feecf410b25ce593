"""What is open at a line of a BgMax file: the delivery, its section, the payment; and what was counted in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inkasso_formats.layout import Value, Values
from inkasso_formats.payments.bgmax_model import Entry, ExtraReference, written_at
from inkasso_formats.payments.fixed import Line, decimals, field_problem, structure_problem
from inkasso_formats.problems import FormatProblem

STRUCTURE = "bgmax.structure"


@dataclass(slots=True)
class OpenEntry:
    """A payment or deduction as far as it is read; `rank` is that of its latest record (`bgmax_reader.RANKS`)."""

    line: Line
    values: Values
    rank: int = 0
    references: list[ExtraReference] = field(default_factory=list)
    information: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OpenSection:
    """A section as far as it is read. `readable` is False once an amount could not be read: then no sum is judged."""

    line: Line
    head: Values
    count: int = 0
    amount: int = 0
    readable: bool = True
    entries: list[Entry] = field(default_factory=list)
    end: Line | None = None
    deposit: Values = field(default_factory=dict)

    def add(self, amount: Value, *, deduction: bool) -> None:
        """Counts one payment or deduction; None is an amount that could not be read."""
        self.count += 1
        if isinstance(amount, int):
            self.amount += -amount if deduction else amount
        else:
            self.readable = False


@dataclass(slots=True)
class OpenDelivery:
    """A delivery as far as it is read, with the counts that its end record must state."""

    line: Line
    head: Values
    counts: dict[str, int] = field(
        default_factory=lambda: {"payments": 0, "deductions": 0, "extra_references": 0, "deposits": 0}
    )


class Frame:
    """The delivery and section that are open at a line. Problems go to the list it is given.

    A record that is missing is taken as if it stood there, after its absence has become a problem.
    """

    def __init__(self, problems: list[FormatProblem]) -> None:
        self.deliveries: list[OpenDelivery] = []
        self.delivery: OpenDelivery | None = None
        self.section: OpenSection | None = None
        self._problems = problems

    def start(self, line: Line, head: Values) -> None:
        """Opens a delivery; its time must be one, and no other in the file has the same."""
        self.close(line)
        written = head.get("written")
        if written and any(written == earlier.head.get("written") for earlier in self.deliveries):
            rule = "a file written at this time stands before it already: the same payments twice"
            self._problems.append(field_problem(STRUCTURE, line, "written", rule))
        try:
            written_at(str(written or "20000101" + "0" * 12))
        except ValueError:
            rule = "no such time: YYYYMMDDHHMMSS and six decimals expected"
            self._problems.append(field_problem("bgmax.written", line, "written", rule))
        self._open(line, head)

    def begin_without_start(self, line: Line) -> None:
        """Opens a delivery whose start record is missing."""
        self._structure(line, "stands outside a file: start record 01 expected before it")
        self._open(line, {})

    def _open(self, line: Line, head: Values) -> None:
        self.delivery = OpenDelivery(line, head)
        self.deliveries.append(self.delivery)

    def count(self, name: str) -> None:
        """Counts one record of those whose number the end record states."""
        if self.delivery is not None:
            self.delivery.counts[name] += 1

    def open_section(self, line: Line, head: Values) -> None:
        """Opens a section."""
        self._close_section(line)
        self.section = OpenSection(line, head)

    def section_of(self, line: Line) -> OpenSection:
        """The open section; one is opened where there is none."""
        if self.section is None:
            self._structure(line, "stands outside a section: opening record 05 expected before it")
            self.section = OpenSection(line, {})
        return self.section

    def close_with_deposit(self, line: Line, said: Values) -> OpenSection | None:
        """Closes the section and compares its totals with those of its deposit record."""
        self.count("deposits")
        section, self.section = self.section, None
        if section is None:
            self._structure(line, "ends a section that has not begun: opening record 05 expected before it")
            return None
        self._problems += _deposit_problems(line, said, section)
        section.end, section.deposit = line, said
        return section

    def end(self, line: Line, said: Values) -> None:
        """Closes the delivery and compares its counts with those of its end record."""
        self._close_section(line)
        delivery, self.delivery = self.delivery, None
        if delivery is None:
            self._structure(line, "ends a file that has not begun")
            return
        self._problems += _delivery_problems(line, said, delivery)

    def close(self, line: Line | None) -> None:
        """Closes what is open although its end record is missing; `line` is the one that showed it, None the end."""
        self._close_section(line)
        if self.delivery is not None:
            begun = self.delivery.line.number
            self._structure(
                line, f"the file that begins in line {begun} has no end record 70 with its totals"
            )
            self.delivery = None

    def _close_section(self, line: Line | None) -> None:
        if self.section is not None:
            begun = self.section.line.number
            rule = f"the section that begins in line {begun} has no deposit record 15 with its totals"
            self._structure(line, rule)
            self.section = None

    def _structure(self, line: Line | None, rule: str) -> None:
        self._problems.append(structure_problem(STRUCTURE, line, rule))


_WORDS = {
    "payments": "payments (20)",
    "deductions": "deductions (21)",
    "extra_references": "extra references (22 and 23)",
    "deposits": "deposits (15)",
}


def _deposit_problems(line: Line, said: Values, section: OpenSection) -> Iterator[FormatProblem]:
    """Where a deposit record says something else than its section holds; what it says unreadably is passed over."""
    of = f"the section that begins in line {section.line.number}"
    if said.get("entries") not in {None, section.count}:
        rule = f"{of} holds {section.count} payments and deductions"
        yield field_problem("bgmax.count", line, "entries", rule)
    amount = said.get("amount")
    if section.readable and isinstance(amount, int) and amount != section.amount:
        rule = (
            f"payments less deductions of {of} come to {decimals(section.amount)}, not to {decimals(amount)}"
        )
        yield field_problem("bgmax.sum", line, "amount", rule)
    opened, stated = section.head.get("currency"), said.get("currency")
    if opened and stated and opened != stated:
        rule = f"{of} is in {opened}"
        yield field_problem("bgmax.currency", line, "currency", rule)


def _delivery_problems(line: Line, said: Values, delivery: OpenDelivery) -> Iterator[FormatProblem]:
    """Where an end record says something else than the file holds; what it says unreadably is passed over."""
    for name, count in delivery.counts.items():
        if said.get(name) not in {None, count}:
            rule = f"the file that begins in line {delivery.line.number} holds {count} {_WORDS[name]}"
            yield field_problem("bgmax.count", line, name, rule)


class UnknownTypes:
    """The record types of a file that are not known here: the manual says to pass over them."""

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}  # type: the first line, how many

    def add(self, number: int, tag: str) -> None:
        """Counts one record."""
        self._seen.setdefault(tag, [number, 0])[1] += 1

    def warnings(self) -> Iterator[FormatProblem]:
        """One warning for each type."""
        for tag, (first, count) in self._seen.items():
            rule = f"a record type that is not known here, {count} times in the file: passed over, as the manual says"
            yield FormatProblem(code="bgmax.unknown_record", line=first, value=tag, rule=rule, warning=True)
