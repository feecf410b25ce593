"""The scopes of a file that is being written: groups that open and close, what is counted in them, and the line numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from inkasso_formats.dialects.model import AnyRecord
from inkasso_formats.dialects.write_frames import Frame, Frames
from inkasso_formats.dialects.write_nodes import Found, Made, Maker
from inkasso_formats.dialects.write_tree import Level, Totals
from inkasso_formats.problems import FormatError, FormatProblem


@dataclass(slots=True)
class _Scope:
    """The file or a group that is open: what its items share, what surrounds them, and what stands in it so far."""

    key: object
    frame: Frame
    texts: list[str] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)


class Scopes:
    """The file, and in it the groups that are open. Items are placed in the innermost one."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._frames = Frames(maker)
        frame = self._frames.frame(maker.levels[0])
        self._open = [_Scope((), frame)]
        self._line = frame.first.count("\n")
        self._checked: tuple[object, list[_Scope], list[FormatProblem]] | None = (
            None  # the groups of the record before
        )

    def items(self, batch: Sequence[AnyRecord]) -> Iterator[Made]:
        """The items of a batch of records, to be placed one after the other before the next batch. Raises TypeError."""
        made = self._maker.items(batch)
        self._frames.prepare(batch)
        return made

    def place(self, made: Made) -> tuple[int | None, Sequence[FormatProblem]]:
        """The line number of the item and its warnings, or None and what refuses it.

        Raises FormatError where the totals of a group that ends here cannot be written.
        """
        if len(self._maker.levels) == 1 and made.found is None:
            return self._add(made), ()
        shared, groups, problems = self._groups(made.record)
        told = made.found or Found()
        if told.problems or problems:
            return None, [*problems, *told.problems]
        notes = self._enter(shared, groups) if groups else []
        line = self._add(made)
        first = line - made.at
        return line, [*notes, *(replace(note, line=first + node.line) for node, note in told.notes)]

    def _add(self, made: Made) -> int:
        inner = self._open[-1]
        inner.texts.append(made.text)
        inner.totals.add(made.counts, self._maker.amounts(made.record))
        line = self._line + 1 + made.at
        self._line += made.lines
        return line

    def _groups(self, record: AnyRecord) -> tuple[int, list[_Scope], list[FormatProblem]]:
        """How many of the open scopes the record is in, and the groups that are to be opened for it."""
        levels = self._maker.levels
        keys = [level.key(record) for level in levels[1:]]
        shared = 1
        for scope, key in zip(self._open[1:], keys, strict=False):
            if scope.key != key:
                break
            shared += 1
        if shared == len(levels):
            return shared, [], []
        if self._checked is None or self._checked[0] != (shared, keys):
            self._checked = ((shared, keys), *self._made(levels[shared:], keys[shared - 1 :], record))
        return shared, self._checked[1], self._checked[2]

    def _made(
        self, levels: Sequence[Level], keys: Sequence[object], record: AnyRecord
    ) -> tuple[list[_Scope], list[FormatProblem]]:
        groups: list[_Scope] = []
        problems: list[FormatProblem] = []
        for level, key in zip(levels, keys, strict=True):
            try:
                frame = self._frames.frame(level, record)
            except FormatError as error:
                problems += error.problems
            else:
                groups.append(_Scope(key, frame))
        return groups, problems

    def _enter(self, shared: int, groups: list[_Scope]) -> list[FormatProblem]:
        """Closes the groups that the next item does not share, and opens its own; hands back the warnings of these."""
        self._close(shared)
        self._checked = None
        notes = []
        for group in groups:
            notes += [replace(note, line=self._line + 1 + at) for at, note in group.frame.notes]
            self._line += group.frame.first.count("\n")
        self._open += groups
        return notes

    def _close(self, left: int) -> None:
        while len(self._open) > left:
            scope = self._open.pop()
            first, last = self._ended(scope)
            outer = self._open[-1]
            outer.texts += (first, *scope.texts, last)
            outer.totals.add(scope.totals.counts, scope.totals.sums)
            self._line += last.count("\n")

    def _ended(self, scope: _Scope) -> tuple[str, str]:
        """What surrounds a scope, with its totals. Raises FormatError where they cannot be written."""
        scope.totals.counts.update(node.part.name for node in scope.frame.nodes)
        return self._frames.ended(scope.frame, scope.totals.values(self._maker.layout))

    def written(self) -> bytes:
        """What stands in the file since the last time, but for a group that is still open."""
        file = self._open[0]
        content = self._maker.syntax.encoded("".join(file.texts))
        file.texts = []
        return content

    def finish(self) -> tuple[bytes, bytes, int]:
        """What stands before and after all that was written, and the file's total (øre)."""
        self._close(1)
        file = self._open[0]
        left = self.written()
        first, last = self._ended(file)
        encoded = self._maker.syntax.encoded
        total = next((file.totals.sums[name] for name in self._maker.layout.sums), 0)
        return encoded(first), left + encoded(last), total
