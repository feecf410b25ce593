"""OCR Giro read as columns: the bulk path, for files of any length in a memory that stays the same.

A file consists of long runs of transactions of two amount items each. A run without anything odd is read at once, field
by field (`layout_columns`), and added to what the reader of single records (`ocr_reader`) has counted; everything else,
that is the frame, transactions with a free text, and each run in which anything is wrong, goes through that
reader line by line. So counts, sums, dates, problems and warnings are the same whichever way a line went.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from inkasso_formats.layout_columns import Block, parse_block, significant
from inkasso_formats.payments import ocr_records as records
from inkasso_formats.payments.columns import PaymentColumns, as_columns
from inkasso_formats.payments.ocr_identity import Counted, Identities, OutOfOrder, Rising
from inkasso_formats.payments.ocr_payments import Transactions, payment, payments
from inkasso_formats.payments.ocr_reader import Reader
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import Payment
from inkasso_formats.references import is_kid
from inkasso_formats.tolerance import DEFAULTS, Tolerance

_CHUNK = 768 * 1024  # bytes read at once, about 4,800 payments; with more of them it gets no faster
_FEWEST = 8  # transactions: fewer are read faster one by one
_LINE_ENDS = {records.LENGTH + 1: b"\n", records.LENGTH + 2: b"\r\n"}  # by the length of a line with its end
_JUDGED = (b"\t", b"\x1a")  # signs that `tolerance` mends or refuses wherever they stand in a line
_RECORD_TYPE = 6  # where it begins in a line, from 0
_ITEM_1 = ("nets_date", "amount", "reference")
_ITEM_2 = ("archive_reference", "payer_account")
_TIES = ("type", "transaction_number")  # what the items of a transaction have in common
# The types 10 to 19 by their second digit.
_TYPES = {ord(kind[1]): kind for kind in records.TRANSACTION_TYPES if kind not in records.WITH_TEXT}


def columns(
    content: BinaryIO | bytes, tolerance: Tolerance = DEFAULTS["ocr_giro"]
) -> Iterator[PaymentColumns]:
    """The payments of a file, which can be rewound, block by block: those that `ocr_giro.parse` gives, in its order.

    Raises FormatError with all problems after the last block: the blocks before it count for nothing then.
    """
    return ColumnReader(content, tolerance).blocks()


class ColumnReader:
    """Reads one file; `reader` holds what has been counted and warned of when the blocks are through."""

    def __init__(self, content: BinaryIO | bytes, tolerance: Tolerance) -> None:
        self.reader = Reader(tolerance)
        self._tolerance = tolerance
        self._file = io.BytesIO(content) if isinstance(content, bytes) else content
        self._told = 0  # warnings that have been handed out with a block

    def blocks(self) -> Iterator[PaymentColumns]:
        """See `columns`."""
        start, done = self._file.tell(), 0
        try:
            for block in self._read(Rising()):
                yield block
                done += 1
        except OutOfOrder:
            # Once more from the beginning, to the same blocks, with every identity remembered.
            self._file.seek(start)
            self.reader, self._told = Reader(self._tolerance), 0
            yield from islice(self._read(Counted()), done, None)

    def _read(self, identities: Identities) -> Iterator[PaymentColumns]:
        for chunk, end in self._chunks():
            yield from self._chunk(chunk, end, identities)
            if self.reader.stopped:
                break
        else:
            self.reader.end()
        if self.reader.problems:
            raise FormatError(self.reader.problems)
        if self._told < len(self.reader.warnings):
            yield as_columns([], self._news())

    def _chunks(self) -> Iterator[tuple[bytes, int]]:
        """The file in pieces, each with the end of its last whole line: what stands behind is read with the next piece."""
        while chunk := self._file.read(_CHUNK):
            end = chunk.rfind(b"\n") + 1
            if end:
                self._file.seek(end - len(chunk), io.SEEK_CUR)
                yield chunk, end
            else:
                line = chunk + self._file.readline()
                yield line, len(line)

    def _chunk(self, chunk: bytes, end: int, identities: Identities) -> Iterator[PaymentColumns]:
        singles: list[Payment] = []
        place = 0
        while place < end and not self.reader.stopped:
            run = self._run(chunk, place) if self.reader.expects_transaction() else None
            items = _transactions(run, self.reader.number + 1) if run else None
            if run and items:
                if singles:
                    yield as_columns(singles, self._news())
                    singles = []
                yield from self._many(items, identities)
                place = run.end
            else:
                stop = (chunk.find(b"\n", run.end - 1 if run else place) + 1) or end
                singles += self._singles(chunk[place:stop], identities)
                place = stop
        if singles:
            yield as_columns(singles, self._news())

    def _run(self, chunk: bytes, place: int) -> _Run | None:
        """The run that begins there, unless something in its lines is for `tolerance` to judge."""
        run = _run(chunk, place)
        if run is None or (run.width == records.LENGTH + 1 and not self._tolerance.lf_line_ends):
            return None
        return run if all(chunk.find(sign, place, run.end) < 0 for sign in _JUDGED) else None

    def _many(self, items: Transactions, identities: Identities) -> Iterator[PaymentColumns]:
        frame = self.reader.frame
        self.reader.pass_over(2 * len(items.type))
        if frame.assignment is not None:
            frame.assignment.tally.add_all(len(items.type), items.control_total, items.days)
            if not self.reader.problems:
                yield payments(frame.transmission, frame.assignment, items, identities)

    def _singles(self, lines: bytes, identities: Identities) -> Iterator[Payment]:
        frame = self.reader.frame
        for raw in io.BytesIO(lines):
            transaction = self.reader.feed(raw)
            if transaction is not None and frame.assignment is not None:
                yield payment(frame.transmission, frame.assignment, transaction, identities)
            if self.reader.stopped:
                return

    def _news(self) -> Sequence[FormatProblem]:
        """The warnings that have not been told."""
        news = self.reader.warnings[self._told :]
        self._told += len(news)
        return news


# --- runs of transactions ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
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


def _run(chunk: bytes, place: int) -> _Run | None:
    """The pairs of lines from there on that may be amount items, if they are enough and all of them end alike."""
    width = chunk.find(b"\n", place) + 1 - place
    if width not in _LINE_ENDS:
        return None
    tens = chunk[
        place + _RECORD_TYPE :: width
    ]  # amount items are 30, 31 and 32, the end of the assignment is 88
    count = min(len(tens) - len(tens.lstrip(b"3")), (len(chunk) - place) // width) // 2
    if count < _FEWEST:
        return None
    lines = Block(chunk, place, width, 2 * count)
    for position, character in enumerate(_LINE_ENDS[width], records.LENGTH + 1):
        if lines.characters(position) != bytes([character]) * lines.count:
            return None
    if b"\r" in lines.characters(records.LENGTH):
        return None
    return _Run(chunk, place, width, count)


def _transactions(run: _Run, line: int) -> Transactions | None:
    """The transactions of a run; None where a record has a problem or warning, or is no amount item 1 or 2 in its place."""
    first, second = run.item(1), run.item(2)
    for name in _TIES:
        field = records.AMOUNT_ITEM_1.field(name)
        places = range(field.start, field.end + 1)
        if any(first.characters(place) != second.characters(place) for place in places):
            return None
    types = _types(first)
    if types is None:
        return None
    values: Any = parse_block(records.AMOUNT_ITEM_1, first, _ITEM_1, known=("type",))
    others: Any = parse_block(records.AMOUNT_ITEM_2, second, _ITEM_2, known=_TIES)
    if values is None or others is None or not _are_kids(first, values["reference"]):
        return None
    days = values["nets_date"]
    return Transactions(
        line=line,
        type=types,
        types=frozenset(types),
        number=significant(records.AMOUNT_ITEM_1.field("transaction_number"), first),
        day=days,
        days=frozenset(days[:1] if days.count(days[0]) == len(days) else days),
        amount=values["amount"],
        reference=values["reference"],
        payer_account=others["payer_account"],
        archive_reference=others["archive_reference"],
    )


def _types(block: Block) -> Sequence[str] | None:
    """The types of first items; None where one is unknown, or has a free text behind it."""
    tens, ones = block.columns(records.AMOUNT_ITEM_1.field("type"))
    if tens.strip(b"1") or not ones.isdigit():
        return None
    return list(map(_TYPES.__getitem__, ones))


def _are_kids(block: Block, references: Sequence[str]) -> bool:
    last_but_one = block.characters(records.AMOUNT_ITEM_1.field("reference").end - 1)
    if b" " not in last_but_one and "".join(references).encode("iso-8859-1").isdigit():
        return True  # at a glance: right-aligned, so of two digits at least, and none ends in a hyphen
    return all(map(is_kid, references))
