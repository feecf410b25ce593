"""Which entries the agency must be told of, and why the others are left out (docs/bookkeeping.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import date

from inkasso_formats.records import Correction
from inkassod.core.model import Case, EntryKind, Origin, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One entry on the invoice of a case that has left, not yet reported and not yet left out."""

    entry: int
    entry_no: str
    source: str  # feed or bank
    kind: EntryKind
    date: date
    amount: int
    currency: str
    origin: Origin
    origin_reason: str
    settlement: bool | None
    case: Case
    balance: int  # what is left on the invoice after it
    customer_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One movement decided: in the correction file or not, and why. `warning` is what a person should look at first."""

    movement: Movement
    included: bool
    reason: Reason
    warning: str = ""


def without(movements: Sequence[Movement], held: Container[int]) -> list[Movement]:
    """The movements but those held back (by `entry`); what is left after each is told as if those had not come."""
    kept: list[Movement] = []
    untold: dict[int, int] = defaultdict(int)  # by case: what was held back of it so far
    for movement in movements:
        case_id = movement.case.case_id
        if movement.entry in held:
            untold[case_id] += movement.amount
        elif untold[case_id]:
            kept.append(replace(movement, balance=movement.balance + untold[case_id]))
        else:
            kept.append(movement)
    return kept


def decide(movements: Sequence[Movement], closure_days: int) -> list[Line]:
    """Each movement with its reason, in the order given.

    `closure_days`: a payment booked by hand within so many days of its case's closure, and of the amount that the
    closure names, is probably the agency's own settlement.
    """
    return [_line(movement, closure_days) for movement in movements]


def _line(movement: Movement, closure_days: int) -> Line:
    if movement.amount == 0:
        return _out(movement, "nothing", "nothing of it falls on this invoice")
    if movement.kind is EntryKind.CREDIT_LOSS:
        return _out(movement, "credit_loss", "a credit loss is not reported: talk to the agency first")
    if movement.kind is EntryKind.CREDIT_NOTE:
        return _in(movement, "credit_note", "a credit note lowers the claim")
    if movement.kind is EntryKind.ADJUSTMENT:
        return _in(movement, "adjustment", "an adjustment changes the claim")
    return _payment(movement, closure_days)


def _payment(movement: Movement, closure_days: int) -> Line:
    if movement.settlement is True:
        return _out(movement, "settlement", "marked as the agency's settlement")
    if movement.origin is Origin.AGENCY:
        return _out(movement, "agency", movement.origin_reason)
    if movement.settlement is False:
        return _in(movement, "not_settlement", "marked as not the agency's settlement: a direct payment")
    if movement.origin is Origin.DEBTOR:
        return _in(movement, "direct", movement.origin_reason)
    if movement.source == "bank":
        warning = _closure_warning(movement, closure_days)
        return _in(movement, "cannot_tell", f"{movement.origin_reason}: cannot tell who paid", warning)
    warning = (
        _closure_warning(movement, closure_days) or "cannot tell who paid; `settle` marks it as the agency's"
    )
    return _in(movement, "by_hand", "booked by hand", warning)


def _closure_warning(movement: Movement, closure_days: int) -> str:
    case = movement.case
    if case.closed_on is None or abs((movement.date - case.closed_on).days) > closure_days:
        return ""
    collected = case.closed_principal + case.closed_interest + case.closed_costs
    if movement.amount not in {case.closed_principal, collected}:
        return ""
    return (
        f"equal in amount and within {closure_days} days of the closure of case {case.case_id} on {case.closed_on}: "
        f"probably the agency's settlement; `settle {movement.entry_no}` leaves it out"
    )


def _in(movement: Movement, code: str, text: str, warning: str = "") -> Line:
    return Line(movement=movement, included=True, reason=Reason(code, text), warning=warning)


def _out(movement: Movement, code: str, text: str) -> Line:
    return Line(movement=movement, included=False, reason=Reason(code, text))


def correction(line: Line) -> Correction:
    """What the agency is told of one included movement; a payment taken back is a reversal."""
    movement = line.movement
    reversal = movement.kind is EntryKind.PAYMENT and movement.amount < 0
    return Correction(
        case=movement.case.key,
        agency_case_no=movement.case.agency_case_no,
        customer_no=movement.customer_no,
        invoice_no=movement.case.invoice_no,
        kind="reversal" if reversal else str(movement.kind),
        entry_no=str(movement.entry),
        date=movement.date,
        amount=movement.amount,
        balance=movement.balance,
        currency=movement.currency,
    )
