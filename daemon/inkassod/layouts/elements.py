"""The elements of an XML file as records, as far as the file can be read."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, BinaryIO

from inkasso_formats.dialects import Dialect, FileKind, FileLayout
from inkasso_formats.dialects.model import Part
from inkasso_formats.dialects.xml_element import Draft, Elements
from inkasso_formats.dialects.xml_source import Source, line_of
from inkasso_formats.dialects.xml_tree import Spot, place_of, route, steps_of, tree
from inkasso_formats.problems import FormatError
from inkassod.layouts.seen import Cell, Seen, View, Wanted, valued


def view(dialect: Dialect, kind: FileKind, file: BinaryIO, wanted: Wanted) -> View:
    """The records of a file up to where its XML breaks off; none where it is no file of this kind.

    What is not shown is forgotten as it is read, so that memory does not grow with the file.
    """
    layout = dialect.files[kind]
    root = tree(layout, dialect.namespace)
    reading = _Reading(layout, root, wanted)
    with suppress(FormatError):  # it is told by whoever reads the file
        source = Source(file)
        if (source.head.root, source.head.namespace) == (layout.root, dialect.namespace):
            for step in source.steps(
                [root.tag, *reading.spots], [spot.name for spot in reading.spots.values()]
            ):
                for event, element in step.events:
                    reading.take(event, element, step.line)
    return reading.result()


class _Reading:
    """One file: its tree holds what is shown, and nothing else that repeats."""

    def __init__(self, layout: FileLayout, root: Spot, wanted: Wanted) -> None:
        self._layout, self._root, self._wanted = layout, root, wanted
        self._elements = Elements(layout, lenient=False)
        self.spots: dict[str, Spot] = {}
        spot = root
        while way := route(spot):
            spot = way[-1]
            self.spots[spot.tag] = spot
        self._items = spot.tag
        self._view = View()
        self._top: Any = None
        self._line = 1
        self._kept = 0
        self._troubled: set[int] = set()  # where items begin in which a problem stands
        self._leaving: Any = None  # its tail is still to come

    def take(self, event: str, element: Any, line: int) -> None:
        """An element that repeats, or the root, has begun or ended in this line."""
        if self._leaving is not None:
            self._leaving.getparent().remove(self._leaving)
            self._leaving = None
        if self._top is None:
            self._top, self._line = element, line
        elif event == "end" and element is not self._top:
            self._ended(element, line)

    def _ended(self, element: Any, line: int) -> None:
        first, item = line_of(element), element.tag == self._items
        troubled = self._wanted.troubled(first, line)
        if troubled and item:
            self._troubled.add(first)
        within = not item and next(element.iter(self._items), None) is not None
        if within or troubled or self._wanted.early(self._kept):
            self._kept += 1
            return
        spot = self.spots[element.tag]
        for draft in self._elements.taken(self._elements.whole(spot, element, line)):
            self._view.counts[draft.part.name] += 1
        self._leaving = element

    def result(self) -> View:
        """What is left of the file."""
        if self._top is None:
            return self._view
        holder = self._elements.whole(self._root, self._top, self._line)
        for before, draft in enumerate(self._elements.taken(holder)):
            self._view.counts[draft.part.name] += 1
            if self._wanted.early(before) or self._is_troubled(draft):
                self._view.records.append(self._seen(draft))
        return self._view

    def _is_troubled(self, draft: Draft) -> bool:
        last = max([draft.line, *(line_of(element) for _, element in draft.texts.values())])
        item = draft.part.each == "item" and draft.line in self._troubled
        return item or self._wanted.troubled(draft.line, last)

    def _seen(self, draft: Draft) -> Seen:
        part = draft.part
        values, _ = self._elements.values(draft)
        cells = []
        for one in part.record.fields:
            text, _ = draft.texts.get(one.name) or ("", None)
            value, meaning = valued(part, one, text, values)
            cells.append(
                Cell(field=one, place=place_of(part, one).path, text=text, value=value, meaning=meaning)
            )
        return Seen(draft.line, part.name, _way(self._layout, part), cells)


def _way(layout: FileLayout, part: Part) -> str:
    """The elements from the root to that of a part: `Cases/Debtor/Case`."""
    around = _way(layout, layout.part(part.within)) if part.within else layout.root
    return "/".join([around, *steps_of(part)])
