"""The status feed, from inkassod to the ERP: JSON Lines, one record a line, each with its `type`; see docs/feed.md.

Keys stand in the order of the fields. Amounts are øre here and text with two decimals in the file; times carry an offset.
Text that is not known is "", a date or amount that is not known is null.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from operator import attrgetter
from typing import Any

from inkasso_formats.feed.convert import amount_text, parse_amount, parse_date
from inkasso_formats.feed.lines import whole_file
from inkasso_formats.problems import FormatError, FormatProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatus:
    """Where one case stands; the record replaces every earlier one of the same case."""

    case: str
    invoice_no: str
    agency_case_no: str = ""
    status: str
    stage: str = ""  # the agency's code
    stage_text: str = ""  # the agency's words
    closed_on: date | None = None
    closing_reason: str = ""
    reminder_no: str = ""
    agreement: str
    at: datetime  # when it became so


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryStatus:
    """One ledger entry has been reported to the agency: from now on it carries the reminder number."""

    entry_no: str
    invoice_no: str
    reminder_no: str
    reported: str  # the name of the correction file
    amount: int | None = None  # what was reported of the entry for this invoice
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedStatus:
    """One thing that is wrong with one row of the feed, which has therefore not been taken."""

    file: str
    line: int
    code: str
    field: str = ""
    message: str
    at: datetime


StatusRecord = CaseStatus | EntryStatus | RefusedStatus

_RECORDS: Mapping[str, type[StatusRecord]] = {
    "case": CaseStatus,
    "entry": EntryStatus,
    "refused": RefusedStatus,
}
# A line with places for its values, the names of these, and how they are taken out: worked out once, for a file has many lines.
_TEMPLATES: Mapping[
    type[StatusRecord], tuple[str, tuple[str, ...], Callable[[StatusRecord], tuple[Any, ...]]]
] = {
    record: (
        f'{{"type": "{name}"{"".join(f", {chr(34)}{one.name}{chr(34)}: %s" for one in fields(record))}}}\n',
        tuple(one.name for one in fields(record)),
        attrgetter(*(one.name for one in fields(record))),
    )
    for name, record in _RECORDS.items()
}


def render_status(records: Iterable[StatusRecord]) -> bytes:
    """The records as JSON Lines in UTF-8, in their order. Raises ValueError for a time without an offset."""
    return "".join(_line(record) for record in records).encode("utf-8")


def parse_status(content: bytes) -> list[StatusRecord]:
    """The records of a status file. Raises FormatError with every line that is not a record of it."""
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise whole_file("status.encoding", f"byte {error.start + 1} of the file is not UTF-8") from None
    records: list[StatusRecord] = []
    problems: list[FormatProblem] = []
    for number, text in enumerate(lines, 1):
        try:
            records += [_record(text)] if text.strip() else []
        except ValueError as error:
            problems.append(
                FormatProblem(code="status.record", line=number, value=text.strip(), rule=str(error))
            )
    if problems:
        raise FormatError(problems)
    return records


def _line(record: StatusRecord) -> str:
    template, names, values_of = _TEMPLATES[type(record)]
    values = zip(names, values_of(record), strict=True)
    return template % tuple(
        [_quoted(value) if value.__class__ is str else _other(name, value) for name, value in values]
    )


def _other(name: str, value: int | date | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        offset = value.utcoffset()
        if offset is None:
            raise ValueError(f"{name}: a time with an offset expected, {value.isoformat()} has none")
        return _time_text(value, offset)
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return f'"{amount_text(value)}"' if name == "amount" else str(value)


@lru_cache(maxsize=16)  # a file has one; the same instant at another offset is another text
def _time_text(value: datetime, _offset: timedelta) -> str:
    return f'"{value.isoformat()}"'


def _record(text: str) -> StatusRecord:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("one JSON object in the line expected") from None
    if not isinstance(values, dict):
        raise ValueError("one JSON object in the line expected")  # noqa: TRY004 - a problem of the file
    kind = _RECORDS.get(str(values.pop("type", "")))
    if kind is None:
        raise ValueError(f"a type of {', '.join(_RECORDS)} expected")
    names = [field.name for field in fields(kind)]
    if sorted(values) != sorted(names):
        raise ValueError(f"the keys {', '.join(names)} expected")
    return kind(**{name: _value(name, values[name]) for name in names})


def _value(name: str, value: object) -> Any:
    if value is None and name in {"closed_on", "amount"}:
        return None
    if name == "line":
        if type(value) is not int:
            raise ValueError("line: a whole number expected")
        return value
    if not isinstance(value, str):
        raise ValueError(f"{name}: text expected")  # noqa: TRY004 - a problem of the file
    try:
        return _READERS[name](value) if name in _READERS else value
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.utcoffset() is None:
        raise ValueError("a time as 2026-01-31T06:00:00+01:00 expected")
    return time


_READERS: Mapping[str, Callable[[str], object]] = {
    "closed_on": parse_date,
    "amount": parse_amount,
    "at": _time,
}
