"""What there is and what happened: cases, payments that match nothing, and the job log."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from inkassod import app
from inkassod.cli import tables, tables_layout, tables_ledger
from inkassod.cli.context import DONE, Call, Limit
from inkassod.cli.render import plain_value
from inkassod.core.model import CaseStatus

commands = typer.Typer(rich_markup_mode=None)
cases = typer.Typer(rich_markup_mode=None, help="The cases at the agency.")
log = typer.Typer(rich_markup_mode=None, help="The job log: list, show, raw, export.")
commands.add_typer(cases, name="cases")
commands.add_typer(log, name="log")

Run = Annotated[
    int, typer.Argument(metavar="RUN", min=1, help="Its number in the job log.", show_default=False)
]
Kind = Annotated[
    str,
    typer.Option(metavar="KIND", help="feed, payments, receipts, new_cases, corrections, send, fetch ..."),
]
Outcome = Annotated[
    Literal["done", "issues", "failed", "duplicate", "running"] | None,
    typer.Option(help="Only these.", show_default=False),
]
Trigger = Annotated[
    Literal["watch", "schedule", "manual"] | None, typer.Option(help="Only these.", show_default=False)
]
OfAgreement = Annotated[str, typer.Option(metavar="NAME", help="Only of this agreement.")]
Since = Annotated[
    datetime | None,
    typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="From this day on, as 2026-11-21."),
]
Until = Annotated[
    datetime | None, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Until this day, with it.")
]


@cases.command("list")
def cases_list(
    context: typer.Context,
    status: Annotated[CaseStatus | None, typer.Option(help="Only these.", show_default=False)] = None,
    agreement: OfAgreement = "",
    invoice: Annotated[str, typer.Option(metavar="INVOICE", help="Only of this invoice.")] = "",
    limit: Limit = 50,
) -> int:
    """The newest cases first."""
    call = Call.of(context)
    found = app.cases_list(
        call.installation, status=status or "", agreement=agreement, invoice=invoice, limit=limit
    )
    call.answer({"cases": found}, tables_ledger.cases)
    return DONE


@cases.command("show")
def cases_show(
    context: typer.Context,
    case: Annotated[
        str,
        typer.Argument(metavar="CASE", help="Our number, the agency's or the invoice's.", show_default=False),
    ],
    raw: Annotated[
        bool, typer.Option("--raw", help="With the raw text of each line that the time line names.")
    ] = False,
) -> int:
    """A case with its time line and the entries on its invoice."""
    call = Call.of(context)
    document = {"cases": app.case_show(call.installation, case)}
    call.answer(document, tables_ledger.whole_cases_raw if raw else tables_ledger.whole_cases)
    return DONE


@commands.command()
def unmatched(context: typer.Context, limit: Limit = 50) -> int:
    """Payments that settle no invoice, newest first; other entries too, and payments that may have come twice."""
    call = Call.of(context)
    document = {"entries": app.unmatched(call.installation, limit), "doubles": app.doubles(call.installation)}
    call.answer(document, tables_ledger.unmatched)
    return DONE


@log.command("list")
def log_list(
    context: typer.Context,
    kind: Kind = "",
    outcome: Outcome = None,
    agreement: OfAgreement = "",
    trigger: Trigger = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
) -> int:
    """The newest runs first."""
    call = Call.of(context)
    filters = {"kind": kind, "outcome": outcome or "", "agreement": agreement, "trigger": trigger or ""}
    first, end = call.day(since), call.day(until, after=1)
    found = app.log_list(call.installation, filters=filters, since=first, until=end, limit=limit)
    call.answer({"runs": found}, tables.run_list)
    return DONE


@log.command("show")
def log_show(
    context: typer.Context,
    run: Run,
    everything: Annotated[bool, typer.Option("--all", help="All effects, not the first 50 only.")] = False,
) -> int:
    """A run with every problem and effect, and where its files stand."""
    call = Call.of(context)
    document = app.log_show(call.installation, run)
    call.answer(document, tables.whole_run if everything else tables.run_with_first_effects)
    return DONE


@log.command("raw")
def log_raw(
    context: typer.Context,
    run: Run,
    as_bytes: Annotated[bool, typer.Option("--bytes", help="The exact bytes, and nothing else.")] = False,
) -> int:
    """The file that a run read or made, line by line, each problem marked under its field."""
    call = Call.of(context)
    if as_bytes and call.as_json:
        raise app.UsageError("--bytes and --json do not go together")
    if as_bytes:
        for piece in app.log_raw(call.installation, run):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    else:
        call.answer(app.log_raw_lines(call.installation, run), tables_layout.raw)
    return DONE


@log.command("export")
def log_export(
    context: typer.Context,
    form: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="Of the lines.")] = "csv",
    kind: Kind = "",
    outcome: Outcome = None,
    agreement: OfAgreement = "",
    trigger: Trigger = None,
    since: Since = None,
    until: Until = None,
) -> int:
    """Every run that fits, oldest first, for other programs."""
    call = Call.of(context)
    filters = {"kind": kind, "outcome": outcome or "", "agreement": agreement, "trigger": trigger or ""}
    first, end = call.day(since), call.day(until, after=1)
    found = app.log_export(call.installation, filters=filters, since=first, until=end)
    if call.as_json:
        call.answer({"runs": found}, tables.nothing)
    elif form == "jsonl":
        for run in found:
            typer.echo(json.dumps(run, ensure_ascii=False, default=plain_value))
    else:
        _write_csv(found)
    return DONE


def _write_csv(runs: list[dict[str, Any]]) -> None:
    rows = [tables.flat(run) for run in runs]
    writer = csv.DictWriter(sys.stdout, tables.EXPORTED, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: plain_value(value) if value is not None else "" for name, value in row.items()}
        )
