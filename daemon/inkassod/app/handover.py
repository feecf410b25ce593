"""What a person does about invoices, corrections and payments: transfer, hold, settle, split, decide on a double."""

from __future__ import annotations

from collections.abc import Sequence

from inkassod import (
    acts,
    corrections,
    effect_views,
    exchange,
    selection,
    views,
)
from inkassod.acts import NotFoundError, UsageError
from inkassod.app.log import log_show
from inkassod.core.allocation import Wish
from inkassod.installation import Actor, Installation
from inkassod.store import ledger
from inkassod.views import Document


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
    run = acts.hold(installation, agreement, invoice_no, actor)
    selection.untransfer(installation, agreement, invoice_no, actor)
    return log_show(installation, run)


def release(installation: Installation, agreement: str, invoice_no: str, actor: Actor) -> Document:
    """An invoice that was on hold may be handed over again."""
    return log_show(installation, acts.release(installation, agreement, invoice_no, actor))


def corrections_preview(installation: Installation, agreement: str) -> Document:
    """Every entry since the last correction file, in or out with its reason, or held back; and what keeps the file from being made."""
    found = corrections.preview(installation, agreement)
    return {
        "agreement": agreement,
        "lines": [views.correction(line) for line in found.lines],
        "held": [effect_views.link_problem(problem) for problem in found.problems],
        "totals": views.correction_totals(found.lines),
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


def allocate(
    installation: Installation, entry_no: str, wishes: Sequence[Wish], keep: int, actor: Actor
) -> Document:
    """Splits an entry by hand: so much to each invoice, and what is kept without one. Raises NotFoundError, UsageError."""
    return log_show(installation, acts.allocate(installation, entry_no, wishes, keep, actor))


def doubles(installation: Installation) -> list[Document]:
    """The payments that may repeat another and wait for a decision, oldest first."""
    return [effect_views.double(row) for row in acts.doubles(installation)]


def double_decide(installation: Installation, entry: int, actor: Actor, *, same: bool) -> Document:
    """A possible double is the same payment as another (and counts once), or one of its own. Raises NotFoundError, UsageError."""
    return log_show(installation, acts.double_decide(installation, entry, actor, same=same))
