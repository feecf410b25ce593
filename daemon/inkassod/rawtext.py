"""The lines of a run's file for people, each with its problems, and the failing field marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inkassod.views import Document, problem

Marked = list[int]  # first and last character of a field, from 1


def text_of(line: bytes) -> str:
    """One line of a file as text, without a CR at its end: UTF-8 where it is that, else one letter for each byte."""
    bare = line.removesuffix(b"\r")
    try:
        return bare.decode()
    except UnicodeDecodeError:
        return bare.decode("iso-8859-1")


def document(run: Mapping[str, Any], content: bytes, problems: Sequence[Any]) -> Document:
    """All lines, numbered from 1. `problems`: rows of the run; those of no line stand before all lines.

    `marked` of a problem says where in the text its field stands, None where that cannot be told.
    """
    by_line: dict[int | None, list[Any]] = {}
    for one in problems:
        by_line.setdefault(one["line"], []).append(one)
    texts = [text_of(line) for line in content.removesuffix(b"\n").split(b"\n")]
    return {
        "run": run["run"],
        "file": run["file_name"],
        "problems": [problem(one) for one in by_line.get(None, [])],
        "lines": [
            {"line": number, "text": text, "problems": _marked(by_line.get(number, ()), text, texts[0])}
            for number, text in enumerate(texts, start=1)
        ],
    }


def _marked(problems: Sequence[Any], text: str, heading: str) -> list[Document]:
    return [{**problem(one), "marked": _place(one, text, heading)} for one in problems]


def _place(row: Any, text: str, heading: str) -> Marked | None:
    """The field's position in a record; in a table the cell under its heading; else the only place of its value."""
    if row["first"] is not None:
        return [row["first"], row["last"]]
    return _cell(text, heading, row["field"] or "") or _only(text, row["value"] or "")


def _cell(text: str, heading: str, field: str) -> Marked | None:
    separator = max(",;", key=heading.count)
    names = [name.strip(' "') for name in heading.removeprefix("\ufeff").split(separator)]
    cells = text.split(separator)
    # Within quotes a separator is none, so only lines without them are counted through.
    if field not in names or '"' in text or len(cells) <= names.index(field):
        return None
    index = names.index(field)
    first = sum(len(cell) + 1 for cell in cells[:index]) + 1
    return [first, first + max(len(cells[index]), 1) - 1]


def _only(text: str, value: str) -> Marked | None:
    if not value or text.count(value) != 1:
        return None
    first = text.index(value) + 1
    return [first, first + len(value) - 1]
