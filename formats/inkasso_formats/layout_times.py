"""Days and times as text, in the forms that files use: no padding, and no word for a missing one."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from inkasso_formats.layout_field import DATE_FORMS, is_digits

# Where a file keeps two digits of a year, they are read as POSIX reads them (strptime, %y).
FIRST_YEAR = 1969
TWO_DIGITS = f"a year from {FIRST_YEAR} to {FIRST_YEAR + 99} expected"


@lru_cache(maxsize=1024)  # a file names a few days many times
def read_day(form: str, text: str) -> date:
    """The day of a text in a form of DATE_FORMS. Raises ValueError with what was expected."""
    if not _has_form(form, text):
        raise ValueError(f"a date {form} expected")
    parts = {part: int(text[at]) for part, at in DATE_FORMS[form].items()}
    if "YYYY" not in form:
        parts["year"] += 2000 if parts["year"] < FIRST_YEAR - 1900 else 1900
    try:
        return date(**parts)
    except ValueError:
        raise ValueError(f"no such day: a date {form} expected") from None


@lru_cache(maxsize=1024)
def write_day(form: str, day: date) -> str:
    """The text of a day. Raises ValueError where the form keeps two digits of a year that they cannot say."""
    year = f"{day.year:04d}"
    text = form.replace("YYYY", year)
    if text == form:
        if not FIRST_YEAR <= day.year < FIRST_YEAR + 100:
            raise ValueError(f"{TWO_DIGITS}: the field keeps two digits of it")
        text = form.replace("YY", year[2:])
    return text.replace("MM", f"{day.month:02d}").replace("DD", f"{day.day:02d}")


def read_time(form: str, text: str) -> str:
    """The time of a text in one of TIME_FORMS as HHMMSS; the start of the minute where the form has no seconds.

    Raises ValueError with what was expected.
    """
    if not _has_form(form, text):
        raise ValueError(f"a time {form} expected")
    time = text.replace(":", "").ljust(6, "0")
    if time[:2] > "23" or time[2:4] > "59" or time[4:] > "59":
        raise ValueError(f"no such time: a time {form} expected")
    return time


def write_time(form: str, time: str) -> str:
    """The text of a time HHMMSS; a form without seconds leaves them out. Raises ValueError where it is no time."""
    read_time("HHMMSS", time)
    return form.replace("HH", time[:2]).replace("MM", time[2:4]).replace("SS", time[4:])


def _has_form(form: str, text: str) -> bool:
    """Whether digits stand where the form has letters, and its own characters elsewhere."""
    return len(text) == len(form) and all(
        is_digits(character) if letter.isalpha() else character == letter
        for letter, character in zip(form, text, strict=True)
    )
