"""Any camt.054 message that the writer can write and whose sums agree, by hypothesis, and what it is worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from inkasso_formats.payments.camt054 import Detail, Entry, Notification, Structured
from inkasso_formats.payments.camt_paths import Version
from inkasso_formats.references import kid_mod10

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=20,
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=40)
KIDS = st.text("0123456789", min_size=1, max_size=24).map(kid_mod10)
ACCOUNTS = st.sampled_from(
    ["NO9386011117947", "86011117947", "FI1431313001234567", "SE4550000000058398257466"]
)
NUMBERS = st.just("") | WORDS
AMOUNTS = st.integers(0, 10**12)
CURRENCIES = st.sampled_from(["NOK", "SEK", "EUR", "JPY", "KWD"])
CODES = st.sampled_from(["", "230", "PMNT/RCDT/VCOM", "PMNT/RCDT/RRTN", "PMNT/RDDT/ESDD"])


@st.composite
def structured(draw: st.DrawFn) -> tuple[int, tuple[Structured, ...]]:
    """An amount, and blocks that agree with it."""
    documents = st.lists(st.tuples(st.sampled_from(["CINV", "CREN"]), WORDS), max_size=2).map(tuple)
    if draw(st.booleans()):
        block = Structured(reference=draw(KIDS), documents=draw(documents))
        return draw(AMOUNTS), draw(st.sampled_from([(), (block,), (block, block)]))
    shares = draw(st.lists(AMOUNTS, min_size=1, max_size=4))
    note = draw(st.integers(0, shares[0]))
    blocks = [
        Structured(reference=draw(st.just("") | KIDS), documents=draw(documents), remitted=share)
        for share in shares
    ]
    if draw(st.booleans()):
        return sum(shares) - note, (*blocks, Structured(documents=(("CREN", "7"),), credit_note=note))
    return sum(shares), tuple(blocks)


@st.composite
def details(draw: st.DrawFn, version: Version) -> Detail:
    """Any detail that the writer can write."""
    amount, blocks = draw(structured())
    bankgiro = draw(st.booleans())
    return Detail(
        amount=amount,
        credit=draw(st.sampled_from([None, True, False])) if version == "08" else None,
        bank_reference=draw(NUMBERS),
        instruction_id=draw(NUMBERS),
        end_to_end=draw(st.just("NOTPROVIDED") | NUMBERS),
        transaction_id=draw(NUMBERS),
        type=draw(CODES),
        payer_name=draw(NUMBERS),
        payer_id=draw(NUMBERS),
        payer_account="" if bankgiro else draw(st.just("") | ACCOUNTS),
        payer_bankgiro="12345674" if bankgiro else "",
        texts=tuple(draw(st.lists(TEXTS, max_size=3))),
        structured=blocks,
        return_code=draw(st.sampled_from(["", "", "", "AC01"])),
    )


@st.composite
def entries(draw: st.DrawFn, version: Version, currency: str) -> Entry:
    """Any entry whose sums agree: the side of its net, and details of the other side only where it is a credit."""
    parts = draw(st.lists(details(version), max_size=4))
    net = sum(-part.amount if part.credit is False else part.amount for part in parts)
    credit = draw(st.booleans())
    if net < 0 or not credit:
        parts = [_with_side(part, None) for part in parts]
        net = sum(part.amount for part in parts)
    return Entry(
        amount=net if parts else draw(AMOUNTS),
        currency=currency,
        credit=credit,
        reversal=draw(st.booleans()),
        status=draw(st.sampled_from(["BOOK", "BOOK", "PDNG", "INFO"])),
        booked=draw(DAYS),
        valued=draw(st.none() | DAYS),
        bank_reference=draw(NUMBERS),
        type=draw(CODES),
        count=len(parts) if parts and draw(st.booleans()) else None,
        details=tuple(parts),
    )


def _with_side(part: Detail, credit: bool | None) -> Detail:
    return replace(part, credit=credit)


@st.composite
def messages(draw: st.DrawFn) -> tuple[Version, tuple[Notification, ...]]:
    """Any message of version .02 or .08 whose sums agree."""
    version: Version = draw(st.sampled_from(["02", "08"]))
    made = []
    for _ in range(draw(st.integers(1, 2))):
        currency = draw(CURRENCIES)
        made.append(
            Notification(
                id=draw(WORDS),
                account=draw(ACCOUNTS),
                currency=draw(st.sampled_from(["", currency])),
                created=draw(st.none() | DAYS),
                copy=draw(st.sampled_from(["", "COPY", "DUPL", "CODU"])),
                summary=draw(st.booleans()),
                entries=tuple(draw(st.lists(entries(version, currency), max_size=4))),
            )
        )
    return version, tuple(made)


def value_of(item: Entry) -> int:
    """What an entry is worth to the creditor, reckoned anew: credits, less debits that take one back."""
    if item.status != "BOOK":
        return 0
    if not item.details:
        returned = item.reversal or item.type.endswith("RRTN")
        return (0 if returned else item.amount) if item.credit else (-item.amount if returned else 0)
    return sum(_value(item, part) for part in item.details)


def _value(item: Entry, part: Detail) -> int:
    credit = item.credit if part.credit is None else part.credit
    returned = (
        item.reversal or item.type.endswith("RRTN") or part.type.endswith("RRTN") or bool(part.return_code)
    )
    if credit:
        return 0 if returned else part.amount or 0
    return -(part.amount or 0) if returned else 0
