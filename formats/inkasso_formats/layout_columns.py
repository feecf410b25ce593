"""A block of lines of one declared record, read as columns: each field is checked and read for all lines at once.

The layouts are those of `layout`, and what a field's text means is said in `layout_cells`. This module only takes
the same decisions for many lines together, with operations that work on whole columns of characters. Where anything in
a block is wrong it says no more than that: `layout.parse_line` then names the problems, line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inkasso_formats.layout import Record
from inkasso_formats.layout_cells import READERS, Field, FieldType, Value

Columns = dict[str, Sequence[Value]]


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

    def joined(self, first: int, last: int) -> bytes:
        """What stands from the first to the last position of every line, with a line feed between two lines."""
        width = last - first + 2
        cells = bytearray(b"\n") * (width * self.count - 1)
        for place, position in enumerate(range(first, last + 1)):
            cells[place::width] = self.characters(position)
        return bytes(cells)


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
                columns[field.name] = _VALUES.get(field.type, _by_distinct_texts)(field, block)
            elif field.name not in known:
                _CHECKS.get(field.type, _check_distinct_texts)(field, block)
    except ValueError:
        return None
    return columns


def significant(field: Field, block: Block) -> list[str]:
    """The texts of a field of digits in all lines, without the zeros with which every one of them begins."""
    return _texts(block.joined(_beginning(field, block, b"0"), field.end), block)


def _beginning(field: Field, block: Block, filling: bytes) -> int:
    """The first position at which not all lines are still filled up."""
    position = field.start
    while position < field.end and not block.characters(position).strip(filling):
        position += 1
    return position


# --- checks ------------------------------------------------------------------------------------------------------


def _check_distinct_texts(field: Field, block: Block) -> None:
    same = _text_of_all(field, block)
    for text in set(_cells(field, block)) if same is None else (same,):
        READERS[field.type](field, text)


def _check_text(field: Field, block: Block) -> None:
    if field.required:
        _check_distinct_texts(field, block)
    elif any(b"\n" in column for column in _characters(field, block)):
        raise ValueError  # what looks like a line is two


def _check_constant(field: Field, block: Block) -> None:
    for position, character in enumerate(field.constant.encode("iso-8859-1"), field.start):
        if block.characters(position) != bytes([character]) * block.count:
            raise ValueError


def _check_digits(field: Field, block: Block) -> None:
    if not _are_digits(field, block):
        _check_distinct_texts(field, block)


def _are_digits(field: Field, block: Block) -> bool:
    """Whether all is as in most files; if not, it may still be right."""
    if field.required:
        return False
    first, *others = _characters(field, block)
    signed = field.type == "amount" and field.sign == "leading"
    right = not first.strip(b"-0 ") if signed else first.isdigit()
    return right and all(column.isdigit() for column in others)


def _characters(field: Field, block: Block) -> Iterator[bytes]:
    return (block.characters(position) for position in range(field.start, field.end + 1))


# --- values ------------------------------------------------------------------------------------------------------


def _by_distinct_texts(field: Field, block: Block) -> Sequence[Value]:
    """Each different text is read once: what fits dates and codes, and is right for every type."""
    same = _text_of_all(field, block)
    if same is not None:
        return [READERS[field.type](field, same)] * block.count
    cells = _cells(field, block)
    values = {text: READERS[field.type](field, text) for text in set(cells)}
    if all(text == value for text, value in values.items()):
        return cells
    return list(map(values.__getitem__, cells))


def _text_of_all(field: Field, block: Block) -> str | None:
    """The text of the field, if it is the same in all lines: a date mostly is."""
    line_feeds = b"\n" * block.count
    if all(column == column[:1] * block.count != line_feeds for column in _characters(field, block)):
        return block.content[block.start + field.start - 1 : block.start + field.end].decode("iso-8859-1")
    return None


def _cells(field: Field, block: Block) -> list[str]:
    return _texts(block.joined(*field.position), block)


def _texts(joined: bytes, block: Block) -> list[str]:
    texts = joined.decode("iso-8859-1").split("\n")
    if len(texts) != block.count:
        raise ValueError  # a line feed in the field: what looks like a line is two
    return texts


def _digits(field: Field, block: Block) -> Sequence[Value]:
    return _cells(field, block) if _are_digits(field, block) else _by_distinct_texts(field, block)


def _plain_texts(field: Field, block: Block) -> Sequence[Value]:
    same = _text_of_all(field, block)
    cells = _cells(field, block) if same is None else []
    if not cells or field.required or any(" " in cell for cell in cells):
        return _by_distinct_texts(field, block)
    return cells  # without a blank there is nothing to take off


def _integers(field: Field, block: Block) -> Sequence[Value]:
    if not _are_digits(field, block):
        return _by_distinct_texts(field, block)
    return list(map(int, significant(field, block)))  # int() takes a blank in the place of a sign


def _reference(field: Field, block: Block) -> Sequence[Value]:
    joined = block.joined(_beginning(field, block, b" "), field.end)
    texts = _texts(joined, block)
    if b" " in joined:  # references of several lengths
        texts = [text.strip(" ") for text in texts]
        if " " in "".join(texts) or (field.required and "" in texts):
            raise ValueError
    return texts


_CHECKS: Mapping[FieldType, Callable[[Field, Block], object]] = {
    "text": _check_text,
    "digits": _check_digits,
    "number": _check_digits,
    "amount": _check_digits,
    "constant": _check_constant,
    "filler": _check_text,
}
_VALUES: Mapping[FieldType, Callable[[Field, Block], Sequence[Value]]] = {
    "digits": _digits,
    "number": _integers,
    "amount": _integers,
    "reference": _reference,
    "text": _plain_texts,
}
