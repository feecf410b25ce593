"""Runs of OCR Giro transactions without anything odd: read all at once, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inkasso_formats.layout_columns import Block, Characters, parse_block, unjudged, without_filling
from inkasso_formats.payments import ocr_records as records
from inkasso_formats.payments.ocr_payments import Transactions, bank_reference
from inkasso_formats.references import is_kid

_FEWEST = 8  # transactions: fewer are read faster one by one
_LINE_ENDS = {records.LENGTH + 1: b"\n", records.LENGTH + 2: b"\r\n"}  # by the length of a line with its end
_RECORD_TYPE = 6  # where it begins in a line, from 0
_ITEM_1 = ("nets_date", "amount", "reference")
_ITEM_2 = ("archive_reference", "payer_account")
_TIES = ("type", "transaction_number")  # what the items of a transaction have in common
_TAKEN = (*_TIES, "amount", "reference")  # fields of item 1 whose characters are of use, too
_KNOWN_1 = unjudged(records.AMOUNT_ITEM_1) | {"type"}  # what is checked here, for all fields at once
_KNOWN_2 = unjudged(records.AMOUNT_ITEM_2) | set(_TIES)
# The types 10 to 19 by their second digit.
_TYPES = {ord(kind[1]): kind for kind in records.TRANSACTION_TYPES if kind not in records.WITH_TEXT}
_REVERSALS = [one for one, kind in _TYPES.items() if kind in records.REVERSALS]
_ARCHIVED = bytes(_TYPES.get(one) in records.ARCHIVED for one in range(256))
_ZEROS = "0" * 9  # an archive reference that is none; less than any other of digits


@dataclass(frozen=True, slots=True)
class Run:
    """`count` pairs of lines in `chunk`, all of them `width` bytes long with their ends; the first begins at `place`."""

    chunk: bytes
    place: int
    width: int
    count: int

    @property
    def end(self) -> int:
        """Where the next line begins."""
        return self.place + 2 * self.width * self.count

    def item(self, number: int) -> Block:
        """Every first line of a pair, or every second."""
        return Block(self.chunk, self.place + (number - 1) * self.width, 2 * self.width, self.count)

    def has_line_feeds_inside(self) -> bool:
        """Whether what looks like one line is two somewhere."""
        lines = bytearray(memoryview(self.chunk)[self.place : self.end])
        lines[self.width - 1 :: self.width] = bytes(2 * self.count)
        return b"\n" in lines


def run_from(chunk: bytes, place: int) -> Run | None:
    """The pairs of lines from there on that may be amount items, if they are enough and all of them end alike."""
    width = chunk.find(b"\n", place) + 1 - place
    if width not in _LINE_ENDS:
        return None
    # Amount items are 30, 31 and 32, the end of the assignment is 88.
    tens = chunk[place + _RECORD_TYPE :: width]
    count = min(len(tens) - len(tens.lstrip(b"3")), (len(chunk) - place) // width) // 2
    if count < _FEWEST:
        return None
    lines = Block(chunk, place, width, 2 * count)
    for position, character in enumerate(_LINE_ENDS[width], records.LENGTH + 1):
        if lines.characters(position) != bytes([character]) * lines.count:
            return None
    if b"\r" in lines.characters(records.LENGTH):
        return None
    return Run(chunk, place, width, count)


def transactions_of(run: Run, line: int) -> Transactions | None:
    """The transactions of a run, which begins in that line; None where a line has to be looked at by itself.

    That is where a record has a problem or warning, or is no amount item 1 or 2 in its place.
    """
    first, second = run.item(1), run.item(2)
    taken = {name: first.columns(records.AMOUNT_ITEM_1.field(name)) for name in _TAKEN}
    if any(taken[name] != second.columns(records.AMOUNT_ITEM_2.field(name)) for name in _TIES):
        return None
    tens, ones = taken["type"]
    if tens.strip(b"1") or not ones.isdigit() or run.has_line_feeds_inside():
        return None
    types = list(map(_TYPES.__getitem__, ones))
    others: Any = parse_block(records.AMOUNT_ITEM_2, second, _ITEM_2, _KNOWN_2)
    if others is None:
        return None
    values: Any = parse_block(records.AMOUNT_ITEM_1, first, _ITEM_1, _KNOWN_1, taken)
    if values is None:
        return None
    reference_characters = without_filling(taken["reference"], b" ")
    if not _are_kids(reference_characters, values["reference"]):
        return None
    days = values["nets_date"]
    return Transactions(
        line=line,
        type=types,
        reversals=any(one in ones for one in _REVERSALS),
        number=taken["transaction_number"],
        day=days,
        days=frozenset(days[:1] if days.count(days[0]) == len(days) else days),
        amount=values["amount"],
        amount_characters=taken["amount"],
        reference=values["reference"],
        reference_characters=reference_characters,
        payer_account=others["payer_account"],
        bank_reference=_bank_references(types, ones, others["archive_reference"]),
    )


def _are_kids(characters: Characters, references: Sequence[str]) -> bool:
    if len(characters) > 1 and all(column.isdigit() for column in characters):
        return True  # at a glance: all equally long, and none ends in a hyphen
    return all(map(is_kid, references))


def _bank_references(types: Sequence[str], ones: bytes, numbers: Sequence[str]) -> Sequence[str]:
    """`bank_reference` of all of them; `ones` are the second digits of the types."""
    if min(numbers) <= _ZEROS:  # zeros or blanks somewhere
        return list(map(bank_reference, types, numbers))
    archived = ones.translate(_ARCHIVED)
    if b"\0" not in archived:
        return numbers
    return [number if kept else "" for kept, number in zip(archived, numbers, strict=True)]
