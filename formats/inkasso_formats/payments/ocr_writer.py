"""Writes OCR Giro files from values, counts and sums included: for a simulated bank and for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from inkasso_formats.layout import Value, render_line
from inkasso_formats.payments import ocr_records as records
from inkasso_formats.payments.ocr_model import (
    Assignment,
    Mandates,
    Transaction,
    Transmission,
    control_amount,
)
from inkasso_formats.problems import FormatError, FormatProblem


def render(transmissions: Iterable[Transmission]) -> bytes:
    """The file of the transmissions: records of 80 characters, ISO-8859-1, each ended by a line feed.

    Raises FormatError naming the record and field of a value that does not fit: also a sum that is negative, which
    the end records cannot hold.
    """
    text = "".join(f"{line}\n" for transmission in transmissions for line in _transmission(transmission))
    try:
        return text.encode("iso-8859-1")
    except UnicodeEncodeError as error:
        value = text[error.start : error.end]
        line = text.count("\n", 0, error.start) + 1
        rule = "a character of ISO-8859-1 expected"
        raise FormatError([FormatProblem(code="ocr.encoding", line=line, value=value, rule=rule)]) from None


def _transmission(transmission: Transmission) -> Iterator[str]:
    lines = [line for assignment in transmission.assignments for line in _assignment(assignment)]
    yield render_line(records.TRANSMISSION_START, _values(transmission))
    yield from lines
    totals = {
        "transactions": sum(_count(assignment) for assignment in transmission.assignments),
        "records": len(lines) + 2,
        "total": sum(_total(assignment) for assignment in transmission.assignments),
        "generated": transmission.generated,
    }
    yield render_line(records.TRANSMISSION_END, totals)


def _assignment(assignment: Assignment | Mandates) -> Iterator[str]:
    if isinstance(assignment, Mandates):
        yield from assignment.lines
        return
    lines = [line for transaction in assignment.transactions for line in _transaction(transaction)]
    yield render_line(records.ASSIGNMENT_START, _values(assignment))
    yield from lines
    dates = [transaction.nets_date for transaction in assignment.transactions]
    totals: dict[str, Value] = {
        "transactions": len(assignment.transactions),
        "records": len(lines) + 2,
        "total": _total(assignment),
        "generated": assignment.generated,
        "earliest": min(dates, default=None),
        "latest": max(dates, default=None),
    }
    yield render_line(records.ASSIGNMENT_END, totals)


def _transaction(transaction: Transaction) -> Iterator[str]:
    values = _values(transaction)
    yield render_line(records.AMOUNT_ITEM_1, values)
    yield render_line(records.AMOUNT_ITEM_2, values)
    if transaction.type in records.WITH_TEXT:
        yield render_line(records.AMOUNT_ITEM_3, values)


def _count(assignment: Assignment | Mandates) -> int:
    if isinstance(assignment, Mandates):
        return len(assignment.lines) - 2
    return len(assignment.transactions)


def _total(assignment: Assignment | Mandates) -> int:
    if isinstance(assignment, Mandates):
        return 0
    return sum(control_amount(item.type, item.amount) for item in assignment.transactions)


def _values(item: Transmission | Assignment | Transaction) -> Mapping[str, Value]:
    return {field.name: getattr(item, field.name) for field in fields(item)}
