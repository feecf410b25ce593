"""A block of lines of one declared record, read as columns: each field is checked and read for all lines at once.

The layouts are those of `layout`, and what a field's text means is said in `layout_cells`. This module only takes
the same decisions for many lines together, with operations that work on whole columns of characters. Where anything in
a block is wrong it says no more than that: `layout.parse_line` then names the problems, line by line.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from inkasso_formats.layout import Record
from inkasso_formats.layout_cells import READERS, Field, FieldType, Value

Columns = dict[str, Sequence[Value]]
Characters = list[bytes]  # what stands at some positions, one after another, each for all lines


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

    def columns(self, field: Field) -> Characters:
        """The characters at each position of a field."""
        return [self.characters(position) for position in range(field.start, field.end + 1)]


def parse_block(
    record: Record,
    block: Block,
    wanted: Collection[str],
    known: Collection[str] = (),
    taken: Mapping[str, Characters] | None = None,
) -> Columns | None:
    """The wanted fields of all lines, by name, as `parse_line` gives them line by line; None where it would find a problem.

    Every field is checked, also one that is not wanted, but for those that are `known` to be right. `taken` are the
    characters of fields that the caller has taken from the block already. The lines have the length of the record: the
    caller sees to it.
    """
    columns: Columns = {}
    taken = taken or {}
    try:
        for field in record.fields:
            if field.name in known and field.name not in wanted:
                continue
            characters = taken.get(field.name) or block.columns(field)
            if field.name in wanted:
                columns[field.name] = _VALUES.get(field.type, _by_distinct_texts)(field, characters)
            else:
                _CHECKS.get(field.type, _check_distinct_texts)(field, characters)
    except ValueError:
        return None
    return columns


def unjudged(record: Record) -> frozenset[str]:
    """The fields of which nothing is checked but that no line feed stands in them."""
    return frozenset(
        field.name for field in record.fields if field.type in {"text", "filler"} and not field.required
    )


def texts_of(parts: Sequence[str | Characters], count: int) -> list[str]:
    """The texts that parts make up, line by line, without any blanks: a part is a text for all lines, or columns.

    No line feed stands in the parts: the caller sees to it.
    """
    return _lines(parts, count).replace(b" ", b"").decode("iso-8859-1").split("\n")


def without_filling(columns: Characters, filling: bytes) -> Characters:
    """The columns from the first on in which not every line is still filled up; the last one in any case."""
    filled = filling * len(columns[0])
    first = 0
    while first < len(columns) - 1 and columns[first] == filled:
        first += 1
    return columns[first:]


def significant(field: Field, block: Block) -> list[str]:
    """The texts of a field of digits in all lines, without the zeros with which every one of them begins."""
    return _texts(without_filling(block.columns(field), b"0"))


def _texts(columns: Characters) -> list[str]:
    """The texts that stand in the columns, line by line."""
    count = len(columns[0])
    texts = _lines([columns], count).decode("iso-8859-1").split("\n")
    if len(texts) != count:
        raise ValueError  # a line feed in the field: what looks like a line is two
    return texts


def _lines(parts: Sequence[str | Characters], count: int) -> bytearray:
    """Parts put together line by line, with a line feed between two lines."""
    line, columns = bytearray(), list[tuple[int, bytes]]()
    for part in parts:
        if isinstance(part, str):
            line += part.encode("iso-8859-1")
        else:
            columns += enumerate(part, len(line))
            line += bytes(len(part))
    line += b"\n"
    lines = line * count
    for place, column in columns:
        lines[place :: len(line)] = column
    del lines[-1]
    return lines


def _distinct_texts(columns: Characters) -> set[str]:
    """Each text that stands in the columns, once."""
    varying = [place for place, column in enumerate(columns) if column != column[:1] * len(column)]
    if len(varying) < 2:
        # As in most dates of a block: then as many lines are enough as there are different characters at that place.
        few = bytes(set(columns[varying[0]])) if varying else columns[0][:1]
        columns = [few if place in varying else column[:1] * len(few) for place, column in enumerate(columns)]
    return set(_texts(columns))


def _text_of_all(columns: Characters) -> str | None:
    """The text, if it is the same in all lines: a date mostly is."""
    count = len(columns[0])
    if any(column != column[:1] * count or column[:1] == b"\n" for column in columns):
        return None
    return b"".join(column[:1] for column in columns).decode("iso-8859-1")


# --- checks ------------------------------------------------------------------------------------------------------


def _check_distinct_texts(field: Field, columns: Characters) -> None:
    for text in _distinct_texts(columns):
        READERS[field.type](field, text)


def _check_text(field: Field, columns: Characters) -> None:
    if field.required:
        _check_distinct_texts(field, columns)
    elif any(b"\n" in column for column in columns):
        raise ValueError  # what looks like a line is two


def _check_constant(field: Field, columns: Characters) -> None:
    if _text_of_all(columns) != field.constant:
        raise ValueError


def _check_digits(field: Field, columns: Characters) -> None:
    if not _are_digits(field, columns):
        _check_distinct_texts(field, columns)


def _are_digits(field: Field, columns: Characters) -> bool:
    """Whether all is as in most files; if not, it may still be right."""
    if field.required:
        return False
    signed = field.type == "amount" and field.sign == "leading"
    if signed and columns[0].strip(b"-0 "):
        return False
    return all(column.isdigit() for column in (columns[1:] if signed else columns))


# --- values ------------------------------------------------------------------------------------------------------


def _by_distinct_texts(field: Field, columns: Characters) -> Sequence[Value]:
    """Each different text is read once: what fits dates and codes, and is right for every type."""
    same = _text_of_all(columns)
    if same is not None:
        return [READERS[field.type](field, same)] * len(columns[0])
    texts = _texts(columns)
    values = {text: READERS[field.type](field, text) for text in set(texts)}
    if all(text == value for text, value in values.items()):
        return texts
    return list(map(values.__getitem__, texts))


def _text(field: Field, columns: Characters) -> Sequence[Value]:
    if field.required or b" " in columns[-1]:
        return _by_distinct_texts(field, columns)
    return _texts(columns)


def _digits(field: Field, columns: Characters) -> Sequence[Value]:
    return _texts(columns) if _are_digits(field, columns) else _by_distinct_texts(field, columns)


def _integers(field: Field, columns: Characters) -> Sequence[Value]:
    if not _are_digits(field, columns):
        return _by_distinct_texts(field, columns)
    digits = without_filling([columns[0].replace(b" ", b"0"), *columns[1:]], b"0")  # a blank is a plus
    if len(digits) > _DIGITS_IN_4_BYTES or b"-" in digits[0]:
        return list(map(int, _texts(digits)))
    # All lines as one large number, four bytes for each: that takes half the time of a text and its number for each.
    count, lines = len(digits[0]), 0
    for column in digits:
        ones = bytearray(4 * count)
        ones[3::4] = column.translate(_DIGIT)
        lines = 10 * lines + int.from_bytes(ones)
    return list(struct.unpack(f">{count}I", lines.to_bytes(4 * count)))


_DIGITS_IN_4_BYTES = 9
_DIGIT = bytes(max(character - ord("0"), 0) for character in range(256))  # what a digit is worth


def _reference(field: Field, columns: Characters) -> Sequence[Value]:
    filled = without_filling(columns, b" ")
    texts = _texts(filled)
    if any(b" " in column for column in filled):  # references of several lengths
        texts = [text.strip(" ") for text in texts]
        if " " in "".join(texts) or (field.required and "" in texts):
            raise ValueError
    return texts


_CHECKS: Mapping[FieldType, Callable[[Field, Characters], object]] = {
    "text": _check_text,
    "digits": _check_digits,
    "number": _check_digits,
    "amount": _check_digits,
    "constant": _check_constant,
    "filler": _check_text,
}
_VALUES: Mapping[FieldType, Callable[[Field, Characters], Sequence[Value]]] = {
    "text": _text,
    "digits": _digits,
    "number": _integers,
    "amount": _integers,
    "reference": _reference,
}
