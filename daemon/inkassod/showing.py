"""Any payment file, and any file of an agency, made readable or held against another, without settings and without a ledger."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

from inkasso_formats import dialects
from inkasso_formats.dialects import AnyRecord, Dialect, kind_of_content, kind_of_name
from inkasso_formats.identify import Claim, identify
from inkasso_formats.problems import FormatError, FormatProblem
from inkasso_formats.records import InvoiceRow, Payment
from inkassod.core.model import money
from inkassod.inbound import HEAD
from inkassod.layouts import Document, problem_document
from inkassod.masking import masked_problem, masked_value
from inkassod.payment_files import PAYMENT_READERS

Item = Payment | AnyRecord
SHOWN = (
    *("line", "reference", "amount", "currency", "date"),
    *("payer_account", "payer_name", "type", "reversal"),
)
AMOUNTS = frozenset(
    {
        *("amount", "balance", "original_amount", "principal"),
        *("paid", "remaining", "interest", "costs"),
    }
)
# By what two payments (or records) of two files may be the same one, tried in this order.
KEYS: Sequence[tuple[str, ...]] = (
    ("identity",),
    ("bank_reference",),
    ("case", "entry_no"),
    ("case",),
    ("reference",),
    ("invoice_no",),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that was read: `kind` is payments, or that of an agency's file; `refused` where nothing of it can be trusted."""

    path: Path
    format: str | None
    kind: str
    items: Sequence[Item] = ()
    problems: Sequence[FormatProblem] = ()
    refused: bool = False

    @property
    def faulty(self) -> bool:
        """Whether single records were left out; a warning leaves out nothing."""
        return any(not problem.warning for problem in self.problems)

    def error(self, *, mask: bool) -> FormatError:
        """What is wrong with it, as an error."""
        return FormatError([masked_problem(problem) if mask else problem for problem in self.problems])


def read(path: Path, dialect: Dialect | None = None) -> Shown:
    """The file, whole or refused. With a dialect it is a file of that, else of whichever format claims it. Raises OSError."""
    known = [dialect] if dialect else [dialects.load(name) for name in dialects.shipped()]
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        try:
            claim = _claim_of(dialect, path.name, head) if dialect else _claim(path.name, head, known)
        except FormatError as error:
            return Shown(path, None, "payments", problems=error.problems, refused=True)
        try:
            if claim.kind == "payments":
                return _payments(path, claim, file)
            spoken = next(one for one in known if one.name == claim.dialect)
            return _records(path, spoken, claim, file)
        except FormatError as error:
            return Shown(path, claim.format, claim.kind, problems=error.problems, refused=True)


def _claim_of(dialect: Dialect, name: str, head: bytes) -> Claim:
    """What the file is in a dialect that a person named. Raises FormatError where it is none of its files."""
    kind = kind_of_content(dialect, head, name) or kind_of_name(dialect, name)
    if kind is None:
        rule = f"is no file of the dialect {dialect.name}: one of {', '.join(dialect.files)} expected"
        raise FormatError([FormatProblem(code="identify.unidentified", value=name, rule=rule)])
    return Claim(dialect.name, kind, dialect.name)


def _claim(name: str, head: bytes, known: Sequence[Dialect]) -> Claim:
    """What the file is. What a creditor sends to the agency can be shown too; the ERP's feed can not."""
    claims = [(dialect, kind_of_content(dialect, head, name)) for dialect in known]
    sent = [(one.name, kind) for one, kind in claims if kind and one.files[kind].direction == "out"]
    if len(sent) == 1:
        dialect, kind = sent[0]
        return Claim(dialect, kind, dialect)
    claim = identify(name, head, known)
    if claim.kind == "feed":
        rule = "is the ERP's feed: a bank's payment file or a file of the agency expected"
        raise FormatError([FormatProblem(code="show.feed", value=name, rule=rule)])
    return claim


def _payments(path: Path, claim: Claim, file: BinaryIO) -> Shown:
    items: list[Payment] = []
    warnings: list[FormatProblem] = []
    for block in PAYMENT_READERS[claim.format](file):
        items += block.payments()
        warnings += block.warnings
    return Shown(path, claim.format, claim.kind, items, warnings)


def _records(path: Path, dialect: Dialect, claim: Claim, file: BinaryIO) -> Shown:
    parsed = dialects.parse(dialect, claim.kind, file, path.name)  # type: ignore[arg-type]
    return Shown(path, claim.format, claim.kind, parsed.records, parsed.problems)


# --- as documents -------------------------------------------------------------------------------------------------


def document(shown: Shown, *, mask: bool) -> Document:
    """A file with its payments or records, totals and problems; `mask` hides whose they are (`masking`)."""
    found = [_row(item, mask=mask) for item in shown.items]
    kind = {} if shown.kind == "payments" else {"kind": shown.kind}
    return {
        "format": shown.format,
        **kind,
        "records" if kind else "payments": found,
        "totals": totals(shown),
        "problems": [_problem(problem, mask=mask) for problem in shown.problems],
    }


def totals(shown: Shown) -> Document:
    """How many, and of payments the sum; no sum where they are in several currencies."""
    if shown.kind != "payments":
        return {"count": len(shown.items)}
    amounts = [item.amount for item in shown.items if isinstance(item, Payment)]
    several = len({item.currency for item in shown.items if isinstance(item, Payment)}) > 1
    return {"count": len(amounts), "amount": None if several else money(sum(amounts))}


def _row(item: Item | InvoiceRow, *, mask: bool) -> Document:
    """The fields of a payment or record by name; those of its invoice rows too, as a list."""
    names = SHOWN if isinstance(item, Payment) else [field.name for field in fields(item)]
    values = {name: getattr(item, name) for name in names}
    if "rows" in values:
        values["rows"] = [_row(row, mask=mask) for row in values["rows"]]
    if mask:
        values = {name: masked_value(name, value) for name, value in values.items()}
    return {name: money(value) if name in AMOUNTS else value for name, value in values.items()}


def _problem(problem: FormatProblem, *, mask: bool) -> Document:
    return problem_document(masked_problem(problem) if mask else problem)


# --- two files ------------------------------------------------------------------------------------------------------


def difference(a: Shown, b: Shown, *, mask: bool) -> Document:
    """What stands in one file only, and what in both with other values. Raises FormatError where they cannot be compared."""
    for one in (a, b):
        if one.refused:
            first = FormatProblem(
                code="show.refused", value=one.path.name, rule="is refused, so it cannot be compared"
            )
            raise FormatError([first, *one.error(mask=mask).problems])
    if (a.kind, a.kind == "payments" or a.format) != (b.kind, b.kind == "payments" or b.format):
        rule = f"is a file of {b.kind}, and {a.path.name} one of {a.kind}: two files of one kind expected"
        raise FormatError([FormatProblem(code="show.diff", value=b.path.name, rule=rule)])
    left, right = _unequal(a.items, b.items)
    pairs = [pair for names in KEYS for pair in _pairs(left, right, names)]
    return {
        "a": _side(a, mask=mask),
        "b": _side(b, mask=mask),
        "only_a": [_row(item, mask=mask) for item in left],
        "only_b": [_row(item, mask=mask) for item in right],
        "changed": [
            {
                "fields": _other_fields(one, other),
                "a": _row(one, mask=mask),
                "b": _row(other, mask=mask),
            }
            for one, other in pairs
        ],
    }


def _side(shown: Shown, *, mask: bool) -> Document:
    problems = [_problem(problem, mask=mask) for problem in shown.problems]
    return {"file": str(shown.path), "format": shown.format, "totals": totals(shown), "problems": problems}


def _unequal(a: Sequence[Item], b: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What is left of both when all that is equal, wherever it stands, is taken away: each with its own counterpart."""
    return _without(a, Counter(map(_content, b))), _without(b, Counter(map(_content, a)))


def _without(items: Iterable[Item], counterparts: Counter[bytes]) -> list[Item]:
    left = []
    for item in items:
        content = _content(item)
        if counterparts[content]:
            counterparts[content] -= 1
        else:
            left.append(item)
    return left


def _content(item: Item) -> bytes:
    """What is compared, as a short key: a large file is held once, not twice."""
    row = _row(item, mask=False)
    row.pop("line", None)
    return hashlib.blake2b(repr(row).encode(), digest_size=16).digest()


def _pairs(left: list[Item], right: list[Item], names: tuple[str, ...]) -> list[tuple[Item, Item]]:
    """Takes out of both lists what has the same key, in the order of the files."""
    waiting: dict[Any, list[Item]] = defaultdict(list)
    key = _key(names)
    for item in reversed(right):
        if key(item):
            waiting[key(item)].append(item)
    pairs = [(item, waiting[key(item)].pop()) for item in left if key(item) and waiting[key(item)]]
    taken = {id(item) for pair in pairs for item in pair}
    left[:] = [item for item in left if id(item) not in taken]
    right[:] = [item for item in right if id(item) not in taken]
    return pairs


def _key(names: tuple[str, ...]) -> Callable[[Item], tuple[Any, ...]]:
    def of(item: Item) -> tuple[Any, ...]:
        values = tuple(getattr(item, name, "") for name in names)
        return values if all(values) else ()

    return of


def _other_fields(one: Item, other: Item) -> list[str]:
    before, after = _row(one, mask=False), _row(other, mask=False)
    return [name for name in before if name != "line" and before[name] != after[name]]
