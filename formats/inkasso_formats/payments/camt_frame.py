"""What is open at a place of a camt.054 message: header, notification, entry, box of details; each with its own values.

An element is opened by the first element inside it that ends, or at its own end: what stands before that inner element
is its head, which is read at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from inkasso_formats.payments.camt_entry import OpenBox, OpenEntry, open_box, open_entry
from inkasso_formats.payments.camt_paths import LEVELS, Tree, tree
from inkasso_formats.payments.camt_payment import Identities
from inkasso_formats.payments.camt_report import Report, Spot
from inkasso_formats.payments.camt_totals import OpenNotification, open_notification
from inkasso_formats.payments.camt_xml import Element, Values, clear, line_of, read
from inkasso_formats.problems import FormatError, FormatProblem

__all__ = ["Frame", "OpenEntry"]

_ABOVE = {"TxDtls": "NtryDtls", "NtryDtls": "Ntry", "Ntry": "Ntfctn"}
_BELOW = {above: below for below, above in _ABOVE.items()}


class Frame:
    """The open elements. Problems go to the report it is given; what stands where it cannot raises FormatError."""

    def __init__(self, report: Report) -> None:
        self.trees: dict[str, Tree] = {
            name: tree(paths, report.version, report.namespace) for name, paths in LEVELS.items()
        }
        self.tags = {name: f"{{{report.namespace}}}{name}" for name in LEVELS}
        self._names = {tag: name for name, tag in self.tags.items()}
        self._message = f"{{{report.namespace}}}BkToCstmrDbtCdtNtfctn"
        self._report = report
        self._header: Values | None = None
        self._notification: OpenNotification | None = None
        self._entry: OpenEntry | None = None
        self._box: OpenBox | None = None
        self._notifications = 0
        self._identities = Identities()

    def open_header(self, element: Element) -> None:
        """Reads the header of the message."""
        self._within(element, self._message)
        if self._header is not None or self._notifications:
            raise _misplaced(element, "GrpHdr stands once, before all else")
        spot = Spot(self._report, "GrpHdr", element)
        values: Values = {}
        read(element, self.trees["GrpHdr"], values)
        spot.judge_faults(values)
        spot.required(values, "message_id")
        values["page_number"] = spot.number(values, "page")
        values["is_last"] = "last_page" not in values or spot.flag(values, "last_page")
        self._header = values

    def notification(self, element: Element) -> OpenNotification:
        """The notification that the element is."""
        if self._notification is None or self._notification.spot.element is not element:
            self._within(element, self._message)
            self._notifications += 1
            spot = Spot(self._report, "Ntfctn", element, self._notifications)
            if self._header is None:
                raise _misplaced(element, "GrpHdr is missing before the first notification")
            spot.remember_lines()
            values = self._head(element, "Ntfctn")
            self._notification = open_notification(spot, values, self._header, self._identities)
        return self._notification

    def entry(self, element: Element) -> OpenEntry:
        """The entry that the element is."""
        if self._entry is None or self._entry.spot.element is not element:
            notification = self.notification(self._within(element, self.tags["Ntfctn"]))
            notification.entries += 1
            above = notification.spot if self._notifications > 1 else None
            spot = Spot(self._report, "Ntry", element, notification.entries, above)
            values = self._head(element, "Ntry")
            self._entry = open_entry(notification.entries, spot, values, notification.currency)
            notification.currency = notification.currency or self._entry.currency
        return self._entry

    def box(self, element: Element) -> tuple[OpenEntry, OpenBox]:
        """The box of details that the element is, with its entry."""
        if self._entry is None or self._box is None or self._box.spot.element is not element:
            entry = self.entry(self._within(element, self.tags["Ntry"]))
            entry.boxes += 1
            number = entry.boxes if entry.boxes > 1 else 0
            spot = Spot(self._report, "NtryDtls", element, number, entry.spot)
            spot.warning = entry.spot.warning
            self._box = open_box(spot, self._head(element, "NtryDtls"), entry.currency)
            return entry, self._box
        return self._entry, self._box

    def box_of(self, detail: Element) -> tuple[OpenEntry, OpenBox]:
        """The box that a detail stands in, with its entry."""
        parent = detail.getparent()
        if self._box is not None and self._entry is not None and self._box.spot.element is parent:
            return self._entry, self._box
        return self.box(self._within(detail, self.tags["NtryDtls"]))

    @property
    def is_in_entry(self) -> bool:
        """Whether an entry is open."""
        return self._entry is not None

    def open_notification(self, entry: Element) -> OpenNotification | None:
        """The notification around an entry, if it is open."""
        notification = self._notification
        if notification is None or notification.spot.element is not entry.getparent():
            return None
        return notification

    def notification_of(self, entry: OpenEntry) -> OpenNotification:
        """The notification that an open entry stands in."""
        if self._notification is None:
            raise _misplaced(entry.spot.element, "an entry stands outside a notification")
        return self._notification

    def close_box(self) -> None:
        """Forgets the box that has ended."""
        self._box = None

    def close_entry(self) -> None:
        """Forgets the entry that has ended."""
        self._entry = None

    def close_notification(self) -> None:
        """Forgets the notification that has ended."""
        self._notification = None

    def forget(self, element: Element) -> None:
        """Clears an element that has ended, and what stands before it; what stood there too late is a problem.

        The head of an entry with one box stays until the entry ends: it is small, and problems are in its lines.
        """
        if element.tag == self.tags["NtryDtls"] and self._entry is not None and self._entry.boxes == 1:
            element.clear()
            return
        before = element.getprevious()
        if before is not None and before.tag != element.tag:
            self._judge_between(element)
        clear(element)

    def judge_rest(self, element: Element) -> None:
        """What stands in an element behind the last of its parts must not belong to its head."""
        name = self._names[element.tag]
        if not len(element) or element[-1].tag != self.tags[_BELOW[name]]:
            self._judge_late(element.iterchildren(reversed=True), name)

    def _judge_between(self, element: Element) -> None:
        above = _ABOVE.get(self._names[element.tag])
        if above is not None:
            self._judge_late(element.itersiblings(preceding=True), above)

    def _judge_late(self, backwards: Iterable[Element], level: str) -> None:
        """Whether elements that stand behind a part, named backwards until that part is met, belong to the head."""
        part, late = self.tags[_BELOW[level]], []
        for element in backwards:
            if element.tag == part:
                break
            if element.tag in self.trees[level]:
                late.append(element)
        else:
            return  # no part is met: this is the head
        for element in late:
            name = str(element.tag).partition("}")[2]
            rule = f"{name} stands behind {_BELOW[level]}, and belongs before it"
            line = line_of(element) or None
            problem = FormatProblem(code="camt.order", line=line, record=level, field=name, rule=rule)
            self._report.add(problem)

    def _head(self, element: Element, name: str) -> Values:
        """The values of an element that stand before the first of its parts."""
        values: Values = {}
        read(element, self.trees[name], values, until=self.tags[_BELOW[name]])
        return values

    def _within(self, element: Element, tag: str) -> Element:
        parent = element.getparent()
        if parent is None or parent.tag != tag:
            name = tag.partition("}")[2]
            raise _misplaced(element, f"stands outside {name}, where alone it has a meaning")
        return parent


def _misplaced(element: Element, rule: str) -> FormatError:
    name = str(element.tag).partition("}")[2]
    line = line_of(element) or None
    return FormatError([FormatProblem(code="camt.structure", line=line, record=name, rule=rule)])
