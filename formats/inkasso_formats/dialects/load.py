"""A dialect file (TOML) to a `Dialect`; every problem of the file at once, each with its TOML path and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources

from inkasso_formats.dialects.check import dialect_problems
from inkasso_formats.dialects.keys import CODE_KEYS, CODES_KEYS, DIALECT_KEYS, PROVENANCE_KEYS, known_keys
from inkasso_formats.dialects.load_files import Beside, Source, load_files
from inkasso_formats.dialects.model import FORMS, Code, CodeTable, Dialect, Form
from inkasso_formats.dialects.toml import Checker, Table
from inkasso_formats.dialects.toml_lines import Path
from inkasso_formats.problems import FormatError, FormatProblem

# One byte a character, so that a position is a byte; files without positions may be in UTF-8 too.
ENCODINGS = ("iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii")
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
SEPARATORS = (";", ",", "|", "\t")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def shipped() -> tuple[str, ...]:
    """The names of the dialects that come with the package."""
    files = resources.files(__package__).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def text_of(name: str) -> str:
    """The TOML text of a shipped dialect. Raises FormatError (`dialect.unknown`) naming those there are."""
    if name not in shipped():
        rule = f"no such dialect: one of {', '.join(shipped())} expected"
        raise FormatError([FormatProblem(code="dialect.unknown", value=name, rule=rule)])
    return resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8")


def beside(name: str) -> bytes:
    """A file that lies beside the shipped dialects: a schema. Raises OSError."""
    return resources.files(__package__).joinpath(name).read_bytes()


def is_name(name: str) -> bool:
    """Whether a dialect may be called so."""
    return _NAME.fullmatch(name) is not None


@cache
def load(name: str) -> Dialect:
    """A shipped dialect by its name. Raises FormatError (`dialect.unknown`) naming those there are."""
    return load_text(text_of(name), f"{name}.toml", beside)


def load_text(text: str, source: str, beside: Callable[[str], bytes] | None = None) -> Dialect:
    """The dialect that a TOML text declares; `source` says where it was read, and is kept with it.

    `beside` reads a file that lies beside it, by its name: the schemas of XML. It raises OSError or FormatError.
    Raises FormatError with all problems: `dialect.toml` where it is no TOML, `dialect.schema` for schemas, else
    `dialect.definition`, with the TOML path as the field and the line in the text.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError([_no_toml(str(error), text, source)]) from None
    check = Checker(data, text)
    form = _form(check, data)
    if check.problems:  # which keys there are depends on it
        raise FormatError(check.problems)
    dialect = _dialect(check, data, form, source, beside)
    if not check.problems:
        dialect_problems(check, dialect)
    if check.problems:
        raise FormatError(sorted(check.problems, key=lambda problem: problem.line or 0))
    return dialect


def _dialect(check: Checker, data: Table, form: Form, source: str, beside: Beside | None) -> Dialect:
    check.keys(data, (), *known_keys(DIALECT_KEYS, form), form)
    at: Path = ("provenance",)
    provenance = check.table(data, (), "provenance")
    check.keys(provenance, at, PROVENANCE_KEYS)
    codes = _codes(check, check.table(data, (), "codes", required=False))
    encodings = ENCODINGS if form == "fixed" else ("utf-8", *ENCODINGS)
    end = "lf" if form == "xml" else check.choice(data, (), "line_end", tuple(LINE_ENDS))
    return Dialect(
        name=_name(check, data),
        title=check.get(data, (), "title", "", required=True),
        public=check.get(provenance, at, "public", "", required=True),
        ours=check.get(provenance, at, "ours", "", required=True),
        source=source,
        form=form,
        encoding=check.choice(data, (), "encoding", encodings),
        line_end=LINE_ENDS[end],
        separator=check.choice(data, (), "separator", SEPARATORS) if form == "separated" else "",
        namespace=check.get(data, (), "namespace", "") if form == "xml" else "",
        files=load_files(check, check.table(data, (), "files"), Source(form, codes, beside)),
        codes=codes,
    )


def _form(check: Checker, data: Table) -> Form:
    said = check.choice(data, (), "form", FORMS, required=False)
    return next(form for form in FORMS if form == said)


def _name(check: Checker, data: Table) -> str:
    name = check.get(data, (), "name", "", required=True)
    if name and not is_name(name):
        check.add(("name",), "small letters a to z, digits and hyphens between them expected", name)
    return name


def _no_toml(message: str, text: str, source: str) -> FormatProblem:
    """The problem of a text that is no TOML; Python says the place at the end of its sentence."""
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else len(text.splitlines()) or 1
    column = f" (column {place[2]})" if place and place[2] else " (at its end)"
    rule = f"{source} is no TOML: {_PLACE.sub('', message)}{column}"
    return FormatProblem(code="dialect.toml", line=line, rule=rule)


def _codes(check: Checker, tables: Table) -> dict[str, CodeTable]:
    return {
        name: _code_table(check, check.table(tables, ("codes",), name), ("codes", name), name)
        for name in tables
    }


def _code_table(check: Checker, table: Table, path: Path, name: str) -> CodeTable:
    check.keys(table, path, CODES_KEYS)
    codes: dict[str, Code] = {}
    for at, row in check.rows(table, path, "rows"):
        check.keys(row, at, CODE_KEYS)
        before = check.unusable
        code = check.get(row, at, "code", "", required=True)
        if code in codes:
            check.add((*at, "code"), "the code stands twice in this table", code)
        if row.get("code") == "":
            check.add((*at, "code"), "at least one character expected", code)
        one = Code(code, check.get(row, at, "word", ""), check.get(row, at, "text", ""))
        if check.unusable == before:  # of what could not be read nothing more is told
            codes[code] = one
    return CodeTable(name, check.get(table, path, "meaning", ""), codes)
