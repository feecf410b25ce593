"""The tables of the ledger, the job log, the outbox and the transfers, for SQLite and PostgreSQL alike.

Amounts are integers of the smallest unit. A row of the ledger names the run and line that first brought it.
Codes of states are the words of `inkassod.core.model`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    and_,
)


class UtcTime(TypeDecorator[datetime]):
    """An instant, aware, in UTC; SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """The instant as the database keeps it."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        """The instant, aware."""
        if value is None or value.tzinfo is not None:
            return value  # type: ignore[no-any-return]
        return value.replace(tzinfo=UTC)  # type: ignore[no-any-return]


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows up by itself for INTEGER keys only; PostgreSQL gets the wide type.
Key = BigInteger().with_variant(Integer(), "sqlite")
Amount = BigInteger

runs = Table(
    "runs",
    metadata,
    Column("run", Key, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("trigger", String, nullable=False),
    Column("actor", String, nullable=False, default=""),
    Column("reason", String, nullable=False, default=""),
    Column("creditor", String, nullable=False, default=""),
    Column("agreement", String, nullable=False, default=""),
    Column("file_name", String, nullable=False, default=""),
    Column("sha256", String, nullable=False, default=""),
    Column("size", BigInteger, nullable=False, default=0),
    Column("direction", String, nullable=False, default=""),
    Column("area", String, nullable=False, default=""),
    Column("archive", String, nullable=False, default=""),
    Column("format", String, nullable=False, default=""),
    Column("started", UtcTime, nullable=False),
    Column("finished", UtcTime),
    Column("outcome", String, nullable=False),
    Column("attempts", Integer, nullable=False, default=1),
    Column("read", Integer, nullable=False, default=0),
    Column("applied", Integer, nullable=False, default=0),
    Column("refused", Integer, nullable=False, default=0),
    Column("unchanged", Integer, nullable=False, default=0),
    Column("stray", Integer, nullable=False, default=0),
    Column("amount", Amount, nullable=False, default=0),
    Column("currency", String, nullable=False, default=""),
    Column("same_as", Key),
    Column("summary", String, nullable=False, default=""),
    Index(None, "sha256"),
    Index(None, "outcome"),
    sqlite_autoincrement=True,
)

run_problems = Table(
    "run_problems",
    metadata,
    Column("run", Key, ForeignKey("runs.run"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("code", String, nullable=False),
    Column("line", Integer),
    Column("record", String),
    Column("field", String),
    Column("first", Integer),
    Column("last", Integer),
    Column("value", String),
    Column("expected", String, nullable=False),
    Column("message", String, nullable=False),
    Column("warning", Boolean, nullable=False),
)

effects = Table(
    "effects",
    metadata,
    Column("run", Key, ForeignKey("runs.run"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("line", Integer),
    Column("case_id", Key),
    Column("invoice_no", String),
    Column("change", String, nullable=False),
    Index(None, "case_id"),
)

# The content of every file that took effect: the same bytes again try only what was refused then.
contents = Table(
    "contents",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("run", Key, ForeignKey("runs.run"), nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("creditor", String, primary_key=True),
    Column("customer_no", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("id_number", String, nullable=False),
    Column("address", String, nullable=False),
    Column("address2", String, nullable=False),
    Column("postcode", String, nullable=False),
    Column("city", String, nullable=False),
    Column("country", String, nullable=False),
    Column("phone", String, nullable=False),
    Column("email", String, nullable=False),
    Column("contact_name", String, nullable=False),
    Column("contact_phone", String, nullable=False),
    Column("contact_email", String, nullable=False),
    Column("language", String, nullable=False),
    Column("collection_ban", Boolean, nullable=False),
    Column("run", Key, nullable=False),
    Column("line", Integer, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    Column("creditor", String, primary_key=True),
    Column("invoice_no", String, primary_key=True),
    Column("customer_no", String, nullable=False),
    Column("invoice_date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("currency", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("claim_type", String, nullable=False),
    Column("disputed", Boolean, nullable=False),
    Column("description", String, nullable=False),
    Column("delivery_date", Date),
    Column("delivery_term", String, nullable=False),
    Column("delivery_method", String, nullable=False),
    Column("payment_term", String, nullable=False),
    Column("booking_date", Date),
    Column("value_date", Date),
    Column("balance", Amount, nullable=False),
    Column("hold_reason", String, nullable=False, default=""),
    Column("run", Key, nullable=False),
    Column("line", Integer, nullable=False),
    Index(None, "creditor", "reference"),
)

# Those of which more is settled than is owed: few, and found at once.
Index(
    "ix_invoices_overpaid",
    invoices.c.creditor,
    invoices.c.invoice_no,
    sqlite_where=invoices.c.balance < 0,
    postgresql_where=invoices.c.balance < 0,
)

reminders = Table(
    "reminders",
    metadata,
    Column("creditor", String, primary_key=True),
    Column("reminder_no", String, primary_key=True),
    Column("invoice_no", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("sent_date", Date, nullable=False),
    Column("fee", Amount),
    Column("run", Key, nullable=False),
    Column("line", Integer, nullable=False),
    Index(None, "creditor", "invoice_no"),
)

# Payments, credit notes, credit losses and adjustments, from the feed or from a bank's file. `part` counts what one
# entry is split into; `invoice_no` is empty where nothing is settled (unmatched, unallocated). `linked` holds the invoices
# that the feed names; of a bank's payment, of its surplus only, the invoice that was paid in full without it.
entries = Table(
    "entries",
    metadata,
    Column("entry", Key, primary_key=True, autoincrement=True),
    Column("creditor", String, nullable=False),
    Column("source", String, nullable=False),
    Column("entry_no", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("date", Date, nullable=False),
    Column("whole", Amount, nullable=False),  # of the entry; `amount` is this part's share of it
    Column("amount", Amount, nullable=False),
    Column("currency", String, nullable=False),
    Column("invoice_no", String),
    Column("linked", String, nullable=False, default=""),
    Column("reference", String, nullable=False, default=""),
    Column("account", String, nullable=False, default=""),  # the creditor's own, of a bank's payment
    Column("bank_reference", String, nullable=False, default=""),
    Column("double", String, nullable=False, default=""),
    Column("double_of", Key),
    Column("settlement", Boolean),
    Column("payer_account", String, nullable=False, default=""),
    Column("payer_name", String, nullable=False, default=""),
    Column("text", String, nullable=False, default=""),
    Column("origin", String, nullable=False),
    Column("origin_reason", String, nullable=False, default=""),
    Column("reported", String, nullable=False, default=""),
    Column("reported_reason", String, nullable=False, default=""),
    Column("reported_run", Key),
    Column("reminder_no", String, nullable=False, default=""),  # under which it was reported
    Column("allocated_run", Key),  # in which a person made this part
    Column("run", Key, nullable=False),
    Column("line", Integer, nullable=False),
    UniqueConstraint("creditor", "source", "entry_no", "part"),
    Index(None, "creditor", "invoice_no"),
    Index(None, "run"),
)

# What was more than its invoice needed: few, and looked at whenever something may be owed again.
_SURPLUS = and_(entries.c.invoice_no.is_(None), entries.c.linked != "")
Index(
    "ix_entries_surplus",
    entries.c.creditor,
    entries.c.linked,
    sqlite_where=_SURPLUS,
    postgresql_where=_SURPLUS,
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Key, primary_key=True, autoincrement=True),
    Column("creditor", String, nullable=False),
    Column("agreement", String, nullable=False),
    Column("invoice_no", String, nullable=False),
    Column("status", String, nullable=False),
    Column("opened", UtcTime, nullable=False),
    Column("reminder_no", String, nullable=False, default=""),
    Column("principal", Amount, nullable=False, default=0),
    Column("currency", String, nullable=False),
    Column("sent_run", Key),
    Column("agency_case_no", String, nullable=False, default=""),
    Column("rejection_code", String, nullable=False, default=""),
    Column("rejection", String, nullable=False, default=""),
    Column("stage_code", String, nullable=False, default=""),
    Column("stage", String, nullable=False, default=""),
    Column("stage_on", Date),
    Column("agency_paid", Amount, nullable=False, default=0),
    Column("agency_remaining", Amount, nullable=False, default=0),
    Column("closed_on", Date),
    Column("closing_code", String, nullable=False, default=""),
    Column("closing", String, nullable=False, default=""),
    Column("closed_principal", Amount, nullable=False, default=0),
    Column("closed_interest", Amount, nullable=False, default=0),
    Column("closed_costs", Amount, nullable=False, default=0),
    Column("closed_remaining", Amount, nullable=False, default=0),
    Index(None, "creditor", "invoice_no"),
    sqlite_autoincrement=True,
)

# One invoice stands at one agency once: the database refuses a second case while one is open.
Index(
    "uq_cases_open_invoice",
    cases.c.creditor,
    cases.c.invoice_no,
    unique=True,
    sqlite_where=cases.c.status.in_(("to_transfer", "sent", "active")),
    postgresql_where=cases.c.status.in_(("to_transfer", "sent", "active")),
)

# What leaves: to an agency (channel = agreement) or to the ERP (channel = "erp:" + creditor), with its exact bytes.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("channel", String, nullable=False),
    Column("run", Key, ForeignKey("runs.run"), nullable=False),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("part", String, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("changed", UtcTime, nullable=False),
    Column("delivered", UtcTime),
    Column("note", String, nullable=False, default=""),
    UniqueConstraint("channel", "name"),
    Index(None, "state"),
)

# In pieces, so that a large file is written and read back without being held in memory whole.
outbox_pieces = Table(
    "outbox_pieces",
    metadata,
    Column("id", Key, ForeignKey("outbox.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

sequences = Table(
    "sequences",
    metadata,
    Column("agreement", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("last", Integer, nullable=False),
)

transfers = Table(
    "transfers",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("agreement", String, nullable=False),
    Column("folder", String, nullable=False, server_default=""),
    Column("name", String, nullable=False),
    Column("claimed_name", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime", BigInteger),
    Column("state", String, nullable=False),
    Column("sha256", String, nullable=False, default=""),
    Column("local_name", String, nullable=False, default=""),
    Column("changed", UtcTime, nullable=False),
    Index(None, "agreement", "state"),
)

# When a scheduled job was last due and done, so that a restart neither skips one nor does it twice.
schedules = Table(
    "schedules",
    metadata,
    Column("job", String, primary_key=True),
    Column("last", UtcTime, nullable=False),
)
