"""A dialect as blocks of a document: headings, paragraphs, lists and tables, whatever they are printed as.

In texts, backticks stand around what is written in a file or a setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from inkasso_formats.dialects.model import CodeTable, Dialect, FileKind, FileLayout, Part
from inkasso_formats.layout import table, table_head

_DIRECTIONS = {"out": "Sent by the creditor to the agency.", "in": "Sent by the agency to the creditor."}
_MISFITS = {"cut": "fitted and cut", "omit": "left out"}
_ITEMS: Mapping[FileKind, str] = {
    "new_cases": "case",
    "corrections": "correction",
    "receipts": "answer",
    "updates": "update",
    "closures": "closure",
}
_SEPARATORS = {"\t": "a tab"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, of level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of a list, each with how deep it stands, from 0."""

    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: its heads, and its rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = str | Heading | Listing | Rows  # a text is a paragraph


def blocks(dialect: Dialect) -> Iterator[Block]:
    """The whole dialect."""
    yield Heading(1, f"{dialect.title} (`{dialect.name}`)")
    yield dialect.public
    yield dialect.ours
    yield facts(dialect)
    for kind in dialect.files:
        yield Heading(2, kind)
        yield from file_blocks(dialect, kind)
    if dialect.codes:
        yield Heading(2, "Codes")
        yield from code_blocks(dialect)


def facts(dialect: Dialect) -> str:
    """What every file of the dialect has in common, in one sentence each."""
    if dialect.form == "xml":
        namespace = f"namespace `{dialect.namespace}`" if dialect.namespace else "no namespace"
        return f"XML in the encoding {dialect.encoding}, {namespace}."
    end = "CR LF" if dialect.line_end == "\r\n" else "LF"
    if dialect.form == "fixed":
        return f"Encoding {dialect.encoding}, one byte a character. Each record ends with {end}."
    separator = _SEPARATORS.get(dialect.separator, f"`{dialect.separator}`")
    return (
        f"Encoding {dialect.encoding}. Each record is a line and ends with {end}; between its cells stands {separator}, "
        'and a cell that holds one is written in quotes (`"`).'
    )


def file_blocks(dialect: Dialect, kind: FileKind) -> Iterator[Block]:
    """One kind of file: its name, the order and the fields of its records, totals, and what else is fixed."""
    layout = dialect.files[kind]
    yield f"{layout.meaning} {_DIRECTIONS[layout.direction]}".strip()
    yield " ".join(_name_sentences(dialect, layout))
    yield Listing(tuple(_order(layout, "", 0)))
    for part in layout.parts:
        yield Heading(3, f"{kind}: {part.name}")
        if part.record.meaning:
            yield part.record.meaning
        yield Rows(table_head(dialect.form), tuple(table(part.record, dialect.form, part.paths)))
    yield from filter(None, (_totals(layout), _only(layout), _trims(layout)))
    yield from _texts_that_do_not_fit(layout)
    tables = [
        f"`{name}` from table `{one.name}`" for part in layout.parts for name, one in part.codes.items()
    ]
    if tables:
        yield f"Codes: {', '.join(tables)}."


def _name_sentences(dialect: Dialect, layout: FileLayout) -> Iterator[str]:
    yield f"Name: `{layout.name}`, recognised by `{layout.match.pattern}`."
    if layout.folder:
        yield f"Folder at the agency: `{layout.folder}`."
    lengths = {part.record.length for part in layout.parts}
    if dialect.form == "fixed" and len(lengths) == 1:
        yield f"Every record has {lengths.pop()} characters."
    if layout.root:
        yield f"Root element: `{layout.root}`."
        yield "Files are validated against its schema." if layout.schema else "There is no schema."


def _order(layout: FileLayout, within: str, depth: int) -> Iterator[tuple[int, str]]:
    """One line for each record, in their order, deeper where it stands within another."""
    for part in layout.within(within):
        known_by = part.element or part.tag
        if part.element == "." and not within:
            known_by = layout.root
        mark = f"`{known_by}` " if known_by else ""
        yield depth, f"{mark}{part.name}, {_how_often(layout, part)}"
        yield from _order(layout, part.name, depth + 1)


def _how_often(layout: FileLayout, part: Part) -> str:
    if part.each == "item":
        return f"one for each {_ITEMS[layout.kind]}"
    if part.each == "row":
        return "one for each row of the invoice"
    if part.each == "group":
        return f"one for each {part.name}: what stands within it shares its fields"
    often = f"once in each {part.within}" if part.within else "once"
    if part.when is None:
        return often
    if not part.when:
        return f"{often} at most: never written, and passed over when read"
    return f"{often}, where there is a value of {_or([f'`{name}`' for name in part.when])}"


def _totals(layout: FileLayout) -> str:
    counts = [
        f"`{name}` is the number of {_and(list(parts))} records" for name, parts in layout.counts.items()
    ]
    sums = [
        f"`{name}` is the sum of {' + '.join(f'`{one}`' for one in fields)}"
        for name, fields in layout.sums.items()
    ]
    groups = [
        f"in {part.name} they are of one {part.within}"
        for part in layout.parts
        if part.within and any(place.name in {*layout.counts, *layout.sums} for place in part.record.fields)
    ]
    return f"{'; '.join([*counts, *sums, *groups])}." if counts or sums else ""


def _only(layout: FileLayout) -> str:
    carried = {place.name for part in layout.parts for place in part.record.fields}
    says = [
        f"`{name}` is {_or(list(values))}" + ("" if name in carried else ", which the file does not say")
        for name, values in layout.only.items()
    ]
    return f"In these files {'; '.join(says)}." if says else ""


def _trims(layout: FileLayout) -> str:
    names = [part.name for part in layout.parts if part.trim]
    return (
        f"Blanks at the end of a record are not written, and may be missing: {', '.join(names)}."
        if names
        else ""
    )


def _texts_that_do_not_fit(layout: FileLayout) -> Iterator[str]:
    for rule, words in _MISFITS.items():
        names = [f"`{name}`" for part in layout.parts for name, one in part.misfit.items() if one == rule]
        if names:
            yield f"Where a value does not fit, it is {words}, and told: {', '.join(names)}."


def code_blocks(dialect: Dialect) -> Iterator[Block]:
    """All code tables."""
    for one in dialect.codes.values():
        yield Heading(3, one.name)
        if one.meaning:
            yield one.meaning
        yield _code_rows(one)


def _code_rows(one: CodeTable) -> Rows:
    rows = tuple((f"`{row.code}`", row.word, row.text) for row in one.codes.values())
    return Rows(("Code", "Our word", "Text"), rows)


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _or(names: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
