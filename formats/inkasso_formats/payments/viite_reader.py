"""Reads the records of Finnish reference payments by their grammar, `(0 (3|5|7)* 9)+`.

Every record is read even where one before it is wrong, so that all problems are found in one pass; whoever uses the
reader must look at `problems` when the lines are through, for then the items count for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from inkasso_formats.layout import Values, parse_line
from inkasso_formats.payments import viite_records as records
from inkasso_formats.payments.fixed import MOST_PROBLEMS, Line, decimals, field_problem, structure_problem
from inkasso_formats.payments.viite_records import Item
from inkasso_formats.problems import FormatProblem
from inkasso_formats.references import viite_holds
from inkasso_formats.tolerance import Deviations, Tolerance, filled, lines

_STRUCTURE = "ktl.structure"
_TOTALS = {
    "payments": "payments",
    "corrections": "corrections",
    "failed": "failed direct debits",
}


@dataclass(slots=True)
class OpenBatch:
    """A batch as far as it is read. `readable` is False once an item could not be read: then no sum is judged."""

    line: Line
    head: Values
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TOTALS, 0))
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TOTALS, 0))
    readable: bool = True
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, values: Values) -> str:
        """Counts one item and says which total it is of."""
        correction, feedback = values.get("correction"), values.get("feedback")
        total = "corrections" if correction == "1" else "payments"
        if values.get("kind") == "5" and feedback not in records.DONE:
            total = "failed"
        self.counts[total] += 1
        amount = values.get("amount")
        if isinstance(amount, int) and correction is not None:
            self.sums[total] += amount
        else:
            self.readable = False
        return total


class Reader:
    """The state between two lines; `problems`, `warnings` and `batches` are to be looked at when the lines are through."""

    def __init__(self, tolerance: Tolerance) -> None:
        self._found = Deviations(tolerance)
        self.problems = self._found.problems
        self.warnings = self._found.warnings
        self.batches: list[OpenBatch] = []
        self._batch: OpenBatch | None = None
        self._digests: dict[bytes, int] = {}

    def items(self, content: bytes | Iterable[bytes]) -> Iterator[tuple[OpenBatch, Item]]:
        """Each item with its batch, failed direct debits included; none any more after the first problem."""
        for number, text in lines(content, self._found, records.LENGTH):
            item = self._line(number, text)
            if item is not None and self._batch is not None:
                yield self._batch, item
            if len(self.problems) > MOST_PROBLEMS:
                rule = f"more than {MOST_PROBLEMS} problems: what follows is not read"
                self.problems.append(FormatProblem(code=_STRUCTURE, line=number, rule=rule))
                return
        self._close(None)
        if not self.batches and not self.problems:
            rule = "the file is empty: a batch record that begins with 0 expected"
            self.problems.append(FormatProblem(code="ktl.empty", rule=rule))

    def _line(self, number: int, text: str) -> Item | None:
        record = records.BY_TAG.get(text[:1])
        if record is None:
            rule = "no record of reference payments begins like this: 0, 3, 5, 7 or 9 expected"
            self.problems.append(FormatProblem(code=_STRUCTURE, line=number, value=text[:1], rule=rule))
            return None
        whole = filled(record, text, number, self._found)
        line = Line(number, whole or text, record)
        values: Values = {}
        if whole is not None:
            values, problems = parse_line(record, whole, number)
            self.problems += problems
        if record is records.ITEM:
            return self._item(line, values)
        step = self._open if record is records.BATCH else self._sum
        step(line, values)
        return None

    def _open(self, line: Line, values: Values) -> None:
        self._close(line)
        self._batch = self._begin(line, values)

    def _begin(self, line: Line, head: Values) -> OpenBatch:
        batch = OpenBatch(line, head)
        batch.digest.update(line.text.encode())
        self.batches.append(batch)
        return batch

    def _close(self, line: Line | None) -> None:
        if self._batch is not None:
            begun = self._batch.line.number
            rule = f"the batch that begins in line {begun} has no sum record 9 with its totals"
            self.problems.append(structure_problem(_STRUCTURE, line, rule))
            self._batch = None

    def _sum(self, line: Line, said: Values) -> None:
        batch, self._batch = self._batch, None
        if batch is None:
            rule = "ends a batch that has not begun: batch record 0 expected before it"
            self.problems.append(structure_problem(_STRUCTURE, line, rule))
            return
        self.problems += _total_problems(line, said, batch)
        earlier = self._digests.setdefault(batch.digest.digest(), batch.line.number)
        if earlier != batch.line.number and any(batch.counts.values()):
            rule = f"the batch of line {batch.line.number} stands in line {earlier} already: the same payments twice"
            self.problems.append(structure_problem(_STRUCTURE, line, rule))

    def _item(self, line: Line, values: Values) -> Item | None:
        if self._batch is None:
            rule = "stands outside a batch: batch record 0 expected before it"
            self.problems.append(structure_problem(_STRUCTURE, line, rule))
        batch = self._batch = self._batch or self._begin(line, {})
        batch.digest.update(line.text.encode())
        total = batch.add(values)
        reference = str(values.get("reference") or "").lstrip("0")
        self._judge(line, values, reference, total)
        if self.problems:
            return None
        kept = {name: values[name] for name in _KEPT}
        return Item(
            **kept,  # type: ignore[arg-type]
            reference=reference,
            correction=values["correction"] == "1",
            line=line.number,
        )

    def _judge(self, line: Line, values: Values, reference: str, total: str) -> None:
        """What is wrong with a reference, and what else of an item must be told."""
        if not reference and values.get("reference") is not None:
            rule = "no reference; the payment is kept as it stands"
            self.warnings.append(field_problem("ktl.reference", line, "reference", rule, warning=True))
        elif reference and not viite_holds(reference):
            place = line.record.field("reference")
            self._found.met_in("wrong_check_digit", line.record, place, line.number, value=reference)
        if total == "failed":
            rule = "a direct debit that failed: no money came, and no payment is made of it"
            self.warnings.append(field_problem("ktl.failed", line, "feedback", rule, warning=True))


_KEPT = (
    "kind",
    "account",
    "booking_date",
    "payment_date",
    "archive_id",
    "payer_name",
    "name_source",
    "amount",
    "delivery_method",
    "feedback",
)


def _total_problems(line: Line, said: Values, batch: OpenBatch) -> Iterator[FormatProblem]:
    of = f"the batch that begins in line {batch.line.number}"
    for name, words in _TOTALS.items():
        stated = _number(said, name)
        if stated not in {None, batch.counts[name]}:
            rule = f"{of} holds {batch.counts[name]} {words}"
            yield field_problem("ktl.count", line, name, rule)
        stated_sum = _number(said, f"{name}_sum")
        if batch.readable and stated_sum is not None and stated_sum != batch.sums[name]:
            rule = (
                f"the {words} of {of} add up to {decimals(batch.sums[name])}, not to {decimals(stated_sum)}"
            )
            yield field_problem("ktl.sum", line, f"{name}_sum", rule)


def _number(said: Values, name: str) -> int | None:
    """What a sum record says; blank is zero, and None what it does not say or unreadably."""
    value = said.get(name)
    if isinstance(value, str):
        return int(value or "0")
    return value if isinstance(value, int) else None
