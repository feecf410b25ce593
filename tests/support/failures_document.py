"""What docs/failures.md holds that comes from the catalogue of failures."""

from __future__ import annotations

from inkassod.failures import Failure, catalogue


def codes() -> str:
    """A table for each place where codes arise, in the order of the catalogue."""
    return "\n\n".join(_table(title, failures) for title, failures in catalogue().places.items())


def _table(title: str, failures: tuple[Failure, ...]) -> str:
    rows = [f"| `{one.code}` | {one.meaning} | {one.cause} | {one.cure} |" for one in failures]
    head = ["| Code | What it means | The usual cause | What to do |", "| --- | --- | --- | --- |"]
    return "\n".join([f"### {title}", "", *head, *rows])
