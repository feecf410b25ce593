"""Documents for people and programs: rows of the ledger and the log as plain values that render as table, JSON or page.

Amounts are text with two decimals, times aware; the keys are an interface (docs/commands.md) and do not change silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from inkassod.core.correction import Line
from inkassod.core.handover import Verdict
from inkassod.core.model import CaseStatus, money

Document = dict[str, Any]


def run(row: Any) -> Document:
    """One row of the job log."""
    return {
        "run": row["run"],
        "kind": row["kind"],
        "trigger": row["trigger"],
        "actor": row["actor"],
        "reason": row["reason"],
        "creditor": row["creditor"],
        "agreement": row["agreement"],
        "file": {
            "name": row["file_name"],
            "sha256": row["sha256"],
            "size": row["size"],
            "direction": row["direction"],
        },
        "started": row["started"],
        "finished": row["finished"],
        "outcome": row["outcome"],
        "attempts": row["attempts"],
        "counts": {name: row[name] for name in ("read", "applied", "refused", "unchanged", "stray")},
        "totals": {"amount": money(row["amount"]), "currency": row["currency"]},
        "same_as": row["same_as"],
        "summary": row["summary"],
    }


def problem(row: Any) -> Document:
    """One problem of a run."""
    return {
        "code": row["code"],
        "line": row["line"],
        "record": row["record"],
        "field": row["field"],
        "position": [row["first"], row["last"]] if row["first"] is not None else None,
        "value": row["value"],
        "expected": row["expected"],
        "message": row["message"],
        "warning": bool(row["warning"]),
    }


def delivery(row: Any) -> Document:
    """Where a file that leaves stands."""
    return {
        "name": row["name"],
        "to": row["channel"],
        "state": row["state"],
        "size": row["size"],
        "sha256": row["sha256"],
        "attempts": row["attempts"],
        "delivered": row["delivered"],
        "note": row["note"],
    }


def candidate(verdict: Verdict, name: str) -> Document:
    """One open, overdue invoice, with every reason against its hand-over."""
    invoice = verdict.claim.invoice
    return {
        "invoice": invoice.invoice_no,
        "customer": invoice.customer_no,
        "name": name,
        "due": invoice.due_date,
        "balance": money(invoice.balance),
        "currency": invoice.currency,
        "reminder_level": verdict.claim.reminder.level if verdict.claim.reminder else 0,
        "qualifies": verdict.qualifies,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in verdict.reasons],
    }


def correction(line: Line) -> Document:
    """One entry since the last correction file, in or out, with its reason."""
    movement = line.movement
    return {
        "entry": movement.entry_no,
        "kind": str(movement.kind),
        "source": movement.source,
        "invoice": movement.case.invoice_no,
        "case": movement.case.case_id,
        "agency_case": movement.case.agency_case_no,
        "date": movement.date,
        "amount": money(movement.amount),
        "currency": movement.currency,
        "included": line.included,
        "reason": {"code": line.reason.code, "text": line.reason.text},
        "warning": line.warning,
    }


def correction_totals(lines: Iterable[Line]) -> Document:
    """The sums of what is in and of what is out, by currency."""
    sums: dict[str, dict[str, int]] = {"in": {}, "out": {}}
    for line in lines:
        side, currency = sums["in" if line.included else "out"], line.movement.currency
        side[currency] = side.get(currency, 0) + line.movement.amount
    return {
        side: {currency: money(amount) for currency, amount in by_currency.items()}
        for side, by_currency in sums.items()
    }


def case(row: Any, balance: int | None = None) -> Document:
    """One case. `settled`: it is closed and nothing is owed on its invoice any more."""
    owed = row["balance"] if balance is None else balance
    return {
        "case": row["case_id"],
        "agreement": row["agreement"],
        "invoice": row["invoice_no"],
        "status": str(row["status"]),
        "agency_case": row["agency_case_no"],
        "reminder": row["reminder_no"],
        "principal": money(row["principal"]),
        "balance": money(owed),
        "currency": row["currency"],
        "stage": {"code": row["stage_code"], "text": row["stage"], "on": row["stage_on"]},
        "rejection": {"code": row["rejection_code"], "text": row["rejection"]},
        "closure": {
            "on": row["closed_on"],
            "code": row["closing_code"],
            "reason": row["closing"],
            "principal": money(row["closed_principal"]),
            "interest": money(row["closed_interest"]),
            "costs": money(row["closed_costs"]),
            "remaining": money(row["closed_remaining"]),
        },
        "settled": row["status"] == CaseStatus.CLOSED and owed <= 0,
        "opened": row["opened"],
    }


def event(row: Any, raw: str | None = None) -> Document:
    """One event of a case's time line: what happened, by which run, file and line; `raw` is the text of that line."""
    return {
        "at": row["finished"] or row["started"],
        "run": row["run"],
        "kind": row["kind"],
        "by": row["actor"] or row["trigger"],
        "file": row["file_name"],
        "line": row["line"],
        "change": row["change"],
        "raw": raw,
    }


def entry(row: Any) -> Document:
    """One entry of the ledger."""
    return {
        "entry": row["entry_no"],
        "source": row["source"],
        "kind": row["kind"],
        "date": row["date"],
        "amount": money(row["amount"]),
        "currency": row["currency"],
        "invoice": row["invoice_no"],
        "reference": row["reference"],
        "origin": row["origin"],
        "origin_reason": row["origin_reason"],
        "settlement": row["settlement"],
        "reported": row["reported"],
        "reported_reason": row["reported_reason"],
        "reminder": row["reminder_no"],
        "linked": row["linked"],
        "allocated": row["allocated_run"],
        "run": row["run"],
        "line": row["line"],
    }


def trial(found: Mapping[str, Any]) -> Document:
    """What a file would do, as a run that was not made."""
    return {**found, "run": None}
