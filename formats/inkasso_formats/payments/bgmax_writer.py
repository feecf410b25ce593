"""Writes BgMax files from values, counts and deposits included: for a simulated bank and for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from inkasso_formats.layout import Record, Value, Values, render_line
from inkasso_formats.payments import bgmax_records as records
from inkasso_formats.payments.bgmax_model import Delivery, Entry, ExtraReference, Section
from inkasso_formats.payments.fixed import encoded

_DETAILS = (records.NAME, records.ADDRESS_1, records.ADDRESS_2, records.ORGANISATION)
_REFERENCE = records.PAYMENT.field("reference").length


def render(deliveries: Iterable[Delivery]) -> bytes:
    """The file of the deliveries: records of 80 characters, ISO-8859-1, each ended by CR LF.

    A record of name, address or organisation number is written where one of its fields is not empty.
    Raises FormatError naming the record and field of a value that does not fit: also a deposit that is negative.
    """
    return encoded((line for delivery in deliveries for line in _delivery(delivery)), "bgmax.encoding")


def _delivery(delivery: Delivery) -> Iterator[str]:
    yield render_line(records.START, {"version": "01", **_values(delivery)})
    for section in delivery.sections:
        yield from _section(section)
    entries = [entry for section in delivery.sections for entry in section.entries]
    deductions = sum(entry.deduction for entry in entries)
    counts = {
        "payments": len(entries) - deductions,
        "deductions": deductions,
        "extra_references": sum(len(entry.references) for entry in entries),
        "deposits": len(delivery.sections),
    }
    yield render_line(records.END, counts)


def _section(section: Section) -> Iterator[str]:
    values = _values(section)
    yield render_line(records.OPENING, values)
    for entry in section.entries:
        yield from _entry(entry)
    yield render_line(records.DEPOSIT, {**values, "amount": section.amount, "entries": len(section.entries)})


def _entry(entry: Entry) -> Iterator[str]:
    values = _values(entry)
    yield _line(records.DEDUCTION if entry.deduction else records.PAYMENT, values)
    shared = {name: values[name] for name in ("payer_bankgiro", "serial")}
    for extra in entry.references:
        record = records.EXTRA_NEGATIVE if extra.negative else records.EXTRA
        yield _line(record, {**shared, **_values(extra)})
    for text in entry.information:
        yield render_line(records.INFORMATION, {"information": text})
    for record in _DETAILS:
        if any(values.get(field.name) for field in record.fields):
            yield render_line(record, values)


def _line(record: Record, values: Values) -> str:
    """The line of a payment or extra reference: a number that the bank has checked stands to the right."""
    reference = str(values["reference"])
    if values["reference_code"] == records.OCR_NUMBER:
        reference = reference.rjust(_REFERENCE)
    return render_line(record, {**values, "reference": reference})


def _values(item: Delivery | Section | Entry | ExtraReference) -> dict[str, Value]:
    return {field.name: getattr(item, field.name) for field in fields(item)}
