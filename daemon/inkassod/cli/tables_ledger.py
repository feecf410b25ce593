"""How candidates, corrections, cases and entries look to people: texts and grids, as `render.show` takes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inkassod.cli.render import Block, Grid, cell, grid
from inkassod.cli.tables import Document, problem_lines

ENTRY = (
    *("entry", "kind", "date", "amount", "currency", "origin", "origin_reason", "reported", "reminder"),
    "run",
)
UNMATCHED = (
    *("entry", "source", "kind", "date", "amount", "currency", "reference", "linked"),
    *("origin_reason", "run", "line"),
)


def candidates(document: Document) -> Iterator[Block]:
    """Those that qualify, then the others with every reason."""
    go = [one for one in document["candidates"] if one["qualifies"]]
    held = [one for one in document["candidates"] if not one["qualifies"]]
    columns = ("invoice", "customer", "name", "due", "balance", "currency", "level")
    if go:
        yield f"Qualify under {document['agreement']}: {len(go)}"
        yield Grid(columns, [_candidate(one) for one in go])
    if held:
        yield f"{'' if not go else chr(10)}Held: {len(held)}"
        reasons = ["; ".join(reason["text"] for reason in one["reasons"]) for one in held]
        rows = [(*_candidate(one), reason) for one, reason in zip(held, reasons, strict=True)]
        yield Grid((*columns, "why not"), rows)
    if not go and not held:
        yield "No open, overdue invoice fits."


def _candidate(one: Document) -> tuple[Any, ...]:
    names = ("invoice", "customer", "name", "due", "balance", "currency", "reminder_level")
    return tuple(one[name] for name in names)


def transferred(result: Document) -> Iterator[Block]:
    """What became of a wish to transfer."""
    yield f"Put to transfer: {len(result['put'])} (run {result['run']})"
    if result["raised"]:
        yield f"Reminder level raised instead: {', '.join(result['raised'])}"
    if result["refused"]:
        yield f"Refused: {len(result['refused'])}"
        rows = [
            (one["invoice"], "; ".join(why["text"] for why in one["reasons"])) for one in result["refused"]
        ]
        yield Grid(("invoice", "why not"), rows)
    if result["new_cases"]:
        yield from _queued(result["new_cases"])
    elif result["put"] and result["leaves_at"]:
        yield f"They leave at {cell(result['leaves_at'])}."


def _queued(run: Document) -> Iterator[Block]:
    yield f"Run {run['run']}: {run['summary']}"
    yield from problem_lines(run)
    for one in run["delivery"]:
        if one["delivered"] is None:
            yield f"{one['name']} waits to be sent: by the running daemon, or now by `inkassod send`."


def corrections(document: Document) -> Iterator[Block]:
    """`corrections preview`: each entry in or out, what to look at first, the totals, and what keeps the file back."""
    lines = document["lines"]
    held = document["held"]
    if lines:
        columns = ("", "entry", "invoice", "case", "date", "amount", "currency", "reason")
        yield Grid(columns, [_correction(line) for line in lines])
    elif not held:
        yield "No entry waits for a correction file."
    for one in held:
        name = f"{one['kind'].replace('_', ' ')} {one['entry']} of {one['amount']} {one['currency']}"
        yield f"Held back: {name} {one['reason']['text']}"
    yield from (f"Look at {line['entry']}: {line['warning']}" for line in lines if line["warning"])
    for side in ("in", "out"):
        count = sum(line["included"] == (side == "in") for line in lines)
        sums = [f"{amount} {currency}" for currency, amount in document["totals"][side].items()]
        if count:
            yield f"{side.capitalize()}: {count}, {', '.join(sums)}"
    if document["unread"]:
        yield "The file is not made while these payment files are unread:"
        yield from (f"  {path}" for path in document["unread"])


def _correction(line: Document) -> tuple[Any, ...]:
    names = ("entry", "invoice", "case", "date", "amount", "currency")
    return ("in" if line["included"] else "out", *(line[name] for name in names), line["reason"]["text"])


def correction_file(document: Document) -> Iterator[Block]:
    """`corrections generate`."""
    if not document["runs"]:
        yield "No entry waits for a correction file."
    for run in document["runs"]:
        yield from _queued(run)


def cases(document: Document) -> list[Block]:
    """`cases list`."""
    columns = (
        "case",
        "agreement",
        "invoice",
        "status",
        "agency case",
        "principal",
        "balance",
        "currency",
        "stage",
    )
    rows = [
        (
            *(one[name] for name in ("case", "agreement", "invoice")),
            _status(one),
            *(one[name] for name in ("agency_case", "principal", "balance", "currency")),
            one["stage"]["text"],
        )
        for one in document["cases"]
    ]
    return [Grid(columns, rows) if rows else "No case fits."]


def _status(case: Document) -> str:
    return f"{case['status']}, settled" if case["settled"] else str(case["status"])


def whole_cases(document: Document) -> Iterator[Block]:
    """`cases show`: what a case is, its time line, and the entries on its invoice."""
    for number, case in enumerate(document["cases"]):
        if number:
            yield ""
        yield Grid(("", ""), [row for row in _case_facts(case) if row[1] not in {None, ""}])
        yield "\nTime line"
        yield grid(("at", "run", "kind", "by", "file", "line", "change"), case["timeline"])
        if case["entries"]:
            yield "\nEntries"
            yield grid(ENTRY, case["entries"])


def whole_cases_raw(document: Document) -> Iterator[Block]:
    """`cases show --raw`: the same, then the raw text of each line that the time line names."""
    yield from whole_cases(document)
    for case in document["cases"]:
        yield f"\nRaw text, case {case['case']}"
        for one in case["timeline"]:
            if one["raw"] is not None:
                yield f"run {one['run']}, line {one['line']}: {one['raw']}"


def _case_facts(case: Document) -> list[tuple[str, Any]]:
    stage, rejection, closure = case["stage"], case["rejection"], case["closure"]
    amounts = ", ".join(f"{name} {closure[name]}" for name in ("principal", "interest", "costs", "remaining"))
    return [
        ("case", case["case"]),
        ("agreement", case["agreement"]),
        ("invoice", case["invoice"]),
        ("status", _status(case)),
        ("agency's case", case["agency_case"]),
        ("reminder", case["reminder"]),
        ("principal", f"{case['principal']} {case['currency']}"),
        ("balance", f"{case['balance']} {case['currency']}"),
        ("stage", f"{stage['code']} {stage['text']}, {cell(stage['on'])}" if stage["code"] else None),
        ("rejected", f"{rejection['code']} {rejection['text']}" if rejection["code"] else None),
        ("closed", f"{cell(closure['on'])}, {closure['reason']}: {amounts}" if closure["on"] else None),
        ("opened", case["opened"]),
    ]


def unmatched(document: Document) -> Iterator[Block]:
    """`unmatched`."""
    entries, twice = document["entries"], document["doubles"]
    if entries:
        yield grid(UNMATCHED, entries)
    elif not twice:
        yield "Every entry settles an invoice."
    if twice:
        count, verb = ("1 payment", "counts") if len(twice) == 1 else (f"{len(twice)} payments", "count")
        yield f"{count} may have come twice and {verb} nowhere: `inkassod double` lists {'it' if verb == 'counts' else 'them'}."


def doubles(document: Document) -> list[Block]:
    """`double`."""
    columns = ("entry", "run", "line", "date", "amount", "currency", "reference", "payer", "repeats")
    rows = [
        (
            *(one[name] for name in ("entry", "run", "line", "date", "amount", "currency", "reference")),
            one["payer_account"],
            f"run {one['repeats']['run']}, line {one['repeats']['line']}, on invoice {one['repeats']['invoice']}",
        )
        for one in document["doubles"]
    ]
    return [Grid(columns, rows) if rows else "No payment waits for a decision whether it came twice."]
