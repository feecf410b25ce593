"""What a person can ask for. Each function takes the installation and plain values, and returns documents (`views`).

The command line, and later the console, render what comes back; they decide nothing.
"""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from inkasso_formats import dialects
from inkasso_formats.feed import FEED_TYPES, MIXED, feed_type_of
from inkasso_formats.problems import FormatError
from inkassod import (
    acts,
    clock,
    corrections,
    effect_views,
    exchange,
    inbound,
    notify,
    rawtext,
    runs,
    selection,
    sending,
    showing,
    spool,
    trial,
    views,
)
from inkassod.acts import NotFoundError, UsageError, log_act
from inkassod.core.model import Effect, money
from inkassod.installation import Actor, Installation, load_dialects
from inkassod.kinds import KINDS
from inkassod.service import Service
from inkassod.settings import Settings, load
from inkassod.store import cases, journal, ledger, news, outbox
from inkassod.store.database import Database
from inkassod.transport.agent import TransportError
from inkassod.views import Document

MANY = 1_000_000_000

_log = structlog.get_logger()


def open_installation(settings_path: Path) -> Installation:
    """The installation of a settings file: folders made, tables brought up to date.

    Raises SettingsError, FormatError (a dialect), OSError, DBAPIError.
    """
    return installation_of(load(settings_path))


def installation_of(settings: Settings) -> Installation:
    """The same, of settings that are read already."""
    database = Database(settings.daemon.database)
    database.upgrade()
    return Installation(
        settings=settings,
        spool=spool.make_folders(settings.daemon.spool),
        database=database,
        clock=clock.from_environment(),
        dialects=load_dialects(settings),
    )


def check_settings(settings: Settings) -> Document:
    """Settings that were read, and can be used if their dialects can. Raises FormatError (a dialect)."""
    load_dialects(settings)
    return {
        "settings": str(settings.path),
        "creditors": list(settings.creditors),
        "agreements": list(settings.agreements),
    }


def dialect_layouts(name: str = "") -> list[Document]:
    """The layouts of a shipped dialect, or of all. Raises UsageError."""
    if name and name not in dialects.shipped():
        raise UsageError(f"there is no dialect {name!r}: one of {', '.join(dialects.shipped())}")
    return [views.dialect(dialects.load(one)) for one in ([name] if name else dialects.shipped())]


def agreement_named(installation: Installation, name: str) -> str:
    """The agreement of that name, or the only one where the name is empty. Raises UsageError."""
    names = sorted(installation.agreements())
    if name in names:
        return name
    if not name and len(names) == 1:
        return names[0]
    wish = f"there is no agreement {name!r} in use" if name else "which agreement is meant"
    raise UsageError(f"{wish}: --agreement takes one of {', '.join(names) or '(none in use)'}")


# --- the daemon -----------------------------------------------------------------------------------------------------


def serve(settings_path: Path, installation: Installation) -> None:
    """The daemon in the foreground, until SIGTERM or SIGINT; SIGHUP reads the settings again.

    Settings that are wrong on SIGHUP change nothing: the daemon goes on with those it has, and says so.
    """
    state = {"again": True, "reload": False, "service": Service(installation)}

    def stop(_number: int, _frame: object) -> None:
        state["again"] = False
        state["service"].stop()  # type: ignore[attr-defined]

    def reload(_number: int, _frame: object) -> None:
        state["reload"] = True
        state["service"].stop()  # type: ignore[attr-defined]

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, reload)
    while state["again"]:
        state["service"].run()  # type: ignore[attr-defined]
        if state["again"] and state["reload"]:
            notify.reloading()
            installation = _reloaded(settings_path, installation)
            state.update(reload=False, service=Service(installation))


def _reloaded(settings_path: Path, installation: Installation) -> Installation:
    try:
        return open_installation(settings_path)
    except Exception as error:  # noqa: BLE001  (whatever is wrong with the new settings, the old ones go on)
        _log.error("settings_not_reloaded", reason=str(error))
        return installation


# --- reading, fetching, sending --------------------------------------------------------------------------------------


def read(
    installation: Installation, kind: str, files: Sequence[Path], actor: Actor, *, dry_run: bool = False
) -> list[Document]:
    """Reads files of a kind now: those named, or whatever waits in the spool and at the agency.

    With `dry_run`, what reading them would change. Raises SpoolError, OSError, FormatError (of a trial), Busy, TroubleError.
    """
    files = _in_turn(files)
    if dry_run:
        return [_trial(installation, kind, path) for path in files or _waiting(installation, kind)]
    if files:
        area = getattr(installation.spool, KINDS[kind].area)
        numbers = [runs.read_by_hand(installation, area, path, actor, expected=kind) for path in files]
    else:
        numbers = _read_waiting(installation, kind, actor)
    exchange.deliver_to_erp(installation)
    return [log_show(installation, number) for number in numbers]


def _in_turn(files: Sequence[Path]) -> list[Path]:
    """Feeds in the order in which they depend on each other, as those in an inbox are; else as they were given."""
    order = [*FEED_TYPES, MIXED, None]
    return sorted(files, key=lambda path: order.index(feed_type_of(path.name)))


def _read_waiting(installation: Installation, kind: str, actor: Actor) -> list[int]:
    area = getattr(installation.spool, KINDS[kind].area)
    if KINDS[kind].area == "agency":
        for agreement in installation.agreements():
            exchange.fetch(installation, agreement, actor, quiet=True)
    if runs.anything_waits(area):
        time.sleep(
            installation.settings.daemon.settle_seconds
        )  # what was dropped just now may still be written
    return runs.work_through(
        installation, area, actor, wanted=lambda path: inbound.kind_of(installation, path) == kind
    )


def _waiting(installation: Installation, kind: str) -> list[Path]:
    area = getattr(installation.spool, KINDS[kind].area)
    files = spool.waiting(area, settle_seconds=0, now=time.time())
    return [file.path for file in files if inbound.kind_of(installation, file.path) == kind]


def _trial(installation: Installation, kind: str, path: Path) -> Document:
    found = trial.dry_run(installation, path, expected=kind)
    effects = effect_views.new_effects(found.new, found.more)
    effects += [effect_views.effect(row) for row in found.effects]
    effects += [effect_views.payment_effect(row) for row in found.payments]
    return {
        **views.run(found.run),
        "run": None,
        "problems": [views.problem(row) for row in found.problems],
        "effects": effects,
    }


def fetch(installation: Installation, agreement: str, actor: Actor) -> list[Document]:
    """Fetches what the agency has put out and reads it. Raises TransportError, Busy, TroubleError."""
    run = exchange.fetch(installation, agreement, actor)
    read_runs = runs.work_through(installation, installation.spool.agency, actor)
    exchange.deliver_to_erp(installation)
    return [log_show(installation, number) for number in [run, *read_runs] if number is not None]


def send(installation: Installation, agreement: str, actor: Actor) -> list[Document]:
    """Sends what waits in the outbox. Raises TransportError, Busy."""
    exchange.deliver_to_erp(installation)
    run = exchange.send(installation, agreement, actor)
    return [log_show(installation, run)] if run is not None else []


def retry(installation: Installation, run: int, actor: Actor) -> Document:
    """The file of a failed run again. Raises NotFoundError, UsageError."""
    try:
        number = runs.retry(installation, run, actor)
    except KeyError:
        raise NotFoundError(f"there is no run {run}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    exchange.deliver_to_erp(installation)
    return log_show(installation, number)


def mark_delivered(installation: Installation, run: int, actor: Actor) -> Document:
    """The files of a run were brought to the other side by hand: nothing more is sent. Raises NotFoundError, UsageError."""
    with installation.database.read() as connection:
        files = [dict(row) for row in outbox.of_run(connection, run)]
        row = journal.get(connection, run)
    waiting = [file for file in files if file["state"] != outbox.DONE]
    if row is None or not files:
        raise NotFoundError(f"run {run} made no file that leaves")
    if not waiting:
        raise UsageError(f"the files of run {run} were delivered already")
    number = log_act(
        installation,
        "mark",
        actor,
        dict(row),
        [Effect(change=f"{file['name']} (run {run}) marked as delivered by hand") for file in waiting],
    )
    for file in waiting:
        with installation.database.write() as connection:
            note = f"delivered by hand: {actor.reason} ({actor.name}, run {number})"
            outbox.advance(
                connection,
                file["id"],
                outbox.SENT,
                installation.now(),
                delivered=installation.now(),
                note=note,
            )
        sending.finish(installation, file)
    return log_show(installation, number)


# --- hand-over -------------------------------------------------------------------------------------------------------


def candidates(installation: Installation, agreement: str) -> list[Document]:
    """Every open, overdue invoice, with every reason against its hand-over."""
    verdicts = selection.candidates(installation, agreement)
    creditor = installation.settings.agreements[agreement].creditor
    numbers = {verdict.claim.invoice.customer_no for verdict in verdicts}
    with installation.database.read() as connection:
        names = ledger.customer_names(connection, creditor, numbers)
    return [
        views.candidate(verdict, names.get(verdict.claim.invoice.customer_no, "")) for verdict in verdicts
    ]


def transfer(
    installation: Installation,
    agreement: str,
    invoice_nos: Sequence[str],
    actor: Actor,
    *,
    every: bool = False,
    raise_level: bool = False,
) -> Document:
    """Puts invoices (or with `every` all candidates) to transfer; they leave at once or at the agreement's time."""
    if every:
        verdicts = selection.candidates(installation, agreement)
        invoice_nos = [verdict.claim.invoice.invoice_no for verdict in verdicts if verdict.qualifies]
    if not invoice_nos:
        raise UsageError("no invoice is named, or none qualifies: `inkassod candidates` tells why")
    try:
        result = selection.transfer(installation, agreement, invoice_nos, actor, raise_level=raise_level)
    except KeyError as error:
        raise NotFoundError(f"invoice {error.args[0]} is not in the ledger") from None
    exchange.deliver_to_erp(installation)
    return {
        "run": result.run,
        "put": list(result.put),
        "raised": list(result.raised),
        "refused": [
            {"invoice": name, "reasons": [{"code": reason.code, "text": reason.text} for reason in reasons]}
            for name, reasons in result.refused
        ],
        "new_cases": log_show(installation, result.new_cases) if result.new_cases is not None else None,
        "leaves_at": installation.terms(agreement).transfer,
    }


def hold(installation: Installation, agreement: str, invoice_no: str, actor: Actor) -> Document:
    """An invoice is not handed over until it is released; one that stands to transfer is taken off the list."""
    creditor = installation.settings.agreements[agreement].creditor
    with installation.database.write() as connection:
        if not ledger.hold(connection, creditor, invoice_no, actor.reason):
            raise NotFoundError(f"invoice {invoice_no} is not in the ledger")
    selection.untransfer(installation, agreement, invoice_no, actor)
    effect = Effect(change=f"put on hold: {actor.reason}", invoice_no=invoice_no)
    about = {"creditor": creditor, "agreement": agreement}
    return log_show(installation, log_act(installation, "hold", actor, about, [effect]))


def release(installation: Installation, agreement: str, invoice_no: str, actor: Actor) -> Document:
    """An invoice that was on hold may be handed over again."""
    creditor = installation.settings.agreements[agreement].creditor
    with installation.database.write() as connection:
        if not ledger.hold(connection, creditor, invoice_no, ""):
            raise NotFoundError(f"invoice {invoice_no} is not in the ledger")
    effect = Effect(change="released from hold", invoice_no=invoice_no)
    about = {"creditor": creditor, "agreement": agreement}
    return log_show(installation, log_act(installation, "release", actor, about, [effect]))


# --- corrections -----------------------------------------------------------------------------------------------------


def corrections_preview(installation: Installation, agreement: str) -> Document:
    """Every entry since the last correction file, in or out, with its reason; and what keeps the file from being made."""
    lines = corrections.preview(installation, agreement)
    return {
        "agreement": agreement,
        "lines": [views.correction(line) for line in lines],
        "totals": views.correction_totals(lines),
        "unread": [str(path) for path in corrections.unread_payments(installation)],
    }


def corrections_generate(
    installation: Installation, agreement: str, actor: Actor, *, force: bool = False
) -> Document | None:
    """Writes the correction file and queues it; None where no entry waits. Raises UnreadPaymentsError, UsageError."""
    if force and not actor.reason:
        raise UsageError("--force needs --reason: it stands in the log")
    run = corrections.generate(installation, agreement, actor, force=force)
    exchange.deliver_to_erp(installation)
    return log_show(installation, run) if run is not None else None


def settle(installation: Installation, entry_no: str, actor: Actor, *, settlement: bool) -> Document:
    """Marks a payment as the agency's settlement (or as not) where nobody can tell who paid, before a correction decides on it.

    Those are payments booked by hand, and of banks' files those without a payer. Raises NotFoundError, UsageError.
    """
    return log_show(installation, acts.settle(installation, entry_no, actor, settlement=settlement))


# --- payments that came twice ----------------------------------------------------------------------------------------


def doubles(installation: Installation) -> list[Document]:
    """The payments that may repeat another and wait for a decision, oldest first."""
    return [effect_views.double(row) for row in acts.doubles(installation)]


def double_decide(installation: Installation, entry: int, actor: Actor, *, same: bool) -> Document:
    """A possible double is the same payment as another (and counts once), or one of its own. Raises NotFoundError, UsageError."""
    return log_show(installation, acts.double_decide(installation, entry, actor, same=same))


# --- cases -----------------------------------------------------------------------------------------------------------


def cases_list(
    installation: Installation, *, status: str = "", agreement: str = "", invoice: str = "", limit: int = 50
) -> list[Document]:
    """The newest cases first."""
    filters = {"status": status, "agreement": agreement, "invoice_no": invoice}
    with installation.database.read() as connection:
        return [views.case(row) for row in cases.listing(connection, filters=filters, limit=limit)]


def case_show(installation: Installation, text: str) -> list[Document]:
    """The cases that a number (ours, the agency's, the invoice's) names, each with its time line and its entries."""
    with installation.database.read() as connection:
        found = cases.find(connection, text)
        if not found:
            raise NotFoundError(f"no case has the number {text!r}: ours, the agency's or the invoice's")
        return [_whole_case(installation, connection, row) for row in found]


def _whole_case(installation: Installation, connection: Any, row: Any) -> Document:
    invoice = ledger.invoice(connection, row["creditor"], row["invoice_no"])
    entries = ledger.entries_of(connection, row["creditor"], row["invoice_no"])
    events = [
        views.event(event, _raw_line(installation, event["run"], event["line"]))
        for event in cases.timeline(connection, row["case_id"])
    ]
    events += [_entry_event(installation, connection, entry) for entry in entries]
    return {
        **views.case(row, balance=invoice["balance"] if invoice is not None else 0),
        "timeline": sorted(events, key=lambda event: (event["run"], event["line"] or 0)),
        "entries": [views.entry(entry) for entry in entries],
    }


def _entry_event(installation: Installation, connection: Any, entry: Any) -> Document:
    run = journal.get(connection, entry["run"])
    amount = money(entry["amount"], entry["currency"])
    change = f"{entry['kind'].replace('_', ' ')} of {amount} of {entry['date']}: {entry['origin_reason'] or 'booked'}"
    raw = _raw_line(installation, entry["run"], entry["line"])
    return views.event({**dict(run or {}), "line": entry["line"], "change": change}, raw)


def unmatched(installation: Installation, limit: int = 50) -> list[Document]:
    """Payments and other entries that settle no invoice, newest first."""
    with installation.database.read() as connection:
        return [
            views.entry(row)
            for creditor in installation.settings.creditors
            for row in ledger.unmatched(connection, creditor, limit)
        ]


# --- files that are only looked at -----------------------------------------------------------------------------------


def show(path: Path, *, mask: bool = False) -> tuple[Document, FormatError | None, bool]:
    """A payment file or an agency's file made readable; nothing is needed for it but the file. Raises OSError.

    Gives the document, why the file as a whole is refused (its problems stand in the document too), and whether single
    records are. `mask` hides whose the payments are.
    """
    shown = showing.read(path)
    error = shown.error(mask=mask) if shown.refused else None
    return showing.document(shown, mask=mask), error, shown.faulty


def show_difference(a: Path, b: Path, *, mask: bool = False) -> tuple[Document, bool]:
    """What stands in one of two files only, or in both with other values; and whether single records of them are refused.

    Raises FormatError where one is refused or where they are of two kinds; OSError.
    """
    one, other = showing.read(a), showing.read(b)
    return showing.difference(one, other, mask=mask), one.faulty or other.faulty


# --- the job log -----------------------------------------------------------------------------------------------------


def log_list(
    installation: Installation,
    *,
    filters: Mapping[str, str],
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> list[Document]:
    """The newest runs first; `filters` by kind, outcome, agreement, trigger."""
    with installation.database.read() as connection:
        rows = journal.listing(connection, filters=filters, since=since, until=until, limit=limit)
        return [views.run(row) for row in rows]


def log_show(installation: Installation, run: int) -> Document:
    """One run, opened to every problem and every line's effect, and to where its files stand."""
    with installation.database.read() as connection:
        row = journal.get(connection, run)
        if row is None:
            raise NotFoundError(f"there is no run {run}")
        effects = (
            effect_views.new_effects(*news.new_rows_of(connection, run, news.MOST))
            if row["kind"] == "feed"
            else []
        )
        effects += [effect_views.effect(one) for one in journal.effects_of(connection, run)]
        effects += [effect_views.payment_effect(one) for one in journal.payments_of(connection, run)]
        return {
            **views.run(row),
            "problems": [views.problem(one) for one in journal.problems_of(connection, run)],
            "effects": effects,
            "delivery": [views.delivery(one) for one in outbox.of_run(connection, run)],
        }


def log_raw(installation: Installation, run: int) -> Iterator[bytes]:
    """The exact bytes that a run read or made, piece by piece. Raises NotFoundError."""
    with installation.database.read() as connection:
        row = journal.get(connection, run)
        files = [dict(one) for one in outbox.of_run(connection, run)] if row is not None else []
    if row is not None and row["archive"]:
        with spool.open_archived(installation.spool, row["archive"]) as file:
            yield from iter(lambda: file.read(1 << 20), b"")
        return
    if not files:
        raise NotFoundError(
            f"there is no run {run}" if row is None else f"run {run} ({row['kind']}) has no file"
        )
    with installation.database.read() as connection:
        yield from outbox.content(connection, files[0]["id"])


def log_raw_lines(installation: Installation, run: int) -> Document:
    """The same line by line, each with its problems. Raises NotFoundError, UsageError where it is no text."""
    content = b"".join(log_raw(installation, run))
    if b"\0" in content:
        raise UsageError(f"the file of run {run} is no text: --bytes writes it as it is")
    with installation.database.read() as connection:
        row = dict(journal.get(connection, run) or {})
        return rawtext.document(row, content, journal.problems_of(connection, run))


def _raw_line(installation: Installation, run: int, line: int | None) -> str | None:
    """The text of one line of a run's file; None where the event has no line."""
    if line is None:
        return None
    lines = _lines(log_raw(installation, run))
    return next((rawtext.text_of(text) for text in itertools.islice(lines, line - 1, line)), None)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines out of pieces that end anywhere."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest


def log_export(
    installation: Installation, *, filters: Mapping[str, str], since: datetime | None, until: datetime | None
) -> list[Document]:
    """Every run that fits, oldest first."""
    return log_list(installation, filters=filters, since=since, until=until, limit=MANY)[::-1]


def waiting_to_leave(installation: Installation) -> dict[str, list[str]]:
    """What has not gone the whole way, by channel: the names, oldest first."""
    with installation.database.read() as connection:
        return {
            channel: [row["name"] for row in outbox.waiting(connection, channel)]
            for channel in sorted(outbox.channels(connection))
        }


# The command line tells these errors apart, and imports nothing below this module.
__all__ = ["NotFoundError", "TransportError", "UsageError"]
