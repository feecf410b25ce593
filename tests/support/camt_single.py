"""Files of camt.054 entries of one detail, and how many of them the reader takes whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO

import pytest
from lxml import etree

from inkasso_formats.payments.camt054 import Entry, Structured, parse
from inkasso_formats.payments.camt_single import Singles
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from support import camt
from support.camt import detail, entry

LEARNED = 2  # the first entry opens the notification, the second is the model


def single(number: int, **more: object) -> Entry:
    """An entry of one detail, each with its own numbers, amount and days."""
    paid = detail(
        10_000 + number,
        f"00{number:04d}7",
        bank_reference=f"9{number:05d}",
        payer_name=f"Skyldner {number}",
    )
    return entry(
        replace(paid, **more), bank_reference=f"E{number}", booked=camt.DAY.replace(day=1 + number % 28)
    )


ALIKE = [single(number) for number in range(8)]
# Entries of one detail that are no model as the others are, or a model of another kind.
OTHERS = [
    entry(detail(900), credit=False, reversal=True),
    entry(detail(901), credit=False),
    entry(detail(902), reversal=True),
    entry(detail(903, return_code="AC04"), credit=False),
    entry(detail(904), status="PDNG"),
    entry(detail(None, structured=()), amount=905),
    entry(amount=906),
    entry(detail(907), detail(908)),
    entry(detail(909, type="PMNT/RCDT/XBCT"), type=""),
    entry(detail(910, structured=(), texts=("Faktura  1", " og 2")), valued=None),
    entry(detail(911, structured=(Structured(reference="0010017"), Structured(reference="0010025")))),
    entry(detail(912, structured=(Structured(remitted=1000), Structured(credit_note=88)))),
    entry(detail(913, structured=(Structured(documents=(("CINV", "10005"), ("PUOR", "9"))),))),
    entry(
        detail(915, structured=(Structured(documents=(("CINV", "10005"),)), Structured(reference="0010017")))
    ),
    entry(detail(914, payer_account="", payer_bankgiro="12345674", payer_id="810059672")),
    entry(detail(0, structured=(Structured(reference="0010017", remitted=0, credit_note=0),))),
]


@contextmanager
def the_long_way() -> Iterator[None]:
    """No entry is taken whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Singles, "payment", lambda *_: None)
        yield


def outcome(content: bytes | BinaryIO) -> object:
    """All that reading a file gives, or all that refuses it."""
    try:
        return parse(content)
    except FormatError as error:
        return list(error.problems)


def taken_whole(content: bytes | BinaryIO) -> int:
    """How many entries were taken whole."""
    taken = []
    with pytest.MonkeyPatch.context() as patch:
        payment = Singles.payment

        def counted(*given: Any) -> Payment | None:
            taken.append(found := payment(*given))
            return found

        patch.setattr(Singles, "payment", counted)
        outcome(content)
    return sum(found is not None for found in taken)


def file_of(*entries: Entry, summary: bool = True, version: camt.Version = "02") -> bytes:
    """A message of one notification with those entries."""
    return camt.message(camt.notification(*entries, summary=summary), version=version)


def nth(
    path: str, edit: Callable[[etree._Element], None], number: int = 5, made: Sequence[Entry] = ALIKE
) -> bytes:
    """The file of alike entries, without a summary, after an edit at a path in one of them."""
    root = etree.fromstring(file_of(*made, summary=False))
    edit(list(camt.find(root, path))[number])
    return etree.tostring(root)


def text(words: str) -> Callable[[etree._Element], None]:
    """An edit that puts another text into an element."""

    def edit(element: etree._Element) -> None:
        element.text = words

    return edit


def behind(tag: str, words: str = "") -> Callable[[etree._Element], None]:
    """An edit that adds an element as the last inside another."""

    def edit(element: etree._Element) -> None:
        added = etree.SubElement(element, f"{{{etree.QName(element).namespace}}}{tag}")
        added.text = words

    return edit
