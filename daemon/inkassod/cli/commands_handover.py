"""What goes to the agency: candidates, transfer, holds; corrections, whose a payment is, and whether it is one of its own."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from inkasso_formats.feed.convert import RefusedError, parse_amount
from inkassod import app
from inkassod.cli import tables, tables_ledger
from inkassod.cli.context import DONE, HELD_BACK, Agreement, Call, Reason, actor, status_of
from inkassod.core.allocation import Wish

commands = typer.Typer(rich_markup_mode=None)
corrections = typer.Typer(rich_markup_mode=None, help="What the agency is told of payments.")
commands.add_typer(corrections, name="corrections")
Invoice = Annotated[str, typer.Argument(metavar="INVOICE", help="The invoice's number.", show_default=False)]
Entry = Annotated[
    str, typer.Argument(metavar="ENTRY", help="The entry's number, as the ERP gave it.", show_default=False)
]


@commands.command()
def candidates(
    context: typer.Context,
    agreement: Agreement = "",
    qualifying: Annotated[
        bool | None,
        typer.Option("--qualifying/--held", help="Only these, or only the others.", show_default=False),
    ] = None,
) -> int:
    """Which overdue invoices qualify, and why the others do not."""
    call = Call.of(context)
    with call.working("Judging invoices ..."):
        name = call.agreement(agreement)
        found = app.candidates(call.installation, name)
    shown = [one for one in found if qualifying in {None, one["qualifies"]}]
    shown.sort(key=lambda one: not one["qualifies"])
    call.answer({"agreement": name, "candidates": shown}, tables_ledger.candidates)
    return DONE


@commands.command()
def transfer(
    context: typer.Context,
    invoices: Annotated[
        list[str] | None, typer.Argument(metavar="INVOICE", help="Invoice numbers.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that qualify.")] = False,
    raise_level: Annotated[
        bool,
        typer.Option(
            "--raise-level", help="Where an own reminder is lacking, book it as sent today instead."
        ),
    ] = False,
    agreement: Agreement = "",
    reason: Reason = "",
) -> int:
    """Puts invoices to transfer to the agency.

    They leave at once or at the agreement's time.
    """
    if every == bool(invoices):
        raise app.UsageError("either invoices are named, or --all is given")
    call = Call.of(context)
    with call.working("Putting to transfer ..."):
        result = app.transfer(
            call.installation,
            call.agreement(agreement),
            invoices or [],
            actor(reason),
            every=every,
            raise_level=raise_level,
        )
    call.answer(result, tables_ledger.transferred)
    return HELD_BACK if result["refused"] else status_of([result["new_cases"]] if result["new_cases"] else [])


@commands.command()
def hold(
    context: typer.Context,
    invoice: Invoice,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the log.")],
    agreement: Agreement = "",
) -> int:
    """Keeps an invoice from being handed over.

    Until it is released.
    """
    call = Call.of(context)
    made = app.hold(call.installation, call.agreement(agreement), invoice, actor(reason))
    call.answer({"runs": [made]}, tables.acts)
    return status_of([made])


@commands.command()
def release(context: typer.Context, invoice: Invoice, agreement: Agreement = "", reason: Reason = "") -> int:
    """Lets an invoice that was on hold be handed over again."""
    call = Call.of(context)
    made = app.release(call.installation, call.agreement(agreement), invoice, actor(reason))
    call.answer({"runs": [made]}, tables.acts)
    return status_of([made])


@corrections.command("preview")
def corrections_preview(context: typer.Context, agreement: Agreement = "") -> int:
    """Every entry since the last file, in or out, and why."""
    call = Call.of(context)
    found = app.corrections_preview(call.installation, call.agreement(agreement))
    call.answer(found, tables_ledger.corrections)
    return DONE


@corrections.command("generate")
def corrections_generate(
    context: typer.Context,
    agreement: Agreement = "",
    force: Annotated[
        bool, typer.Option("--force", help="Although payment files wait unread; needs --reason.")
    ] = False,
    reason: Reason = "",
) -> int:
    """Writes the correction file and queues it.

    Refused while a payment file waits unread.
    """
    call = Call.of(context)
    made = app.corrections_generate(call.installation, call.agreement(agreement), actor(reason), force=force)
    runs = [made] if made is not None else []
    call.answer({"runs": runs}, tables_ledger.correction_file)
    return status_of(runs)


@commands.command()
def settle(context: typer.Context, entry: Entry, reason: Reason = "") -> int:
    """Marks a payment as the agency's settlement.

    One of which nobody can tell who paid it: no correction tells the agency of it.
    """
    call = Call.of(context)
    made = app.settle(call.installation, entry, actor(reason), settlement=True)
    call.answer({"runs": [made]}, tables.acts)
    return status_of([made])


@commands.command()
def unsettle(context: typer.Context, entry: Entry, reason: Reason = "") -> int:
    """Marks a payment as not the agency's settlement.

    One of which nobody can tell who paid it: the agency is told of it as a direct payment.
    """
    call = Call.of(context)
    made = app.settle(call.installation, entry, actor(reason), settlement=False)
    call.answer({"runs": [made]}, tables.acts)
    return status_of([made])


@commands.command()
def allocate(
    context: typer.Context,
    entry: Entry,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the log.")],
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="INVOICE=AMOUNT",
            help="So much to that invoice; repeatable. Without =AMOUNT: all that is left.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        str, typer.Option(metavar="AMOUNT", help="So much stays without an invoice.", show_default=False)
    ] = "0.00",
) -> int:
    """Splits a payment or another entry by hand over its invoices.

    What was reported already stays where it is, and is named too: the amounts sum up to the entry.
    """
    call = Call.of(context)
    wishes = [_wish(text) for text in to or []]
    made = app.allocate(call.installation, entry, wishes, _amount(keep), actor(reason))
    call.answer({"runs": [made]}, tables.acts)
    return status_of([made])


def _wish(text: str) -> Wish:
    """`INVOICE=AMOUNT`, or INVOICE alone."""
    invoice_no, given, amount = text.rpartition("=")
    return Wish(invoice_no, _amount(amount)) if given else Wish(text)


def _amount(text: str) -> int:
    try:
        return parse_amount(text.strip())
    except RefusedError as error:
        raise app.UsageError(f"{text!r}: {error}") from None


@commands.command()
def double(
    context: typer.Context,
    entry: Annotated[
        int | None,
        typer.Argument(metavar="ENTRY", min=1, help="Its number in the list.", show_default=False),
    ] = None,
    which: Annotated[
        Literal["same", "different"] | None,
        typer.Argument(help="The same payment as the other one, or a different one.", show_default=False),
    ] = None,
    reason: Reason = "",
) -> int:
    """Payments that may have come twice: lists them, or decides on one.

    Until then they count nowhere.
    """
    if (entry is None) != (which is None):
        raise app.UsageError("an entry and what it is go together: inkassod double ENTRY same|different")
    call = Call.of(context)
    if entry is None:
        call.answer({"doubles": app.doubles(call.installation)}, tables_ledger.doubles)
        return DONE
    made = app.double_decide(call.installation, entry, actor(reason), same=which == "same")
    call.answer({"runs": [made]}, tables.acts)
    return status_of([made])
