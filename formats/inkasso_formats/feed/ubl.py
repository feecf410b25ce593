"""The feed as UBL 2.1 (Peppol BIS Billing 3, EHF Billing 3): one Invoice or CreditNote a file; see docs/formats/ubl.md.

An invoice gives a customer and an invoice, a credit note gives an entry. Anything wrong refuses the whole document.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from inkasso_formats.feed.batches import FeedBatch
from inkasso_formats.feed.columns import CUSTOMERS, ENTRIES, INVOICES, Column, FeedType, Kind
from inkasso_formats.feed.convert import RefusedError, Value, converter
from inkasso_formats.feed.rows import EntryRow, FeedRow
from inkasso_formats.feed.ubl_judge import Judge
from inkasso_formats.feed.ubl_paths import Path, paths_of
from inkasso_formats.feed.ubl_rows import PartialCustomer, PartialInvoice
from inkasso_formats.feed.ubl_xml import Text, document_of, read
from inkasso_formats.problems import FormatError
from inkasso_formats.references import identity_problem

# Peppol's code list of schemes (ICD): the registers whose numbers stand for companies here, by their country.
SCHEMES = {"0192": "NO", "0007": "SE", "0212": "FI", "0213": "FI", "0216": "FI"}
_FREE_TEXTS = {"invoices.description", "invoices.payment_term", "entries.text"}
_CODES = {Kind.DATE: "ubl.date", Kind.AMOUNT: "ubl.amount", Kind.CURRENCY: "ubl.currency"}


def claims(head: bytes) -> bool:
    """Whether a file that begins with these bytes is an invoice or a credit note of UBL 2."""
    return document_of(head) is not None


def feed_type_of_content(head: bytes) -> str | None:
    """The feed type after whose files a document has its turn: invoices, or entries for a credit note; None: no UBL."""
    document = document_of(head)
    return None if document is None else (INVOICES if document == "Invoice" else ENTRIES).name


def read_ubl(stream: BinaryIO, id_number: str) -> Iterator[FeedBatch]:
    """The rows of a document, each in a batch of its type: the customer before the invoice.

    `id_number` is the creditor's, and must be the seller's. Raises FormatError with all that is wrong.
    """
    document, values, found = read(stream)
    judge = Judge(document, values, found)
    judge.customization()
    judge.supplier(id_number)
    judge.sums(judge.amounts())
    rows = _invoice(judge) if document == "Invoice" else _credit_note(judge)
    problems = judge.problems
    if not all(problem.warning for problem in problems):
        raise FormatError(problems)
    for place, (feed, row) in enumerate(rows):
        yield FeedBatch(feed.name, [row], [] if place else problems, [])


def _invoice(judge: Judge) -> list[tuple[FeedType, FeedRow]]:
    customer = _values(judge, CUSTOMERS, {"kind": _kind(judge)})
    invoice = _values(judge, INVOICES, {"reference": _reference(judge)})
    issued, due = invoice["invoice_date"], invoice["due_date"]
    if isinstance(issued, date) and isinstance(due, date) and due < issued:
        name = "due" if judge.values.first("due") is not None else "means_due"
        rule = f"{issued}, the date of the invoice, or a later day expected"
        judge.wrong("ubl.date", name, rule, judge.values.first(name))
    line = _line(judge, "buyer_no", "buyer_endpoint", "buyer_id")
    return [
        (CUSTOMERS, PartialCustomer(line, *customer.values())),  # type: ignore[arg-type]
        (INVOICES, PartialInvoice(_line(judge, "id"), *invoice.values())),  # type: ignore[arg-type]
    ]


def _credit_note(judge: Judge) -> list[tuple[FeedType, FeedRow]]:
    entry = _values(judge, ENTRIES, {"kind": "credit_note", "invoices": _credited(judge)})
    amount, at = entry["amount"], judge.values.first("payable")
    if isinstance(amount, int) and amount < 0:
        judge.wrong("ubl.amount", "payable", "0.00 or more expected: a credit note lowers what is owed", at)
    return [(ENTRIES, EntryRow(_line(judge, "id"), *entry.values()))]  # type: ignore[arg-type]


def _line(judge: Judge, *names: str) -> int:
    """The line of the first of these values that the document has."""
    found = next((text for name in names if (text := judge.values.first(name)) is not None), None)
    return found.line if found is not None else judge.values.line


def _values(judge: Judge, feed: FeedType, derived: dict[str, Value]) -> dict[str, Value]:
    """Every column of a type with its value; `derived` are those that are more than one element's text."""
    return {
        column.name: derived[column.name] if column.name in derived else _value(judge, feed, column)
        for column in feed.columns
    }


def _value(judge: Judge, feed: FeedType, column: Column) -> Value:
    name = f"{feed.name}.{column.name}"
    paths = paths_of(name, judge.document)
    path, found = next(
        ((path, text) for path in paths if (text := judge.values.first(path.name)) is not None), (None, None)
    )
    if path is None or found is None:
        if (
            column.required and paths and column.kind is not Kind.AMOUNT
        ):  # a missing amount is told with the sums
            judge.missing(paths[0].name)
        return column.empty
    if name in _FREE_TEXTS:
        words = " ".join(" ".join(text.value for text in judge.values.all(path.name)).split())
        found = Text(words[: column.longest].rstrip(), found.line)
    return _converted(judge, column, path, found)


def _converted(judge: Judge, column: Column, path: Path, found: Text) -> Value:
    try:
        return converter(column)(found.value)
    except RefusedError as refusal:
        if not judge.is_told(
            path.name, found
        ):  # an element may fill columns of two types; amounts are judged before
            judge.wrong(_CODES.get(column.kind, "ubl.value"), path.name, str(refusal), found)
        return None


def _kind(judge: Judge) -> str:
    """A company where a CompanyID stands that is no person's identity number; nothing said where none stands.

    A sole trader of Sweden is registered under the person's own number, whose third digit is 0 or 1 (a month).
    """
    found = judge.values.first("buyer_id")
    if found is None:
        return ""
    address = judge.values.first("country")
    country = SCHEMES.get(found.mark) or (address.value.upper() if address is not None else "")
    digits = "".join(filter(str.isalnum, found.value))
    person = (
        country in {"NO", "SE", "FI"}
        and identity_problem(found.value, "private", country) is None
        and (country != "SE" or digits[-8] in "01")
    )
    return "private" if person else "company"


def _reference(judge: Judge) -> str:
    """The payment reference; several are told, and what is none is told and left out: the claim stands without it."""
    column = next(column for column in INVOICES.columns if column.name == "reference")
    found: dict[str, Text] = {}
    for text in judge.values.all("reference"):
        try:
            found.setdefault(str(converter(column)(text.value)), text)
        except RefusedError as refusal:
            judge.wrong("ubl.reference", "reference", f"{refusal}; left out", text, warning=True)
    references = list(found)
    for other in references[1:]:
        rule = (
            f"is another reference than {references[0]}, which counts: payments with this one find no invoice"
        )
        judge.wrong("ubl.references", "reference", rule, found[other], warning=True)
    return references[0] if references else ""


def _credited(judge: Judge) -> tuple[str, ...]:
    """The invoices that a credit note names, each once."""
    column = next(column for column in INVOICES.columns if column.name == "invoice_no")
    numbers: dict[str, None] = {}
    for text in judge.values.all("credited"):
        try:
            numbers[str(converter(column)(text.value))] = None
        except RefusedError as refusal:
            judge.wrong("ubl.value", "credited", str(refusal), text)
    return tuple(numbers)
