import io
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from stdnum import luhn
from stdnum.se import orgnr, personnummer

from inkasso_formats.feed import feed_type_of, read_csv
from inkasso_formats.payments import bgmax, ocr_giro
from inkasso_formats.references import kid_holds
from inkassod.simulator.sample import QUALIFYING, SORTS, sample, write_direct_payments, write_feed
from inkassod.simulator.sample_numbers import (
    account,
    bankgiro,
    organisation_number,
    swedish_identity_number,
    swedish_organisation_number,
    synthetic_identity_number,
)

TODAY = date(2026, 11, 20)


def test_the_same_seed_and_day_give_the_same_creditor_and_others_another():
    """The sample depends on seed and day alone."""
    assert sample(1, TODAY) == sample(1, TODAY)
    assert sample(1, TODAY) != sample(2, TODAY)
    assert sample(1, TODAY) != sample(1, TODAY + timedelta(days=1))


def test_there_are_hundreds_of_invoices_of_every_sort():
    """Two hundred customers have more invoices than that, and every reason not to qualify has at least three of them."""
    creditor = sample(1, TODAY)
    counts = Counter(creditor.sorts.values())
    assert len(creditor.customers) == 200
    assert len(creditor.invoices) == len(creditor.sorts) > 200
    assert set(counts) == {*SORTS, "ban", "no_address"}
    assert min(counts.values()) >= 3
    assert sum(counts[sort] for sort in QUALIFYING) >= 50


def test_a_qualifying_invoice_is_overdue_reminded_and_open():
    """What should qualify is 40 days late, was reminded at least 14 days ago, is not disputed and not paid in full."""
    creditor = sample(3, TODAY)
    customers = {row.customer_no: row for row in creditor.customers}
    reminded = {row.invoice_no: row.sent_date for row in creditor.reminders}
    paid = {number: row.amount for row in creditor.entries for number in row.invoices}
    for invoice in creditor.invoices:
        if creditor.sorts[invoice.invoice_no] in QUALIFYING:
            assert invoice.due_date <= TODAY - timedelta(days=40)
            assert invoice.due_date < reminded[invoice.invoice_no] <= TODAY - timedelta(days=14)
            assert not invoice.disputed
            assert invoice.amount >= 30_000
            assert paid.get(invoice.invoice_no, 0) < invoice.amount
            assert customers[invoice.customer_no].address
            assert not customers[invoice.customer_no].collection_ban


def test_each_other_sort_fails_for_its_own_reason():
    """Each sort that does not qualify shows exactly what its name says."""
    creditor = sample(4, TODAY)
    customers = {row.customer_no: row for row in creditor.customers}
    reminded = {row.invoice_no: row.sent_date for row in creditor.reminders}
    booked = {number: row for row in creditor.entries for number in row.invoices}
    shows = {
        "not_due": lambda row: row.due_date > TODAY,
        "just_due": lambda row: TODAY - timedelta(days=14) < row.due_date < TODAY,
        "no_reminder": lambda row: row.invoice_no not in reminded,
        "just_reminded": lambda row: reminded[row.invoice_no] > TODAY - timedelta(days=14),
        "disputed": lambda row: row.disputed,
        "small": lambda row: row.amount < 10_000,
        "paid": lambda row: booked[row.invoice_no][2:5:2] == ("payment", row.amount),
        "credited": lambda row: booked[row.invoice_no][2:5:2] == ("credit_note", row.amount),
        "ban": lambda row: customers[row.customer_no].collection_ban,
        "no_address": lambda row: not customers[row.customer_no].address,
    }
    for invoice in creditor.invoices:
        sort = creditor.sorts[invoice.invoice_no]
        if sort not in QUALIFYING:
            assert shows[sort](invoice), (sort, invoice)


def test_references_are_customer_invoice_and_check_digit():
    """Every KID has 15 digits, tells customer and invoice, and its check digit holds; none occurs twice."""
    invoices = sample(5, TODAY).invoices
    for row in invoices:
        assert row.reference[:-1] == row.customer_no + row.invoice_no
        assert len(row.reference) == 15
        assert kid_holds(row.reference)
    assert len({row.reference for row in invoices}) == len(invoices)


def test_no_number_can_belong_to_anybody():
    """Companies start with 3, persons are born in months 81 to 92, accounts are at a bank that does not exist."""
    customers = sample(6, TODAY).customers
    companies = [row.id_number for row in customers if row.kind == "company"]
    persons = [row.id_number for row in customers if row.kind == "private" and row.id_number]
    assert companies
    assert all(len(number) == 9 and number.startswith("3") for number in companies)
    assert persons
    assert all(len(number) == 11 and 81 <= int(number[2:4]) <= 92 for number in persons)
    assert all(row.email.endswith("@example.com") for row in customers)


@pytest.mark.parametrize("seed", range(50))
def test_check_digits_are_right(seed):
    """Organisation numbers, identity numbers and accounts hold by the weights of their rules, worked out here anew."""
    import random

    chance = random.Random(seed)

    def remainder(number: str, weights: tuple[int, ...]) -> int:
        return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11

    number = organisation_number(chance)
    assert remainder(number, (3, 2, 7, 6, 5, 4, 3, 2, 1)) == 0
    number = account(chance)
    assert remainder(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) == 0
    assert number.startswith("0099")
    number = synthetic_identity_number(chance)
    assert remainder(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) == 0
    assert remainder(number[:-1], (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) == 0


def test_the_feed_files_read_back_as_the_same_rows(tmp_path):
    """Four files with the names of their types lie in the folder, mode 0600, and read back without a problem."""
    creditor = sample(7, TODAY, customers=60)
    paths = write_feed(creditor, tmp_path, TODAY)
    assert [path.name for path in paths] == [
        "customers-20261120.csv",
        "invoices-20261120.csv",
        "reminders-20261120.csv",
        "entries-20261120.csv",
    ]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    rows = (creditor.customers, creditor.invoices, creditor.reminders, creditor.entries)
    for path, written in zip(paths, rows, strict=True):
        assert path.stat().st_mode & 0o777 == 0o600
        batches = list(read_csv(io.BytesIO(path.read_bytes()), feed_type_of(path.name)))
        assert [problem for batch in batches for problem in batch.problems] == []
        assert tuple(row._replace(line=0) for batch in batches for row in batch.rows) == written


def test_direct_payments_come_from_accounts_of_the_debtors(tmp_path):
    """The bank's file pays the chosen invoices in full, each under its KID, from accounts other than the agency's."""
    creditor = sample(8, TODAY, customers=30)
    chosen = creditor.invoices[:3]
    path = write_direct_payments(
        creditor, [row.invoice_no for row in chosen], tmp_path, TODAY, account="00990000026"
    )
    payments = ocr_giro.parse(path.read_bytes()).payments
    assert path.name == "OCR-20261120-9000001.txt"
    assert [(row.reference, row.amount) for row in payments] == [
        (row.reference, row.amount) for row in chosen
    ]
    assert len({row.payer_account for row in payments}) == 3
    assert {row.account for row in payments} == {"00990000026"}
    with pytest.raises(KeyError):
        write_direct_payments(creditor, ["0"], tmp_path, TODAY, account="00990000026")


def test_a_swedish_creditor_has_swedish_numbers_and_money():
    """SEK, five digits of a postcode, numbers whose check digits hold and which nobody can have."""
    creditor = sample(2, TODAY, country="SE")
    assert {row.currency for row in (*creditor.invoices, *creditor.entries)} == {"SEK"}
    assert {row.country for row in creditor.customers} == {"SE"}
    companies = [row.id_number for row in creditor.customers if row.kind == "company"]
    people = [row.id_number for row in creditor.customers if row.kind == "private" and row.id_number]
    assert len(companies) > 50
    assert len(people) > 20
    assert all(orgnr.is_valid(number) and number.startswith("4") for number in companies)
    assert all(personnummer.is_valid(number) and number[6:9] == "000" for number in people)
    assert {len(row.postcode) for row in creditor.customers if row.postcode} == {5}


def test_swedish_numbers_hold_their_check_digits():
    """Many of each kind, and a bankgiro with its hyphen."""
    chance = random.Random(1)
    for _ in range(200):
        assert orgnr.is_valid(swedish_organisation_number(chance))
        assert personnummer.is_valid(swedish_identity_number(chance))
        number = bankgiro(chance)
        assert number[4] == "-"
        assert luhn.is_valid(number.replace("-", ""))


def test_direct_payments_to_a_bankgiro(tmp_path):
    """Debtors pay whole invoices by bankgiro, each from one of its own."""
    creditor = sample(2, TODAY, country="SE")
    chosen = creditor.invoices[:3]
    path = write_direct_payments(
        creditor,
        [row.invoice_no for row in chosen],
        tmp_path,
        TODAY,
        account="9900-0028",
        number=90_001,
        bank="bgmax",
    )
    payments = bgmax.parse(path.read_bytes()).payments
    assert [(row.reference, row.amount) for row in payments] == [
        (row.reference, row.amount) for row in chosen
    ]
    assert len({row.payer_bankgiro for row in payments}) == 3


def test_a_country_without_a_sample_is_refused():
    """Names and numbers of Norway and Sweden are there, others are not guessed."""
    with pytest.raises(KeyError):
        sample(1, TODAY, country="DK")
