"""What rows of the feed do to the ledger: upserts by key, refused one by one where what they belong to is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from inkasso_formats.feed.rows import CustomerRow, EntryRow, FeedRow, InvoiceRow, ReminderRow
from inkasso_formats.problems import FormatProblem
from inkassod.core.decision import Decision
from inkassod.core.model import Effect, EntryKind, Origin, Owed, money
from inkassod.core.payer import Agency, Payer, who_paid

TABLES = {CustomerRow: "customers", InvoiceRow: "invoices", ReminderRow: "reminders", EntryRow: "entries"}
KEYS = {
    "customers": "customer_no",
    "invoices": "invoice_no",
    "reminders": "reminder_no",
    "entries": "entry_no",
}
# What a row belongs to: the column that names it, and what it is called.
PARENTS: Mapping[type, tuple[str, str]] = {
    InvoiceRow: ("customer_no", "customer"),
    ReminderRow: ("invoice_no", "invoice"),
}
Row = Any  # a mapping by column name: a row of the ledger, or one made here


def upsert(rows: Sequence[FeedRow], existing: Mapping[str, Row], parents: Collection[str]) -> Decision:
    """Customers, invoices and reminders (one type a call): new ones come in, changed ones are changed field by field.

    `existing`: ledger rows by key; `parents`: the customers (of invoices) or invoices (of reminders) in the ledger. New
    rows stand in `decision.new`, in the order of the file; changed ones, whole, in `decision.rows`.
    """
    decision = Decision()
    if not rows:
        return decision
    table = TABLES[type(rows[0])]
    now: dict[str, Row] = dict(existing)
    decision.counts.read = len(rows)
    for row in _with_parents(rows, parents, decision):
        key = str(row[1])
        old = now.get(key)
        if old is None:
            now[key] = row
            decision.new.append(row)
            continue
        _change(table, row, old, now, decision)
    decision.counts.applied += len(decision.new)
    return decision


def _with_parents(rows: Sequence[FeedRow], parents: Collection[str], decision: Decision) -> list[FeedRow]:
    """The rows whose customer (or invoice) is in the ledger; the others are refused."""
    parent = PARENTS.get(type(rows[0]))
    if parent is None:
        return list(rows)
    name, what = parent
    place = rows[0]._fields.index(name)
    good = [row for row in rows if row[place] in parents]
    if len(good) < len(rows):
        for row in rows:
            if row[place] not in parents:
                decision.refused(_unknown(row.line, name, str(row[place]), what))
    return good


def _change(table: str, row: FeedRow, old: Row, now: dict[str, Row], decision: Decision) -> None:
    """A row of a key that is there: field by field against what stands in the ledger, or earlier in the batch."""
    new = row._asdict()
    key = new[KEYS[table]]
    before = old._asdict() if isinstance(old, tuple) and hasattr(old, "_asdict") else old
    changed = _changes(before, new)
    if not changed:
        decision.unchanged()
        return
    now[key] = new
    decision.counts.applied += 1
    decision.rows.setdefault(table, []).append(new)
    decision.effects.append(_changed_effect(table, row, key, changed))


def book_entries(
    rows: Sequence[EntryRow],
    existing: Mapping[str, Sequence[Row]],
    balances: Mapping[str, Owed],
    agency: Agency,
) -> Decision:
    """Entries of the feed, each as one part for every invoice it settles.

    `existing`: the parts in the ledger by entry number; `balances`: what is owed on each invoice that the rows name.
    An entry in another currency than its invoice is refused: what is owed is a sum of one currency.
    An entry that the agency was told of (or that was left out for a reason) is not changed behind its back.
    `decision.rows["entries"]` replaces all parts of the entries that it names.
    """
    decision = Decision()
    out = decision.rows.setdefault("entries", [])
    owed = {invoice_no: left.balance for invoice_no, left in balances.items()}
    now: dict[str, Sequence[Row]] = dict(existing)
    for row in rows:
        decision.counts.read += 1
        old = now.get(row.entry_no, ())
        problem = _entry_problem(row, old, balances)
        if problem is not None:
            decision.refused(problem)
        elif old and _same_entry(row, old[0]):
            decision.unchanged()
        else:
            for part in old:
                owed[part["invoice_no"]] = owed.get(part["invoice_no"], 0) + part["amount"]
            parts = _parts(row, owed, agency, _mark(old))
            now[row.entry_no] = parts
            out[:] = [part for part in out if part["entry_no"] != row.entry_no] if old else out
            out.extend(parts)
            decision.counts.applied += 1
            decision.effects.extend(_entry_effects(row, parts, bool(old)))
    return decision


def _unknown(line: int, field: str, value: str, what: str) -> FormatProblem:
    rule = f"is no {what} in the ledger: feed the {what} first, then hand in this row again"
    return FormatProblem(code=f"feed.unknown_{what}", line=line, field=field, value=value, rule=rule)


def _changes(old: Row, new: Row) -> list[tuple[str, Any, Any]]:
    return [(name, old[name], value) for name, value in new.items() if name != "line" and old[name] != value]


def _changed_effect(table: str, row: FeedRow, key: str, changed: Sequence[tuple[str, Any, Any]]) -> Effect:
    what = "; ".join(f"{name} {_shown(old)} -> {_shown(new)}" for name, old, new in changed)
    invoice_no = getattr(row, "invoice_no", None)
    return Effect(change=f"{table[:-1]} {key}: {what}", line=row.line, invoice_no=invoice_no)


def _shown(value: Any) -> str:
    return "(empty)" if value is None or value == "" else str(value)


def _entry_problem(row: EntryRow, old: Sequence[Row], balances: Mapping[str, Owed]) -> FormatProblem | None:
    for invoice_no in row.invoices:
        if invoice_no not in balances:
            return _unknown(row.line, "invoices", invoice_no, "invoice")
        if balances[invoice_no].currency != row.currency:
            rule = f"invoice {invoice_no} is in {balances[invoice_no].currency}: enter the amount in that currency"
            return FormatProblem(
                code="feed.entry_currency", line=row.line, field="currency", value=row.currency, rule=rule
            )
    if old and not _same_entry(row, old[0]) and any(part["reported"] for part in old):
        run = next(part["reported_run"] for part in old if part["reported"])
        rule = f"was handed to the agency (or left out) by run {run} and cannot change: enter the difference as a new entry"
        return FormatProblem(
            code="feed.reported", line=row.line, field="entry_no", value=row.entry_no, rule=rule
        )
    return None


def _same_entry(row: EntryRow, old: Row) -> bool:
    told = row.settlement is None or row.settlement == old["settlement"]
    return told and (
        row.kind,
        row.date,
        row.amount,
        row.currency,
        " ".join(row.invoices),
        row.payer_account,
        row.text,
    ) == (
        old["kind"],
        old["date"],
        old["whole"],
        old["currency"],
        old["linked"],
        old["payer_account"],
        old["text"],
    )


def _mark(old: Sequence[Row]) -> bool | None:
    """A mark that a person set with `settle` stays until the feed says something else."""
    return old[0]["settlement"] if old else None


def _parts(row: EntryRow, owed: dict[str, int], agency: Agency, mark: bool | None) -> list[dict[str, Any]]:
    settlement = row.settlement if row.settlement is not None else mark
    who, why = _origin(row, settlement, agency)
    base = {
        "source": "feed",
        "entry_no": row.entry_no,
        "kind": row.kind,
        "date": row.date,
        "whole": row.amount,
        "currency": row.currency,
        "linked": " ".join(row.invoices),
        "settlement": settlement,
        "payer_account": row.payer_account,
        "text": row.text,
        "origin": who,
        "origin_reason": why,
        "reported": "",
        "reported_run": None,
        "line": row.line,
    }
    shares = _shares(row, owed)
    return [
        {**base, "part": part, "invoice_no": invoice_no, "amount": amount}
        for part, (invoice_no, amount) in enumerate(shares, start=1)
    ]


def _shares(row: EntryRow, owed: dict[str, int]) -> list[tuple[str | None, int]]:
    """The amount over the invoices in the order given, each up to what is owed; what is left stays unallocated.

    One invoice takes the whole amount. The shares always sum up to the amount.
    """
    if len(row.invoices) <= 1 or row.amount <= 0:
        invoice_no = row.invoices[0] if row.invoices else None
        if invoice_no is not None:
            owed[invoice_no] -= row.amount
        return [(invoice_no, row.amount)]
    shares: list[tuple[str | None, int]] = []
    left = row.amount
    for invoice_no in row.invoices:
        share = max(0, min(left, owed[invoice_no]))
        owed[invoice_no] -= share
        left -= share
        shares.append((invoice_no, share))
    return [*shares, (None, left)] if left else shares


def _origin(row: EntryRow, settlement: bool | None, agency: Agency) -> tuple[Origin, str]:
    if row.kind != EntryKind.PAYMENT:
        return Origin.UNKNOWN, ""
    if settlement is True:
        return Origin.AGENCY, "marked as the agency's settlement"
    if row.payer_account:
        return who_paid(Payer(account=row.payer_account), agency)
    return Origin.UNKNOWN, "booked by hand"


def _entry_effects(row: EntryRow, parts: Sequence[Row], again: bool) -> list[Effect]:
    verb = "changed" if again else "booked"
    return [
        Effect(
            change=f"{row.kind.replace('_', ' ')} {row.entry_no} {verb}: {money(part['amount'], row.currency)}",
            line=row.line,
            invoice_no=part["invoice_no"],
        )
        for part in parts
    ]
