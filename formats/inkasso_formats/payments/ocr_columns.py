"""OCR Giro read as columns: the bulk path, for files of any length in a memory that stays the same.

A file consists of long runs of transactions of two amount items each. A run without anything odd is read at once, field
by field (`layout_columns`), and added to what the reader of single records (`ocr_reader`) has counted; everything else,
that is the frame, transactions with a free text, and each run in which anything is wrong, goes through that
reader line by line. So counts, sums, dates, problems and warnings are the same whichever way a line went.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from inkasso_formats.payments import ocr_records as records
from inkasso_formats.payments.columns import PaymentColumns, as_columns
from inkasso_formats.payments.ocr_identity import Counted, Identities, OutOfOrder, Rising
from inkasso_formats.payments.ocr_payments import Transactions, payment, payments
from inkasso_formats.payments.ocr_reader import Reader
from inkasso_formats.payments.ocr_runs import Run, run_from, transactions_of
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import Payment
from inkasso_formats.tolerance import DEFAULTS, Tolerance

_CHUNK = 768 * 1024  # bytes read at once, about 4,800 payments; with more of them it gets no faster
_JUDGED = (b"\t", b"\x1a")  # signs that `tolerance` mends or refuses wherever they stand in a line


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
            items = transactions_of(run, self.reader.number + 1) if run else None
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

    def _run(self, chunk: bytes, place: int) -> Run | None:
        """The run that begins there, unless something in its lines is for `tolerance` to judge."""
        run = run_from(chunk, place)
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
