"""A file being read, whatever its form: its records come in, in their order; neutral values, totals and problems come out.

What stops the file: a record doubled, in the wrong place, or missing where the file needs it; a total that does not agree or
cannot be read; an amount in a sum that cannot be read; a head value that contradicts another. What refuses one item, or the items of
a group: any other value in its own records that cannot be read, a part of it that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from inkasso_formats.dialects.codes import decode
from inkasso_formats.dialects.doubts import Doubts
from inkasso_formats.dialects.findings import Findings
from inkasso_formats.dialects.heads import Heads
from inkasso_formats.dialects.items import Item, Records, neutral_fields
from inkasso_formats.dialects.model import AnyRecord, Dialect, FileKind, Part, Portion
from inkasso_formats.dialects.order import Order, Scope
from inkasso_formats.dialects.tally import Tally
from inkasso_formats.layout import Values
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import FileHead


class Structure:
    """One file being read. A reader hands in its records, with their values before codes are decoded, and takes portions.

    Every method raises FormatError where so much is wrong that more would help nobody.
    """

    def __init__(self, dialect: Dialect, kind: FileKind, name: str = "") -> None:
        self._layout = dialect.files[kind]
        self._findings = Findings(dialect.form)
        self._heads = Heads(self._layout, name)
        self._tally = Tally(self._layout)
        self._doubts = Doubts(dialect, self._tally)
        self._builder = Records(self._layout)
        self._order = Order(self._layout, self)
        self._scoped = {part.name for part in self._layout.parts if self._order.scoped(part)}
        self._neutral = {part.name: neutral_fields(part, self._layout) for part in self._layout.parts}
        self._counting = {part.within for part in self._layout.parts if part.name in self._tally.saying}
        self._waiting = {
            part.within
            for part in self._layout.parts
            if part.within and part.each == "once" and self._order.closing(part) and self._neutral[part.name]
        }
        self._last = 0
        self._whole = True  # every record was readable, so that totals can be compared
        self.count = 0  # items so far

    @property
    def head(self) -> FileHead:
        """What the file says of itself, as far as it was read."""
        return self._heads.head

    @property
    def total(self) -> int:
        """What the items come to so far, in øre: the first of the layout's sums."""
        return next(iter(self._tally.sums.values()), 0)

    @property
    def among_items(self) -> bool:
        """Whether the last record was an item of the file itself, so that others may follow it."""
        return self._order.among_items

    @property
    def room(self) -> int:
        """How many records the portion still takes; none when something has stopped the file."""
        return self._findings.room

    def take(self, part: Part, number: int, values: Values, problems: Sequence[FormatProblem] = ()) -> None:
        """One record of this part, at this line. A value that cannot be read is None, or not there, and named in a problem.

        The problem's `value` is the text that stands in the file: an amount in a sum that is refused only because it is
        required and zero does not put the sum in doubt.
        """
        self._last = number
        scope = self._order.place(part, number)
        if scope is None:
            self._whole &= (
                part.when == ()
            )  # one that is passed over has no place, and is counted all the same
            self._tally.counts[part.name] += 1
            return
        name = part.name
        own = self._order.enter(part, number) if name in self._scoped else None
        self._tally.counts[name] += 1
        broken = False
        if problems:
            stopping, problems, broken = self._doubts.sort(part, values, problems)
            self._whole &= not broken
            for problem in stopping:
                self.stop(problem)
        if name in self._heads.saying:
            for problem in self._heads.take(part, number, values):
                self.stop(problem)
        if name in self._tally.saying:
            scope.said += self._tally.said(part, number, values)
        if part.each == "item":
            item = Item(number, [(part, number, values)], problems=list(problems), broken=broken)
            if own:
                own.item = item
            else:
                self._complete(item)
        else:
            self._joined(own or scope, part, number, values, problems, broken=broken)

    def take_items(self, last: int, records: Sequence[AnyRecord], sums: Mapping[str, int]) -> None:
        """Many items at once, the last in this line, that are complete and right; `sums` are of their amounts.

        Only `among_items`, and no more than there is `room` for.
        """
        self._last = last
        self._order.reached(self._layout.item, last)
        self._tally.counts[self._layout.item.name] += len(records)
        for name, amount in sums.items():
            self._tally.sums[name] += amount
        self.count += len(records)
        self._findings.add_all(records)

    def lost(self, part: Part, number: int, problem: FormatProblem) -> None:
        """A record of this part that stands in this line and cannot be read as a whole, which stops the file."""
        self._last = number
        if self._order.place(part, number) is not None and part.name in self._scoped:
            self._order.enter(part, number, made_up=True)
        self.fatal(problem)

    def fatal(self, problem: FormatProblem) -> None:
        """A line of the file that is no record of it, or another problem after which its totals cannot be compared: it stops the file."""
        self._whole = False
        self.stop(problem)

    def tell(self, problem: FormatProblem) -> None:
        """A warning that is of no record."""
        self._findings.tell([problem])

    def portion(self) -> Portion | None:
        """What was read since the last portion, when it is much; None where it is not, or something has stopped the file."""
        return self._findings.portion()

    def finish(self) -> Portion:
        """The end of the file, and what was read since the last portion. Raises FormatError where something stops the file."""
        if self._last == 0:
            rule = f"the file is empty: at least {self._order.least} expected"
            raise FormatError([FormatProblem(code="dialect.empty", rule=rule)])
        self._order.finish(self._last)
        return self._findings.rest()

    def everything(self) -> list[FormatProblem]:
        """All problems since the last portion and all that stop the file, in the order of the lines."""
        return self._findings.everything()

    # --- what the order of the records tells ---------------------------------------------------------------------

    def stop(self, problem: FormatProblem) -> None:
        """A problem that stops the file."""
        self._last = max(self._last, problem.line or 0)
        self._findings.stop(problem, self._last)

    def missing(self, scope: Scope, part: Part, problem: FormatProblem) -> None:
        """A group or item lacks this part, which refuses it; or stops the file, where its items are out already or not there."""
        if scope.item is None and (part.each != "once" or self._late(part)):
            self.stop(problem)
        else:
            self._tell(scope, [problem])

    def begun(self, scope: Scope) -> None:
        """A group or item is open now."""
        self._whole &= not scope.made_up
        if scope.name in self._counting:
            scope.before = self._tally.before()
        if scope.name in self._waiting:
            scope.held = []

    def ended(self, scope: Scope) -> None:
        """A group, an item or the file is complete."""
        if scope.item:
            self._complete(scope.item)
        if self._whole and scope.said:
            for problem in self._tally.problems(scope.said, scope.before, scope.name):
                self.stop(problem)
        for item, groups in scope.held or ():
            self._release(item, groups)

    def _joined(
        self,
        scope: Scope,
        part: Part,
        number: int,
        values: Values,
        problems: Iterable[FormatProblem],
        *,
        broken: bool,
    ) -> None:
        """A record that is no item goes to the file, group or item that it belongs to."""
        if scope.own is None:
            self._strict(scope, problems)
        elif scope.item is not None:
            if part.each == "row":
                scope.item.rows.append(values)
            else:
                scope.item.parts.append((part, number, values))
            scope.item.broken |= broken
            self._tell(scope, problems)
        elif scope.own.each == "group":
            found = [*problems, *decode(self._layout.kind, part, values, number)]
            if self._late(part):
                self._strict(scope, found)
            else:
                self._tell(scope, found)
            scope.lost |= broken
            scope.values.update(values)

    def _strict(self, scope: Scope, problems: Iterable[FormatProblem]) -> None:
        """Problems of a record that the file cannot be trusted without."""
        for problem in problems:
            if problem.warning:
                self._tell(scope, [problem])
            else:
                self.stop(problem)

    def _tell(self, scope: Scope, problems: Iterable[FormatProblem]) -> None:
        if scope.item:
            scope.item.problems += problems
            return
        found = list(problems)
        self._findings.tell(found)
        scope.lost |= any(not problem.warning for problem in found)

    def _late(self, part: Part) -> bool:
        """Whether the items of its group are out when this part is read: it holds nothing of theirs."""
        return part.each == "once" and self._order.closing(part) and not self._neutral[part.name]

    def _complete(self, item: Item) -> None:
        groups = self._order.open[1:]
        self.count += 1
        if self._tally.sums:
            sources = [group.values for group in groups] + [own for _, _, own in item.parts]
            self._tally.add(sources, item.rows)
        held = [group.held for group in groups if group.held is not None] if self._waiting else []
        if held:
            held[0].append((item, groups))
        else:
            self._release(item, groups)

    def _release(self, item: Item, groups: Sequence[Scope]) -> None:
        refused = True in [group.lost or group.made_up for group in groups]
        record, problems = self._builder.build(item, [group.values for group in groups], refused=refused)
        self._findings.tell(problems)
        self._findings.add(record)
