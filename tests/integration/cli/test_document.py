"""docs/commands.md holds what the program is: all commands, all options, the keys of the documents, and true examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inkasso_formats.feed import render_csv
from inkassod.core.model import CaseStatus
from support.commands_document import options, reference, replayed, tree
from support.dialect_texts import SMALL
from support.exchange import payment_file
from support.generated import replace_between
from support.installation import customer, entry, feed, invoice, reminder

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "commands.md"
SLICE = """
run; demo --once; read --dry-run; fetch --agreement; send --agreement; candidates --qualifying --held; transfer --all --raise-level;
hold --reason; release --reason; corrections preview; corrections generate --force --reason; settle --reason; unsettle --reason;
allocate --to --keep --reason; double --reason; show --diff --dialect --mask --json;
cases list --status --agreement --invoice --limit; cases show; unmatched;
log list --kind --outcome --agreement --trigger --since --until --limit; log show; log raw; log export --format; retry;
mark --reason; config check; config show; config example; layout describe --markdown --text;
layout check --kind --records --mask; layout new --from --write; simulate --password-file
"""
INVOICES = (
    "invoice_no,customer_no,invoice_date,due_date,amount,currency\n1004,K1,2026-02-01,2026-02-30,250.00,NOK\n"
)

RECEIPTS = "H123456007          \nD1001    1A1        \nD1002    X          \nT00002              \n"
PROBLEM = {"code", "line", "record", "field", "position", "value", "expected", "message", "warning"}
BY_NAME = {"counts", "sums", "only", "codes"}  # of a dialect: their keys are its own


@pytest.fixture
def text() -> str:
    """The document."""
    return DOCUMENT.read_text("utf-8")


@pytest.fixture
def answer(inkassod, installation, tmp_path, monkeypatch):
    """Answers of the command line in a folder with the files of the examples."""
    feed(
        installation,
        customer(),
        *(invoice(number, reference=f"{number}00") for number in ("1001", "1002", "1003")),
        *(reminder(number) for number in ("1001", "1002")),
    )
    (tmp_path / "invoices-extra.csv").write_text(INVOICES, "utf-8")
    (tmp_path / "entries-extra.csv").write_bytes(render_csv([entry("B7", 25_000, "1001")]))
    for number, name in ((1, "payments.ocr"), (2, "payments-again.ocr")):
        (tmp_path / name).write_bytes(payment_file(("100200", 40_000), number=number))
    (tmp_path / "nordvik.toml").write_text(SMALL.replace('"small"', '"nordvik"'), "utf-8")
    (tmp_path / "receipt.007").write_text(RECEIPTS, "ascii")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKASSOD_CONFIG", "inkassod.toml")

    def given(words):
        told = inkassod.bare(*words)
        return told.out + told.err

    return given


def test_all_commands_and_options_stand_in_the_document(text):
    """The list is the one that the program would write."""
    assert replace_between(text, "commands", reference()) == text


def test_the_examples_are_what_the_commands_answer(text, answer):
    """Each example, in the order in which they stand, on one installation."""
    assert replayed(text, answer) == text


def test_every_command_of_the_design_is_there_with_its_options():
    """A command or option cannot go without being missed."""
    known = {words: options(command) for words, command in tree()}
    for wish in SLICE.replace("\n", " ").split(";"):
        words = " ".join(word for word in wish.split() if not word.startswith("--"))
        assert words in known
        assert {word for word in wish.split() if word.startswith("--")} <= set(known[words])


def test_every_option_that_the_document_names_exists(text):
    """Prose does not name what is gone."""
    known = {"--config", "--json", "--help", "--version"} | {
        word for _, command in tree() for word in options(command)
    }
    assert set(re.findall(r"--[a-z][a-z-]+", text)) <= known


def test_every_key_of_the_documents_is_described(inkassod, two_invoices, tmp_path, text):
    """What --json answers with has its place in the section on JSON."""
    path = tmp_path / "entries-1.csv"
    path.write_bytes(render_csv([entry("B7", 25_000, "1001"), entry("B8", 5_000)]))
    first, second = tmp_path / "1.ocr", tmp_path / "2.ocr"
    for number, file in enumerate((first, second), 1):
        file.write_bytes(payment_file(("100200", 40_000), ("100100", number), number=number))
    answers = [
        inkassod.json(*words).document
        for words in (
            ["transfer", "1001", "77"],
            ["transfer", "1001"],
            ["read", "feed", path],
            ["corrections", "preview"],
            ["candidates"],
            ["cases", "show", "1001"],
            ["unmatched"],
            ["read", "payments", first, second],
            ["double"],
            ["show", first],
            ["show", first, "--diff", second],
            ["log", "show", "5"],
            ["log", "raw", "5"],
            ["config", "check"],
            ["config", "example"],
        )
    ]
    section = text[text.index("## JSON") : text.index("## Notes")]
    described = set(re.findall(r"`([a-z_0-9]+)`", section))
    assert set(_keys(answers)) - described == set()


def test_every_key_of_a_described_or_checked_layout_is_described(inkassod, tmp_path, text):
    """Each command on its own line of the table."""
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    path = tmp_path / "receipt.007"
    path.write_text(RECEIPTS, "ascii")
    for command, words in {
        "layout describe": ["intrum-no"],
        "layout check": [tmp_path / "small.toml", path],
        "layout new": ["mine"],
    }.items():
        document = inkassod.json(*command.split(), *words).document
        (line,) = re.findall(rf"^\| `{command}` \| (.*)$", text, flags=re.MULTILINE)
        described = set(re.findall(r"`([a-z_0-9]+)`", line)) | PROBLEM
        assert set(_own_keys(document)) - described == set(), command


def _own_keys(value):
    """All keys in a document of a layout but the names that the dialect gives to totals, tables and records."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if not (isinstance(inner, dict) and key in BY_NAME | {"records"}):
                yield from _own_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _own_keys(inner)


def _keys(value):
    """All keys in a document but currencies, which are data."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "NOK":
                yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def test_every_status_of_a_case_is_described(text):
    """A status that the program knows has its word in the document."""
    (listed,) = re.findall(r"`status` \(([a-z_, ]+)\)", text)
    assert set(listed.split(", ")) == {str(status) for status in CaseStatus}
