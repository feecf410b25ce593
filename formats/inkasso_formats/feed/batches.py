"""Raw texts to rows, a batch at a time: good rows pass, a bad row is refused with everything that is wrong with it.

A batch is worked through column by column, and each distinct value of a column is converted once: currencies, dates and
flags repeat, so that most cells cost one look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inkasso_formats.feed.columns import Column, FeedType
from inkasso_formats.feed.convert import Convert, MissingError, RefusedError, Value, converter
from inkasso_formats.feed.rows import FeedRow
from inkasso_formats.problems import FormatProblem

BATCH = 1000  # rows of a file that are in memory at one time


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """Some rows of one type, in file order.

    `feed_type` is `mixed` only for a batch without rows whose lines do not say a type. `refused` holds the lines at which
    the refused rows start, in file order; `problems` says why, and holds warnings, which refuse nothing.
    """

    feed_type: str
    rows: list[FeedRow]
    problems: list[FormatProblem]
    refused: list[int]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the raw texts of one column stand in each record: the place from 0, or None where the file has none."""

    column: Column
    convert: Convert
    place: int | None


def sources(feed: FeedType, names: Sequence[str]) -> tuple[Source, ...]:
    """The source of every column of the type, given what the fields of a record are called."""
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    return tuple(Source(column, converter(column), places.get(column.name)) for column in feed.columns)


def convert_batch(
    feed: FeedType,
    plan: Sequence[Source],
    lines: Sequence[int],
    records: Sequence[Sequence[str]],
    problems: Iterable[FormatProblem] = (),
) -> FeedBatch:
    """Rows of the records, which start at `lines`. `problems` are those already found with other rows of the batch."""
    found = list(problems)
    cells = list(zip(*records, strict=True))
    values: list[Iterable[Value]] = [lines]
    for source in plan:
        if source.place is None or not cells:
            values.append([source.column.empty] * len(records))
        else:
            values.append(_converted(feed, source, lines, cells[source.place], found))
    refused = {problem.line for problem in found if problem.line is not None and not problem.warning}
    rows: list[FeedRow] = list(map(feed.row._make, zip(*values, strict=True)))
    if refused:
        rows = [row for row in rows if row.line not in refused]
    rows, repeats = _without_contradictions(feed, rows)
    found += repeats
    refused.update(problem.line for problem in repeats if problem.line is not None)
    found.sort(key=lambda problem: problem.line or 0)
    return FeedBatch(feed.name, rows, found, sorted(refused))


def value_problem(
    feed: FeedType, column: Column, line: int, value: str, refusal: RefusedError
) -> FormatProblem:
    """The problem of one value: its code is `feed.required`, or `feed.` and the kind of the column."""
    missing = isinstance(refusal, MissingError)
    return FormatProblem(
        code="feed.required" if missing else f"feed.{column.kind}",
        line=line,
        record=feed.name,
        field=column.name,
        value=None if missing else value,
        rule=str(refusal),
    )


def unknown_column(feed: FeedType, line: int, name: str) -> FormatProblem:
    """The warning for a column (or key) that the feed type does not have."""
    return FormatProblem(
        code="feed.unknown_column",
        line=line,
        record=feed.name,
        field=name,
        rule="the column is not known and is passed over",
        warning=True,
    )


def _converted(
    feed: FeedType, source: Source, lines: Sequence[int], raws: Sequence[str], found: list[FormatProblem]
) -> Iterable[Value]:
    known: dict[str, Value] = {}
    refusals: dict[str, RefusedError] = {}
    for raw in set(raws):
        try:
            known[raw] = source.convert(raw)
        except RefusedError as refusal:
            known[raw] = None
            refusals[raw] = refusal
    if refusals:
        found += [
            value_problem(feed, source.column, line, raw, refusals[raw])
            for line, raw in zip(lines, raws, strict=True)
            if raw in refusals
        ]
    return map(known.__getitem__, raws)


def _without_contradictions(feed: FeedType, rows: list[FeedRow]) -> tuple[list[FeedRow], list[FormatProblem]]:
    """The rows without those that contradict an earlier row of the same key. Looks at one batch only, so memory is flat."""
    if len({row[1] for row in rows}) == len(rows):
        return rows, []
    first: dict[Value, FeedRow] = {}
    kept: list[FeedRow] = []
    problems: list[FormatProblem] = []
    for row in rows:
        earlier = first.setdefault(row[1], row)
        if earlier[1:] == row[1:]:
            kept.append(row)
        else:
            problems.append(_contradiction(feed, row, earlier))
    return kept, problems


def _contradiction(feed: FeedType, row: FeedRow, earlier: FeedRow) -> FormatProblem:
    return FormatProblem(
        code="feed.repeated_key",
        line=row.line,
        record=feed.name,
        field=feed.key,
        value=str(row[1]),
        rule=f"line {earlier.line} says something else of the same {feed.key}: one row each expected",
    )
