"""Answers on the screen, in a pipe, and as JSON.

A terminal gets tables that fit its width, by rich; a pipe gets the same rows as plain columns, as wide as their content,
without colours, lines or wrapping. Nothing that came in a file or from a server can steer the terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from inkassod.log import harmless

NUMBERS = frozenset(["run", "line", "case", "size", "attempts", "amount", "balance", "principal", "level"])
WHOLE = NUMBERS | {
    "started",
    "at",
    "delivered",
    "opened",
    "date",
    "due",
    "kind",
    "outcome",
    "status",
}  # never broken


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under headings, or without where all are empty; columns named in NUMBERS stand to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


Block = str | Grid


def grid(columns: Sequence[str], documents: Iterable[Mapping[str, Any]]) -> Grid:
    """The values of documents that have these keys."""
    return Grid(columns, [tuple(one[name] for name in columns) for one in documents])


def write_json(document: Mapping[str, Any]) -> None:
    """The one JSON document of a call, in UTF-8 whatever the terminal's encoding."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=plain_value)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def plain_value(value: object) -> str:
    """A value in a program's hands: dates and times as ISO 8601, a time of day to the minute; what else there is (paths) as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.isoformat("minutes") if isinstance(value, time) else str(value)


def local(value: Any, zone: ZoneInfo | None) -> Any:
    """The same document with every time in the zone (None: the machine's)."""
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, Mapping):
        return {name: local(inner, zone) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [local(inner, zone) for inner in value]
    return value


def show(blocks: Iterable[Block]) -> None:
    """Texts and tables for people, on standard output."""
    if sys.stdout.isatty():
        console = Console(highlight=False, markup=False, emoji=False)
        for block in blocks:
            console.print(Text(safe(block)) if isinstance(block, str) else _table(block))
        return
    for block in blocks:
        lines = [safe(block)] if isinstance(block, str) else plain(block)
        for line in lines:
            print(line)  # noqa: T201  (this is where answers are printed)


def working(text: str) -> AbstractContextManager[Any]:
    """On a terminal, a sign that work goes on, on standard error."""
    if not sys.stderr.isatty():
        return nullcontext()
    return Console(stderr=True).status(text)


def plain(grid: Grid) -> list[str]:
    """The grid as lines, each column as wide as its widest cell."""
    heading = [list(grid.columns)] if any(grid.columns) else []
    rows = [*heading, *([cell(value) for value in row] for row in grid.rows)]
    widths = [max(cell_len(row[index]) for row in rows) for index in range(len(grid.columns))]
    right = [name in NUMBERS for name in grid.columns]
    return [
        "  ".join(
            _padded(text, width, to_right=side) for text, width, side in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


def _padded(text: str, width: int, *, to_right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if to_right else text + space


def _table(grid: Grid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(grid.columns))
    for name in grid.columns:
        side: Literal["left", "right"] = "right" if name in NUMBERS else "left"
        table.add_column(Text(name), justify=side, no_wrap=name in WHOLE, overflow="fold")
    for row in grid.rows:
        table.add_row(*(Text(cell(value)) for value in row))
    return table


def cell(value: Any) -> str:
    """A value on one line: dates ISO, times to the second without their zone, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date | time):
        return plain_value(value)
    return harmless(" ".join(str(value).splitlines()).replace("\t", " "))


def safe(text: str) -> str:
    """A text keeps its own line ends, and nothing else that steers a terminal."""
    return "\n".join(harmless(line.replace("\t", " ")) for line in text.split("\n"))
