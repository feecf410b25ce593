"""The documents show what there is: command lines that the program takes, pages that are there, codes and events by name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from inkassod.failures import catalogue
from inkassod.settings import load
from support.codes import events_of_log, reasons
from support.documented_commands import Shown, fault, shown

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def page(name: str) -> str:
    """A document."""
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_every_command_line_is_one_that_the_program_takes(path):
    """Commands, options, choices and numbers of arguments are right, in blocks and in backquotes."""
    lines = list(shown(path.read_text("utf-8")))
    assert [(" ".join(line.words), fault(line)) for line in lines if fault(line)] == []


@pytest.mark.parametrize(
    ("name", "least"), [("operations.md", 30), ("bookkeeping.md", 20), ("failures.md", 60)]
)
def test_command_lines_are_found(name, least):
    """The check above looks at something."""
    assert len(list(shown(page(name)))) >= least


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Shown(("log", "list", "--outcome", "failed"), whole=True), ""),
        (Shown(("--config", "x.toml", "--json", "log", "show", "RUN"), whole=True), ""),
        (Shown(("hold",), whole=False), ""),
        (Shown(("log",), whole=False), ""),
        (Shown(("COMMAND", "--help"), whole=False), ""),
        (Shown(("log",), whole=True), "only a group of commands"),
        (Shown(("logs", "list"), whole=False), "no command 'logs'"),
        (Shown(("hold", "1001"), whole=True), "Missing option '--reason'."),
        (Shown(("fetch", "--now"), whole=False), "No such option: --now"),
    ],
)
def test_what_the_program_would_not_take_is_seen(line, expected):
    """A command that is gone, a group alone, a missing or unknown option."""
    assert fault(line) == expected


def test_lines_are_found_in_blocks_and_in_backquotes():
    """With a prompt or without, behind sudo, up to a pipe; the answers of an example are no commands."""
    document = (
        "Give `inkassod fetch`, then `sudo -u inkassod inkassod send`.\n\n"
        "```sh\ninkassod log list | head  # few\nls\n```\n\n```console\n$ inkassod retry 4\ninkassod is busy\n```\n"
    )
    assert list(shown(document)) == [
        Shown(("log", "list"), whole=True),
        Shown(("retry", "4"), whole=True),
        Shown(("fetch",), whole=False),
        Shown(("send",), whole=False),
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_every_page_that_a_document_leads_to_is_there(path):
    """A link leads to a file of the project."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).is_file()] == []


def test_the_index_names_every_document():
    """docs/README.md leads to each page, once."""
    named = re.findall(r"^\| \[[^]]+\]\(([^)]+)\)", page("README.md"), flags=re.MULTILINE)
    assert sorted(named) == sorted(
        path.relative_to(DOCS).as_posix() for path in PAGES if path.name != "README.md"
    )


def test_every_event_of_the_daemons_log_is_explained():
    """docs/operations.md has each event that the source logs, and no other."""
    table = page("operations.md").partition("| event |")[2].partition("\n\n")[0]
    told = re.findall(r"`([a-z_]+)`", "\n".join(line.split(" | ")[0] for line in table.splitlines()))
    assert set(told) == events_of_log()


@pytest.mark.parametrize(
    ("heading", "module"),
    [("## Why an invoice did not go", "handover.py"), ("## Direct payments", "correction.py")],
)
def test_every_reason_is_told_to_bookkeepers(heading, module):
    """docs/bookkeeping.md has each reason against a hand-over, and each for or against a report, and no other."""
    section = page("bookkeeping.md").partition(heading)[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([a-z_]+)` \|", section, flags=re.MULTILINE)
    assert told
    assert set(told) == reasons(module, "_in", "_out")  # the corrections' way to a Reason


def test_codes_that_documents_name_are_in_the_catalogue():
    """A code in backquotes can be explained."""
    families = {code.partition(".")[0] for code in catalogue().failures if "." in code}
    endings = {"py", "toml", "md", "log", "csv", "jsonl", "conf", "example"}
    named = {
        (path.name, code)
        for path in PAGES
        for code in re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", path.read_text("utf-8"))
        if code.partition(".")[0] in families and code.rpartition(".")[2] not in endings
    }
    assert {one for one in named if one[1] not in catalogue().failures} == set()


def test_the_trial_settings_are_right(tmp_path):
    """What docs/operations.md shows for a trial with the simulator is read without a problem."""
    (text,) = re.findall(r"```toml\n(.*?)```", page("operations.md"), flags=re.DOTALL)
    path = tmp_path / "trial.toml"
    path.write_text(text, "utf-8")
    (tmp_path / "pw").write_text("secret\n")
    (tmp_path / "pw").chmod(0o600)
    assert list(load(path).agreements) == list(tomllib.loads(text)["agreements"])
