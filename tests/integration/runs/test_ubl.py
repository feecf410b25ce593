"""UBL documents from the inbox to the ledger: rows as the CSV feed brings them, in the right order, never twice."""

from __future__ import annotations

import pytest

from inkassod import app, runs
from support.exchange import PERSON, archived, drop, effects, ledger, log, problems, read, row, spooled, table
from support.installation import build, customer, feed, invoice
from support.ubl import CREDIT_NOTE, INVOICE, PRIVATE, changed, sample


def _file(installation, name: str, content: bytes) -> int:
    """One document dropped and read; the run."""
    drop(installation.spool.erp, name, content)
    (run,) = read(installation, installation.spool.erp)
    return run


def _open(installation) -> dict[str, int]:
    """What is owed, by invoice."""
    return {one["invoice_no"]: one["balance"] for one in table(installation, "invoices")}


def test_an_invoice_comes_in_with_its_customer(tmp_path):
    """One file, two rows; the file goes to the archive and nothing is left lying."""
    installation = build(tmp_path)
    run = _file(installation, "20260142.xml", sample())
    found = row(installation, run)
    assert (found["outcome"], found["kind"], found["format"]) == ("done", "feed", "ubl")
    assert (found["read"], found["applied"], found["refused"]) == (2, 2, 0)
    (who,) = table(installation, "customers")
    assert (who["customer_no"], who["kind"], who["id_number"]) == ("K2001", "company", "319999116")
    (claim,) = table(installation, "invoices")
    assert (claim["invoice_no"], claim["amount"], claim["balance"]) == ("20260142", 443_500, 443_500)
    assert (claim["reference"], claim["customer_no"]) == ("2001202601429", "K2001")
    assert archived(installation, run) == sample()
    assert spooled(installation) == {}


def test_documents_of_one_drop_are_read_in_the_order_in_which_they_depend_on_each_other(tmp_path):
    """The credit note is named first and read last; reminders by CSV follow the invoices, whatever the names."""
    installation = build(tmp_path)
    erp = installation.spool.erp
    drop(erp, "a-kreditnota.xml", sample(CREDIT_NOTE))
    drop(erp, "reminders-1.csv", b"reminder_no,invoice_no,level,sent_date\nP1,20260142,1,2026-02-01\n")
    drop(erp, "b-faktura.xml", sample())
    drop(erp, "c-faktura.dat", sample(PRIVATE))
    numbers = read(installation, erp)
    assert [row(installation, run)["file_name"] for run in numbers] == [
        "b-faktura.xml",
        "c-faktura.dat",
        "reminders-1.csv",
        "a-kreditnota.xml",
    ]
    assert {one["outcome"] for one in log(installation, kind="feed")} <= {"done", "issues"}
    assert [one["refused"] for one in log(installation, kind="feed")] == [0, 0, 0, 0]


def test_documents_that_are_named_by_hand_are_read_in_that_order_too(tmp_path):
    """Who names the credit note first has it read after its invoice all the same."""
    installation = build(tmp_path)
    files = {"a-kreditnota.xml": CREDIT_NOTE, "b-faktura.xml": INVOICE, "c-faktura.xml": PRIVATE}
    for name, document in files.items():
        (tmp_path / name).write_bytes(sample(document))
    answers = app.read(installation, "feed", [tmp_path / name for name in files], PERSON)
    assert [answer["file"]["name"] for answer in answers] == [
        "b-faktura.xml",
        "c-faktura.xml",
        "a-kreditnota.xml",
    ]
    assert [answer["counts"]["refused"] for answer in answers] == [0, 0, 0]


def test_a_credit_note_lowers_the_invoices_that_it_names_in_their_order(tmp_path):
    """6498.75 over 4435.00 and 5000.00: the first is filled up, the rest goes to the second, and sums are kept."""
    installation = build(tmp_path)
    for name in (INVOICE, PRIVATE, CREDIT_NOTE):
        run = _file(installation, name, sample(name))
    assert _open(installation) == {"20260142": 0, "20260143": 293_625}
    parts = table(installation, "entries")
    assert [(one["kind"], one["invoice_no"], one["amount"]) for one in parts] == [
        ("credit_note", "20260142", 443_500),
        ("credit_note", "20260143", 206_375),
    ]
    assert effects(installation, run)[0] == "credit note 20260150 booked: 4435.00 NOK"


def test_the_same_document_again_changes_nothing(tmp_path):
    """Byte for byte it is a duplicate; with other blanks it is read, and every row of it is unchanged."""
    installation = build(tmp_path)
    for name in (INVOICE, PRIVATE, CREDIT_NOTE):
        _file(installation, name, sample(name))
    before = {name: ledger(installation)[name] for name in ("customers", "invoices", "entries")}
    for name, count in ((INVOICE, 2), (CREDIT_NOTE, 1)):
        run = _file(installation, f"again-{name}", sample(name))
        assert row(installation, run)["outcome"] == "duplicate"
        run = _file(installation, f"blanks-{name}", sample(name) + b"\n\n")
        found = row(installation, run)
        assert (found["outcome"], found["applied"], found["unchanged"]) == ("done", 0, count)
    assert {name: ledger(installation)[name] for name in before} == before


def test_a_changed_document_changes_its_invoice(tmp_path):
    """An upsert by key, told field by field."""
    installation = build(tmp_path)
    _file(installation, "1.xml", sample())
    run = _file(installation, "2.xml", changed((">2026-01-19<", ">2026-02-19<")))
    assert effects(installation, run) == ["invoice 20260142: due_date 2026-01-19 -> 2026-02-19"]
    assert (row(installation, run)["applied"], row(installation, run)["unchanged"]) == (1, 1)


def test_a_document_empties_nothing_that_it_does_not_carry(tmp_path):
    """Ban, language and dispute that CSV files have set stay; what the document holds is set."""
    installation = build(tmp_path)
    known = customer("K2001", language="nn", collection_ban=True, contact_phone="99999903", city="Voss")
    feed(installation, known, invoice("20260142", "K2001", disputed=True, claim_type="rent"))
    run = _file(installation, "1.xml", sample())
    assert row(installation, run)["outcome"] == "done"
    (who,) = table(installation, "customers")
    assert (who["language"], who["collection_ban"], who["contact_phone"]) == ("nn", True, "99999903")
    assert (who["city"], who["kind"], who["email"]) == ("Bergen", "company", "post@fjellheim.example")
    (claim,) = table(installation, "invoices")
    assert (claim["disputed"], claim["claim_type"], claim["amount"]) == (True, "rent", 443_500)


def test_a_wrong_document_fails_whole_and_is_read_after_its_mend(tmp_path):
    """It lies in failed with all its problems in the log, does nothing, stops nothing, and `retry` reads the mended file."""
    installation = build(tmp_path)
    erp = installation.spool.erp
    drop(erp, "a.xml", sample("broken-sums.xml"))
    drop(erp, "b.xml", sample(PRIVATE))
    bad, good = read(installation, erp)
    assert (row(installation, bad)["outcome"], row(installation, good)["outcome"]) == ("failed", "done")
    assert len(problems(installation, bad)) == 5
    assert _open(installation) == {"20260143": 500_000}
    (path,) = spooled(installation)
    assert path == f"erp/failed/{bad}-a.xml"
    (installation.spool.root / path).write_bytes(sample())
    again = runs.retry(installation, bad, PERSON)
    assert (row(installation, again)["outcome"], row(installation, again)["applied"]) == ("done", 2)
    assert spooled(installation) == {}


def test_a_credit_note_that_came_too_early_is_read_again_from_the_archive(tmp_path):
    """It is refused by name, and `retry` books it once its invoices are there, and only once."""
    installation = build(tmp_path)
    early = _file(installation, "k.xml", sample(CREDIT_NOTE))
    assert row(installation, early)["outcome"] == "issues"
    assert problems(installation, early) == [
        (
            "line 5, field invoices: '20260142': is no invoice in the ledger: "
            "feed the invoice first, then hand in this row again"
        )
    ]
    for name in (INVOICE, PRIVATE):
        _file(installation, name, sample(name))
    again = runs.retry(installation, early, PERSON)
    assert row(installation, again)["applied"] == 1
    assert _open(installation) == {"20260142": 0, "20260143": 293_625}
    third = runs.retry(installation, early, PERSON)
    assert row(installation, third)["outcome"] == "duplicate"
    assert _open(installation) == {"20260142": 0, "20260143": 293_625}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("broken-supplier.xml", "ubl.supplier"),
        ("broken-entity.xml", "ubl.doctype"),
        ("broken-reminder.xml", "ubl.no_claim"),
    ],
)
def test_what_is_not_ours_or_not_safe_takes_no_effect(tmp_path, name, code):
    """Another company's document, one with entities, and a reminder that looks like an invoice."""
    installation = build(tmp_path)
    run = _file(installation, name, sample(name))
    assert row(installation, run)["outcome"] == "failed"
    assert [one["code"] for one in table(installation, "run_problems")] == [code]
    assert table(installation, "customers") == []


def test_a_trial_tells_what_a_document_would_do_and_does_nothing(tmp_path):
    """`read feed FILE --dry-run` shows the rows; `log show` shows the same after it was read."""
    installation = build(tmp_path)
    path = tmp_path / "faktura.xml"
    path.write_bytes(sample())
    (trial,) = app.read(installation, "feed", [path], PERSON, dry_run=True)
    assert (trial["outcome"], trial["counts"]["applied"]) == ("done", 2)
    assert table(installation, "invoices") == []
    (document,) = app.read(installation, "feed", [path], PERSON)
    shown = app.log_show(installation, document["run"])
    assert shown["effects"] == trial["effects"] == document["effects"]
    assert [effect["line"] for effect in shown["effects"]] == [52, 5]
    assert path.exists()
