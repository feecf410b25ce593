"""A case the whole way by commands alone, as an operator without the daemon would take it."""

from __future__ import annotations

from datetime import date

import pytest

from inkasso_formats.dialects import OutHead, file_name, render
from inkasso_formats.feed import render_csv
from inkasso_formats.records import Closure, Receipt
from inkassod.simulator.bank import Transfer, ocr_file, ocr_name
from support.installation import (
    AGENCY_ACCOUNT,
    AGREEMENT,
    CLIENT_NUMBER,
    DEBTOR_ACCOUNT,
    OWN_ACCOUNT,
    customer,
    entry,
    invoice,
    reminder,
)


def put_out(installation, kind, *records):
    """The agency puts out a file of answers."""
    dialect = installation.dialect(AGREEMENT)
    head = OutHead(client_number=CLIENT_NUMBER, sequence_no=1, created=installation.now())
    name = file_name(dialect, kind, CLIENT_NUMBER, installation.now(), 1)
    folder = installation.settings.agreements[AGREEMENT].transport.path / "out"
    (folder / name).write_bytes(render(dialect, kind, head, records).content)


def paid(folder, number, *transfers):
    """A payment file of the bank."""
    day = date(2026, 3, 2)
    path = folder / ocr_name(day, number)
    path.write_bytes(ocr_file(OWN_ACCOUNT, number, day, [Transfer(*one) for one in transfers]))
    return path


@pytest.fixture
def feed_files(tmp_path):
    """One file each of customers, invoices and reminders, 1001 reminded of and 1002 not."""
    rows = {
        "invoices": [invoice("1001", reference="10017"), invoice("1002", reference="10025")],
        "customers": [customer()],
        "reminders": [reminder("1001")],
    }
    paths = []
    for name, these in rows.items():
        path = tmp_path / f"{name}-1.csv"
        path.write_bytes(render_csv(these))
        paths.append(path)
    return paths


def test_a_case_goes_round_by_commands_alone(inkassod, installation, feed_files, tmp_path):
    """Feed (put in order by what depends on what), transfer, receipt, direct payment, correction, closure, settlement."""
    read = inkassod("read", "feed", *feed_files)
    assert read.status == 0
    assert read.err == ""
    assert [line.split()[6] for line in read.out.splitlines()[1:]] == [
        "customers-1.csv",
        "invoices-1.csv",
        "reminders-1.csv",
    ]

    assert inkassod("candidates").out.splitlines() == [
        "Qualify under intrum: 1",
        "invoice  customer  name            due         balance  currency  level",
        "1001     K1        Kari Oppdiktet  2026-01-01  1000.00  NOK           1",
        "",
        "Held: 1",
        "invoice  customer  name            due         balance  currency  level  why not",
        "1002     K1        Kari Oppdiktet  2026-01-01  1000.00  NOK           0  0 of 1 own reminders sent",
    ]
    moved = inkassod("transfer", "1001", "1002")
    assert moved.status == 3
    assert moved.out.splitlines() == [
        "Put to transfer: 1 (run 4)",
        "Refused: 1",
        "invoice  why not",
        "1002     0 of 1 own reminders sent",
        "Run 5: 1 in LS12345620260302090000",
        "LS12345620260302090000 waits to be sent: by the running daemon, or now by `inkassod send`.",
    ]
    assert inkassod("send").status == 0
    assert (tmp_path / "agency" / "in" / "LS12345620260302090000").is_file()

    put_out(
        installation,
        "receipts",
        Receipt(line=2, case="1", invoice_no="1001", accepted=True, agency_case_no="99001"),
    )
    fetched = inkassod.json("fetch")
    assert fetched.status == 0
    assert [(run["kind"], run["outcome"]) for run in fetched.document["runs"]] == [
        ("fetch", "done"),
        ("receipts", "done"),
    ]
    assert inkassod.json("cases", "show", "99001").document["cases"][0]["status"] == "active"

    direct = paid(tmp_path, 1, ("10017", 30_000, DEBTOR_ACCOUNT))
    assert inkassod("read", "payments", direct).status == 0
    preview = inkassod("corrections", "preview")
    assert preview.status == 0
    assert preview.out.splitlines()[-1] == "In: 1, 300.00 NOK"
    assert preview.out.splitlines()[1].startswith("in  ")
    assert inkassod("corrections", "generate").status == 0
    assert inkassod("corrections", "preview").out == "No entry waits for a correction file.\n"

    closed = Closure(
        line=2,
        case="1",
        agency_case_no="99001",
        on=date(2026, 3, 2),
        reason_code="01",
        principal=70_000,
        interest=0,
        costs=0,
        remaining=0,
        currency="NOK",
    )
    put_out(installation, "closures", closed)
    assert inkassod("read", "closures").status == 0
    assert inkassod("read", "payments", paid(tmp_path, 2, ("10017", 70_000, AGENCY_ACCOUNT))).status == 0
    case = inkassod.json("cases", "show", "1001").document["cases"][0]
    assert (case["status"], case["balance"], case["settled"]) == ("closed", "0.00", True)
    assert inkassod("cases", "list").out.splitlines()[1].split()[3:5] == ["closed,", "settled"]
    assert inkassod("corrections", "preview").out.splitlines()[1].startswith("out ")


def test_a_payment_booked_by_hand_is_marked_either_way(inkassod, two_invoices, tmp_path):
    """`settle` takes a payment out of the corrections, `unsettle` puts it in."""
    assert inkassod("transfer", "--all").status == 0
    path = tmp_path / "entries-1.csv"
    path.write_bytes(render_csv([entry("B7", 25_000, "1001")]))
    assert inkassod("read", "feed", path).status == 0
    answer = inkassod("settle", "B7", "--reason", "told by phone")
    assert answer.out == "Invoice 1001: payment B7 marked as the agency's settlement (run 7)\n"
    assert inkassod("corrections", "preview").out.splitlines()[-1] == "Out: 1, 250.00 NOK"
    answer = inkassod("unsettle", "B7")
    assert answer.out == "Invoice 1001: payment B7 marked as not the agency's settlement (run 8)\n"
    assert inkassod.json("corrections", "preview").document["totals"] == {"in": {"NOK": "250.00"}, "out": {}}
    assert inkassod.json("log", "show", "7").document["reason"] == "told by phone"


def test_corrections_wait_for_payment_files(inkassod, two_invoices, tmp_path):
    """A payment file that nobody has read keeps the correction file from being made, unless forced with a reason."""
    assert inkassod("transfer", "--all").status == 0
    waiting = paid(two_invoices.spool.bank.inbox, 1, ("100100", 30_000, DEBTOR_ACCOUNT))
    assert inkassod("corrections", "preview").out.splitlines() == [
        "No entry waits for a correction file.",
        "The file is not made while these payment files are unread:",
        f"  {waiting}",
    ]
    refused = inkassod("corrections", "generate")
    assert (refused.status, refused.err) == (
        1,
        f"inkassod: 1 payment file(s) not read: {waiting}; read or mend them first, or force it with a reason\n",
    )
    unreasoned = inkassod("corrections", "generate", "--force")
    assert (unreasoned.status, unreasoned.err) == (
        2,
        "inkassod: --force needs --reason: it stands in the log\n",
    )
    assert inkassod("corrections", "generate", "--force", "--reason", "the bank's file is a copy").status == 0


def test_a_hold_keeps_an_invoice_back_until_its_release(inkassod, two_invoices):
    """And both stand in the log with who and why."""
    assert inkassod("hold", "1001", "--reason", "has promised to pay").out == (
        "Invoice 1001: put on hold: has promised to pay (run 4)\n"
    )
    held = inkassod.json("candidates", "--held").document["candidates"]
    assert [(one["invoice"], one["reasons"][0]["text"]) for one in held] == [
        ("1001", "on hold: has promised to pay")
    ]
    assert inkassod("release", "1001").out == "Invoice 1001: released from hold (run 5)\n"
    assert inkassod.json("candidates", "--held").document["candidates"] == []
    assert [run["actor"] for run in inkassod.json("log", "list").document["runs"][:2]] == ["kari", "kari"]


def test_a_missing_reminder_is_raised_only_where_it_is_asked_for(inkassod, installation, feed_files):
    """`--raise-level` books the reminder as sent today; the invoice itself stays for now."""
    assert inkassod("read", "feed", *feed_files).status == 0
    raised = inkassod("transfer", "1002", "--raise-level")
    assert raised.status == 0
    assert raised.out.splitlines() == ["Put to transfer: 0 (run 4)", "Reminder level raised instead: 1002"]


def test_a_file_brought_by_hand_is_marked_and_never_sent(inkassod, two_invoices, tmp_path):
    """What is marked as delivered does not wait any more, and cannot be marked twice."""
    assert inkassod("transfer", "1001").status == 0
    marked = inkassod("mark", "5", "delivered", "--reason", "on a memory stick")
    assert marked.out == "LS12345620260302090000 (run 5) marked as delivered by hand (run 6)\n"
    assert inkassod("send").out == "Nothing waits.\n"
    assert list((tmp_path / "agency" / "in").iterdir()) == []
    again = inkassod("mark", "5", "delivered", "--reason", "on a memory stick")
    assert (again.status, again.err) == (2, "inkassod: the files of run 5 were delivered already\n")


def test_an_agreement_with_a_time_of_day_says_when_it_leaves(inkassod, two_invoices, tmp_path):
    """Nothing is written before that time."""
    path = tmp_path / "inkassod.toml"
    text = path.read_text("utf-8").replace(
        "[agreements.intrum.process]", '[agreements.intrum.process]\ntransfer = "18:00"'
    )
    path.write_text(text, "utf-8")
    assert inkassod("transfer", "1001").out == "Put to transfer: 1 (run 4)\nThey leave at 18:00.\n"
    assert inkassod.json("transfer", "1002").document["leaves_at"] == "18:00"
    assert inkassod("send").out == "Nothing waits.\n"


def test_money_that_settles_no_invoice_is_listed(inkassod, two_invoices, tmp_path):
    """With where it came from, until somebody sees to it."""
    assert inkassod("unmatched").out == "Every entry settles an invoice.\n"
    assert inkassod("read", "payments", paid(tmp_path, 1, ("424242", 12_300, DEBTOR_ACCOUNT))).status == 3
    assert inkassod("unmatched").out.splitlines()[1].split()[1:7] == [
        "bank",
        "payment",
        "2026-03-02",
        "123.00",
        "NOK",
        "424242",
    ]
    assert inkassod.json("unmatched").document["entries"][0]["invoice"] is None
