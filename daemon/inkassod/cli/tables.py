"""How the documents of runs and of the set-up look to people: texts and grids, as `render.show` takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inkassod.cli.render import Block, Grid, cell, grid

Document = Mapping[str, Any]
FIRST_EFFECTS = 50
FIRST_PROBLEMS = 20  # of one run, where several things are told
COUNTS = ("read", "applied", "refused", "unchanged", "stray")
EXPORTED = (
    *("run", "kind", "trigger", "actor", "reason", "creditor", "agreement"),
    *("file_name", "sha256", "size", "direction", "started", "finished", "outcome", "attempts"),
    *(*COUNTS, "amount", "currency", "same_as", "summary"),
)


def nothing(_document: Document) -> list[Block]:
    """Where only a program is told."""
    return []


def flat(run: Document) -> dict[str, Any]:
    """A run as one row, for CSV: the columns of EXPORTED."""
    file = {**run["file"], "file_name": run["file"]["name"]}
    values = {**run, **file, **run["counts"], **run["totals"]}
    return {name: values[name] for name in EXPORTED}


def run_list(document: Document) -> list[Block]:
    """`log list`."""
    return [_runs(document["runs"]) if document["runs"] else "No run fits."]


def _runs(runs: Sequence[Document]) -> Grid:
    columns = ("run", "started", "kind", "by", "agreement", "outcome", "file", "summary")
    rows = [
        (
            run["run"],
            run["started"],
            run["kind"],
            run["actor"] or run["trigger"],
            run["agreement"],
            run["outcome"],
            run["file"]["name"],
            run["summary"],
        )
        for run in runs
    ]
    return Grid(columns, rows)


def made(document: Document) -> Iterator[Block]:
    """Runs that were made just now, each with its problems."""
    if not document["runs"]:
        yield "Nothing waits."
        return
    yield _runs(document["runs"])
    for run in document["runs"]:
        yield from problem_lines(run)


def problem_lines(run: Document) -> Iterator[Block]:
    """What was wrong in a run, where its summary does not say it all; the first of many only."""
    problems = run["problems"]
    if not problems or [problem["message"] for problem in problems] == [run["summary"]]:
        return
    yield f"\nRun {run['run']}:"
    for problem in problems[:FIRST_PROBLEMS]:
        yield f"  {problem_line(problem)}"
    if len(problems) > FIRST_PROBLEMS:
        yield f"  ... and {len(problems) - FIRST_PROBLEMS} more: inkassod log show {run['run']}"


def problem_line(problem: Document) -> str:
    """A problem in one line."""
    return f"{'warning: ' if problem['warning'] else ''}{cell(problem['message'])}"


def acts(document: Document) -> Iterator[Block]:
    """Something that a person did, as the log has it."""
    for run in document["runs"]:
        for effect in run["effects"]:
            invoice = f"Invoice {effect['invoice']}: " if effect["invoice"] else ""
            yield f"{invoice}{cell(effect['change'])} (run {run['run']})"


def trials(document: Document) -> Iterator[Block]:
    """What files would do, had they been read."""
    if not document["runs"]:
        yield "Nothing waits."
    for run in document["runs"]:
        yield f"{run['file']['name']}: {run['kind']}, would end {run['outcome']}: {run['summary']}. Nothing was changed."
        yield from _details(run, effects=len(run["effects"]))


def whole_run(run: Document) -> Iterator[Block]:
    """`log show --all`."""
    yield Grid(("", ""), [(name, value) for name, value in _facts(run).items() if value not in {None, ""}])
    yield from _details(run, effects=len(run["effects"]))


def run_with_first_effects(run: Document) -> Iterator[Block]:
    """`log show`."""
    yield Grid(("", ""), [(name, value) for name, value in _facts(run).items() if value not in {None, ""}])
    yield from _details(run, effects=FIRST_EFFECTS)


def _facts(run: Document) -> dict[str, Any]:
    file, totals = run["file"], run["totals"]
    return {
        "run": run["run"],
        "kind": run["kind"],
        "outcome": run["outcome"],
        "summary": run["summary"],
        "by": f"{run['actor']} ({run['trigger']})" if run["actor"] else run["trigger"],
        "reason": run["reason"],
        "creditor": run["creditor"],
        "agreement": run["agreement"],
        "file": file["name"],
        "size": f"{file['size']} bytes" if file["sha256"] else None,
        "sha256": file["sha256"],
        "started": run["started"],
        "finished": run["finished"],
        "attempts": run["attempts"],
        "counts": ", ".join(f"{run['counts'][name]} {name}" for name in COUNTS),
        "total": f"{totals['amount']} {totals['currency']}" if totals["currency"] else None,
        "same as run": run["same_as"],
    }


def _details(run: Document, *, effects: int) -> Iterator[Block]:
    if run["problems"]:
        yield "\nProblems"
        rows = [(one["line"], one["code"], problem_line(one)) for one in run["problems"]]
        yield Grid(("line", "code", "message"), rows)
    if run["effects"]:
        yield "\nEffects"
        yield grid(("line", "case", "invoice", "change"), run["effects"][:effects])
        if len(run["effects"]) > effects:
            yield f"... and {len(run['effects']) - effects} more: inkassod log show {run['run']} --all"
    if run.get("delivery"):
        yield "\nDelivery"
        yield grid(("name", "to", "state", "size", "attempts", "delivered", "note"), run["delivery"])


def settings_checked(document: Document) -> list[Block]:
    """`config check`."""
    names = [
        f"{len(document[name])} {name if len(document[name]) != 1 else name[:-1]}"
        for name in ("creditors", "agreements")
    ]
    return [f"ok: {document['settings']}: {', '.join(names)}"]


def settings(document: Document) -> Iterator[Block]:
    """`config show`: a line for each key with its whole path, which is TOML too."""
    yield from (f"{path} = {value}" for path, value in _leaves("", document))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield path, _toml(value)
        return
    for name, inner in value.items():
        yield from _leaves(f"{path}.{name}".removeprefix("."), inner)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def text(document: Document) -> list[Block]:
    """`config example`."""
    return [document["toml"].rstrip("\n")]


def written(document: Document) -> list[Block]:
    """`config example --write`."""
    return [f"Written: {document['written']}"]
