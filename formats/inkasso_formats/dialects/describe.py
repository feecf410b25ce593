"""A dialect as a document for people: in Markdown, or as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from inkasso_formats.dialects.describe_blocks import (
    Block,
    Heading,
    Listing,
    Rows,
    blocks,
    code_blocks,
    facts,
    file_blocks,
)
from inkasso_formats.dialects.model import Dialect, FileKind
from inkasso_formats.layout_tables import markdown

__all__ = ["describe", "describe_codes", "describe_file", "describe_text", "facts"]

_UNDERLINES = {1: "=", 2: "-"}


def describe(dialect: Dialect) -> str:
    """The whole dialect in Markdown."""
    return _joined(blocks(dialect), _markdown) + "\n"


def describe_file(dialect: Dialect, kind: FileKind) -> str:
    """One kind of file in Markdown: its name, the order of its records, their fields, its totals."""
    return _joined(file_blocks(dialect, kind), _markdown)


def describe_codes(dialect: Dialect) -> str:
    """All code tables in Markdown."""
    return _joined(code_blocks(dialect), _markdown)


def describe_text(dialect: Dialect) -> str:
    """The whole dialect as text, its columns aligned; no line ends with blanks."""
    return _joined(blocks(dialect), _text) + "\n"


def _joined(parts: Iterable[Block], say: Callable[[Block], str]) -> str:
    return "\n\n".join(map(say, parts))


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {block.text}"
    if isinstance(block, Listing):
        return "\n".join(f"{'  ' * depth}- {line}" for depth, line in block.lines)
    return markdown(block.head, block.rows) if isinstance(block, Rows) else block


def _text(block: Block) -> str:
    if isinstance(block, Heading):
        words = _plain(block.text)
        line = _UNDERLINES.get(block.level, "")
        return f"{words}\n{line * len(words)}" if line else words
    if isinstance(block, Listing):
        return "\n".join(f"{'  ' * (depth + 1)}{_plain(line)}" for depth, line in block.lines)
    return _aligned(block) if isinstance(block, Rows) else _plain(block)


def _aligned(rows: Rows) -> str:
    """A table in columns; those that are blank in every row are left out."""
    cells = [rows.head, *[tuple(map(_plain, row)) for row in rows.rows]]
    columns = [column for column in zip(*cells, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(column[number].ljust(width) for column, width in zip(columns, widths, strict=True)).rstrip()
        for number in range(len(cells))
    ]
    return "\n".join(f"  {line}" for line in lines)


def _plain(text: str) -> str:
    return text.replace("`", "")
