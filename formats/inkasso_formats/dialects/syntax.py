"""What a form of file (fixed, separated, XML) has to do so that `writing.Writer` can write it.

The Writer decides what stands where: groups, totals, which parts there are, which records are refused. A syntax makes text of it. Its
methods keep no state between calls, because what stands before a group or a file is written when all that it announces is known.
`write_flat.FlatSyntax(dialect, layout)` is that of lines, `xml_writing.XmlSyntax(dialect, layout)` that of elements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from inkasso_formats.dialects.model import Part
from inkasso_formats.layout import Value

T = TypeVar("T")  # what a syntax makes of one record: a line, an element


@dataclass(slots=True)
class Node(Generic[T]):
    """One record to be written: its part, what `Syntax.record` made of its values, and the records within it, in their order.

    `line` is set by the syntax: in which line of its text the record begins, from 0. `values` are what `made` was made of.
    """

    part: Part
    made: T
    within: Sequence[Node[T]] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    line: int = 0


class Syntax(Protocol[T]):
    """One form of file for one kind of a dialect.

    `characters` is the encoding whose characters a text may hold as they are: that of the file, or utf-8 where any other can be
    written too (XML, by character references).
    """

    @property
    def characters(self) -> str:
        """See the class."""

    def record(self, part: Part, values: Mapping[str, Value]) -> T:
        """One record alone, without those within it.

        The values have their codes and fit by `text.fit`; names that the part lacks are passed over, and one that is missing has no value.
        Raises FormatError with all problems of its fields (`layout.<type>`, with record, field, position and value, without line).
        """

    def item(self, node: Node[T]) -> str:
        """The item with all records within it (`once` and `row`), as whole lines with their ends."""

    def scope(
        self, own: Node[T] | None, before: Sequence[Node[T]], after: Sequence[Node[T]]
    ) -> tuple[str, str]:
        """What stands before and after the repeated part of a group, or of the file (`own` is None), as whole lines with their ends.

        `own` is the group's record, with nothing within it; `before` and `after` are the `once` parts of the scope that stand
        before and after the repeated part. A container around the repeated part (`Cases` in `Cases/Case`) is of these
        texts too. How many lines they have does not depend on the values of totals.
        `Node.line` of `own` and `before` counts in the first text, that of `after` in the last.
        """

    def encoded(self, text: str) -> bytes:
        """Whole lines as they stand in the file."""
