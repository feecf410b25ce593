"""The values of one part as they can stand in its fields: codes for words, texts that fit; and what is told of that."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from inkasso_formats.dialects.codes import encode
from inkasso_formats.dialects.model import FileKind, Form, Part
from inkasso_formats.layout import Value, Values
from inkasso_formats.layout_cells import Field
from inkasso_formats.problems import FormatProblem
from inkasso_formats.text import fit

UNNAMED = frozenset({"constant", "filler"})  # they stand for no value


@dataclass(frozen=True, slots=True)
class Filled:
    """The values of one part's fields, the warnings on changed texts, and what refuses its item. None has a line yet."""

    values: Values
    notes: list[FormatProblem]
    problems: list[FormatProblem]


@dataclass(frozen=True, slots=True)
class Filling:
    """How the values of one kind of file are fitted.

    `characters` is the encoding whose characters a text may hold (see `syntax.Syntax`).
    """

    kind: FileKind
    form: Form
    characters: str

    def fill(self, part: Part, source: Mapping[str, Value]) -> Filled:
        """The values of the part's fields from those of the record and the file."""
        filled = Filled({}, [], [])
        places = [place for place in part.record.fields if place.type not in UNNAMED]
        filled.values.update({place.name: source.get(place.name) for place in places})
        for problem in encode(self.kind, part, filled.values, source):
            filled.problems.append(self.at(problem, part, part.record.field(problem.field or "")))
        for place in places:
            value = filled.values[place.name]
            if (
                isinstance(value, str) and value and place.type != "time"
            ):  # a time is no text: its form says how long it is
                filled.values[place.name], told = self._fitted(part, place, value)
                warnings = all(note.warning for note in told)
                (filled.notes if warnings else filled.problems).extend(told)
        return filled

    def _fitted(self, part: Part, place: Field, value: str) -> tuple[str, list[FormatProblem]]:
        """A text as the field takes it, with what is told of the change, by the field's rule for what does not fit."""
        if place.without:
            value = value.translate(dict.fromkeys(map(ord, place.without)))
        misfit = part.misfit.get(place.name, "refuse")
        if misfit == "refuse":
            problem = self.whole(part, place, value)
            return value, [problem] if problem else []
        fitted, notes = fit(value, self.characters, place.length or sys.maxsize)
        if notes and misfit == "omit":
            rule = f"left out, because it does not fit as it is: {notes[-1].rule}"
            fitted, notes = "", (replace(notes[-1], code="text.omitted", rule=rule),)
        return fitted, [self.at(note, part, place) for note in notes]

    def whole(self, part: Part, place: Field, value: str) -> FormatProblem | None:
        """The problem of a text that would have to be changed although it may not be: an identity, a code, an account."""
        room = place.length or sys.maxsize
        fitted, notes = fit(value, self.characters, room)
        if len(value) > room:
            rule = f"{len(value)} characters; the field has room for {room} and may not be cut"
        elif notes or fitted != value:
            rule = f"holds a character that {self._keeper()}, and may not be changed"
        elif value != value.strip(" ") and (self.form == "fixed" or place.type != "text"):
            rule = "begins or ends with a blank, which the file cannot keep"
        else:
            return None
        return self.at(FormatProblem(code=f"layout.{place.type}", value=value, rule=rule), part, place)

    def _keeper(self) -> str:
        return "the file cannot keep" if self.characters == "utf-8" else f"{self.characters} lacks"

    def at(self, problem: FormatProblem, part: Part, place: Field) -> FormatProblem:
        """The problem with its record, field and position: the cell in a separated file, and none in XML."""
        position = place.position if self.form == "fixed" else (place.start, place.start)
        where = None if self.form == "xml" else position
        return replace(problem, record=part.name, field=place.name, position=where)
