"""UBL documents for tests: the samples, whose they are, and one of them with this or that changed."""

from __future__ import annotations

import io
from pathlib import Path

from inkasso_formats.feed import FeedBatch
from inkasso_formats.feed.ubl import read_ubl
from inkasso_formats.problems import FormatError

FOLDER = Path(__file__).parents[1] / "data" / "ubl"
NORWAY, SWEDEN, FINLAND = "310000019", "559999-0016", "9999001-5"  # the creditors, as settings hold them
INVOICE, PRIVATE, CREDIT_NOTE = "norway-invoice.xml", "norway-private.xml", "norway-credit-note.xml"


def sample(name: str = INVOICE) -> bytes:
    """The bytes of a sample."""
    return (FOLDER / name).read_bytes()


def creditor_of(content: bytes) -> str:
    """The creditor whose document a sample is, by its currency."""
    if b"<cbc:DocumentCurrencyCode>SEK<" in content:
        return SWEDEN
    return FINLAND if b"<cbc:DocumentCurrencyCode>EUR<" in content else NORWAY


def changed(*changes: tuple[str, str], name: str = INVOICE) -> bytes:
    """A sample with texts replaced, each of which must stand there; the first place counts."""
    text = sample(name).decode()
    for old, new in changes:
        assert old in text, f"{old} does not stand in {name}"
        text = text.replace(old, new, 1)
    return text.encode()


def without(*elements: str, name: str = INVOICE) -> bytes:
    """A sample without the first element of each of these names, with all in it."""
    text = sample(name).decode()
    for element in elements:
        start, end = text.index(f"<{element}"), text.index(f"</{element}>")
        text = text[:start] + text[end + len(element) + 3 :]
    return text.encode()


def batches(content: bytes) -> list[FeedBatch]:
    """What a document is read as."""
    return list(read_ubl(io.BytesIO(content), creditor_of(content)))


def row(content: bytes, feed_type: str) -> dict[str, object]:
    """The columns of the one row of a type."""
    (found,) = [row for batch in batches(content) if batch.feed_type == feed_type for row in batch.rows]
    return found._asdict()


def warned(content: bytes) -> list[tuple[str, str]]:
    """Code and sentence of each warning of a document that is read."""
    return [(problem.code, problem.message) for batch in batches(content) for problem in batch.problems]


def refused(content: bytes) -> list[tuple[str, str]]:
    """Code and sentence of each problem that refuses a document; empty where it is read."""
    try:
        batches(content)
    except FormatError as error:
        return [(problem.code, problem.message) for problem in error.problems]
    return []
