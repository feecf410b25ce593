"""A detail (TxDtls) of an entry: its amount and side, whether it is a payment, and how it is split by its references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from inkasso_formats.payments.camt_entry import RETURNED, OpenBox, OpenEntry, Passed, passes
from inkasso_formats.payments.camt_report import Spot
from inkasso_formats.payments.camt_values import as_text
from inkasso_formats.payments.camt_xml import FAULTS, Values, line_of

_REFERENCES = ("SCOR", "")  # codes of what is a creditor's reference; "": a proprietary code, or none
_DOCUMENTS = ("CINV", "CREN", "")


@dataclass(slots=True)
class OpenDetail:
    """A detail that is judged. `amount` has its sign; it is None where the entry's amount is meant."""

    number: int
    line: int
    spot: Spot
    values: Values
    credit: bool
    returned: bool
    passed: Passed | None
    amount: int | None


class Part(NamedTuple):
    """One share of a detail: what one reference, or one document, is paid with. `amount` has its sign."""

    reference: str
    amount: int
    invoice_refs: tuple[str, ...] = ()


def open_detail(entry: OpenEntry, box: OpenBox, spot: Spot, values: Values) -> OpenDetail:
    """Judges a detail and counts it in its entry and box."""
    entry.details += 1
    box.details += 1
    returned = (
        entry.returned
        or "return_code" in values
        or "return_text" in values
        or values.get("sub_family") == RETURNED
    )
    credit = entry.credit
    if "side" in values:
        credit = spot.credit(values, "side")
    passed = passes(credit=credit, booked=entry.booked, returned=returned)
    if credit and entry.credit is False and entry.booked and not returned:
        rule = (
            "a credit inside a debit entry that takes nothing back: whether money came or went cannot be told"
        )
        spot.wrong("camt.direction", "side", rule, "CRDT")
    spot.warning = passed is not None and entry.spot.warning
    if FAULTS in values:
        spot.judge_faults(values)
    amount = _amount(entry, spot, values)
    if amount is None:
        entry.readable = False
    else:
        amount = amount if credit else -amount
        entry.total += amount
        box.sum += amount
    return OpenDetail(
        entry.details, line_of(spot.element), spot, values, bool(credit), returned, passed, amount
    )


def _amount(entry: OpenEntry, spot: Spot, values: Values) -> int | None:
    """The first amount in the currency of the entry; None where none is given."""
    for name in ("amount", "transaction_amount"):
        given = values.get(name)
        if given is not None and given[1] == entry.currency:
            return spot.amount(given, name)
    for name in ("amount", "transaction_amount"):
        given = values.get(name)
        if given is not None:
            rule = f"the entry is in {entry.currency}, and the detail has no amount in it"
            spot.wrong("camt.currency", name, rule, given[1])
            return None
    return None


def has_amount(values: Values) -> bool:
    """Whether a detail says an amount of its own, right or wrong."""
    return "amount" in values or "transaction_amount" in values


def parts_of(detail: OpenDetail, amount: int, currency: str) -> Sequence[Part]:
    """How the amount of a detail is shared among its references; one part where it is not.

    Blocks with amounts are one part each: what is remitted, less credit notes. They must add up to the amount.
    """
    blocks = detail.values.get("structured")
    if not blocks:
        return (single_part(detail.values, amount),)
    if len(blocks) == 1:
        share = _share(detail.spot, blocks[0], currency)
        if share is not None and share != abs(amount):
            _disagree(detail.spot, share, amount, currency)
        return (single_part(detail.values, amount),)
    shares = [_share(detail.spot, block, currency) for block in blocks]
    if any(share is not None for share in shares):
        return _split(detail, amount, currency, list(zip(shares, blocks, strict=True)))
    return (_unsplit(detail, amount, blocks),)


def single_part(values: Values, amount: int) -> Part:
    """The one part of a detail that has one block, or none."""
    blocks = values.get("structured")
    return Part(_reference(blocks[0]), amount, _documents(blocks[0])) if blocks else Part("", amount)


def _split(
    detail: OpenDetail, amount: int, currency: str, shares: list[tuple[int | None, Values]]
) -> Sequence[Part]:
    total = sum(share for share, _ in shares if share is not None)
    if total != abs(amount):
        _disagree(detail.spot, total, amount, currency)
    sign = 1 if detail.credit else -1
    if any(share is None and (_reference(block) or _documents(block)) for share, block in shares):
        rule = "a reference without an amount stands beside others with amounts: nothing is booked on it"
        detail.spot.wrong("camt.references", "structured", rule, warning=True)
    return [
        Part(_reference(block), sign * share, _documents(block))
        for share, block in shares
        if share is not None
    ]


def _unsplit(detail: OpenDetail, amount: int, blocks: Sequence[Values]) -> Part:
    """One part: with the reference, if it is the only one; several without amounts are named, not guessed at."""
    documents = tuple(number for block in blocks for number in _documents(block))
    references = tuple(dict.fromkeys(reference for block in blocks if (reference := _reference(block))))
    if len(references) <= 1:
        return Part("".join(references), amount, documents)
    rule = f"{len(references)} references without amounts: the payment is not split, and has no reference"
    detail.spot.wrong("camt.references", "structured", rule, ", ".join(references), warning=True)
    return Part("", amount, (*references, *documents))


def _share(spot: Spot, block: Values, currency: str) -> int | None:
    """What a block pays: remitted less credit note; None where it says neither, or not in the entry's currency."""
    remitted = _block_amount(spot, block, "remitted", currency)
    if "credit_note" not in block:
        return remitted
    note = _block_amount(spot, block, "credit_note", currency)
    return remitted if note is None else (remitted or 0) - note


def _block_amount(spot: Spot, block: Values, name: str, currency: str) -> int | None:
    given = block.get(name)
    if given is None:
        return None
    if given[1] != currency:
        rule = f"the entry is in {currency}: the amount of the block is not used"
        spot.wrong("camt.currency", "structured", rule, given[1], warning=True)
        return None
    return spot.amount(given, "structured")


def _reference(block: Values) -> str:
    if "reference" not in block or block.get("reference_code", "") not in _REFERENCES:
        return ""
    return str(block["reference"])


def _documents(block: Values) -> tuple[str, ...]:
    if "documents" not in block:
        return ()
    return tuple(
        document["number"]
        for document in block["documents"]
        if document.get("number") and document.get("code", "") in _DOCUMENTS
    )


def _disagree(spot: Spot, total: int, amount: int, currency: str) -> None:
    rule = f"the amounts of its references add up to {as_text(total, currency)}, the detail is {as_text(abs(amount), currency)}"
    spot.wrong("camt.remitted", "structured", rule)
