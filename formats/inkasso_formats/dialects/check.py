"""What a dialect says against what the neutral values mean: the checks that need more than one key of the file."""

from __future__ import annotations

from collections.abc import Iterator

from inkasso_formats.dialects.check_codes import code_problems
from inkasso_formats.dialects.check_fields import field_problems
from inkasso_formats.dialects.check_names import name_problems, sample_name
from inkasso_formats.dialects.check_parts import part_problems
from inkasso_formats.dialects.check_totals import total_problems
from inkasso_formats.dialects.check_xml import xml_problems
from inkasso_formats.dialects.model import Dialect, FileLayout, Form, Part
from inkasso_formats.dialects.toml import Checker
from inkasso_formats.dialects.toml_lines import Path


def file_problems(check: Checker, layout: FileLayout, path: Path, form: Form) -> None:
    """All that is wrong with the meaning of one kind of file; `path` is its place in the TOML file."""
    part_problems(check, layout, path, form)
    name_problems(check, layout, path)
    if sum(part.each == "item" for part in layout.parts) != 1:
        return  # what its fields may hold depends on the item
    field_problems(check, layout, path)
    code_problems(check, layout, path)
    total_problems(check, layout, path)
    if form == "xml":
        xml_problems(check, layout, path)


def dialect_problems(check: Checker, dialect: Dialect) -> None:
    """Kinds of file that could not be told apart: neither by how they begin nor by a name of our own making."""
    for kind, layout in dialect.files.items():
        for other, theirs in dialect.files.items():
            name = sample_name(layout)
            if kind == other or name is None or not theirs.match.fullmatch(name):
                continue
            if _begin_alike(layout, theirs, dialect.form):
                rule = (
                    f"matches a name of {kind} too, and how the files begin does not tell them apart either"
                )
                check.add(("files", other, "match"), rule, name)


def _begin_alike(one: FileLayout, other: FileLayout, form: Form) -> bool:
    """Whether a file could begin as both kinds do."""
    if form == "xml":
        return one.root == other.root
    first, second = one.parts[0], other.parts[0]
    if first.record.length != second.record.length and not (first.trim or second.trim):
        return False
    ours, theirs = dict(_constants(first, form)), dict(_constants(second, form))
    return all(ours[place] == theirs[place] for place in ours.keys() & theirs.keys())


def _constants(part: Part, form: Form) -> Iterator[tuple[int, str]]:
    """What stands in which position, or cell, of every record of this part."""
    for place in part.record.fields:
        if place.type == "constant" and form == "separated":
            yield place.start, place.constant
        elif place.type == "constant":
            yield from enumerate(place.constant, place.start)
