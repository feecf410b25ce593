"""The columns as Markdown tables, for docs/feed.md."""

from __future__ import annotations

from inkasso_formats.feed.columns import FEED_TYPES, Column, FeedType, Kind
from inkasso_formats.feed.convert import amount_text


def feed_tables() -> str:
    """A heading, a sentence and a table for each feed type, with a line for every column."""
    return "\n".join(_table(feed) for feed in FEED_TYPES.values())


def _table(feed: FeedType) -> str:
    rows = [
        f"| `{column.name}` | {'yes' if column.required else ''} | {_holds(column)} | {column.meaning} |"
        for column in feed.columns
    ]
    head = ["| column | required | holds | meaning |", "|---|---|---|---|"]
    intro = f"{feed.meaning} The key is `{feed.key}`; in JSON Lines the type is `{feed.word}`."
    return "\n".join([f"### {feed.name}", "", intro, "", *head, *rows, ""])


def _holds(column: Column) -> str:
    least = "" if column.least is None else f", {amount_text(column.least)} or more"
    forms = {
        Kind.NUMBER: f"number: up to {column.longest} characters, no blanks",
        Kind.REFERENCE: f"reference: up to {column.longest} digits or letters",
        Kind.TEXT: f"text, up to {column.longest} characters",
        Kind.CHOICE: f"one of {', '.join(f'`{choice}`' for choice in column.choices)}",
        Kind.DATE: "date",
        Kind.AMOUNT: f"amount{least}",
        Kind.CURRENCY: "currency, ISO 4217",
        Kind.COUNTRY: "country, ISO 3166 alpha-2",
        Kind.LANGUAGE: "language, ISO 639-1",
        Kind.BOOLEAN: "`true` or `false`",
        Kind.INTEGER: f"whole number, {column.least} to {column.most}",
        Kind.NUMBERS: f"numbers of up to {column.longest} characters, separated by a blank",
    }
    return forms[column.kind]
