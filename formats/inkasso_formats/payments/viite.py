"""Finnish reference payments (KTL, viitemaksut): incoming payments by reference, as a bank delivers them to the creditor.

The records are declared in `viite_records`. What deviates from them and is read, or refused, is listed in docs/formats/ktl.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields

from inkasso_formats.layout import Value, render_line
from inkasso_formats.payments import viite_records as records
from inkasso_formats.payments.fixed import Repeats, encoded
from inkasso_formats.payments.viite_reader import OpenBatch, Reader
from inkasso_formats.payments.viite_records import Batch, BatchHead, Item, KtlFile
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from inkasso_formats.references import finnish_iban
from inkasso_formats.tolerance import DEFAULTS, Tolerance

__all__ = ["Batch", "BatchHead", "Item", "KtlFile", "claims", "parse", "read", "render"]

# The batch record: a day, a time, the bank, the service and EUR; then, as far as the head goes, another record.
_FIRST = re.compile(
    rb"0[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9][0-5][0-9][0-9A-Z ]{11}1"
    rb"[^\r\n]{0,67}(?:\r?\n(?:[3579](?:[0-9]|\Z)|\Z)|\r?\Z)"
)


def claims(head: bytes) -> bool:
    """Whether a file that begins with these bytes is one of reference payments: by its batch record and the one behind it."""
    return _FIRST.match(head.lstrip(b"\xef\xbb\xbf \r\n")) is not None


def parse(content: bytes | Iterable[bytes], tolerance: Tolerance = DEFAULTS["ktl"]) -> KtlFile:
    """All payments of a file; `content` is the whole of it, or its lines, one after another.

    A correction takes its amount back: it is negative, and a reversal. A direct debit that failed gives no payment but a
    warning. Raises FormatError with all problems where counts, sums or the order of records do not agree, where a field
    cannot be read, or where a deviation is met whose switch is off: then no payment of the file can be trusted.
    """
    reader, repeats = Reader(tolerance), Repeats()
    items = (item for _, item in reader.items(content))
    payments = [_payment(item, repeats) for item in items if not item.failed]
    if reader.problems:
        raise FormatError(reader.problems)
    heads = tuple(_head(batch) for batch in reader.batches)
    return KtlFile(payments=payments, batches=heads, warnings=tuple(reader.warnings))


def read(content: bytes | Iterable[bytes], tolerance: Tolerance = DEFAULTS["ktl"]) -> tuple[Batch, ...]:
    """Everything that a file says, record by record; `render` writes it again. Raises FormatError as `parse` does."""
    reader = Reader(tolerance)
    items: dict[int, list[Item]] = {}
    for batch, item in reader.items(content):
        items.setdefault(id(batch), []).append(item)
    if reader.problems:
        raise FormatError(reader.problems)
    return tuple(
        Batch(**_kept(batch, "reserve"), items=tuple(items.get(id(batch), ())))  # type: ignore[arg-type]
        for batch in reader.batches
    )


def render(batches: Iterable[Batch]) -> bytes:
    """The file of the batches: records of 90 characters, ISO-8859-1, each ended by CR LF, sums included.

    Raises FormatError naming the record and field of a value that does not fit.
    """
    return encoded((line for batch in batches for line in _batch(batch)), "ktl.encoding")


def _batch(batch: Batch) -> Iterator[str]:
    yield render_line(records.BATCH, {**_values(batch), "currency": "1"})
    for item in batch.items:
        reference = item.reference.zfill(records.ITEM.field("reference").length)
        correction = "1" if item.correction else "0"
        values = {**_values(item), "reference": reference, "correction": correction, "currency": "1"}
        yield render_line(records.ITEM, values)
    failed = [item for item in batch.items if item.failed]
    corrections = [item for item in batch.items if item.correction and not item.failed]
    payments = [item for item in batch.items if not (item.correction or item.failed)]
    said: dict[str, Value] = {}
    for name, group in (("payments", payments), ("corrections", corrections)):
        said |= {name: len(group), f"{name}_sum": sum(item.amount for item in group)}
    said |= {"failed": str(len(failed)), "failed_sum": str(sum(item.amount for item in failed))}
    yield render_line(records.SUM, said)


def _values(item: Batch | Item) -> dict[str, Value]:
    return {field.name: getattr(item, field.name) for field in fields(item)}


def _payment(item: Item, repeats: Repeats) -> Payment:
    key = (
        f"ktl-{item.account}-{item.booking_date}-{item.archive_id.replace(' ', '+')}"
        f"-{item.kind}-{item.signed}-{item.reference}"
    )
    return Payment(
        line=item.line,
        identity=repeats.numbered(key),
        reference=item.reference,
        amount=item.signed,
        currency="EUR",
        date=item.booking_date,
        account=finnish_iban(item.account),
        payer_name=item.payer_name,
        type=item.kind,
        reversal=item.correction,
        bank_reference=item.archive_id,
        value_date=item.payment_date,
    )


def _head(batch: OpenBatch) -> BatchHead:
    sums = {f"{name}_sum": amount for name, amount in batch.sums.items()}
    return BatchHead(line=batch.line.number, **_kept(batch), **batch.counts, **sums)  # type: ignore[arg-type]


def _kept(batch: OpenBatch, *more: str) -> dict[str, Value]:
    return {name: batch.head[name] for name in ("written", "time", "bank_code", "service_code", *more)}
