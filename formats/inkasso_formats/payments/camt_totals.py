"""A notification as far as it is read: what it says of itself, what was counted in it, and whether the two agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from inkasso_formats.payments.camt_entry import OpenEntry
from inkasso_formats.payments.camt_entry import Passed as PassedKind
from inkasso_formats.payments.camt_model import NotificationHead, Passed
from inkasso_formats.payments.camt_payment import Identities, Maker
from inkasso_formats.payments.camt_report import Spot
from inkasso_formats.payments.camt_values import as_text, minor_units
from inkasso_formats.payments.camt_xml import Values, line_of

_COPIES = ("COPY", "DUPL", "CODU")
_WORDS = {
    "debit": "debits (fees, and payments of one's own)",
    "return": "credits that bring back a payment of one's own",
    "status": "entries that are not booked",
}


@dataclass(slots=True)
class Tally:
    """Number and sum of entries, as a summary counts them."""

    count: int = 0
    sum: int = 0

    def add(self, amount: int) -> None:
        """Counts one."""
        self.count += 1
        self.sum += amount


@dataclass(slots=True)
class OpenNotification:
    """What a notification says, and what was counted in it. `net` is credits less debits."""

    spot: Spot
    values: Values
    maker: Maker
    message_id: str
    account: str
    currency: str
    created: date | None
    page: int | None
    last_page: bool
    all: Tally = field(default_factory=Tally)
    credits: Tally = field(default_factory=Tally)
    debits: Tally = field(default_factory=Tally)
    net: int = 0
    reversed_net: int = 0  # with reversals on the other side, as Finland's guideline of 2009 counts them
    booked_net: int = 0  # of booked entries only
    readable: bool = True
    payments: int = 0
    total: int = 0
    passed: dict[PassedKind, Tally] = field(default_factory=dict)
    entries: int = 0

    @property
    def whole(self) -> bool:
        """Whether it is all on this page, so that its summary can be compared."""
        return self.last_page and self.page in {None, 1}

    def count(self, entry: OpenEntry) -> None:
        """Counts an entry that has ended."""
        if entry.amount is None or entry.credit is None:
            self.readable = False
            return
        self.all.add(entry.amount)
        (self.credits if entry.credit else self.debits).add(entry.amount)
        self.net += entry.signed
        self.reversed_net += -entry.signed if entry.reversal else entry.signed
        self.booked_net += entry.signed if entry.booked else 0

    def pass_over(self, kind: PassedKind, count: int, amount: int) -> None:
        """Counts what is no payment."""
        tally = self.passed.setdefault(kind, Tally())
        tally.count += count
        tally.sum += amount

    def head(self) -> NotificationHead:
        """What the rest of the world is told of it."""
        return NotificationHead(
            line=line_of(self.spot.element),
            message_id=self.message_id,
            id=self.values.get("id", ""),
            account=self.account,
            currency=self.currency,
            created=self.created,
            copy=self.values.get("copy", ""),
            page=self.page,
            last_page=self.last_page,
            entries=self.entries,
            payments=self.payments,
            total=self.total,
            passed=tuple(Passed(kind, tally.count, tally.sum) for kind, tally in self.passed.items()),
        )


def open_notification(spot: Spot, values: Values, header: Values, identities: Identities) -> OpenNotification:
    """The notification with these values, in the message with that header; a page of its own goes before its page."""
    spot.judge_faults(values)
    account = str(values.get("iban") or values.get("account", ""))
    own_page = "page" in values
    open_ = OpenNotification(
        spot=spot,
        values=values,
        maker=Maker(account, values.get("id", ""), identities),
        message_id=header.get("message_id", ""),
        account=account,
        currency=values.get("currency", ""),
        created=spot.day(values, "created"),
        page=spot.number(values, "page") if own_page else header["page_number"],
        last_page=spot.flag(values, "last_page") if own_page else header["is_last"],
    )
    _judge_head(open_)
    return open_


def _judge_head(open_: OpenNotification) -> None:
    """Tells copies and pages, and what is not there and must be."""
    spot, values = open_.spot, open_.values
    spot.required(values, "id")
    if not open_.account:
        spot.wrong("camt.required", "iban", "is missing, or empty: the account that was credited")
    if copy := values.get("copy"):
        rule = "the bank marks it as a copy: its payments may have been delivered before"
        if copy in _COPIES:
            spot.wrong("camt.copy", "copy", rule, copy, warning=True)
        else:
            spot.wrong("camt.code", "copy", f"one of {', '.join(_COPIES)} expected", copy)
    if not open_.whole:
        last = "the last" if open_.last_page else "not the last"
        rule = f"page {open_.page or 1}, {last} one: the others come in other files, and sums over all of them only warn"
        spot.wrong("camt.page", "id", rule, warning=True)


def close_notification(open_: OpenNotification) -> None:
    """Compares the summary with what was counted, and tells what was passed over."""
    open_.spot.warning = not open_.whole
    if open_.readable:
        for name, tally in (("summary", open_.all), ("credit", open_.credits), ("debit", open_.debits)):
            _judge(open_, f"{name}_count", f"{name}_sum", tally)
        _judge_net(open_)
    for told in _told(open_):
        open_.spot.wrong("camt.passed_over", "id", told, warning=True)


def _judge(open_: OpenNotification, count: str, amount: str, tally: Tally) -> None:
    spot, values = open_.spot, open_.values
    stated = spot.number(values, count)
    if stated is not None and stated != tally.count:
        spot.wrong("camt.count", count, f"the notification holds {tally.count} of these entries", str(stated))
    if (text := values.get(amount)) is not None and open_.currency:
        said = spot.amount((text, open_.currency), amount)
        if said is not None and said != tally.sum:
            rule = f"the entries add up to {as_text(tally.sum, open_.currency)}"
            spot.wrong("camt.sum", amount, rule, text)


def _judge_net(open_: OpenNotification) -> None:
    spot, values = open_.spot, open_.values
    text = values.get("summary_net")
    if text is None or not open_.currency:
        return
    try:
        said = minor_units(text, open_.currency)
    except ValueError as error:
        spot.wrong("camt.amount", "summary_net", str(error), text)
        return
    said *= -1 if values.get("summary_side") == "DBIT" else 1
    if said == open_.net:
        return
    rule = f"credits less debits are {as_text(open_.net, open_.currency)}"
    known = said in {open_.reversed_net, open_.booked_net}
    if known:
        rule = f"{rule}; it agrees with another way of counting reversals and entries that are not booked"
    spot.wrong("camt.net", "summary_net", rule, text, warning=known)


def _told(open_: OpenNotification) -> Iterator[str]:
    for kind, tally in open_.passed.items():
        amount = f"{as_text(tally.sum, open_.currency)} {open_.currency}"
        yield f"{_WORDS[kind]} passed over: {tally.count}, together {amount}"
