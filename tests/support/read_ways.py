"""The two ways in which a plain fixed file is read, made to meet often: small blocks, small portions, small chunks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from unittest.mock import patch

from inkasso_formats.dialects import Dialect, FileKind, Portion, findings, reading
from inkasso_formats.dialects import bulk as blocks
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import FileHead


@dataclass(slots=True)
class Outcome:
    """All that a reader sees of a file, in the order in which it sees it."""

    head: FileHead | None = None
    portions: list[Portion] = field(default_factory=list)
    count: int = 0
    total: int = 0
    stopped: tuple[FormatProblem, ...] = ()


def outcome(dialect: Dialect, kind: FileKind, content: bytes | Iterable[bytes]) -> Outcome:
    """What a reader sees of this content."""
    seen = Outcome()
    try:
        stream = reading.Stream(dialect, kind, content)
        for portion in stream:
            seen.portions.append(portion)
    except FormatError as error:
        seen.stopped = error.problems
    else:
        seen.head, seen.count, seen.total = stream.head, stream.count, stream.total
    return seen


def both_ways(
    dialect: Dialect, kind: FileKind, content: bytes, *, portion: int = 7, chunk: int = 1500
) -> tuple[Outcome, Outcome]:
    """The outcome in blocks, and the outcome line by line, in portions of so many records."""
    with (
        patch.object(findings, "MOST_RECORDS", portion),
        patch.object(blocks, "FEWEST_LINES", 2),
        patch.object(blocks, "MOST_LINES", 5),
        patch.object(reading, "CHUNK", chunk),
    ):
        return outcome(dialect, kind, BytesIO(content)), outcome(dialect, kind, list(BytesIO(content)))
