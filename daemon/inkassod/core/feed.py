"""What rows of the feed do to the ledger: upserts by key, refused one by one where what they belong to is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from inkasso_formats.feed.rows import CustomerRow, EntryRow, FeedRow, InvoiceRow, ReminderRow
from inkasso_formats.feed.ubl_rows import PARTIAL, PartialCustomer
from inkasso_formats.problems import FormatProblem
from inkassod.core.allocation import decided
from inkassod.core.decision import Decision
from inkassod.core.model import Effect, EntryKind, Origin, Owed, money
from inkassod.core.payer import Agency, Payer, who_paid
from inkassod.core.shares import shares, warnings

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


def table_of(row: FeedRow) -> str:
    """The table that a row belongs to."""
    return next(table for kind, table in TABLES.items() if isinstance(row, kind))


def upsert(rows: Sequence[FeedRow], existing: Mapping[str, Row], parents: Collection[str]) -> Decision:
    """Customers, invoices and reminders (one type a call): new ones come in, changed ones are changed field by field.

    `existing`: ledger rows by key; `parents`: the customers (of invoices) or invoices (of reminders) in the ledger. New
    rows stand in `decision.new`, in the order of the file; changed ones, whole, in `decision.rows`.
    What a partial row does not say stays as it is (`whole`).
    """
    decision = Decision()
    if not rows:
        return decision
    table, partial = table_of(rows[0]), isinstance(rows[0], PARTIAL)
    now: dict[str, Row] = dict(existing)
    decision.counts.read = len(rows)
    for given in _with_parents(rows, parents, decision):
        key = str(given[1])
        old = now.get(key)
        row = whole(given, old) if partial else given
        if old is None:
            now[key] = row
            decision.new.append(row)
            continue
        _change(table, row, old, now, decision)
    decision.counts.applied += len(decision.new)
    return decision


def whole(row: FeedRow, old: Row | None) -> FeedRow:
    """A partial row with what stands in the ledger where it says nothing; a new customer is private unless it says so."""
    before = _by_column(old) if old is not None else {}
    if isinstance(row, PartialCustomer):
        before = {"kind": "private", **before}
    empty = {**row._field_defaults, "kind": ""}
    kept: dict[str, Any] = {
        name: before.get(name, value) if value == empty.get(name) else value
        for name, value in row._asdict().items()
    }
    plain = CustomerRow if isinstance(row, CustomerRow) else InvoiceRow
    return plain(**kept)


def _with_parents(rows: Sequence[FeedRow], parents: Collection[str], decision: Decision) -> list[FeedRow]:
    """The rows whose customer (or invoice) is in the ledger; the others are refused."""
    parent = next((parent for kind, parent in PARENTS.items() if isinstance(rows[0], kind)), None)
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
    changed = _changes(_by_column(old), new)
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
    """Entries of the feed, each as one part for every invoice it settles, and one for what is more than is owed.

    `existing`: the parts in the ledger by entry number; `balances`: what is owed on each invoice that the rows name.
    An entry in another currency than its invoice is refused: what is owed is a sum of one currency.
    An entry that the agency was told of (or that was left out for a reason) is not changed behind its back.
    `decision.rows["entries"]` replaces all parts of the entries that it names.
    """
    decision = Decision()
    out = decision.rows.setdefault("entries", [])
    owed = {invoice_no: left.balance for invoice_no, left in balances.items()}
    now: dict[str, Sequence[Row]] = dict(existing)
    _give_back(_leaving(rows, existing, balances), owed)
    for row in rows:
        decision.counts.read += 1
        old = now.get(row.entry_no, ())
        problem = _entry_problem(row, old, balances)
        if problem is not None:
            decision.refused(problem)
        elif old and _same_entry(row, old[0]):
            decision.unchanged()
        else:
            if old is not existing.get(row.entry_no):
                _give_back(old, owed)
            decision.problems.extend(warnings(row, old, owed))
            parts = _parts(row, owed, agency, _mark(old))
            now[row.entry_no] = parts
            out[:] = [part for part in out if part["entry_no"] != row.entry_no] if old else out
            out.extend(parts)
            decision.counts.applied += 1
            decision.effects.extend(_entry_effects(row, parts, bool(old)))
    return decision


def _leaving(
    rows: Sequence[EntryRow], existing: Mapping[str, Sequence[Row]], balances: Mapping[str, Owed]
) -> list[Row]:
    """The parts in the ledger whose entries change with these rows: what they settle is owed again from the first row on."""
    changed = {
        row.entry_no: old
        for row in rows
        if (old := existing.get(row.entry_no))
        and not _same_entry(row, old[0])
        and _entry_problem(row, old, balances) is None
    }
    return [part for old in changed.values() for part in old]


def _give_back(parts: Sequence[Row], owed: dict[str, int]) -> None:
    for part in parts:
        owed[part["invoice_no"]] = owed.get(part["invoice_no"], 0) + part["amount"]


def _unknown(line: int, field: str, value: str, what: str) -> FormatProblem:
    rule = f"is no {what} in the ledger: feed the {what} first, then hand in this row again"
    return FormatProblem(code=f"feed.unknown_{what}", line=line, field=field, value=value, rule=rule)


def _by_column(old: Row) -> Row:
    """A row of the ledger, or one that the batch has brought, by column name."""
    return old._asdict() if isinstance(old, tuple) and hasattr(old, "_asdict") else old


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
    if old and not _same_entry(row, old[0]) and any(map(decided, old)):
        run = next(part["reported_run"] for part in old if decided(part))
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
    found = shares(row, owed)
    return [
        {**base, "part": part, "invoice_no": invoice_no, "amount": amount}
        for part, (invoice_no, amount) in enumerate(found, start=1)
    ]


def _origin(row: EntryRow, settlement: bool | None, agency: Agency) -> tuple[Origin, str]:
    if row.kind != EntryKind.PAYMENT:
        return Origin.UNKNOWN, ""
    if settlement is True:
        return Origin.AGENCY, "marked as the agency's settlement"
    if row.payer_account:
        return who_paid(Payer(account=row.payer_account), agency)
    return Origin.UNKNOWN, "booked by hand"


def _entry_effects(row: EntryRow, parts: Sequence[Row], again: bool) -> list[Effect]:
    name = f"{row.kind.replace('_', ' ')} {row.entry_no} {'changed' if again else 'booked'}"
    found: list[Effect] = []
    for part in parts:
        text = f"{name}: {money(part['amount'], row.currency)}"
        if row.invoices and part["invoice_no"] is None:
            text += ", more than is owed: unallocated"
        found.append(Effect(change=text, line=row.line, invoice_no=part["invoice_no"]))
    return found
