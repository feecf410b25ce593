from __future__ import annotations

import io
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from inkasso_formats.payments.camt054 import Structured, parse
from inkasso_formats.payments.camt_shape import MOST_SHAPES
from support.camt import detail, entry
from support.camt_single import (
    ALIKE,
    LEARNED,
    OTHERS,
    file_of,
    nth,
    outcome,
    single,
    taken_whole,
    text,
    the_long_way,
)


@pytest.mark.parametrize("version", ["02", "08"])
def test_entries_of_one_detail_are_taken_whole_behind_the_first_of_their_kind(version):
    """They give what the long way gives."""
    content = file_of(*ALIKE, version=version)
    assert taken_whole(content) == len(ALIKE) - LEARNED
    found = parse(content)
    with the_long_way():
        assert parse(content) == found
    assert [payment.amount for payment in found.payments] == [10_000 + number for number in range(8)]
    assert found.payments[-1].identity == "camt-86011117947-bank-900007-2026-10-08-10007-0000077-1"


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_an_entry_of_another_kind_goes_its_own_way(other):
    """However often it comes, and among others."""
    content = file_of(*ALIKE[:4], *[other] * 3, *ALIKE[4:], other, ALIKE[0])
    found = outcome(content)
    assert taken_whole(content) >= len(ALIKE) - LEARNED + 1
    with the_long_way():
        assert outcome(content) == found


CODES = {
    "kind of reference": ("CdtrRefInf/Tp/CdOrPrtry/Cd", "DISP"),
    "kind of document": ("RfrdDocInf/Tp/CdOrPrtry/Cd", "PUOR"),
    "kind of account": ("DbtrAcct/Id/Othr/SchmeNm/Prtry", "BBAN"),
    "kind of payment": ("BkTxCd/Domn/Fmly/SubFmlyCd", "XBCT"),
}


@pytest.mark.parametrize(("path", "code"), CODES.values(), ids=CODES)
def test_a_code_is_part_of_what_entries_have_in_common(path, code):
    """It decides what the other values mean."""
    blocks = (Structured(reference="0010017", documents=(("CINV", "10005"),)),)
    made = [single(number, structured=blocks, payer_bankgiro="12345674") for number in range(8)]
    content = nth(path, text(code), made=made)
    assert taken_whole(content) == len(made) - LEARNED - 1
    found = parse(content)
    with the_long_way():
        assert parse(content) == found


def test_payments_taken_back_are_taken_whole_too():
    """They are negative."""
    made = [replace(item, credit=False, reversal=True) for item in ALIKE]
    content = file_of(*made)
    assert taken_whole(content) == len(ALIKE) - LEARNED
    found = parse(content)
    assert {payment.reversal for payment in found.payments} == {True}
    assert found.total == -sum(range(10_000, 10_008))
    without = nth("Ntry/RvslInd", text("false"), made=made)
    assert len(parse(without).payments) == len(made) - 1
    with the_long_way():
        assert parse(content) == found


def test_what_is_not_read_may_stand_behind_the_details():
    """As the schema has it: further words on the entry."""
    content = file_of(*ALIKE).replace(b"</Ntry>", b"<AddtlNtryInf>Innbetaling</AddtlNtryInf></Ntry>")
    assert taken_whole(content) == len(ALIKE) - LEARNED
    assert parse(content) == parse(file_of(*ALIKE))


def test_entries_are_taken_whole_wherever_the_pieces_of_a_file_end():
    """An entry is compared when it has ended; lines are counted beyond those that the parser counts."""

    class Slow(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 97) if size > 0 else size)

    content = file_of(*[single(number) for number in range(150)]).replace(
        b"<Ntry>", b"\n" * 70_000 + b"<Ntry>", 1
    )
    assert taken_whole(content) == taken_whole(Slow(content)) == 150 - LEARNED
    found = parse(content)
    assert found.payments[-1].line > 70_000
    with the_long_way():
        assert parse(content) == parse(Slow(content)) == found


def test_only_a_few_models_are_learned():
    """A file of ever other entries is read the long way."""
    kinds = [
        entry(detail(700, bank_reference=str(number)), type=str(number)) for number in range(3 * MOST_SHAPES)
    ]
    content = file_of(ALIKE[0], *kinds, *kinds)
    assert taken_whole(content) == MOST_SHAPES
    found = outcome(content)
    with the_long_way():
        assert outcome(content) == found


ENTRIES = st.lists(st.sampled_from([*ALIKE, *ALIKE, *OTHERS]), min_size=3, max_size=12)
VALUES = st.sampled_from(
    ["", " ", "0", "100.00", " 100.01 ", "x", "CRDT", "DBIT", "2026-10-07", "1 & 2", "ÆØÅ"]
)


@settings(max_examples=250, deadline=None)
@given(ENTRIES, st.booleans(), st.data())
def test_any_entries_in_which_anything_is_changed_are_read_as_the_long_way_reads_them(entries, summary, data):
    """Payments, counts, warnings, and all problems with their lines."""
    root = etree.fromstring(file_of(*ALIKE[:3], *entries, summary=summary))
    elements = list(root.iterdescendants())
    for _ in range(data.draw(st.integers(0, 2))):
        element, other = (data.draw(st.sampled_from(elements)) for _ in range(2))
        kind = data.draw(st.sampled_from(["drop", "double", "move", "text", "rename"]))
        if kind == "drop" and element.getparent() is not None:
            element.getparent().remove(element)
        elif kind == "double" and element.getparent() is not None:
            element.addnext(deepcopy(element))
        elif kind == "move":
            other.append(deepcopy(element))
        elif kind == "rename":
            element.tag = other.tag
        else:
            element.text = data.draw(VALUES)
    content = etree.tostring(root)
    found = outcome(content)
    with the_long_way():
        assert outcome(content) == found
