"""An entry as far as it is read, and the boxes (NtryDtls) of its details: what it says, and what was counted in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from inkasso_formats.payments.camt_report import Spot
from inkasso_formats.payments.camt_values import as_text, is_currency
from inkasso_formats.payments.camt_xml import Values
from inkasso_formats.records import Day

RETURNED = "RRTN"  # sub-family of returned payments
STATUSES = ("BOOK", "PDNG", "INFO", "FUTR")

Passed: TypeAlias = Literal["debit", "return", "status"]


@dataclass(slots=True)
class OpenEntry:
    """What an entry says. `amount` and `credit` are None where they could not be read."""

    number: int
    spot: Spot
    amount: int | None
    currency: str
    credit: bool | None
    booked: bool
    reversal: bool  # what RvslInd says
    returned: bool  # that, or the sub-family of returned payments
    date: Day | None
    value_date: Day | None
    bank_reference: str
    type: str
    day: str = ""  # the date as identities have it
    details: int = 0
    total: int = 0  # of the details; credits less debits
    readable: bool = True  # whether every amount of a detail is known
    took: bool = False  # whether any payment was taken from it
    boxes: int = 0
    passed: dict[Passed, list[int]] = field(default_factory=dict)

    @property
    def signed(self) -> int:
        """Its amount, a debit negative."""
        return (self.amount or 0) * (1 if self.credit else -1)


@dataclass(slots=True)
class OpenBox:
    """The details under one NtryDtls, and what its batch says of them."""

    spot: Spot
    count: int | None
    total: int | None
    details: int = 0
    sum: int = 0


def passes(*, credit: bool | None, booked: bool, returned: bool) -> Passed | None:
    """Why such an entry or detail is no payment; None where it is one: a credit, or a debit that takes one back."""
    if not booked:
        return "status"
    if credit:
        return "return" if returned else None
    return None if returned else "debit"


def open_entry(number: int, spot: Spot, values: Values, currency: str) -> OpenEntry:
    """The entry with these values; `currency` is that of the account, empty where it is not known yet."""
    spot.judge_faults(values)
    amount, currency = _amount(spot, values, currency)
    credit = spot.credit(values, "side") if spot.required(values, "side") else None
    status = spot.required(values, "status")
    if status and status not in STATUSES:
        spot.wrong("camt.code", "status", f"one of {', '.join(STATUSES)} expected", status)
    reversal = spot.flag(values, "reversal")
    entry = OpenEntry(
        number=number,
        spot=spot,
        amount=amount,
        currency=currency,
        credit=credit,
        booked=status == "BOOK",
        reversal=reversal,
        returned=reversal or values.get("sub_family") == RETURNED,
        date=spot.day(values, "booked", "booked_at"),
        value_date=spot.day(values, "valued", "valued_at"),
        bank_reference=values.get("bank_reference", ""),
        type=type_of(values),
    )
    entry.day = str(entry.date)
    spot.warning = why_passed(entry) is not None
    if entry.date is None and not spot.warning and not (values.get("booked") or values.get("booked_at")):
        spot.wrong("camt.required", "booked", "is missing: a payment needs a day")
    return entry


def _amount(spot: Spot, values: Values, expected: str) -> tuple[int | None, str]:
    text, currency = values.get("amount", ("", ""))
    if not text:
        spot.wrong("camt.required", "amount", "is missing, or empty")
        return None, expected or currency
    if not is_currency(currency):
        spot.wrong("camt.currency", "amount", "a currency of three capitals expected in Ccy", currency)
        return None, expected
    if expected and currency != expected:
        rule = f"all entries of an account have one currency, here {expected}"
        spot.wrong("camt.currency", "amount", rule, currency)
    return spot.amount((text, currency), "amount"), currency


def why_passed(entry: OpenEntry) -> Passed | None:
    """Why the entry as a whole is no payment; None where it is."""
    return passes(credit=entry.credit, booked=entry.booked, returned=entry.returned)


def type_of(values: Values) -> str:
    """The bank transaction code as `PMNT/RCDT/VCOM`, or the bank's own code; empty where neither is given."""
    domain = values.get("domain")
    if domain is None:
        return str(values.get("own_code", ""))
    parts = (domain, values.get("family"), values.get("sub_family"))
    return "/".join(part for part in parts if part) or str(values.get("own_code", ""))


def open_box(spot: Spot, values: Values, currency: str) -> OpenBox:
    """The box with these values of its batch; a sum in another currency than the entry's is not compared."""
    spot.judge_faults(values)
    total = None
    given = values.get("total")
    if given is not None and given[1] == currency:
        total = spot.amount(given, "total")
    elif given is not None:
        rule = f"the entry is in {currency}: the sum of the batch is not compared"
        spot.wrong("camt.currency", "total", rule, given[1], warning=True)
    return OpenBox(spot=spot, count=spot.number(values, "count"), total=total)


def close_box(entry: OpenEntry, box: OpenBox) -> None:
    """Compares what the batch says with what was counted; what is no payment only warns."""
    box.spot.warning = entry.spot.warning and not entry.took
    if box.details == 0:
        box.spot.wrong(
            "camt.count", "count", "NtryDtls holds no details: they are lost, or come in another file"
        )
    elif box.count is not None and box.count != box.details:
        box.spot.wrong("camt.count", "count", f"the batch holds {box.details} details", str(box.count))
    if box.total is not None and entry.readable and box.details and box.total != abs(box.sum):
        rule = f"the details of the batch add up to {as_text(abs(box.sum), entry.currency)}"
        box.spot.wrong("camt.sum", "total", rule, as_text(box.total, entry.currency))


def close_entry(entry: OpenEntry) -> None:
    """Compares the sum of the details with the amount of the entry; what is no payment only warns."""
    entry.spot.warning = entry.spot.warning and not entry.took
    if entry.details and entry.readable and entry.amount is not None and entry.total != entry.signed:
        side = "" if entry.total * entry.signed >= 0 else ", on the other side"
        rule = f"the {entry.details} details add up to {as_text(abs(entry.total), entry.currency)}{side}"
        entry.spot.wrong("camt.sum", "amount", rule, as_text(entry.amount, entry.currency))
