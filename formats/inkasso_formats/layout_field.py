"""The declaration of one field of a record: its type, its place, and what may be said of how its value is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast, get_args

FieldType = Literal[
    "text", "digits", "reference", "number", "amount", "date", "time", "code", "constant", "filler"
]
Sign = Literal["none", "leading", "trailing"]
Decimals = Literal["implied", "point", "comma"]
Fill = Literal["", "zero", "blank"]
Form = Literal["fixed", "separated", "xml"]
Value = str | int | date | None

type_names = cast(tuple[FieldType, ...], get_args(FieldType))
SIGNS = cast(tuple[Sign, ...], get_args(Sign))
DECIMALS = cast(tuple[Decimals, ...], get_args(Decimals))
FILLS = cast(tuple[Fill, ...], get_args(Fill))
MARKS: Mapping[Decimals, str] = {
    "implied": "",
    "point": ".",
    "comma": ",",
}  # between the whole and its decimals

# Where the parts of a day and of a time stand in each form; every other character of a form stands for itself.
DATE_FORMS: Mapping[str, Mapping[str, slice]] = {
    "YYYYMMDD": {"year": slice(0, 4), "month": slice(4, 6), "day": slice(6, 8)},
    "YYMMDD": {"year": slice(0, 2), "month": slice(2, 4), "day": slice(4, 6)},
    "DDMMYY": {"day": slice(0, 2), "month": slice(2, 4), "year": slice(4, 6)},
    "DDMMYYYY": {"day": slice(0, 2), "month": slice(2, 4), "year": slice(4, 8)},
    "YYYY-MM-DD": {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)},
    "DD.MM.YYYY": {"day": slice(0, 2), "month": slice(3, 5), "year": slice(6, 10)},
    "DD/MM/YYYY": {"day": slice(0, 2), "month": slice(3, 5), "year": slice(6, 10)},
}
TIME_FORMS = ("HHMMSS", "HHMM", "HH:MM:SS", "HH:MM")
_FORM_OF_TYPE: Mapping[str, str] = {"date": "YYYYMMDD", "time": "HHMMSS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record.

    `start` counts from 1: the first position, or in a separated file the cell; `length` of a file without positions is
    the most that a value may have, and 0 any. `required`: blank (or zeros, for digits, numbers, amounts and dates)
    is refused. `form` is the form of a date (else YYYYMMDD) or a time (else HHMMSS); two digits of a year mean 1969 to 2068.
    `sign` of an amount: "none" refuses a minus; "leading" keeps the first position for `-`, and a blank or zero for plus, or
    with `fill` "blank" puts `-` directly before the first digit; "trailing" keeps the last position for `-`, and a
    blank for plus. `decimals` of an amount: "implied", or two of them behind a point or a comma. `fill`: with what
    digits, numbers and amounts are filled up in front and what stands for a missing date, zeros unless it is "blank".
    `blank` is the text that stands for no value, and for an amount or number of 0 without `default`. `default` is the text, as
    it may stand in the file, of the value that is taken where there is none. `without` are the characters that are
    left out when a text is written. `values` lists the codes that are allowed (code); empty means that any is taken.
    `constant` is the text of a constant, or the character that fills a filler (else a blank). `meaning` is one
    sentence for the position table.
    """

    name: str
    start: int
    length: int
    type: FieldType = "text"
    required: bool = False
    form: str = ""
    sign: Sign = "none"
    decimals: Decimals = "implied"
    fill: Fill = ""
    blank: str = ""
    default: str = ""
    without: str = ""
    values: tuple[str, ...] = ()
    constant: str = ""
    meaning: str = ""

    def __post_init__(self) -> None:
        if not self.form:
            object.__setattr__(self, "form", _FORM_OF_TYPE.get(self.type, ""))

    @property
    def end(self) -> int:
        """The last position, inclusive."""
        return self.start + self.length - 1

    @property
    def position(self) -> tuple[int, int]:
        """First and last position, from 1, inclusive."""
        return (self.start, self.end)


def is_digits(text: str) -> bool:
    """Whether the text is ASCII digits only (`str.isdigit` takes other scripts and superscripts too)."""
    return text.isascii() and text.isdigit()
