"""The steps of the cycle, in their order. Each acts as a user, an ERP, a bank or an agency would, and looks into the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inkassod.demo import after, before
from inkassod.demo.scene import Scene


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `act` does it, waits until the ledger shows it, and returns lines that tell. Raises NotSeenError."""

    title: str
    act: Callable[[Scene], list[str]]


STEPS = (
    Step("The ERP drops its feed, the daemon reads it", before.feed),
    Step("Every overdue invoice is judged", before.candidates),
    Step("Invoices are put to transfer", before.transfer),
    Step("The new-case file goes to the agency", before.delivery),
    Step("The agency's receipts are fetched and read", before.receipts),
    Step("The agency's case updates are fetched and read", before.updates),
    Step("Debtors pay directly, and the ERP books a credit note", after.direct_payments),
    Step("The correction file tells the agency", after.corrections),
    Step("The agency closes cases; no balance moves", after.closures),
    Step("The agency's settlement comes through the bank", after.settlement),
    Step("Cases are settled and closed", after.settled),
    Step("The status feed tells the ERP", after.status_feed),
)
