"""Details of one shape are read at once: behind the first, those with the same elements differ in their texts only.

A file has few shapes of details. The first detail of a shape is read element by element (`camt_xml.read`); the next are
written out by libxml2 and compared with a pattern of the first, in which other texts may stand: half the time. Where no
pattern fits, or a text has characters that are written in another way (`&amp;`), a detail is read element by element.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from inkasso_formats.payments.camt_paths import Tree
from inkasso_formats.payments.camt_xml import FAULTS, SAFE, Element, Values, read

MOST_SHAPES = (
    8  # that are learned of a file: each of them is tried before a detail is read element by element
)
MOST_CHARACTERS = 8_000  # of a detail that is worth a pattern
_TAG = re.compile("(<[^>]*>)")


@dataclass(slots=True)
class Plan:
    """Which values the texts of a shape are, by their numbers."""

    texts: list[tuple[str, int]] = field(default_factory=list)
    amounts: list[tuple[str, int, str]] = field(default_factory=list)  # with the currency
    lists: list[tuple[str, list[int]]] = field(default_factory=list)
    groups: list[tuple[str, list[Plan]]] = field(default_factory=list)


class Written:
    """An element as libxml2 writes it, taken apart: its texts by their numbers, and what stands between them."""

    def __init__(self, written: str) -> None:
        self._pieces = _TAG.split(written)
        self._places = [place for place in range(0, len(self._pieces), 2) if self._pieces[place].strip()]
        self.texts = [self._pieces[place] for place in self._places]

    def marked(self) -> Element:
        """A copy in which each text is its number between blanks: what becomes of it shows what the text is.

        Raises XMLSyntaxError where the copy does not stand by itself.
        """
        marks = [f" {number} " for number in range(len(self._places))]
        return etree.fromstring("".join(self._with(self._pieces, marks)), etree.XMLParser(**SAFE))

    def pattern(self, said: Mapping[int, str]) -> re.Pattern[str]:
        """What the likes of it match: a group for each text, which may be any one, or what is said of its number."""
        texts = [f"({said.get(number, '[^<&]*')})" for number in range(len(self._places))]
        return re.compile("".join(self._with([re.escape(piece) for piece in self._pieces], texts)))

    def _with(self, pieces: list[str], texts: Sequence[str]) -> list[str]:
        changed = pieces.copy()
        for place, text in zip(self._places, texts, strict=True):
            changed[place] = text
        return changed


class _Shape(NamedTuple):
    pattern: re.Pattern[str]
    plan: Plan


class Shapes:
    """Reads the elements of one level: the values that `camt_xml.read` finds in them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._shapes: list[_Shape] = []
        self._left = MOST_SHAPES

    def read(self, element: Element) -> Values:
        """The values of an element."""
        written = etree.tostring(element, encoding="unicode", with_tail=False)
        for shape in self._shapes:
            if found := shape.pattern.fullmatch(written):
                return filled(shape.plan, found.groups())
        values: Values = {}
        read(element, self._tree, values)
        if self._left and len(written) <= MOST_CHARACTERS and FAULTS not in values and "&" not in written:
            self._left -= 1
            with suppress(ValueError, etree.XMLSyntaxError):  # such a shape is not learned
                self._learn(written)
        return values

    def _learn(self, written: str) -> None:
        """Raises ValueError or XMLSyntaxError where the shape cannot be told."""
        one = Written(written)
        values: Values = {}
        read(one.marked(), self._tree, values)
        self._shapes.append(_Shape(one.pattern({}), planned(values)))


def planned(values: Values) -> Plan:
    """The plan that the values of a marked copy show. Raises ValueError where one is no number: an empty element."""
    plan = Plan()
    for name, value in values.items():
        if isinstance(value, str):
            plan.texts.append((name, int(value)))
        elif isinstance(value, tuple):
            plan.amounts.append((name, int(value[0]), value[1]))
        elif isinstance(value[0], str):
            plan.lists.append((name, [int(text) for text in value]))
        else:
            plan.groups.append((name, [planned(part) for part in value]))
    return plan


def filled(plan: Plan, texts: Sequence[str]) -> Values:
    """The values of a plan, of these texts; blanks around a text come off, except in a list."""
    values: Values = {name: texts[number].strip() for name, number in plan.texts}
    for name, number, currency in plan.amounts:
        values[name] = (texts[number].strip(), currency)
    for name, numbers in plan.lists:
        values[name] = [texts[number] for number in numbers]
    for name, parts in plan.groups:
        values[name] = [filled(part, texts) for part in parts]
    return values
