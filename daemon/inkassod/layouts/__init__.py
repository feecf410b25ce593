"""Dialects and the files of agencies for whoever writes or compares a layout: described, and read record by record.

Nothing here needs settings, a spool or a ledger.
"""

from __future__ import annotations

from inkassod.layouts.checking import Checked, check, checked_dialect
from inkassod.layouts.described import described
from inkassod.layouts.documents import Document, problem_document
from inkassod.layouts.lines import record_of, span_of

__all__ = [
    "Checked",
    "Document",
    "check",
    "checked_dialect",
    "described",
    "problem_document",
    "record_of",
    "span_of",
]
