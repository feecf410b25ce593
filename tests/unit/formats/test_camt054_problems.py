from __future__ import annotations

import io

import pytest

from inkasso_formats.payments import camt054
from inkasso_formats.payments.camt054 import Structured
from inkasso_formats.problems import FormatError
from support import camt
from support.camt import (
    changed,
    detail,
    entry,
    file_of,
    message,
    notification,
    refused,
    removed,
    with_text,
)

FIRST = "Ntry[1]/NtryDtls/TxDtls[1]"
ONE = file_of(entry(detail(700)))


def lines_of(content: bytes) -> list[int | None]:
    """The lines that the problems of a file name."""
    with pytest.raises(FormatError) as caught:
        camt054.parse(content)
    return [problem.line for problem in caught.value.problems]


VALUES = {
    "five decimals": (
        with_text("Ntry/Amt", "1749.50000"),
        [
            "camt.amount: Ntry[1], field Amt: '1749.50000': NOK has 2 decimals; more of them are no amount that can be booked"
        ],
    ),
    "comma": (
        with_text("Ntry/Amt", "1749,50"),
        [
            "camt.amount: Ntry[1], field Amt: '1749,50': an amount of NOK expected: digits, and behind a point at most 2 decimals"
        ],
    ),
    "negative": (
        with_text("Ntry/Amt", "-1749.50"),
        [
            "camt.amount: Ntry[1], field Amt: '-1749.50': an amount of NOK expected: digits, and behind a point at most 2 decimals"
        ],
    ),
    "other digits": (
        with_text("Ntry/Amt", "١٧"),
        [
            "camt.amount: Ntry[1], field Amt: '١٧': an amount of NOK expected: digits, and behind a point at most 2 decimals"
        ],
    ),
    "too large": (
        with_text("Ntry/Amt", "1" * 17),
        [
            (
                f"camt.amount: Ntry[1], field Amt: '{'1' * 17}': an amount of NOK expected: "
                "digits, and behind a point at most 2 decimals"
            )
        ],
    ),
    "impossible day": (
        with_text("Ntry/BookgDt/Dt", "2026-02-30"),
        ["camt.date: Ntry[1], field BookgDt/Dt: '2026-02-30': a date such as 2026-10-06 expected"],
    ),
    "no day": (
        removed("Ntry/BookgDt"),
        ["camt.required: Ntry[1], field BookgDt/Dt: is missing: a payment needs a day"],
    ),
    "side": (
        with_text("Ntry/CdtDbtInd", "CREDIT", message(notification(entry(detail(700)), summary=False))),
        [
            "camt.code: Ntry[1], field CdtDbtInd: 'CREDIT': CRDT or DBIT expected",
        ],
    ),
    "status": (
        with_text("Ntry/Sts", "DONE"),
        ["camt.code: Ntry[1], field Sts: 'DONE': one of BOOK, PDNG, INFO, FUTR expected"],
    ),
    "status of another version": (
        changed("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>", ONE),
        [
            "camt.content: Ntry[1], field Sts: a text expected, not further elements",
            "camt.required: Ntry[1], field Sts: is missing, or empty",
        ],
    ),
    "reversal": (
        changed("<Sts>BOOK</Sts>", "<RvslInd>yes</RvslInd><Sts>BOOK</Sts>", ONE),
        ["camt.code: Ntry[1], field RvslInd: 'yes': true or false expected"],
    ),
    "copy": (
        message(notification(copy="FOUR")),
        ["camt.code: Ntfctn[1], field CpyDplctInd: 'FOUR': one of COPY, DUPL, CODU expected"],
    ),
    "count": (
        with_text("Btch/NbOfTxs", "two"),
        ["camt.number: Ntry[1]/NtryDtls, field Btch/NbOfTxs: 'two': a number of up to 15 digits expected"],
    ),
    "currency of an entry": (
        changed('<Amt Ccy="NOK">44.00', '<Amt Ccy="SEK">44.00'),
        ["camt.currency: Ntry[2], field Amt: 'SEK': all entries of an account have one currency, here NOK"],
    ),
    "currency of a detail": (
        changed('<Amt Ccy="NOK">499.50', '<Amt Ccy="SEK">499.50'),
        [
            (
                "camt.currency: Ntry[1]/NtryDtls/TxDtls[2], field AmtDtls/TxAmt/Amt: 'SEK': "
                "the entry is in NOK, and the detail has no amount in it"
            )
        ],
    ),
    "no currency": (
        changed('<Amt Ccy="NOK">44.00', "<Amt>44.00"),
        ["camt.currency: Ntry[2], field Amt: '': a currency of three capitals expected in Ccy"],
    ),
    "repeated": (
        changed("<AcctSvcrRef>900000001", "<AcctSvcrRef>9</AcctSvcrRef><AcctSvcrRef>900000001"),
        [
            f"camt.repeated: {FIRST}, field Refs/AcctSvcrRef: stands twice, and which of the two counts cannot be told"
        ],
    ),
    "repeated in a block": (
        changed("<Ref>0010017</Ref>", "<Ref>0010017</Ref><Ref>0010025</Ref>"),
        [
            f"camt.repeated: {FIRST}, field RmtInf/Strd: stands twice, and which of the two counts cannot be told"
        ],
    ),
    "elements in a text": (
        changed("0010017", "00<b/>10017"),
        [f"camt.content: {FIRST}, field RmtInf/Strd: a text expected, not further elements"],
    ),
}

PLACES = {
    "no message id": (removed("GrpHdr/MsgId"), ["camt.required: GrpHdr, field MsgId: is missing, or empty"]),
    "no header": (
        removed("GrpHdr"),
        ["camt.structure: Ntfctn: GrpHdr is missing before the first notification"],
    ),
    "header twice": (
        changed("</GrpHdr>", "</GrpHdr><GrpHdr/>"),
        ["camt.structure: GrpHdr: GrpHdr stands once, before all else"],
    ),
    "no id": (removed("Ntfctn/Id"), ["camt.required: Ntfctn[1], field Id: is missing, or empty"]),
    "no account": (
        removed("Ntfctn/Acct"),
        ["camt.required: Ntfctn[1], field Acct/Id/IBAN: is missing, or empty: the account that was credited"],
    ),
    "no notification": (removed("Ntfctn"), ["camt.empty: the message holds no notification (Ntfctn)"]),
    "head of an entry behind its details": (
        changed("</NtryDtls>", "</NtryDtls><RvslInd>true</RvslInd>"),
        ["camt.order: Ntry, field RvslInd: RvslInd stands behind NtryDtls, and belongs before it"],
    ),
    "head of an entry between its details": (
        changed("</NtryDtls>", "</NtryDtls><RvslInd>true</RvslInd><NtryDtls/>"),
        [
            "camt.count: Ntry[1]/NtryDtls[2], field Btch/NbOfTxs: NtryDtls holds no details: they are lost, or come in another file",
            "camt.order: Ntry, field RvslInd: RvslInd stands behind NtryDtls, and belongs before it",
        ],
    ),
    "batch behind its details": (
        changed("</TxDtls>\n        </NtryDtls>", "</TxDtls><Btch/></NtryDtls>"),
        ["camt.order: NtryDtls, field Btch: Btch stands behind TxDtls, and belongs before it"],
    ),
    "summary behind the entries": (
        changed("</Ntfctn>", "<TxsSummry/></Ntfctn>"),
        ["camt.order: Ntfctn, field TxsSummry: TxsSummry stands behind Ntry, and belongs before it"],
    ),
    "detail outside a box": (
        changed("<NtryDtls>", "<TxDtls/><NtryDtls>"),
        ["camt.structure: TxDtls: stands outside NtryDtls, where alone it has a meaning"],
    ),
    "box outside an entry": (
        changed("<NtryDtls>", "<X><NtryDtls/></X><NtryDtls>"),
        ["camt.structure: NtryDtls: stands outside Ntry, where alone it has a meaning"],
    ),
    "entry outside a notification": (
        changed("</Ntfctn>", "</Ntfctn><Ntry/>"),
        ["camt.structure: Ntry: stands outside Ntfctn, where alone it has a meaning"],
    ),
    "notification elsewhere": (
        changed("</Ntfctn>", "<Ntfctn/></Ntfctn>"),
        ["camt.structure: Ntfctn: stands outside BkToCstmrDbtCdtNtfctn, where alone it has a meaning"],
    ),
}


@pytest.mark.parametrize(("content", "expected"), VALUES.values(), ids=VALUES)
def test_a_value_that_cannot_be_read_is_named(content, expected):
    """With its path, what stands there, and what was expected."""
    assert refused(content)[: len(expected)] == expected


@pytest.mark.parametrize(("content", "expected"), PLACES.values(), ids=PLACES)
def test_what_is_missing_or_stands_elsewhere_is_named(content, expected):
    """The order of the schema is relied on, so it is checked."""
    assert refused(content) == expected


def test_each_problem_names_its_line():
    """That of the value, where it still stands; that of its element otherwise."""
    assert lines_of(with_text("TxDtls/AmtDtls/TxAmt/Amt", "12,5")) == [63]
    assert lines_of(removed("Btch/NbOfTxs", with_text("Ntry/Amt", "1.00"))) == [34, 20, 26, 21]


def test_a_second_notification_stands_in_the_place_of_a_problem():
    """Entries are numbered anew in each."""
    other = notification(entry(detail(700), amount=800), id="N2", summary=False)
    assert refused(message(notification(entry(detail(700))), other)) == [
        "camt.sum: Ntfctn[2]/Ntry[1], field Amt: '8.00': the 1 details add up to 7.00"
    ]


def test_batches_may_come_before_the_refusal():
    """Whoever takes them from the stream undoes what was done with them."""
    many = entry(*[detail(100, bank_reference=str(number)) for number in range(1500)], amount=1)
    batches = camt054.stream(io.BytesIO(message(notification(many, summary=False))))
    assert len(next(batches)) >= 1000
    with pytest.raises(FormatError) as caught:
        next(batches)
    assert [problem.code for problem in caught.value.problems] == ["camt.sum"]


def test_many_problems_end_the_reading():
    """A file of another kind is not described line by line."""
    content = file_of(entry(*[detail(100)] * 600)).replace(b'<Amt Ccy="NOK">1.00<', b'<Amt Ccy="NOK">x<')
    assert [code for code, _ in camt.refusal(content)] == ["camt.amount"] * 500


def test_many_warnings_are_counted():
    """Memory does not grow with what is told."""
    blocks = (Structured(reference="0010017"), Structured(reference="0010025"))
    file = camt054.parse(file_of(entry(*[detail(100, structured=blocks)] * 510)))
    assert len(file.warnings) == 501
    assert (file.warnings[-1].code, file.warnings[-1].message) == (
        "camt.untold",
        "10 further warnings are not listed",
    )
