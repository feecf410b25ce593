"""What goes wrong, as a sentence and an exit status; in JSON as one document; never as a traceback."""

from __future__ import annotations

import fcntl
import os

import pytest

from inkassod import exchange, runs
from support.command_line import process

USAGE = [
    (["nonsense"], "No such command 'nonsense': `inkassod --help` lists the commands"),
    ([], "Missing command: `inkassod --help` lists the commands"),
    (["log", "list", "--json"], "--json stands before the command: inkassod --json ... COMMAND"),
    (["log", "show", "x"], "Invalid value for 'RUN': "),
    (
        ["log", "list", "--since", "21.11.2026"],
        "Invalid value for '--since': '21.11.2026' does not match the formats '%Y-%m-%d'",
    ),
    (
        ["read", "letters"],
        "Invalid value for 'kind': 'letters' is not one of 'feed', 'receipts', 'updates', 'closures', 'payments'",
    ),
    (["transfer"], "either invoices are named, or --all is given"),
    (["transfer", "1001", "--all"], "either invoices are named, or --all is given"),
    (["hold", "1001"], "Missing option '--reason'"),
    (
        ["fetch", "--agreement", "nope"],
        "there is no agreement 'nope' in use: --agreement takes one of intrum",
    ),
    (["layout", "describe", "nope"], "there is no dialect 'nope': one of intrum-no"),
]
FAILED = [
    (["log", "show", "99"], "not_found", "there is no run 99"),
    (["log", "raw", "99"], "not_found", "there is no run 99"),
    (["retry", "99"], "not_found", "there is no run 99"),
    (
        ["cases", "show", "77"],
        "not_found",
        "no case has the number '77': ours, the agency's or the invoice's",
    ),
    (["settle", "X"], "not_found", "entry X is not in the ledger"),
    (["hold", "9", "--reason", "x"], "not_found", "invoice 9 is not in the ledger"),
    (["transfer", "9"], "not_found", "invoice 9 is not in the ledger"),
    (["mark", "9", "delivered", "--reason", "x"], "not_found", "run 9 made no file that leaves"),
]


@pytest.mark.parametrize(("words", "sentence"), USAGE)
def test_wrong_usage_ends_with_2(inkassod, words, sentence):
    """With what is wrong in one sentence, and in JSON too."""
    answer = inkassod(*words)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"inkassod: {sentence}")
    document = inkassod.json(*words).document
    assert document["error"]["code"] == "usage"
    assert document["error"]["message"].startswith(sentence)


@pytest.mark.parametrize(("words", "code", "sentence"), FAILED)
def test_what_is_not_there_ends_with_1(inkassod, words, code, sentence):
    """And names what was asked for."""
    assert inkassod(*words) == type(inkassod(*words))(1, "", f"inkassod: {sentence}\n")
    answer = inkassod.json(*words)
    assert (answer.status, answer.document) == (1, {"error": {"code": code, "message": sentence}})


def test_wrong_settings_end_with_4_and_all_their_problems(inkassod, tmp_path):
    """Each in a line of its own, with its path."""
    path = tmp_path / "inkassod.toml"
    text = (
        path.read_text("utf-8")
        .replace('country = "NO"', 'country = "DE"')
        .replace("settle_seconds = 0", "settle = 0")
    )
    path.write_text(text, "utf-8")
    answer = inkassod("config", "check")
    assert answer.status == 4
    problems = [
        'daemon.settle: is no key of this table: did you mean "settle_seconds"?',
        'creditors.nord.country: "DE" is none of the choices: "NO", "SE" or "FI"',
    ]
    assert answer.err.splitlines() == [f"inkassod: {path} cannot be used:", *(f"  {one}" for one in problems)]
    error = inkassod.json("candidates").document["error"]
    assert (error["code"], error["problems"]) == ("settings", problems)
    assert inkassod("run").status == 4


def test_an_unknown_dialect_is_a_fault_in_the_settings(inkassod, tmp_path):
    """It is told as one, with the dialects there are."""
    path = tmp_path / "inkassod.toml"
    path.write_text(path.read_text("utf-8").replace("intrum-no", "intrum-xx"), "utf-8")
    for command in (["config", "check"], ["log", "list"], ["run"]):
        answer = inkassod(*command)
        assert answer.status == 4
        assert "intrum-xx" in answer.err
        assert "intrum-no" in answer.err


def test_a_failed_exchange_ends_with_5(inkassod, installation, tmp_path):
    """The run that failed stands in the log."""
    (tmp_path / "agency" / "out").rmdir()
    answer = inkassod("fetch")
    assert answer.status == 5
    assert answer.err.startswith("inkassod: ")
    assert inkassod.json("fetch").document["error"]["code"] == "transport.missing"
    run = inkassod.json("log", "list").document["runs"][0]
    assert (run["kind"], run["outcome"]) == ("fetch", "failed")


def test_a_lock_held_by_another_ends_with_6(inkassod, two_invoices, tmp_path, monkeypatch):
    """After the time that one waits for it."""
    monkeypatch.setattr(runs, "LOCK_SECONDS", 0.05)
    monkeypatch.setattr(exchange, "LOCK_SECONDS", 0.05)
    path = tmp_path / "customers-1.csv"
    path.write_text("customer_no,name,kind\nK9,Ola Oppdiktet,private\n", "utf-8")
    lock = os.open(tmp_path / "spool" / ".lock-erp", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        answer = inkassod("read", "feed", path)
        assert answer.status == 6
        assert answer.err.startswith("inkassod: ")
        assert inkassod.json("read", "feed", path).document["error"]["code"] == "spool.busy"
    finally:
        os.close(lock)


def test_a_file_of_another_kind_ends_with_1(inkassod, two_invoices, tmp_path):
    """The run failed, and its problem names the command that reads the file."""
    path = tmp_path / "customers-1.csv"
    path.write_text("customer_no,name,kind\nK9,Ola Oppdiktet,private\n", "utf-8")
    answer = inkassod("read", "payments", path)
    assert answer.status == 1
    assert "'customers-1.csv': is a file of feed: `inkassod read feed` reads it" in answer.out
    trial = inkassod("read", "payments", path, "--dry-run")
    assert (trial.status, trial.err.splitlines()) == (
        1,
        [
            "inkassod: the file cannot be read:",
            "  'customers-1.csv': is a file of feed: `inkassod read feed` reads it",
        ],
    )


def test_the_same_file_again_is_done(inkassod, two_invoices, tmp_path):
    """A duplicate is explained, and no fault."""
    path = tmp_path / "customers-1.csv"
    path.write_text("customer_no,name,kind\nK9,Ola Oppdiktet,private\n", "utf-8")
    assert inkassod("read", "feed", path).status == 0
    again = inkassod.json("read", "feed", path)
    assert (again.status, again.document["runs"][0]["outcome"]) == (0, "duplicate")


def test_no_traceback_reaches_a_person_but_on_wish(inkassod, installation, monkeypatch):
    """A fault of ours is a sentence; INKASSOD_DEBUG=1 raises it."""
    from inkassod import app

    def broken(*_args, **_more):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(app, "unmatched", broken)
    answer = inkassod("unmatched")
    assert (answer.status, answer.err) == (
        1,
        "inkassod: ZeroDivisionError: oh; this is a fault of inkassod: INKASSOD_DEBUG=1 shows where\n",
    )
    monkeypatch.setenv("INKASSOD_DEBUG", "1")
    with pytest.raises(ZeroDivisionError, match="oh"):
        inkassod("unmatched")


def test_an_unusable_database_is_a_sentence(inkassod, installation, tmp_path):
    """A ledger that is no SQLite file is told as such."""
    installation.database.close()
    for name in ("inkassod.sqlite3", "inkassod.sqlite3-wal", "inkassod.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "inkassod.sqlite3").write_bytes(b"no database at all, but long enough to be looked at" * 20)
    answer = inkassod("log", "list")
    assert (answer.status, answer.err) == (
        1,
        "inkassod: the database cannot be used: file is not a database\n",
    )


def test_a_process_ends_with_the_same_status(two_invoices, tmp_path):
    """What a shell sees: exit status, JSON on standard output, sentences on standard error."""
    config = ("--config", "inkassod.toml")
    done = process(*config, "--json", "candidates", folder=tmp_path)
    assert (done.status, len(done.document["candidates"]), done.err) == (0, 2, "")
    missing = process(*config, "log", "show", "99", folder=tmp_path)
    assert (missing.status, missing.out, missing.err) == (1, "", "inkassod: there is no run 99\n")
    assert process(*config, "nonsense", folder=tmp_path).status == 2
    assert process("--config", "none.toml", "log", "list", folder=tmp_path).status == 4


def test_without_settings_all_places_are_named(tmp_path, inkassod, monkeypatch):
    """So that one knows where to put the file, and how to begin it."""
    from inkassod.cli import context

    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setattr(context, "SERVICE_SETTINGS", empty / "none.toml")
    answer = inkassod.bare("log", "list")
    assert answer.status == 4
    assert answer.err == (
        f"inkassod: no settings found: $INKASSOD_CONFIG is not set, and neither {empty}/none.toml nor ./inkassod.toml is there; "
        "name a file with --config, or begin one with `inkassod config example --write inkassod.toml`\n"
    )
    monkeypatch.setenv("INKASSOD_CONFIG", str(tmp_path / "inkassod.toml"))
    assert inkassod.bare("config", "check").out == f"ok: {tmp_path}/inkassod.toml: 1 creditor, 1 agreement\n"
