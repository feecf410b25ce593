"""Details become payments, each with an identity that the same payment has again when it is delivered again."""

from __future__ import annotations

from inkasso_formats.payments.camt_detail import OpenDetail, Part, parts_of
from inkasso_formats.payments.camt_entry import OpenEntry, type_of
from inkasso_formats.payments.camt_xml import Values, line_of
from inkasso_formats.records import Payment
from inkasso_formats.references import account_key

_NO_NUMBER = {"", "NOTPROVIDED"}  # the second is what a payer who gives no number is noted with
BANKGIRO = "BGNR"


class Identities:
    """Tells payments apart that are equal in everything an identity holds, by their order in the file.

    Keeps one number for each payment (about 100 bytes), not its text.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._times: dict[str, int] = {}

    def of(self, key: str) -> str:
        """The key with its place among equal ones: 1, 2, ..."""
        number = hash(key)
        if number not in self._seen:
            self._seen.add(number)
            return f"{key}-1"
        self._times[key] = times = self._times.get(key, 1) + 1
        return f"{key}-{times}"


class Maker:
    """Makes the payments of one notification: of one own account."""

    def __init__(self, account: str, notification_id: str, identities: Identities) -> None:
        self._account = account
        self._key = account_key(account)
        self._id = notification_id
        self._identities = identities

    def of_detail(self, entry: OpenEntry, detail: OpenDetail, amount: int) -> list[Payment]:
        """The payments that a detail is, one for each of its references that has an amount."""
        parts = parts_of(detail, amount, entry.currency)
        if len(parts) == 1:
            return [self.of_part(entry, detail, parts[0])]
        return [
            self.of_part(entry, detail, part, f"-part{place}") for place, part in enumerate(parts, start=1)
        ]

    def of_part(self, entry: OpenEntry, detail: OpenDetail, part: Part, place: str = "") -> Payment:
        """The payment that a part of a detail is; `place` tells it from other parts."""
        values = detail.values
        bankgiro = values.get("payer_scheme") == BANKGIRO
        account = payer_account(values)
        key = f"{self._number(entry, detail)}-{entry.day}-{part.amount}-{part.reference}{place}"
        return Payment(
            line=detail.line,
            identity=self._identities.of(key),
            reference=part.reference,
            amount=part.amount,
            currency=entry.currency,
            date=entry.date,  # type: ignore[arg-type]  # a missing date has refused the file
            account=self._account,
            payer_account="" if bankgiro else account,
            payer_name=values.get("payer_name", ""),
            type=type_of(values) or entry.type,
            reversal=detail.returned and not detail.credit,
            text="\n".join(values.get("texts", ())),
            invoice_refs=part.invoice_refs,
            bank_reference=values.get("bank_reference", ""),
            value_date=entry.value_date,
            payer_id=values.get("payer_id", ""),
            payer_bankgiro=account if bankgiro else "",
        )

    def of_entry(self, entry: OpenEntry) -> Payment:
        """The payment that an entry without details is: its amount, and no reference."""
        number = f"bank-{entry.bank_reference}" if entry.bank_reference else self._place(entry, 0)
        return Payment(
            line=line_of(entry.spot.element),
            identity=self._identities.of(f"camt-{self._key}-{number}-{entry.day}-{entry.signed}"),
            reference="",
            amount=entry.signed,
            currency=entry.currency,
            date=entry.date,  # type: ignore[arg-type]  # a missing date has refused the file
            account=self._account,
            type=entry.type,
            reversal=not entry.credit,
            bank_reference=entry.bank_reference,
            value_date=entry.value_date,
        )

    def _number(self, entry: OpenEntry, detail: OpenDetail) -> str:
        values = detail.values
        if reference := values.get("bank_reference"):
            return f"camt-{self._key}-bank-{reference}"
        for name in ("uetr", "end_to_end", "transaction_id", "instruction_id"):
            if (number := values.get(name, "")) not in _NO_NUMBER:
                return f"camt-{self._key}-payer-{payer_account(values)}-{number}"
        return f"camt-{self._key}-{self._place(entry, detail.number)}"

    def _place(self, entry: OpenEntry, detail: int) -> str:
        return f"at-{self._id}-{entry.number}-{detail}"


def payer_account(values: Values) -> str:
    """The payer's account as the detail gives it: an IBAN, or another number; empty where it gives none."""
    return str(values.get("payer_iban") or values.get("payer_account", ""))
