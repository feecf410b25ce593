"""The process dies between any two steps of a run: the next pass ends where an undisturbed one would have ended."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from inkassod import handling, inbound, runs, spool
from inkassod.installation import Installation
from inkassod.store import journal
from support import dialect_files as lines
from support.exchange import (
    PERSON,
    Killed,
    answer_file,
    at_agency,
    dies_at,
    drop,
    ledger,
    log,
    outcome,
    problems,
    read,
    row,
    spooled,
)
from support.installation import again

FEED = (
    b"invoice_no,customer_no,invoice_date,due_date,amount,currency\n"
    b"2001,K1,2025-12-18,2026-01-01,1000.00,NOK\n"
    b"2002,K9,2025-12-18,2026-01-01,2000.00,NOK\n"
)


def _prepared(folder: Path) -> Installation:
    """Four files wait: a feed with a bad row, receipts, updates with a bad record, and closures that are cut off."""
    installation = at_agency(folder)
    agency = installation.spool.agency
    drop(agency, "invoices-1.csv", FEED)
    drop(agency, *answer_file(installation, "receipts"))
    name, content = answer_file(installation, "updates")
    drop(agency, name, lines.changed(content, "updates", 3, "detail", "on", "20260230"))
    name, content = answer_file(installation, "closures")
    drop(agency, name, lines.content_of(lines.lines_of(content)[:-1]))
    return installation


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict:
    """Where it ends when nothing dies."""
    installation = _prepared(tmp_path_factory.mktemp("undisturbed"))
    finished = [row(installation, run)["outcome"] for run in read(installation, installation.spool.agency)]
    assert finished == ["issues", "done", "issues", "failed"]
    return outcome(installation)


# Function, before or after it, and in how many of the four files it is called.
STEPS: list[tuple[ModuleType, str, str, int]] = [
    (spool, "claim", "before", 4),
    (spool, "claim", "after", 4),
    (spool, "store", "before", 4),
    (spool, "store", "after", 4),
    (handling, "identified", "after", 4),
    (handling, "take_effect", "before", 4),
    (inbound, "add_status_feed", "after", 3),
    (handling, "take_effect", "after", 3),
    (handling, "put_away", "before", 3),
    (spool, "set_aside", "before", 1),
    (spool, "set_aside", "after", 1),
    (spool, "finish", "before", 3),
    (spool, "finish", "after", 3),
    (handling, "fail", "before", 1),
    (spool, "fail", "before", 1),
    (spool, "fail", "after", 1),
]
DEATHS = [
    pytest.param(owner, name, when, nth, id=f"{when} {name.strip('_')} of file {nth}")
    for owner, name, when, calls in STEPS
    for nth in range(1, calls + 1)
]


@pytest.mark.parametrize(("owner", "name", "when", "nth"), DEATHS)
def test_a_death_between_two_steps_leaves_no_trace(
    tmp_path, monkeypatch, undisturbed, owner, name, when, nth
):
    """Killed anywhere, and started anew: the same ledger, the same log, the same files, each counted once."""
    installation = _prepared(tmp_path)
    with monkeypatch.context() as patched:
        dies_at(patched, owner, name, when, nth)
        with pytest.raises(Killed):
            read(installation, installation.spool.agency)
    restarted = again(tmp_path)
    read(restarted, restarted.spool.agency)
    assert outcome(restarted) == undisturbed
    assert log(restarted, outcome=journal.RUNNING) == []
    assert read(restarted, restarted.spool.agency) == []


def test_two_deaths_over_one_file_are_made_good_too(tmp_path, monkeypatch, undisturbed):
    """The second process dies while it takes up what the first one left."""
    installation = _prepared(tmp_path)
    for owner, step in ((spool, "store"), (handling, "identified")):
        with monkeypatch.context() as patched:
            dies_at(patched, owner, step, "after")
            with pytest.raises(Killed):
                read(installation, installation.spool.agency)
        installation = again(tmp_path)
    read(installation, installation.spool.agency)
    assert outcome(installation) == undisturbed


def test_a_file_that_kills_the_process_each_time_is_given_up(tmp_path, monkeypatch):
    """After as many deaths as the settings allow the file is set aside as failed, the others are read, `retry` tries anew."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    before = ledger(installation)
    attempts = installation.settings.daemon.attempts_before_failed
    for _ in range(attempts):
        with monkeypatch.context() as patched:
            dies_at(patched, handling, "take_effect", "before")
            with pytest.raises(Killed):
                read(installation, agency)
    drop(agency, "later", answer_file(installation, "updates")[1])
    given_up, later = read(installation, agency)
    assert row(installation, given_up)["outcome"] == "failed"
    assert problems(installation, given_up) == [
        f"the process died {attempts} times over this file: look into the log of those times, then `retry`"
    ]
    assert spooled(installation) == {f"agency/failed/{given_up}-{name}": content}
    assert row(installation, later)["outcome"] == "done"
    assert ledger(installation)["cases"] != before["cases"]
    assert row(installation, runs.retry(installation, given_up, PERSON))["outcome"] == "done"
    assert spooled(installation) == {}


def test_a_death_during_a_retry_loses_neither_the_mended_file_nor_its_run(tmp_path, monkeypatch):
    """What was mended is read by the next pass, whether the retry died before or after it had taken the file."""
    for step, when in (("move", "before"), ("move", "after"), ("store", "before")):
        folder = tmp_path / f"{step} {when}"
        folder.mkdir()
        installation = at_agency(folder)
        agency = installation.spool.agency
        name, content = answer_file(installation, "receipts")
        drop(agency, name, b"")
        (run,) = read(installation, agency)
        (agency.failed / f"{run}-{name}").write_bytes(content)
        with monkeypatch.context() as patched:
            dies_at(patched, spool, step, when)
            with pytest.raises(Killed):
                runs.retry(installation, run, PERSON)
        finished = read(installation, agency)
        if not finished:  # the retry had not begun: the file still lies where it was mended
            assert spooled(installation) == {f"agency/failed/{run}-{name}": content}
            finished = [runs.retry(installation, run, PERSON)]
        assert [row(installation, one)["outcome"] for one in finished] == ["done"]
        assert spooled(installation) == {}
        assert log(installation, outcome=journal.RUNNING) == []


def test_a_death_while_a_file_is_read_by_hand_is_made_good_by_the_next_pass(tmp_path, monkeypatch):
    """The copy that was taken is read by the next pass; the original stays where the person has it."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    original = tmp_path / name
    original.write_bytes(content)
    with monkeypatch.context() as patched:
        dies_at(patched, spool, "store", "after")
        with pytest.raises(Killed):
            runs.read_by_hand(installation, agency, original, PERSON)
    (run,) = read(installation, agency)
    found = row(installation, run)
    assert (found["outcome"], found["trigger"], found["actor"]) == ("done", "manual", "ola")
    assert original.read_bytes() == content
    assert spooled(installation) == {}


def test_a_file_in_work_whose_run_nobody_knows_is_read_as_new(tmp_path):
    """After the database was put back to an older state, what lies in work is read once more."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    _, content = answer_file(installation, "receipts")
    (agency.work / "999-KV").write_bytes(content)
    (run,) = read(installation, agency)
    assert (row(installation, run)["file_name"], row(installation, run)["outcome"]) == ("KV", "done")
    assert spooled(installation) == {}


def test_a_file_of_an_unknown_run_that_cannot_go_back_stops_nothing(tmp_path):
    """Where another file has its name already, it waits in work until there is room, and the others are read."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    _, receipts = answer_file(installation, "receipts")
    _, updates = answer_file(installation, "updates")
    (agency.work / "999-same").write_bytes(receipts)
    drop(agency, "same", updates)
    (run,) = read(installation, agency)
    assert (row(installation, run)["kind"], row(installation, run)["outcome"]) == ("updates", "done")
    (second,) = read(installation, agency)
    assert row(installation, second)["kind"] == "receipts"
    assert spooled(installation) == {}
