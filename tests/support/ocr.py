"""OCR Giro files for tests: the samples, one small file of which each record is known, and transmissions by hypothesis."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from inkasso_formats.payments.ocr_giro import Assignment, Mandates, Transaction, Transmission, render
from inkasso_formats.payments.ocr_model import control_amount
from inkasso_formats.payments.ocr_records import NETS, TRANSACTION_TYPES, WITH_TEXT
from inkasso_formats.problems import FormatError
from inkasso_formats.references import kid_mod10, kid_mod11

FOLDER = Path(__file__).parents[1] / "data" / "ocr_giro"
INCOMING = (
    "avtalegiro_agreements.txt",
    "mps-avtalegiro-mandates.ocr",
    "nets-2010-spec-section4.ocr",
    "ocr_giro_transactions.txt",
)
OUTGOING = "avtalegiro_payment_request.txt"


def sample(name: str) -> bytes:
    """The bytes of a sample."""
    return (FOLDER / name).read_bytes()


def messages(caught: FormatError) -> list[tuple[str, str]]:
    """Code and sentence of each problem."""
    return [(problem.code, problem.message) for problem in caught.problems]


def transaction(number: int, amount: int, **more: object) -> Transaction:
    """A transaction of type 10 on 2026-10-06, with a payer."""
    values = {
        "type": "10",
        "nets_date": date(2026, 10, 6),
        "reference": "0010017",
        "payer_account": "98765432109",
        "bank_date": date(2026, 10, 5),
        **more,
    }
    return Transaction(transaction_number=number, amount=amount, **values)


def assignment(*transactions: Transaction, number: int = 1, account: str = "12345678903") -> Assignment:
    """An assignment of those transactions."""
    return Assignment(
        assignment_number=number,
        account=account,
        agreement_id="001234567",
        transactions=transactions,
        generated=date(2026, 10, 6),
    )


def transmission(*assignments: Assignment | Mandates, number: int = 123) -> Transmission:
    """A transmission of those assignments."""
    return Transmission(
        transmission_number=number,
        data_recipient="00012345",
        assignments=assignments,
        generated=date(2026, 10, 6),
    )


def file_of(*transactions: Transaction) -> bytes:
    """A file of one transmission with one assignment."""
    return render([transmission(assignment(*transactions))])


# Lines: 1 start, 2 assignment, 3-4 first payment, 5-6 second payment, 7 and 8 the ends.
TWO_PAYMENTS = file_of(
    transaction(1, 125000),
    transaction(2, 49950, type="16", reference="0010025", payer_account="12340567894"),
)


def changed(line: int, old: str, new: str, content: bytes = TWO_PAYMENTS) -> bytes:
    """The file with one piece of one line changed."""
    lines = content.split(b"\n")
    before = lines[line - 1].decode("iso-8859-1")
    if before.count(old) != 1:
        raise ValueError(f"{old!r} stands {before.count(old)} times in line {line}: {before!r}")
    lines[line - 1] = before.replace(old, new).encode("iso-8859-1")
    return b"\n".join(lines)


def without(line: int, content: bytes = TWO_PAYMENTS) -> bytes:
    """The file without one line."""
    lines = content.splitlines(keepends=True)
    return b"".join(lines[: line - 1] + lines[line:])


# --- by hypothesis ---------------------------------------------------------------------------------------------

DAYS = st.dates(date(1969, 1, 1), date(2068, 12, 31))
KIDS = st.text("0123456789", min_size=1, max_size=24).flatmap(
    lambda digits: st.sampled_from([kid_mod10(digits), kid_mod11(digits)])
)
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40).map(
    lambda text: text.rstrip(" ")
)


def numerals(length: int) -> st.SearchStrategy[str]:
    """Exactly that many digits."""
    return st.text("0123456789", min_size=length, max_size=length)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    """Any transaction that a record can hold."""
    kind = draw(st.sampled_from(list(TRANSACTION_TYPES)))
    return Transaction(
        type=kind,
        transaction_number=draw(st.integers(0, 9)),
        nets_date=draw(DAYS),
        amount=draw(st.integers(-(10**9), 10**12)),
        reference=draw(st.just("") | KIDS if kind in WITH_TEXT else KIDS),
        payer_account=draw(st.just("0" * 11) | numerals(11)),
        bank_date=draw(st.none() | DAYS),
        text=draw(TEXTS) if kind in WITH_TEXT else "",
        serial_number=draw(numerals(5)),
        form_number=draw(numerals(10)),
        postgiro_account=draw(numerals(7)),
    )


ASSIGNMENTS = st.builds(
    Assignment,
    assignment_number=st.integers(0, 3),
    account=numerals(11).filter(lambda text: text.strip("0")),
    agreement_id=numerals(9),
    transactions=st.lists(transactions(), max_size=5)
    .map(tuple)
    .filter(lambda items: sum(control_amount(item.type, item.amount) for item in items) >= 0),
    generated=st.none() | DAYS,
)


def mandates(count: int) -> Mandates:
    """An assignment of that many mandates."""
    lines = [f"NY21947{number:08d}1{'0012345':>25}J{'0' * 38}" for number in range(count)]
    end = f"NY212488{count:08d}{count + 2:08d}{'0' * 56}"
    return Mandates((f"NY212420{'0' * 9}0000001{'12345678903'}{'0' * 45}", *lines, end))


TRANSMISSIONS = st.lists(
    st.builds(
        Transmission,
        transmission_number=st.integers(0, 9999999),
        data_recipient=numerals(8).filter(lambda text: text != NETS),
        assignments=st.lists(ASSIGNMENTS | st.integers(0, 3).map(mandates), max_size=3).map(tuple),
        generated=st.none() | DAYS,
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda item: (item.transmission_number, item.data_recipient),
).map(tuple)
