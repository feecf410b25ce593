"""docs/dialects.md leads from a handbook to a dialect that works: it is followed here to the letter, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from inkasso_formats.dialects import FILE_KINDS, Dialect, parse
from inkasso_formats.dialects.keys import DIALECT_KEYS, FIELD_KEYS, FILE_KEYS, RECORD_KEYS
from inkasso_formats.dialects.model import FORMS, Part
from inkassod.clock import set_clock
from inkassod.dialect_files import open_dialect
from support.command_line import CommandLine
from support.daemon import until
from support.followed_page import DAY, DIALECT, PAGE, Answer, blocks, follow, merge

ROOT = Path(__file__).resolve().parents[3]
MADE_UP = ROOT / "tests" / "data" / "made-up"
TEXT = PAGE.read_text("utf-8")
KINDS = {"NEW": "new_cases", "ANS": "receipts"}  # as the handbook calls them
ENDS = re.compile(r"^> \*\*(NEW|ANS) (\w\d), [^*]+\*\*\n>\n((?:> \|.*\n)+)", re.MULTILINE)


@pytest.fixture
def followed(tmp_path, monkeypatch, capsys) -> tuple[Path, list[Answer]]:
    """The folder in which all of the page was done, and the answers to its commands."""
    folder = tmp_path / "here"
    folder.mkdir()
    set_clock(tmp_path / "clock", DAY)
    monkeypatch.setenv("INKASSOD_CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("SUDO_USER", "kari")
    monkeypatch.chdir(folder)
    inkassod = CommandLine(folder, capsys)

    def run(command: str) -> str:
        program, *words = shlex.split(command)
        if program == "inkassod":
            answer = inkassod.bare(*words)
            return answer.out + answer.err
        done = subprocess.run([program, *words], capture_output=True, check=True)
        return (done.stdout + done.stderr).decode()

    return folder, list(follow(TEXT, folder, run))


def nordvik(path: Path) -> Dialect:
    """The dialect of a file, without what may differ: what it is called, and where it stands."""
    return replace(open_dialect(path.name, path.parent), name="", source="")


def test_who_follows_the_page_sees_what_it_says_and_has_a_dialect_that_works(followed):
    """Every answer is the page's own; the dialect says what the finished one says, and a case went out and was answered."""
    folder, answers = followed
    assert len(answers) >= 18
    assert [(one.command, one.given) for one in answers] == [(one.command, one.told) for one in answers]

    finished = nordvik(MADE_UP / "nordvik-flat.toml")
    assert nordvik(folder / DIALECT) == finished
    assert tuple(finished.files) == FILE_KINDS

    sent = folder / "agency" / "in" / "NI-NEW-7001-00001.TXT"
    claims = parse(finished, "new_cases", sent.read_bytes(), sent.name)
    assert (claims.problems, claims.total) == ([], 183_040)
    assert [(one.case, one.customer_no, one.invoice_no, one.due_date) for one in claims.records] == [
        ("1", "K100", "20417", date(2026, 9, 29)),
        ("2", "K100", "20431", date(2026, 10, 6)),
        ("3", "K200", "20455", date(2026, 10, 12)),
    ]
    told = parse(finished, "receipts", (folder / "sample.txt").read_bytes()).records
    assert [(one.case, one.accepted, one.agency_case_no, one.reason_code) for one in told] == [
        ("1", True, "4400817", ""),
        ("2", True, "4400818", ""),
        ("3", False, "", "104"),
    ]
    assert list((folder / "agency" / "out").glob("*.TXT")) == []


def test_no_line_of_code_knows_the_agency():
    """The name of the made-up agency stands in documents and in tests only."""
    sources = [
        path
        for top in ("daemon", "formats")
        for path in (ROOT / top).rglob("*")
        if path.suffix in {".py", ".toml", ".txt"}
    ]
    assert len(sources) > 100
    assert [path for path in sources if "nordvik" in path.read_text("utf-8").lower()] == []


def handbook() -> Iterator[tuple[str, str, list[tuple[int, int, str]]]]:
    """Kind, tag, and position, length and whether it is mandatory of each field, for each record of the page's handbook."""
    for kind, tag, rows in ENDS.findall(TEXT):
        cells = [[cell.strip() for cell in row.strip("> |").split("|")] for row in rows.splitlines()[2:]]
        yield KINDS[kind], tag, [(int(one[0]), int(one[1]), one[3]) for one in cells]


@pytest.mark.parametrize(
    ("kind", "tag", "rows"), list(handbook()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_the_dialect_has_the_places_of_the_handbook(kind, tag, rows):
    """Each record that the handbook prints has its fields at these positions, and what must be there is required."""
    layout = nordvik(MADE_UP / "nordvik-flat.toml").files[kind]
    part: Part = next(one for one in layout.parts if one.tag == tag)
    places = [(one.start, one.length) for one in part.record.fields]
    assert places == [(start, length) for start, length, _ in rows]
    totals = layout.counts.keys() | layout.sums.keys()
    needed = [one.required or one.type == "constant" or one.name in totals for one in part.record.fields]
    assert needed == [mandatory == "M" for _, _, mandatory in rows]


def test_every_record_of_the_kinds_that_the_handbook_prints_in_full_is_there():
    """New claims and answers are printed with all their records."""
    layouts = nordvik(MADE_UP / "nordvik-flat.toml").files
    printed = [(kind, tag) for kind, tag, _ in handbook()]
    assert printed == [(kind, part.tag) for kind in KINDS.values() for part in layouts[kind].parts]


def test_what_the_page_tells_to_write_are_keys_of_a_dialect():
    """Each `key = value` of the table of translations is TOML, and its key is known."""
    table = TEXT.partition("| the handbook says | you write |")[2].partition("\n\n")[0]
    said = [
        one
        for row in table.splitlines()
        for one in re.findall(r"`([a-z_]+ = [^`]+)`", row.rpartition(" | ")[2])
    ]
    keys = {key for one in said for key in tomllib.loads(one)}
    assert len(said) > 30
    known = {**DIALECT_KEYS, **FILE_KEYS, **RECORD_KEYS, **FIELD_KEYS}.keys()
    assert keys - known == set()
    assert {tomllib.loads(one)["form"] for one in said if one.startswith('form = "sep')} <= set(FORMS)


def test_what_the_page_shows_of_xml_stands_in_the_dialect_that_is_xml():
    """The blocks that go into no file are pieces of tests/data/made-up/nordvik-xml.toml."""
    xml = (MADE_UP / "nordvik-xml.toml").read_text("utf-8")
    shown = [block for file, block in blocks(TEXT, "toml") if not file]
    assert len(shown) == 4
    assert [block for block in shown if block not in xml] == []


def test_a_block_goes_where_the_page_says(tmp_path):
    """Lines before the first header, a kind with its records, one record, a new record, a new table: each by its rule."""
    path = tmp_path / "one.toml"
    path.write_text(
        '# explained\n\n# old\nname = "old"\n\n[files.updates]\nmeaning = "1"\n\n'
        '[[files.updates.records]]\nname = "a"\n\n[[files.updates.records]]\nname = "b"\n\n[codes.x]\nrows = []\n',
        "utf-8",
    )
    merge(path, 'name = "new"\n')
    merge(
        path,
        '[[files.updates.records]]\nname = "a"\neach = "item"\n\n[[files.updates.records]]\nname = "c"\n',
    )
    merge(path, "[codes.y]\nrows = []\n")
    whole = '# explained\n\nname = "new"\n\n[files.updates]\nmeaning = "{}"\n\n{}[codes.x]\nrows = []\n\n[codes.y]\nrows = []\n'
    records = (
        '[[files.updates.records]]\nname = "a"\neach = "item"\n\n[[files.updates.records]]\nname = "b"\n\n'
        '[[files.updates.records]]\nname = "c"\n\n'
    )
    assert path.read_text("utf-8") == whole.format("1", records)
    merge(path, '[files.updates]\nmeaning = "2"\n')
    assert path.read_text("utf-8") == whole.format("2", "")


def test_the_simulator_speaks_the_dialect(followed):
    """The rehearsal's command starts an agency that takes and gives all five kinds, with the folders that the handbook names."""
    folder, _ = followed
    ((_, block),) = blocks(TEXT, "sh")
    prepare, start = block.splitlines()
    subprocess.run(["/bin/sh", "-c", prepare], cwd=folder, check=True)
    program, *words = shlex.split(start.replace("--port 2222", "--port 0"))
    assert program == "inkassod"
    said = folder / "said.txt"
    with said.open("wb") as file:
        running = subprocess.Popen(
            [sys.executable, "-m", "inkassod", *words], cwd=folder, stdout=file, stderr=file
        )
    try:
        until(
            "the simulator to be ready",
            lambda: "faults " in said.read_text("utf-8") or running.poll() is not None,
        )
        lines = said.read_text("utf-8").splitlines()
    finally:
        running.terminate()
        running.wait()
    assert "answers      receipts, updates, closures" in lines
    assert "client       7001, dialect nordvik.toml, seed 1" in lines
    assert [line.split("  (")[0] for line in lines if "in/changes" in line or "out/closed" in line] == [
        "corrections  in/changes",
        "closures     out/closed",
    ]
