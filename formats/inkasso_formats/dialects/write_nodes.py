"""Records of a file made from neutral values: the item with all that stands within it, and what stands around the items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from inkasso_formats.dialects.codes import word_of
from inkasso_formats.dialects.model import (
    HEAD_FIELDS,
    RECORD_TYPES,
    AnyRecord,
    Dialect,
    FileLayout,
    OutHead,
    Part,
)
from inkasso_formats.dialects.syntax import Node, Syntax
from inkasso_formats.dialects.write_flat import FlatSyntax
from inkasso_formats.dialects.write_quick import QuickItems, serves
from inkasso_formats.dialects.write_tree import (
    PROVISIONAL,
    Totals,
    amounts_of,
    levels_of,
    neutral_values,
    present,
    stands,
    subtree,
)
from inkasso_formats.dialects.write_values import Filling
from inkasso_formats.layout import Values
from inkasso_formats.problems import FormatError, FormatProblem


@dataclass(slots=True)
class Found:
    """What is told of some records: warnings, each with the record it is of, and what refuses the item."""

    notes: list[tuple[Node[Any], FormatProblem]] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """An item as text, or without text where it cannot be written; `at` is the line of its record in the text, from 0."""

    record: AnyRecord
    text: str
    lines: int
    counts: Mapping[str, int]
    found: Found | None = None
    at: int = 0


class Maker:
    """Makes the records of one file. What the file says of itself (`head`) may stand in any of them."""

    def __init__(self, dialect: Dialect, layout: FileLayout, head: OutHead) -> None:
        self.dialect, self.layout, self.levels = dialect, layout, levels_of(layout)
        self.item = layout.item
        self.syntax = _syntax(dialect, layout)
        self.head: Values = {
            "client_number": head.client_number,
            "sender": head.sender,
            "sequence_no": head.sequence_no,
            "created": head.created.date(),
            "created_time": head.created.strftime("%H%M%S"),
        }
        self.provisional: Values = dict.fromkeys([*layout.counts, *layout.sums], PROVISIONAL)
        self.filling = Filling(layout.kind, dialect.form, self.syntax.characters)
        parts = [part for part in layout.parts if part.each != "row"]
        self._places = {place.name: (part, place) for part in parts for place in part.record.fields}
        self.amounts = amounts_of(layout)
        totals = layout.counts.keys() | layout.sums.keys()
        inner = (place.name for part in subtree(layout, [self.item]) for place in part.record.fields)
        self._counts_rows = any(name in totals for name in inner)

    @cached_property
    def _quick(self) -> QuickItems | None:
        """The quick way, where there is one; when it is first asked for, `head_problems` has found none."""
        if not serves(self.dialect, self.layout):
            return None
        return QuickItems(self.dialect, self.layout, self.filling, self.head)

    def items(self, batch: Sequence[AnyRecord]) -> Iterator[Made]:
        """The items of these records. Raises TypeError for a record of another kind."""
        kind = RECORD_TYPES[self.layout.kind]
        for record in batch:
            if type(record) is not kind:
                raise TypeError(f"{type(record).__name__} is no record of {self.layout.kind}")
        if self._quick is None:
            return map(self._item, batch)
        texts = self._quick.texts(batch)
        return (
            Made(record, text[0], sum(text[1].values()), text[1]) if text else self._item(record)
            for record, text in zip(batch, texts, strict=True)
        )

    def _item(self, record: AnyRecord) -> Made:
        found = Found()
        not_among = self._not_among(record)
        rows = getattr(record, "rows", ())
        source = self.source(record)
        totals = Totals()
        totals.counts.update(present(self.layout, self.item, source, len(rows)))
        if self._counts_rows:
            totals.sums.update(self.amounts(record))
            source |= totals.values(self.layout)
        node = self.node(self.item, source, found, rows)
        if node is None or found.problems or not_among:
            told = {problem.field for problem in not_among}
            others = [problem for problem in found.problems if problem.field not in told]
            return Made(record, "", 0, {}, Found(problems=[*not_among, *others]))
        text = self.syntax.item(node)
        return Made(record, text, text.count("\n"), totals.counts, found, node.line)

    def source(self, record: object) -> Values:
        """All values that may stand in the records of an item, a row or a group: its own, and what the file says of itself."""
        return {**self.head, **neutral_values(record)}

    def _not_among(self, record: AnyRecord) -> list[FormatProblem]:
        """The values of fields that this dialect's files cannot say, because they all say the same or one of a few."""
        problems = []
        for name, allowed in self.layout.only.items():
            value = word_of(getattr(record, name))
            if value not in allowed:
                rule = f"this dialect's files say {' or '.join(allowed)} only"
                problem = FormatProblem(
                    code="dialect.only", record=self.item.name, field=name, value=value, rule=rule
                )
                problems.append(
                    self.filling.at(problem, *self._places[name]) if name in self._places else problem
                )
        return problems

    def node(self, part: Part, source: Values, found: Found, rows: Sequence[object] = ()) -> Node[Any] | None:
        """One record, with all within it that is not repeated for each item; None where it cannot be written."""
        filled = self.filling.fill(part, source)
        problems = list(filled.problems)
        known = {problem.field for problem in problems}
        node = None
        try:
            node = Node(part, self.syntax.record(part, filled.values), values=filled.values)
        except FormatError as error:
            problems += [problem for problem in error.problems if problem.field not in known]
        found.problems += problems
        within = self._within(part, source, found, rows)
        if node is None:
            return None
        node.within = within
        found.notes += [(node, note) for note in filled.notes]
        return node

    def _within(
        self, part: Part, source: Values, found: Found, rows: Sequence[object]
    ) -> Sequence[Node[Any]]:
        nodes: list[Node[Any] | None] = []
        for child in self.layout.within(part.name):
            if child.each == "row":
                nodes += [self._row(child, row, number, source, found) for number, row in enumerate(rows, 1)]
            elif child.each == "once" and part.each != "group" and stands(self.layout, child, source):
                nodes.append(self.node(child, source, found))
        return [node for node in nodes if node is not None]

    def _row(self, part: Part, row: object, number: int, source: Values, found: Found) -> Node[Any] | None:
        """The record of one row, in which what its item says (`source`) may stand again."""
        own = Found()
        node = self.node(part, {**source, **neutral_values(row)}, own)
        found.notes += own.notes
        found.problems += [replace(problem, record=f"{problem.record} {number}") for problem in own.problems]
        return node

    def head_problems(self) -> list[FormatProblem]:
        """What cannot be written of the file's own values, in any record; a client number that does not fit: `dialect.client`."""
        source = {**self.provisional, **self.head}
        problems = []
        for part in self.layout.parts:
            filled = self.filling.fill(part, source)
            own = {problem.field for problem in filled.problems}
            problems += [_of_client(problem) for problem in filled.problems if problem.field in HEAD_FIELDS]
            try:
                self.syntax.record(part, filled.values)
            except FormatError as error:
                new = [problem for problem in error.problems if problem.field not in own]
                problems += [problem for problem in new if problem.field in HEAD_FIELDS]
        return problems


def _of_client(problem: FormatProblem) -> FormatProblem:
    return replace(problem, code="dialect.client") if problem.field == "client_number" else problem


def _syntax(dialect: Dialect, layout: FileLayout) -> Syntax[Any]:
    if dialect.form != "xml":
        return FlatSyntax(dialect, layout)
    from inkasso_formats.dialects.xml_writing import XmlSyntax  # noqa: PLC0415  (lxml only where it is needed)

    return XmlSyntax(dialect, layout)
