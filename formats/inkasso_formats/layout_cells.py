"""One field of a record: its text read as a value, a value written as its text.

Values: text, digits, references and codes are `str`, numbers `int`, amounts `int` in the smallest unit (øre), dates `date`,
times the text HHMMSS. What is here is the quick way for fixed-width fields that say no more than their type and its
form; every other field is read and written by `layout_options`, and so is every field without a position.
"""

from __future__ import annotations

from inkasso_formats.layout_field import DATE_FORMS, Field, FieldType, Value, is_digits, type_names
from inkasso_formats.layout_options import read_free, read_padded, write_free, write_padded
from inkasso_formats.layout_plain import READERS, Reader, Writer, write_plain
from inkasso_formats.layout_values import MOST_DIGITS

__all__ = [
    "DATE_FORMS",
    "READERS",
    "Field",
    "FieldType",
    "Reader",
    "Value",
    "Writer",
    "is_digits",
    "read",
    "read_free",
    "reader_of",
    "reads_plainly",
    "type_names",
    "write",
    "write_free",
    "writer_of",
    "writes_plainly",
]


def read(field: Field, raw: str) -> Value:
    """The value of a field's text, `raw` being exactly its positions. Raises ValueError with what was expected."""
    return reader_of(field)(field, raw)


def write(field: Field, value: Value) -> str:
    """The text of a value, exactly as long as the field. None and "" are written blank, or zero for numbers and dates.

    Raises ValueError with what was expected: a required value missing, the wrong type, one that does not fit.
    """
    return writer_of(field)(field, value)


def reader_of(field: Field) -> Reader:
    """What reads this field: looked up once, it serves for all lines."""
    return READERS[field.type] if reads_plainly(field) else read_padded


def writer_of(field: Field) -> Writer:
    """What writes this field: looked up once, it serves for all lines."""
    return write_plain if writes_plainly(field) else write_padded


def reads_plainly(field: Field) -> bool:
    """Whether the field's type says all of how its text is read, so that READERS[field.type] is right for it.

    Amounts may have a leading sign in a place of its own, dates and times any form. Numbers that a database may not hold
    are not plain.
    """
    if field.type in {"constant", "filler"}:
        return True
    if field.blank or field.default or field.decimals != "implied" or field.sign == "trailing":
        return False
    if field.type in {"number", "amount"} and field.length > MOST_DIGITS:
        return False
    return field.fill != "blank" or field.type == "date"


def writes_plainly(field: Field) -> bool:
    """Whether the field's type says all of how its value is written."""
    if field.type in {"constant", "filler"}:
        return True
    return reads_plainly(field) and not field.without and field.fill != "blank"
