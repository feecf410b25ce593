"""Reading an XML file of a dialect as a stream: its records in the order of the file, in memory that does not grow with it.

An item is read and forgotten when its element ends; what a file or a group says before its first item is read when that begins.
A record that shares the element of its file or group with others (`.`) comes where the layout names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inkasso_formats.dialects.model import Dialect, FileKind, FileLayout
from inkasso_formats.dialects.structure import Structure
from inkasso_formats.dialects.xml_element import Draft, Elements, Holder, stray
from inkasso_formats.dialects.xml_head import Head
from inkasso_formats.dialects.xml_schema import compiled
from inkasso_formats.dialects.xml_source import Content, Element, Source, Step
from inkasso_formats.dialects.xml_tree import Spot, route, tree
from inkasso_formats.problems import FormatError, FormatProblem


@dataclass(slots=True)
class _Scope:
    """The file or a group that is open. `route` leads to what repeats in it; `ways` are the elements on it that were entered.

    `broken` is what breaks the schema in its own record.
    """

    element: Element
    holder: Holder
    route: tuple[Spot, ...]
    ways: list[Element] = field(default_factory=list)
    begun: bool = False  # its own record was taken
    broken: list[FormatProblem] = field(default_factory=list)


def read(dialect: Dialect, kind: FileKind, content: Content, structure: Structure) -> Iterator[None]:
    """Hands the records of a file to `structure`, and yields after each item, so that portions can be taken; the caller finishes it.

    What breaks the schema (`dialect.schema`) in an item, or in the own record of a group, refuses these; elsewhere it stops the file.
    Raises FormatError where the file is no such XML (`dialect.root`, ...) or breaks off.
    """
    layout = dialect.files[kind]
    source = Source(content)
    wrong = _wrong_root(dialect, layout, source.head)
    if wrong:
        raise FormatError([wrong])
    reading = _Reading(layout, tree(layout, dialect.namespace), structure)
    schema = compiled(layout.schema) if layout.schema is not None else None
    steps = source.steps(reading.tags, reading.names, schema)
    while True:
        try:
            step = next(steps, None)
        except FormatError as error:  # the XML breaks off: what was found before is told too
            raise FormatError([*structure.everything(), *error.problems]) from None
        if step is None:
            break
        if reading.take(step):
            yield
    doubt = source.doubt()
    if doubt:
        structure.tell(doubt)


def _wrong_root(dialect: Dialect, layout: FileLayout, head: Head) -> FormatProblem | None:
    if (head.root, head.namespace) == (layout.root, dialect.namespace):
        return None
    others = [other for other in dialect.files.values() if other.root == head.root != layout.root]
    hint = f"; this is a file of {others[0].kind.replace('_', ' ')}" if others else ""
    return FormatProblem(
        code="dialect.root",
        line=head.line,
        value=f"{head.root} in {head.namespace or 'no namespace'}",
        rule=f"the root element {layout.root} in {dialect.namespace or 'no namespace'} expected{hint}",
    )


class _Reading:
    """One file. `tags` are those of the elements whose begin and end it must be told, `names` of those that repeat.

    `_broken` is what breaks the schema in the item that is open, or about to be.
    """

    def __init__(self, layout: FileLayout, root: Spot, structure: Structure) -> None:
        self._root = root
        self._structure = structure
        self._elements = Elements(layout, lenient=layout.schema is None)
        self._scopes: list[_Scope] = []
        self._item: Element = None
        self._line = 0
        self._broken: list[FormatProblem] = []
        repeats, spot = [], root
        while way := route(spot):
            spot = way[-1]
            repeats.append(spot)
        self._item_spot = spot
        self.tags = [root.tag, *(one.tag for one in repeats)]
        self.names = [one.name for one in repeats]

    def take(self, step: Step) -> bool:
        """What one step of the file brought; whether an item ended."""
        self._broken += step.problems
        ended = False
        for event, element in step.events:
            if event == "start":
                self._start(element, step.line)
            elif element is self._item:
                self._end_item(element)
                ended = True
            elif self._item is None and self._scopes and element is self._scopes[-1].element:
                self._end_scope(self._scopes.pop())
        if self._broken and self._item is None:
            self._place_broken()
        return ended

    def _place_broken(self) -> None:
        """What breaks the schema outside of an item is of the group whose own record is open, or of the file."""
        scope = self._scopes[-1] if self._scopes else None
        if scope is not None and scope.holder.spot.part is not None and not scope.begun:
            scope.broken += self._broken
        else:
            self._stop(self._broken)
        self._broken = []

    def _start(self, element: Element, line: int) -> None:
        if self._item is not None:
            return
        if not self._scopes:
            self._open(self._root, element, line)
            return
        scope = self._scopes[-1]
        ways = _ways(scope, element)
        if not ways:
            return  # an element of this name elsewhere: it is read with the one that it stands in
        self._absorb(scope, ways)
        self._begin(scope)
        spot = scope.route[-1]
        if spot is self._item_spot:
            self._item, self._line = element, line
        else:
            self._open(spot, element, line)

    def _open(self, spot: Spot, element: Element, line: int) -> None:
        holder = self._elements.begin(spot, line)
        self._elements.attributes(holder, spot, element)
        self._scopes.append(_Scope(element, holder, route(spot)))

    def _begin(self, scope: _Scope) -> None:
        """The records of a scope that stand before what repeats in it; after the first time, those in between."""
        drafts = self._elements.taken(scope.holder, scope.route[-1].order)
        self._hand_over(drafts, scope.broken)
        scope.begun, scope.broken = True, []
        self._judge(scope)

    def _end_item(self, element: Element) -> None:
        holder = self._elements.whole(self._item_spot, element, self._line)
        broken, self._broken = self._broken, []
        self._hand_over(self._elements.taken(holder), broken)
        self._item = None
        element.clear(keep_tail=True)

    def _end_scope(self, scope: _Scope) -> None:
        self._absorb(scope, [])
        if not scope.begun:
            self._begin(scope)
        self._hand_over(self._elements.taken(scope.holder), [])
        self._judge(scope)
        if self._scopes:
            self._stop(self._broken)
            self._broken = []
            scope.element.clear(keep_tail=True)

    def _hand_over(self, drafts: Iterator[Draft], broken: list[FormatProblem]) -> None:
        """Records in their order; what breaks the schema is told with the first of them."""
        for draft in drafts:
            values, problems = self._elements.values(draft)
            self._structure.take(draft.part, draft.line, values, [*broken, *problems])
            broken = []
        self._stop(broken)

    def _judge(self, scope: _Scope) -> None:
        """What is wrong in the element of a scope beside its records stops the file; warnings are told."""
        holder = scope.holder
        for fault in holder.faults:
            if fault.warning:
                self._structure.tell(fault)
        self._stop([*holder.late, *(fault for fault in holder.faults if not fault.warning)])
        holder.faults, holder.late = [], []

    def _stop(self, problems: list[FormatProblem]) -> None:
        for problem in problems:
            self._structure.stop(problem)

    # --- what stands in a scope beside what repeats --------------------------------------------------------------------

    def _absorb(self, scope: _Scope, ways: list[Element]) -> None:
        """Reads and forgets what stands in a scope before an element: `ways` are those on the way to it, and it; empty: all."""
        spots = (scope.holder.spot, *scope.route)
        parents = [scope.element, *ways[:-1]] if ways else [scope.element]
        for depth, parent in enumerate(parents):
            self._enter(scope, spots[depth], parent, depth)
            self._pass(scope, spots[depth], parent, ways[depth] if ways else None)

    def _enter(self, scope: _Scope, spot: Spot, element: Element, depth: int) -> None:
        """What an element on the way says of itself, once."""
        if depth < len(scope.ways) and scope.ways[depth] is element:
            return
        scope.ways[depth:] = [element]
        if depth:
            self._elements.attributes(scope.holder, spot, element)

    def _pass(self, scope: _Scope, spot: Spot, parent: Element, until: Element) -> None:
        if parent.text is not None:
            stray(scope.holder, spot, parent, parent.text)
            parent.text = None
        while len(parent) and (child := parent[0]) is not until:
            self._passed(scope, spot, child)
            if child.tail is not None:
                stray(scope.holder, spot, child, child.tail)
            del parent[0]

    def _passed(self, scope: _Scope, spot: Spot, child: Element) -> None:
        below = spot.children.get(child.tag)
        if below is scope.route[-1]:
            return  # taken when it ended
        if below in scope.route:
            depth = scope.route.index(below) + 1
            self._enter(scope, below, child, depth)
            self._pass(scope, below, child, None)
        else:
            self._elements.child(scope.holder, spot, child)


def _ways(scope: _Scope, element: Element) -> list[Element]:
    """The elements from a scope to one that repeats in it; empty where it does not stand in its place."""
    ways: list[Element] = []
    for spot in reversed(scope.route):
        if element is None or element.tag != spot.tag:
            return []
        ways.insert(0, element)
        element = element.getparent()
    return ways if element is scope.element else []
