"""Makes correction files: refused while a payment file waits unread, since its payments would be missing from it."""

from __future__ import annotations

from pathlib import Path

from inkasso_formats.problems import FormatProblem
from inkassod.core.model import Counts
from inkassod.inbound import kind_of
from inkassod.installation import Actor, Installation
from inkassod.kinds import KINDS
from inkassod.outgoing import send_corrections
from inkassod.store import journal


class UnreadPaymentsError(Exception):
    """Payment files wait to be read; `paths` names them."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        names = ", ".join(str(path) for path in paths[:3]) + (" ..." if len(paths) > 3 else "")
        super().__init__(
            f"{len(paths)} payment file(s) not read: {names}; read or mend them first, or force it with a reason"
        )


def unread_payments(installation: Installation) -> list[Path]:
    """Payment files that wait, are being read, or failed and were not mended."""
    area = getattr(installation.spool, KINDS["payments"].area)
    found: list[Path] = []
    for folder in (area.inbox, area.work, area.failed):
        found += [
            path
            for path in sorted(folder.iterdir())
            if path.is_file() and not path.name.startswith((".", "README"))
        ]
    for folder in (installation.spool.agency.inbox, installation.spool.erp.inbox):
        found += [
            path
            for path in sorted(folder.iterdir())
            if path.is_file() and kind_of(installation, path) == "payments"
        ]
    return found


def generate(installation: Installation, agreement: str, actor: Actor, *, force: bool = False) -> int | None:
    """Writes and queues the correction file. Returns the run, or None where no entry waits for a decision.

    `force` goes ahead although payment files wait; the actor's reason stands in the log. Raises UnreadPaymentsError, which
    is logged as a failed run once for as long as it lasts.
    """
    unread = unread_payments(installation)
    if unread and not force:
        error = UnreadPaymentsError(unread)
        _log_refusal(installation, agreement, actor, error)
        raise error
    return send_corrections(installation, agreement, actor)


def _log_refusal(
    installation: Installation, agreement: str, actor: Actor, error: UnreadPaymentsError
) -> None:
    with installation.database.write() as connection:
        run = journal.start(
            connection,
            kind="corrections",
            trigger=actor.trigger,
            actor=actor.name,
            reason=actor.reason,
            creditor=installation.settings.agreements[agreement].creditor,
            agreement=agreement,
            direction="out",
            started=installation.now(),
        )
        journal.finish(
            connection,
            run,
            outcome="failed",
            finished=installation.now(),
            counts=Counts(),
            problems=[FormatProblem(code="corrections.unread_payments", rule=str(error))],
            summary=str(error),
        )
