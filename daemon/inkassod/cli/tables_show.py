"""How files that are only looked at look to people: texts and grids, as `render.show` takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from inkassod.cli.render import Block, Grid
from inkassod.cli.tables import Document, problem_line

PAYMENT = (
    *("line", "reference", "amount", "currency", "date"),
    *("payer_account", "payer_name", "type", "reversal"),
)
_NOTHING: tuple[Any, ...] = (None, "", [])


def shown(document: Document) -> Iterator[Block]:
    """`show`: the payments or records, how many and how much, and what is wrong."""
    rows = document["payments"] if "payments" in document else document["records"]
    if rows:
        yield _grid(rows)
    yield _total(document)
    yield from _problems(document["problems"])


def difference(document: Document) -> Iterator[Block]:
    """`show --diff`: what only one file holds, and what both hold with other values."""
    for side in ("a", "b"):
        yield f"{side.upper()}: {document[side]['file']}: {_total(document[side])}"
        yield from _problems(document[side]["problems"])
    for side in ("a", "b"):
        rows = document[f"only_{side}"]
        if rows:
            yield f"\nOnly in {side.upper()}: {len(rows)}"
            yield _grid(rows)
    if document["changed"]:
        yield f"\nChanged: {len(document['changed'])}"
        yield Grid(("line", "field", "A", "B"), [row for one in document["changed"] for row in _changes(one)])
    if not (document["only_a"] or document["only_b"] or document["changed"]):
        yield "Both hold the same."


def _changes(one: Document) -> list[tuple[Any, ...]]:
    place = one["a"].get("line", one["a"].get("case"))
    return [(place, name, one["a"][name], one["b"][name]) for name in one["fields"]]


def _grid(rows: Sequence[Document]) -> Grid:
    """The columns in which anything stands; of payments all."""
    names = [name for name in rows[0] if name in PAYMENT or any(row[name] not in _NOTHING for row in rows)]
    cells = [[_cell(name, row[name]) for name in names] for row in rows]
    return Grid([name.replace("_", " ") for name in names], cells)


def _cell(name: str, value: Any) -> Any:
    if name == "rows":
        return len(value) or ""
    return "" if name == "reversal" and not value else value


def _total(document: Document) -> str:
    totals = document["totals"]
    if "amount" not in totals:
        return f"{document['format']}: {totals['count']} record{'s' if totals['count'] != 1 else ''}"
    amount = "in several currencies" if totals["amount"] is None else totals["amount"]
    return f"{document['format']}: {totals['count']} payment{'s' if totals['count'] != 1 else ''}, {amount}"


def _problems(problems: Sequence[Document]) -> Iterator[Block]:
    for problem in problems:
        yield f"  {problem_line(problem)}"
