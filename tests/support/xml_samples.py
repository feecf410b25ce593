"""Two made-up dialects in XML (tests/data/xml-dialects), records that they carry, and what reading a file comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from inkasso_formats.dialects import AnyRecord, Dialect, FileKind, OutHead, Parsed, load_text, parse, render
from inkasso_formats.problems import FormatError
from inkasso_formats.records import CaseUpdate, Closure, Correction, InvoiceRow, NewCase, Receipt

FOLDER = Path(__file__).parents[1] / "data" / "xml-dialects"


def load(name: str) -> Dialect:
    """One of the two, with its schema."""
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    return load_text(text, f"{name}.toml", lambda beside: (FOLDER / beside).read_bytes())


ATTRIBUTES, ELEMENTS = load("attributes"), load("elements")
DIALECTS = {"attributes": ATTRIBUTES, "elements": ELEMENTS}
HEAD = OutHead(
    client_number="123456", sequence_no=7, created=datetime(2026, 11, 21, 6, 5, tzinfo=UTC), sender="998"
)
PLAIN = NewCase(
    case="1001",
    customer_no="A1",
    kind="private",
    name="Åse <Brønnøy> & Šón",
    address="Søndre gate 7",
    postcode="7011",
    city="Trondheim",
    country="NO",
    invoice_no="5001",
    invoice_date=date(2026, 9, 1),
    due_date=date(2026, 9, 15),
    original_amount=125000,
    principal=100000,
    currency="NOK",
)
ROWS = (
    InvoiceRow(text="September", amount=50000, period_from=date(2026, 9, 1), period_to=date(2026, 9, 30)),
    InvoiceRow(amount=-100),
)
RECORDS: Mapping[str, Mapping[FileKind, Sequence[AnyRecord]]] = {
    "attributes": {
        "new_cases": [
            PLAIN,
            replace(PLAIN, case="1002", invoice_no="5002", claim_type="rent", reference="50021"),
        ],
        "corrections": [
            Correction(
                case="1001",
                agency_case_no="88",
                invoice_no="5001",
                kind="reversal",
                entry_no="152",
                date=date(2026, 11, 20),
                amount=-40000,
                balance=60000,
                currency="NOK",
            )
        ],
        "receipts": [
            Receipt(line=3, case="1001", invoice_no="5001", accepted=True, agency_case_no="88"),
            Receipt(line=4, case="1002", accepted=False, reason_code="12", reason="No street"),
        ],
        "updates": [
            CaseUpdate(
                line=3,
                case="1001",
                agency_case_no="88",
                on=date(2026, 11, 30),
                stage_code="D",
                stage="Paid in part",
                paid=30000,
                remaining=72500,
                currency="NOK",
                text="Half of it\u00a0came",
            )
        ],
        "closures": [
            Closure(
                line=3,
                case="1001",
                agency_case_no="88",
                on=date(2026, 12, 15),
                reason_code="P",
                reason="paid_in_full",
                text="Paid",
                principal=100000,
                interest=1523,
                costs=35000,
                currency="NOK",
            )
        ],
    },
    "elements": {
        "new_cases": [
            replace(PLAIN, rows=ROWS, description="Rent"),
            replace(PLAIN, case="1002", invoice_no="5002", reminder_no="R1", reminder_date=date(2026, 10, 1)),
            replace(
                PLAIN,
                case="1003",
                customer_no="B2",
                kind="company",
                name="Fjord AS",
                invoice_no="5003",
                contact_name="Kari Nes",
                phone="+47 22 00",
                currency="EUR",
            ),
        ],
        "corrections": [
            Correction(
                case="1001",
                customer_no="A1",
                invoice_no="5001",
                kind="credit_note",
                entry_no="152",
                date=date(2026, 11, 20),
                amount=40000,
                balance=-100,
                currency="NOK",
            )
        ],
        "receipts": [
            Receipt(line=3, case="1001", invoice_no="5001", accepted=True, agency_case_no="88"),
            Receipt(line=4, case="1002", accepted=False, reason_code="11", reason="Twice"),
        ],
        "updates": [
            CaseUpdate(
                line=5,
                case="1001",
                agency_case_no="88",
                on=date(2026, 11, 30),
                stage_code="A",
                stage="Begun",
                currency="NOK",
                remaining=100000,
            )
        ],
        "closures": [
            Closure(
                line=3,
                case="1001",
                agency_case_no="88",
                on=date(2026, 12, 15),
                reason_code="U",
                reason="unknown_address",
                text="Gone",
                remaining=100000,
                currency="NOK",
            )
        ],
    },
}
EVERY = [(name, kind) for name, kinds in RECORDS.items() for kind in kinds]


def file_of(name: str, kind: FileKind) -> bytes:
    """A file with the sample records."""
    return render(DIALECTS[name], kind, HEAD, RECORDS[name][kind]).content


def refusal(dialect: Dialect, kind: FileKind, content: bytes) -> list[tuple[str, str]]:
    """Why a file is refused as a whole, as codes and sentences; empty where it is read."""
    try:
        parse(dialect, kind, content)
    except FormatError as error:
        return [(problem.code, problem.message) for problem in error.problems]
    return []


def told(parsed: Parsed) -> list[tuple[str, str, bool]]:
    """What is told of single records: code, sentence, and whether it is only a warning."""
    return [(problem.code, problem.message, problem.warning) for problem in parsed.problems]
