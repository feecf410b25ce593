"""Elements with records in them, written out: each record on a line of its own, indented, and which line that is."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from inkasso_formats.dialects.syntax import Node
from inkasso_formats.dialects.xml_source import Element
from inkasso_formats.dialects.xml_tree import Place, steps_of

Made: TypeAlias = list[tuple[Place, str]]  # the texts of a record, each with its place

MARK = "<?here ?>"  # no value can hold it, because `<` is escaped in them
_STEP = "  "  # of indentation


class Page:
    """One element (an item, a group, the root) that stands `depth` elements deep and begins in that line of its text.

    Fields stand on the line of their record. From the first record in an element on, all that is in it has lines of its own.
    """

    def __init__(self, element: Element, depth: int, line: int = 0) -> None:
        self._element, self._depth, self._line = element, depth, line
        self._ways: dict[
            tuple[Element, str], Element
        ] = {}  # the element of a name that was made last in another
        self._blocks: dict[Element, list[Node[Made]]] = {
            element: []
        }  # what has a line of its own, and the records there
        self._mark: Element = None

    def fill(self, node: Node[Made], element: Element = None) -> None:
        """A record whose element is there (that of the page, if not said otherwise), with all within it."""
        element = self._element if element is None else element
        self._blocks[element].append(node)
        for place, text in node.made:
            end = self._way(element, place.steps)
            if place.attribute:
                end.set(place.attribute, text)
            else:
                end.text = text
        for inner in node.within:
            self.put(inner, element)

    def put(self, node: Node[Made], element: Element = None) -> None:
        """A record in an element: in one of its own, or sharing that one."""
        element = self._element if element is None else element
        steps = steps_of(node.part)
        if steps:
            around = self._containers(element, steps[:-1])
            element = etree.SubElement(around, steps[-1])
            self._blocks[element] = []
        self.fill(node, element)

    def mark(self, containers: tuple[str, ...]) -> None:
        """The place of what repeats, in these containers."""
        around = self._containers(self._element, containers)
        self._mark = etree.ProcessingInstruction("here")
        around.append(self._mark)
        self._blocks[self._mark] = []

    def text(self) -> str:
        """The element as whole lines; every record knows its line then, behind the mark counted from 0 again."""
        self._arrange(self._element, self._depth)
        return f"{_STEP * self._depth}{etree.tostring(self._element, encoding='unicode')}\n"

    def _way(self, element: Element, steps: tuple[str, ...]) -> Element:
        for step in steps:
            way = self._ways.get((element, step))
            if way is None:
                way = self._ways[element, step] = etree.SubElement(element, step)
            element = way
        return element

    def _containers(self, element: Element, steps: tuple[str, ...]) -> Element:
        for step in steps:
            element = self._way(element, (step,))
            self._blocks.setdefault(element, [])
        return element

    def _arrange(self, element: Element, depth: int) -> None:
        for node in self._blocks.get(element, ()):
            node.line = self._line
        first = next((at for at, child in enumerate(element) if child in self._blocks), None)
        if first is None:
            return
        for at in range(first, len(element)):
            child = element[at]
            self._break(element, at, "" if child is self._mark else _STEP * (depth + 1))
            self._arrange(child, depth + 1)
        self._break(element, len(element), _STEP * depth)

    def _break(self, element: Element, at: int, indent: str) -> None:
        """A new line before the child at that place, or before the end; behind the mark a line has begun already."""
        before = element[at - 1] if at else None
        if before is self._mark and before is not None:
            self._line = 0
            before.tail = indent
            return
        self._line += 1
        if before is not None:
            before.tail = f"\n{indent}"
        else:
            element.text = f"\n{indent}"
