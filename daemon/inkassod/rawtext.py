"""The lines of a run's file for people, each with its problems, and the failing field marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inkasso_formats.dialects import Dialect, FileKind
from inkassod.layouts import record_of, span_of
from inkassod.views import Document, problem

Marked = list[int]  # first and last character of a field, from 1


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an agency's file is: its dialect, and its kind among those that the dialect has."""

    dialect: Dialect
    kind: FileKind


def text_of(line: bytes) -> str:
    """One line of a file as text, without a CR at its end: UTF-8 where it is that, else one letter for each byte."""
    bare = line.removesuffix(b"\r")
    try:
        return bare.decode()
    except UnicodeDecodeError:
        return bare.decode("iso-8859-1")


def document(
    run: Mapping[str, Any], content: bytes, problems: Sequence[Any], spoken: Spoken | None = None
) -> Document:
    """All lines, numbered from 1. `problems`: rows of the run; those of no line stand before all lines.

    `marked` of a problem says where in the text its field stands, None where that cannot be told. Lines of an agency's file
    (`spoken`) that is fixed or separated have the name of their `record`, empty where it is none of the file; else it is null.
    `positions`: whether the fields of the file stand at positions.
    """
    by_line: dict[int | None, list[Any]] = {}
    for one in problems:
        by_line.setdefault(one["line"], []).append(one)
    texts = [_text(line, spoken) for line in content.removesuffix(b"\n").split(b"\n")]
    if spoken:
        texts[0] = texts[0].removeprefix("\ufeff")
    flat = spoken if spoken and spoken.dialect.form != "xml" else None
    return {
        "run": run["run"],
        "file": run["file_name"],
        "positions": flat is not None and flat.dialect.form == "fixed",
        "problems": [problem(one) for one in by_line.get(None, [])],
        "lines": [
            {
                "line": number,
                "record": record_of(flat.dialect, flat.kind, text) if flat else None,
                "text": text,
                "problems": _marked(by_line.get(number, ()), text, texts[0], flat),
            }
            for number, text in enumerate(texts, start=1)
        ],
    }


def _text(line: bytes, spoken: Spoken | None) -> str:
    """A line in the encoding of its dialect, so that positions are right; else as `text_of` guesses."""
    if spoken is None or spoken.dialect.form == "xml":
        return text_of(line)
    return line.removesuffix(b"\r").decode(spoken.dialect.encoding, "replace")


def _marked(problems: Sequence[Any], text: str, heading: str, flat: Spoken | None) -> list[Document]:
    return [{**problem(one), "marked": _place(one, text, heading, flat)} for one in problems]


def _place(row: Any, text: str, heading: str, flat: Spoken | None) -> Marked | None:
    """The field's position in a record, or its cell; in a table the cell under its heading; else the only place of its value."""
    if flat and row["first"] is not None:
        span = span_of(flat.dialect, text, (row["first"], row["last"]))
        return list(span) if span else None
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
