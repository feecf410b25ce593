"""What a run of the feed brought is shown row by row, in the log and in a trial."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inkasso_formats.feed import render_csv
from inkassod import app
from inkassod.installation import Installation
from inkassod.store import news
from support.exchange import PERSON, payment_file
from support.installation import build, customer, entry, feed, invoice, reminder


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An empty installation."""
    made = build(tmp_path)
    yield made
    made.database.close()


def shown(installation: Installation, run: int) -> list[tuple[int | None, str | None, str]]:
    """Line, invoice and change of each effect of a run."""
    found = app.log_show(installation, run)["effects"]
    return [(effect["line"], effect["invoice"], effect["change"]) for effect in found]


def test_new_rows_are_shown_with_line_and_value(installation: Installation):
    """Customers, invoices and reminders that were not there before: one line each, in the order of the file."""
    runs = feed(
        installation,
        customer("K1"),
        customer("K2"),
        invoice("1001", amount=123_450),
        invoice("1002"),
        reminder("1001"),
        entry("E1", 5_000, "1001"),
    )
    assert [shown(installation, run) for run in runs] == [
        [(2, None, "customer K1 new"), (3, None, "customer K2 new")],
        [
            (2, "1001", "invoice 1001 new: 1234.50 NOK, due 2026-01-01"),
            (3, "1002", "invoice 1002 new: 1000.00 NOK, due 2026-01-01"),
        ],
        [(2, "1001", "reminder P1001-1 new: level 1, sent 2026-02-01")],
        [(2, "1001", "payment E1 booked: 50.00 NOK")],
    ]


def test_a_row_is_new_once(installation: Installation):
    """What changes later is told field by field by the run that changes it, and stays new in the run that brought it."""
    first = feed(installation, customer("K1"))[0]
    second = feed(installation, customer("K1", city="Bergen"), customer("K2"))[0]
    assert shown(installation, first) == [(2, None, "customer K1 new")]
    assert shown(installation, second) == [
        (3, None, "customer K2 new"),
        (2, None, "customer K1: city Oslo -> Bergen"),
    ]


def test_a_trial_shows_the_rows_that_would_be_new(installation: Installation, tmp_path: Path):
    """`read --dry-run` tells the same, and nothing comes in."""
    path = tmp_path / "customers.csv"
    path.write_bytes(render_csv([customer("K1")]))
    (trial,) = app.read(installation, "feed", [path], PERSON, dry_run=True)
    assert [effect["change"] for effect in trial["effects"]] == ["customer K1 new"]
    assert shown(installation, feed(installation, customer("K1"))[0]) == [(2, None, "customer K1 new")]


def test_of_very_many_new_rows_the_first_are_shown_and_the_others_counted(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    """A feed of a million rows can be looked at."""
    monkeypatch.setattr(news, "MOST", 2)
    run = feed(installation, *(customer(f"K{number}") for number in range(5)))[0]
    assert shown(installation, run) == [
        (2, None, "customer K0 new"),
        (3, None, "customer K1 new"),
        (None, None, "and 3 more new rows"),
    ]


@pytest.mark.parametrize(("limit", "told", "more"), [(0, 0, 4), (1, 1, 3), (3, 3, 1), (4, 4, 0), (9, 4, 0)])
def test_the_limit_counts_over_all_tables(installation: Installation, limit: int, told: int, more: int):
    """One file may hold rows of several types."""
    with installation.database.write() as connection:
        from inkassod.store import ledger

        ledger.put_new(connection, "nord", 7, "customers", [customer("K1", line=2), customer("K2", line=4)])
        ledger.put_new(connection, "nord", 7, "invoices", [invoice("1", line=3), invoice("2", line=5)])
        ledger.put_new(connection, "nord", 8, "invoices", [invoice("3", line=2)])
    with installation.database.read() as connection:
        rows, left = news.new_rows_of(connection, 7, limit)
    assert (len(rows), left) == (told, more)


def test_runs_of_payments_show_no_new_rows(installation: Installation):
    """A payment's own effect is what it became."""
    feed(installation, customer(), invoice("1001", reference="100100"))
    (installation.spool.bank.inbox / "p.ocr").write_bytes(payment_file(("100100", 40_000)))
    (run,) = app.read(installation, "payments", [], PERSON)
    assert [effect["change"].split(":")[1].strip() for effect in run["effects"]] == [
        "settles invoice 1001; paid directly, from account 99990000006"
    ]
