"""OCR Giro (Norway): incoming payments with KID, as the bank's central delivers them to the creditor.

The records are declared in `ocr_records`; the grammar is that of Nets, "System specification OCR giro" (2010),
chapters 2 and 3. What deviates from it and is read, or refused, is listed in docs/formats/ocr-giro.md.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from inkasso_formats.payments.ocr_columns import ColumnReader
from inkasso_formats.payments.ocr_frame import OpenAssignment, OpenTransmission
from inkasso_formats.payments.ocr_identity import Counted
from inkasso_formats.payments.ocr_model import (
    Assignment,
    Mandates,
    OcrFile,
    Transaction,
    Transmission,
    TransmissionHead,
)
from inkasso_formats.payments.ocr_payments import payment as payment_of
from inkasso_formats.payments.ocr_reader import Reader
from inkasso_formats.payments.ocr_writer import render
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from inkasso_formats.tolerance import DEFAULTS, Tolerance

__all__ = [
    "Assignment",
    "Mandates",
    "OcrFile",
    "Transaction",
    "Transmission",
    "TransmissionHead",
    "claims",
    "parse",
    "read",
    "render",
]

_TAG = 8  # characters that say which record a line is


def claims(head: bytes) -> bool:
    """Whether a file that begins with these bytes is OCR Giro: its first record is one of services 00, 09 or 21.

    Claims of AvtaleGiro on their way to the bank look the same so far; `parse` names them (`ocr.wrong_way`).
    """
    first = head.lstrip(b"\xef\xbb\xbf \r\n")[:_TAG]
    return first[:4] in {b"NY00", b"NY09", b"NY21"} and len(first) == _TAG and first[4:].isdigit()


def parse(
    content: bytes | BinaryIO | Iterable[bytes], tolerance: Tolerance = DEFAULTS["ocr_giro"]
) -> OcrFile:
    """All payments of a file; `content` is the whole of it, the file opened, or its lines, one after another.

    Bytes and files are read in blocks (`ocr_columns`), which is faster; lines one by one, to the same result.

    A payment's amount is negative where the file marks it `-` and where it is a reversal (types 18 and 20): that is
    what it is worth to the creditor. The control sums of the file add reversals, and are compared that way.
    Raises FormatError with all problems where counts, sums, dates or the order of records do not agree, or where a
    field cannot be read: then no payment of the file can be trusted.
    """
    if isinstance(content, bytes) or hasattr(content, "read"):
        by_blocks = ColumnReader(cast("bytes | BinaryIO", content), tolerance)
        payments = [payment for block in by_blocks.blocks() for payment in block.payments()]
        return _file(payments, by_blocks.reader)
    reader = Reader(tolerance)
    payments = list(_one_by_one(reader, content))
    if reader.problems:
        raise FormatError(reader.problems)
    return _file(payments, reader)


def _one_by_one(reader: Reader, lines: Iterable[bytes]) -> Iterator[Payment]:
    identities = Counted()
    for assignment, transaction in reader.transactions(lines):
        yield payment_of(reader.frame.transmission, assignment, transaction, identities)


def _file(payments: list[Payment], reader: Reader) -> OcrFile:
    heads = tuple(_head(transmission) for transmission in reader.frame.transmissions)
    return OcrFile(payments=payments, transmissions=heads, warnings=tuple(reader.warnings))


def read(
    content: bytes | Iterable[bytes], tolerance: Tolerance = DEFAULTS["ocr_giro"]
) -> tuple[Transmission, ...]:
    """Everything that a file says, record by record; `render` writes it again. Raises FormatError as `parse` does."""
    reader = Reader(tolerance)
    for assignment, transaction in reader.transactions(_lines(content)):
        assignment.transactions.append(transaction)
    if reader.problems:
        raise FormatError(reader.problems)
    return tuple(_transmission(transmission) for transmission in reader.frame.transmissions)


def _lines(content: bytes | Iterable[bytes]) -> Iterable[bytes]:
    return io.BytesIO(content) if isinstance(content, bytes) else content


def _head(transmission: OpenTransmission) -> TransmissionHead:
    mandates = sum(part.tally.count for part in transmission.assignments if part.mandates)
    return TransmissionHead(
        line=transmission.line,
        transmission_number=transmission.head["transmission_number"],  # type: ignore[arg-type]
        data_recipient=transmission.head["data_recipient"],  # type: ignore[arg-type]
        generated=transmission.end["generated"],  # type: ignore[arg-type]
        assignments=len(transmission.assignments),
        payments=transmission.tally.count - mandates,
        mandates=mandates,
        control_total=transmission.tally.total,
    )


def _transmission(transmission: OpenTransmission) -> Transmission:
    return Transmission(
        **transmission.head,  # type: ignore[arg-type]
        generated=transmission.end["generated"],  # type: ignore[arg-type]
        assignments=tuple(_assignment(part) for part in transmission.assignments),
    )


def _assignment(assignment: OpenAssignment) -> Assignment | Mandates:
    if assignment.mandates:
        return Mandates(tuple(assignment.lines))
    return Assignment(
        **assignment.head,  # type: ignore[arg-type]
        generated=assignment.end["generated"],  # type: ignore[arg-type]
        transactions=tuple(assignment.transactions),
    )
