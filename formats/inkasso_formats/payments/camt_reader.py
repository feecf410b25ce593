"""Reads a camt.054 message as a stream: elements as they end, payments in batches, memory that does not grow.

The message is read in the order of its schema: what an entry says of itself stands before its details, so each payment
is complete when its detail ends. What stands elsewhere is a problem (`camt.order`), not passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from inkasso_formats.payments import camt_totals
from inkasso_formats.payments.camt_detail import OpenDetail, has_amount, open_detail
from inkasso_formats.payments.camt_entry import (
    OpenBox,
    OpenEntry,
    close_box,
    close_entry,
    open_box,
    open_entry,
    why_passed,
)
from inkasso_formats.payments.camt_model import NotificationHead
from inkasso_formats.payments.camt_paths import LEVELS, Tree, tree
from inkasso_formats.payments.camt_payment import Identities, Maker
from inkasso_formats.payments.camt_report import Report, Spot
from inkasso_formats.payments.camt_totals import OpenNotification
from inkasso_formats.payments.camt_xml import Element, Source, Values, clear, read
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import Payment

BATCH = 1_000


class Reader:
    """One pass over a message. After it, `report`, `heads` and `total` say what was found."""

    def __init__(self, file: BinaryIO) -> None:
        self._source = Source(file)
        head = self._source.head
        self.report = Report(head.version, head.namespace)
        self.heads: list[NotificationHead] = []
        self.total = 0
        self._trees: dict[str, Tree] = {
            name: tree(paths, head.version, head.namespace) for name, paths in LEVELS.items()
        }
        self._tags = {name: f"{{{head.namespace}}}{name}" for name in LEVELS}
        self._header: Values | None = None
        self._notification: OpenNotification | None = None
        self._entry: OpenEntry | None = None
        self._box: OpenBox | None = None
        self._pending: OpenDetail | None = None
        self._identities = Identities()
        self._found: list[Payment] = []
        self._notifications = 0

    def batches(self) -> Iterator[list[Payment]]:
        """The payments, some at a time, as long as nothing is wrong. Raises FormatError at the end, with all problems."""
        ends = {
            self._tags["TxDtls"]: self._end_detail,
            self._tags["NtryDtls"]: self._end_box,
            self._tags["Ntry"]: self._end_entry,
            self._tags["Ntfctn"]: self._end_notification,
            self._tags["GrpHdr"]: self._end_header,
        }
        try:
            for element in self._source.elements(*LEVELS):
                ends[element.tag](element)
                clear(element)
                if len(self._found) >= BATCH and not self.report.problems:
                    yield self._take()
        except FormatError as error:
            found = self.report.problems
            raise FormatError(error.problems if error.problems[:1] == tuple(found[:1]) else [*found, *error.problems]) from None
        if not self._notifications:
            self.report.add(FormatProblem(code="camt.empty", rule="the message holds no notification (Ntfctn)"))
        if self.report.problems:
            raise FormatError(self.report.problems)
        if self._found:
            yield self._take()

    def _take(self) -> list[Payment]:
        found, self._found = self._found, []
        return found
