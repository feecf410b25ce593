"""The names of files: the template that we fill in, and the pattern that must know what it gives."""

from __future__ import annotations

from datetime import UTC, datetime
from string import Formatter

from inkasso_formats.dialects.model import FileLayout
from inkasso_formats.dialects.naming import NAME_GROUPS, head_of_name
from inkasso_formats.dialects.toml import Checker, unknown
from inkasso_formats.dialects.toml_lines import Path
from inkasso_formats.layout_field import Value

NAME_PARTS = ("client_number", "at", "sequence_no", "sender")
_AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
_SAMPLE: dict[str, Value] = {
    "client_number": "123456",
    "sender": "654321",
    "sequence_no": 7,
    "created": _AT.date(),
    "created_time": "060000",
}


def name_problems(check: Checker, layout: FileLayout, path: Path) -> None:
    """What is wrong with template and pattern: unknown parts, or names of our own that are not recognised."""
    for group in layout.match.groupindex:
        if group not in NAME_GROUPS:
            check.add((*path, "match"), unknown("group", group, NAME_GROUPS), group)
    try:
        parts = [part for _, part, _, _ in Formatter().parse(layout.name) if part is not None]
    except ValueError as error:
        check.add((*path, "name"), f"no template: {error}", layout.name)
        return
    strange = [part for part in parts if part not in NAME_PARTS]
    if strange:
        rule = f"one of {', '.join(NAME_PARTS)} expected between braces"
        check.add((*path, "name"), rule, strange[0])
        return
    name = sample_name(layout)
    if name is None or not name or "/" in name:
        check.add((*path, "name"), "cannot be filled in", layout.name)
    elif not layout.match.fullmatch(name):
        rule = f"does not match {name!r}, a name that the template gives"
        check.add((*path, "match"), rule, layout.match.pattern)
    else:
        _read_back(check, layout, path, name)


def _read_back(check: Checker, layout: FileLayout, path: Path, name: str) -> None:
    """What a name says must be what was put into it."""
    for field, value in head_of_name(layout, name).items():
        if value != _SAMPLE[field]:
            rule = (
                f"reads {value} as {field} in {name!r}, a name that the template gives for {_SAMPLE[field]}"
            )
            check.add((*path, "match"), rule, layout.match.pattern)


def sample_name(layout: FileLayout) -> str | None:
    """A name that the template gives; None where it cannot be filled in."""
    try:
        return layout.name.format(
            client_number=_SAMPLE["client_number"], sender=_SAMPLE["sender"], at=_AT, sequence_no=7
        )
    except (ValueError, LookupError, AttributeError, TypeError):
        return None
