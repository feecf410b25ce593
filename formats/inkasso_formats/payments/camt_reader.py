"""Reads a camt.054 message as a stream: elements as they end, payments in batches, memory that does not grow with it.

What an entry says of itself stands before its details, by the schema, so each payment is complete when its detail ends.
What stands behind is a problem (`camt.order`), and not passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from inkasso_formats.payments.camt_detail import OpenDetail, has_amount, open_detail
from inkasso_formats.payments.camt_entry import close_box, close_entry, why_passed
from inkasso_formats.payments.camt_frame import Frame, OpenEntry
from inkasso_formats.payments.camt_model import NotificationHead
from inkasso_formats.payments.camt_paths import LEVELS, Version
from inkasso_formats.payments.camt_report import Report, Spot, TooManyProblemsError
from inkasso_formats.payments.camt_shape import Shapes
from inkasso_formats.payments.camt_single import Singles
from inkasso_formats.payments.camt_totals import close_notification
from inkasso_formats.payments.camt_xml import Element, Source
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import Payment

BATCH = 1_000


class Reader:
    """One pass over a message. After it `heads`, `total` and `report.all_warnings()` say what was found.

    Raises FormatError where the file is no camt.054 at all.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._source = Source(file)
        head = self._source.head
        self.version: Version = head.version
        self.report = Report(head.version, head.namespace)
        self.heads: list[NotificationHead] = []
        self.total = 0
        self._frame = Frame(self.report)
        self._details = Shapes(self._frame.trees["TxDtls"])
        self._found: list[Payment] = []
        self._pending: OpenDetail | None = None
        self._singles = Singles(self.report, self._frame.trees, self._frame.tags)
        self._waiting: list[Element] = []  # a detail that may be the only one of its entry, and its box
        self._last: OpenDetail | None = None
        tags = self._frame.tags
        self._ends = {
            tags["TxDtls"]: self._end_detail,
            tags["NtryDtls"]: self._end_box,
            tags["Ntry"]: self._end_entry,
            tags["Ntfctn"]: self._end_notification,
            tags["GrpHdr"]: self._frame.open_header,
        }

    def batches(self) -> Iterator[list[Payment]]:
        """The payments, about a thousand at a time, as long as nothing is wrong.

        Raises FormatError with all problems when the end is reached: batches handed out before are then worth nothing.
        """
        try:
            for element in self._source.elements(*LEVELS):
                self._ended(element)
                if self.report.problems:
                    self._found.clear()
                elif len(self._found) >= BATCH:
                    yield self._take()
        except TooManyProblemsError:
            pass
        except FormatError as error:  # the XML breaks off, or is no message
            with suppress(TooManyProblemsError, FormatError):
                self._read(*self._waiting)
            raise FormatError([*self.report.problems, *error.problems]) from None
        if not self.heads and not self.report.problems:
            rule = "the message holds no notification (Ntfctn)"
            raise FormatError([FormatProblem(code="camt.empty", rule=rule)])
        if self.report.problems:
            raise FormatError(self.report.problems)
        if self._found:
            yield self._take()

    def _ended(self, element: Element) -> None:
        """Reads an element that has ended, unless it waits for the end of its entry, which is not open then."""
        if self._frame.is_in_entry:
            self._read(element)
        elif self._waits(element):
            self._waiting.append(element)
        else:
            waiting, self._waiting = self._waiting, []
            if not self._took_single(element, waiting):
                self._read(*waiting, element)

    def _waits(self, element: Element) -> bool:
        """Whether an element that has ended may be all that its entry holds: a detail that is the first, and its box."""
        if not self._waiting:
            return bool(element.tag == self._frame.tags["TxDtls"])
        return len(self._waiting) == 1 and element is self._waiting[0].getparent()

    def _read(self, *elements: Element) -> None:
        for element in elements:
            self._ends[element.tag](element)
            self._frame.forget(element)

    def _took_single(self, element: Element, waiting: list[Element]) -> bool:
        """Whether an element is the entry of the detail and the box that waited for it, and was taken whole."""
        if len(waiting) < 2 or element is not waiting[1].getparent():
            return False
        notification = self._frame.open_notification(element)
        if notification is None:
            return False
        payment = self._singles.payment(element, waiting[0], notification)
        if payment is None:
            return False
        self._found.append(payment)
        notification.payments += 1
        notification.total += payment.amount
        self._frame.forget(element)
        return True

    def _take(self) -> list[Payment]:
        found, self._found = self._found, []
        return found

    def _end_detail(self, element: Element) -> None:
        entry, box = self._frame.box_of(element)
        values = self._details.read(element)
        spot = Spot(self.report, "TxDtls", element, box.details + 1, box.spot)
        self._last = detail = open_detail(entry, box, spot, values)
        if detail.passed is not None:
            counted = entry.passed.setdefault(detail.passed, [0, 0])
            counted[0] += 1
            counted[1] += abs(detail.amount or 0)
            return
        entry.took = True
        if detail.amount is not None:
            self._add(entry, detail, detail.amount)
        elif not has_amount(values):
            self._without_amount(entry, detail)

    def _add(self, entry: OpenEntry, detail: OpenDetail, amount: int) -> None:
        notification = self._frame.notification_of(entry)
        for payment in notification.maker.of_detail(entry, detail, amount):
            self._found.append(payment)
            notification.payments += 1
            notification.total += payment.amount

    def _without_amount(self, entry: OpenEntry, detail: OpenDetail) -> None:
        """The only detail of an entry may leave its amount to the entry; whether it is the only one shows at its end."""
        if entry.details == 1:
            self._pending = detail
        else:
            rule = "is missing: the entry has several details"
            detail.spot.wrong("camt.required", "transaction_amount", rule)

    def _add_pending(self, entry: OpenEntry, detail: OpenDetail) -> None:
        if entry.details > 1:
            rule = "is missing: the entry has several details"
            detail.spot.wrong("camt.required", "transaction_amount", rule)
        elif detail.credit != entry.credit:
            rule = "is the other side than that of the entry, and no amount is given"
            detail.spot.wrong("camt.direction", "side", rule)
        elif entry.amount is not None:
            self._add(entry, detail, entry.signed)

    def _end_box(self, element: Element) -> None:
        entry, box = self._frame.box(element)
        self._frame.judge_rest(element)
        close_box(entry, box)
        self._frame.close_box()

    def _end_entry(self, element: Element) -> None:
        entry = self._frame.entry(element)
        self._frame.judge_rest(element)
        notification = self._frame.notification_of(entry)
        passed = why_passed(entry)
        if self._pending is not None:
            self._add_pending(entry, self._pending)
        elif entry.boxes == 0 and passed is None and entry.amount is not None:
            entry.took = True
            rule = "the entry has no details: one payment of its amount, without a reference"
            entry.spot.wrong("camt.no_details", "amount", rule, warning=True)
            self._found.append(notification.maker.of_entry(entry))
            notification.payments += 1
            notification.total += entry.signed
        close_entry(entry)
        if passed is not None and not entry.took:
            notification.pass_over(passed, 1, entry.amount or 0)
        else:
            for kind, (count, amount) in entry.passed.items():
                notification.pass_over(kind, count, amount)
        notification.count(entry)
        self._singles.learn(entry, self._last)
        self._last = self._pending = None
        self._frame.close_entry()

    def _end_notification(self, element: Element) -> None:
        notification = self._frame.notification(element)
        self._frame.judge_rest(element)
        close_notification(notification)
        self.heads.append(notification.head())
        self.total += notification.total
        self._frame.close_notification()
