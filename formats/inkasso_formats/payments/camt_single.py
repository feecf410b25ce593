"""Entries of one detail, taken whole: behind the first of a kind, the next differ from it in a few texts only.

A bank that does not sum payments up writes an entry for each. The first is read the long way; where it gave one payment,
of one amount wherever an amount stands, and nothing was to be said of it, it is a model. An entry that has the same
elements and codes, and one amount again, can differ from it only in that amount, in its days and in the texts of `_FREE`,
so no check but those of amount and days could end otherwise. An entry that fits no model goes the long way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lxml import etree

from inkasso_formats.payments.camt_detail import OpenDetail, single_part
from inkasso_formats.payments.camt_entry import OpenEntry
from inkasso_formats.payments.camt_paths import Tree
from inkasso_formats.payments.camt_report import Report
from inkasso_formats.payments.camt_shape import MOST_CHARACTERS, MOST_SHAPES, Plan, Written, filled, planned
from inkasso_formats.payments.camt_totals import OpenNotification
from inkasso_formats.payments.camt_values import day, minor_units
from inkasso_formats.payments.camt_xml import Element, Values, line_of, read
from inkasso_formats.records import Payment

_LEVELS = ("Ntry", "NtryDtls", "TxDtls")
_BOOKED = ("booked", "booked_at")
_VALUED = ("valued", "valued_at")
# What a payment only carries on. Of every other value that is read, that of the model is expected again.
_FREE = {
    "bank_reference",
    "instruction_id",
    "end_to_end",
    "uetr",
    "transaction_id",
    "payer_name",
    "payer_id",
    "payer_iban",
    "payer_account",
    "texts",
    "reference",
    "number",
}


@dataclass(slots=True)
class Model:
    """What entries of a kind have in common. `entry` and `detail` are the last of them, and are made the next."""

    pattern: re.Pattern[str]
    plan: Plan  # of the detail
    amount: int  # by the number of its text, as the days
    booked: int
    valued: int | None
    entry: OpenEntry
    detail: OpenDetail

    def put(self, texts: Sequence[str], line: int) -> None:
        """Makes `entry` and `detail` the next of the kind. Raises ValueError where its amount or a day cannot be read."""
        amount = minor_units(texts[self.amount].strip(), self.entry.currency)
        booked = day(texts[self.booked].strip())
        valued = None if self.valued is None else day(texts[self.valued].strip())
        self.entry.amount = amount
        self.entry.date, self.entry.value_date, self.entry.day = booked, valued, str(booked)
        self.detail.line, self.detail.values = line, filled(self.plan, texts)


class Singles:
    """The models of a file."""

    def __init__(self, report: Report, trees: Mapping[str, Tree], tags: Mapping[str, str]) -> None:
        self._report = report
        self._trees = [trees[level] for level in _LEVELS]
        self._tags = [tags[level] for level in _LEVELS[1:]]
        self._models: list[Model] = []
        self._left = MOST_SHAPES
        self._seen = ""  # the entry that fitted no model, as it was written
        self._said = 0  # what was told before it

    def payment(self, element: Element, detail: Element, notification: OpenNotification) -> Payment | None:
        """The payment of an entry that has ended with this detail alone, counted; None where the entry fits no model."""
        if not (self._models or self._left):
            return None
        written = etree.tostring(element, encoding="unicode", with_tail=False)
        for model in self._models:
            if (found := model.pattern.fullmatch(written)) and model.entry.currency == notification.currency:
                try:
                    model.put(found.groups(), line_of(detail))
                except ValueError:
                    return None  # which is told on the long way
                return _counted(model, notification)
        self._seen, self._said = written, self._report.said
        return None

    def learn(self, entry: OpenEntry, detail: OpenDetail | None) -> None:
        """Makes the entry that fitted no model, and was read the long way, a model itself, if it can be one."""
        seen, self._seen = self._seen, ""
        if (
            0 < len(seen) <= MOST_CHARACTERS
            and self._left
            and self._said == self._report.said
            and detail is not None
            and detail.passed is None
            and detail.credit == entry.credit
        ):
            self._left -= 1
            with suppress(ValueError, etree.XMLSyntaxError):
                self._models.append(self._model(Written(seen), entry, detail))

    def _model(self, written: Written, entry: OpenEntry, detail: OpenDetail) -> Model:
        """Raises ValueError where the entry is no model."""
        plans = list(self._plans(written.marked()))
        numbers = dict(plans[0].texts)
        booked, valued = _first(numbers, _BOOKED), _first(numbers, _VALUED)
        amounts = sorted({number for plan in plans for number in _amounts(plan)})
        if booked is None or len({written.texts[number] for number in amounts}) > 1:
            raise ValueError("not one day, or not one amount")
        if len(detail.values.get("structured", ())) > 1:
            raise ValueError("not one reference")
        said = {
            number: re.escape(written.texts[number])
            for plan in plans
            for name, number in _texts(plan)
            if name not in _FREE and number not in {booked, valued}
        }
        said.update(dict.fromkeys(amounts[1:], rf"\{amounts[0] + 1}"))  # the same text again
        return Model(written.pattern(said), plans[-1], amounts[0], booked, valued, entry, detail)

    def _plans(self, entry: Element) -> Iterator[Plan]:
        """What the texts of a marked entry are: of its head, of its box, of its detail."""
        box = entry.find(self._tags[0])
        parts = (entry, box, box.find(self._tags[1]))
        for element, tree, until in zip(parts, self._trees, (*self._tags, ""), strict=True):
            values: Values = {}
            read(element, tree, values, until)
            yield planned(values)


def _counted(model: Model, notification: OpenNotification) -> Payment:
    entry, detail = model.entry, model.detail
    notification.entries += 1
    entry.number = notification.entries
    notification.count(entry)
    return notification.maker.of_part(entry, detail, single_part(detail.values, entry.signed))


def _first(numbers: Mapping[str, int], names: tuple[str, ...]) -> int | None:
    return next((numbers[name] for name in names if name in numbers), None)


def _texts(plan: Plan) -> Iterator[tuple[str, int]]:
    """The texts of a plan and of its groups, with their numbers."""
    yield from plan.texts
    for name, numbers in plan.lists:
        yield from ((name, number) for number in numbers)
    for _, parts in plan.groups:
        yield from (text for part in parts for text in _texts(part))


def _amounts(plan: Plan) -> Iterator[int]:
    """The numbers of the amounts. Raises ValueError where one is to be deducted."""
    for name, number, _ in plan.amounts:
        if name == "credit_note":
            raise ValueError("not one amount")
        yield number
    for _, parts in plan.groups:
        yield from (number for part in parts for number in _amounts(part))
