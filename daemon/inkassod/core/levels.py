"""What is told of parts of entries that were split off an invoice, or went back to it (`store.levels`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inkassod.core.model import Effect, money


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """So much of an entry came off an invoice since it was more than is owed; or (not `off`) went back to it.

    `run`: the one that brought the entry.
    """

    entry_no: str
    kind: str
    amount: int
    currency: str
    invoice_no: str
    run: int
    off: bool


def effects(moved: Iterable[Moved], *, but: int | None = None) -> list[Effect]:
    """Each move in a sentence. `but`: a run whose own payments are told by themselves, so that only other moves are."""
    return [
        Effect(change=_sentence(one), invoice_no=one.invoice_no)
        for one in moved
        if not one.off or one.run != but
    ]


def _sentence(one: Moved) -> str:
    name = f"{one.kind.replace('_', ' ')} {one.entry_no}: {money(one.amount, one.currency)}"
    if one.off:
        return f"{name} is more than is owed on invoice {one.invoice_no}, and is unallocated now"
    return f"{name}, unallocated until now, settles invoice {one.invoice_no}, on which more is owed again"
