"""Files of the shipped dialects for tests: a case, a correction, and what writing and reading them comes to."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from inkasso_formats.dialects import AnyRecord, FileKind, OutHead, RecordsRefused, load, parse, render
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Correction, NewCase
from support.golden_dialects import samples

HEAD = OutHead(
    client_number="1681340",
    sequence_no=7,
    created=datetime(2026, 11, 21, 6, 0, 5, tzinfo=UTC),
    sender="100284",
)
OWED = NewCase(
    case="1001",
    customer_no="P012345",
    kind="private",
    name="Åsa Öberg",
    id_number="900101-9802",
    address="Ängsvägen 7 B",
    postcode="722 11",
    city="Västerås",
    country="SE",
    phone="070-174 06 35",
    invoice_no="552123400001",
    reference="100100200037",
    invoice_date=date(2026, 8, 1),
    due_date=date(2026, 8, 31),
    original_amount=150000,
    principal=125000,
    currency="SEK",
    description="Resa",
)
PAID = Correction(
    case="1001",
    customer_no="P012345",
    invoice_no="552123400001",
    kind="payment",
    entry_no="152",
    date=date(2026, 11, 20),
    amount=40000,
    balance=85000,
    currency="SEK",
)


def lines(name: str, kind: FileKind, *records: AnyRecord, head: OutHead = HEAD) -> list[str]:
    """The lines of a file with these records; each of them ends with CR LF."""
    dialect = load(name)
    *some, last = render(dialect, kind, head, records).content.decode(dialect.encoding).split("\r\n")
    assert last == ""
    return some


def refused(name: str, kind: FileKind, *records: AnyRecord) -> list[tuple[str, str]]:
    """Code and message of everything for which records cannot be written."""
    with pytest.raises(RecordsRefused) as caught:
        render(load(name), kind, HEAD, records)
    return [(problem.code, problem.message) for problem in caught.value.problems]


def unread(name: str, kind: FileKind, content: bytes) -> list[tuple[str, str]]:
    """Code and message of everything that stops a file."""
    with pytest.raises(FormatError) as caught:
        parse(load(name), kind, content)
    return [(problem.code, problem.message) for problem in caught.value.problems]


def sample(name: str, kind: FileKind) -> bytes:
    """The good sample of a kind."""
    return next(path for path in samples(name) if path.stem == kind).read_bytes()
