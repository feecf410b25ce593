"""Writing a file: neutral values to bytes. What is changed to fit is told; what may not be changed refuses its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from inkasso_formats.dialects.model import (
    AnyRecord,
    Dialect,
    Ends,
    FileKind,
    OutHead,
    Piece,
    Rendered,
)
from inkasso_formats.dialects.write_nodes import Made, Maker
from inkasso_formats.dialects.write_scopes import Scopes
from inkasso_formats.problems import FormatError, FormatProblem

_AT_ONCE = 1000  # records that are made together: memory grows with them, not with what `take` is given


class RecordsRefused(FormatError):  # noqa: N818  (what happened, as the caller says it)
    """Some records cannot be written as they are. `refused` has the problems of each, by its index (from 0).

    All of them are found in one go: without them, the others can be written.
    """

    def __init__(self, refused: Mapping[int, tuple[FormatProblem, ...]]) -> None:
        self.refused = dict(refused)
        super().__init__([problem for problems in self.refused.values() for problem in problems])


def render(dialect: Dialect, kind: FileKind, head: OutHead, records: Iterable[AnyRecord]) -> Rendered:
    """The file with these records, in this order.

    Raises RecordsRefused with every record that cannot be written: nothing is written then, so that no file leaves
    with fewer records than its caller counted; the caller holds them back and writes the others. Raises FormatError
    where what the file says of itself or its totals cannot be written, TypeError for a record of another kind.
    """
    writer = Writer(dialect, kind, head)
    piece = writer.take(records)
    if piece.refused:
        raise RecordsRefused(piece.refused)
    ends = writer.finish()
    return Rendered(
        content=ends.first + piece.content + ends.last,
        count=ends.count,
        total=ends.total,
        lines=tuple(line for line in piece.lines if line is not None),
        notes=piece.notes,
    )


class Writer:
    """A file that is written piece by piece, so that memory does not grow with it.

    Its bytes are `first` of its ends, all pieces in their order, and `last`. A group's bytes come with the piece in which it
    ends, and those of the group that is still open at the end with `last`. Consecutive records whose group fields are
    all equal share the group: the caller orders them.
    Raises FormatError where what the file says of itself cannot be written.
    """

    def __init__(self, dialect: Dialect, kind: FileKind, head: OutHead) -> None:
        self._maker = Maker(dialect, dialect.files[kind], head)
        problems = self._maker.head_problems()
        if problems:
            raise FormatError(problems)
        self._scopes = Scopes(self._maker)
        self._taken = self._count = 0

    def take(self, records: Iterable[AnyRecord]) -> Piece:
        """The next records, in this order; those that cannot be written are left out, and named by their number in the whole.

        Raises TypeError for a record of another kind, FormatError where the totals of a group cannot be written.
        """
        lines: list[int | None] = []
        notes: list[FormatProblem] = []
        refused: dict[int, tuple[FormatProblem, ...]] = {}
        for made in self._made(records):
            line, told = self._scopes.place(made)
            if line is None:
                number = self._taken + len(lines) + 1
                refused[len(lines)] = tuple(self._of(problem, number) for problem in told)
            else:
                notes += told
                self._count += 1
            lines.append(line)
        self._taken += len(lines)
        return Piece(content=self._scopes.written(), lines=tuple(lines), notes=tuple(notes), refused=refused)

    def _made(self, records: Iterable[AnyRecord]) -> Iterator[Made]:
        ordered = iter(records)
        while batch := list(islice(ordered, _AT_ONCE)):
            yield from self._scopes.items(batch)

    def _of(self, problem: FormatProblem, number: int) -> FormatProblem:
        """A problem of the item of this number, which has no line."""
        item = self._maker.item.name
        record = "" if problem.record == item else f"{problem.record} of "
        return replace(problem, record=f"{record}{item} {number}")

    def finish(self) -> Ends:
        """What stands before and after the pieces. Raises FormatError where the totals cannot be written."""
        first, last, total = self._scopes.finish()
        return Ends(first=first, last=last, count=self._count, total=total)
