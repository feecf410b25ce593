"""Documents of what lines of files did: changes, rows that are new, payments and what became of them, doubles, wrong links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inkassod.core.linkage import LinkProblem, Told, sentence
from inkassod.core.model import money
from inkassod.core.payments import ending

Document = dict[str, Any]


def effect(row: Any) -> Document:
    """One thing that a line changed."""
    return {
        "line": row["line"],
        "case": row["case_id"],
        "invoice": row["invoice_no"],
        "change": row["change"],
    }


def new_effects(rows: Iterable[tuple[str, Any]], more: int) -> list[Document]:
    """What a feed brought that was not there before, a row each; the last one says how many more there are."""
    found = [_new_effect(table, row) for table, row in rows]
    if more:
        found.append({"line": None, "case": None, "invoice": None, "change": f"and {more} more new rows"})
    return found


def _new_effect(table: str, row: Any) -> Document:
    if table == "invoices":
        amount = money(row["amount"], row["currency"])
        text = f"invoice {row['invoice_no']} new: {amount}, due {row['due_date']}"
    elif table == "reminders":
        text = f"reminder {row['reminder_no']} new: level {row['level']}, sent {row['sent_date']}"
    else:
        text = f"customer {row['customer_no']} new"
    return {"line": row["line"], "case": None, "invoice": row.get("invoice_no"), "change": text}


def payment_effect(row: Any) -> Document:
    """What the line of a bank's payment did: the entry that it became."""
    amount = money(row["amount"], row["currency"])
    text = f"payment of {amount}, reference {row['reference'] or '(none)'}: {ending(row)}; {row['origin_reason']}"
    return {"line": row["line"], "case": row["case_id"], "invoice": row["invoice_no"], "change": text}


def double(row: Any) -> Document:
    """One payment that may repeat another: `entry` is the number that `double` takes, `repeats` where the other one stands."""
    return {
        "entry": row["entry"],
        "run": row["run"],
        "line": row["line"],
        "date": row["date"],
        "amount": money(row["amount"]),
        "currency": row["currency"],
        "reference": row["reference"],
        "payer_account": row["payer_account"],
        "bank_reference": row["bank_reference"],
        "repeats": {
            "entry": row["double_of"],
            "run": row["twin_run"],
            "line": row["twin_line"],
            "invoice": row["twin_invoice"],
        },
    }


def link_problem(problem: LinkProblem) -> Document:
    """One entry that is held back from corrections: what its links would report now, what the right ones would, and why."""
    return {
        "entry": problem.entry_no,
        "kind": problem.kind,
        "amount": money(problem.amount),
        "currency": problem.currency,
        "invoices": list(problem.invoices),
        "reason": {"code": "linkage", "text": sentence(problem)},
        "now": [_told(told) for told in problem.now],
        "right": [_told(told) for told in problem.right],
    }


def _told(told: Told) -> Document:
    return {
        "invoice": told.invoice_no,
        "case": told.case_id,
        "reminder": told.reminder_no,
        "amount": money(told.amount),
    }
