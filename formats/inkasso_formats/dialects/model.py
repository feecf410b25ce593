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
Form = Literal["fixed", "separated", "xml"]
Each = Literal["once", "group", "item", "row"]
Misfit = Literal["refuse", "cut", "omit"]
AnyRecord = NewCase | Correction | Receipt | CaseUpdate | Closure

FILE_KINDS = cast(tuple[FileKind, ...], get_args(FileKind))
FORMS = cast(tuple[Form, ...], get_args(Form))
EACH = cast(tuple[Each, ...], get_args(Each))
MISFITS = cast(tuple[Misfit, ...], get_args(Misfit))

RECORD_TYPES: Mapping[FileKind, type[AnyRecord]] = {
    "new_cases": NewCase,
    "corrections": Correction,
    "receipts": Receipt,
    "updates": CaseUpdate,
    "closures": Closure,
}

# What a file says of itself, in whichever of its records: the types that a field of this name may have.
HEAD_FIELDS: Mapping[str, tuple[str, ...]] = {
    "client_number": ("text", "digits"),
    "sender": ("text", "digits"),
    "sequence_no": ("number",),
    "created": ("date",),
    "created_time": ("time",),
}

# Without these there is no record; what else a file does not carry is empty (a text) or zero (an amount) in the record.
CARRIED: Mapping[FileKind, tuple[str, ...]] = {
    "new_cases": ("case", "customer_no", "name", "invoice_no", "invoice_date", "due_date", "principal"),
    "corrections": ("invoice_no", "date", "amount"),
    "receipts": ("case", "accepted"),
    "updates": ("case", "on", "stage_code"),
    "closures": ("case", "on", "reason_code"),
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
class Part:
    """One kind of record of a file: what it holds, how often it stands and where.

    `each`: `once` in what it is `within` (the file, where that is empty); `group`, one for the items that share its fields
    (a debtor with several invoices); `item`, one for each neutral record; `row`, one for each row of the item
    that it is within. A file has one part that is an item, and what is around it are groups.
    `when`: written only where one of these fields has a value, and may be missing when read; None: it always stands
    there; empty: never written, and passed over when read. `trim`: blanks at its end are not written, and a shorter line is read as
    if they were there. `element` and `paths` are for XML: the element below that of `within` (names joined by `/`, `.`
    for that element itself), and for each field its place in there: `@attribute`, `Name`, `Address/City`, `Address/@country`, or
    `.` for the element's own text. `codes` says which field uses which table, `misfit` what happens to a value that does not
    fit as it is: `refuse` (where nothing is said) refuses its item, `cut` fits it by the rules of `text.fit`, `omit` leaves
    the field blank.
    """

    record: Record
    each: Each = "once"
    within: str = ""
    when: tuple[str, ...] | None = None
    trim: bool = False
    element: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, CodeTable] = field(default_factory=dict)
    misfit: Mapping[str, Misfit] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name by which problems and tables call it."""
        return self.record.name

    @property
    def tag(self) -> str:
        """The constant with which it begins, by which it is known; empty where it begins with something else."""
        first = self.record.fields[0] if self.record.fields else None
        return first.constant if first is not None and first.type == "constant" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLayout:
    """One kind of file: its name, and its parts in the order in which they stand.

    `name` is the template of the names we give, `match` the whole of a name that is recognised; its groups `client_number`,
    `sequence_no`, `date` and `time` are read from a name. `folder` is the agency's folder for these files, where it has one of its own.
    `only` says which values a field of the item may have: a file without such a field means the only one.
    `counts` names the fields that count records, each with the parts that it counts; `sums` the fields that add amounts, each with
    the amounts of the item. They are of the scope in which the part stands that holds them: the file, or one group. The
    first sum is the total of the file. `root` and `schema` (an XSD) are for XML.
    """

    kind: FileKind
    meaning: str
    name: str
    match: re.Pattern[str]
    parts: tuple[Part, ...]
    folder: str = ""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: str = ""
    schema: bytes | None = None

    @property
    def direction(self) -> Direction:
        """From the creditor's side: `out` to the agency, `in` from it."""
        return "out" if self.kind in {"new_cases", "corrections"} else "in"

    @property
    def item(self) -> Part:
        """The part that stands once for each neutral record."""
        return next(part for part in self.parts if part.each == "item")

    def part(self, name: str) -> Part:
        """The part of that name. Raises KeyError."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    def within(self, name: str) -> tuple[Part, ...]:
        """The parts that stand in the one of this name, or with an empty name in the file itself, in their order."""
        return tuple(part for part in self.parts if part.within == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one agency writes its files. `public` and `ours` say what comes from public sources and what this project set.

    `form`: `fixed` (fields at positions), `separated` (cells between `separator`s, in quotes where they hold one) or
    `xml` (elements of `namespace`).
    """

    name: str
    title: str
    public: str
    ours: str
    source: str
    form: Form
    encoding: str
    line_end: str
    files: Mapping[FileKind, FileLayout]
    codes: Mapping[str, CodeTable]
    separator: str = ""
    namespace: str = ""

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
    sender: str = ""  # the creditor's number as a sender of files, where the agency gives one


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
