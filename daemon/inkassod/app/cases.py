"""Cases, each with its time line down to the raw text, and what settles nothing."""

from __future__ import annotations

from typing import Any

from inkassod import (
    views,
)
from inkassod.acts import NotFoundError
from inkassod.app.log import raw_line
from inkassod.core.model import money
from inkassod.installation import Installation
from inkassod.store import cases, journal, ledger
from inkassod.views import Document


def cases_list(
    installation: Installation, *, status: str = "", agreement: str = "", invoice: str = "", limit: int = 50
) -> list[Document]:
    """The newest cases first."""
    filters = {"status": status, "agreement": agreement, "invoice_no": invoice}
    with installation.database.read() as connection:
        return [views.case(row) for row in cases.listing(connection, filters=filters, limit=limit)]


def case_show(installation: Installation, text: str) -> list[Document]:
    """The cases that a number (ours, the agency's, the invoice's) names, each with its time line and its entries."""
    with installation.database.read() as connection:
        found = cases.find(connection, text)
        if not found:
            raise NotFoundError(f"no case has the number {text!r}: ours, the agency's or the invoice's")
        return [_whole_case(installation, connection, row) for row in found]


def _whole_case(installation: Installation, connection: Any, row: Any) -> Document:
    invoice = ledger.invoice(connection, row["creditor"], row["invoice_no"])
    entries = ledger.entries_of(connection, row["creditor"], row["invoice_no"])
    events = [
        views.event(event, raw_line(installation, event["run"], event["line"]))
        for event in cases.timeline(connection, row["case_id"])
    ]
    events += [_entry_event(installation, connection, entry) for entry in entries]
    return {
        **views.case(row, balance=invoice["balance"] if invoice is not None else 0),
        "timeline": sorted(events, key=lambda event: (event["run"], event["line"] or 0)),
        "entries": [views.entry(entry) for entry in entries],
    }


def _entry_event(installation: Installation, connection: Any, entry: Any) -> Document:
    run = journal.get(connection, entry["run"])
    amount = money(entry["amount"], entry["currency"])
    change = f"{entry['kind'].replace('_', ' ')} of {amount} of {entry['date']}: {entry['origin_reason'] or 'booked'}"
    raw = raw_line(installation, entry["run"], entry["line"])
    return views.event({**dict(run or {}), "line": entry["line"], "change": change}, raw)


def unmatched(installation: Installation, limit: int = 50) -> list[Document]:
    """Payments and other entries that settle no invoice, newest first."""
    with installation.database.read() as connection:
        return [
            views.entry(row)
            for creditor in installation.settings.creditors
            for row in ledger.unmatched(connection, creditor, limit)
        ]
