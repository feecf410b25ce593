"""A dialect file (TOML) to a `Dialect`; every problem of the file at once, each with its TOML path."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import cast

from inkasso_formats.dialects.check import dialect_problems, file_problems
from inkasso_formats.dialects.model import (
    FILE_KINDS,
    MISFITS,
    PARTS,
    Code,
    CodeTable,
    Dialect,
    FileKind,
    FileLayout,
    Misfit,
)
from inkasso_formats.dialects.toml import Checker, Table, join
from inkasso_formats.layout import Record, fields_of, layout_problems, type_names
from inkasso_formats.problems import FormatError, FormatProblem

ENCODINGS = ("iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii")  # one byte a character
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
_FIELD_KEYS = ("name", "start", "length", "type", "required", "form", "sign", "values", "constant", "meaning")
_DETAIL_KEYS = (*_FIELD_KEYS, "codes", "misfit")
_FILE_KEYS = ("meaning", "name", "match", "record_length", "count", "sums", *PARTS)


def shipped() -> tuple[str, ...]:
    """The names of the dialects that come with the package."""
    files = resources.files(__package__).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


@cache
def load(name: str) -> Dialect:
    """A shipped dialect by its name. Raises FormatError (`dialect.unknown`) naming those there are."""
    if name not in shipped():
        rule = f"no such dialect: one of {', '.join(shipped())} expected"
        raise FormatError([FormatProblem(code="dialect.unknown", value=name, rule=rule)])
    source = f"{name}.toml"
    return load_text(resources.files(__package__).joinpath(source).read_text("utf-8"), source)


def load_text(text: str, source: str) -> Dialect:
    """The dialect that a TOML text declares; `source` says where it was read, and is kept with it.

    Raises FormatError with all problems: `dialect.toml` where it is no TOML, else `dialect.definition` with the TOML path
    as the field.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        rule = f"{source} is no TOML: {error}"
        raise FormatError([FormatProblem(code="dialect.toml", rule=rule)]) from None
    check = Checker()
    check.keys(data, "", ("name", "title", "encoding", "line_end", "provenance", "codes", "files"))
    provenance = check.table(data, "", "provenance")
    check.keys(provenance, "provenance", ("public", "ours"))
    codes = _codes(check, check.table(data, "", "codes", required=False))
    dialect = Dialect(
        name=check.get(data, "", "name", "", required=True),
        title=check.get(data, "", "title", "", required=True),
        public=check.get(provenance, "provenance", "public", "", required=True),
        ours=check.get(provenance, "provenance", "ours", "", required=True),
        source=source,
        encoding=check.choice(data, "", "encoding", ENCODINGS),
        line_end=LINE_ENDS[check.choice(data, "", "line_end", tuple(LINE_ENDS))],
        files=_files(check, check.table(data, "", "files"), codes),
        codes=codes,
    )
    dialect_problems(check, dialect)
    if check.problems:
        raise FormatError(check.problems)
    return dialect


def _codes(check: Checker, tables: Table) -> dict[str, CodeTable]:
    return {
        name: _code_table(check, check.table(tables, "codes", name), f"codes.{name}", name) for name in tables
    }


def _code_table(check: Checker, table: Table, path: str, name: str) -> CodeTable:
    check.keys(table, path, ("meaning", "rows"))
    codes: dict[str, Code] = {}
    for number, row in enumerate(check.rows(table, path, "rows"), 1):
        at = f"{path}.rows[{number}]"
        check.keys(row, at, ("code", "word", "text"))
        code = check.get(row, at, "code", "", required=True)
        if code in codes:
            check.add(f"{at}.code", "the code stands twice in this table", code)
        codes[code] = Code(code, check.get(row, at, "word", ""), check.get(row, at, "text", ""))
    return CodeTable(name, check.get(table, path, "meaning", ""), codes)


def _files(check: Checker, tables: Table, codes: Mapping[str, CodeTable]) -> dict[FileKind, FileLayout]:
    check.keys(tables, "files", FILE_KINDS)
    if not tables:
        check.add("files", f"at least one of {', '.join(FILE_KINDS)} expected")
    layouts: dict[FileKind, FileLayout] = {}
    for kind in FILE_KINDS:
        if kind not in tables:
            continue
        layout = _file(check, kind, check.table(tables, "files", kind), codes)
        if layout is not None:
            layouts[kind] = layout
    return layouts


def _file(check: Checker, kind: FileKind, table: Table, codes: Mapping[str, CodeTable]) -> FileLayout | None:
    """One kind of file; None where its records cannot be made up, so that what they mean cannot be checked."""
    path = f"files.{kind}"
    before = len(check.problems)
    check.keys(table, path, _FILE_KEYS)
    length = check.get(table, path, "record_length", 0, required=True)
    rows = {part: check.rows(table, path, part) for part in PARTS}
    records = {part: _record(check, part, rows[part], length, f"{path}.{part}") for part in PARTS}
    sums = check.table(table, path, "sums", required=False)
    detail = f"{path}.detail"
    fields = {str(row.get("name")): row for row in rows["detail"]}
    layout = FileLayout(
        kind=kind,
        meaning=check.get(table, path, "meaning", ""),
        name=check.get(table, path, "name", "", required=True),
        match=_pattern(check, check.get(table, path, "match", "", required=True), f"{path}.match"),
        codes={
            name: _table_of(check, row, join(detail, name), codes)
            for name, row in fields.items()
            if "codes" in row
        },
        misfit={
            name: _misfit(check, row, join(detail, name)) for name, row in fields.items() if "misfit" in row
        },
        count=check.get(table, path, "count", "", required=True),
        sums={name: check.texts(sums, f"{path}.sums", name) for name in sums},
        **records,
    )
    if len(check.problems) > before:
        return None
    file_problems(check, layout, path)
    return layout


def _record(check: Checker, part: str, rows: list[dict[str, object]], length: int, path: str) -> Record:
    """The record of these rows; without fields where a row cannot be read."""
    before = len(check.problems)
    known = _DETAIL_KEYS if part == "detail" else _FIELD_KEYS
    for number, row in enumerate(rows, 1):
        at = join(path, str(row["name"])) if "name" in row else f"{path}[{number}]"
        check.keys(row, at, known)
        _field(check, row, at)
    if len(check.problems) > before or not rows:
        return Record(name=part, length=length, fields=())
    record = Record(
        name=part,
        length=length,
        fields=fields_of([{key: value for key, value in row.items() if key in _FIELD_KEYS} for row in rows]),
    )
    for problem in layout_problems(record):
        check.add(join(path, problem.field) if problem.field else path, problem.rule, problem.value)
    return record


def _field(check: Checker, row: Table, path: str) -> None:
    """The types of a field's keys; what they mean together is the layout's to say."""
    check.get(row, path, "name", "", required=True)
    check.get(row, path, "length", 0, required=True)
    check.get(row, path, "start", 1)
    check.get(row, path, "required", default=False)
    for key in ("form", "sign", "constant", "meaning"):
        check.get(row, path, key, "")
    check.texts(row, path, "values")
    if "type" in row:
        check.choice(row, path, "type", type_names)


def _pattern(check: Checker, pattern: str, path: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        check.add(path, f"no regular expression: {error}", pattern)
        return re.compile("")


def _table_of(check: Checker, row: Table, path: str, codes: Mapping[str, CodeTable]) -> CodeTable:
    name = check.get(row, path, "codes", "")
    if name not in codes:
        check.add(f"{path}.codes", f"no such code table: one of {', '.join(codes)} expected", name)
    return codes.get(name, CodeTable(name, "", {}))


def _misfit(check: Checker, row: Table, path: str) -> Misfit:
    return cast(Misfit, check.choice(row, path, "misfit", MISFITS))
