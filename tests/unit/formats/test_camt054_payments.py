from __future__ import annotations

from datetime import date

from inkasso_formats.payments.camt054 import Passed, Structured, parse
from inkasso_formats.records import Payment
from support import camt

NORWAY = camt.sample("own-norway-02.xml")


def test_a_payment_holds_all_that_its_detail_says():
    """Amount, reference, payer, days, kind, and the line where the detail begins."""
    payment, second = parse(camt.TWO_PAYMENTS).payments
    assert payment == Payment(
        line=56,
        identity="camt-86011117947-bank-900000001-2026-10-06-125000-0010017-1",
        reference="0010017",
        amount=125000,
        currency="NOK",
        date=date(2026, 10, 6),
        account="NO9386011117947",
        payer_account="NO6012345678901",
        payer_name="Kari Eksempel",
        type="PMNT/RCDT/VCOM",
        bank_reference="900000001",
        value_date=date(2026, 10, 6),
    )
    assert (second.line, second.reference, second.amount) == (92, "0010025", 49950)


def test_several_references_in_a_detail_are_a_payment_each():
    """With what each of them is paid, credit notes deducted; together they are the detail."""
    parts = parse(NORWAY).payments[3:6]
    assert [(part.reference, part.amount, part.invoice_refs) for part in parts] == [
        ("000000000100040", 60000, ()),
        ("", 40000, ("10005",)),
        ("", -10000, ("20001",)),
    ]
    assert len({part.identity for part in parts}) == 3


def test_references_without_amounts_are_not_guessed_at():
    """The payment keeps them where invoice numbers stand, and has no reference of its own."""
    blocks = (Structured(reference="0010017"), Structured(reference="0010025"))
    file = parse(camt.file_of(camt.entry(camt.detail(700, structured=blocks))))
    assert [(item.reference, item.amount, item.invoice_refs) for item in file.payments] == [
        ("", 700, ("0010017", "0010025"))
    ]
    assert camt.told(file) == [
        (
            "camt.references",
            (
                "line 77, record Ntry[1]/NtryDtls/TxDtls[1], field RmtInf/Strd: '0010017, 0010025': "
                "2 references without amounts: the payment is not split, and has no reference"
            ),
        )
    ]


def test_a_reference_beside_others_with_amounts_is_told():
    """Nothing can be booked on it."""
    blocks = (Structured(reference="0010017", remitted=700), Structured(reference="0010025"))
    file = parse(camt.file_of(camt.entry(camt.detail(700, structured=blocks))))
    assert [(item.reference, item.amount) for item in file.payments] == [("0010017", 700)]
    assert [code for code, _ in camt.told(file)] == ["camt.references"]


def test_a_reference_and_the_invoice_behind_it_may_stand_in_two_blocks():
    """Without amounts, a single reference is that of the whole detail."""
    blocks = (Structured(documents=(("CINV", "10005"), ("PUOR", "9"))), Structured(reference="0010017"))
    file = parse(camt.file_of(camt.entry(camt.detail(700, structured=blocks))))
    assert [(item.reference, item.invoice_refs) for item in file.payments] == [("0010017", ("10005",))]


def test_only_a_creditors_reference_is_a_reference():
    """SCOR, or a code of the bank's own; not the number of a despatch note."""
    other = camt.changed("<Cd>SCOR</Cd>", "<Cd>DISP</Cd>", camt.file_of(camt.entry(camt.detail())))
    own = camt.changed("<Cd>SCOR</Cd>", "<Prtry>QRR</Prtry>", camt.file_of(camt.entry(camt.detail())))
    assert [parse(content).payments[0].reference for content in (other, own)] == ["", "0010017"]


def test_free_text_is_kept_line_by_line():
    """Blanks inside it belong to it."""
    content = camt.file_of(camt.entry(camt.detail(structured=(), texts=("Faktura  1", " og 2"))))
    assert parse(content).payments[0].text == "Faktura  1\n og 2"


def test_reversals_are_negative_and_marked():
    """A debit with the reversal mark, or with the code of returned payments, or with the reason of a return."""
    made = [
        camt.entry(camt.detail(100), credit=False, reversal=True),
        camt.entry(camt.detail(200), credit=False, type="PMNT/RCDT/RRTN"),
        camt.entry(camt.detail(300, type="PMNT/ICDT/RRTN"), credit=False),
        camt.entry(camt.detail(400, return_code="AC04"), credit=False),
        camt.entry(amount=500, credit=False, reversal=True),
    ]
    file = parse(camt.file_of(*made))
    assert [(item.amount, item.reversal) for item in file.payments] == [
        (-100, True),
        (-200, True),
        (-300, True),
        (-400, True),
        (-500, True),
    ]
    assert file.total == -1500


def test_what_is_no_payment_of_a_debtor_is_passed_over_and_told():
    """Fees, own payments, own payments that came back, entries not booked."""
    made = [
        camt.entry(camt.detail(100), credit=False),
        camt.entry(camt.detail(200), reversal=True),
        camt.entry(camt.detail(300, return_code="AC01")),
        camt.entry(camt.detail(400), status="PDNG", booked=None),
        camt.entry(camt.detail(500), credit=False, status="INFO"),
        camt.entry(camt.detail(600)),
    ]
    file = parse(camt.file_of(*made))
    assert [item.amount for item in file.payments] == [600]
    assert file.notifications[0].passed == (
        Passed("debit", 1, 100),
        Passed("return", 2, 500),
        Passed("status", 2, 900),
    )
    assert camt.told(file) == [
        ("camt.passed_over", f"line 9, record Ntfctn[1], field Id: {words}")
        for words in (
            "debits (fees, and payments of one's own) passed over: 1, together 1.00 NOK",
            "credits that bring back a payment of one's own passed over: 2, together 5.00 NOK",
            "entries that are not booked passed over: 2, together 9.00 NOK",
        )
    ]


def test_details_of_the_other_side_are_deducted_from_their_entry():
    """Version .08 tells the side of each: a return inside a credit is a negative payment."""
    made = camt.entry(camt.detail(900), camt.detail(200, credit=False, return_code="AC04"), amount=700)
    file = parse(camt.file_of(made, version="08"))
    assert [(item.amount, item.reversal) for item in file.payments] == [(900, False), (-200, True)]
    fee = camt.entry(camt.detail(900), camt.detail(200, credit=False), amount=700)
    file = parse(camt.file_of(fee, version="08"))
    assert [item.amount for item in file.payments] == [900]
    assert file.notifications[0].passed == (Passed("debit", 1, 200),)


def test_the_only_detail_of_an_entry_may_leave_its_amount_to_it():
    """In version .02 amounts of details are optional."""
    content = camt.file_of(camt.entry(camt.detail(None, structured=()), amount=700))
    assert [item.amount for item in parse(content).payments] == [700]
    content = camt.file_of(
        camt.entry(camt.detail(None, structured=()), amount=700, credit=False, reversal=True)
    )
    assert [item.amount for item in parse(content).payments] == [-700]


def test_an_entry_without_details_is_a_payment_without_a_reference():
    """The money came, so it is shown."""
    file = parse(camt.file_of(camt.entry(amount=700, bank_reference="B7")))
    (payment,) = file.payments
    assert (payment.amount, payment.reference, payment.bank_reference) == (700, "", "B7")
    assert payment.identity == "camt-86011117947-bank-B7-2026-10-06-700-1"
    assert camt.told(file) == [
        (
            "camt.no_details",
            "line 34, record Ntry[1], field Amt: the entry has no details: one payment of its amount, without a reference",
        )
    ]


def test_times_and_zones_are_left_off_a_day():
    """The day counts as it is written."""
    content = camt.file_of(camt.entry(camt.detail()))
    content = camt.changed(
        "<BookgDt>\n          <Dt>2026-10-06", "<BookgDt>\n          <Dt>2026-10-05+02:00", content
    )
    content = camt.changed(
        "<ValDt>\n          <Dt>2026-10-06</Dt>", "<ValDt><DtTm>2026-10-07T23:30:00.5Z</DtTm>", content
    )
    (payment,) = parse(content).payments
    assert (payment.date, payment.value_date) == (date(2026, 10, 5), date(2026, 10, 7))


def test_amounts_have_the_decimals_of_their_currency():
    """None, two or three; fewer may be written."""
    for currency, text, amount in (
        ("JPY", "700", 700),
        ("NOK", "7.5", 750),
        ("KWD", "7.125", 7125),
        ("SEK", "7", 700),
    ):
        made = camt.entry(camt.detail(None, structured=()), amount=700, currency=currency)
        content = camt.with_text(
            "Ntry/Amt", text, camt.message(camt.notification(made, currency="", summary=False))
        )
        assert [item.amount for item in parse(content).payments] == [amount]
