"""What a person decides, each with a run of its own in the log: holding an invoice, whose an entry is, of which invoices, and whether it is one of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping

from inkassod.core import allocation, levels
from inkassod.core.allocation import Wish, decided
from inkassod.core.model import Counts, Effect, Origin, money
from inkassod.installation import Actor, Installation
from inkassod.status_feed import add_status_feed
from inkassod.store import journal, ledger, linkage, payments
from inkassod.store.levels import level


class NotFoundError(Exception):
    """What was asked for is not there; the text says what would be."""


class UsageError(Exception):
    """The words of the call do not fit together; the text says how they would."""


def log_act(
    installation: Installation, kind: str, actor: Actor, about: Mapping[str, Any], effects: Sequence[Effect]
) -> int:
    """A run for something that a person did. Returns its number."""
    with installation.database.write() as connection:
        return _log(installation, connection, kind, actor, about, effects)


def _log(
    installation: Installation,
    connection: Connection,
    kind: str,
    actor: Actor,
    about: Mapping[str, Any],
    effects: Sequence[Effect],
) -> int:
    return _end(
        installation, connection, _begin(installation, connection, kind, actor, about), about, effects
    )


def _begin(
    installation: Installation, connection: Connection, kind: str, actor: Actor, about: Mapping[str, Any]
) -> int:
    return journal.start(
        connection,
        kind=kind,
        trigger=actor.trigger,
        actor=actor.name,
        reason=actor.reason,
        creditor=about.get("creditor", ""),
        agreement=about.get("agreement", ""),
        started=installation.now(),
    )


def _end(
    installation: Installation,
    connection: Connection,
    run: int,
    about: Mapping[str, Any],
    effects: Sequence[Effect],
) -> int:
    journal.finish(
        connection,
        run,
        outcome="done",
        finished=installation.now(),
        counts=Counts(read=len(effects), applied=len(effects)),
        what=effects,
        summary=effects[0].change if effects else "",
    )
    add_status_feed(installation, connection, run, about.get("creditor", ""))
    return run


def hold(installation: Installation, agreement: str, invoice_no: str, actor: Actor) -> int:
    """Marks an invoice as not to be handed over, for the actor's reason. Returns the run. Raises NotFoundError."""
    return _hold(installation, agreement, invoice_no, actor, "hold", actor.reason)


def release(installation: Installation, agreement: str, invoice_no: str, actor: Actor) -> int:
    """Takes the mark off again. Returns the run. Raises NotFoundError."""
    return _hold(installation, agreement, invoice_no, actor, "release", "")


def _hold(
    installation: Installation, agreement: str, invoice_no: str, actor: Actor, kind: str, reason: str
) -> int:
    creditor = installation.settings.agreements[agreement].creditor
    text = f"put on hold: {reason}" if kind == "hold" else "released from hold"
    with installation.database.write() as connection:
        if not ledger.hold(connection, creditor, invoice_no, reason):
            raise NotFoundError(f"invoice {invoice_no} is not in the ledger")
        about = {"creditor": creditor, "agreement": agreement}
        effect = Effect(change=text, invoice_no=invoice_no)
        return _log(installation, connection, kind, actor, about, [effect])


def settle(installation: Installation, entry_no: str, actor: Actor, *, settlement: bool) -> int:
    """Marks a payment of which nobody can tell who paid it. Returns the run. Raises NotFoundError, UsageError."""
    who = Origin.AGENCY if settlement else Origin.UNKNOWN
    why = "marked as the agency's settlement" if settlement else "marked as not the agency's settlement"
    with installation.database.write() as connection:
        creditor, parts = _entry(installation, connection, entry_no)
        _refuse_settle(parts, entry_no)
        ledger.settle(connection, creditor, entry_no, settlement=settlement, origin=who, why=why)
        effects = [
            Effect(change=f"payment {entry_no} {why}", invoice_no=part["invoice_no"]) for part in parts
        ]
        return _log(installation, connection, "settle", actor, {"creditor": creditor}, effects)


def _entry(installation: Installation, connection: Connection, entry_no: str) -> tuple[str, list[RowMapping]]:
    for creditor in installation.settings.creditors:
        parts = ledger.find_entry(connection, creditor, entry_no)
        if parts:
            return creditor, parts
    raise NotFoundError(f"entry {entry_no} is not in the ledger")


def _refuse_settle(parts: Sequence[Any], entry_no: str) -> None:
    first = parts[0]
    if first["kind"] != "payment":
        raise UsageError(f"entry {entry_no} is no payment but a {first['kind'].replace('_', ' ')}")
    # A mark makes the origin known (or unknown still), and may be set the other way as long as nobody was told.
    if first["source"] != "feed" and first["settlement"] is None and first["origin"] != Origin.UNKNOWN:
        raise UsageError(
            f"who paid entry {entry_no} is known from the bank's file ({first['origin_reason']}): there is nothing to mark"
        )
    told = [part for part in parts if part["reported"] in {"in", "out"} and decided(part)]
    if told:
        raise UsageError(
            f"entry {entry_no} was decided on by run {told[0]['reported_run']} ({told[0]['reported_reason']})"
        )


def allocate(
    installation: Installation, entry_no: str, wishes: Sequence[Wish], keep: int, actor: Actor
) -> int:
    """Splits an entry by hand, of the feed or of a bank's file. Returns the run. Raises NotFoundError, UsageError."""
    with installation.database.write() as connection:
        creditor, parts = _entry(installation, connection, entry_no)
        parts = [part for part in parts if part["source"] == parts[0]["source"]]
        owed = ledger.balances(connection, creditor, [wish.invoice_no for wish in wishes])
        found = allocation.allocate(parts, wishes, keep, owed)
        if isinstance(found, allocation.Refused):
            reasons = "; ".join(reason.text for reason in found.reasons)
            raise UsageError(f"entry {entry_no} cannot be allocated so: {reasons}")
        run = _begin(installation, connection, "allocate", actor, {"creditor": creditor})
        linkage.put_pieces(connection, run, parts, found)
        left = linkage.cases_left(
            connection, creditor, [piece.invoice_no for piece in found if piece.invoice_no]
        )
        effects = allocation.effects(parts[0], found, {number: case.case_id for number, case in left.items()})
        effects += levels.effects(level(connection))
        return _end(installation, connection, run, {"creditor": creditor}, effects)


def doubles(installation: Installation) -> list[RowMapping]:
    """The payments that wait for a decision whether they repeat another, oldest first, with the payment that each may repeat."""
    with installation.database.read() as connection:
        return [
            row
            for creditor in installation.settings.creditors
            for row in payments.doubles(connection, creditor)
        ]


def double_decide(installation: Installation, entry: int, actor: Actor, *, same: bool) -> int:
    """A possible double is the payment that it repeats, or one of its own. Returns the run. Raises NotFoundError, UsageError."""
    with installation.database.write() as connection:
        row = payments.double(connection, entry)
        if row is None:
            raise NotFoundError(
                f"entry {entry} was not set aside as a possible double: `inkassod double` lists them"
            )
        if row["double"] != payments.POSSIBLE:
            known = "a payment of its own" if row["double"] == payments.COUNTED else "the same payment"
            raise UsageError(f"entry {entry} was decided on: it is {known}")
        payments.decide_double(connection, row, same=same)
        effect = Effect(change=_decided(row, same=same), invoice_no=row["twin_invoice"])
        moved = levels.effects(level(connection))
        return _log(
            installation, connection, "double", actor, {"creditor": row["creditor"]}, [effect, *moved]
        )


def _decided(row: RowMapping, *, same: bool) -> str:
    payment = f"payment of {money(row['amount'], row['currency'])} of line {row['line']} of run {row['run']}"
    other = f"line {row['twin_line']} of run {row['twin_run']}"
    if same:
        return f"{payment} is that of {other} once more, and counts once"
    return f"{payment} is another than that of {other}: it counts"
