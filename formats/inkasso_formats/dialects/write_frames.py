"""What stands around the items of a scope: the records of a group, those before and after its items, and those of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from inkasso_formats.dialects.model import AnyRecord, Part
from inkasso_formats.dialects.syntax import Node
from inkasso_formats.dialects.write_nodes import Found, Maker
from inkasso_formats.dialects.write_quick import QuickGroups
from inkasso_formats.dialects.write_tree import Level, stands
from inkasso_formats.layout import Values
from inkasso_formats.problems import FormatError, FormatProblem


@dataclass(frozen=True, slots=True)
class Frame:
    """The records around the items of a scope, and what they are as text as long as its totals are not known.

    `notes` are the warnings, each with its line from 0 in `first`; that of a record after the items is not known yet, and they are
    told where the scope begins.
    """

    own: Node[Any] | None
    before: Sequence[Node[Any]]
    after: Sequence[Node[Any]]
    first: str
    last: str
    notes: tuple[tuple[int, FormatProblem], ...]

    @property
    def nodes(self) -> Iterator[Node[Any]]:
        """All its records."""
        return _all([*([self.own] if self.own else []), *self.before, *self.after])


class Frames:
    """Makes the frames of one file."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        totals = maker.layout.counts.keys() | maker.layout.sums.keys()
        self._saying = {
            part.name
            for part in maker.layout.parts
            if any(place.name in totals for place in part.record.fields)
        }

    @cached_property
    def _quick(self) -> QuickGroups:
        return QuickGroups(self._maker.dialect, self._maker.layout, self._maker.filling, self._maker.head)

    def prepare(self, batch: Sequence[AnyRecord]) -> None:
        """Makes the lines of the groups of these records at once, where that can be done."""
        for level in self._maker.levels[1:]:
            parts = [part for part in level.parts if part.name not in self._saying]
            self._quick.prepare(parts, level.key, batch)

    def frame(self, level: Level, record: AnyRecord | None = None) -> Frame:
        """What stands around the items of a scope: the group of this record, or the file.

        Raises FormatError with all that cannot be written of it.
        """
        maker = self._maker
        source = {**(maker.source(record) if record else maker.head), **maker.provisional}
        ahead, behind = Found(), Found()
        own = self._nodes([level.part] if level.part else [], source, ahead, record)
        before = self._nodes(level.before, source, ahead, record)
        after = self._nodes(level.after, source, behind, record)
        if ahead.problems or behind.problems:
            raise FormatError([*ahead.problems, *behind.problems])
        first, last = maker.syntax.scope(own[0] if own else None, before, after)
        notes = [(node.line, note) for node, note in ahead.notes]
        notes += [(0, note) for _, note in behind.notes]
        return Frame(own[0] if own else None, before, after, first, last, tuple(notes))

    def ended(self, frame: Frame, totals: Values) -> tuple[str, str]:
        """What stands before and after the items of a scope that has ended. Raises FormatError where a total has no room."""
        saying = [node for node in frame.nodes if node.part.name in self._saying]
        if not saying:
            return frame.first, frame.last
        problems: list[FormatProblem] = []
        for node in saying:
            try:
                node.made = self._maker.syntax.record(node.part, {**node.values, **totals})
            except FormatError as error:
                problems += error.problems
        if problems:
            raise FormatError(problems)
        return self._maker.syntax.scope(frame.own, frame.before, frame.after)

    def _nodes(
        self, parts: Sequence[Part], source: Values, found: Found, record: AnyRecord | None
    ) -> list[Node[Any]]:
        nodes: list[Node[Any] | None] = []
        for part in parts:
            line = self._quick.line(part, record) if record else None
            if line is not None:
                nodes.append(Node(part, line))
            elif part.each == "group" or stands(self._maker.layout, part, source):
                nodes.append(self._maker.node(part, source, found))
        return [node for node in nodes if node is not None]


def _all(nodes: Sequence[Node[Any]]) -> Iterator[Node[Any]]:
    for node in nodes:
        yield node
        yield from _all(node.within)
