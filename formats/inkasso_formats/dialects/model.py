"""A dialect as values: how one agency writes the five kinds of file. Built by `load`, used by `reading` and `writing`.

What a dialect may decide (names, places, types, codes) is data; what the neutral values mean is said here, once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast, get_args

from inkasso_formats.layout import Record
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import CaseUpdate, Closure, Correction, FileHead, NewCase, Receipt

FileKind = Literal["new_cases", "corrections", "receipts", "updates", "closures"]
Direction = Literal["out", "in"]
Misfit = Literal["refuse", "cut", "omit"]
AnyRecord = NewCase | Correction | Receipt | CaseUpdate | Closure
Part = Literal["header", "detail", "trailer"]

FILE_KINDS = cast(tuple[FileKind, ...], get_args(FileKind))
PARTS = cast(tuple[Part, ...], get_args(Part))
MISFITS = cast(tuple[Misfit, ...], get_args(Misfit))

RECORD_TYPES: Mapping[FileKind, type[AnyRecord]] = {
    "new_cases": NewCase,
    "corrections": Correction,
    "receipts": Receipt,
    "updates": CaseUpdate,
    "closures": Closure,
}

HEADER_FIELDS: Mapping[str, tuple[str, ...]] = {
    "client_number": ("text", "digits"),
    "sequence_no": ("number",),
    "created": ("date",),
    "created_time": ("digits",),  # HHMMSS
}

STAGES = (
    *(
        "registered",
        "debt_collection_notice",
        "payment_demand",
        "payment_plan",
        "partly_paid",
        "paused",
        "disputed",
    ),
    *("legal_action", "enforcement", "insolvency", "surveillance"),
)
CLOSING_REASONS = (
    *("paid_in_full", "paid_partly", "paid_to_creditor", "credited", "recalled", "returned", "irrecoverable"),
    *(
        "insolvency",
        "deceased",
        "unknown_address",
        "abroad",
        "disputed",
        "time_barred",
        "uneconomical",
        "duplicate",
    ),
)
REJECTION_REASONS = (
    *(
        "unknown_client",
        "doubled_case",
        "doubled_invoice",
        "bad_address",
        "bad_id_number",
        "bad_amount",
        "too_early",
    ),
    *("claim_type_not_taken", "disputed", "bad_currency", "unknown_case", "incomplete", "other"),
)

# What the codes of a field can mean. The fields in TRANSLATED hold the word itself, and the file its code, so a code
# without a meaning refuses its record; the other fields keep the agency's code as it is, and one without is told.
WORDS: Mapping[tuple[FileKind, str], tuple[str, ...]] = {
    ("new_cases", "kind"): ("private", "company"),
    ("new_cases", "claim_type"): ("ordinary", "rent", "consumer_credit", "energy"),
    ("corrections", "kind"): ("payment", "credit_note", "adjustment", "reversal", "recall"),
    ("receipts", "accepted"): ("accepted", "rejected"),
    ("receipts", "reason_code"): REJECTION_REASONS,
    ("updates", "stage_code"): STAGES,
    ("closures", "reason_code"): CLOSING_REASONS,
}
TRANSLATED = frozenset({"kind", "claim_type", "accepted"})


@dataclass(frozen=True, slots=True)
class Follows:
    """What a kept code fills besides itself: `word` takes our word, `text` the agency's text where the file has none."""

    word: str = ""
    text: str = ""


FOLLOWERS: Mapping[tuple[FileKind, str], Follows] = {
    ("receipts", "reason_code"): Follows(text="reason"),
    ("updates", "stage_code"): Follows(text="stage"),
    ("closures", "reason_code"): Follows(word="reason", text="text"),
}


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a code table: the agency's code, our word for it (may be empty), the agency's text."""

    code: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One code table of a dialect. Where two codes have the same word, writing takes the first."""

    name: str
    meaning: str
    codes: Mapping[str, Code]

    def code_for(self, word: str) -> str | None:
        """The code that says this word, or None."""
        return next((row.code for row in self.codes.values() if row.word == word), None)

    def word_for(self, code: str) -> str:
        """Our word for the code; empty when the table does not know it."""
        row = self.codes.get(code)
        return row.word if row else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLayout:
    """One kind of file: its name, and its records, which all have the same length.

    `name` is the template of the names we give, `match` the whole of a name that is recognised. `codes` says which
    detail field uses which table, `misfit` what happens to a detail value that does not fit as it is: `refuse` (where
    nothing is said) refuses its record, `cut` fits it by the rules of `text.fit`, `omit` leaves the field blank.
    `count` names the trailer's field for the number of details, `sums` each trailer field with the detail fields whose
    amounts it adds; the first sum is the total of the file.
    """

    kind: FileKind
    meaning: str
    name: str
    match: re.Pattern[str]
    header: Record
    detail: Record
    trailer: Record
    codes: Mapping[str, CodeTable]
    misfit: Mapping[str, Misfit]
    count: str
    sums: Mapping[str, tuple[str, ...]]

    @property
    def direction(self) -> Direction:
        """From the creditor's side: `out` to the agency, `in` from it."""
        return "out" if self.kind in {"new_cases", "corrections"} else "in"

    @property
    def length(self) -> int:
        """Characters of a record, without the line end."""
        return self.header.length

    @property
    def parts(self) -> Mapping[Part, Record]:
        """The three records by their part."""
        return {"header": self.header, "detail": self.detail, "trailer": self.trailer}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one agency writes its files. `public` and `ours` say what comes from public sources and what this project set."""

    name: str
    title: str
    public: str
    ours: str
    source: str
    encoding: str
    line_end: str
    files: Mapping[FileKind, FileLayout]
    codes: Mapping[str, CodeTable]

    @property
    def provenance(self) -> str:
        """Where the dialect comes from, in words."""
        return f"{self.public} {self.ours}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutHead:
    """What a file to be written says of itself. The time of `created` is written as it stands, in its own zone."""

    client_number: str
    sequence_no: int
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What some records became in a file that is being written.

    `lines` has the line number of each record, in their order, and None for those that cannot be written; `refused` has the
    problems of these, by their index (from 0). `notes` are the warnings on changed texts.
    """

    content: bytes
    lines: tuple[int | None, ...]
    notes: tuple[FormatProblem, ...]
    refused: Mapping[int, tuple[FormatProblem, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What stands before and after all pieces of a file. `count` and `total` (øre) are of the records in between."""

    first: bytes
    last: bytes
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A written file: `total` in øre, `lines` the line number of each record, `notes` the warnings on changed texts."""

    content: bytes
    count: int
    total: int
    lines: tuple[int, ...]
    notes: tuple[FormatProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some records of a file that is being read; `refused` counts those that are not among them, `problems` says why."""

    records: list[AnyRecord]
    problems: list[FormatProblem]
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A file that was read. `count` and `total` (øre) are of all its details, `refused` of them are not in `records`.

    `problems` holds the reasons of the refusals, and the warnings, in the order of the lines.
    """

    head: FileHead
    records: list[AnyRecord] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)
    count: int = 0
    total: int = 0
    refused: int = 0
