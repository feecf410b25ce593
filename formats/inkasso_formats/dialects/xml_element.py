"""One element of an XML file to the records that stand in it: which text is the value of which field, and what is wrong with it.

Pure: elements in, values and problems out. In what order the records may stand is not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from inkasso_formats.dialects.model import FileLayout, Part
from inkasso_formats.dialects.xml_source import Element, line_of
from inkasso_formats.dialects.xml_tree import Spot, Target, place_of, steps_of
from inkasso_formats.layout import Values
from inkasso_formats.layout_cells import Field, read_free
from inkasso_formats.problems import FormatProblem

MOST_TOLD = 100  # unknown names that are told of one file, each once
_BREAK = re.compile(r"[ \t\r\n]*[\t\r\n][ \t\r\n]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BLANKS = " \t\r\n"
# Said of XML itself, in every language of it: the language of a text, the place of a schema.
_PASSED = ("{http://www.w3.org/XML/1998/namespace}", "{http://www.w3.org/2001/XMLSchema-instance}")


@dataclass(slots=True, eq=False)
class Draft:
    """One record as it stands in the file: the text of each field, and the element where it stands."""

    part: Part
    line: int
    texts: dict[str, tuple[str, Element]] = field(default_factory=dict)
    faults: list[FormatProblem] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Holder:
    """One element that is read: the records that share it, by their part, and those that stand in it, in their order.

    `faults` are of the element as such. What comes for a record that was taken already is put under `late`.
    """

    spot: Spot
    line: int
    drafts: dict[str, Draft]
    within: list[Holder] = field(default_factory=list)
    faults: list[FormatProblem] = field(default_factory=list)
    late: list[FormatProblem] = field(default_factory=list)


class Elements:
    """Reads the elements of one kind of file.

    `lenient`: names that are not known are told (the first time) and passed over; without, a schema judges them.
    """

    def __init__(self, layout: FileLayout, *, lenient: bool) -> None:
        self._lenient = lenient
        self._told: set[tuple[str, str]] = set()
        self._fields = {part.name: _fields(layout, part) for part in layout.parts}

    def begin(self, spot: Spot, line: int) -> Holder:
        """An element of that spot, of which nothing is read yet."""
        parts = [*([spot.part] if spot.part else []), *(part for _, part in spot.sharing)]
        return Holder(spot, line, {part.name: Draft(part, line) for part in parts})

    def whole(self, spot: Spot, element: Element, line: int) -> Holder:
        """An element that has ended, with all that stands in it."""
        holder = self.begin(spot, line)
        self._read(holder, spot, element)
        return holder

    def child(self, holder: Holder, spot: Spot, element: Element) -> None:
        """An element that has ended, and stands in that of `spot`."""
        below = spot.children.get(element.tag)
        if below is None:
            self._unknown(holder, spot, element, f"<{_name(element.tag)}>")
        elif below.part is not None:
            holder.within.append(self.whole(below, element, line_of(element)))
        else:
            self._read(holder, below, element)

    def attributes(self, holder: Holder, spot: Spot, element: Element) -> None:
        """The attributes of an element."""
        for name, value in element.attrib.items():
            target = spot.attributes.get(name)
            if target is not None:
                _take(holder, target, value, element)
            elif not name.startswith(_PASSED):
                self._unknown(holder, spot, element, f"@{_name(name)}")

    def taken(self, holder: Holder, before: int | None = None) -> Iterator[Draft]:
        """The records of an element that were not taken yet, in the order of the file: its own first.

        Of those that share it, each stands before the first that the layout names after it. With `before`, only those are taken
        that the layout names before that place.
        """
        own = holder.spot.part
        if own is not None and own.name in holder.drafts:
            draft = holder.drafts.pop(own.name)
            draft.faults += (replace(fault, record=own.name) for fault in holder.faults)
            holder.faults = []
            yield draft
        for inner in holder.within:
            yield from _sharing(holder, inner.spot.order)
            yield from self.taken(inner)
        holder.within = []
        yield from _sharing(holder, before)

    def values(self, draft: Draft) -> tuple[Values, list[FormatProblem]]:
        """The values of a record, and all that is wrong with them (`layout.<type>`, and the faults of the draft)."""
        values: Values = {}
        problems = draft.faults
        in_doubt = {fault.field for fault in problems if not fault.warning}
        for one, path in self._fields[draft.part.name]:
            if one.name in in_doubt:
                values[one.name] = None
                continue
            raw, element = draft.texts.get(one.name) or ("", None)
            text = raw if raw.isprintable() else _in_one_line(raw)
            try:
                value = read_free(one, text)
            except ValueError as error:
                value = None
                line = line_of(element) if element is not None else draft.line
                problems.append(_problem(draft.part, one, line, text, f"{error}, in {path}"))
            if one.type != "constant":
                values[one.name] = value
            if text is not raw and _CONTROL.search(_BREAK.sub(" ", raw)):
                rule = f"a control character, read as a blank, in {path}"
                problems.append(_odd(draft.part, one, line_of(element), raw, rule))
        return values, problems

    def _read(self, holder: Holder, spot: Spot, element: Element) -> None:
        if element.attrib:
            self.attributes(holder, spot, element)
        if len(element):
            if not spot.children and spot.text is not None:
                _take(holder, spot.text, "", element, "a text expected, not further elements")
                return
            for child in element:
                self.child(holder, spot, child)
                if child.tail is not None:
                    stray(holder, spot, child, child.tail)
        if spot.text is not None:
            _take(holder, spot.text, element.text or "", element)
        elif element.text is not None:
            stray(holder, spot, element, element.text)

    def _unknown(self, holder: Holder, spot: Spot, element: Element, name: str) -> None:
        if not self._lenient or (spot.tag, name) in self._told or len(self._told) >= MOST_TOLD:
            return
        self._told.add((spot.tag, name))
        rule = f"is not known in <{spot.name}> and was passed over, here and wherever else it stands"
        problem = FormatProblem(
            code="dialect.element", line=line_of(element), value=name, rule=rule, warning=True
        )
        holder.faults.append(problem)


def stray(holder: Holder, spot: Spot, element: Element, text: str) -> None:
    """Books a text that stands between the elements of `spot`, where none is expected."""
    words = text.strip(_BLANKS)
    if words:
        rule = f"a text between the elements of <{spot.name}>, where none is expected"
        problem = FormatProblem(code="dialect.element", line=line_of(element), value=words, rule=rule)
        holder.faults.append(problem)


def _take(holder: Holder, target: Target, text: str, element: Element, wrong: str = "") -> None:
    """Puts a text in its record, or what is wrong with it."""
    draft = holder.drafts.get(target.part)
    if draft is not None and not wrong and target.field not in draft.texts:
        draft.texts[target.field] = (text, element)
        return
    if draft is None:
        code, wrong = "dialect.order", "stands behind the records before which it belongs"
    else:
        code, wrong = "dialect.element", wrong or "stands twice, and which of the two counts cannot be told"
    problem = FormatProblem(
        code=code,
        line=line_of(element),
        record=target.part,
        field=target.field,
        value=text or None,
        rule=f"{wrong}, in <{_name(element.tag)}>",
    )
    (draft.faults if draft is not None else holder.late).append(problem)


def _sharing(holder: Holder, before: int | None) -> Iterator[Draft]:
    """The records that share an element, those that the layout names before a place; without those that may be missing and are."""
    for order, part in holder.spot.sharing:
        if part.name in holder.drafts and (before is None or order < before):
            draft = holder.drafts.pop(part.name)
            if part.when is None or (part.when and draft.texts):
                yield draft


def _fields(layout: FileLayout, part: Part) -> tuple[tuple[Field, str], ...]:
    """The fields that have values, each with its path from the element of the part."""
    around: Part | None = part
    while around is not None and not steps_of(around):
        around = layout.part(around.within) if around.within else None
    element = steps_of(around)[-1] if around is not None else layout.root
    return tuple(
        (one, f"{element}/{place_of(part, one).path}".removesuffix("/.")) for one in part.record.fields
    )


def _in_one_line(text: str) -> str:
    """A text that goes over several lines as one, and with a blank for every other control character."""
    if _BREAK.search(text):
        text = _BREAK.sub(" ", text).strip(" ")
    return _CONTROL.sub(" ", text)


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _problem(part: Part, place: Field, line: int, text: str, rule: str) -> FormatProblem:
    return FormatProblem(
        code=f"layout.{place.type}", line=line, record=part.name, field=place.name, value=text, rule=rule
    )


def _odd(part: Part, place: Field, line: int, text: str, rule: str) -> FormatProblem:
    return FormatProblem(
        code="dialect.encoding",
        line=line,
        record=part.name,
        field=place.name,
        value=text,
        rule=rule,
        warning=True,
    )
