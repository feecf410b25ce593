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
    """The message of the notifications, in UTF-8 and indented; `page` is its number and whether it is the last one.

    Raises ValueError where a value has no place: the side of a detail in version .02, a character that XML cannot hold.
    """
    namespace = f"{NAMESPACE}054.001.{version}"
    document = etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})  # type: ignore[dict-item]
    message = _new(document, "BkToCstmrDbtCdtNtfctn")
    header = _new(message, "GrpHdr")
    _put(header, "MsgId", message_id)
    _put(header, "CreDtTm", f"{created}T00:00:00")
    if page is not None:
        _put(header, "MsgPgntn/PgNb", str(page[0]))
        _put(header, "MsgPgntn/LastPgInd", "true" if page[1] else "false")
    for notification in notifications:
        _notification(_new(message, "Ntfctn"), notification, version)
    etree.indent(document)
    return bytes(etree.tostring(document, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _notification(element: Element, notification: Notification, version: Version) -> None:
    _put(element, "Id", notification.id)
    _put(element, "CreDtTm", f"{notification.created}T00:00:00" if notification.created else "")
    _put(element, "CpyDplctInd", notification.copy)
    _account(element, "Acct", notification.account)
    _put(element, "Acct/Ccy", notification.currency)
    if notification.summary:
        currency = notification.currency or (notification.entries[0].currency if notification.entries else "")
        _summary(_new(element, "TxsSummry"), notification.entries, currency, version)
    for entry in notification.entries:
        _entry(_new(element, "Ntry"), entry, version)


def _account(element: Element, path: str, account: str, scheme: str = "") -> None:
    """An account as IBAN where it begins like one: with two capitals and two digits."""
    if account[:2].isupper() and account[:2].isalpha() and account[2:4].isdigit():
        _put(element, f"{path}/Id/IBAN", account)
    else:
        _put(element, f"{path}/Id/Othr/Id", account)
        _put(element, f"{path}/Id/Othr/SchmeNm/Prtry", scheme)


def _summary(element: Element, entries: Sequence[Entry], currency: str, version: Version) -> None:
    net = sum(entry.amount if entry.credit else -entry.amount for entry in entries)
    _sums(element, "TtlNtries", entries, currency)
    amount, side = (
        ("TtlNetNtryAmt", "CdtDbtInd") if version == "02" else ("TtlNetNtry/Amt", "TtlNetNtry/CdtDbtInd")
    )
    _put(element, f"TtlNtries/{amount}", as_text(abs(net), currency))
    _put(element, f"TtlNtries/{side}", _side(net >= 0))
    _sums(element, "TtlCdtNtries", [entry for entry in entries if entry.credit], currency)
    _sums(element, "TtlDbtNtries", [entry for entry in entries if not entry.credit], currency)


def _sums(element: Element, name: str, entries: Sequence[Entry], currency: str) -> None:
    _put(element, f"{name}/NbOfNtries", str(len(entries)))
    _put(element, f"{name}/Sum", as_text(sum(entry.amount for entry in entries), currency))


def _entry(element: Element, entry: Entry, version: Version) -> None:
    _amount(element, "Amt", entry.amount, entry.currency)
    _put(element, "CdtDbtInd", _side(entry.credit))
    _put(element, "RvslInd", "true" if entry.reversal else "")
    _put(element, "Sts/Cd" if version == "08" else "Sts", entry.status)
    _put(element, "BookgDt/Dt", str(entry.booked or ""))
    _put(element, "ValDt/Dt", str(entry.valued or ""))
    _put(element, "AcctSvcrRef", entry.bank_reference)
    _code(_new(element, "BkTxCd"), entry.type)
    if entry.details or entry.count is not None:
        box = _new(element, "NtryDtls")
        _put(box, "Btch/NbOfTxs", "" if entry.count is None else str(entry.count))
        for detail in entry.details:
            _detail(_new(box, "TxDtls"), detail, entry.currency, version)


def _code(element: Element, code: str) -> None:
    parts = code.split("/")
    if len(parts) == 3:
        for path, part in zip(("Cd", "Fmly/Cd", "Fmly/SubFmlyCd"), parts, strict=True):
            _put(element, f"Domn/{path}", part)
    else:
        _put(element, "Prtry/Cd", code)


def _detail(element: Element, detail: Detail, currency: str, version: Version) -> None:
    _put(element, "Refs/AcctSvcrRef", detail.bank_reference)
    _put(element, "Refs/InstrId", detail.instruction_id)
    _put(element, "Refs/EndToEndId", detail.end_to_end)
    _put(element, "Refs/TxId", detail.transaction_id)
    _detail_amount(element, detail, currency, version)
    if detail.type:
        _code(_new(element, "BkTxCd"), detail.type)
    payer = "RltdPties/Dbtr/Pty" if version == "08" else "RltdPties/Dbtr"
    _put(element, f"{payer}/Nm", detail.payer_name)
    _put(element, f"{payer}/Id/OrgId/Othr/Id", detail.payer_id)
    if detail.payer_bankgiro:
        _account(element, "RltdPties/DbtrAcct", detail.payer_bankgiro, BANKGIRO)
    else:
        _account(element, "RltdPties/DbtrAcct", detail.payer_account)
    for text in detail.texts:
        _put(element, "RmtInf/Ustrd", text)
    for block in detail.structured:
        _structured(_last(element, "RmtInf"), block, currency)
    _put(element, "RtrInf/Rsn/Cd", detail.return_code)


def _detail_amount(element: Element, detail: Detail, currency: str, version: Version) -> None:
    if version == "02" and detail.credit is not None:
        raise ValueError("version .02 has no place for the side of a detail")
    if detail.amount is not None:
        _amount(element, "AmtDtls/TxAmt/Amt" if version == "02" else "Amt", detail.amount, currency)
    if detail.credit is not None:
        _put(element, "CdtDbtInd", _side(detail.credit))


def _structured(remittance: Element, block: Structured, currency: str) -> None:
    element = _new(remittance, "Strd")
    for code, number in block.documents:
        document = _new(element, "RfrdDocInf")
        _put(document, "Tp/CdOrPrtry/Cd", code)
        _put(document, "Nb", number)
    if block.credit_note is not None:
        _amount(element, "RfrdDocAmt/CdtNoteAmt", block.credit_note, currency)
    if block.remitted is not None:
        _amount(element, "RfrdDocAmt/RmtdAmt", block.remitted, currency)
    if block.reference:
        _put(element, "CdtrRefInf/Tp/CdOrPrtry/Cd", "SCOR")
        _put(element, "CdtrRefInf/Ref", block.reference)


def _side(credit: bool) -> str:
    return "CRDT" if credit else "DBIT"


def _amount(element: Element, path: str, amount: int, currency: str) -> None:
    _put(element, path, as_text(amount, currency), currency)


def _put(element: Element, path: str, text: str, currency: str = "") -> None:
    """Adds the element at the end of a path, and those above it that are not the last ones yet; nothing for no text."""
    if not text:
        return
    *above, last = path.split("/")
    for step in above:
        element = _last(element, step)
    child = _new(element, last)
    child.text = text
    if currency:
        child.set("Ccy", currency)


def _last(element: Element, name: str) -> Element:
    """The last child, if it has that name; else a new one that has."""
    tag = _tag(element, name)
    return element[-1] if len(element) and element[-1].tag == tag else _new(element, name)


def _new(element: Element, name: str) -> Element:
    return etree.SubElement(element, _tag(element, name))


def _tag(element: Element, name: str) -> str:
    return f"{str(element.tag).partition('}')[0]}}}{name}"
