"""Which invoices go to the agency, and why the others do not (docs/bookkeeping.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from inkasso_formats.records import NewCase
from inkassod.core.model import OPEN, CaseStatus, Claim, Customer, Invoice, Reason, Terms, money


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One invoice judged: it qualifies when `reasons` is empty."""

    claim: Claim
    reasons: tuple[Reason, ...]

    @property
    def qualifies(self) -> bool:
        """True where nothing stands in the way."""
        return not self.reasons


def judge(claim: Claim, terms: Terms, today: date, *, by_hand: bool = False) -> Verdict:
    """The invoice under the agreement's process, with every reason against it.

    `by_hand`: a person asks for it; then an earlier rejection by the agency is no obstacle (it was mended).
    """
    return Verdict(claim=claim, reasons=tuple(_reasons(claim, terms, today, by_hand=by_hand)))


def _reasons(claim: Claim, terms: Terms, today: date, *, by_hand: bool) -> Iterator[Reason]:
    yield from _case_reasons(claim, by_hand=by_hand)
    yield from _invoice_reasons(claim.invoice, terms, today)
    yield from _reminder_reasons(claim, terms, today)
    yield from _customer_reasons(claim.customer, claim.invoice)


def _case_reasons(claim: Claim, *, by_hand: bool) -> Iterator[Reason]:
    case = claim.case
    if case is None or case.status is CaseStatus.RECALLED:
        return
    if case.status in OPEN:
        state = {"to_transfer": "stands to transfer", "sent": "was sent", "active": "is at the agency"}
        yield Reason("case_open", f"{state[case.status]} already (case {case.case_id})")
    elif case.status is CaseStatus.CLOSED:
        yield Reason(
            "case_closed",
            f"the agency closed case {case.case_id} on {case.closed_on}{_why(case.closing or case.closing_code)}",
        )
    elif not by_hand:
        yield Reason(
            "case_rejected",
            f"the agency rejected case {case.case_id}{_why(case.rejection_code, case.rejection)}: mend it, then transfer it by hand",
        )


def _why(*words: str) -> str:
    """The agency's words in brackets; nothing where it gave none."""
    said = " ".join(word for word in words if word)
    return f" ({said})" if said else ""


def _invoice_reasons(invoice: Invoice, terms: Terms, today: date) -> Iterator[Reason]:
    if invoice.balance <= 0:
        yield Reason("paid", "nothing is owed any more")
    elif invoice.balance < terms.minimum_amount:
        yield Reason(
            "below_minimum",
            f"{money(invoice.balance)} is owed, below the minimum {money(terms.minimum_amount)}",
        )
    if invoice.currency != terms.currency:
        yield Reason("currency", f"is in {invoice.currency}; the agreement takes {terms.currency}")
    if invoice.disputed:
        yield Reason("disputed", "the claim is disputed")
    if invoice.hold_reason:
        yield Reason("hold", f"on hold: {invoice.hold_reason}")
    earliest = invoice.due_date + timedelta(days=terms.days_after_due)
    if today < earliest:
        yield Reason(
            "days_after_due",
            f"due {invoice.due_date}, goes {terms.days_after_due} days later: from {earliest}",
        )


def _reminder_reasons(claim: Claim, terms: Terms, today: date) -> Iterator[Reason]:
    if terms.own_reminders == 0:
        return
    reminder = claim.reminder
    level = reminder.level if reminder else 0
    if reminder is None or level < terms.own_reminders:
        yield Reason("reminders", f"{level} of {terms.own_reminders} own reminders sent")
        return
    earliest = reminder.sent_date + timedelta(days=terms.days_after_reminder)
    if today < earliest:
        yield Reason(
            "days_after_reminder",
            f"reminder {reminder.reminder_no} was sent {reminder.sent_date}, goes {terms.days_after_reminder} days later: from {earliest}",
        )


def _customer_reasons(customer: Customer | None, invoice: Invoice) -> Iterator[Reason]:
    if customer is None:
        yield Reason("customer", f"customer {invoice.customer_no} is not in the ledger: feed customers")
        return
    if customer.collection_ban:
        yield Reason("collection_ban", f"customer {customer.customer_no} has a collection ban")
    missing = [name for name in ("address", "postcode", "city", "country") if not getattr(customer, name)]
    if missing:
        yield Reason(
            "address", f"customer {customer.customer_no} lacks {', '.join(missing)}: mend it in the ERP"
        )


def new_case(claim: Claim, case_id: int) -> NewCase:
    """What the agency is told of a claim that leaves. The principal is what is owed now, without fees and interest."""
    invoice, customer, reminder = claim.invoice, claim.customer, claim.reminder
    if customer is None:
        raise ValueError(f"invoice {invoice.invoice_no} has no customer")
    return NewCase(
        case=str(case_id),
        customer_no=customer.customer_no,
        kind=customer.kind,
        name=customer.name,
        id_number=customer.id_number,
        address=customer.address,
        address2=customer.address2,
        postcode=customer.postcode,
        city=customer.city,
        country=customer.country,
        phone=customer.phone,
        email=customer.email,
        contact_name=customer.contact_name,
        language=customer.language,
        invoice_no=invoice.invoice_no,
        reference=invoice.reference,
        invoice_date=invoice.invoice_date,
        due_date=invoice.due_date,
        reminder_no=reminder.reminder_no if reminder else "",
        reminder_date=reminder.sent_date if reminder else None,
        original_amount=invoice.amount,
        principal=invoice.balance,
        currency=invoice.currency,
        claim_type=invoice.claim_type,
        description=invoice.description,
    )


def leaving(verdicts: Sequence[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """Those that leave now, and those held back."""
    go = [verdict for verdict in verdicts if verdict.qualifies]
    held = [verdict for verdict in verdicts if not verdict.qualifies]
    return go, held
