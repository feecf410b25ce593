"""Many lines of a plain fixed file at once: blocks of items that are read as columns, with the same result as line by line.

A file is plain where its items stand in the file itself, one line each, between records that stand once. Where anything in a block is not as
in most files, its lines are read one by one, so that problems are named there and nowhere else.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, cast

from inkasso_formats.dialects.codes import neutral, word_of
from inkasso_formats.dialects.flat import LineReader
from inkasso_formats.dialects.items import defaults, neutral_fields, slots_of
from inkasso_formats.dialects.model import (
    FOLLOWERS,
    HEAD_FIELDS,
    RECORD_TYPES,
    TRANSLATED,
    AnyRecord,
    CodeTable,
    Dialect,
    FileKind,
    FileLayout,
    Follows,
)
from inkasso_formats.dialects.structure import Structure
from inkasso_formats.layout import Value
from inkasso_formats.layout_columns import Block, Columns, parse_block

MOST_LINES = 4096  # of one block
FEWEST_LINES = 32
_ASCII = bytes(range(0x20, 0x7F))
# No control character, and neither of the two letters with which a letter of UTF-8 would begin.
_LETTERS = _ASCII + bytes(set(range(0xA0, 0x100)) - {0xC2, 0xC3})


def suits(dialect: Dialect, kind: FileKind) -> bool:
    """Whether files of this kind are plain."""
    layout = dialect.files[kind]
    item = layout.item
    named = {place.name for place in item.record.fields if place.type not in {"constant", "filler"}}
    filled = {
        name for name in named if item.record.field(name).required or item.record.field(name).type != "date"
    }
    fields = {one.name for one in dataclasses.fields(RECORD_TYPES[kind])}
    return (
        dialect.form == "fixed"
        and all(part.each in {"once", "item"} and not part.within for part in layout.parts)
        and bool(item.tag)
        and not item.trim
        and item.when is None
        # an item that says what the file is, or what is added up elsewhere, is more than a record of its own
        and named.isdisjoint({*HEAD_FIELDS, *layout.counts, *layout.sums})
        and all(named.issuperset(names) for names in layout.sums.values())
        and fields <= {*_defaults(layout), *filled, "line"}
    )


def _defaults(layout: FileLayout) -> dict[str, object]:
    """What the fields of a record are that the file does not carry."""
    only = {
        name: neutral(name, allowed[0]) if name in TRANSLATED else allowed[0]
        for name, allowed in layout.only.items()
        if len(allowed) == 1
    }
    return {**defaults(RECORD_TYPES[layout.kind]), **only}


class Blocks:
    """Reads the lines of one plain file into its structure: blocks of items at once, all other lines one by one."""

    def __init__(self, dialect: Dialect, kind: FileKind, structure: Structure, reader: LineReader) -> None:
        self._structure, self._reader = structure, reader
        layout = dialect.files[kind]
        self._item = layout.item
        self._record = self._item.record
        self._plain = _LETTERS if dialect.encoding == "iso-8859-1" else _ASCII
        self._sums = layout.sums
        self._columns = _Neutral(layout)

    def steps(self, content: bytes) -> Iterator[None]:
        """Whole lines (the last one may lack its end), some with each step."""
        at = 0
        while at < len(content):
            stride, count = self._run(content, at) if self._may_follow() else (0, 0)
            if count >= FEWEST_LINES:
                yield from self._block(Block(content, at, stride, count))
                at += stride * count
                continue
            end = content.find(b"\n", at) + 1 or len(content) + 1
            self._reader.line(content[at : end - 1])
            at = end
            yield

    def _may_follow(self) -> bool:
        """Whether an item may stand here, as the one before it did."""
        return self._structure.among_items and self._reader.between

    def _run(self, content: bytes, at: int) -> tuple[int, int]:
        """How many bytes a line has, and how many such lines of items follow one another, as far as this block goes."""
        length = self._record.length
        stride = content.find(b"\n", at) + 1 - at
        if not length < stride <= length + 2:
            return 0, 0
        count = min((len(content) - at) // stride, self._structure.room, MOST_LINES)
        ends = {length + 1: b"\n"} if stride == length + 1 else {length + 1: b"\r", length + 2: b"\n"}
        tag = self._item.tag.encode("ascii", "replace")
        for position, expected in [
            *ends.items(),
            *((place, tag[place - 1 : place]) for place in range(1, len(tag) + 1)),
        ]:
            column = Block(content, at, stride, count).characters(position)
            count = len(column) - len(column.lstrip(expected))
        return stride, count

    def _block(self, block: Block) -> Iterator[None]:
        """The lines of a block: at once; or in halves, down to single lines where something is to be told."""
        if block.count < FEWEST_LINES:
            yield from self._reader.steps(
                block.content[block.start : block.start + block.stride * block.count]
            )
        elif self._taken(block):
            yield
        else:
            half = block.count // 2
            yield from self._block(dataclasses.replace(block, count=half))
            rest = block.start + block.stride * half
            yield from self._block(dataclasses.replace(block, start=rest, count=block.count - half))

    def _taken(self, block: Block) -> bool:
        """Whether the block was read as a whole: all in it is right, and nothing is to be told."""
        if block.count > self._structure.room or not self._is_plain(block):
            return False
        columns = parse_block(self._record, block, self._columns.wanted, (self._record.fields[0].name,))
        if columns is None:
            return False
        first = self._reader.number + 1
        records = self._columns.records(columns, first, block.count)
        if records is None:
            return False
        sums = {
            total: sum(sum(filter(None, cast(Any, columns[name]))) for name in names)
            for total, names in self._sums.items()
        }
        self._structure.take_items(first + block.count - 1, records, sums)
        self._reader.number += block.count
        return True

    def _is_plain(self, block: Block) -> bool:
        """Whether nothing but the ends of the lines needs a look at its encoding."""
        ends = block.stride - self._record.length
        lines = block.content[block.start : block.start + block.stride * block.count]
        return len(lines.translate(None, self._plain)) == ends * block.count


class _Neutral:
    """Columns of one kind of file as neutral records."""

    def __init__(self, layout: FileLayout) -> None:
        self._kind = layout.kind
        self._type: type[Any] = RECORD_TYPES[layout.kind]
        self._tables = layout.item.codes
        self.wanted = neutral_fields(layout.item, layout)
        self._defaults = _defaults(layout)
        self._only = layout.only
        self._slots = slots_of(self._type)

    def records(self, columns: Columns, first: int, count: int) -> list[AnyRecord] | None:
        """The records of the lines from this one on; None where something is to be told."""
        if not self._decoded(columns) or not self._allowed(columns):
            return None
        new: list[AnyRecord] = list(map(object.__new__, repeat(self._type, count)))
        for name, fill in self._slots.items():  # a whole column at a time
            known = columns.get(name, repeat(self._defaults.get(name), count))
            deque(map(fill, new, range(first, first + count) if name == "line" else known), maxlen=0)
        return new

    def _decoded(self, columns: Columns) -> bool:
        """The codes as neutral values, in place; False where the tables lack one."""
        for name, table in self._tables.items():
            codes = cast(Sequence[str], columns[name])
            if not set(codes) <= {"", *table.codes}:
                return False
            if name in TRANSLATED:
                meant = {code: neutral(name, row.word) for code, row in table.codes.items()}
                if "" in codes and name not in self._defaults:
                    return False
                meant[""] = cast(Value, self._defaults.get(name))
                columns[name] = list(map(meant.__getitem__, codes))
            else:
                self._follow(columns, FOLLOWERS.get((self._kind, name), Follows()), table, codes)
        return True

    def _follow(self, columns: Columns, follows: Follows, table: CodeTable, codes: Sequence[str]) -> None:
        """Fills what follows from codes that are kept as they are."""
        if follows.word:
            words = {"": "", **{code: row.word for code, row in table.codes.items()}}
            columns[follows.word] = list(map(words.__getitem__, codes))
        if follows.text:
            texts = {"": "", **{code: row.text for code, row in table.codes.items()}}
            own = cast(Sequence[str], columns.get(follows.text, [""] * len(codes)))
            if "" in own and any(codes):
                columns[follows.text] = [text or texts[code] for text, code in zip(own, codes, strict=True)]

    def _allowed(self, columns: Columns) -> bool:
        """Whether the values are such as the files of the dialect can have, where it names them."""
        return all(
            {word_of(value) for value in set(columns[name])} <= set(allowed)
            for name, allowed in self._only.items()
            if name in columns
        )
