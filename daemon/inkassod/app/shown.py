"""Files that are only looked at: made readable, compared."""

from __future__ import annotations

from pathlib import Path

from inkasso_formats.problems import FormatError
from inkassod import (
    showing,
)
from inkassod.app.layouts import dialect_named
from inkassod.views import Document


def show(path: Path, *, dialect: str = "", mask: bool = False) -> tuple[Document, FormatError | None, bool]:
    """A payment file or an agency's file made readable; nothing is needed for it but the file. Raises OSError.

    Gives the document, why the file as a whole is refused (its problems stand in the document too), and whether single
    records are. `dialect`: it is a file of that one, a shipped name or a path. `mask` hides whose the payments are.
    Raises UsageError and DialectError for a dialect that cannot be used.
    """
    shown = showing.read(path, dialect_named(dialect) if dialect else None)
    error = shown.error(mask=mask) if shown.refused else None
    return showing.document(shown, mask=mask), error, shown.faulty


def show_difference(a: Path, b: Path, *, dialect: str = "", mask: bool = False) -> tuple[Document, bool]:
    """What stands in one of two files only, or in both with other values; and whether single records of them are refused.

    Raises FormatError where one is refused or where they are of two kinds; UsageError and DialectError for the dialect; OSError.
    """
    spoken = dialect_named(dialect) if dialect else None
    one, other = showing.read(a, spoken), showing.read(b, spoken)
    return showing.difference(one, other, mask=mask), one.faulty or other.faulty
