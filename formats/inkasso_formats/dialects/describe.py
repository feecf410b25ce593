"""A dialect as a document for people: names, position tables, code tables, and what of it is public."""

from __future__ import annotations

from collections.abc import Iterator

from inkasso_formats.dialects.model import PARTS, CodeTable, Dialect, FileLayout
from inkasso_formats.layout import markdown_table

_DIRECTIONS = {"out": "Sent by the creditor to the agency.", "in": "Sent by the agency to the creditor."}
_MISFITS = {"cut": "fitted and cut", "omit": "left out"}


def describe(dialect: Dialect) -> str:
    """The whole dialect in Markdown."""
    parts = [f"# {dialect.title} (`{dialect.name}`)", dialect.public, dialect.ours, facts(dialect)]
    parts += [f"## {kind}\n\n{describe_file(layout)}" for kind, layout in dialect.files.items()]
    parts += ["## Codes", describe_codes(dialect)]
    return "\n\n".join(parts) + "\n"


def facts(dialect: Dialect) -> str:
    """Encoding and line ends, in one sentence each."""
    end = "CR LF" if dialect.line_end == "\r\n" else "LF"
    return f"Encoding {dialect.encoding}, one byte a character. Each record ends with {end}."


def describe_file(layout: FileLayout) -> str:
    """One kind of file in Markdown: its name and its position tables."""
    return "\n\n".join(_file_parts(layout))


def _file_parts(layout: FileLayout) -> Iterator[str]:
    yield f"{layout.meaning} {_DIRECTIONS[layout.direction]}".strip()
    yield f"Name: `{layout.name}`, recognised by `{layout.match.pattern}`. Every record has {layout.length} characters."
    for part in PARTS:
        yield f"### {layout.kind}: {part}"
        yield markdown_table(layout.parts[part])
    sums = "".join(
        f"; `{name}` is the sum of {' + '.join(f'`{one}`' for one in fields)}"
        for name, fields in layout.sums.items()
    )
    yield f"`{layout.count}` is the number of detail records{sums}."
    for rule, words in _MISFITS.items():
        names = [f"`{name}`" for name, misfit in layout.misfit.items() if misfit == rule]
        if names:
            yield f"Where a value does not fit, it is {words}, and told: {', '.join(names)}."
    if layout.codes:
        yield (
            "Codes: "
            + ", ".join(f"`{name}` from table `{table.name}`" for name, table in layout.codes.items())
            + "."
        )


def describe_codes(dialect: Dialect) -> str:
    """All code tables in Markdown."""
    return "\n\n".join(_code_table(table) for table in dialect.codes.values())


def _code_table(table: CodeTable) -> str:
    rows = ["| Code | Our word | Text |", "| --- | --- | --- |"]
    rows += [f"| `{row.code}` | {row.word} | {row.text} |" for row in table.codes.values()]
    return f"### {table.name}\n\n{table.meaning}\n\n" + "\n".join(rows)
