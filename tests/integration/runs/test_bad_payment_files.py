"""Payment files with one fault each: refused whole, since money is never read in part, and read after their mend."""

from __future__ import annotations

import pytest

from inkassod import runs
from support.exchange import (
    PERSON,
    archived,
    drop,
    effects,
    ledger,
    payment_file,
    problems,
    read,
    row,
    spooled,
    table,
)
from support.installation import DEBTOR_ACCOUNT, build, ready

GOOD = payment_file(("100100", 40_000), ("100200", 100_000))


def _replaced(old: bytes, new: bytes) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


BAD: dict[str, tuple[bytes, str]] = {
    "wrong record length": (
        _replaced(b"\n", b"0\n"),
        "line 1, record start transmission: '81': characters; a record of this file has 80",
    ),
    "unknown record": (
        _replaced(b"NY091031", b"NY091077"),
        (
            "line 3, record amount item 1, field transaction_number (9-15): '0000001': "
            "the amount item 2 of this transaction is missing: it must follow directly"
        ),
    ),
    "missing trailer": (
        b"".join(GOOD.splitlines(keepends=True)[:-1]),
        "the transmission that begins in line 1 has no end record NY000089 with its totals",
    ),
    "wrong count": (
        _replaced(b"NY09008800000002", b"NY09008800000003"),
        (
            "line 7, record end assignment, field transactions (9-16): '00000003': "
            "the assignment that begins in line 2 holds 2 transactions"
        ),
    ),
    "wrong sum": (
        _replaced(b"0000000800000000000140000", b"0000000800000000000140001"),
        (
            "line 8, record end transmission, field total (25-41): '00000000000140001': "
            "the amounts of the transmission that begins in line 1 add up to 1400.00, not to 1400.01"
        ),
    ),
    "letters in an amount": (
        _replaced(b"00000000000040000", b"000000000000400O0"),
        (
            "line 3, record amount item 1, field amount (32-49): '0000000000000400O0': "
            "a sign and 17 digits expected, the last two are decimals"
        ),
    ),
    "impossible date": (
        _replaced(b"0000001020326", b"0000001310226"),
        "line 3, record amount item 1, field nets_date (16-21): '310226': no such day: a date DDMMYY expected",
    ),
    "letter that takes two bytes in UTF-8": (
        _replaced(b"NY0910300", "NY091030æ".encode()),
        "line 3: the line is written in UTF-8, not in ISO-8859-1: allowed by the switch utf8, which is off",
    ),
    "empty file": (b"", "'p.ocr': no format knows this file; it is empty"),
    "foreign account": (
        payment_file(("100100", 40_000), account=DEBTOR_ACCOUNT),
        (
            "line 3, record payment, field account: '99990000006': is no account of a creditor in the settings "
            "(99991234566): another company's file, or an account to add under [creditors]"
        ),
    ),
}


@pytest.mark.parametrize(("bad", "sentence"), BAD.values(), ids=BAD)
def test_a_payment_file_that_cannot_be_trusted_is_refused_whole_and_read_after_its_mend(
    tmp_path, bad, sentence
):
    """No payment of it counts, it lies in failed and in the archive, later files are read, and `retry` reads the mended one."""
    installation = build(tmp_path)
    ready(installation, "1001", "1002", "1003")
    bank = installation.spool.bank
    drop(bank, "p.ocr", bad)
    before = ledger(installation)

    (run,) = read(installation, bank)

    assert row(installation, run)["outcome"] == "failed"
    assert problems(installation, run)[0] == sentence
    assert spooled(installation)[f"bank/failed/{run}-p.ocr"] == bad
    assert archived(installation, run) == bad
    assert ledger(installation) == before
    assert effects(installation, run) == []

    drop(bank, "q.ocr", payment_file(("100300", 25_000), number=2))
    (later,) = read(installation, bank)
    assert (row(installation, later)["outcome"], row(installation, later)["amount"]) == ("done", 25_000)

    (bank.failed / f"{run}-p.ocr").write_bytes(GOOD)
    mended = runs.retry(installation, run, PERSON)
    assert (row(installation, mended)["outcome"], row(installation, mended)["amount"]) == ("done", 140_000)
    assert [one["balance"] for one in table(installation, "invoices")] == [60_000, 0, 75_000]
    assert list(bank.failed.iterdir()) == []


def test_the_same_payments_again_count_once(tmp_path):
    """The same bytes again are a duplicate of no effect, and so are the same payments beside new ones in another file."""
    installation = build(tmp_path)
    ready(installation, "1001", "1002")
    bank = installation.spool.bank
    drop(bank, "a.ocr", GOOD)
    (first,) = read(installation, bank)
    drop(bank, "b.ocr", GOOD)
    (second,) = read(installation, bank)
    found = row(installation, second)
    assert (found["outcome"], found["same_as"]) == ("duplicate", first)
    assert found["summary"] == f"same content as run {first} of 2 March 2026: 0 of 2 records new"
    drop(bank, "c.ocr", GOOD + payment_file(("100100", 10_000), number=2))
    (third,) = read(installation, bank)
    found = row(installation, third)
    assert (found["read"], found["applied"], found["unchanged"]) == (3, 1, 2)
    assert [one["balance"] for one in table(installation, "invoices")] == [50_000, 0]
    assert len(table(installation, "entries")) == 3


def test_a_payment_file_is_read_wherever_it_arrives(tmp_path):
    """What a file is, its content says, not the folder that it was put into."""
    installation = build(tmp_path)
    ready(installation, "1001", "1002")
    drop(installation.spool.erp, "p.ocr", GOOD)
    (run,) = read(installation, installation.spool.erp)
    assert (row(installation, run)["kind"], row(installation, run)["applied"]) == ("payments", 2)
