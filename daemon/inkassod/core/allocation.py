"""An entry split by hand: which amounts of it go to which invoices, and what stays without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inkassod.core.model import Effect, Owed, Reason, money

Part = Any  # a row of the ledger: one part of the entry
KNOWN_AS = {"in": "reported", "out": "left out of a correction", "principal": "in the principal at hand-over"}


@dataclass(frozen=True, slots=True)
class Wish:
    """So much (øre) to that invoice; no amount: all that is left."""

    invoice_no: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One part as it is to be. `entry`: the row that it stands in already; None for a row to be made."""

    invoice_no: str | None
    amount: int
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Every reason why an entry cannot be split so."""

    reasons: tuple[Reason, ...]


def decided(part: Part) -> bool:
    """Whether an agency was told of this part, or it was left out for a reason: then it stays what it is.

    A part of 0.00 says nothing to anybody.
    """
    return bool(part["reported"]) and part["amount"] != 0


def allocate(
    parts: Sequence[Part], wishes: Sequence[Wish], keep: int, owed: Mapping[str, Owed]
) -> tuple[Piece, ...] | Refused:
    """The parts that take the place of those that nobody has decided on; or every reason why it cannot be so.

    `parts`: all of the entry; `wishes` with `keep` (what stays without an invoice) say where the whole of it goes, decided
    parts with it; `owed`: on the invoices that are in the ledger.
    """
    amounts = _filled(parts[0]["whole"], wishes, keep)
    reasons = tuple(_faults(parts, wishes, amounts, keep, owed))
    return Refused(reasons) if reasons else _pieces(parts, amounts, keep)


def _filled(whole: int, wishes: Sequence[Wish], keep: int) -> dict[str, int]:
    """The amounts by invoice; where one wish has none, it gets what is left."""
    left = whole - keep - sum(wish.amount or 0 for wish in wishes)
    return {wish.invoice_no: left if wish.amount is None else wish.amount for wish in wishes}


def _faults(
    parts: Sequence[Part],
    wishes: Sequence[Wish],
    amounts: Mapping[str, int],
    keep: int,
    owed: Mapping[str, Owed],
) -> Iterator[Reason]:
    first = parts[0]
    if first["double"] in {"same", "possible"}:
        yield Reason("double", "it may be another payment once more: `inkassod double` decides on that first")
    if len(amounts) < len(wishes):
        yield Reason("twice", "an invoice is named twice")
    if sum(wish.amount is None for wish in wishes) > 1:
        yield Reason("amounts", "only one invoice can get what is left: give the others their amounts")
    given = sum(amounts.values()) + keep
    if given != first["whole"]:
        shown = f"{money(given)} given, the entry is {money(first['whole'], first['currency'])}"
        yield Reason(
            "sum", f"the amounts do not sum up: {shown}; `--keep AMOUNT` leaves a part without invoice"
        )
    if any(amount * first["whole"] <= 0 for amount in amounts.values()) or keep * first["whole"] < 0:
        yield Reason(
            "sign", f"each amount is more than 0.00 and has the sign of the entry, {money(first['whole'])}"
        )
    yield from _of_decided(parts, amounts)
    for invoice_no, amount in amounts.items():
        yield from _of_invoice(parts, invoice_no, amount, owed)


def _of_decided(parts: Sequence[Part], amounts: Mapping[str, int]) -> Iterator[Reason]:
    """What was decided on stays with its invoice."""
    for invoice_no, amount in _sums(part for part in parts if decided(part)).items():
        wish = amounts.get(invoice_no, 0)
        if abs(wish) < abs(amount) or wish * amount < 0:
            part = next(one for one in parts if one["invoice_no"] == invoice_no and decided(one))
            told = f"{money(amount, part['currency'])} of invoice {invoice_no} (run {part['reported_run']})"
            text = f"{told} was {KNOWN_AS[part['reported']]} and stays there: name it with --to {invoice_no}={money(amount)}"
            yield Reason("reported", text)


def _of_invoice(
    parts: Sequence[Part], invoice_no: str, amount: int, owed: Mapping[str, Owed]
) -> Iterator[Reason]:
    there, currency = owed.get(invoice_no), parts[0]["currency"]
    if there is None:
        yield Reason("invoice", f"invoice {invoice_no} is not in the ledger of this creditor")
    elif there.currency != currency:
        yield Reason("currency", f"invoice {invoice_no} is in {there.currency}, the entry in {currency}")
    else:
        free = there.balance + _sums(parts).get(invoice_no, 0)
        if amount > max(free, 0):
            text = f"only {money(max(free, 0), currency)} is owed on invoice {invoice_no} ({money(amount)} given)"
            yield Reason("owed", text)


def _sums(parts: Any) -> dict[str, int]:
    """What stands on each invoice."""
    found: dict[str, int] = {}
    for part in parts:
        if part["invoice_no"]:
            found[part["invoice_no"]] = found.get(part["invoice_no"], 0) + part["amount"]
    return found


def _pieces(parts: Sequence[Part], amounts: Mapping[str, int], keep: int) -> tuple[Piece, ...]:
    """One for each invoice that gets more than was decided on, and one for what is kept.

    The first part of a bank's payment stays with its invoice, if only with 0.00: another file's copy is known by it.
    """
    fixed = _sums(part for part in parts if decided(part))
    rest: dict[str | None, int] = {
        number: amount - fixed.get(number, 0) for number, amount in amounts.items()
    }
    rest[None] = keep
    first = parts[0]
    pieces: list[Piece] = []
    if first["source"] == "bank" and not decided(first):
        number = first["invoice_no"] or next(iter(amounts), None)
        pieces.append(Piece(number, rest.pop(number, 0), first["entry"]))
    return (*pieces, *(Piece(number, amount) for number, amount in rest.items() if amount))


def effects(entry: Part, made: Sequence[Piece], cases: Mapping[str, int]) -> list[Effect]:
    """What became of the entry, a sentence a part; `cases`: by invoice, the case whose time line tells it too."""
    name = f"{entry['kind'].replace('_', ' ')} {entry['entry_no']}"
    found: list[Effect] = []
    for piece in made:
        amount, number = money(piece.amount, entry["currency"]), piece.invoice_no
        if number is None:
            found.append(Effect(change=f"{name}: {amount} kept without an invoice"))
        else:
            text = f"{name}: {amount} allocated to invoice {number} by hand"
            found.append(Effect(change=text, case_id=cases.get(number), invoice_no=number))
    return found
