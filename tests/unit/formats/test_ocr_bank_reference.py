"""The bank's own number of a payment of OCR Giro: the archive reference, where the record holds one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.payments import ocr_columns, ocr_giro
from inkasso_formats.payments.ocr_records import TRANSACTION_TYPES, WITH_TEXT
from support import ocr


def both(*numbers: tuple[str, str]) -> list[str]:
    """The bank's numbers of payments of these types and archive references: by records and by columns, which are equal."""
    content = ocr.file_of(
        *(
            ocr.transaction(place, 100, type=kind, archive_reference=number)
            for place, (kind, number) in enumerate(numbers, start=1)
        )
    )
    singles = [
        payment.bank_reference for payment in ocr_giro.parse(content.splitlines(keepends=True)).payments
    ]
    columns: list[str] = []
    for block in ocr_columns.columns(content):
        columns += block.bank_reference
    assert singles == columns
    return singles


@pytest.mark.parametrize("kind", [kind for kind in TRANSACTION_TYPES if kind not in WITH_TEXT])
def test_the_archive_reference_is_the_banks_number_where_it_is_the_payments_own(kind: str):
    """Type 12 has the payer's agreement in its place, AvtaleGiro nothing that is said, and cards their BAX numbers."""
    expected = "100000001" if kind in {"10", "11", "13", "14", "16", "17"} else ""
    assert both(*[(kind, "100000001")] * 10) == [expected] * 10


@pytest.mark.parametrize("number", ["000000000", "         "])
def test_zeros_are_no_number(number: str):
    """What is filled up only is empty, so that no two payments are the same by it."""
    assert both(*[("10", number)] * 10) == [""] * 10


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["10", "11", "12", "15", "18"]),
            st.sampled_from(["000000000", "000000001", "1        ", "123456789", "         ", "12 456789"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_records_and_columns_agree_on_the_banks_number(numbers: Sequence[tuple[str, str]]):
    """Whichever way a line went, and whatever stands beside it."""
    assert len(both(*numbers)) == len(numbers)
