"""BgMax (Sweden): incoming bankgiro payments, as Bankgirot delivers them to the creditor.

The records are declared in `bgmax_records`; the grammar is that of Bankgirot, "Bankgiro Inbetalningar, Teknisk manual"
(November 2019). What deviates from it and is read, or refused, is listed in docs/formats/bgmax.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from inkasso_formats.payments.bgmax_frame import OpenDelivery, OpenSection
from inkasso_formats.payments.bgmax_model import (
    BgmaxFile,
    Delivery,
    DeliveryHead,
    Deposit,
    Entry,
    ExtraReference,
    Section,
    written_at,
)
from inkasso_formats.payments.bgmax_reader import Reader
from inkasso_formats.payments.bgmax_writer import render
from inkasso_formats.payments.fixed import Repeats
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import Payment
from inkasso_formats.tolerance import DEFAULTS, Tolerance

__all__ = [
    "BgmaxFile",
    "Delivery",
    "DeliveryHead",
    "Deposit",
    "Entry",
    "ExtraReference",
    "Section",
    "claims",
    "parse",
    "read",
    "render",
]

_FIRST = re.compile(rb"01BGMAX |05[0-9]{10}[0-9 ]{10}(?:SEK|EUR) ")


def claims(head: bytes) -> bool:
    """Whether a file that begins with these bytes is BgMax: by its start record, or by the opening record behind it."""
    return _FIRST.match(head.lstrip(b"\xef\xbb\xbf \r\n")) is not None


def parse(content: bytes | Iterable[bytes], tolerance: Tolerance = DEFAULTS["bgmax"]) -> BgmaxFile:
    """All payments of a file; `content` is the whole of it, or its lines, one after another.

    A deduction is a payment with a negative amount. A payment whose extra references carry amounts gives one payment
    for each; without amounts the extra references are kept with the one payment (`invoice_refs`), and a warning tells.
    Raises FormatError with all problems where counts, deposits or the order of records do not agree, where a field
    cannot be read, or where a deviation is met whose switch is off: then no payment of the file can be trusted.
    """
    reader = Reader(tolerance)
    payments: list[Payment] = []
    deposits: list[Deposit] = []
    told: list[FormatProblem] = []
    repeats = Repeats()
    for _, section in reader.sections(content):
        deposits.append(_deposit(section))
        for entry in section.entries:
            payments += _payments(section, entry, repeats)
            told += _unsplit(entry)
    if reader.problems:
        raise FormatError(reader.problems)
    heads = tuple(_head(delivery) for delivery in reader.frame.deliveries)
    warnings = (*reader.warnings, *told)
    return BgmaxFile(payments=payments, deliveries=heads, deposits=tuple(deposits), warnings=warnings)


def read(content: bytes | Iterable[bytes], tolerance: Tolerance = DEFAULTS["bgmax"]) -> tuple[Delivery, ...]:
    """Everything that the known records of a file say; `render` writes it again. Raises FormatError as `parse` does."""
    reader = Reader(tolerance)
    sections: dict[int, list[Section]] = {}
    for delivery, section in reader.sections(content):
        sections.setdefault(id(delivery), []).append(_section(section))
    if reader.problems:
        raise FormatError(reader.problems)
    return tuple(
        Delivery(
            written=str(delivery.head["written"]),
            mark=str(delivery.head["mark"]),
            sections=tuple(sections.get(id(delivery), ())),
        )
        for delivery in reader.frame.deliveries
    )


def _payments(section: OpenSection, entry: Entry, repeats: Repeats) -> Iterator[Payment]:
    """The payments of one record 20 or 21: one, or one for each extra reference that has an amount."""
    parts = [extra for extra in entry.references if extra.amount]
    named = tuple(extra.reference for extra in entry.references if not extra.amount)
    if not parts:
        yield _payment(section, entry, (entry.line, entry.reference, entry.signed), named, repeats)
    for part in parts:
        amount = -part.signed if entry.deduction else part.signed
        yield _payment(section, entry, (part.line, part.reference, amount), named, repeats)


def _payment(
    section: OpenSection,
    entry: Entry,
    part: tuple[int, str, int],
    named: tuple[str, ...],
    repeats: Repeats,
) -> Payment:
    line, reference, amount = part
    deposit, bankgiro = section.deposit, _number(str(section.head["bankgiro"]))
    kind = "21" if entry.deduction else "20"
    key = (
        f"bgmax-{bankgiro}-{deposit['payment_date']}-{deposit['deposit_number']}-{kind}"
        f"-{entry.serial}-{amount}-{reference.replace(' ', '+')}"
    )
    return Payment(
        line=line,
        identity=repeats.numbered(key),
        reference=reference,
        amount=amount,
        currency=str(section.head["currency"]),
        date=deposit["payment_date"],  # type: ignore[arg-type]
        account=bankgiro,
        payer_name=" ".join(filter(None, (entry.name, entry.extra_name))),
        type=kind,
        text=" ".join(text.strip(" ") for text in entry.information),
        invoice_refs=named,
        bank_reference=entry.serial,
        payer_id=entry.organisation_number.removeprefix("00"),
        payer_bankgiro=_number(entry.payer_bankgiro),
    )


def _number(digits: str) -> str:
    """A bankgiro without its leading zeros; empty where all are zeros."""
    return digits.lstrip("0")


def _unsplit(entry: Entry) -> Iterator[FormatProblem]:
    named = [extra.reference for extra in entry.references if not extra.amount]
    if named:
        rule = "references without an amount of their own: what each of them gets is not said; the payment is kept whole"
        yield FormatProblem(
            code="bgmax.references",
            line=entry.line,
            record="deduction" if entry.deduction else "payment",
            value=" ".join(named),
            rule=rule,
            warning=True,
        )


def _deposit(section: OpenSection) -> Deposit:
    said = section.deposit
    return Deposit(
        line=section.end.number if section.end else section.line.number,
        bankgiro=_number(str(section.head["bankgiro"])),
        account=str(said["account"])[-16:],
        payment_date=said["payment_date"],  # type: ignore[arg-type]
        deposit_number=said["deposit_number"],  # type: ignore[arg-type]
        amount=section.amount,
        currency=str(said["currency"]),
        entries=section.count,
    )


def _head(delivery: OpenDelivery) -> DeliveryHead:
    return DeliveryHead(
        line=delivery.line.number,
        written=written_at(str(delivery.head["written"])),
        test=delivery.head["mark"] == "T",
        **delivery.counts,
    )


def _section(section: OpenSection) -> Section:
    deposit = section.deposit
    names = ("account", "payment_date", "deposit_number", "kind")
    kept = {name: deposit[name] for name in names}
    return Section(**section.head, **kept, entries=tuple(section.entries))  # type: ignore[arg-type]
