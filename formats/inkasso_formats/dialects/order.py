"""Which record may stand where: the parts of a layout as a tree, gone through in the order of a file.

In a scope (the file, one group, one item) its parts stand in the order listed; a part that is repeated there may stand any number of
times. A record of a part whose scope is not open opens nothing that could be trusted: the scope is then made up, so that it is told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from inkasso_formats.dialects.items import Item
from inkasso_formats.dialects.model import FileLayout, Part
from inkasso_formats.dialects.tally import Before, Said
from inkasso_formats.layout import Values
from inkasso_formats.problems import FormatProblem


@dataclass(slots=True)
class Scope:
    """The file (`own` is None), a group or an item that is open, from line `number` on.

    `at` is the place among its `parts` that was reached, `lines` where they stood. `lost`: something of its own cannot be read;
    `made_up`: there is no record of it. The rest is filled by `structure`: the totals that are said in it and what was counted before it,
    the values of a group for its items, the item itself.
    """

    own: Part | None
    number: int
    parts: Sequence[Part]
    at: int = -1
    lines: dict[str, int] = field(default_factory=dict)
    lost: bool = False
    made_up: bool = False
    before: Before = field(default_factory=Before)
    said: list[Said] = field(default_factory=list)
    values: Values = field(default_factory=dict)
    item: Item | None = None
    held: list[tuple[Item, list[Scope]]] | None = None

    name: str = ""  # of its part; empty for the file
    last: Part | None = None  # the repeated part that was placed last, as mostly the next one is


class Keeper(Protocol):
    """Who is told: `structure.Structure`."""

    def stop(self, problem: FormatProblem) -> None:
        """A problem that stops the file."""

    def fatal(self, problem: FormatProblem) -> None:
        """A problem that stops the file, and after which its totals cannot be compared."""

    def missing(self, scope: Scope, part: Part, problem: FormatProblem) -> None:
        """A group or item lacks this part."""

    def begun(self, scope: Scope) -> None:
        """A group or item is open now."""

    def ended(self, scope: Scope) -> None:
        """A group, an item or the file is complete."""


class Order:
    """Where in the tree a file has got to. `open` has the scopes that are open, the file first."""

    def __init__(self, layout: FileLayout, keeper: Keeper) -> None:
        self._keeper = keeper
        self._parts = {part.name: part for part in layout.parts}
        # A part that is passed over has no place: it may stand anywhere.
        self._within = {
            name: tuple(part for part in layout.within(name) if part.when != ())
            for name in ("", *self._parts)
        }
        self._places = {part.name: at for parts in self._within.values() for at, part in enumerate(parts)}
        # Items that may end anywhere: another may follow at once, as in most files.
        self._loose = {
            part.name
            for part in layout.parts
            if part.each == "item" and not any(map(_required, self._within[part.name]))
        }
        self._file = Scope(None, 0, self._within[""])
        self.open = [self._file]
        self._ended = 0  # the line of the record that ends the file

    @property
    def among_items(self) -> bool:
        """Whether the file itself is open, and what was reached in it are its items."""
        at = self._file.at
        return len(self.open) == 1 and at >= 0 and self._file.parts[at].each == "item"

    def reached(self, part: Part, number: int) -> None:
        """More of the items that the file is among stand up to this line."""
        self._file.lines[part.name] = number

    @property
    def least(self) -> str:
        """The records that a file must have, in words."""
        parts = [part for part in self._file.parts if _required(part)]
        return " and ".join(f"a {part.name}" for part in parts) or f"one {self._file.parts[0].name}"

    def scoped(self, part: Part) -> bool:
        """Whether other records stand within this part."""
        return part.each == "group" or bool(self._within[part.name])

    def closing(self, part: Part) -> bool:
        """Whether the part stands behind the repeated part of its scope."""
        before = self._within[part.within][: self._places.get(part.name, 0)]
        return any(other.each != "once" for other in before)

    def place(self, part: Part, number: int) -> Scope | None:
        """The scope in which the record stands; None where it may not stand there (which is told) or is passed over."""
        inner = self.open[-1]
        if part is inner.last:
            inner.lines[part.name] = number
            return inner
        if part is inner.own and part.name in self._loose:
            self.open.pop()
            self._keeper.ended(inner)
            self.open[-1].lines[part.name] = number
            return self.open[-1]
        lines, first = self._file.lines, self._file.parts[0]
        if part is first and part.each == "once" and lines:
            self._stop("dialect.header", number, part, f"the {part.name} stands once, and first")
            if not self._ended:
                return None
        if self._ended:
            rule = (
                f"stands after the {self._file.parts[-1].name} in line {self._ended}: nothing may follow it"
            )
            self._stop("dialect.order", number, part, rule)
            return None
        return None if part.when == () else self._placed(part, number, part)

    def enter(self, part: Part, number: int, *, made_up: bool = False) -> Scope:
        """The scope of a group or item whose record was placed."""
        scope = Scope(part, number, self._within[part.name], made_up=made_up, name=part.name)
        self.open.append(scope)
        self._keeper.begun(scope)
        return scope

    def finish(self, last: int) -> None:
        """The end of the file, whose last record stood in this line: what is missing is told, and all is closed."""
        missing = [part for part in self._file.parts[self._file.at + 1 :] if _required(part)]
        if missing:
            rule = f"the file ends without its {_shown(missing[-1])}: {_CUT}"
            self._keeper.fatal(FormatProblem(code="dialect.trailer", line=last, rule=rule))
        self._close(self._file, cut=True, told=not missing)
        self._keeper.ended(self._file)

    def _placed(self, part: Part, number: int, told: Part) -> Scope | None:
        scope = self._scope_of(part, number, told)
        if scope is None or not self._in_order(scope, part, number, told):
            return None
        scope.lines[part.name] = number
        scope.last = part if part.each != "once" else None
        if scope is self._file and part is scope.parts[-1] and part.each == "once":
            self._ended = number
        return scope

    def _scope_of(self, part: Part, number: int, told: Part) -> Scope | None:
        """The innermost open scope that the part belongs to; what is open within it ends here."""
        for scope in reversed(self.open):
            if scope.name == part.within:
                self._close(scope)
                return scope
        outer = self._parts[part.within]
        if self._placed(outer, number, told) is None:
            return None
        rule = f"stands without its {_shown(outer)}, which goes before it"
        self._stop("dialect.order", number, told, rule)
        return self.enter(outer, number, made_up=True)

    def _in_order(self, scope: Scope, part: Part, number: int, told: Part) -> bool:
        at = self._places[part.name]
        if at < scope.at:
            later = max(scope.lines, key=lambda name: self._places[name])
            rule = f"stands after the {later} in line {scope.lines[later]}: its place is before that"
            self._stop("dialect.order", number, told, rule)
            return False
        if at == scope.at:
            if part.each == "once":
                rule = (
                    f"stands a second time: the first is in line {scope.lines.get(part.name, scope.number)}"
                )
                self._stop("dialect.order", number, told, rule)
            return part.each != "once"
        if at > scope.at + 1:
            self._between(scope, at, number, told)
        scope.at = at
        return True

    def _close(self, until: Scope, *, cut: bool = False, told: bool = True) -> None:
        """Ends the scopes within this one, and tells what they lack; `cut` says that it is because the file ends here."""
        while self.open[-1] is not until:
            scope = self.open.pop()
            for part in scope.parts[scope.at + 1 :] if told else ():
                if self._needed(scope, part):
                    self._lacks(scope, part, cut=cut)
            self._keeper.ended(scope)

    def _between(self, scope: Scope, at: int, number: int, told: Part) -> None:
        """Tells the parts that should stand between what was reached in the scope and what stands here."""
        for part in scope.parts[scope.at + 1 : at]:
            if not self._needed(scope, part):
                continue
            if scope.own:
                self._lacks(scope, part)
            elif self._places[part.name] == 0:
                self._stop("dialect.header", number, told, f"the file must begin with its {_shown(part)}")
                scope.lines[part.name] = number
            else:
                self._stop("dialect.missing", number, told, f"the {_shown(part)} is missing before it")

    def _lacks(self, scope: Scope, part: Part, *, cut: bool = False) -> None:
        code, rule = "dialect.missing", f"its {_shown(part)} is missing"
        if cut:
            code, rule = "dialect.trailer", f"the file ends without its {_shown(part)}: {_CUT}"
        problem = FormatProblem(code=code, line=scope.number, record=scope.name, rule=rule)
        if cut:
            self._keeper.fatal(problem)
        else:
            self._keeper.missing(scope, part, problem)

    def _needed(self, scope: Scope, part: Part) -> bool:
        """Whether the scope cannot be without the part: a file may have no items, a group must."""
        if part.each == "once":
            return part.when is None and not scope.made_up
        return part.each != "row" and scope.own is not None and not scope.made_up

    def _stop(self, code: str, number: int, part: Part, rule: str) -> None:
        self._keeper.stop(FormatProblem(code=code, line=number, record=part.name, rule=rule))


_CUT = "it is cut off, have it sent again"


def _required(part: Part) -> bool:
    return part.each == "once" and part.when is None


def _shown(part: Part) -> str:
    return f"{part.name} ({part.tag})" if part.tag else part.name
