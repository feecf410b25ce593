from __future__ import annotations

import pytest

from inkasso_formats.payments import camt054
from inkasso_formats.payments.camt054 import Structured
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


SUMS = {
    "detail lost": (
        removed("TxDtls"),
        [
            "camt.count: Ntry[1]/NtryDtls, field Btch/NbOfTxs: '2': the batch holds 1 details",
            "camt.sum: Ntry[1], field Amt: '1749.50': the 1 details add up to 499.50",
        ],
    ),
    "the only detail lost": (
        removed("TxDtls", removed("Btch", ONE)),
        [
            "camt.count: Ntry[1]/NtryDtls, field Btch/NbOfTxs: NtryDtls holds no details: they are lost, or come in another file"
        ],
    ),
    "details in another file": (
        file_of(entry(amount=700, count=3)),
        [
            "camt.count: Ntry[1]/NtryDtls, field Btch/NbOfTxs: NtryDtls holds no details: they are lost, or come in another file"
        ],
    ),
    "amount of a detail": (
        with_text("TxDtls/AmtDtls/TxAmt/Amt", "1250.01"),
        [
            f"camt.remitted: {FIRST}, field RmtInf/Strd: the amounts of its references add up to 1250.00, the detail is 1250.01",
            "camt.sum: Ntry[1], field Amt: '1749.50': the 2 details add up to 1749.51",
        ],
    ),
    "amount of an entry": (
        with_text("Ntry/Amt", "1749.49"),
        [
            "camt.sum: Ntry[1], field Amt: '1749.49': the 2 details add up to 1749.50",
            "camt.sum: Ntfctn[1], field TxsSummry/TtlNtries/Sum: '1793.50': the entries add up to 1793.49",
            "camt.sum: Ntfctn[1], field TxsSummry/TtlCdtNtries/Sum: '1749.50': the entries add up to 1749.49",
            "camt.net: Ntfctn[1], field TxsSummry/TtlNtries/TtlNetNtryAmt: '1705.50': credits less debits are 1705.49",
        ],
    ),
    "entry lost": (
        removed("Ntry"),
        [
            "camt.count: Ntfctn[1], field TxsSummry/TtlNtries/NbOfNtries: '2': the notification holds 1 of these entries",
            "camt.sum: Ntfctn[1], field TxsSummry/TtlNtries/Sum: '1793.50': the entries add up to 44.00",
            "camt.count: Ntfctn[1], field TxsSummry/TtlCdtNtries/NbOfNtries: '1': the notification holds 0 of these entries",
            "camt.sum: Ntfctn[1], field TxsSummry/TtlCdtNtries/Sum: '1749.50': the entries add up to 0.00",
            "camt.net: Ntfctn[1], field TxsSummry/TtlNtries/TtlNetNtryAmt: '1705.50': credits less debits are -44.00",
        ],
    ),
    "side of an entry": (
        with_text("Ntry/CdtDbtInd", "DBIT", message(notification(entry(detail(700)), summary=False))),
        [],
    ),
    "sum of a batch": (
        changed("</NbOfTxs>", '</NbOfTxs><TtlAmt Ccy="NOK">7.01</TtlAmt>', ONE),
        ["camt.sum: Ntry[1]/NtryDtls, field Btch/TtlAmt: '7.01': the details of the batch add up to 7.00"],
    ),
    "credit in a debit": (
        file_of(entry(detail(700, credit=True), credit=False), version="08"),
        [
            (
                f"camt.direction: {FIRST}, field CdtDbtInd: 'CRDT': a credit inside a debit entry that takes nothing back: "
                "whether money came or went cannot be told"
            ),
            "camt.sum: Ntry[1], field Amt: '7.00': the 1 details add up to 7.00, on the other side",
        ],
    ),
    "debit alone in a credit": (
        file_of(
            entry(detail(None, credit=False, return_code="AC04", structured=()), amount=700), version="08"
        ),
        [
            f"camt.direction: {FIRST}, field CdtDbtInd: is the other side than that of the entry, and no amount is given"
        ],
    ),
    "amounts missing": (
        file_of(entry(detail(None, structured=()), detail(None, structured=()), amount=700)),
        [
            "camt.required: Ntry[1]/NtryDtls/TxDtls[2], field AmtDtls/TxAmt/Amt: is missing: the entry has several details",
            f"camt.required: {FIRST}, field AmtDtls/TxAmt/Amt: is missing: the entry has several details",
        ],
    ),
    "parts": (
        file_of(entry(detail(700, structured=(Structured(remitted=500), Structured(remitted=300))))),
        [
            f"camt.remitted: {FIRST}, field RmtInf/Strd: the amounts of its references add up to 8.00, the detail is 7.00"
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), SUMS.values(), ids=SUMS)
def test_sums_and_counts_that_disagree_refuse_the_file(content, expected):
    """A payment may be lost, doubled or changed; a credit turned into a debit as a whole is only seen by a summary."""
    assert refused(content) == expected


def test_what_is_passed_over_only_warns():
    """No payment is taken from it, so it holds nobody's money up."""
    made = entry(detail(700, structured=(Structured(remitted=1),)), amount=800, credit=False, count=5)
    file = camt054.parse(file_of(made, entry(detail(100))))
    assert [payment.amount for payment in file.payments] == [100]
    assert [words.split(": ", 1)[1] for _, words in camt.told(file)] == [
        "'5': the batch holds 1 details",
        "'8.00': the 1 details add up to 7.00",
        "debits (fees, and payments of one's own) passed over: 1, together 8.00 NOK",
    ]
    assert all(warning.warning for warning in file.warnings)


def test_a_payment_taken_back_inside_a_debit_makes_its_sum_count():
    """Once something is taken from an entry, its sum has to agree."""
    made = entry(detail(700, return_code="AC04"), amount=800, credit=False)
    assert refused(file_of(made)) == ["camt.sum: Ntry[1], field Amt: '8.00': the 1 details add up to 7.00"]


def test_a_summary_over_several_pages_only_warns():
    """The other entries come in other files."""
    content = with_text(
        "TtlNtries/NbOfNtries", "9", message(notification(entry(detail(700))), page=(1, False))
    )
    assert [code for code, _ in camt.told(camt054.parse(content))] == ["camt.page", "camt.count"]
    alone = with_text("TtlNtries/NbOfNtries", "9", message(notification(entry(detail(700))), page=(1, True)))
    assert [code for code, _ in camt.refusal(alone)] == ["camt.count"]


def test_a_net_total_of_another_way_of_counting_is_told():
    """With reversals on the other side, or booked entries only."""
    content = message(notification(entry(detail(900)), entry(detail(200), reversal=True)))
    (told, _) = camt.told(camt054.parse(with_text("TtlNtries/TtlNetNtryAmt", "7.00", content)))
    assert told == (
        "camt.net",
        (
            "line 21, record Ntfctn[1], field TxsSummry/TtlNtries/TtlNetNtryAmt: '7.00': credits less debits are 11.00; "
            "it agrees with another way of counting reversals and entries that are not booked"
        ),
    )
    pending = message(notification(entry(detail(900)), entry(detail(200), status="PDNG")))
    file = camt054.parse(with_text("TtlNtries/TtlNetNtryAmt", "9.00", pending))
    assert [code for code, _ in camt.told(file)] == ["camt.net", "camt.passed_over"]


def test_amounts_in_another_currency_are_not_compared():
    """A batch may be summed, and an invoice made out, in the currency of the payer."""
    content = changed("</NbOfTxs>", '</NbOfTxs><TtlAmt Ccy="EUR">1.00</TtlAmt>', ONE)
    content = changed('<RmtdAmt Ccy="NOK">7.00', '<RmtdAmt Ccy="EUR">0.60', content)
    file = camt054.parse(content)
    assert [(payment.reference, payment.amount) for payment in file.payments] == [("0010017", 700)]
    assert [words.split("field ", 1)[1] for _, words in camt.told(file)] == [
        "Btch/TtlAmt: 'EUR': the entry is in NOK: the sum of the batch is not compared",
        "RmtInf/Strd: 'EUR': the entry is in NOK: the amount of the block is not used",
    ]
