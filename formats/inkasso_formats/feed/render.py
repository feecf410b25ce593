"""Rows of the feed to a CSV file: the other direction of `csv_feed.py`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from inkasso_formats.feed.columns import FEED_TYPES, Column, Kind
from inkasso_formats.feed.convert import Value, amount_text
from inkasso_formats.feed.rows import FeedRow


def render_csv(rows: Iterable[FeedRow], *, separator: str = ",") -> bytes:
    """A file in UTF-8 with every column of the type, a header row and one row each; `line` is left out.

    Raises ValueError when there is no row, for the rows say the type, and TypeError when the types are mixed.
    """
    listed = list(rows)
    if not listed:
        raise ValueError("at least one row is needed: the rows say which columns the file has")
    feed = next(feed for feed in FEED_TYPES.values() if feed.row is type(listed[0]))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerow([column.name for column in feed.columns])
    for row in listed:
        if type(row) is not feed.row:
            raise TypeError(f"{type(row).__name__} does not belong in a file of {feed.name}")
        writer.writerow([_text(*pair) for pair in zip(feed.columns, row[1:], strict=True)])
    return text.getvalue().encode("utf-8")


def _text(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if column.kind is Kind.AMOUNT and isinstance(value, int):
        return amount_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(value)
    return str(value)
