"""`layout`: dialects described, checked with files of the agency, begun as a copy; without settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from inkasso_formats import dialects
from inkasso_formats.dialects import describe, describe_text, load, load_text, shipped
from inkassod.cli import tables_layout
from support import xml_samples
from support.command_line import CommandLine
from support.dialect_files import changed, file_of
from support.dialect_texts import SEPARATED, SMALL, XML

XML_DIALECT = xml_samples.FOLDER / "elements.toml"
SMALL_RECEIPTS = "H123456007          \nD1001    1A1        \nD1002    X          \nT00002              \n"


@pytest.fixture
def inkassod(tmp_path: Path, capsys, monkeypatch) -> CommandLine:
    """The command line in an empty folder, without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INKASSOD_CONFIG", raising=False)
    return CommandLine(tmp_path, capsys)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A file of receipts of a small dialect, which lies beside it as small.toml; the second answer is no code."""
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    path = tmp_path / "receipt.007"
    path.write_text(SMALL_RECEIPTS, "ascii")
    return path


# --- describe ---------------------------------------------------------------------------------------------------------


def test_a_dialect_is_described_for_a_terminal_or_in_markdown(inkassod):
    """Its name, or the path of its file."""
    assert inkassod.bare("layout", "describe", "intrum-no").out == describe_text(load("intrum-no"))
    assert inkassod.bare("layout", "describe", "intrum-no", "--text").out == describe_text(load("intrum-no"))
    assert inkassod.bare("layout", "describe", "--markdown", "intrum-no").out == describe(load("intrum-no"))
    own = xml_samples.ELEMENTS
    assert inkassod.bare("layout", "describe", XML_DIALECT).out == describe_text(own)


def test_without_a_name_all_shipped_dialects_are_described(inkassod):
    """One after the other."""
    found = inkassod.bare("--json", "layout", "describe").document["dialects"]
    assert [one["dialect"] for one in found] == list(shipped())
    together = "\n".join(describe_text(load(name)) for name in shipped())
    assert inkassod.bare("layout", "describe").out == together


def test_programs_get_every_place_and_option_of_a_fixed_dialect(inkassod):
    """Positions, totals, codes and where the dialect comes from."""
    (one,) = inkassod.bare("--json", "layout", "describe", "intrum-no").document["dialects"]
    assert (one["form"], one["line_end"], one["namespace"]) == ("fixed", "crlf", None)
    closures = next(file for file in one["files"] if file["kind"] == "closures")
    assert (closures["direction"], closures["counts"]) == ("in", {"count": ["detail"]})
    assert closures["sums"]["total"] == ["principal", "interest", "costs"]
    assert [record["record"] for record in closures["records"]] == ["header", "detail", "trailer"]
    detail = {field["field"]: field for field in closures["records"][1]["fields"]}
    assert closures["records"][1]["each"] == "item"
    assert (detail["tag"]["position"], detail["tag"]["constant"]) == ([1, 2], "10")
    reason = detail["reason_code"]
    assert (reason["position"], reason["type"], reason["codes"]) == ([61, 64], "code", "closing_reasons")
    assert (reason["cell"], reason["path"], reason["misfit"]) == (None, None, "refuse")
    assert {"code": "01", "word": "paid_in_full"}.items() <= one["codes"]["closing_reasons"][0].items()
    assert one["provenance"] == f"{one['public']} {one['ours']}"


def test_programs_get_cells_and_paths(inkassod, tmp_path):
    """Of a separated dialect and of one in XML."""
    (tmp_path / "cells.toml").write_text(SEPARATED, "utf-8")
    (one,) = inkassod.bare("--json", "layout", "describe", "cells.toml").document["dialects"]
    fields = one["files"][0]["records"][0]["fields"]
    assert [field["cell"] for field in fields] == [1, 2, 3, 4, 5, 6]
    assert (one["separator"], fields[3]["decimals"], fields[3]["position"]) == ("\t", "comma", None)
    (tmp_path / "elements.toml").write_text(XML, "utf-8")
    (one,) = inkassod.bare("--json", "layout", "describe", "elements.toml").document["dialects"]
    (file,) = one["files"]
    assert (one["namespace"], file["root"], file["schema"]) == ("urn:example:agency:1", "Updates", False)
    assert file["records"][1]["element"] == "Cases/Case"
    assert file["records"][1]["fields"][1]["path"] == "Stage/@on"


def test_a_dialect_that_there_is_not_is_wrong_usage(inkassod):
    """The shipped ones are named."""
    for words in (("describe", "sergal"), ("check", "sergal"), ("new", "mine", "--from", "sergal")):
        answer = inkassod.bare("layout", *words)
        assert (answer.status, answer.out) == (2, "")
        assert answer.err == (
            f"inkassod: there is no dialect 'sergal': one of {', '.join(shipped())}, or the path of a .toml file\n"
        )


# --- check ------------------------------------------------------------------------------------------------------------


def test_a_file_is_shown_record_by_record_under_a_ruler(inkassod, small):
    """Each field with its place, its text and its value; what is wrong stands under it. The status is 3."""
    answer = inkassod.bare("layout", "check", "small.toml", "receipt.007")
    assert (answer.status, answer.err) == (3, "")
    assert answer.out.splitlines() == [
        "receipt.007: receipts of small, client number 123456, sequence no 7",
        "",
        "line 1: header",
        "        10        20",
        "12345678901234567890",
        "H123456007",
        "position  field          text    value",
        "1         tag            H       H",
        "2-7       client_number  123456  123456",
        "8-10      sequence_no    007     7",
        "11-20     rest",
        "",
        "line 2: detail",
        "        10        20",
        "12345678901234567890",
        "D1001    1A1",
        "position  field           text  value",
        "1         tag             D     D",
        "2-9       case            1001  1001",
        "10        accepted        1     accepted",
        "11-20     agency_case_no  A1    A1",
        "",
        "line 3: detail",
        "        10        20",
        "12345678901234567890",
        "D1002    X",
        "         ^",
        "position  field           text  value",
        "1         tag             D     D",
        "2-9       case            1002  1002",
        "10        accepted        X     X",
        "                          ^     'X': one of 1, 0 expected (dialect.code)",
        "11-20     agency_case_no",
        "",
        "line 4: trailer",
        "        10        20",
        "12345678901234567890",
        "T00002",
        "position  field  text   value",
        "1         tag    T      T",
        "2-6       count  00002  2",
        "7-20      rest",
        "",
        "Records: 1 header, 2 detail, 1 trailer.",
        "Read: 2, 1 of them refused; 1 problem.",
    ]


def test_programs_get_the_same_as_one_document(inkassod, small):
    """With exactly these keys."""
    answer = inkassod.bare("--json", "layout", "check", "small.toml", "receipt.007")
    document = answer.document
    assert answer.status == 3
    assert list(document) == ["dialect", "source", "form", "kinds", "files"]
    (file,) = document["files"]
    assert list(file) == ["file", "kind", "refused", "head", "records", "totals", "problems"]
    assert list(file["records"][2]) == ["line", "record", "text", "fields", "problems"]
    assert file["records"][2]["fields"][2] == {
        "field": "accepted",
        "position": [10, 10],
        "place": "10",
        "text": "X",
        "value": "X",
        "meaning": "",
    }
    (problem,) = file["records"][2]["problems"]
    assert (problem["code"], problem["position"]) == ("dialect.code", [10, 10])


def test_several_files_are_shown_one_after_the_other(inkassod, small, tmp_path):
    """One that is refused makes the status 1; one without a problem says so."""
    good, cut = SMALL_RECEIPTS.replace("X", "0"), SMALL_RECEIPTS[: SMALL_RECEIPTS.index("T")]
    (tmp_path / "good.txt").write_text(good, "ascii")
    (tmp_path / "cut.txt").write_text(cut, "ascii")
    assert inkassod.bare("layout", "check", "small.toml", "good.txt").status == 0
    answer = inkassod.bare("layout", "check", "small.toml", "good.txt", "cut.txt")
    assert answer.status == 1
    lines = answer.out.splitlines()
    assert lines[lines.index("cut.txt: receipts of small") - 2] == "Read: 2, 0 of them refused; no problem."
    assert lines[-2:] == [
        "Records: 1 header, 2 detail.",
        "The file as a whole is refused: nothing of it can be trusted.",
    ]
    assert (
        "the file ends without its trailer (T): it is cut off, have it sent again (dialect.trailer)" in lines
    )


def test_of_a_long_file_the_rest_is_counted(inkassod, small):
    """`--records` says how many are shown at most."""
    answer = inkassod.bare("layout", "check", "small.toml", "receipt.007", "--records", "1")
    shown = [line for line in answer.out.splitlines() if line.startswith("line ")]
    assert shown == ["line 1: header", "line 3: detail"]
    assert answer.out.splitlines()[-2] == (
        "Records: 1 header, 2 detail, 1 trailer; 2 of them without a problem are not shown, --records 0 shows all."
    )


def test_a_file_of_no_kind_wants_its_kind(inkassod, tmp_path):
    """It is refused, with the kinds that there are; a kind that the dialect has not is wrong usage."""
    path = tmp_path / "x"
    path.write_text("what is this\n", "ascii")
    answer = inkassod.bare("layout", "check", "intrum-no", "x")
    assert answer.status == 1
    assert answer.out.splitlines() == [
        "x: no file of intrum-no",
        "",
        "'x': no kind of file of intrum-no begins so or has such a name: --kind takes one of new_cases, corrections, receipts, updates, closures",
        "The file as a whole is refused: nothing of it can be trusted.",
    ]
    given = inkassod.bare("layout", "check", "intrum-no", "x", "--kind", "updates")
    assert (given.status, given.out.splitlines()[0]) == (1, "x: updates of intrum-no")
    assert "line 1: no record of this file" in given.out
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    wrong = inkassod.bare("layout", "check", "small.toml", "x", "--kind", "updates")
    assert (wrong.status, wrong.err) == (2, "inkassod: small has no files of updates: one of receipts\n")
    unknown = inkassod.bare("layout", "check", "small.toml", "x", "--kind", "answers")
    assert unknown.status == 2
    assert unknown.err.startswith(
        "inkassod: there are no files of 'answers': --kind takes one of new_cases, "
    )


def test_elements_are_shown_with_their_lines_and_paths(inkassod):
    """XML has no ruler."""
    answer = inkassod.bare("layout", "check", XML_DIALECT, xml_samples.FOLDER / "elements.closures.xml")
    lines = answer.out.splitlines()
    assert answer.status == 0
    heads = [line for line in lines if line.startswith("line ")]
    assert all(line.endswith(">") for line in heads)
    assert lines[lines.index(heads[0]) + 1].split() == ["path", "field", "text", "value"]


def test_cells_are_shown_with_their_numbers(inkassod, tmp_path):
    """A separated line has no ruler."""
    (tmp_path / "cells.toml").write_text(SEPARATED, "utf-8")
    path = tmp_path / "corrections_1_0001.tsv"
    path.write_text("A1\tB\t20.11.2026\t-400,5\tNOK\t\n", "utf-8")
    answer = inkassod.bare("layout", "check", "cells.toml", path)
    assert (answer.status, answer.out.splitlines()[1:]) == (
        3,
        [
            "",
            "line 1: correction",
            "A1 B 20.11.2026 -400,5 NOK",
            "cell  field       text        value",
            "1     invoice_no  A1          A1",
            "2     kind        B           payment",
            "3     date        20.11.2026  2026-11-20",
            "4     amount      -400,5",
            "                  ^^^^^^      '-400,5': an amount like 1234,50 or -1234,50 expected (layout.amount)",
            "5     currency    NOK         NOK",
            "6     unused",
            "",
            "Records: 1 correction.",
            "Read: 1, 1 of them refused; 1 problem.",
        ],
    )


def test_masked_records_name_nobody(inkassod, tmp_path):
    """As with `show`."""
    path = tmp_path / "cases"
    path.write_bytes(file_of("new_cases"))
    answer = inkassod.bare("layout", "check", "intrum-no", path, "--mask")
    assert answer.status == 0
    assert [word for word in ("Brønnøy", "Søndre", "Trondheim", "7011") if word in answer.out] == []
    assert "1000.00" in answer.out


def test_without_a_file_only_the_dialect_is_checked(inkassod, tmp_path):
    """In one line."""
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    answer = inkassod.bare("layout", "check", "small.toml")
    assert (answer.status, answer.out) == (0, "ok: small.toml: small, fixed: receipts\n")
    assert inkassod.bare("--json", "layout", "check", "small.toml").document == {
        "dialect": "small",
        "source": "small.toml",
        "form": "fixed",
        "kinds": ["receipts"],
        "files": [],
    }


def test_a_broken_dialect_tells_all_its_problems_at_once(inkassod, tmp_path):
    """With the file, the path in it and the line; the status is that of wrong settings."""
    broken = SMALL.replace("length = 6,", "length = 5,").replace("length = 14,", "length = 15,")
    (tmp_path / "mine.toml").write_text(broken, "utf-8")
    answer = inkassod.bare("layout", "check", "mine.toml")
    assert (answer.status, answer.out) == (4, "")
    head, *problems = answer.err.splitlines()
    assert head == "inkassod: the dialect mine.toml cannot be used:"
    assert problems == [
        "  line 19, field files.receipts.records.header: '19': the fields end here; the record has 20 characters",
        "  line 38, field files.receipts.records.trailer: '21': the fields end here; the record has 20 characters",
    ]
    error = inkassod.bare("--json", "layout", "check", "mine.toml").document["error"]
    assert error["code"] == "dialect.definition"
    assert [f"  {problem}" for problem in error["problems"]] == problems


def test_a_dialect_that_is_not_there_is_named(inkassod):
    """And one whose schema is not."""
    answer = inkassod.bare("layout", "check", "nowhere.toml")
    assert (answer.status, answer.err.splitlines()) == (
        4,
        [
            "inkassod: the dialect nowhere.toml cannot be used:",
            "  'nowhere.toml': cannot be read: No such file or directory",
        ],
    )


def test_a_file_that_is_not_there_is_named(inkassod):
    """Status 1."""
    answer = inkassod.bare("layout", "check", "intrum-no", "nowhere")
    assert (answer.status, answer.err) == (1, "inkassod: nowhere: No such file or directory\n")


# --- new --------------------------------------------------------------------------------------------------------------


def test_a_new_dialect_begins_as_a_copy(inkassod, tmp_path):
    """It can be used as it is; what to do next is said on standard error in two lines."""
    answer = inkassod.bare("layout", "new", "nordvik")
    assert answer.status == 0
    assert load_text(answer.out, "nordvik.toml").files.keys() == load("intrum-no").files.keys()
    assert len(answer.err.splitlines()) == 2
    assert "`inkassod layout check nordvik.toml FILE`" in answer.err
    written = inkassod.bare("layout", "new", "nordvik", "--write", "nordvik.toml")
    assert (written.status, written.out) == (0, "Written: nordvik.toml\n")
    assert (tmp_path / "nordvik.toml").read_text("utf-8") == answer.out
    assert inkassod.bare("layout", "check", "nordvik.toml").status == 0


def test_a_file_that_is_there_is_never_written_over(inkassod, tmp_path):
    """Neither the dialect's nor a schema that says something else; then nothing is written."""
    (tmp_path / "mine.toml").write_text("mine", "utf-8")
    answer = inkassod.bare("layout", "new", "mine", "--write", "mine.toml")
    assert (answer.status, answer.out, answer.err) == (1, "", "inkassod: mine.toml: File exists\n")
    assert (tmp_path / "mine.toml").read_text("utf-8") == "mine"
    (tmp_path / "elements.xsd").write_text("mine", "utf-8")
    answer = inkassod.bare("layout", "new", "other", "--from", XML_DIALECT, "--write", "other.toml")
    assert (answer.status, answer.err) == (1, "inkassod: elements.xsd: File exists\n")
    assert not (tmp_path / "other.toml").exists()
    assert (tmp_path / "elements.xsd").read_text("utf-8") == "mine"


def test_schemas_are_written_beside_a_dialect_of_xml(inkassod, tmp_path):
    """Those that are there already, and the same, are left as they are."""
    for name in ("one", "two"):
        answer = inkassod.bare("layout", "new", name, "--from", XML_DIALECT, "--write", f"{name}.toml")
        assert (answer.status, answer.out) == (0, f"Written: {name}.toml\nWritten: elements.xsd\n")
        assert inkassod.bare("layout", "check", f"{name}.toml").status == 0
    schema = (xml_samples.FOLDER / "elements.xsd").read_bytes()
    assert (tmp_path / "elements.xsd").read_bytes() == schema
    shown = inkassod.bare("layout", "new", "three", "--from", XML_DIALECT)
    assert "--write puts its schemas beside it too" in shown.err


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_dialect_can_be_copied_to_a_file(inkassod, name):
    """And used from there."""
    assert inkassod.bare("layout", "new", "mine", "--from", name, "--write", "mine.toml").status == 0
    assert inkassod.bare("layout", "check", "mine.toml").out.startswith("ok: mine.toml: mine, ")


def test_programs_get_the_text_or_what_was_written(inkassod):
    """And nothing on standard error."""
    answer = inkassod.bare("--json", "layout", "new", "mine")
    assert (list(answer.document), answer.err) == (["toml", "schemas"], "")
    written = inkassod.bare("--json", "layout", "new", "mine", "--write", "mine.toml")
    assert (written.document, written.err) == ({"written": "mine.toml", "schemas": []}, "")


def test_a_name_or_a_file_that_would_not_work_is_refused(inkassod, tmp_path):
    """Before anything is written."""
    for name in ("Nordvik", "intrum-no", "a_b", ""):
        answer = inkassod.bare("layout", "new", name, "--write", "x.toml")
        assert answer.status == 2
        assert answer.err.startswith(f"inkassod: {name!r} cannot be the name of a new dialect: small letters")
    answer = inkassod.bare("layout", "new", "mine", "--write", "mine.txt")
    assert (answer.status, answer.err) == (
        2,
        "inkassod: mine.txt: a file whose name ends in .toml expected, by which settings know a dialect's file\n",
    )
    assert list(tmp_path.iterdir()) == []


# --- show, with a dialect of one's own ----------------------------------------------------------------------------------


def test_a_file_can_be_shown_with_a_dialect_of_ones_own(inkassod, small):
    """Alone, and against another; the dialect that is named decides, though a shipped one may know the file too."""
    answer = inkassod.bare("show", "receipt.007", "--dialect", "small.toml", "--json")
    assert (answer.status, answer.document["format"], answer.document["kind"]) == (3, "small", "receipts")
    assert [row["case"] for row in answer.document["records"]] == ["1001"]
    same = inkassod.bare("show", "receipt.007", "--diff", "receipt.007", "--dialect", "small.toml")
    assert same.out.splitlines()[-1] == "Both hold the same."


def test_a_file_of_no_kind_of_the_named_dialect_is_refused(inkassod, small, tmp_path):
    """And a dialect that cannot be used is told as with `layout check`."""
    path = tmp_path / "closures"
    path.write_bytes(file_of("closures"))
    answer = inkassod.bare("show", path, "--dialect", "small.toml")
    assert (answer.status, answer.err.splitlines()[1]) == (
        1,
        "  'closures': is no file of the dialect small: one of receipts expected",
    )
    assert inkassod.bare("show", path, "--dialect", "nowhere.toml").status == 4
    assert inkassod.bare("show", path, "--dialect", "intrum-no").status == 0


def test_rows_of_invoices_are_shown_and_masked(inkassod, tmp_path):
    """As a list for programs, as their number for people."""
    path = xml_samples.FOLDER / "elements.new_cases.xml"
    words = ("show", path, "--dialect", XML_DIALECT)
    plain, masked = (inkassod.bare(*words, "--json", *more).document["records"] for more in ((), ("--mask",)))
    assert plain[0]["rows"][0] == {
        "text": "September",
        "amount": "500.00",
        "period_from": "2026-09-01",
        "period_to": "2026-09-30",
    }
    assert (masked[0]["rows"][0]["text"], masked[0]["rows"][0]["amount"]) == ("***", "500.00")
    head = inkassod.bare(*words).out.splitlines()[0].split()
    assert "rows" in head


# --- on a terminal --------------------------------------------------------------------------------------------------------


def test_on_a_terminal_long_lines_come_in_pieces(inkassod, tmp_path, monkeypatch):
    """Each under a ruler of its own, with the mark in the piece where the field stands."""
    content = changed(file_of("closures"), "closures", 2, "detail", "on", "20261332")
    (tmp_path / "closures").write_bytes(content)
    (file,) = inkassod.bare("--json", "layout", "check", "intrum-no", "closures").document["files"]
    monkeypatch.setattr(tables_layout, "_width", lambda: 80)
    document = {"dialect": "intrum-no", "form": "fixed", "files": [file]}
    texts = [block for block in tables_layout.checked(document) if isinstance(block, str)]
    assert max(map(len, texts)) <= 110
    record = texts[texts.index("\nline 2: detail") + 1 :]
    assert record[0].split() == ["10", "20", "30", "40", "50", "60", "70", "80"]
    assert (record[2][52:60], record[3]) == ("20261332", f"{'':52}^^^^^^^^")
    assert record[4].split() == ["90", "100", "110", "120", "130", "140", "150", "160"]
    assert dialects.load("intrum-no").files["closures"].item.record.length == 250
