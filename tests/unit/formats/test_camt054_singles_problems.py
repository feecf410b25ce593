from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from lxml import etree

from inkasso_formats.payments.camt054 import Structured
from support import camt
from support.camt import detail, entry
from support.camt_single import (
    ALIKE,
    LEARNED,
    behind,
    file_of,
    nth,
    outcome,
    taken_whole,
    text,
    the_long_way,
)


def _twice(element: etree._Element) -> None:
    element.addnext(deepcopy(element))


AMOUNT = "Ntry/NtryDtls/TxDtls/AmtDtls/TxAmt/Amt"
WRONG = {
    "amount of the entry": (
        nth("Ntry/Amt", text("100.06")),
        ["camt.sum: Ntry[6], field Amt: '100.06': the 1 details add up to 100.05"],
    ),
    "amount of the detail": (
        nth(AMOUNT, text("100.06")),
        [
            (
                "camt.remitted: Ntry[6]/NtryDtls/TxDtls[1], field RmtInf/Strd: the amounts of its references add up "
                "to 100.05, the detail is 100.06"
            ),
            "camt.sum: Ntry[6], field Amt: '100.05': the 1 details add up to 100.06",
        ],
    ),
    "amount that cannot be read": (
        nth("Ntry/Amt", text("100,05")),
        [
            "camt.amount: Ntry[6], field Amt: '100,05': an amount of NOK expected: digits, and behind a point at most 2 decimals"
        ],
    ),
    "day": (
        nth("Ntry/BookgDt/Dt", text("2026-02-30")),
        ["camt.date: Ntry[6], field BookgDt/Dt: '2026-02-30': a date such as 2026-10-06 expected"],
    ),
    "blank day": (
        nth("Ntry/BookgDt/Dt", text(" ")),
        ["camt.required: Ntry[6], field BookgDt/Dt: is missing: a payment needs a day"],
    ),
    "side": (
        nth("Ntry/CdtDbtInd", text("CRDIT")),
        ["camt.code: Ntry[6], field CdtDbtInd: 'CRDIT': CRDT or DBIT expected"],
    ),
    "status": (
        nth("Ntry/Sts", text("DONE")),
        ["camt.code: Ntry[6], field Sts: 'DONE': one of BOOK, PDNG, INFO, FUTR expected"],
    ),
    "count": (
        nth("Btch/NbOfTxs", text("2")),
        ["camt.count: Ntry[6]/NtryDtls, field Btch/NbOfTxs: '2': the batch holds 1 details"],
    ),
    "detail twice": (
        nth("TxDtls", _twice),
        [
            "camt.count: Ntry[6]/NtryDtls, field Btch/NbOfTxs: '1': the batch holds 2 details",
            "camt.sum: Ntry[6], field Amt: '100.05': the 2 details add up to 200.10",
        ],
    ),
    "box twice": (
        nth("NtryDtls", _twice),
        ["camt.sum: Ntry[6], field Amt: '100.05': the 2 details add up to 200.10"],
    ),
    "head behind the box": (
        nth("Ntry", behind("RvslInd", "true")),
        ["camt.order: Ntry, field RvslInd: RvslInd stands behind NtryDtls, and belongs before it"],
    ),
    "batch behind the detail": (
        nth("NtryDtls", behind("Btch")),
        ["camt.order: NtryDtls, field Btch: Btch stands behind TxDtls, and belongs before it"],
    ),
    "account behind an entry": (
        nth(
            "Ntry",
            lambda element: element.addprevious(element.makeelement(element.tag.replace("Ntry", "Acct"))),
        ),
        ["camt.order: Ntfctn, field Acct: Acct stands behind Ntry, and belongs before it"],
    ),
}


@pytest.mark.parametrize(("content", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_an_entry_behind_a_model_is_told_as_ever(content, expected):
    """With its line and place: no check is left out."""
    assert taken_whole(content) >= 5
    assert camt.refused(content) == expected
    found = outcome(content)
    with the_long_way():
        assert outcome(content) == found


def test_nothings_are_no_model_of_amounts():
    """What is deducted, and the side of a detail, cannot be told from a nothing."""
    kinds = [
        lambda amount: detail(amount, structured=(Structured(remitted=amount, credit_note=amount),)),
        lambda amount: detail(amount, credit=False, return_code="AC04", structured=()),
    ]
    for kind in kinds:
        made = [entry(replace(kind(0), bank_reference=str(number)), amount=0) for number in range(4)]
        content = file_of(*made, entry(kind(500), amount=500), summary=False, version="08")
        assert taken_whole(content) <= len(made) - LEARNED
        assert len(camt.refused(content)) == 1


def test_an_entry_in_another_currency_fits_no_model_of_its_account():
    """A second account has its own currency."""
    other = [replace(item, currency="SEK") for item in ALIKE]
    content = camt.message(
        camt.notification(*ALIKE),
        camt.notification(*other, id="N2", currency="SEK"),
        camt.notification(*ALIKE, id="N3", currency="SEK", summary=False),
    )
    found = outcome(content)
    assert {problem.code for problem in found} == {"camt.currency"}
    assert len(found) == len(ALIKE)
    with the_long_way():
        assert outcome(content) == found


def test_a_problem_in_an_entry_that_has_not_ended_is_told_though_the_xml_breaks_off():
    """The detail waits for the end of its entry, which never comes."""
    content = nth("TxDtls/AmtDtls/TxAmt/Amt", text("1,5")).partition(b"1,5<")
    end = content[2].index(b"</TxDtls>") + len(b"</TxDtls>")
    broken = b"".join(content[:2]) + content[2][:end] + b" " * 70_000 + b"</Ntfctn>"
    assert [code for code, _ in camt.refusal(broken)] == ["camt.amount", "camt.xml"]
