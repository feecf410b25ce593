"""camt.054 messages for tests: the samples, one message of which each value is known, and any messages by hypothesis."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from lxml import etree

from inkasso_formats.payments.camt054 import (
    CamtFile,
    Detail,
    Entry,
    Notification,
    Structured,
    parse,
    render,
    stream,
)
from inkasso_formats.payments.camt_paths import Version
from inkasso_formats.problems import FormatError

FOLDER = Path(__file__).parents[1] / "data" / "camt054"
ACCOUNT = "NO9386011117947"
DAY = date(2026, 10, 6)


def sample(name: str) -> bytes:
    """The bytes of a sample."""
    return (FOLDER / name).read_bytes()


def samples() -> list[Path]:
    """All samples."""
    return sorted(FOLDER.glob("*.xml"))


def refusal(content: bytes) -> list[tuple[str, str]]:
    """Code and sentence of each problem that refuses a file; empty where it is read."""
    try:
        parse(content)
    except FormatError as error:
        return [(problem.code, problem.message) for problem in error.problems]
    return []


def refused(content: bytes) -> list[str]:
    """The problems of a file, each as `code: sentence` without its line."""
    return [f"{code}: {re.sub(r'^line [0-9]+(, record |: )', '', words)}" for code, words in refusal(content)]


def told(file: CamtFile) -> list[tuple[str, str]]:
    """Code and sentence of each warning."""
    return [(warning.code, warning.message) for warning in file.warnings]


def streamed(content: bytes) -> list[int]:
    """How many payments each batch holds."""
    return [len(batch) for batch in stream(io.BytesIO(content))]


def detail(amount: int | None = 10000, reference: str = "0010017", **more: object) -> Detail:
    """A detail with a KID and a payer."""
    values = {
        "bank_reference": "900000001",
        "end_to_end": "NOTPROVIDED",
        "payer_name": "Kari Eksempel",
        "payer_account": "NO6012345678901",
        "structured": (Structured(reference=reference, remitted=amount),),
        **more,
    }
    return Detail(amount=amount, **values)


def entry(*details: Detail, **more: object) -> Entry:
    """A booked credit in NOK of those details."""
    values = {
        "amount": sum(part.amount or 0 for part in details),
        "currency": "NOK",
        "booked": DAY,
        "valued": DAY,
        "type": "PMNT/RCDT/VCOM",
        "count": len(details) or None,
        "details": details,
        **more,
    }
    return Entry(**values)


def notification(*entries: Entry, **more: object) -> Notification:
    """A notification of those entries, with its summary."""
    values = {
        "id": "N1",
        "account": ACCOUNT,
        "currency": "NOK",
        "created": DAY,
        "summary": True,
        "entries": entries,
        **more,
    }
    return Notification(**values)


def message(*notifications: Notification, version: Version = "02", **more: object) -> bytes:
    """The message of those notifications."""
    return render(notifications, **{"message_id": "M1", "created": DAY, "version": version, **more})


def file_of(*entries: Entry, version: Version = "02") -> bytes:
    """A message of one notification with those entries."""
    return message(notification(*entries), version=version)


# A credit of two payments, and a fee.
TWO_PAYMENTS = file_of(
    entry(detail(125000, "0010017"), detail(49950, "0010025", bank_reference="900000002")),
    entry(amount=4400, credit=False, type="ACMT/MDOP/CHRG"),
)


def changed(old: str, new: str, content: bytes = TWO_PAYMENTS) -> bytes:
    """The file with one piece of its text changed, wherever it stands."""
    text = content.decode("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in the file")
    return text.replace(old, new).encode("utf-8")


def edited(path: str, edit: Callable[[etree._Element], None], content: bytes = TWO_PAYMENTS) -> bytes:
    """The file after an edit of the first element at a path, such as `Ntry/NtryDtls/Btch/NbOfTxs`."""
    root = etree.fromstring(content)
    edit(next(find(root, path)))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def find(root: etree._Element, path: str) -> Iterator[etree._Element]:
    """The elements at a path, in the order of the file."""
    namespace = etree.QName(root).namespace
    return root.iterfind(".//" + "/".join(f"{{{namespace}}}{step}" for step in path.split("/")))


def removed(path: str, content: bytes = TWO_PAYMENTS) -> bytes:
    """The file without the first element at a path."""
    return edited(path, lambda element: element.getparent().remove(element), content)


def with_text(path: str, text: str, content: bytes = TWO_PAYMENTS) -> bytes:
    """The file with another text in the first element at a path."""

    def edit(element: etree._Element) -> None:
        element.text = text

    return edited(path, edit, content)
