"""Where the parts and fields of an XML dialect stand: the tree of elements that a file of one kind may have.

A part has an element of its own, or shares the one that it is within (`.`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inkasso_formats.dialects.model import FileLayout, Part
from inkasso_formats.layout_cells import Field


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands below the element of its part: the elements on the way, and the attribute (else it is the text)."""

    steps: tuple[str, ...]
    attribute: str = ""

    @property
    def path(self) -> str:
        """The place in words: `Address/City`, `Address/@country`."""
        last = f"@{self.attribute}" if self.attribute else ""
        return "/".join((*self.steps, *([last] if last else []))) or "."


@dataclass(frozen=True, slots=True)
class Target:
    """The field that an attribute or a text gives."""

    part: str
    field: str


@dataclass(slots=True, eq=False)
class Spot:
    """One element that a file may have: what its attributes, its text and the elements in it (by their tags) give.

    `tag` is its name with the namespace, as lxml has it. `part` is the part whose own element it is (None: a step on the way
    to others, or a field), `sharing` the parts that stand in the same element, in their order; `order` of a part is its place
    among all parts of the file.
    """

    name: str
    tag: str
    part: Part | None = None
    order: int = -1
    sharing: list[tuple[int, Part]] = field(default_factory=list)
    attributes: dict[str, Target] = field(default_factory=dict)
    text: Target | None = None
    children: dict[str, Spot] = field(default_factory=dict)

    @property
    def repeats(self) -> bool:
        """Whether it is the element of a group or an item."""
        return self.part is not None and self.part.each in {"group", "item"}


def steps_of(part: Part) -> tuple[str, ...]:
    """The elements from that of the part around it to its own; none where it shares that one."""
    return _split(part.element)


def place_of(part: Part, place: Field) -> Place:
    """Where a field of the part stands; an element of the field's name where nothing is said."""
    steps = _split(part.paths.get(place.name, place.name))
    if steps and steps[-1].startswith("@"):
        return Place(steps[:-1], steps[-1][1:])
    return Place(steps)


def tree(layout: FileLayout, namespace: str) -> Spot:
    """The elements of a kind of file, from its root."""
    grower = _Grower(layout, f"{{{namespace}}}" if namespace else "")
    root = Spot(layout.root, f"{grower.before}{layout.root}")
    for part in layout.within(""):
        grower.grow(root, part)
    return root


def route(spot: Spot) -> tuple[Spot, ...]:
    """The elements from that of a scope (the file, a group) to the one that repeats in it, which is the last."""
    for child in spot.children.values():
        if child.repeats:
            return (child,)
        if child.part is None and (found := route(child)):
            return (child, *found)
    return ()


class _Grower:
    def __init__(self, layout: FileLayout, before: str) -> None:
        self.before = before  # of every tag
        self._layout = layout
        self._orders = {part.name: order for order, part in enumerate(_ordered(layout, ""))}

    def grow(self, around: Spot, part: Part) -> None:
        """Adds the places of a part and of all within it."""
        steps = steps_of(part)
        spot = self._descend(around, steps)
        if steps:
            spot.part, spot.order = part, self._orders[part.name]
        else:
            spot.sharing.append((self._orders[part.name], part))
        for one in part.record.fields:
            self._target(spot, place_of(part, one), Target(part.name, one.name))
        for child in self._layout.within(part.name):
            self.grow(spot, child)

    def _target(self, spot: Spot, place: Place, target: Target) -> None:
        end = self._descend(spot, place.steps)
        if place.attribute:
            end.attributes.setdefault(place.attribute, target)
        elif end.text is None:
            end.text = target

    def _descend(self, spot: Spot, steps: tuple[str, ...]) -> Spot:
        for step in steps:
            spot = spot.children.setdefault(f"{self.before}{step}", Spot(step, f"{self.before}{step}"))
        return spot


def _ordered(layout: FileLayout, name: str) -> Iterator[Part]:
    """The parts as they stand in a file: each before those within it."""
    for part in layout.within(name):
        yield part
        yield from _ordered(layout, part.name)


def _split(path: str) -> tuple[str, ...]:
    return tuple(step for step in path.split("/") if step not in {"", "."})
