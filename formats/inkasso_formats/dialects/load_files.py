"""The kinds of file of a dialect, from TOML to `FileLayout`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from inkasso_formats.dialects.check import file_problems
from inkasso_formats.dialects.keys import FILE_KEYS, known_keys
from inkasso_formats.dialects.load_parts import load_part
from inkasso_formats.dialects.model import FILE_KINDS, CodeTable, FileKind, FileLayout, Form
from inkasso_formats.dialects.toml import Checker, Table
from inkasso_formats.dialects.toml_lines import Path
from inkasso_formats.dialects.xml_schema import schema_problems
from inkasso_formats.problems import FormatError

Beside: TypeAlias = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Source:
    """What the kinds of file of one dialect share. `beside` reads a file that lies beside the TOML file."""

    form: Form
    codes: Mapping[str, CodeTable]
    beside: Beside | None


def load_files(check: Checker, tables: Table, source: Source) -> dict[FileKind, FileLayout]:
    """The kinds of file of these tables; what is wrong with them is booked."""
    check.keys(tables, ("files",), FILE_KINDS)
    if not tables:
        check.add(("files",), f"at least one of {', '.join(FILE_KINDS)} expected")
    layouts: dict[FileKind, FileLayout] = {}
    for kind in FILE_KINDS:
        if kind not in tables:
            continue
        layout = _file(check, kind, check.table(tables, ("files",), kind), source)
        if layout is not None:
            layouts[kind] = layout
    return layouts


def _file(check: Checker, kind: FileKind, table: Table, source: Source) -> FileLayout | None:
    """One kind of file; None where its records cannot be made up, so that what they mean cannot be checked."""
    path: Path = ("files", kind)
    before = check.unusable
    check.keys(table, path, *known_keys(FILE_KEYS, source.form), source.form)
    length = check.get(table, path, "record_length", 0) if source.form == "fixed" else 0
    if source.form == "fixed" and "record_length" in table and length < 1 and check.unusable == before:
        check.add((*path, "record_length"), "at least 1 expected", length)
    parts = [
        load_part(check, row, at, source.form, length, source.codes)
        for at, row in check.rows(table, path, "records")
    ]
    layout = FileLayout(
        kind=kind,
        meaning=check.get(table, path, "meaning", ""),
        name=check.get(table, path, "name", "", required=True),
        match=_pattern(check, check.get(table, path, "match", "", required=True), (*path, "match")),
        parts=tuple(part for part in parts if part is not None),
        folder=check.get(table, path, "folder", ""),
        only=_lists(check, table, path, "only"),
        counts=_lists(check, table, path, "counts"),
        sums=_lists(check, table, path, "sums"),
        root=check.get(table, path, "root", "", required=True) if source.form == "xml" else "",
        schema=_schema(check, table, path, source.beside) if source.form == "xml" else None,
    )
    if check.unusable > before:
        return None
    file_problems(check, layout, path, source.form)
    return layout


def _lists(check: Checker, table: Table, path: Path, key: str) -> dict[str, tuple[str, ...]]:
    """A table of lists, none of them empty."""
    inner = check.table(table, path, key, required=False)
    lists = {name: check.texts(inner, (*path, key), name) for name in inner}
    for name, texts in lists.items():
        if inner[name] == []:
            check.add((*path, key, name), "at least one text expected")
        if len(set(texts)) < len(texts):
            check.add((*path, key, name), "each text once expected", ", ".join(texts), usable=True)
    return lists


def _pattern(check: Checker, pattern: str, path: Path) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        check.add(path, f"no regular expression: {error}", pattern)
        return re.compile("")


def _schema(check: Checker, table: Table, path: Path, beside: Beside | None) -> bytes | None:
    """The schema that lies beside the TOML file; None where there is none, or it cannot be read."""
    name = check.get(table, path, "schema", "")
    at: Path = (*path, "schema")
    if not name:
        return None
    if not name.endswith(".xsd") or "/" in name or "\\" in name:
        check.add(at, "the name of a file beside this one expected, ending in .xsd", name)
        return None
    if beside is None:
        check.add(at, "there is no folder to look for it", name)
        return None
    try:
        schema = beside(name)
    except OSError as error:
        check.add(at, f"cannot be read: {error.strerror or error}", name)
        return None
    except FormatError as error:
        for problem in error.problems:
            check.add(at, problem.rule, name)
        return None
    for problem in schema_problems(schema):
        place = f"line {problem.line} of it: " if problem.line else ""
        check.add(at, f"{place}{problem.rule}", name, problem.code, usable=True)
    return schema
