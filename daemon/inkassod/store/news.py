"""What a run of the feed brought that was not there before: new rows have no effects of their own, they name the run themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, func, select

from inkassod.store.tables import customers, invoices, reminders

MOST = 1_000  # rows that are told one by one
# What is told of a new row, by table.
_TOLD: Mapping[str, tuple[Column[Any], ...]] = {
    "customers": (customers.c.customer_no,),
    "invoices": (
        invoices.c.invoice_no,
        invoices.c.amount,
        invoices.c.currency,
        invoices.c.due_date,
    ),
    "reminders": (
        reminders.c.reminder_no,
        reminders.c.invoice_no,
        reminders.c.level,
        reminders.c.sent_date,
    ),
}


def new_rows_of(connection: Connection, run: int, limit: int) -> tuple[list[tuple[str, RowMapping]], int]:
    """The first rows that the run brought, each with its table, by table and line; and how many more there are."""
    found: list[tuple[str, RowMapping]] = []
    more = 0
    for name, columns in _TOLD.items():
        table = columns[0].table
        wanted = limit - len(found)
        query = select(*columns, table.c.line).where(table.c.run == run).order_by(table.c.line).limit(wanted)
        rows = list(connection.execute(query).mappings()) if wanted else []
        found += [(name, row) for row in rows]
        if len(rows) == wanted:
            count = select(func.count()).select_from(table).where(table.c.run == run)
            more += connection.execute(count).scalar_one() - len(rows)
    return found, more
