"""Whose money a payment is: which invoice its reference names, and who paid (payment-formats.md section 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Payment
from inkasso_formats.references import account_key
from inkassod.core.decision import Decision
from inkassod.core.model import EntryKind, Origin, Reason


def origin(payer_account: str, agency_accounts: Collection[str]) -> tuple[Origin, str]:
    """Who paid, by the payer's account, and why we think so. `agency_accounts` are account keys."""
    if not payer_account:
        return Origin.UNKNOWN, "the payer's account is not in the file"
    if account_key(payer_account) in agency_accounts:
        return Origin.AGENCY, f"paid from the agency's account {payer_account}"
    return Origin.DEBTOR, f"paid directly, from account {payer_account}"


def book(
    payments: Sequence[Payment],
    invoices: Mapping[str, Mapping[str, str]],
    known: Collection[str],
    agency_accounts: Collection[str],
) -> Decision:
    """Entries for payments of a bank's file.

    `invoices`: by reference, the currencies of its invoices by number; `known`: identities already in the ledger. A
    payment whose reference names no invoice, several, or one in another currency, is kept without one and told as a
    problem: the sum of the entries is the sum of the payments.
    """
    decision = Decision()
    rows = decision.rows.setdefault("entries", [])
    seen = set(known)
    for payment in payments:
        decision.counts.read += 1
        decision.amount += payment.amount
        if payment.identity in seen:
            decision.unchanged()
            continue
        seen.add(payment.identity)
        matches = invoices.get(payment.reference, {}) if payment.reference else {}
        invoice_no = _sole_match(payment, matches)
        if invoice_no is None:
            decision.stray(_unmatched(payment, matches))
        else:
            decision.counts.applied += 1
        rows.append(_row(payment, invoice_no, agency_accounts))
    return decision


def _sole_match(payment: Payment, matches: Mapping[str, str]) -> str | None:
    """The one invoice of the reference, where what is paid and what is owed are in the same currency."""
    if len(matches) != 1:
        return None
    (invoice_no,) = matches
    return invoice_no if matches[invoice_no] == payment.currency else None


def _row(payment: Payment, invoice_no: str | None, agency_accounts: Collection[str]) -> dict[str, object]:
    who, why = origin(payment.payer_account, agency_accounts)
    return {
        "entry_no": payment.identity,
        "part": 1,
        "source": "bank",
        "kind": EntryKind.PAYMENT,
        "date": payment.date,
        "whole": payment.amount,
        "amount": payment.amount,
        "currency": payment.currency,
        "invoice_no": invoice_no,
        "reference": payment.reference,
        "payer_account": payment.payer_account,
        "payer_name": payment.payer_name,
        "text": payment.text,
        "origin": who,
        "origin_reason": why,
        "line": payment.line,
    }


def _unmatched(payment: Payment, matches: Mapping[str, str]) -> FormatProblem:
    reason = unmatched_reason(payment, matches)
    return FormatProblem(
        code=f"payment.{reason.code}",
        line=payment.line,
        record="payment",
        field="reference",
        value=payment.reference,
        rule=f"{reason.text}; the payment is kept unmatched",
    )


def unmatched_reason(payment: Payment, matches: Mapping[str, str]) -> Reason:
    """Why a payment leads to no invoice; `matches`: the currencies of the invoices of its reference, by number."""
    if not payment.reference:
        return Reason("no_reference", "no reference is given")
    if len(matches) > 1:
        return Reason("ambiguous", f"is the reference of several invoices: {', '.join(matches)}")
    for invoice_no, currency in matches.items():
        text = (
            f"is the reference of invoice {invoice_no}, which is in {currency}; {payment.currency} was paid"
        )
        return Reason("currency", text)
    return Reason("unmatched", "is the reference of no invoice in the ledger")
