"""BgMax files for tests: the samples, one small file of which each record is known, and deliveries by hypothesis."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from inkasso_formats.payments.bgmax import Delivery, Entry, ExtraReference, Section, render
from inkasso_formats.payments.bgmax_records import CHANNELS, DEDUCTIONS, IMAGES
from inkasso_formats.references import ocr_number

FOLDER = Path(__file__).parents[1] / "data" / "bgmax"
EXAMPLE = "bankgirot-example.txt"
UTF8 = "bankgirot-example-utf8.txt"
PARTS = "parts.txt"
SAMPLES = (EXAMPLE, UTF8, PARTS)


def sample(name: str) -> bytes:
    """The bytes of a sample."""
    return (FOLDER / name).read_bytes()


def mended(content: bytes) -> bytes:
    """A sample with its known deviations mended: UTF-8, TABs, blanks missing at line ends, LF for CR LF."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("iso-8859-1")
    lines = [line.rstrip("\r").expandtabs(8) for line in text.split("\n") if line]
    return "".join(f"{line:<80}\r\n" for line in lines).encode("iso-8859-1")


def entry(amount: int, reference: str = "655969", **more: object) -> Entry:
    """A payment with a correct OCR number, of a payer with a bankgiro."""
    values = {"payer_bankgiro": "0003783511", "serial": "000000000010", **more}
    return Entry(amount=amount, reference=reference, **values)


def section(*entries: Entry, number: int = 74) -> Section:
    """A section of those entries, deposited on 2026-10-06."""
    return Section(
        bankgiro="0009912346",
        payment_date=date(2026, 10, 6),
        deposit_number=number,
        entries=entries,
        account="0000000000000000000" + "5841" + "000001009823",
    )


def delivery(*sections: Section, written: str = "20261006173035010331", mark: str = "P") -> Delivery:
    """A delivery of those sections."""
    return Delivery(written=written, sections=sections, mark=mark)


def file_of(*entries: Entry) -> bytes:
    """A file of one section."""
    return render([delivery(section(*entries))])


# Lines: 1 start, 2 opening, 3-7 first payment, 8 second payment, 9 deduction, 10 deposit, 11 end.
SMALL = file_of(
    entry(
        100000,
        name="Plåt AB",
        extra_name="Märsta",
        street="Storgatan 2",
        postcode="12345",
        organisation_number="005500001234",
        information=("Tack",),
    ),
    entry(50000, "658260", serial="000000000011"),
    entry(20000, "89853", reference_code="3", deduction=True, deduction_code="0", serial="000000000012"),
)
# One payment in three parts, one of which deducts; one with a number that has no amount.
WITH_PARTS = file_of(
    entry(
        90000,
        "",
        reference_code="0",
        channel="3",
        image="1",
        name="Berits Garn",
        references=(
            ExtraReference(reference="A-100", amount=70000, reference_code="4", channel="3"),
            ExtraReference(reference="A-101", amount=30000, reference_code="5", channel="3"),
            ExtraReference(reference="K-9", amount=10000, negative=True, reference_code="4", channel="3"),
        ),
    ),
    entry(40000, "655969", serial="000000000013", references=(ExtraReference(reference="658260"),)),
)

# --- by hypothesis ---------------------------------------------------------------------------------------------

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
OCR_NUMBERS = st.text("0123456789", min_size=1, max_size=24).map(ocr_number)
FREE_REFERENCES = st.text("ABCÅ0123456789 -", max_size=25).map(lambda text: text.strip(" "))
WRITTEN = st.tuples(DAYS, st.times()).map(lambda at: f"{at[0]:%Y%m%d}{at[1]:%H%M%S%f}")
_LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"])


def texts(length: int) -> st.SearchStrategy[str]:
    """Any text that a field of that length can hold."""
    return st.text(_LETTERS, max_size=length).map(lambda text: text.rstrip(" "))


def numerals(length: int) -> st.SearchStrategy[str]:
    """Exactly that many digits, not all of them zero."""
    return st.text("0123456789", min_size=length, max_size=length).filter(lambda text: text.strip("0"))


@st.composite
def references(draw: st.DrawFn) -> dict[str, object]:
    """A reference with its code, and how it was paid."""
    code = draw(st.sampled_from("012345"))
    number = draw(OCR_NUMBERS if code == "2" else FREE_REFERENCES)
    channel, image = draw(st.sampled_from(["", *CHANNELS])), draw(st.sampled_from(list(IMAGES)))
    return {"reference": number, "reference_code": code, "channel": channel, "image": image}


@st.composite
def extras(draw: st.DrawFn, *, amount: bool) -> ExtraReference:
    """An extra reference, with or without an amount."""
    return ExtraReference(
        amount=draw(st.integers(1, 10**9)) if amount else 0,
        negative=draw(st.booleans()),
        **draw(references()),
    )


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Any payment or deduction that the records can hold; the parts of a payment add up to it."""
    parts = draw(st.lists(extras(amount=draw(st.booleans())), max_size=3))
    whole = sum(part.signed for part in parts)
    split = whole > 0
    deduction = draw(st.booleans())
    return Entry(
        amount=whole if split else draw(st.integers(0, 10**12)),
        deduction=deduction,
        deduction_code=draw(st.sampled_from(["", *DEDUCTIONS])) if deduction else "",
        references=tuple(parts) if split or not any(part.amount for part in parts) else (),
        serial=draw(numerals(12)),
        payer_bankgiro=draw(st.just("0" * 10) | numerals(10)),
        information=tuple(draw(st.lists(texts(50), max_size=2))),
        name=draw(texts(35)),
        extra_name=draw(texts(35)),
        street=draw(texts(35)),
        postcode=draw(texts(9)),
        town=draw(texts(35)),
        country=draw(texts(35)),
        country_code=draw(texts(2)),
        organisation_number=draw(st.just("") | numerals(12)),
        **(draw(references()) | ({"reference": "", "reference_code": "0"} if split else {})),
    )


SECTIONS = st.builds(
    Section,
    bankgiro=numerals(10),
    plusgiro=st.just("") | numerals(10),
    currency=st.sampled_from(["SEK", "EUR"]),
    payment_date=DAYS,
    deposit_number=st.integers(0, 99999),
    account=numerals(35),
    kind=st.sampled_from(["", "K", "D"]),
    entries=st.lists(entries(), max_size=3)
    .map(tuple)
    .filter(lambda items: sum(item.signed for item in items) >= 0),
)
DELIVERIES = st.lists(
    st.builds(
        Delivery, written=WRITTEN, mark=st.just("P"), sections=st.lists(SECTIONS, max_size=2).map(tuple)
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda item: item.written,
).map(tuple)
