"""The problems that an OCR Giro file has beyond single fields, as values: grammar, pairs of items, the wrong direction."""

from __future__ import annotations

from inkasso_formats.layout import Record
from inkasso_formats.payments.ocr_records import BY_KEY, key_of
from inkasso_formats.problems import FormatError, FormatProblem


def field_problem(
    code: str, record: Record, name: str, line: str, number: int, *, rule: str, warning: bool = False
) -> FormatProblem:
    """A problem of one field of a line that can be read, with its place and raw text."""
    field = record.field(name)
    return FormatProblem(
        code=code,
        line=number,
        record=record.name,
        field=name,
        position=field.position,
        value=line[field.start - 1 : field.end],
        rule=rule,
        warning=warning,
    )


def structure_problem(number: int | None, rule: str, *, line: str | None = None) -> FormatProblem:
    """A record that stands where the grammar has no place for it (`line`), or one that is not there."""
    record = BY_KEY.get(key_of(line)) if line else None
    return FormatProblem(
        code="ocr.structure",
        line=number,
        record=record.name if record else None,
        value=line[:8] if line else None,
        rule=rule,
    )


def wrong_way(number: int, tag: str, what: str) -> FormatError:
    """The whole file goes from a creditor to the bank: nothing else in it is worth telling."""
    rule = f"{what}: a file of claims on its way to the bank, not one of payments received"
    return FormatError([FormatProblem(code="ocr.wrong_way", line=number, value=tag, rule=rule)])
