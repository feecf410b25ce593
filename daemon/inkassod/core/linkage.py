"""Which entry belongs to which invoice: at most what is owed goes to one, and an entry is linked only to those it belongs to.

An entry of the ERP may name several invoices. Where that joins invoices of which more than one stands at an agency, and does not
tell what of the entry belongs to which, the agency would be told of the wrong one, under the wrong reminder number: such entries
are found here and held back until their links are mended. Source: docs/systems.md, rows L37 to L52.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inkasso_formats.problems import FormatProblem
from inkassod.core.model import Case, money


def split(amount: int, owed: int) -> tuple[int, int]:
    """What of an entry of this amount (øre) goes to an invoice on which so much is owed, and what is left of it.

    A negative amount (a payment taken back, an adjustment upwards) goes to the invoice whole. The two sum up to the amount.
    """
    if amount <= 0:
        return amount, 0
    share = max(0, min(amount, owed))
    return share, amount - share


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """An entry of the feed that names several invoices, and that no correction and no person has decided on.

    `parts`: what of it stands on which invoice as yet, by invoice number.
    """

    entry_no: str
    kind: str
    amount: int
    currency: str
    invoices: tuple[str, ...]
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An invoice that a joint entry names: its amount, and what is owed on it."""

    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Group:
    """Invoices that are joined through entries, and those entries. `owed`: on each invoice, without these entries."""

    entries: tuple[Joint, ...]
    invoices: Mapping[str, Claimed]
    owed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """What an agency would be told of one entry for one invoice: the case and reminder number are empty where it has none."""

    invoice_no: str
    amount: int
    case_id: int | None = None
    reminder_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkProblem:
    """An entry that is held back.

    `now`: what its present links would report; `right`: what the right ones would, each alone (one: that is it; several: it
    belongs to one of them; none: to none of them alone, so that it has to be split).
    """

    entry_no: str
    kind: str
    amount: int
    currency: str
    invoices: tuple[str, ...]
    now: tuple[Told, ...]
    right: tuple[Told, ...]


def groups(entries: Iterable[Joint], invoices: Mapping[str, Claimed]) -> list[Group]:
    """The entries with the invoices that they join: each entry and each invoice in one group."""
    # By invoice: the entries of its group, the same list for all of its invoices.
    of: dict[str, list[Joint]] = {}
    for entry in entries:
        together: list[Joint] = []
        for number in entry.invoices:
            other = of.get(number, together)
            if other is not together:
                together, other = (other, together) if len(other) > len(together) else (together, other)
                together += other
                of.update((name, together) for one in other for name in one.invoices)
        together.append(entry)
        of.update((number, together) for number in entry.invoices)
    return [_group(these, invoices) for these in {id(one): one for one in of.values()}.values()]


def _group(entries: Sequence[Joint], invoices: Mapping[str, Claimed]) -> Group:
    known = {number: invoices[number] for entry in entries for number in entry.invoices}
    owed = {number: claimed.balance for number, claimed in known.items()}
    for entry in entries:
        for number, amount in entry.parts.items():
            owed[number] += amount
    return Group(tuple(entries), known, owed)


def check(found: Iterable[Group], cases: Mapping[str, Case]) -> list[LinkProblem]:
    """The entries that are wrongly linked: all of a group of which more than one invoice stands at an agency.

    `cases`: by invoice, the case that has left. A group is sound where each of its entries is exactly what is owed on all
    the invoices that it names together: then there is but one way to share it.
    """
    problems: list[LinkProblem] = []
    for group in found:
        at_agency = [number for number in group.invoices if number in cases]
        if len(at_agency) > 1 and not all(_exact(entry, group) for entry in group.entries):
            right = _right(group)
            problems += [_problem(entry, right[entry.entry_no], cases) for entry in group.entries]
    return problems


def _exact(entry: Joint, group: Group) -> bool:
    return 0 < entry.amount == sum(group.owed[number] for number in entry.invoices)


def _right(group: Group) -> dict[str, list[str]]:
    """The invoices that each entry could belong to alone, since it has the amount of the invoice or of what is owed on it.

    What one entry alone can belong to is taken by it, and is nobody else's any more.
    """
    alone = {entry.entry_no: _equal(entry, group) for entry in group.entries}
    wanted: dict[str, list[str]] = {}
    for name, numbers in alone.items():
        for number in numbers:
            wanted.setdefault(number, []).append(name)
    sure = deque(name for name, numbers in alone.items() if len(numbers) == 1)
    while sure:
        name = sure.popleft()
        if len(alone[name]) != 1:  # another one took it meanwhile
            continue
        (taken,) = alone[name]
        for other in wanted[taken]:
            if other != name and taken in alone[other]:
                alone[other].remove(taken)
                sure.extend([other] if len(alone[other]) == 1 else [])
    return alone


def _equal(entry: Joint, group: Group) -> list[str]:
    return [
        number
        for number in entry.invoices
        if entry.amount > 0 and entry.amount in {group.owed[number], group.invoices[number].amount}
    ]


def _problem(entry: Joint, right: Sequence[str], cases: Mapping[str, Case]) -> LinkProblem:
    return LinkProblem(
        entry_no=entry.entry_no,
        kind=entry.kind,
        amount=entry.amount,
        currency=entry.currency,
        invoices=entry.invoices,
        now=tuple(_told(number, amount, cases) for number, amount in entry.parts.items() if amount),
        right=tuple(_told(number, entry.amount, cases) for number in right),
    )


def _told(invoice_no: str, amount: int, cases: Mapping[str, Case]) -> Told:
    case = cases.get(invoice_no)
    if case is None:
        return Told(invoice_no, amount)
    return Told(invoice_no, amount, case.case_id, case.reminder_no)


# --- for people ---------------------------------------------------------------------------------------------------


def sentence(problem: LinkProblem) -> str:
    """What is wrong with the links of one entry, what they would report, what the right ones would, and what to do."""
    now = "; ".join(_shown(told, problem.currency) for told in problem.now) or "nothing"
    if len(problem.right) == 1:
        right = f"it belongs to {_shown(problem.right[0], problem.currency)}"
        wish = f"--to {problem.right[0].invoice_no}"
    elif problem.right:
        right = f"it belongs to one of {', '.join(told.invoice_no for told in problem.right)}"
        wish = "--to INVOICE"
    else:
        right = "it belongs to none of them alone"
        wish = "--to INVOICE=AMOUNT"
    return (
        f"is linked to the invoices {', '.join(problem.invoices)}, and would be reported as {now}; {right}: "
        f"mend the link in the ERP, or `inkassod allocate {problem.entry_no} {wish} --reason TEXT`; held back until then"
    )


def _shown(told: Told, currency: str) -> str:
    what = f"{money(told.amount, currency)} of invoice {told.invoice_no}"
    if told.case_id is None:
        return f"{what}, which has no case"
    under = f"under reminder {told.reminder_no}" if told.reminder_no else "without a reminder number"
    return f"{what} {under} (case {told.case_id})"


def held_back(problem: LinkProblem) -> FormatProblem:
    """The problem of a correction run that leaves the entry where it is."""
    what = f"{problem.kind.replace('_', ' ')} of {money(problem.amount, problem.currency)}"
    return FormatProblem(
        code="corrections.linkage",
        record=what,
        field="invoices",
        value=problem.entry_no,
        rule=sentence(problem),
    )
