"""Files read, fetched, sent, read again or marked as delivered: now, because a person asks for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from inkasso_formats.feed import FEED_TYPES, MIXED
from inkassod import (
    effect_views,
    exchange,
    inbound,
    runs,
    sending,
    spool,
    trial,
    views,
)
from inkassod.acts import NotFoundError, UsageError, log_act
from inkassod.app.log import log_show
from inkassod.core.model import Effect
from inkassod.installation import Actor, Installation
from inkassod.kinds import KINDS
from inkassod.status_feed import ERP
from inkassod.store import journal, outbox
from inkassod.views import Document


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
    return sorted(files, key=lambda path: order.index(runs.feed_type_of_file(path)))


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
        files = [dict(row) for row in outbox.of_run(connection, run) if not row["channel"].startswith(ERP)]
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
