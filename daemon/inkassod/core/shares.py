"""How an entry of the feed is shared over the invoices that it names, and what is worth telling of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inkasso_formats.feed.rows import EntryRow
from inkasso_formats.problems import FormatProblem
from inkassod.core.linkage import split
from inkassod.core.model import Owed, money


def shares(row: EntryRow, owed: dict[str, int]) -> list[tuple[str | None, int]]:
    """The amount over the invoices in the order given, each up to what is owed; what is left stays unallocated.

    A negative amount goes to the first invoice whole. The shares always sum up to the amount.
    """
    if not row.invoices:
        return [(None, row.amount)]
    found: list[tuple[str | None, int]] = []
    left = row.amount
    for invoice_no in row.invoices:
        share, left = split(left, owed[invoice_no])
        owed[invoice_no] -= share
        found.append((invoice_no, share))
        if row.amount <= 0:
            break
    return [*found, (None, left)] if left else found


def warnings(row: EntryRow, old: Sequence[Any], owed: Mapping[str, int]) -> Iterator[FormatProblem]:
    """What is worth telling of an entry that is taken all the same."""
    by_hand = next((part["allocated_run"] for part in old if part.get("allocated_run")), None)
    if by_hand is not None:
        rule = f"was allocated by hand in run {by_hand}; it has changed, so what the feed says takes the place of that"
        yield _warning("feed.allocation", row, "entry_no", row.entry_no, rule)
    names = tuple(dict.fromkeys(row.invoices))
    there = sum(max(owed[name], 0) for name in names)
    amounts = f"{money(row.amount, row.currency)}, and {money(there)} is owed on"
    if len(names) > 1 and row.amount < 0:
        rule = f"is {money(row.amount, row.currency)} and goes to {names[0]} whole: name the one invoice that it is of"
        yield _warning("feed.lump_sum", row, "invoices", " ".join(row.invoices), rule)
    elif len(names) > 1 and row.amount != there:
        rule = (
            f"is {amounts} these {len(names)} invoices together: each is filled up in the order given; hand in an entry "
            f"for each, or `inkassod allocate {row.entry_no} --to INVOICE=AMOUNT --reason TEXT`"
        )
        yield _warning("feed.lump_sum", row, "invoices", " ".join(row.invoices), rule)
    elif names and row.amount > there:
        rule = f"is {amounts} {' and '.join(names)}: {money(row.amount - there)} stays unallocated"
        yield _warning("feed.surplus", row, "amount", money(row.amount), rule)


def _warning(code: str, row: EntryRow, field: str, value: str, rule: str) -> FormatProblem:
    return FormatProblem(code=code, line=row.line, field=field, value=value, rule=rule, warning=True)


def overpaid(line: int, invoice_no: str, owed: Owed) -> FormatProblem:
    """The warning of an invoice below zero, since an agency was told of what is too much on it."""
    rule = (
        f"{money(-owed.balance, owed.currency)} more than its amount is settled on it, and the agency was told of that, so it "
        "cannot be split off: enter the difference as a negative entry"
    )
    return FormatProblem(
        code="feed.overpaid", line=line, field="invoice_no", value=invoice_no, rule=rule, warning=True
    )
