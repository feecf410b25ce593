"""One payment in two files of the bank: it counts once, and what cannot be told waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from inkasso_formats.payments.camt054 import Detail
from inkasso_formats.payments.ocr_giro import Transaction, render
from inkassod import app
from inkassod.installation import Actor, Installation
from support import camt, ocr
from support.exchange import PERSON, drop, effects, problems, read, row, table
from support.installation import (
    AGENCY_ACCOUNT,
    AGREEMENT,
    DEBTOR_ACCOUNT,
    OWN_ACCOUNT,
    build,
    feed,
    invoice,
    ready,
)

DAY = date(2026, 3, 1)
NUMBER = "100000001"
REASON = Actor("manual", "kari", "told by the bank")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation with the invoices 1001 and 1002 of 1 000.00, of references 100100 and 100200."""
    made = build(tmp_path)
    ready(made, "1001", "1002")
    yield made
    made.database.close()


def transaction(place: int = 1, amount: int = 40_000, **more: object) -> Transaction:
    """A payment of OCR Giro on invoice 1001."""
    values = {
        "nets_date": DAY,
        "bank_date": DAY,
        "reference": "100100",
        "payer_account": DEBTOR_ACCOUNT,
        **more,
    }
    return ocr.transaction(place, amount, **values)


def ocr_file(*transactions: Transaction, transmission: int = 1) -> bytes:
    """A file of OCR Giro with those payments to our account."""
    assignment = ocr.assignment(*transactions, account=OWN_ACCOUNT)
    return render([replace(ocr.transmission(assignment, number=transmission), generated=DAY)])


def detail(amount: int = 40_000, **more: object) -> Detail:
    """The same payment in camt.054."""
    values = {"reference": "100100", "payer_account": DEBTOR_ACCOUNT, "bank_reference": NUMBER, **more}
    return camt.detail(amount, **values)


def camt_file(*details: Detail, message: str = "M1", notification: str = "N1") -> bytes:
    """A message of camt.054 with those payments to our account."""
    entry = camt.entry(*details, booked=DAY, valued=DAY)
    return camt.message(
        camt.notification(entry, id=notification, account=OWN_ACCOUNT, created=DAY), message_id=message
    )


def bank(installation: Installation, content: bytes, name: str = "payments") -> int:
    """One file of the bank, read. Returns the run."""
    drop(installation.spool.bank, name, content)
    (run,) = read(installation, installation.spool.bank)
    return run


def owed(installation: Installation, invoice_no: str = "1001") -> int:
    """What is left to pay."""
    return next(one["balance"] for one in table(installation, "invoices") if one["invoice_no"] == invoice_no)


def outcome(installation: Installation, run: int) -> tuple[str, dict[str, int]]:
    """How a run ended, with the counts that are not zero."""
    found = row(installation, run)
    names = ("read", "applied", "unchanged", "refused", "stray")
    return found["outcome"], {name: found[name] for name in names if found[name]}


def listed(installation: Installation) -> list[tuple[Any, ...]]:
    """Run, line and amount of each possible double, with run and line of the payment that it may repeat."""
    return [
        (one["run"], one["line"], one["amount"], one["repeats"]["run"], one["repeats"]["line"])
        for one in app.doubles(installation)
    ]


# --- what counts once -----------------------------------------------------------------------------------------------


def test_a_payment_in_ocr_giro_and_in_camt_counts_once_by_the_banks_number(installation: Installation):
    """Both formats carry the archive reference: nobody has to decide anything."""
    first = bank(installation, ocr_file(transaction(archive_reference=NUMBER)))
    second = bank(installation, camt_file(detail(), detail(60_000, bank_reference="100000002")))
    assert outcome(installation, first) == ("done", {"read": 1, "applied": 1})
    assert outcome(installation, second) == ("done", {"read": 2, "applied": 1, "unchanged": 1})
    assert owed(installation) == 0
    assert problems(installation, second) == []
    told = [effect["change"] for effect in app.log_show(installation, second)["effects"]]
    assert told[0] == (
        f"payment of 400.00 NOK, reference 100100: is the payment of line 3 of run {first} once more, and counts once; "
        "paid directly, from account 99990000006"
    )
    assert (app.doubles(installation), app.unmatched(installation)) == ([], [])


def test_it_counts_once_in_whichever_order_the_files_come(installation: Installation):
    """The first delivery counts, the second one is told."""
    bank(installation, camt_file(detail()))
    bank(installation, ocr_file(transaction(archive_reference=NUMBER)))
    assert owed(installation) == 60_000
    assert [entry["double"] for entry in table(installation, "entries")] == ["", "same"]


def test_a_copy_of_camt_ordered_again_brings_nothing(installation: Installation):
    """Another message and notification number, the same numbers of the bank: every payment is known."""
    bank(installation, camt_file(detail(), detail(5, bank_reference="2")))
    run = bank(
        installation, camt_file(detail(), detail(5, bank_reference="2"), message="M2", notification="N2")
    )
    assert outcome(installation, run) == ("done", {"read": 2, "unchanged": 2})
    assert len(table(installation, "entries")) == 2


def test_a_copy_of_ocr_giro_with_a_number_of_its_own_counts_once(installation: Installation):
    """The transmission has another number, the payments have the same archive references."""
    payments = [transaction(archive_reference=NUMBER), transaction(2, 5, archive_reference="100000002")]
    bank(installation, ocr_file(*payments))
    run = bank(installation, ocr_file(*payments, transmission=2))
    assert outcome(installation, run) == ("done", {"read": 2, "unchanged": 2})
    assert owed(installation) == 59_995


def test_of_files_that_overlap_each_payment_counts_once(installation: Installation):
    """What both hold is known, what only the second holds comes in."""
    bank(installation, camt_file(detail(1, bank_reference="1"), detail(2, bank_reference="2")))
    run = bank(
        installation,
        camt_file(
            detail(2, bank_reference="2"), detail(4, bank_reference="3"), message="M2", notification="N2"
        ),
    )
    assert outcome(installation, run) == ("done", {"read": 2, "applied": 1, "unchanged": 1})
    assert owed(installation) == 100_000 - 7


def test_payments_with_numbers_that_differ_are_two(installation: Installation):
    """Who pays the same sum twice on one day has paid twice."""
    bank(installation, camt_file(detail()))
    run = bank(installation, camt_file(detail(bank_reference="100000002"), message="M2", notification="N2"))
    assert outcome(installation, run) == ("done", {"read": 1, "applied": 1})
    assert owed(installation) == 20_000


# --- what a person decides ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ocr_file(transaction()), camt_file(detail())),
        (camt_file(detail()), ocr_file(transaction())),
        (ocr_file(transaction(archive_reference="600155380")), camt_file(detail())),
        (ocr_file(transaction()), ocr_file(transaction(), transmission=2)),
        (
            camt_file(detail(bank_reference="")),
            camt_file(detail(bank_reference=""), message="M2", notification="N2"),
        ),
    ],
    ids=["OCR, camt", "camt, OCR", "numbers of two kinds", "OCR again", "camt again"],
)
def test_a_payment_that_may_be_the_same_counts_nowhere_until_somebody_decides(
    installation: Installation, first: bytes, second: bytes
):
    """Without a number that both carry, equal invoice, amount and day make it possible, and it is told."""
    before, run = bank(installation, first), bank(installation, second)
    assert outcome(installation, run) == ("issues", {"read": 1, "stray": 1})
    one, other = table(installation, "entries")
    assert problems(installation, run) == [
        (
            f"line {other['line']}, record payment, field reference: '100100': may be the payment of line {one['line']} of run "
            f"{before} once more (same invoice, amount and day): it counts nowhere until `inkassod double {other['entry']}` "
            "says whether it is the same"
        )
    ]
    assert owed(installation) == 60_000
    assert listed(installation) == [(run, other["line"], "400.00", before, one["line"])]
    assert app.unmatched(installation) == []


@pytest.mark.parametrize(
    ("same", "told", "left"),
    [
        (
            True,
            "payment of 400.00 NOK of line 3 of run {1} is that of line 3 of run {0} once more, and counts once",
            60_000,
        ),
        (
            False,
            "payment of 400.00 NOK of line 3 of run {1} is another than that of line 3 of run {0}: it counts",
            20_000,
        ),
    ],
)
def test_a_decision_stands_in_the_log_and_moves_the_balance(
    installation: Installation, same: bool, told: str, left: int
):
    """The same payment stays out; another one counts. Who decided, and why, is a run of its own."""
    runs = [bank(installation, ocr_file(transaction(), transmission=number)) for number in (1, 2)]
    (double,) = app.doubles(installation)
    made = app.double_decide(installation, double["entry"], REASON, same=same)
    assert (made["kind"], made["actor"], made["reason"]) == ("double", "kari", "told by the bank")
    assert [(one["invoice"], one["change"]) for one in made["effects"]] == [("1001", told.format(*runs))]
    assert owed(installation) == left
    assert app.doubles(installation) == []
    with pytest.raises(app.UsageError, match=rf"^entry {double['entry']} was decided on: it is "):
        app.double_decide(installation, double["entry"], REASON, same=not same)
    assert owed(installation) == left


def test_what_was_not_set_aside_cannot_be_decided_on(installation: Installation):
    """A payment that counts is no double."""
    bank(installation, ocr_file(transaction()))
    with pytest.raises(
        app.NotFoundError, match=r"^entry 1 was not set aside as a possible double: `inkassod double` lists"
    ):
        app.double_decide(installation, 1, REASON, same=True)


def test_a_third_delivery_is_a_possible_double_too(installation: Installation):
    """Whatever was decided before, each delivery without a number is asked about."""
    for number in (1, 2):
        bank(installation, ocr_file(transaction(), transmission=number))
    app.double_decide(installation, app.doubles(installation)[0]["entry"], REASON, same=True)
    run = bank(installation, ocr_file(transaction(), transmission=3))
    assert [one[0] for one in listed(installation)] == [run]
    assert owed(installation) == 60_000


def test_a_double_is_no_correction_until_it_counts(installation: Installation):
    """The agency is told of each payment once; one that is set aside is not told, and once it counts it is."""
    app.transfer(installation, AGREEMENT, ["1001"], PERSON)
    for number in (1, 2):
        bank(installation, ocr_file(transaction(), transmission=number))
    assert [line["amount"] for line in app.corrections_preview(installation, AGREEMENT)["lines"]] == [
        "400.00"
    ]
    app.double_decide(installation, app.doubles(installation)[0]["entry"], REASON, same=False)
    assert [line["amount"] for line in app.corrections_preview(installation, AGREEMENT)["lines"]] == [
        "400.00"
    ] * 2


def test_payments_that_waited_for_their_invoice_are_checked_when_it_comes(installation: Installation):
    """Both wait without a question; the invoice takes the first, and the feed's run asks about the second."""
    for number in (1, 2):
        bank(installation, ocr_file(transaction(reference="200100"), transmission=number))
    assert len(app.unmatched(installation)) == 2
    run = feed(installation, invoice("2001", reference="200100"))[-1]
    assert owed(installation, "2001") == 60_000
    first, second = table(installation, "entries")
    told = (
        f"may be the payment of line 3 of run {first['run']} once more (same invoice, amount and day): "
        f"it counts nowhere until `inkassod double {second['entry']}` says whether it is the same"
    )
    assert problems(installation, run) == [
        f"'200100': the payment of line 3 of run {second['run']}, which waited for this reference's invoice, {told}"
    ]
    assert row(installation, run)["outcome"] == "issues"
    assert effects(installation, run)[-2:] == [
        f"payment {first['entry_no']} of 400.00 NOK, which waited: settles invoice 2001",
        (
            f"payment {second['entry_no']} of 400.00 NOK, which waited: may be the payment of line 3 of run {first['run']} "
            "once more, and counts nowhere until somebody has decided"
        ),
    ]
    app.double_decide(installation, second["entry"], REASON, same=False)
    assert owed(installation, "2001") == 20_000
    assert app.unmatched(installation) == []


def test_a_trial_tells_of_doubles_and_sets_nothing_aside(installation: Installation, tmp_path: Path):
    """`read --dry-run` shows what would be asked, and changes nothing."""
    bank(installation, ocr_file(transaction()))
    path = tmp_path / "again.ocr"
    path.write_bytes(ocr_file(transaction(), transmission=2))
    (trial,) = app.read(installation, "payments", [path], PERSON, dry_run=True)
    assert (trial["outcome"], [one["code"] for one in trial["problems"]]) == (
        "issues",
        ["payment.possible_double"],
    )
    assert "may be the payment of line 3 of run" in trial["effects"][0]["change"]
    assert (app.doubles(installation), len(table(installation, "entries"))) == ([], 1)


# --- whose a payment is, where its file does not say ------------------------------------------------------------------


def test_a_bank_payment_without_a_payer_can_be_marked_as_the_agencys(installation: Installation):
    """What the closure warning recommends can be done: `settle` leaves it out of the corrections, `unsettle` puts it in."""
    app.transfer(installation, AGREEMENT, ["1001"], PERSON)
    bank(installation, ocr_file(transaction(payer_account="0" * 11)))
    (line,) = app.corrections_preview(installation, AGREEMENT)["lines"]
    assert (line["included"], line["reason"]["code"]) == (True, "cannot_tell")
    app.settle(installation, line["entry"], REASON, settlement=True)
    (line,) = app.corrections_preview(installation, AGREEMENT)["lines"]
    assert (line["included"], line["reason"]["code"]) == (False, "settlement")
    app.settle(installation, line["entry"], REASON, settlement=False)
    (line,) = app.corrections_preview(installation, AGREEMENT)["lines"]
    assert (line["included"], line["reason"]["code"]) == (True, "not_settlement")


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (AGENCY_ACCOUNT, "paid from the agency's account 99991122334"),
        (DEBTOR_ACCOUNT, "paid directly, from account 99990000006"),
    ],
)
def test_a_bank_payment_with_a_payer_is_not_marked(installation: Installation, account: str, reason: str):
    """Who paid is known from the file, so there is nothing to say about it."""
    bank(installation, ocr_file(transaction(payer_account=account)))
    (entry,) = table(installation, "entries")
    with pytest.raises(app.UsageError) as caught:
        app.settle(installation, entry["entry_no"], REASON, settlement=True)
    assert str(caught.value) == (
        f"who paid entry {entry['entry_no']} is known from the bank's file ({reason}): there is nothing to mark"
    )
    assert table(installation, "entries")[0]["settlement"] is None
