"""Writes camt.054 messages, version .02 or .08, from values: for a simulated bank and for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from lxml import etree

from inkasso_formats.payments.camt_head import NAMESPACE
from inkasso_formats.payments.camt_model import Detail, Entry, Notification, Structured
from inkasso_formats.payments.camt_paths import Version
from inkasso_formats.payments.camt_payment import BANKGIRO
from inkasso_formats.payments.camt_values import as_text
from inkasso_formats.payments.camt_xml import Element


def render(
    notifications: Iterable[Notification],
    *,
    message_id: str,
    created: date,
    version: Version = "02",
    page: tuple[int, bool] | None = None,
) -> bytes:
    """The message of the notifications, UTF-8, one element a line; `page` is its number and whether it is the last.

    Raises ValueError where a value has no place: the side of a detail, or a reversal without entry, in version .02,
    or characters that XML cannot hold.
    """
    namespace = f"{NAMESPACE}054.001.{version}"
    document = etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})
    message = etree.SubElement(document, f"{{{namespace}}}BkToCstmrDbtCdtNtfctn")
    header = _add(message, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", f"{created}T00:00:00")
    if page is not None:
        _add(header, "MsgPgntn/PgNb", str(page[0]))
        _add(header, "MsgPgntn/LastPgInd", "true" if page[1] else "false")
    for notification in notifications:
        _notification(_add(message, "Ntfctn"), notification, version)
    etree.indent(document)
    return bytes(etree.tostring(document, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _notification(element: Element, notification: Notification, version: Version) -> None:
    _add(element, "Id", notification.id)
    _add(element, "CreDtTm", f"{notification.created}T00:00:00")
    _add(element, "CpyDplctInd", notification.copy, optional=True)
    _account(_add(element, "Acct"), notification.account)
    _add(element, "Acct/Ccy", notification.currency, optional=True)
    if notification.summary:
        _summary(_add(element, "TxsSummry"), notification.entries, version)
    for entry in notification.entries:
        _entry(_add(element, "Ntry"), entry, version)


def _account(element: Element, account: str, scheme: str = "") -> None:
    if _is_iban(account):
        _add(element, "Id/IBAN", account)
    else:
        _add(element, "Id/Othr/Id", account)
        _add(element, "Id/Othr/SchmeNm/Prtry", scheme, optional=True)


def _is_iban(account: str) -> bool:
    return account[:2].isalpha() and account[:2].isupper() and account[2:4].isdigit() and len(account) > 4


def _summary(element: Element, entries: Sequence[Entry], version: Version) -> None:
    currency = entries[0].currency if entries else "NOK"
    net = sum(entry.amount if entry.credit else -entry.amount for entry in entries)
    _sums(element, "TtlNtries", entries, currency)
    side = "CRDT" if net >= 0 else "DBIT"
    above = "TtlNtries" if version == "02" else "TtlNtries/TtlNetNtry"
    _add(element, f"{above}/{'TtlNetNtryAmt' if version == '02' else 'Amt'}", as_text(abs(net), currency))
    _add(element, f"{above}/CdtDbtInd", side)
    _sums(element, "TtlCdtNtries", [entry for entry in entries if entry.credit], currency)
    _sums(element, "TtlDbtNtries", [entry for entry in entries if not entry.credit], currency)


def _sums(element: Element, name: str, entries: Sequence[Entry], currency: str) -> None:
    _add(element, f"{name}/NbOfNtries", str(len(entries)))
    _add(element, f"{name}/Sum", as_text(sum(entry.amount for entry in entries), currency))


def _entry(element: Element, entry: Entry, version: Version) -> None:
    _amount(element, "Amt", entry.amount, entry.currency)
    _add(element, "CdtDbtInd", "CRDT" if entry.credit else "DBIT")
    if entry.reversal:
        _add(element, "RvslInd", "true")
    _add(element, "Sts/Cd" if version == "08" else "Sts", entry.status)
    _add(element, "BookgDt/Dt", str(entry.booked or ""), optional=True)
    _add(element, "ValDt/Dt", str(entry.valued or ""), optional=True)
    _add(element, "AcctSvcrRef", entry.bank_reference, optional=True)
    _code(_add(element, "BkTxCd"), entry.type)
    if entry.details or entry.count is not None:
        box = _add(element, "NtryDtls")
        if entry.count is not None:
            _add(box, "Btch/NbOfTxs", str(entry.count))
        for detail in entry.details:
            _detail(_add(box, "TxDtls"), detail, entry.currency, version)


def _code(element: Element, code: str) -> None:
    parts = code.split("/")
    if len(parts) == 3:
        for path, part in zip(("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd"), parts, strict=True):
            _add(element, path, part)
    else:
        _add(element, "Prtry/Cd", code, optional=True)


def _detail(element: Element, detail: Detail, currency: str, version: Version) -> None:
    for name in ("AcctSvcrRef", "InstrId", "EndToEndId", "TxId"):
        _add(element, f"Refs/{name}", getattr(detail, _NUMBERS[name]), optional=True)
    _detail_amount(element, detail, currency, version)
    if detail.type:
        _code(_add(element, "BkTxCd"), detail.type)
    payer = "RltdPties/Dbtr/Pty" if version == "08" else "RltdPties/Dbtr"
    _add(element, f"{payer}/Nm", detail.payer_name, optional=True)
    _add(element, f"{payer}/Id/OrgId/Othr/Id", detail.payer_id, optional=True)
    if account := detail.payer_bankgiro or detail.payer_account:
        scheme = BANKGIRO if detail.payer_bankgiro else ""
        _account(_add(element, "RltdPties/DbtrAcct"), account, scheme)
    for text in detail.texts:
        _new(_add(element, "RmtInf"), "Ustrd", text)
    for block in detail.structured:
        _structured(_new(_add(element, "RmtInf"), "Strd"), block, currency)
    _add(element, "RtrInf/Rsn/Cd", detail.return_code, optional=True)


_NUMBERS = {
    "AcctSvcrRef": "bank_reference",
    "InstrId": "instruction_id",
    "EndToEndId": "end_to_end",
    "TxId": "transaction_id",
}


def _detail_amount(element: Element, detail: Detail, currency: str, version: Version) -> None:
    if version == "02" and detail.credit is not None:
        raise ValueError("version .02 has no place for the side of a detail")
    if detail.amount is not None:
        _amount(element, "AmtDtls/TxAmt/Amt" if version == "02" else "Amt", detail.amount, currency)
    if detail.credit is not None:
        _add(element, "CdtDbtInd", "CRDT" if detail.credit else "DBIT")


def _structured(element: Element, block: Structured, currency: str) -> None:
    for code, number in block.documents:
        document = _new(element, "RfrdDocInf")
        _add(document, "Tp/CdOrPrtry/Cd", code)
        _add(document, "Nb", number)
    if block.credit_note is not None:
        _amount(element, "RfrdDocAmt/CdtNoteAmt", block.credit_note, currency)
    if block.remitted is not None:
        _amount(element, "RfrdDocAmt/RmtdAmt", block.remitted, currency)
    if block.reference:
        _add(element, "CdtrRefInf/Tp/CdOrPrtry/Cd", "SCOR")
        _add(element, "CdtrRefInf/Ref", block.reference)


def _amount(element: Element, path: str, amount: int, currency: str) -> None:
    _add(element, path, as_text(amount, currency)).set("Ccy", currency)


def _add(element: Element, path: str, text: str = "", *, optional: bool = False) -> Element:
    """The element at the end of a path, of which what is missing is made; an optional one without text is left out."""
    if optional and not text:
        return element
    *above, last = path.split("/")
    for step in above:
        children = [child for child in element[-1:] if child.tag == _tag(element, step)]
        element = children[0] if children else _new(element, step)
    existing = element[-1] if len(element) else None
    if not text and existing is not None and existing.tag == _tag(element, last) and last in _SHARED:
        return existing
    return _new(element, last, text)


_SHARED = frozenset({"RmtInf", "Acct"})  # made once, filled in several steps


def _new(element: Element, name: str, text: str = "") -> Element:
    child = etree.SubElement(element, _tag(element, name))
    if text:
        child.text = text
    return child


def _tag(element: Element, name: str) -> str:
    return f"{str(element.tag).partition('}')[0]}}}{name}"
