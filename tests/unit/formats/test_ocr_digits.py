"""Columns of digits, against the same numbers one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.payments.ocr_digits import numerals, rise

WIDTH = 7
NUMBERS = st.lists(st.integers(0, 10**WIDTH - 1) | st.integers(0, 12), min_size=1, max_size=40)


def columns_of(numbers: Sequence[int]) -> list[bytes]:
    """The digits of the numbers, each filled up with zeros, place by place."""
    texts = [f"{number:0{WIDTH}d}" for number in numbers]
    return [bytes(ord(text[place]) for text in texts) for place in range(WIDTH)]


@given(NUMBERS)
def test_numerals_are_the_numbers_without_their_leading_zeros(numbers: list[int]) -> None:
    """Blanks stand for the zeros, and a zero alone stays one."""
    shown = numerals(columns_of(numbers))
    texts = [bytes(line).decode() for line in zip(*shown, strict=True)]
    width = max(len(str(number)) for number in numbers)
    assert texts == [str(number).rjust(width) for number in numbers]


@given(NUMBERS, st.booleans(), st.booleans())
def test_numbers_rise_where_each_is_more_than_the_one_before(
    numbers: list[int], in_order: bool, once: bool
) -> None:
    """In any order, in order, and in order without any number twice."""
    numbers = list(dict.fromkeys(numbers)) if once else numbers
    numbers = sorted(numbers) if in_order else numbers
    expected = all(one < other for one, other in pairwise(numbers))
    assert rise(columns_of(numbers)) is expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([5], True),
        ([5, 5], False),
        ([5, 6, 6], False),
        ([9, 10], True),
        ([10, 9], False),
        ([1, 10, 2], False),
        ([0, 9999999], True),
        ([9999999, 0], False),
        ([3999, 4000, 4001], True),
        (list(range(95_000, 105_000)), True),
        ([*range(5000), 4999, *range(5001, 9000)], False),
    ],
)
def test_one_number_out_of_order_is_noticed(numbers: list[int], expected: bool) -> None:
    """Among few and among many, also where the count of digits changes."""
    assert rise(columns_of(numbers)) is expected
