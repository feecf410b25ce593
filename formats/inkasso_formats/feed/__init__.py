"""The ERP's side: the feed of customers, invoices, reminders and entries in, and the status feed out; see docs/feed.md."""

from __future__ import annotations

from inkasso_formats.feed.batches import BATCH, FeedBatch
from inkasso_formats.feed.columns import FEED_TYPES, MIXED, Column, FeedType, Kind, feed_type_of
from inkasso_formats.feed.csv_feed import read_csv, set_aside_csv
from inkasso_formats.feed.jsonl_feed import read_jsonl, set_aside_jsonl
from inkasso_formats.feed.lines import ENCODINGS
from inkasso_formats.feed.render import render_csv
from inkasso_formats.feed.rows import CustomerRow, EntryRow, FeedRow, InvoiceRow, ReminderRow
from inkasso_formats.feed.status import (
    CaseStatus,
    EntryStatus,
    RefusedStatus,
    StatusRecord,
    parse_status,
    render_status,
)
from inkasso_formats.feed.tables import feed_tables

__all__ = [
    "BATCH",
    "ENCODINGS",
    "FEED_TYPES",
    "MIXED",
    "CaseStatus",
    "Column",
    "CustomerRow",
    "EntryRow",
    "EntryStatus",
    "FeedBatch",
    "FeedRow",
    "FeedType",
    "InvoiceRow",
    "Kind",
    "RefusedStatus",
    "ReminderRow",
    "StatusRecord",
    "feed_tables",
    "feed_type_of",
    "parse_status",
    "read_csv",
    "read_jsonl",
    "render_csv",
    "render_status",
    "set_aside_csv",
    "set_aside_jsonl",
]
