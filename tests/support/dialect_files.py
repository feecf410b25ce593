"""Agency files for tests: one good record of each kind, whole files of them, and single places changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from inkasso_formats.dialects import AnyRecord, Dialect, FileKind, OutHead, load, render
from inkasso_formats.records import CaseUpdate, Closure, Correction, NewCase, Receipt

DIALECT = load("intrum-no")
HEAD = OutHead(client_number="123456", sequence_no=7, created=datetime(2026, 11, 21, 6, 0, tzinfo=UTC))
GOOD: Mapping[FileKind, AnyRecord] = {
    "new_cases": NewCase(
        case="1001",
        customer_no="20001",
        kind="private",
        name="Åse Brønnøy",
        address="Søndre gate 7",
        postcode="7011",
        city="Trondheim",
        country="NO",
        invoice_no="500001",
        invoice_date=date(2026, 9, 1),
        due_date=date(2026, 9, 15),
        original_amount=125000,
        principal=100000,
        currency="NOK",
    ),
    "corrections": Correction(
        case="1001",
        agency_case_no="8800001",
        invoice_no="500001",
        kind="payment",
        entry_no="152",
        date=date(2026, 11, 20),
        amount=40000,
        balance=60000,
        currency="NOK",
    ),
    "receipts": Receipt(line=2, case="1001", invoice_no="500001", accepted=True, agency_case_no="8800001"),
    "updates": CaseUpdate(
        line=2,
        case="1001",
        agency_case_no="8800001",
        on=date(2026, 11, 30),
        stage_code="41",
        stage="Delbetaling",
        paid=30000,
        remaining=72500,
        currency="NOK",
    ),
    "closures": Closure(
        line=2,
        case="1001",
        agency_case_no="8800001",
        on=date(2026, 12, 15),
        reason_code="01",
        reason="paid_in_full",
        text="Betalt",
        principal=100000,
        interest=1523,
        costs=35000,
        currency="NOK",
    ),
}


def file_of(kind: FileKind, records: Sequence[AnyRecord] | None = None, dialect: Dialect = DIALECT) -> bytes:
    """A file with these records; with the one good record where none are given."""
    return render(dialect, kind, HEAD, [GOOD[kind]] if records is None else records).content


def lines_of(content: bytes) -> list[bytes]:
    """The lines without their ends."""
    return content.split(b"\r\n")[:-1]


def content_of(lines: Sequence[bytes]) -> bytes:
    """The lines with their ends."""
    return b"".join(line + b"\r\n" for line in lines)


def changed(content: bytes, kind: FileKind, line: int, part: str, field: str, text: str | bytes) -> bytes:
    """The content with the text, from the field's first position, in one line (from 1); shorter texts change less."""
    raw = text.encode("iso-8859-1") if isinstance(text, str) else text
    lines = lines_of(content)
    start = DIALECT.files[kind].part(part).record.field(field).start - 1
    old = lines[line - 1]
    lines[line - 1] = old[:start] + raw + old[start + len(raw) :]
    return content_of(lines)
