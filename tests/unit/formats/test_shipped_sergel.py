"""The dialect sergel, held against lines that were written by hand from the generators of the client named in sergel.toml."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from inkasso_formats.dialects import load, load_text, parse, render
from inkasso_formats.problems import FormatError
from inkasso_formats.records import CaseUpdate, Closure, InvoiceRow, Receipt
from support.dialect_texts import GROUPED, changed
from support.golden_dialects import samples
from support.shipped_files import HEAD, OWED, PAID, lines, refused, unread


def test_sergel_envelope_and_day_stand_first() -> None:
    """The sender's number stands in the envelope; post 100 has the day."""
    assert lines("sergel", "new_cases")[:2] == ["INKASSOIDPOST+100284+INKASSO+new_cases'", "100261121"]
    assert lines("sergel", "corrections")[:2] == ["SERGELIDPOST+100284+SERGEL+messages'", "600261121"]


def test_sergel_posts_of_a_debtor() -> None:
    """Posts 110, 120 and 121: client number and code unpadded, then who it is, then care of whom."""
    found = lines("sergel", "new_cases", replace(OWED, address2="Ekström"))
    assert found[2] == "110" + "1681340" + "P012345"
    assert found[3] == (
        "120"
        " "  # 4
        "9001019802"  # 5-14, without hyphen
        "Åsa Öberg                           "  # 15-50
        "Ängsvägen 7 B                       "  # 51-86
        "72211"  # 87-91, without blank
        "Västerås                    "  # 92-119
        "0701740635  "  # 120-131
        "J"  # 132
    )
    assert len(found[3]) == 132
    assert found[4] == "121c/o Ekström"
    assert [line[:3] for line in lines("sergel", "new_cases", OWED)] == [
        *("INK", "100", "110", "120", "129", "130", "199"),
    ]


def test_sergel_posts_of_an_invoice() -> None:
    """Posts 129 and 130: our case as the temporary case number, the amount without its point, the comment last."""
    found = lines("sergel", "new_cases", OWED)
    assert found[4] == (
        "129"
        "                                                            "  # 4-63, internal document id
        "1001                          "  # 64-93, temporary case number
        "   "  # 94-96, invoice type
        "SEK"  # 97-99
        "100100200037        "  # 100-119, reference
    )
    assert len(found[4]) == 119
    assert found[5] == (
        "130"
        "260801"  # 4-9
        "260831"  # 10-15
        "     "  # 16-20, postcode
        "F"  # 21
        "    "  # 22-25, interest rate
        " "  # 26, over discount
        "000000125000"  # 27-38
        "552123400001        "  # 39-58
        "       -        Avser: Resa"
    )


def test_sergel_post_of_an_invoice_row() -> None:
    """Post 140 says again what its invoice says, and its own amount, period and text; rent is of the type A."""
    rows = (
        InvoiceRow(
            text="Hyra bostad", amount=98450, period_from=date(2026, 9, 1), period_to=date(2026, 9, 30)
        ),
        InvoiceRow(text="Nyckel", amount=26550),
    )
    found = lines("sergel", "new_cases", replace(OWED, claim_type="rent", rows=rows))
    assert found[5][20] == "A"
    assert found[6] == (
        "140"
        "260801"  # 4-9
        "260831"  # 10-15
        "     "  # 16-20
        "A"  # 21
        "     "  # 22-26
        "000000098450"  # 27-38
        "552123400001        "  # 39-58
        " "  # 59
        "260901-260930"  # 60-72
        "  "  # 73-74
        "Avser: Hyra bostad"
    )
    assert (
        found[7] == "140260801260831     A     000000026550552123400001               -        Avser: Nyckel"
    )


def test_sergel_groups_invoices_by_debtor_and_counts_both() -> None:
    """Post 199: the invoices, the posts 110, and the sum of the principals; rows are in it already."""
    row = InvoiceRow(text="Resa", amount=125000)
    found = lines(
        "sergel",
        "new_cases",
        replace(OWED, rows=(row,)),
        replace(OWED, case="1002", invoice_no="552123400002", principal=5),
        replace(OWED, case="1003", customer_no="P067890", invoice_no="552123400003"),
    )
    assert [line[:3] for line in found[2:-1]] == [
        *("110", "120", "129", "130", "140", "129", "130"),
        *("110", "120", "129", "130"),
    ]
    assert found[-1] == "199" + "0000000003" + "0000000002" + "000000000250005"


def test_sergel_posts_of_corrections() -> None:
    """Post 610 names the invoice and the debtor, what was paid and what is left; post 699 counts itself and post 600."""
    found = lines("sergel", "corrections", PAID, replace(PAID, kind="credit_note", amount=85000, balance=0))
    assert found[2] == (
        "610"
        "1681340"  # 4-10
        "       "  # 11-17, reference number
        "P012345         "  # 18-33
        "552123400001        "  # 34-53
        "261120"  # 54-59
        "000000040000"  # 60-71
        "                                                            "  # 72-131
        "                    "  # 132-151
        "000000085000"  # 152-163
    )
    assert len(found[2]) == 163
    assert found[4] == "699" + "0000000004"


def test_sergel_takes_payments_and_credit_notes_only() -> None:
    """A correction has no place for its kind and no sign: a recall must be told another way, and none is written in its place."""
    for kind in ("recall", "reversal", "adjustment"):
        assert refused("sergel", "corrections", replace(PAID, kind=kind)) == [
            (
                "dialect.only",
                f"record correction 1, field kind: '{kind}': this dialect's files say payment or credit_note only",
            )
        ]
    assert refused("sergel", "corrections", replace(PAID, balance=-1)) == [
        (
            "layout.amount",
            "record correction 1, field balance (152-163): '-1': an amount that is not negative expected",
        )
    ]


def test_sergel_takes_no_other_currency_and_no_other_claim() -> None:
    """Kronor only, and of the kinds of claim those that have a letter."""
    assert refused("sergel", "new_cases", replace(OWED, currency="NOK", claim_type="energy")) == [
        (
            "dialect.only",
            "record invoice 1, field currency (97-99): 'NOK': this dialect's files say SEK only",
        ),
        (
            "dialect.code",
            "record claim of invoice 1, field claim_type (21-21): 'energy': the table claim_types has no code for it",
        ),
    ]


def test_sergel_needs_the_number_of_the_sender() -> None:
    """It stands in the envelope, and the settings must have it."""
    with pytest.raises(FormatError) as caught:
        render(load("sergel"), "new_cases", replace(HEAD, sender=""), [OWED])
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        ("layout.digits", "record envelope, field sender (15-20): '': is required and missing")
    ]


def test_a_tenant_who_moved_is_passed_over_and_counted() -> None:
    """Post 660 stands among the corrections of other programs, and post 699 counts it."""
    content = next(path for path in samples("sergel") if "moved" in path.stem).read_bytes()
    assert b" ".join(line[:3] for line in content.split(b"\r\n")) == b"SER 600 610 660 610 699 "
    parsed = parse(load("sergel"), "corrections", content)
    assert (parsed.count, parsed.refused, parsed.problems) == (2, 0, [])
    assert unread("sergel", "corrections", content.replace(b"6990000000005", b"6990000000004")) == [
        (
            "dialect.count",
            "line 6, record end, field posts (4-13): '4': announced, but the file holds 5 begin, correction, moved and end records",
        )
    ]


def test_sergel_answers_are_in_the_same_style() -> None:
    """The posts of the answers (ours): receipts 700 to 799, news 800 to 899, closures 900 to 999."""
    receipt = Receipt(line=0, case="1001", invoice_no="552123400001", accepted=True, agency_case_no="8800001")
    assert lines("sergel", "receipts", receipt) == [
        "SERGELIDPOST+SERGEL+KVITTENS'",
        "700" + "1681340" + "000007" + "261121" + "060005",
        "710" + "1001".ljust(30) + "552123400001".ljust(20) + "8800001".ljust(20) + "J" + " " * 83,
        "799" + "0000000003",
    ]
    update = CaseUpdate(
        line=0,
        case="1001",
        agency_case_no="8800001",
        on=date(2026, 11, 30),
        stage_code="220",
        stage="Inkassokrav",
        paid=100,
        remaining=103000,
        currency="SEK",
    )
    assert lines("sergel", "updates", update)[2:] == [
        f"810{'1001':<30}{'8800001':<20}261130220{'Inkassokrav':<40}000000000100000000103000SEK{'':<80}",
        "899" + "0000000003" + "000000000000100" + "000000000103000",
    ]
    closure = Closure(
        line=0,
        case="1001",
        agency_case_no="8800001",
        on=date(2026, 12, 15),
        reason_code="301",
        reason="paid_in_full",
        text="Betalt",
        principal=85000,
        interest=1523,
        costs=18000,
        currency="SEK",
    )
    assert lines("sergel", "closures", closure)[2:] == [
        f"910{'1001':<30}{'8800001':<20}261215301{'Betalt':<80}000000085000000000001523000000018000000000000000SEK",
        "999" + "0000000003" + "000000000104523" + "000000000000000",
    ]


ROW = '{ name = "text", length = 20 }'


def test_a_row_may_say_again_what_its_invoice_says() -> None:
    """As post 140 does: it is written from the invoice and its debtor, and passed over when read."""
    again = '{ name = "invoice_no", length = 10 },\n  { name = "kind", length = 1, type = "code", codes = "debtors" }'
    dialect = load_text(changed(GROUPED, (ROW, again)), "mine.toml")
    rows = (InvoiceRow(amount=5), InvoiceRow(amount=7))
    owed = replace(OWED, currency="NOK", invoice_no="5001", principal=500, rows=rows)
    content = render(dialect, "new_cases", replace(HEAD, client_number="1"), [owed, owed]).content
    written = [line for line in content.split(b"\r\n") if line.startswith(b"30")]
    assert written == 2 * [b"305001      P0000000005", b"305001      P0000000007"]
    assert [record.rows for record in parse(dialect, "new_cases", content).records] == [rows, rows]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (ROW, '{ name = "phone", length = 20 }', "phone: unknown field: one of text, amount, period_from, period_to expected, or a constant or filler"),
        (ROW, '{ name = "kind", length = 1 }', "kind.codes: a code table is required: the record holds our word"),
        (ROW, '{ name = "kind", length = 1, codes = "debtors" }', "kind.type: 'text': code expected for this field"),
        (ROW, '{ name = "principal", length = 9, type = "number" }', "principal.type: 'number': amount expected for this field"),
    ],
)  # fmt: skip
def test_a_row_holds_nothing_else(before: str, after: str, message: str) -> None:
    """What no record of the invoice carries is no field of its rows, and what one carries has the type that it has there."""
    with pytest.raises(FormatError) as caught:
        load_text(changed(GROUPED, (before, after)), "mine.toml")
    field = "field files.new_cases.records.row."
    assert f"line 67, {field}{message}" in [problem.message for problem in caught.value.problems]


def test_what_a_row_says_again_is_not_added() -> None:
    """Sums of rows are of their own amounts: that of the invoice would count once for each row."""
    principal = '{ name = "principal", length = 9, type = "amount" }'
    text = changed(GROUPED, (ROW, principal), ('["rows.amount"]', '["rows.principal"]'))
    with pytest.raises(FormatError) as caught:
        load_text(text, "mine.toml")
    assert [problem.message for problem in caught.value.problems] == [
        "line 17, field files.new_cases.sums.total_of_rows: 'rows.principal': unknown amount of the records, principal is nearest: one of principal, rows.amount expected"
    ]
