"""The feed as JSON Lines: one object a line, with its `type` and the columns of that type as keys; see docs/feed.md.

Amounts are text or whole numbers (1234 is 1234.00); a JSON number with a decimal point is refused, since money is never
a float. Always UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from inkasso_formats.feed.batches import (
    BATCH,
    FeedBatch,
    Source,
    convert_batch,
    sources,
    unknown_column,
    value_problem,
)
from inkasso_formats.feed.columns import FEED_TYPES, MIXED, Column, FeedType, Kind
from inkasso_formats.feed.convert import RefusedError
from inkasso_formats.feed.lines import physical_lines, text_lines, whole_file
from inkasso_formats.problems import FormatProblem

MOST_UNKNOWN = 100  # unknown keys that are told of: a file can name a new one in every line

_PLANS = {name: sources(feed, [column.name for column in feed.columns]) for name, feed in FEED_TYPES.items()}
_TYPES = {word: feed for feed in FEED_TYPES.values() for word in (feed.word, feed.name)}


class _Decimal(str):
    """A JSON number with a decimal point, exponent or no finite value, as it is written."""

    __slots__ = ()


@dataclass(slots=True)
class _Pending:
    """What has been read and is not yet handed on: rows of one type that follow one another."""

    feed: FeedType | None = None
    lines: list[int] = field(default_factory=list)
    records: list[list[str]] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.lines) + len(self.problems) >= BATCH

    def batch(self) -> FeedBatch:
        if self.feed is None:
            refused = {problem.line for problem in self.problems if problem.line is not None}
            return FeedBatch(MIXED, [], self.problems, sorted(refused))
        return convert_batch(self.feed, _PLANS[self.feed.name], self.lines, self.records, self.problems)


def read_jsonl(stream: BinaryIO) -> Iterator[FeedBatch]:
    """The rows of a file, in file order, in batches of one type and at most BATCH rows.

    Raises FormatError where the file as a whole cannot be read (empty, encoding). The error may come after some
    batches: then nothing of the file counts.
    """
    pending = _Pending()
    unknown: set[tuple[str, str]] = set()
    empty = True
    for line, text in enumerate(text_lines(physical_lines(stream), "utf-8"), 1):
        if not text.strip():
            continue
        empty = False
        feed, values, problem = _object(line, text)
        if pending.full or (feed and pending.feed and feed is not pending.feed):
            yield pending.batch()
            pending = _Pending()
        if feed is None or problem is not None:
            pending.problems += [problem] if problem else []
            continue
        pending.feed = feed
        _add(pending, feed, line, values)
        pending.problems += _unknown_keys(feed, line, values, unknown)
    if empty:
        raise whole_file("feed.empty", "the file is empty: one JSON object a line expected")
    yield pending.batch()


def set_aside_jsonl(stream: BinaryIO, lines: Collection[int]) -> bytes:
    """The given lines, byte for byte, as a file to mend and hand in again."""
    return b"".join(raw for line, raw in enumerate(physical_lines(stream), 1) if line in lines)


def _object(line: int, text: str) -> tuple[FeedType | None, dict[str, object], FormatProblem | None]:
    try:
        values = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        rule = str(error) if isinstance(error, _RepeatedKeyError) else "one JSON object in the line expected"
        return None, {}, FormatProblem(code="feed.json", line=line, value=text.strip(), rule=rule)
    if not isinstance(values, dict):
        rule = "one JSON object in the line expected"
        return None, {}, FormatProblem(code="feed.json", line=line, value=text.strip(), rule=rule)
    word = values.pop("type", None)
    feed = _TYPES.get(word) if isinstance(word, str) else None
    if feed is None:
        rule = f"one of {', '.join(known.word for known in FEED_TYPES.values())} expected"
        shown = None if word is None else str(word)
        return None, {}, FormatProblem(code="feed.type", line=line, field="type", value=shown, rule=rule)
    return feed, values, None


class _RepeatedKeyError(ValueError):
    """An object says one key twice."""


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _RepeatedKeyError("each key once in an object expected")
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_distinct, parse_float=_Decimal, parse_constant=_Decimal)


def _add(pending: _Pending, feed: FeedType, line: int, values: dict[str, object]) -> None:
    raws: list[str] = []
    refusals: dict[str, FormatProblem] = {}
    for column in feed.columns:
        value = values.get(column.name)
        try:
            raws.append(value if type(value) is str else _raw(column, value))
        except RefusedError as refusal:
            raws.append("")
            refusals[column.name] = value_problem(feed, column, line, _shown(value), refusal)
    if refusals:
        pending.problems += [*refusals.values(), *_other_problems(feed, line, raws, refusals)]
    else:
        pending.lines.append(line)
        pending.records.append(raws)


def _other_problems(
    feed: FeedType, line: int, raws: list[str], refusals: Collection[str]
) -> list[FormatProblem]:
    """What is wrong with the columns of one row that are not refused for their JSON type already."""
    plan = [
        Source(source.column, source.convert, None if source.column.name in refusals else source.place)
        for source in _PLANS[feed.name]
    ]
    return convert_batch(feed, plan, [line], [raws]).problems


def _raw(column: Column, value: object) -> str:
    """The text that a CSV file would hold for this JSON value. Raises RefusedError for types that do not fit."""
    if value is None:
        return ""
    if isinstance(value, _Decimal):
        raise RefusedError("no JSON number with decimals expected: write it as text in quotes")
    if isinstance(value, bool) and column.kind is Kind.BOOLEAN:
        return "true" if value else "false"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and column.kind is Kind.NUMBERS and all(type(each) is str for each in value):
        return " ".join(value)
    raise RefusedError(
        "text expected" if column.kind is not Kind.NUMBERS else "text, or a list of texts, expected"
    )


def _shown(value: object) -> str:
    return str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unknown_keys(
    feed: FeedType, line: int, values: dict[str, object], told: set[tuple[str, str]]
) -> list[FormatProblem]:
    """A warning for each unknown key, the first time that a row of this type has it."""
    if len(told) >= MOST_UNKNOWN or values.keys() <= feed.names:
        return []
    new = [(feed.name, key) for key in values if key not in feed.names and (feed.name, key) not in told]
    told.update(new)
    return [unknown_column(feed, line, key) for _, key in new]
