"""Which path of a camt.054 message gives which value: declared once for the reader and for docs/formats/camt054.md.

Paths and versions: ISO 20022, message definition reports of camt.054.001.02, .04 and .08, as banks in Norway, Sweden and
Finland use them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Version: TypeAlias = Literal["02", "04", "08"]
VERSIONS: tuple[Version, ...] = ("02", "04", "08")
_FIRST: tuple[Version, ...] = ("02",)
_LATER: tuple[Version, ...] = ("04", "08")
_PLAIN: tuple[Version, ...] = ("02", "04")
_LAST: tuple[Version, ...] = ("08",)

# text: once, blanks around it taken off · amount: text and currency · list: each as it stands
# first: the first of several · group: a group of values for each
Kind: TypeAlias = Literal["text", "amount", "list", "first", "group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One value: its name here, and its path below the element of its level. Of equal names the versions differ."""

    name: str
    path: str
    meaning: str
    kind: Kind = "text"
    versions: tuple[Version, ...] = VERSIONS
    parts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a path ends that is more than a text: what is done with the element there."""

    name: str
    kind: Kind
    tree: Tree


Tree: TypeAlias = dict[
    str, "str | Leaf | Tree"
]  # a plain text is its name alone: most values are, and it is quick


def _text(name: str, path: str, meaning: str, *versions: Version) -> Path:
    return Path(name=name, path=path, meaning=meaning, versions=versions or VERSIONS)


def _amount(name: str, path: str, meaning: str, *versions: Version) -> Path:
    return Path(name=name, path=path, meaning=meaning, kind="amount", versions=versions or VERSIONS)


HEADER = (
    _text("message_id", "MsgId", "Names the message; a copy has another."),
    _text("created", "CreDtTm", "When it was made."),
    _text("page", "MsgPgntn/PgNb", "Page of a message that was cut into several."),
    _text("last_page", "MsgPgntn/LastPgInd", "Whether it is the last page."),
)

NOTIFICATION = (
    _text("id", "Id", "Names the notification."),
    _text("page", "NtfctnPgntn/PgNb", "Page of a notification that was cut into several.", *_LATER),
    _text("last_page", "NtfctnPgntn/LastPgInd", "Whether it is the last page.", *_LATER),
    _text("created", "CreDtTm", "When it was made."),
    _text("copy", "CpyDplctInd", "`COPY`, `DUPL` or `CODU`: delivered before; told."),
    _text("iban", "Acct/Id/IBAN", "Own account."),
    _text("account", "Acct/Id/Othr/Id", "Own account that is no IBAN: BBAN, or bankgiro (`BGNR`)."),
    _text("currency", "Acct/Ccy", "Currency of the account; every entry must have it."),
    _text("summary_count", "TxsSummry/TtlNtries/NbOfNtries", "Number of entries."),
    _text("summary_sum", "TxsSummry/TtlNtries/Sum", "Sum of their amounts without signs."),
    _text("summary_net", "TxsSummry/TtlNtries/TtlNetNtryAmt", "Credits less debits.", *_FIRST),
    _text("summary_side", "TxsSummry/TtlNtries/CdtDbtInd", "Sign of that.", *_FIRST),
    _text("summary_net", "TxsSummry/TtlNtries/TtlNetNtry/Amt", "Credits less debits.", *_LATER),
    _text("summary_side", "TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd", "Sign of that.", *_LATER),
    _text("credit_count", "TxsSummry/TtlCdtNtries/NbOfNtries", "Number of credit entries."),
    _text("credit_sum", "TxsSummry/TtlCdtNtries/Sum", "Their sum."),
    _text("debit_count", "TxsSummry/TtlDbtNtries/NbOfNtries", "Number of debit entries."),
    _text("debit_sum", "TxsSummry/TtlDbtNtries/Sum", "Their sum."),
)

ENTRY = (
    _amount("amount", "Amt", "Sum of the details, and one line of the statement."),
    _text("side", "CdtDbtInd", "`CRDT` or `DBIT`."),
    _text("reversal", "RvslInd", "Whether it takes back an entry of the other side."),
    _text("status", "Sts", "`BOOK`; others are passed over and told.", *_PLAIN),
    _text("status", "Sts/Cd", "`BOOK`; others are passed over and told.", *_LAST),
    _text("booked", "BookgDt/Dt", "Booking date: the payment's date."),
    _text("booked_at", "BookgDt/DtTm", "The same with a time, which is left off."),
    _text("valued", "ValDt/Dt", "Value date."),
    _text("valued_at", "ValDt/DtTm", "The same with a time, which is left off."),
    _text("bank_reference", "AcctSvcrRef", "The bank's reference, used where there are no details."),
    _text("domain", "BkTxCd/Domn/Cd", "Kind of the entry; with family and sub-family the payment's type."),
    _text("family", "BkTxCd/Domn/Fmly/Cd", "Family."),
    _text("sub_family", "BkTxCd/Domn/Fmly/SubFmlyCd", "Sub-family; `RRTN` is a returned payment."),
    _text("own_code", "BkTxCd/Prtry/Cd", "The bank's own code: the type where there is no domain."),
)

BATCH = (
    _text("count", "Btch/NbOfTxs", "Number of details."),
    _amount("total", "Btch/TtlAmt", "Their sum."),
)

_DOCUMENT = (
    _text("code", "Tp/CdOrPrtry/Cd", "`CINV` invoice, `CREN` credit note; others are passed over."),
    _text("number", "Nb", "Its number."),
)

_STRUCTURED = (
    Path(
        name="documents",
        path="RfrdDocInf",
        kind="group",
        parts=_DOCUMENT,
        meaning="Invoices and credit notes.",
    ),
    _amount("remitted", "RfrdDocAmt/RmtdAmt", "What is paid by this block."),
    _amount("credit_note", "RfrdDocAmt/CdtNoteAmt", "What it deducts."),
    _text(
        "reference_code",
        "CdtrRefInf/Tp/CdOrPrtry/Cd",
        "`SCOR`; the reference of another code is passed over.",
    ),
    _text("reference", "CdtrRefInf/Ref", "The creditor's reference: KID, OCR number, viite or RF."),
)

DETAIL = (
    _text("bank_reference", "Refs/AcctSvcrRef", "The bank's reference (NICS archive reference in Norway)."),
    _text("instruction_id", "Refs/InstrId", "The payer's number of the order."),
    _text("end_to_end", "Refs/EndToEndId", "The payer's number, from end to end; `NOTPROVIDED` is none."),
    _text("uetr", "Refs/UETR", "Unique number of the transaction.", *_LAST),
    _text("transaction_id", "Refs/TxId", "The first bank's number."),
    _amount("amount", "Amt", "Amount in the currency of the entry.", *_LATER),
    _text("side", "CdtDbtInd", "`CRDT` or `DBIT`; else that of the entry.", *_LATER),
    _amount("transaction_amount", "AmtDtls/TxAmt/Amt", "Amount, where `Amt` is not given."),
    _text("domain", "BkTxCd/Domn/Cd", "As at the entry, before it."),
    _text("family", "BkTxCd/Domn/Fmly/Cd", "Family."),
    _text("sub_family", "BkTxCd/Domn/Fmly/SubFmlyCd", "Sub-family."),
    _text("own_code", "BkTxCd/Prtry/Cd", "The bank's own code."),
    _text("payer_name", "RltdPties/Dbtr/Nm", "Payer's name.", *_PLAIN),
    _text("payer_name", "RltdPties/Dbtr/Pty/Nm", "Payer's name.", *_LAST),
    Path(
        name="payer_id",
        path="RltdPties/Dbtr/Id/OrgId/Othr/Id",
        kind="first",
        versions=_PLAIN,
        meaning="Payer's organisation number, the first given.",
    ),
    Path(
        name="payer_id",
        path="RltdPties/Dbtr/Pty/Id/OrgId/Othr/Id",
        kind="first",
        versions=_LAST,
        meaning="Payer's organisation number, the first given.",
    ),
    _text("payer_iban", "RltdPties/DbtrAcct/Id/IBAN", "Payer's account."),
    _text("payer_account", "RltdPties/DbtrAcct/Id/Othr/Id", "Payer's account that is no IBAN."),
    _text("payer_scheme", "RltdPties/DbtrAcct/Id/Othr/SchmeNm/Prtry", "`BGNR`: it is a bankgiro number."),
    Path(name="texts", path="RmtInf/Ustrd", kind="list", meaning="Free text; blanks inside it stay."),
    Path(
        name="structured",
        path="RmtInf/Strd",
        kind="group",
        parts=_STRUCTURED,
        meaning="A reference or a document, and its share of the amount.",
    ),
    _text("return_code", "RtrInf/Rsn/Cd", "Why a payment was returned; it marks a reversal."),
    _text("return_text", "RtrInf/Rsn/Prtry", "The same in the bank's own words."),
)

LEVELS: Mapping[str, tuple[Path, ...]] = {
    "GrpHdr": HEADER,
    "Ntfctn": NOTIFICATION,
    "Ntry": ENTRY,
    "NtryDtls": BATCH,
    "TxDtls": DETAIL,
}


def tree(paths: tuple[Path, ...], version: Version, namespace: str) -> Tree:
    """The paths of a version as the reader walks them: tags with their namespace, and leaves where paths end."""
    root: Tree = {}
    for path in paths:
        if version in path.versions:
            *steps, last = (f"{{{namespace}}}{step}" for step in path.path.split("/"))
            node = root
            for step in steps:
                node = node.setdefault(step, {})  # type: ignore[assignment]
            leaf = Leaf(path.name, path.kind, tree(path.parts, version, namespace))
            node[last] = path.name if path.kind == "text" else leaf
    return root


def path_of(paths: tuple[Path, ...], name: str, version: Version) -> str:
    """The path of a value in a version, for the sentence that says what is wrong with it."""
    return next(path.path for path in paths if path.name == name and version in path.versions)


def rows(paths: tuple[Path, ...], above: str = "") -> Iterator[tuple[str, str, str]]:
    """Path, versions (empty: all) and meaning of each value; a group's own paths follow it."""
    for path in paths:
        versions = "" if path.versions == VERSIONS else ", ".join(f".{version}" for version in path.versions)
        yield f"{above}{path.path}", versions, path.meaning
        yield from rows(path.parts, f"{above}{path.path}/")
