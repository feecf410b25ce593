"""Control totals of OCR Giro: what has been seen since a start record, compared with what the end record says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from inkasso_formats.layout import Record, Value, Values
from inkasso_formats.payments.ocr_model import control_amount
from inkasso_formats.problems import FormatProblem


@dataclass(slots=True)
class Tally:
    """What has been counted since a start record, `of` being its name in words ("the assignment ...").

    `readable` is False once an amount or date could not be read: the sum and the dates cannot be judged then.
    """

    of: str
    count: int = 0
    records: int = 0
    total: int = 0
    earliest: date | None = None
    latest: date | None = None
    readable: bool = True

    def add(self, kind: Value, amount: Value, day: Value) -> None:
        """Counts one transaction, as its amount item 1 says; None is what could not be read."""
        self.count += 1
        if not (isinstance(kind, str) and isinstance(amount, int) and isinstance(day, date)):
            self.readable = False
            return
        self.total += control_amount(kind, amount)
        self._span(day, day)

    def add_all(self, count: int, total: int, days: Collection[date]) -> None:
        """Counts transactions whose control amounts have been added up, and among whose dates there are these."""
        self.count += count
        self.total += total
        self._span(min(days), max(days))

    def _span(self, first: date, last: date) -> None:
        if self.earliest is None or first < self.earliest:
            self.earliest = first
        if self.latest is None or last > self.latest:
            self.latest = last

    def take(self, part: Tally) -> None:
        """Counts what a part has counted; its records have been counted one by one already."""
        self.count += part.count
        self.total += part.total
        self.readable = self.readable and part.readable


def total_problems(record: Record, line: str, number: int, said: Values, tally: Tally) -> list[FormatProblem]:
    """Where an end record says something else than what was counted; what it does not say, or unreadably, is passed over."""
    return [
        FormatProblem(
            code=code,
            line=number,
            record=record.name,
            field=name,
            position=record.field(name).position,
            value=line[record.field(name).start - 1 : record.field(name).end],
            rule=rule,
        )
        for code, name, found, rule in _rules(tally, said)
        if said.get(name) is not None and said[name] != found
    ]


def _rules(tally: Tally, said: Values) -> Iterator[tuple[str, str, Value, str]]:
    yield "ocr.count", "transactions", tally.count, f"{tally.of} holds {tally.count} transactions"
    yield "ocr.records", "records", tally.records, f"{tally.of} holds {tally.records} records"
    if not tally.readable:
        return
    stated = said.get("total")
    if isinstance(stated, int):
        rule = f"the amounts of {tally.of} add up to {kroner(tally.total)}, not to {kroner(stated)}"
        yield "ocr.sum", "total", tally.total, rule
    if tally.earliest and tally.latest:
        earliest, latest = tally.earliest, tally.latest
        yield "ocr.dates", "earliest", earliest, f"the earliest Nets date of {tally.of} is {earliest:%d%m%y}"
        yield "ocr.dates", "latest", latest, f"the latest Nets date of {tally.of} is {latest:%d%m%y}"


def kroner(amount: int) -> str:
    """An amount in øre as kroner with two decimals."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"
