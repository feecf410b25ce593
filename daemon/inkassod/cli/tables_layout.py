"""How dialects, and files read with them, look to people: texts and grids, as `render.show` takes them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console

from inkassod.cli.render import Block, Grid, cell
from inkassod.cli.tables import Document, problem_line
from inkassod.cli.tables_ruler import ruled, ruler

_COLUMNS = {"fixed": "position", "separated": "cell", "xml": "path"}


def texts(document: Document) -> list[Block]:
    """`layout describe`."""
    return ["\n\n".join(one["text"].rstrip("\n") for one in document["dialects"])]


def markdowns(document: Document) -> list[Block]:
    """`layout describe --markdown`."""
    return ["\n\n".join(one["markdown"].rstrip("\n") for one in document["dialects"])]


def written(document: Document) -> Iterator[Block]:
    """`layout new --write`."""
    yield from (f"Written: {name}" for name in (document["written"], *document["schemas"]))


# --- layout check ---------------------------------------------------------------------------------------------------


def checked(document: Document) -> Iterator[Block]:
    """`layout check`: each file record by record, or that the dialect can be used."""
    if not document["files"]:
        kinds = ", ".join(document["kinds"])
        yield f"ok: {document['source']}: {document['dialect']}, {document['form']}: {kinds}"
    for number, file in enumerate(document["files"]):
        if number:
            yield ""
        yield f"{file['file']}: {file['kind'] or 'no file'} of {document['dialect']}{_head(file['head'])}"
        for record in file["records"]:
            yield from _record(record, document["form"])
        yield ""
        yield from _ending(file)


def _head(head: Document | None) -> str:
    said = (head or {}).items()
    return "".join(
        f", {name.replace('_', ' ')} {cell(value)}" for name, value in said if value not in {None, ""}
    )


def _record(record: Document, form: str) -> Iterator[Block]:
    yield f"\nline {record['line']}: {_name(record, form)}"
    if form != "xml":
        yield from ruled(record["text"], _marks(record, form), width=_width(), with_ruler=form == "fixed")
    known = {field["field"] for field in record["fields"]}
    if record["fields"]:
        columns = (_COLUMNS[form], "field", "text", "value")
        yield Grid(columns, [row for field in record["fields"] for row in _field(field, record["problems"])])
    for problem in record["problems"]:
        if problem["field"] not in known:
            yield f"{_sentence(problem)}"


def _name(record: Document, form: str) -> str:
    if not record["record"]:
        return "no record of this file"
    return f"{record['record']} <{record['text']}>" if form == "xml" else str(record["record"])


def _marks(record: Document, form: str) -> list[tuple[int, int]]:
    """Where the line is marked: the positions that problems name; cells are marked in the grid only."""
    if form != "fixed":
        return []
    return [tuple(one["position"]) for one in record["problems"] if one["position"]]


def _field(field: Document, problems: Sequence[Document]) -> Iterator[tuple[Any, ...]]:
    """A field, and under it what is wrong with it."""
    value = cell(field["value"])
    shown = f"{value} ({field['meaning']})" if field["meaning"] else value
    text = field["text"].rstrip(" ")
    yield field["place"], field["field"], text, shown
    for problem in problems:
        if problem["field"] == field["field"]:
            yield "", "", "^" * max(len(text), 1), _sentence(problem)


def _sentence(problem: Document) -> str:
    """What is wrong, without the place at which it stands, and the code by which it is explained."""
    value = f"{problem['value']!r}: " if problem["value"] is not None else ""
    warning = "warning: " if problem["warning"] else ""
    return f"{warning}{value}{problem['expected']} ({problem['code']})"


def _ending(file: Document) -> Iterator[Block]:
    """What the file as a whole comes to."""
    yield from map(problem_line, file["problems"])
    totals = file["totals"]
    by_name = ", ".join(f"{count} {name}" for name, count in totals["records"].items())
    if by_name:
        left = sum(totals["records"].values()) - sum(bool(one["record"]) for one in file["records"])
        more = f"; {left} of them without a problem are not shown, --records 0 shows all" if left else ""
        yield f"Records: {by_name}{more}."
    if file["refused"]:
        yield "The file as a whole is refused: nothing of it can be trusted."
        return
    amount = f", {totals['amount']} in all" if totals["amount"] is not None else ""
    problems = len(file["problems"]) + sum(len(one["problems"]) for one in file["records"])
    said = f"{problems} problem{'s' if problems != 1 else ''}" if problems else "no problem"
    yield f"Read: {totals['count']}{amount}, {totals['refused']} of them refused; {said}."


# --- log raw --------------------------------------------------------------------------------------------------------


def raw(document: Document) -> Iterator[Block]:
    """`log raw`: the lines, numbered; under a line with problems each one, with the failing field marked.

    Lines of an agency's file have the name of their record; where fields stand at positions, a ruler stands over the first of
    several of one name, and over each with problems.
    """
    yield from map(problem_line, document["problems"])
    names = [line["record"] or "" for line in document["lines"]]
    space = max(map(len, names), default=0)
    before = None
    for line, name in zip(document["lines"], names, strict=True):
        with_ruler = document["positions"] and (name != before or bool(line["problems"]))
        start = f"{line['line']:>6} {f'{name:<{space}} ' if space else ''}| "
        if document["positions"] and not _fits(line["text"], start):
            yield from _in_pieces(line, start, with_ruler=with_ruler)
        else:
            yield from _in_one(line, start, with_ruler=with_ruler)
        before = name


def _fits(text: str, start: str) -> bool:
    width = _width()
    return width is None or len(start) + len(text) <= width


def _in_one(line: Document, start: str, *, with_ruler: bool) -> Iterator[str]:
    """The line, and each problem behind its mark."""
    other = f"{'':{len(start) - 2}}| "
    if with_ruler:
        yield from (f"{other}{one}" for one in ruler(1, len(line["text"])))
    yield f"{start}{line['text']}"
    for problem in line["problems"]:
        yield f"{other}{_marker(problem['marked'])}{problem_line(problem)}"


def _in_pieces(line: Document, start: str, *, with_ruler: bool) -> Iterator[str]:
    """The line in pieces that fit the terminal, each with its marks, and then the problems."""
    other = f"{'':{len(start) - 2}}| "
    marks = [one["marked"] for one in line["problems"] if one["marked"]]
    room = (_width() or 0) - len(start)
    numbered = 2 if with_ruler else 0
    for at, one in enumerate(ruled(line["text"], marks, width=room, with_ruler=with_ruler)):
        yield f"{start if at == numbered else other}{one}"
    for problem in line["problems"]:
        yield f"{other}{problem_line(problem)}"


def _marker(marked: Sequence[int] | None) -> str:
    if marked is None:
        return ""
    first, last = marked
    return f"{' ' * (first - 1)}{'^' * (last - first + 1)} "


def _width() -> int | None:
    """How wide the terminal is; None where there is none, and nothing is broken."""
    return Console().width if sys.stdout.isatty() else None
