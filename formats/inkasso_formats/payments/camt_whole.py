"""Everything that the writer writes, read back: the notifications of a message as values."""

from __future__ import annotations

import io
from datetime import date

from lxml import etree

from inkasso_formats.payments.camt_entry import type_of
from inkasso_formats.payments.camt_head import MOST, examine
from inkasso_formats.payments.camt_model import Detail, Entry, Notification, Structured
from inkasso_formats.payments.camt_paths import LEVELS, Tree, tree
from inkasso_formats.payments.camt_payment import BANKGIRO, payer_account
from inkasso_formats.payments.camt_reader import Reader
from inkasso_formats.payments.camt_values import day, minor_units
from inkasso_formats.payments.camt_xml import SAFE, Element, Values
from inkasso_formats.payments.camt_xml import read as read_values


def read(content: bytes) -> tuple[Notification, ...]:
    """What a message says, so that `render` can write it again; values that `Notification` has no field for are left out.

    The whole message is held in memory. Raises FormatError as `parse` does.
    """
    for _ in Reader(io.BytesIO(content)).batches():
        pass  # every check is made first, so what follows need not judge
    head = examine(content[:MOST])
    root = etree.fromstring(content, etree.XMLParser(**SAFE))
    trees = {name: tree(paths, head.version, head.namespace) for name, paths in LEVELS.items()}
    whole = _Whole(f"{{{head.namespace}}}", trees)
    return tuple(whole.notification(element) for element in root.iter(f"{{{head.namespace}}}Ntfctn"))


class _Whole:
    def __init__(self, namespace: str, trees: dict[str, Tree]) -> None:
        self._namespace = namespace
        self._trees = trees

    def notification(self, element: Element) -> Notification:
        values = self._values(element, "Ntfctn")
        return Notification(
            id=values["id"],
            account=values.get("iban") or values["account"],
            currency=values.get("currency", ""),
            created=_day(values, "created"),
            copy=values.get("copy", ""),
            summary="summary_count" in values,
            entries=tuple(self._entry(child) for child in self._children(element, "Ntry")),
        )

    def _entry(self, element: Element) -> Entry:
        values = self._values(element, "Ntry")
        amount, currency = values["amount"]
        boxes = self._children(element, "NtryDtls")
        counts = [batch["count"] for box in boxes if "count" in (batch := self._values(box, "NtryDtls"))]
        return Entry(
            amount=minor_units(amount, currency),
            currency=currency,
            credit=values["side"] == "CRDT",
            reversal=values.get("reversal") in {"true", "1"},
            status=values["status"],
            booked=_day(values, "booked"),
            valued=_day(values, "valued"),
            bank_reference=values.get("bank_reference", ""),
            type=type_of(values),
            count=sum(map(int, counts)) if counts else None,
            details=tuple(
                _detail(self._values(child, "TxDtls"), currency)
                for box in boxes
                for child in self._children(box, "TxDtls")
            ),
        )

    def _values(self, element: Element, name: str) -> Values:
        values: Values = {}
        read_values(element, self._trees[name], values)
        return values

    def _children(self, element: Element, name: str) -> list[Element]:
        return list(element.findall(f"{self._namespace}{name}"))


def _detail(values: Values, currency: str) -> Detail:
    given = values.get("amount") or values.get("transaction_amount")
    bankgiro = values.get("payer_scheme") == BANKGIRO
    account = payer_account(values)
    return Detail(
        amount=None if given is None else minor_units(*given),
        credit=None if "side" not in values else values["side"] == "CRDT",
        bank_reference=values.get("bank_reference", ""),
        instruction_id=values.get("instruction_id", ""),
        end_to_end=values.get("end_to_end", ""),
        transaction_id=values.get("transaction_id", ""),
        type=type_of(values),
        payer_name=values.get("payer_name", ""),
        payer_id=values.get("payer_id", ""),
        payer_account="" if bankgiro else account,
        payer_bankgiro=account if bankgiro else "",
        texts=tuple(values.get("texts", ())),
        structured=tuple(_structured(block, currency) for block in values.get("structured", ())),
        return_code=values.get("return_code", ""),
    )


def _structured(values: Values, currency: str) -> Structured:
    return Structured(
        reference=values.get("reference", ""),
        documents=tuple(
            (part.get("code", ""), part.get("number", "")) for part in values.get("documents", ())
        ),
        remitted=_amount(values, "remitted", currency),
        credit_note=_amount(values, "credit_note", currency),
    )


def _amount(values: Values, name: str, currency: str) -> int | None:
    given = values.get(name)
    return None if given is None or given[1] != currency else minor_units(*given)


def _day(values: Values, name: str) -> date | None:
    text = values.get(name) or values.get(f"{name}_at")
    return day(text) if text else None
