"""A file of an agency read with a dialect, to be compared with its specification: every record, every field, every problem."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from inkasso_formats import dialects
from inkasso_formats.dialects import Dialect, FileKind
from inkasso_formats.layout import Value
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import FileHead
from inkassod.core.model import money
from inkassod.inbound import HEAD
from inkassod.layouts import elements, lines
from inkassod.layouts.documents import Document, problem_document
from inkassod.layouts.hiding import hidden, hidden_problem
from inkassod.layouts.seen import Cell, Seen, View, Wanted, assign


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as a document. `refused`: nothing of it can be trusted; `faulty`: something is wrong with it, or worth telling."""

    document: Document
    refused: bool
    faulty: bool


@dataclass(slots=True)
class _Outcome:
    """What reading a file came to; totals are known only where it is not refused."""

    problems: list[FormatProblem] = field(default_factory=list)
    head: FileHead | None = None
    count: int | None = None
    refused: int | None = None
    total: int | None = None

    @property
    def as_a_whole(self) -> bool:
        """Whether the file as a whole is refused."""
        return self.head is None


def checked_dialect(dialect: Dialect) -> Document:
    """What a dialect that can be used is."""
    return {
        "dialect": dialect.name,
        "source": dialect.source,
        "form": dialect.form,
        "kinds": list(dialect.files),
    }


def check(
    dialect: Dialect, path: Path, kind: FileKind | None = None, *, most: int = 0, mask: bool = False
) -> Checked:
    """A file read with the dialect: the first `most` records (0: all) and every one with a problem. Raises OSError.

    Its kind is told by its content, then by its name, where none is given.
    """
    kind = kind or _kind(dialect, path)
    if kind is None:
        rule = f"no kind of file of {dialect.name} begins so or has such a name: --kind takes one of {', '.join(dialect.files)}"
        outcome = _Outcome([FormatProblem(code="identify.unidentified", value=path.name, rule=rule)])
        return _checked(path, None, outcome, View(), mask=mask, separator="")
    outcome = _read(dialect, kind, path)
    with path.open("rb") as file:
        view = (elements if dialect.form == "xml" else lines).view(
            dialect, kind, file, Wanted(most, outcome.problems)
        )
    if not dialect.files[kind].sums:
        outcome.total = None
    return _checked(path, kind, outcome, view, mask=mask, separator=dialect.separator)


def _kind(dialect: Dialect, path: Path) -> FileKind | None:
    with path.open("rb") as file:
        head = file.read(HEAD)
    by_content = dialects.kind_of_content(dialect, head, path.name)
    return by_content or dialects.kind_of_name(dialect, path.name)


def _read(dialect: Dialect, kind: FileKind, path: Path) -> _Outcome:
    """The file as the daemon reads it, portion by portion; of the records nothing is kept."""
    found, refused = _Outcome(), 0
    try:
        with path.open("rb") as file:
            stream = dialects.Stream(dialect, kind, file, path.name)
            for portion in stream:
                found.problems += portion.problems
                refused += portion.refused
    except FormatError as error:
        found.problems += error.problems
        return found
    found.head, found.count, found.refused, found.total = stream.head, stream.count, refused, stream.total
    return found


def _checked(
    path: Path, kind: FileKind | None, outcome: _Outcome, view: View, *, mask: bool, separator: str
) -> Checked:
    rest: Sequence[FormatProblem] = assign(outcome.problems, view.records)
    records: Iterable[Seen] = view.records
    if mask:
        records = (hidden(one, separator) for one in records)
        rest = [hidden_problem(problem) for problem in rest]
    document = {
        "file": str(path),
        "kind": kind,
        "refused": outcome.as_a_whole,
        "head": _head(outcome.head),
        "records": [_record(one) for one in records],
        "totals": {
            "records": {name: count for name, count in view.counts.items() if name},
            "count": outcome.count,
            "refused": outcome.refused,
            "amount": None if outcome.total is None else money(outcome.total),
        },
        "problems": [problem_document(problem) for problem in rest],
    }
    return Checked(document, outcome.as_a_whole, bool(outcome.problems))


def _head(head: FileHead | None) -> Document | None:
    return None if head is None else {one.name: getattr(head, one.name) for one in fields(head)}


def _record(seen: Seen) -> Document:
    return {
        "line": seen.line,
        "record": seen.record,
        "text": seen.text,
        "fields": [_field(cell) for cell in seen.cells],
        "problems": [problem_document(problem) for problem in seen.problems],
    }


def _field(cell: Cell) -> Document:
    return {
        "field": cell.field.name,
        "position": list(cell.position) if cell.position else None,
        "place": cell.place,
        "text": cell.text,
        "value": _value(cell),
        "meaning": cell.meaning,
    }


def _value(cell: Cell) -> Value:
    """Amounts as they are written elsewhere too: two decimals after a point."""
    if cell.field.type == "amount" and isinstance(cell.value, int):
        return money(cell.value)
    return None if cell.field.type == "filler" else cell.value
