"""The code tables against the words that the neutral values know."""

from __future__ import annotations

from inkasso_formats.dialects.check_fields import Place, is_translated, places
from inkasso_formats.dialects.model import WORDS, CodeTable, FileLayout
from inkasso_formats.dialects.toml import Checker
from inkasso_formats.dialects.toml_lines import Path


def code_problems(check: Checker, layout: FileLayout, path: Path) -> None:
    """Tables that are missing, say unknown words, do not fit their fields, or lack a word that must be written."""
    for place in places(layout, path):
        name = place.field.name
        table = place.part.codes.get(name)
        if table is None:
            if is_translated(layout.kind, name):
                check.add((*place.path, "codes"), "a code table is required: the record holds our word")
        elif (layout.kind, name) not in WORDS:
            check.add((*place.path, "codes"), f"a {layout.kind} record has no codes in this field")
        elif table.codes:  # one that is not there has been told
            _rows(check, layout, place, table)
            _lacking(check, layout, place, table)
            _default(check, place, table)


def _rows(check: Checker, layout: FileLayout, place: Place, table: CodeTable) -> None:
    name, known = place.field.name, WORDS[layout.kind, place.field.name]
    for number, row in enumerate(table.codes.values()):
        at: Path = ("codes", table.name, "rows", number)
        if (row.word or is_translated(layout.kind, name)) and row.word not in known:
            rule = f"unknown word for {name} of {layout.kind}: one of {', '.join(known)} expected"
            check.add((*at, "word"), rule, row.word)
        if 0 < place.field.length < len(row.code):
            rule = f"the field {name} of {layout.kind} has room for {place.field.length} characters"
            check.add((*at, "code"), rule, row.code)


def _lacking(check: Checker, layout: FileLayout, place: Place, table: CodeTable) -> None:
    """The words that a file we send must be able to say: what `only` lists, and who owes.

    Other words may be missing: a record that needs one is refused when it is written.
    """
    name = place.field.name
    if layout.direction != "out" or not is_translated(layout.kind, name):
        return
    known = WORDS[layout.kind, name]
    always = known if (layout.kind, name) == ("new_cases", "kind") else ()
    needed = [word for word in layout.only.get(name, always) if word in known]
    for word in [word for word in needed if table.code_for(word) is None]:
        check.add(("codes", table.name), f"lacks a code for {word}, which {name} of {layout.kind} has to say")


def _default(check: Checker, place: Place, table: CodeTable) -> None:
    default = place.field.default
    if default and default not in table.codes:
        check.add((*place.path, "default"), f"the table {table.name} has no such code", default)
