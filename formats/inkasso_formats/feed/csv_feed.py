"""The feed as CSV (RFC 4180): a header row, then one row each; see docs/feed.md.

The header decides the separator (comma or semicolon) and the order of the columns. Line numbers are physical lines, from 1.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from inkasso_formats.feed.batches import BATCH, FeedBatch, convert_batch, sources, unknown_column
from inkasso_formats.feed.columns import FEED_TYPES, FeedType
from inkasso_formats.feed.lines import physical_lines, text_lines, whole_file
from inkasso_formats.problems import FormatError, FormatProblem

Record = tuple[int, list[str] | None]  # the line at which the row starts, and its fields; None: wrong quotes


def read_csv(stream: BinaryIO, feed_type: str, *, encoding: str = "utf-8") -> Iterator[FeedBatch]:
    """The rows of a file, in batches of at most BATCH rows, good and refused together.

    `feed_type` is a key of FEED_TYPES, `encoding` one of ENCODINGS. Raises FormatError where the file as a whole cannot
    be read (encoding, header, quotes that swallow lines). The error may come after some batches: then nothing of the
    file counts.
    """
    feed = FEED_TYPES[feed_type]
    header, records = _open(physical_lines(stream), encoding)
    problems = _header_warnings(feed, header)
    if missing := _header_errors(feed, header):
        raise FormatError(missing)
    plan = sources(feed, header.names)
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, fields in records:
        if fields is not None and len(fields) == len(header.names) and any(fields):
            lines.append(line)
            rows.append(fields)
        elif fields is None or any(map(str.strip, fields)):
            problems.append(_row_problem(feed, header, line, fields))
        if len(lines) + len(problems) >= BATCH:
            yield convert_batch(feed, plan, lines, rows, problems)
            lines, rows, problems = [], [], []
    if lines or problems:
        yield convert_batch(feed, plan, lines, rows, problems)


def set_aside_csv(stream: BinaryIO, lines: Collection[int], *, encoding: str = "utf-8") -> bytes:
    """The header and the rows that start at `lines`, byte for byte, as a file to mend and hand in again.

    Raises the FormatError that `read_csv` raises for the same file, but for the names in its header.
    """
    passed: list[bytes] = []
    header, records = _open(_noting(physical_lines(stream), passed), encoding)
    kept = passed[header.line - 1 :]
    passed.clear()
    for line, _ in records:
        if line in lines:
            kept += passed
        passed.clear()
    return b"".join(kept)


@dataclass(frozen=True, slots=True)
class _Header:
    line: int
    names: tuple[str, ...]
    separator: str


def _noting(raws: Iterable[bytes], passed: list[bytes]) -> Iterator[bytes]:
    for raw in raws:
        passed.append(raw)
        yield raw


def _open(raws: Iterable[bytes], encoding: str) -> tuple[_Header, Iterator[Record]]:
    texts = text_lines(raws, encoding)
    header = _header(texts)
    return header, _records(texts, header)


def _header(texts: Iterator[str]) -> _Header:
    """The first line that is not blank. A comma within a column's name does not occur, so the commoner separator is it."""
    for line, text in enumerate(texts, 1):
        if text.strip():
            separator = ";" if text.count(";") > text.count(",") else ","
            try:
                names = next(csv.reader([text], delimiter=separator, strict=True))
            except csv.Error:
                rule = "a header row with whole quotes, and lines that end with LF or CR LF, expected"
                raise whole_file("feed.quote", rule, line=line) from None
            return _Header(line, tuple(name.strip().lower() for name in names), separator)
    raise whole_file("feed.empty", "the file is empty: a header row expected")


def _header_errors(feed: FeedType, header: _Header) -> list[FormatProblem]:
    known = [column.name for column in feed.columns]
    double = [
        _header_problem(
            feed, header, "feed.double_column", name, "the column stands more than once in the header"
        )
        for name in known
        if header.names.count(name) > 1
    ]
    missing = [
        _header_problem(
            feed,
            header,
            "feed.missing_column",
            column.name,
            "the column is required and is not in the header",
        )
        for column in feed.columns
        if column.required and column.name not in header.names
    ]
    return double + missing


def _header_warnings(feed: FeedType, header: _Header) -> list[FormatProblem]:
    known = {column.name for column in feed.columns}
    unknown = (name for name in dict.fromkeys(header.names) if name not in known)
    return [unknown_column(feed, header.line, name) for name in unknown]


def _header_problem(feed: FeedType, header: _Header, code: str, name: str, rule: str) -> FormatProblem:
    return FormatProblem(code=code, line=header.line, record=feed.name, field=name, rule=rule)


def _records(texts: Iterator[str], header: _Header) -> Iterator[Record]:
    reader = csv.reader(texts, delimiter=header.separator, strict=True)
    start = header.line + 1
    while True:
        try:
            for fields in reader:
                yield start, fields
                start = header.line + reader.line_num + 1
        except csv.Error:
            end = header.line + reader.line_num
            if end > start:  # nobody can tell which of these lines are rows of their own
                rule = f"a quote is opened in this row and not closed as it should be up to line {end}"
                raise whole_file("feed.quote", rule, line=start) from None
            yield start, None
            start = end + 1
        else:
            return


def _row_problem(feed: FeedType, header: _Header, line: int, fields: list[str] | None) -> FormatProblem:
    if fields is None:
        rule = 'text in quotes up to the separator expected, and a quote within it doubled, as in "the ""Best"" one"'
        return FormatProblem(code="feed.quote", line=line, record=feed.name, rule=rule)
    hint = "; an amount with a comma stands in quotes" if header.separator == "," else ""
    rule = f"{len(header.names)} columns expected as in the header, {len(fields)} found{hint}"
    return FormatProblem(code="feed.columns", line=line, record=feed.name, rule=rule)
