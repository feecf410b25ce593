"""The simulator in dialects of other forms: what it needs of them, and what it does where they lack something."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from inkasso_formats.dialects import kind_of_name
from inkasso_formats.payments import bgmax
from inkasso_formats.problems import FormatError
from inkasso_formats.references import kid_mod10
from inkassod.dialect_files import open_dialect
from inkassod.simulator.bank import Transfer, bank_file
from inkassod.simulator.command import Options
from inkassod.simulator.fates import Vocabulary, vocabulary
from inkassod.simulator.partner import Accounts
from support.office import CLIENT, INTRUM, START, Office, claims, payment

MADE_UP = Path(__file__).resolve().parents[2] / "data" / "made-up"
FLAT, XML = (open_dialect(f"nordvik-{form}.toml", MADE_UP) for form in ("flat", "xml"))
BANKGIROS = Accounts(agency="9900-0010", creditor="9900-0028", bank="bgmax")


@pytest.mark.parametrize("dialect", [FLAT, XML], ids=lambda dialect: dialect.name)
def test_ten_cases_go_the_whole_way_in_any_form(tmp_path, dialect):
    """Records at positions in groups and elements of XML give the same receipts, closures and money as any other."""
    office = Office(tmp_path, dialect=dialect)
    wanted = claims(10)
    office.put("new_cases", wanted)
    names = [name for name in office.step(7) if not name.startswith("OCR")]
    answers = {
        kind: [
            row for name in names if kind_of_name(dialect, name) == kind for row in office.read(name).records
        ]
        for kind in ("receipts", "updates", "closures")
    }
    assert [row.case for row in answers["receipts"]] == [row.case for row in wanted]
    assert sum(row.accepted for row in answers["receipts"]) == 9
    assert len(answers["closures"]) == 8
    assert {row.currency for row in answers["closures"]} == {"NOK"}
    paid = sum(case.paid_on for case in office.partner.agency.cases.values())
    assert sum(row.principal for row in answers["closures"]) == paid > 0


def test_a_dialect_without_answers_is_taken_and_said_to_be_silent(tmp_path):
    """New cases are read, no answer is written, and the log says that there are no such files."""
    silent = replace(INTRUM, files={"new_cases": INTRUM.files["new_cases"]})
    office = Office(tmp_path, dialect=silent)
    name = office.put("new_cases", claims(2))
    assert [name[:3] for name in office.step(4)] == ["OCR"]  # the money comes all the same
    assert list(office.folders.outbox.iterdir()) == []
    assert f"{name} has no receipt: the dialect intrum-no has no such files" in office.said
    assert office.partner.answers == ()
    assert vocabulary(silent) == Vocabulary(rejections=(), stages={}, reasons={})


def test_receipts_without_a_field_for_the_reason_need_no_codes(tmp_path):
    """Where a receipt can only say no, the simulator only says no."""
    layout = INTRUM.files["receipts"]
    parts = tuple(
        replace(
            part,
            record=replace(
                part.record,
                fields=tuple(field for field in part.record.fields if field.name != "reason_code"),
            ),
            codes={name: table for name, table in part.codes.items() if name != "reason_code"},
        )
        for part in layout.parts
    )
    receipts = replace(layout, parts=parts)
    assert vocabulary(replace(INTRUM, files={"receipts": receipts})).rejections == ()


def test_a_correction_without_case_or_kind_is_a_payment_on_the_invoice(tmp_path):
    """Files that name the invoice only, and no kind, close the latest case of that invoice as paid to the creditor."""
    office = Office(tmp_path)
    (case,) = claims(1)
    office.put("new_cases", [case])
    office.step()
    office.partner._correct([replace(payment(case), case="", kind="")])
    (name,) = office.step()
    (closure,) = office.read(name).records
    assert (closure.case, closure.reason) == (case.case, "paid_to_creditor")


def test_kinds_with_folders_of_their_own_lie_there(tmp_path):
    """Corrections are taken from the folder that the dialect has for them, and closures put into theirs."""
    office = Office(tmp_path, dialect=FLAT)
    (case,) = claims(1)
    office.put("new_cases", [case])
    office.step()
    name = office.put("corrections", [payment(case)])
    assert [path.name for path in (office.folders.served / "in" / "changes").iterdir()] == [name]
    (closure,) = office.step()
    assert [path.name for path in (office.folders.served / "out" / "closed").iterdir()] == [closure]
    assert (office.folders.done / name).exists()


@pytest.mark.parametrize(
    ("dialect", "wrong"), [(FLAT, ["dialect.count"]), (XML, ["dialect.count"])], ids=["flat", "xml"]
)
def test_broken_receipts_count_wrong_in_any_form(tmp_path, dialect, wrong):
    """The first receipts say twice as many as they hold; a step later they come right under another name."""
    office = Office(tmp_path, "broken", dialect=dialect)
    office.put("new_cases", claims(3))
    (broken,) = office.step()
    with pytest.raises(FormatError) as error:
        office.read(broken)
    assert [problem.code for problem in error.value.problems] == wrong
    right = office.step()[0]
    assert right != broken
    assert office.read(right).count == 3


@pytest.mark.parametrize("dialect", [FLAT, XML], ids=["flat", "xml"])
def test_broken_updates_are_cut_in_any_form(tmp_path, dialect):
    """The first updates end in the middle, and cannot be read."""
    office = Office(tmp_path, "broken", dialect=dialect)
    office.put("new_cases", claims(3))
    office.step()
    _receipts, updates = office.step()
    with pytest.raises(FormatError):
        office.read(updates)


def test_names_that_hold_a_number_only_are_never_given_twice(tmp_path):
    """A second copy, and a file for another client, take the next number, so that nothing is written over."""
    office = Office(tmp_path, "duplicate", "foreign", dialect=XML)
    office.put("new_cases", claims(1))
    names = office.step()
    assert names == ["answers.001", "answers.002", "answers.003"]
    clients = [office.read(name).head.client_number for name in names]
    assert clients == ["123450", CLIENT, CLIENT]
    assert {path.name for path in office.folders.outbox.iterdir()} == set(names)


def test_a_swedish_bank_tells_the_money_by_bgmax(tmp_path):
    """Principal only, from the agency's bankgiro into the creditor's, under the invoice's own reference."""
    office = Office(tmp_path, accounts=BANKGIROS)
    (case,) = claims(1)
    office.put("new_cases", [case])
    (name,) = [name for name in office.step(4) if name.startswith("BGMAX")]
    (paid,) = bgmax.parse((office.folders.bank / name).read_bytes()).payments
    assert (paid.amount, paid.currency, paid.reference) == (case.principal, "SEK", case.reference)
    assert (paid.account, paid.payer_bankgiro) == ("99000028", "99000010")


def test_two_files_of_a_swedish_bank_hold_different_payments():
    """The number of the file stands in the identity of each payment, so that equal amounts of one day are two."""
    transfers = [Transfer(kid_mod10("1000000"), 5_000, "9900-0010")] * 2
    day = date(2026, 11, 20)
    payments = [
        payment
        for number in (1, 2)
        for payment in bgmax.parse(bank_file("bgmax", "9900-0028", number, day, transfers)[1]).payments
    ]
    assert len({payment.identity for payment in payments}) == 4


def test_a_bank_that_is_not_known_is_named():
    """The sentence says which banks there are."""
    options = Options(folder=Path("nowhere"), client_number=CLIENT, bank="postgiro")
    with pytest.raises(ValueError) as error:
        _ = options.accounts
    assert str(error.value) == "no such bank: postgiro; known are ocr, bgmax"


def test_answers_carry_the_number_of_the_sender(tmp_path):
    """Where a dialect names the sender in its names, the simulator puts the one that it was started with."""
    layout = replace(INTRUM.files["receipts"], name="KV{sender}{at:%Y%m%d}{at:%H%M%S}")
    office = Office(tmp_path, dialect=replace(INTRUM, files={**INTRUM.files, "receipts": layout}))
    office.put("new_cases", claims(1))
    (name,) = office.step()
    assert name == f"KV100284{START:%Y%m%d%H%M%S}"
