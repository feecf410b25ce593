"""The records of an XML file as text: elements built and written by lxml.

The namespace is declared once, at the root. Characters that the encoding lacks are written as character references.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from inkasso_formats.dialects.model import Dialect, FileLayout, Part
from inkasso_formats.dialects.syntax import Node
from inkasso_formats.dialects.xml_page import MARK, Made, Page
from inkasso_formats.dialects.xml_source import Element
from inkasso_formats.dialects.xml_tree import Place, place_of, steps_of
from inkasso_formats.layout import Value
from inkasso_formats.layout_cells import write_free
from inkasso_formats.layout_field import Field
from inkasso_formats.problems import FormatError, FormatProblem

_NO_CHARACTERS = frozenset("\ufffe\uffff")  # XML 1.0, 2.2; control characters are gone by `text.fit`


class XmlSyntax:
    """XML for one kind of file of a dialect: see `syntax.Syntax`."""

    def __init__(self, dialect: Dialect, layout: FileLayout) -> None:
        self._dialect, self._layout = dialect, layout
        self._places: dict[str, list[tuple[Field, Place]]] = {
            part.name: [(one, place_of(part, one)) for one in part.record.fields] for part in layout.parts
        }
        self._depths = {part.name: self._depth(part) for part in layout.parts}

    @property
    def characters(self) -> str:
        """Any character can be written."""
        return "utf-8"

    def record(self, part: Part, values: Mapping[str, Value]) -> Made:
        """The texts of a record, without those that are empty. Raises FormatError with all that cannot be written."""
        made: Made = []
        problems: list[FormatProblem] = []
        for one, place in self._places[part.name]:
            value = values.get(one.name)
            try:
                text = write_free(one, value)
            except ValueError as error:
                problems.append(_problem(part, one, value, str(error)))
                continue
            if not _NO_CHARACTERS.isdisjoint(text):
                problems.append(_problem(part, one, value, "holds a character that XML cannot hold"))
            elif text:
                made.append((place, text))
        if problems:
            raise FormatError(problems)
        return made

    def item(self, node: Node[Made]) -> str:
        """The element of an item, with all within it."""
        page = Page(etree.Element(steps_of(node.part)[-1]), self._depths[node.part.name])
        page.fill(node)
        return page.text()

    def scope(
        self, own: Node[Made] | None, before: Sequence[Node[Made]], after: Sequence[Node[Made]]
    ) -> tuple[str, str]:
        """What stands before and after the repeated part; attributes of all records that share the element stand before it."""
        if own is None:
            page = Page(self._root(), 0, line=1)
        else:
            page = Page(etree.Element(steps_of(own.part)[-1]), self._depths[own.part.name])
            page.fill(own)
        for node in before:
            page.put(node)
        page.mark(self._containers(own.part.name if own else ""))
        for node in after:
            page.put(node)
        first, last = page.text().split(MARK)
        return (first if own else f"{self._declaration()}{first}"), last

    def encoded(self, text: str) -> bytes:
        """Whole lines as they stand in the file."""
        return text.encode(self._dialect.encoding, "xmlcharrefreplace")

    def _declaration(self) -> str:
        return f'<?xml version="1.0" encoding="{self._dialect.encoding.upper()}"?>\n'

    def _root(self) -> Element:
        """The root, which alone says the namespace: the elements in it have it from there."""
        namespace = self._dialect.namespace
        if not namespace:
            return etree.Element(self._layout.root)
        spaces: Any = {None: namespace}
        return etree.Element(f"{{{namespace}}}{self._layout.root}", nsmap=spaces)

    def _containers(self, within: str) -> tuple[str, ...]:
        """The elements between that of a scope and what repeats in it."""
        repeated = next(part for part in self._layout.within(within) if part.each in {"group", "item"})
        return steps_of(repeated)[:-1]

    def _depth(self, part: Part) -> int:
        """How many elements are around that of a part."""
        around = self._depth(self._layout.part(part.within)) if part.within else 0
        return around + len(steps_of(part))


def _problem(part: Part, place: Field, value: Value, rule: str) -> FormatProblem:
    return FormatProblem(
        code=f"layout.{place.type}",
        record=part.name,
        field=place.name,
        value="" if value is None else str(value),
        rule=rule,
    )
