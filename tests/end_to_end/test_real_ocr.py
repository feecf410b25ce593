"""The format owner's own published OCR Giro file, read by a running daemon: every payment meets its invoice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from inkasso_formats.feed import CustomerRow, InvoiceRow, render_csv
from inkasso_formats.payments import ocr_giro
from inkassod import app
from inkassod.installation import Installation
from inkassod.simulator.placing import place as put
from support.daemon import (
    Place,
    assert_archive_is_whole,
    assert_nothing_is_left_over,
    assert_sums_hold,
    ended,
    folder_transport,
    ledger,
    ore,
    prepare,
    running,
    until,
)

DATA = Path(__file__).resolve().parents[1] / "data" / "ocr_giro"
NETS, NETSGIRO = DATA / "nets-2010-spec-section4.ocr", DATA / "ocr_giro_transactions.txt"
ACCOUNT, AGENCY = "99991042764", "99991005524"  # the creditor's in the file; one of those that pay into it
DECLARED = 5_144_900  # øre, by the file's own end record
OWED = 3_000_000  # øre, on every invoice: more than any of the payments


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[tuple[Place, Installation]]:
    """A running daemon that knows an invoice for each of the file's references."""
    (tmp_path / "agency").mkdir()
    place = prepare(
        tmp_path, folder_transport(tmp_path / "agency"), account=ACCOUNT, agency_accounts=(AGENCY,)
    )
    references = [payment.reference for payment in ocr_giro.parse(NETS.read_bytes()).payments]
    day = date(2026, 1, 2)
    invoices = [
        InvoiceRow(0, f"F{number:02d}", "1", day, day, OWED, "NOK", reference)
        for number, reference in enumerate(references, 1)
    ]
    with ledger(place) as installation, running(place):
        put(place.erp, "customers.csv", render_csv([CustomerRow(0, "1", "Ekornfaret Bakeri AS", "company")]))
        put(place.erp, "invoices.csv", render_csv(invoices))
        until("the feed to be read", lambda: len(ended(installation, "feed")) == 2)
        yield place, installation


def drop(place: Place, installation: Installation, sample: Path, name: str) -> dict:
    """The sample dropped as the bank does it; the run that read it."""
    before = len(ended(installation, "payments"))
    shutil.copyfile(sample, place.bank / f".{name}.part")
    (place.bank / f".{name}.part").rename(place.bank / name)
    runs = until(f"{name} to be read", lambda: ended(installation, "payments")[before:])
    return app.log_show(installation, runs[0]["run"])


def balances(installation: Installation) -> dict[str, int]:
    with installation.database.read() as connection:
        return dict(
            connection.exec_driver_sql(
                "select reference, balance from invoices order by reference"
            ).fetchall()
        )


def test_every_payment_of_the_published_file_meets_its_invoice(fed):
    """Twenty payments, matched by their references, lower what is owed by just what the file declares."""
    place, installation = fed
    run = drop(place, installation, NETS, "nets.ocr")
    assert (run["outcome"], run["counts"]["read"], run["counts"]["applied"]) == ("done", 20, 20)
    assert run["totals"] == {"amount": "51449.00", "currency": "NOK"}
    paid = {payment.reference: payment.amount for payment in ocr_giro.parse(NETS.read_bytes()).payments}
    assert balances(installation) == {reference: OWED - amount for reference, amount in sorted(paid.items())}
    assert sum(OWED - balance for balance in balances(installation).values()) == DECLARED
    assert app.unmatched(installation) == []
    assert_sums_hold(installation)
    assert_archive_is_whole(place, installation)
    assert_nothing_is_left_over(place)


def test_payments_are_split_by_who_paid(fed):
    """What comes from the agency's account is the agency's; every other known account is a debtor's."""
    place, installation = fed
    run = drop(place, installation, NETS, "nets.ocr")
    from_agency = [
        effect["change"] for effect in run["effects"] if "from the agency's account" in effect["change"]
    ]
    assert len(from_agency) == 3
    assert all(change.startswith("payment of 1020.00 NOK") for change in from_agency)
    direct = [
        effect["change"] for effect in run["effects"] if "paid directly, from account" in effect["change"]
    ]
    assert len(direct) == 17


def test_the_same_file_again_is_a_duplicate_that_is_explained(fed):
    """The same bytes under another name change nothing, and the run says which run it repeats."""
    place, installation = fed
    first = drop(place, installation, NETS, "nets.ocr")
    before = balances(installation)
    again = drop(place, installation, NETS, "nets-again.ocr")
    assert (again["outcome"], again["same_as"]) == ("duplicate", first["run"])
    assert again["summary"].startswith(f"same content as run {first['run']} of ")
    assert again["summary"].endswith(": 0 of 20 records new")
    assert (again["counts"]["unchanged"], again["effects"]) == (20, [])
    assert balances(installation) == before


def test_the_same_payments_in_other_bytes_count_once(fed):
    """Two published copies of one transmission differ in their bytes; a payment is known by its identity."""
    assert NETS.read_bytes() != NETSGIRO.read_bytes()
    place, installation = fed
    drop(place, installation, NETS, "nets.ocr")
    before = balances(installation)
    again = drop(place, installation, NETSGIRO, "netsgiro.txt")
    assert again["counts"] == {"read": 20, "applied": 0, "refused": 0, "unchanged": 20, "stray": 0}
    assert again["effects"] == []
    assert balances(installation) == before


def test_amounts_do_not_hide_in_the_reading(fed):
    """The sum of the entries in the ledger is the sum that the run tells and the file declares."""
    place, installation = fed
    run = drop(place, installation, NETSGIRO, "netsgiro.txt")
    with installation.database.read() as connection:
        booked = connection.exec_driver_sql("select sum(amount) from entries where source = 'bank'").scalar()
    assert booked == ore(run["totals"]["amount"]) == DECLARED
