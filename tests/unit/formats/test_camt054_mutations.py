from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from inkasso_formats.payments.camt054 import parse
from inkasso_formats.problems import FormatError
from support import camt

MESSAGES = [
    path
    for path in camt.samples()
    if (not path.name.startswith("broken-") and "camt05" in path.name) or "own" in path.name
]


def _taken(root: etree._Element) -> list[etree._Element]:
    """The details of booked credits that nothing takes back."""
    return [
        detail
        for entry in camt.find(root, "Ntry")
        if b"CRDT" in etree.tostring(next(camt.find(entry, "CdtDbtInd"))) and b"BOOK" in etree.tostring(entry)
        if not any(mark in etree.tostring(entry) for mark in (b"RRTN", b">true<", b"RtrInf"))
        for detail in camt.find(entry, "NtryDtls/TxDtls")
    ]


CHECKED = [  # samples whose booked credits have details
    path
    for path in MESSAGES
    if not camt.refusal(path.read_bytes()) and _taken(etree.fromstring(path.read_bytes()))
]
VALUES = st.sampled_from(
    ["", " ", "0", "-1", "1.00", "1,00", "9" * 40, "x", "CRDT", "DBIT", "true", "2026-02-30", "\u0661", "ÆØÅ"]
)


def read_or_refused(content: bytes) -> None:
    """Either payments that add up, or problems that each have a code and a sentence."""
    refused = camt.refusal(content)
    if refused:
        assert all(code.startswith("camt.") and words for code, words in refused)
        return
    file = parse(content)
    assert file.total == sum(payment.amount for payment in file.payments)
    assert len({payment.identity for payment in file.payments}) == len(file.payments)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(MESSAGES), st.data())
def test_any_element_dropped_doubled_moved_or_changed_is_read_or_refused(path, data):
    """Never a traceback."""
    root = etree.fromstring(path.read_bytes())
    elements = [element for element in root.iterdescendants() if isinstance(element.tag, str)]
    if not elements:
        return
    element = data.draw(st.sampled_from(elements))
    parent = element.getparent()
    kind = data.draw(st.sampled_from(["drop", "double", "move", "text", "rename", "wrap"]))
    if kind == "drop":
        parent.remove(element)
    elif kind == "double":
        parent.append(deepcopy(element))
    elif kind == "move":
        data.draw(st.sampled_from(elements)).append(deepcopy(element))
    elif kind == "rename":
        element.tag = data.draw(st.sampled_from(elements)).tag
    elif kind == "wrap":
        element.append(deepcopy(data.draw(st.sampled_from(elements))))
    else:
        element.text = data.draw(VALUES)
    read_or_refused(etree.tostring(root))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MESSAGES), st.data())
def test_any_bytes_cut_out_or_changed_are_read_or_refused(path, data):
    """Wherever a transfer breaks."""
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 200)))
    read_or_refused(content[:start] + data.draw(st.binary(max_size=4)) + content[end:])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content):
    """With a sentence."""
    with pytest.raises(FormatError):
        parse(content)


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.name)
def test_a_detail_dropped_or_doubled_refuses_the_file(path):
    """Each detail of each sample whose money is taken."""
    count = len(_taken(etree.fromstring(path.read_bytes())))
    for number in range(count):
        root = etree.fromstring(path.read_bytes())
        detail = _taken(root)[number]
        detail.getparent().remove(detail)
        assert {"camt.sum", "camt.count"} & _codes(root), number
        root = etree.fromstring(path.read_bytes())
        detail = _taken(root)[number]
        detail.addnext(deepcopy(detail))
        assert {"camt.sum", "camt.count"} & _codes(root), number


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.name)
def test_a_changed_amount_refuses_the_file(path):
    """That of each entry with details, and of each of its details."""
    root = etree.fromstring(path.read_bytes())
    for number in range(len(_taken(root))):
        for amount in _amounts(_taken(etree.fromstring(path.read_bytes()))[number]):
            root = amount.getroottree().getroot()
            amount.text = f"{amount.text.partition('.')[0]}1.07"
            assert {"camt.sum", "camt.remitted"} & _codes(root), number


def _amounts(detail: etree._Element) -> list[etree._Element]:
    own = list(detail.iterfind("{*}Amt")) or list(detail.iterfind("{*}AmtDtls/{*}TxAmt/{*}Amt"))
    return own[:1]


def _codes(root: etree._Element) -> set[str]:
    return {code for code, _ in camt.refusal(etree.tostring(root))}
