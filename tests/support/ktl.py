"""Files of Finnish reference payments for tests: the samples, one small file, and batches by hypothesis."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from inkasso_formats.payments.viite import Batch, Item, render
from inkasso_formats.references import viite

FOLDER = Path(__file__).parents[1] / "data" / "ktl"
SAMPLES = ("547392460.SVM", "batches.ktl")
ACCOUNT = "12345600000785"


def sample(name: str) -> bytes:
    """The bytes of a sample."""
    return (FOLDER / name).read_bytes()


def item(amount: int, reference: str = "1234561", **more: object) -> Item:
    """A reference transfer, booked on 2026-10-06."""
    values = {
        "account": ACCOUNT,
        "booking_date": date(2026, 10, 6),
        "payment_date": date(2026, 10, 5),
        "archive_id": "06102588WWRV0001",
        "payer_name": "TESTAAJA T",
        "name_source": "J",
        "delivery_method": "A",
        **more,
    }
    return Item(amount=amount, reference=reference, **values)


def batch(*items: Item, time: str = "0830") -> Batch:
    """A batch of those items."""
    return Batch(
        written=date(2026, 10, 6), time=time, bank_code="47", service_code="020840699", items=tuple(items)
    )


# Lines: 1 batch, 2 and 3 payments, 4 a correction, 5 a direct debit that failed, 6 sums.
SMALL = render(
    [
        batch(
            item(125000),
            item(49950, "13013", archive_id="06102588WWRV0002", payer_name="ÄÄNI OY"),
            item(20000, "13013", correction=True, archive_id="06102588WWRV0003"),
            item(7000, "1234561", kind="5", feedback="2", archive_id="06102588WWRV0004"),
        )
    ]
)

# --- by hypothesis ---------------------------------------------------------------------------------------------

DAYS = st.dates(date(1969, 1, 1), date(2068, 12, 31))
VIITTEET = (
    st.text("0123456789", min_size=3, max_size=19)
    .filter(lambda digits: not digits.startswith("0"))
    .map(viite)
)
_LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"])


def texts(length: int) -> st.SearchStrategy[str]:
    """Any text that a field of that length can hold."""
    return st.text(_LETTERS, max_size=length).map(lambda text: text.rstrip(" "))


def numerals(length: int) -> st.SearchStrategy[str]:
    """Exactly that many digits, not all of them zero."""
    return st.text("0123456789", min_size=length, max_size=length).filter(lambda text: text.strip("0"))


ITEMS = st.builds(
    Item,
    kind=st.sampled_from("357"),
    account=numerals(14),
    booking_date=DAYS,
    payment_date=st.none() | DAYS,
    archive_id=texts(16),
    reference=st.just("") | VIITTEET,
    payer_name=texts(12),
    name_source=texts(1),
    amount=st.integers(0, 9999999999),
    correction=st.booleans(),
    delivery_method=texts(1),
    feedback=st.sampled_from(["", "0", "1", "2"]),
)
BATCHES = st.lists(
    st.builds(
        Batch,
        written=DAYS,
        time=numerals(4),
        bank_code=texts(2),
        service_code=texts(9),
        reserve=texts(67),
        items=st.lists(ITEMS, max_size=5).map(tuple),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda batch: (batch.written, batch.time, batch.service_code),
).map(tuple)
