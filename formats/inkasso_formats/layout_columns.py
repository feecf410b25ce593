"""A block of lines of one declared record, read as columns: each field is checked and read for all lines at once.

The layouts are those of `layout`, and what a field's text means is said in `layout_cells`. This module only takes
the same decisions for many lines together, with operations that work on whole columns of characters. Where anything in
a block is wrong it says no more than that: `layout.parse_line` then names the problems, line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from inkasso_formats.layout import Record
from inkasso_formats.layout_cells import READERS, Field, FieldType, Value

Columns = dict[str, Sequence[Value]]
_Characters = list[bytes]  # what stands at some positions, one after another, each for all lines


@dataclass(frozen=True, slots=True)
class Block:
    """`count` lines of equal length: the first begins at `start` in `content`, each next one `stride` bytes on.

    One byte is one character (ISO-8859-1).
    """

    content: bytes
    start: int
    stride: int
    count: int

    def characters(self, position: int) -> bytes:
        """What stands at one position, counted from 1, of every line."""
        return self.content[self.start + position - 1 : self.start + self.stride * self.count : self.stride]

    def columns(self, field: Field) -> _Characters:
        """The characters at each position of a field."""
        return [self.characters(position) for position in range(field.start, field.end + 1)]


def parse_block(
    record: Record, block: Block, wanted: Collection[str], known: Collection[str] = ()
) -> Columns | None:
    """The wanted fields of all lines, by name, as `parse_line` gives them line by line; None where it would find a problem.

    Every field is checked, also one that is not wanted, but for those that are `known` to be right. The lines have the
    length of the record: the caller sees to it.
    """
    columns: Columns = {}
    try:
        for field in record.fields:
            if field.name in wanted:
                columns[field.name] = _VALUES.get(field.type, _by_distinct_texts)(field, block.columns(field))
            elif field.name not in known:
                _CHECKS.get(field.type, _check_distinct_texts)(field, block.columns(field))
    except ValueError:
        return None
    return columns


def significant(field: Field, block: Block) -> list[str]:
    """The texts of a field of digits in all lines, without the zeros with which every one of them begins."""
    return _texts(_without_filling(block.columns(field), b"0"))


def _texts(columns: _Characters) -> list[str]:
    """The texts that stand in the columns, line by line."""
    count, width = len(columns[0]), len(columns) + 1
    joined = bytearray(b"\n") * (width * count - 1)
    for place, column in enumerate(columns):
        joined[place::width] = column
    texts = joined.decode("iso-8859-1").split("\n")
    if len(texts) != count:
        raise ValueError  # a line feed in the field: what looks like a line is two
    return texts


def _text_of_all(columns: _Characters) -> str | None:
    """The text, if it is the same in all lines: a date mostly is."""
    count = len(columns[0])
    if any(column != column[:1] * count or column[:1] == b"\n" for column in columns):
        return None
    return b"".join(column[:1] for column in columns).decode("iso-8859-1")


def _without_filling(columns: _Characters, filling: bytes) -> _Characters:
    """The columns from the first on in which not every line is still filled up; the last one in any case."""
    filled = filling * len(columns[0])
    first = 0
    while first < len(columns) - 1 and columns[first] == filled:
        first += 1
    return columns[first:]


# --- checks ------------------------------------------------------------------------------------------------------


def _check_distinct_texts(field: Field, columns: _Characters) -> None:
    same = _text_of_all(columns)
    for text in set(_texts(columns)) if same is None else (same,):
        READERS[field.type](field, text)


def _check_text(field: Field, columns: _Characters) -> None:
    if field.required:
        _check_distinct_texts(field, columns)
    elif any(b"\n" in column for column in columns):
        raise ValueError  # what looks like a line is two


def _check_constant(field: Field, columns: _Characters) -> None:
    if _text_of_all(columns) != field.constant:
        raise ValueError


def _check_digits(field: Field, columns: _Characters) -> None:
    if not _are_digits(field, columns):
        _check_distinct_texts(field, columns)


def _are_digits(field: Field, columns: _Characters) -> bool:
    """Whether all is as in most files; if not, it may still be right."""
    if field.required:
        return False
    signed = field.type == "amount" and field.sign == "leading"
    if signed and columns[0].strip(b"-0 "):
        return False
    return all(column.isdigit() for column in (columns[1:] if signed else columns))


# --- values ------------------------------------------------------------------------------------------------------


def _by_distinct_texts(field: Field, columns: _Characters) -> Sequence[Value]:
    """Each different text is read once: what fits dates and codes, and is right for every type."""
    same = _text_of_all(columns)
    if same is not None:
        return [READERS[field.type](field, same)] * len(columns[0])
    texts = _texts(columns)
    values = {text: READERS[field.type](field, text) for text in set(texts)}
    if all(text == value for text, value in values.items()):
        return texts
    return list(map(values.__getitem__, texts))


def _text(field: Field, columns: _Characters) -> Sequence[Value]:
    if field.required or b" " in columns[-1]:
        return _by_distinct_texts(field, columns)
    return _texts(columns)


def _digits(field: Field, columns: _Characters) -> Sequence[Value]:
    return _texts(columns) if _are_digits(field, columns) else _by_distinct_texts(field, columns)


def _integers(field: Field, columns: _Characters) -> Sequence[Value]:
    if not _are_digits(field, columns):
        return _by_distinct_texts(field, columns)
    return list(
        map(int, _texts(_without_filling(columns, b"0")))
    )  # int() takes a blank in the place of a sign


def _reference(field: Field, columns: _Characters) -> Sequence[Value]:
    filled = _without_filling(columns, b" ")
    texts = _texts(filled)
    if any(b" " in column for column in filled):  # references of several lengths
        texts = [text.strip(" ") for text in texts]
        if " " in "".join(texts) or (field.required and "" in texts):
            raise ValueError
    return texts


_CHECKS: Mapping[FieldType, Callable[[Field, _Characters], object]] = {
    "text": _check_text,
    "digits": _check_digits,
    "number": _check_digits,
    "amount": _check_digits,
    "constant": _check_constant,
    "filler": _check_text,
}
_VALUES: Mapping[FieldType, Callable[[Field, _Characters], Sequence[Value]]] = {
    "text": _text,
    "digits": _digits,
    "number": _integers,
    "amount": _integers,
    "reference": _reference,
}
