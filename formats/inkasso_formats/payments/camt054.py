"""camt.054 (ISO 20022): a bank's debit and credit notification, versions .02, .04 and .08, as a stream.

Sources: ISO 20022 message definitions, and the banks' guidelines for Norway, Sweden and Finland. The paths are declared in `camt_paths`. What is read, passed over or refused is listed in docs/formats/camt054.md.

The identity of a payment is made of the own account, booking date, amount and reference, and of the first of these that
the file gives: the bank's reference of the transaction (`AcctSvcrRef`), which a copy has again; the payer's number
(`UETR`, `EndToEndId`, `TxId`, `InstrId`, unless `NOTPROVIDED`) with the payer's account; the place in the notification.
Payments of one file that are equal in all of it are numbered, so two of them never become one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from inkasso_formats.payments.camt_head import claims
from inkasso_formats.payments.camt_model import (
    CamtFile,
    Detail,
    Entry,
    Notification,
    NotificationHead,
    Passed,
    Structured,
)
from inkasso_formats.payments.camt_reader import Reader
from inkasso_formats.payments.camt_whole import read
from inkasso_formats.payments.camt_writer import render
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import Payment

__all__ = [
    "CamtFile",
    "Detail",
    "Entry",
    "Notification",
    "NotificationHead",
    "Passed",
    "Stream",
    "Structured",
    "claims",
    "parse",
    "read",
    "render",
    "stream",
]


class Stream:
    """The payments of a file in batches; its totals when all of them have been taken."""

    def __init__(self, file: BinaryIO) -> None:
        self._reader = Reader(file)
        self._batches = self._reader.batches()

    def __iter__(self) -> Iterator[list[Payment]]:
        return self._batches

    def __next__(self) -> list[Payment]:
        return next(self._batches)

    @property
    def notifications(self) -> tuple[NotificationHead, ...]:
        """The notifications that have ended."""
        return tuple(self._reader.heads)

    @property
    def warnings(self) -> tuple[FormatProblem, ...]:
        """What was told so far; it refuses nothing."""
        return self._reader.report.all_warnings()

    @property
    def total(self) -> int:
        """Sum of the payments of the notifications that have ended."""
        return self._reader.total


def stream(file: BinaryIO) -> Stream:
    """The payments of a file, about a thousand at a time, in memory that hardly grows with the file.

    Counts and sums stand before and behind the payments that they are of, so whether a file can be trusted is known at
    its end: the FormatError comes when the last batch has been asked for, and what was done with the batches before has
    to be undone. A file that is no camt.054 is refused at once.
    """
    return Stream(file)


def parse(content: bytes | BinaryIO) -> CamtFile:
    """All payments of a file, which is given whole or opened for reading bytes.

    A payment's amount is negative where it takes one back, or deducts. Raises FormatError with all problems where
    counts, sums or the order of elements do not agree, or a value cannot be read: then none of its payments can be
    trusted.
    """
    batches = stream(io.BytesIO(content) if isinstance(content, bytes) else content)
    payments = [payment for batch in batches for payment in batch]
    return CamtFile(
        payments=payments,
        notifications=batches.notifications,
        warnings=batches.warnings,
        total=batches.total,
    )
