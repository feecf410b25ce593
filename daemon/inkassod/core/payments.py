"""What is said of payments that settle nothing: no invoice for them, or a payment that another file has brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inkasso_formats.problems import FormatProblem
from inkassod.core.model import Reason, money

DOUBLE = "payment.possible_double"


def unmatched(payment: Any, matches: Mapping[str, str]) -> FormatProblem:
    """The problem of an entry that leads to no invoice; `matches`: the currencies of its reference's invoices, by number."""
    reason = unmatched_reason(payment["reference"], payment["currency"], matches)
    return FormatProblem(
        code=f"payment.{reason.code}",
        line=payment["line"],
        record="payment",
        field="reference",
        value=payment["reference"],
        rule=f"{reason.text}; the payment is kept unmatched",
    )


def unmatched_reason(reference: str, currency: str, matches: Mapping[str, str]) -> Reason:
    """Why a reference leads to no invoice of the payment's currency."""
    if not reference:
        return Reason("no_reference", "no reference is given")
    if len(matches) > 1:
        return Reason("ambiguous", f"is the reference of several invoices: {', '.join(matches)}")
    for invoice_no, other in matches.items():
        return Reason(
            "currency", f"is the reference of invoice {invoice_no}, which is in {other}; {currency} was paid"
        )
    return Reason("unmatched", "is the reference of no invoice in the ledger")


def surplus(payment: Any) -> FormatProblem:
    """The warning of what was paid beyond what is owed: it is kept without an invoice."""
    return FormatProblem(
        code="payment.surplus",
        line=payment["line"],
        record="payment",
        field="amount",
        value=money(payment["whole"]),
        rule=(
            f"{money(payment['amount'], payment['currency'])} of it is more than is owed on invoice {payment['linked']}, and is "
            f"kept unallocated: `inkassod allocate {payment['entry_no']} --to INVOICE=AMOUNT --reason TEXT` gives it to another invoice"
        ),
        warning=True,
    )


def possible_double(payment: Any) -> FormatProblem:
    """The problem of an entry that may repeat another; it counts nowhere until a person has decided."""
    return FormatProblem(
        code=DOUBLE,
        line=payment["line"],
        record="payment",
        field="reference",
        value=payment["reference"],
        rule=f"may be {_once_more(payment)}",
    )


def waiting_double(payment: Any) -> FormatProblem:
    """The same of an entry that waited for its invoice: it stands in the file of an earlier run."""
    which = f"the payment of line {payment['line']} of run {payment['run']}, which waited for this reference's invoice"
    return FormatProblem(
        code=DOUBLE, value=payment["reference"], rule=f"{which}, may be {_once_more(payment)}"
    )


def _once_more(payment: Any) -> str:
    alike = "day" if payment["date"] == payment["twin_date"] else "number at the bank"
    return (
        f"the payment of line {payment['twin_line']} of run {payment['twin_run']} once more (same invoice, amount and {alike}): "
        f"it counts nowhere until `inkassod double {payment['entry']}` says whether it is the same"
    )


def ending(payment: Any) -> str:
    """What became of a bank's payment, as a sentence fragment; a double names the payment that it repeats."""
    if payment["invoice_no"]:
        return f"settles invoice {payment['invoice_no']}"
    repeated = f"the payment of line {payment['twin_line']} of run {payment['twin_run']}"
    if payment["double"] == "same":
        return f"is {repeated} once more, and counts once"
    if payment["double"]:
        return f"may be {repeated} once more, and counts nowhere until somebody has decided"
    if payment["linked"]:
        return f"is more than is owed on invoice {payment['linked']}, and stays unallocated"
    return "kept unallocated" if payment["allocated_run"] else "kept unmatched"
