"""The job log on the command line: filters, one run opened, its raw file with the failing field marked, export."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from inkassod.cli import tables_layout
from support.dialect_files import GOOD, changed, file_of

BROKEN = (
    "invoice_no;customer_no;invoice_date;due_date;amount;currency\n"
    "A1;K1;2026-01-01;2026-02-30;100,00;NOK\n"
    "A2;K1;2026-01-01;2026-02-20;;NOK\n"
    "A3;K1;2026-01-01;2026-02-20;10,00;NOK\n"
)
BAD_DATE = (
    "line 2, record invoices, field due_date: '2026-02-30': a day of the calendar as YYYY-MM-DD expected"
)
NO_AMOUNT = "line 3, record invoices, field amount: must be filled in"


@pytest.fixture
def broken(inkassod, two_invoices, tmp_path):
    """Run 4 has read a feed with two rows that cannot be used."""
    path = tmp_path / "invoices-9.csv"
    path.write_text(BROKEN, "utf-8")
    answer = inkassod("read", "feed", path)
    assert answer.status == 3
    return answer


def test_what_was_refused_is_told_under_the_run(broken):
    """Each problem with line, field, value and what was expected."""
    assert broken.out.splitlines()[2:] == ["", "Run 4:", f"  {BAD_DATE}", f"  {NO_AMOUNT}"]


def test_the_failing_field_is_marked_under_its_line(inkassod, broken):
    """An empty field is marked by one sign, where its value would begin."""
    assert inkassod("log", "raw", "4").out.splitlines() == [
        "     1 | invoice_no;customer_no;invoice_date;due_date;amount;currency",
        "     2 | A1;K1;2026-01-01;2026-02-30;100,00;NOK",
        f"       |                  ^^^^^^^^^^ {BAD_DATE}",
        "     3 | A2;K1;2026-01-01;2026-02-20;;NOK",
        f"       |                             ^ {NO_AMOUNT}",
        "     4 | A3;K1;2026-01-01;2026-02-20;10,00;NOK",
    ]


def test_raw_lines_as_json_carry_their_problems(inkassod, broken):
    """A program finds the same marks as first and last character."""
    lines = inkassod.json("log", "raw", "4").document["lines"]
    assert [line["line"] for line in lines] == [1, 2, 3, 4]
    assert lines[1]["problems"][0]["message"] == BAD_DATE
    assert lines[1]["problems"][0]["marked"] == [18, 27]


def test_raw_bytes_are_exactly_the_files(inkassod, broken):
    """`--bytes` adds nothing, and does not go with --json."""
    assert inkassod("log", "raw", "4", "--bytes").out == BROKEN
    refused = inkassod.json("log", "raw", "4", "--bytes")
    assert (refused.status, refused.document) == (
        2,
        {"error": {"code": "usage", "message": "--bytes and --json do not go together"}},
    )


def test_one_run_is_opened_to_its_problems(inkassod, broken):
    """The facts of a run stand above its problems."""
    lines = inkassod("log", "show", "4").out.splitlines()
    assert lines[:5] == [
        "run       4",
        "kind      feed",
        "outcome   issues",
        "summary   3 read, 1 applied, 2 refused",
        "by        kari (manual)",
    ]
    start = lines.index("Problems")
    assert lines[start + 1 : start + 4] == [
        "line  code           message",
        f"   2  feed.date      {BAD_DATE}",
        f"   3  feed.required  {NO_AMOUNT}",
    ]


def test_effects_are_cut_at_fifty_until_all_are_asked_for(inkassod, installation):
    """And the line that says so names the command."""
    from support.installation import ready

    ready(installation, *(str(1000 + number) for number in range(60)))
    assert inkassod("transfer", "--all").status == 0
    some = inkassod("log", "show", "4").out.splitlines()
    assert "... and 10 more: inkassod log show 4 --all" in some
    everything = inkassod("log", "show", "4", "--all").out
    assert everything.count("put to transfer") == 60


def test_runs_are_filtered(inkassod, broken):
    """By kind, outcome, trigger, agreement and day; a day holds from its begin to its end where the creditor is."""

    def runs(*words):
        return [run["run"] for run in inkassod.json("log", "list", *words).document["runs"]]

    assert runs() == [4, 3, 2, 1]
    assert runs("--outcome", "issues") == [4]
    assert runs("--trigger", "watch", "--limit", "2") == [3, 2]
    assert runs("--kind", "receipts") == []
    assert runs("--agreement", "intrum") == []
    assert runs("--since", "2026-03-02", "--until", "2026-03-02") == [4, 3, 2, 1]
    assert runs("--since", "2026-03-03") == []
    assert runs("--until", "2026-03-01") == []
    assert inkassod("log", "list", "--kind", "receipts").out == "No run fits.\n"


def test_times_are_the_creditors_in_tables_and_carry_their_offset_in_json(inkassod, broken):
    """08:00 UTC is 09:00 in Oslo in March."""
    assert inkassod("log", "list").out.splitlines()[1].split()[1:3] == ["2026-03-02", "09:00:00"]
    started = inkassod.json("log", "list").document["runs"][0]["started"]
    assert started == "2026-03-02T08:00:00+00:00"


def test_an_export_holds_every_run_that_fits_oldest_first(inkassod, broken):
    """As CSV with a heading, and as JSON Lines."""
    rows = list(csv.DictReader(io.StringIO(inkassod("log", "export").out)))
    assert [row["run"] for row in rows] == ["1", "2", "3", "4"]
    assert (rows[3]["file_name"], rows[3]["outcome"], rows[3]["refused"]) == ("invoices-9.csv", "issues", "2")
    assert rows[3]["started"] == "2026-03-02T08:00:00+00:00"
    lines = inkassod("log", "export", "--format", "jsonl", "--outcome", "issues").out.splitlines()
    assert [json.loads(line)["run"] for line in lines] == [4]
    assert [run["run"] for run in inkassod.json("log", "export").document["runs"]] == [1, 2, 3, 4]


def test_a_mended_file_is_read_again(inkassod, broken, two_invoices):
    """The refused rows lie set aside; mended there, `retry` reads them."""
    (aside,) = [path for path in two_invoices.spool.erp.failed.iterdir() if path.name.startswith("4-")]
    aside.write_text(
        aside.read_text("utf-8").replace("2026-02-30", "2026-02-20").replace(";;", ";5,00;"), "utf-8"
    )
    answer = inkassod.json("retry", "4")
    assert (answer.status, answer.document["runs"][0]["counts"]["applied"]) == (0, 2)


def test_a_trial_changes_nothing(inkassod, two_invoices, tmp_path):
    """`--dry-run` tells what would happen, and the log has no run of it."""
    path = tmp_path / "invoices-9.csv"
    path.write_text(BROKEN, "utf-8")
    answer = inkassod("read", "feed", path, "--dry-run")
    assert answer.status == 3
    assert answer.out.splitlines()[0] == (
        "invoices-9.csv: feed, would end issues: 3 read, 1 applied, 2 refused. Nothing was changed."
    )
    assert len(inkassod.json("log", "list").document["runs"]) == 3
    assert inkassod.json("read", "feed", path, "--dry-run").document["runs"][0]["run"] is None


def test_the_time_line_of_a_case_can_show_the_raw_lines(inkassod, two_invoices):
    """Each event names its run, file and line, and `--raw` prints that line."""
    assert inkassod("transfer", "1001").status == 0
    shown = inkassod("cases", "show", "1001", "--raw").out.splitlines()
    assert shown[0] == "case       1"
    assert shown[shown.index("Time line") + 1].split() == [
        "at",
        "run",
        "kind",
        "by",
        "file",
        "line",
        "change",
    ]
    assert shown[-1].startswith("run 5, line 2: 101 ")
    event = inkassod.json("cases", "show", "1001").document["cases"][0]["timeline"][1]
    assert (event["file"], event["line"], event["raw"][:3]) == ("LS12345620260302090000", 2, "101")


# --- files of the agency ------------------------------------------------------------------------------------------------


@pytest.fixture
def answered(inkassod, installation, tmp_path):
    """Run 1 has read closures of which one has a day that there is not; run 2 was refused, since its trailer is missing."""
    records = [replace(GOOD["closures"], case="1001"), replace(GOOD["closures"], case="1002")]
    content = changed(file_of("closures", records), "closures", 3, "detail", "on", "20261332")
    for name, bytes_of in (("first", content), ("second", b"".join(content.splitlines(keepends=True)[:2]))):
        (tmp_path / name).write_bytes(bytes_of)
        assert inkassod("read", "closures", tmp_path / name).status in {1, 3}
    return installation


def test_lines_of_an_agencys_file_stand_under_a_ruler_with_their_records(inkassod, answered):
    """Over the first of several of one name, and over each with a problem, whose field is marked."""
    lines = inkassod("log", "raw", "1").out.splitlines()
    assert [line.split("|")[0].rstrip() for line in lines] == [
        *("", "", "     1 header"),
        *("", "", "     2 detail", ""),
        *("", "", "     3 detail", ""),
        *("", "", "     4 trailer"),
    ]
    start = len("     3 detail  | ")
    marked = next(line for line in lines if "field on" in line)
    above = lines[lines.index(marked) - 1]
    assert above[start:][52:60] == "20261332"
    assert marked[start:][:60] == f"{'':52}^^^^^^^^"
    assert lines[0][start:].split()[:3] == ["10", "20", "30"]
    assert lines[1][start:][:12] == "123456789012"


def test_a_refused_file_of_the_agency_is_ruled_too(inkassod, answered):
    """What it is is told by its content, since its run belongs to no agreement."""
    document = inkassod.json("log", "raw", "2").document
    assert document["positions"] is True
    assert [line["record"] for line in document["lines"]] == ["header", "detail"]


def test_other_files_have_no_records(inkassod, broken):
    """Nor a ruler."""
    document = inkassod.json("log", "raw", "4").document
    assert document["positions"] is False
    assert {line["record"] for line in document["lines"]} == {None}


def test_on_a_narrow_terminal_lines_of_an_agency_come_in_pieces(inkassod, answered, monkeypatch):
    """The number of the line stands at its first piece, and the mark under the piece with the field."""
    document = inkassod.json("log", "raw", "1").document
    monkeypatch.setattr(tables_layout, "_width", lambda: 80)
    lines = list(tables_layout.raw(document))
    assert max(len(line) for line in lines if "| line " not in line) <= 80
    at = next(at for at, line in enumerate(lines) if line.startswith("     3 detail"))
    assert lines[at].split("| ")[1][52:60] == "20261332"
    assert lines[at + 1].split("| ")[1] == f"{'':52}^^^^^^^^"
