"""Records of a file without whose they are, by the rules of `masking`; every character stays in its place."""

from __future__ import annotations

from dataclasses import replace

from inkasso_formats.layout import Field
from inkasso_formats.problems import FormatProblem
from inkassod.layouts.seen import Cell, Seen
from inkassod.masking import HIDDEN, masked_problem, masked_value

_STAR = "*"


def hidden(seen: Seen, separator: str = "") -> Seen:
    """The record with its values, its texts, its line and its problems masked.

    Of a line that is no record of the file, or not as long as its record, nobody can tell what stands where: all of it is hidden.
    """
    return Seen(
        line=seen.line,
        record=seen.record,
        text=_line(seen, separator) if not seen.cells or seen.cells[0].span else seen.text,
        cells=[_cell(cell, known=seen.whole or cell.span is None) for cell in seen.cells],
        whole=seen.whole,
        problems=[hidden_problem(problem) for problem in seen.problems],
    )


def hidden_problem(problem: FormatProblem) -> FormatProblem:
    """The problem without the value that it is about; how long a line is says nothing of whose it is."""
    return problem if problem.code == "layout.length" else masked_problem(problem)


def _line(seen: Seen, separator: str) -> str:
    if not seen.whole:
        return _covered(seen.text)
    kept = [character if character == separator else _STAR for character in seen.text]
    for cell in seen.cells:
        if cell.span:
            place = slice(cell.span[0] - 1, cell.span[1])
            hide = _in_quotes if separator else _as_it_stands
            kept[place] = hide(cell, seen.text[place])
    return "".join(kept)


def _as_it_stands(cell: Cell, raw: str) -> str:
    """The characters of a field in a fixed line, which may end before the field does."""
    return _hidden_text(cell.field, raw)


def _in_quotes(cell: Cell, raw: str) -> str:
    """The characters of a cell: all hidden where the text is written otherwise than it reads, with a quote in it."""
    shown = _hidden_text(cell.field, cell.text)
    if cell.text in raw:
        return raw.replace(cell.text, shown, 1)
    return raw if shown == cell.text else _covered(raw)


def _cell(cell: Cell, *, known: bool) -> Cell:
    if not known:
        return replace(cell, text=_covered(cell.text), value=None, meaning="")
    return replace(
        cell, text=_hidden_text(cell.field, cell.text), value=masked_value(cell.field.name, cell.value)
    )


def _hidden_text(field: Field, text: str) -> str:
    """The text with a star for each character that is hidden; blanks and zeros around it stay."""
    core = text.strip(" ").lstrip("0")
    if field.type == "filler":
        return _covered(text)
    shown: str = masked_value(field.name, core)
    if field.type == "constant" or shown == core:
        return text
    start, end = text.index(core), text.index(core) + len(core)
    if shown == HIDDEN:
        return text[:start] + _covered(core) + text[end:]
    kept = shown.index(HIDDEN)
    return text[: start + kept] + _STAR * (len(core) - 2 * kept) + text[end - kept :]


def _covered(text: str) -> str:
    return "".join(character if character == " " else _STAR for character in text)
