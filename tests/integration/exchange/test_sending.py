"""What leaves: from every state in which the process can die, the file gets there once, and with exactly its bytes."""

from __future__ import annotations

import pytest

from inkassod import exchange, selection, sending, spool
from inkassod.store import journal
from inkassod.transport import TransportError
from inkassod.transport.folder import FolderAgent
from inkassod.transport.memory import MemoryAgent
from support.exchange import (
    INVOICES,
    PERSON,
    Killed,
    archived,
    at_agency,
    committed,
    cut,
    dies_at,
    effects,
    log,
    patient,
    problems,
    row,
    served,
    spooled,
    table,
    through,
    waiting,
)
from support.installation import AGREEMENT, START, again, ready, set_time

STATES = {"new": (sending, "_build", "before", 1)} | {
    state: (sending, "_to", "after", nth) for nth, state in enumerate(("built", "staged", "sent"), 1)
}
DEATHS = [
    *STATES.values(),
    (FolderAgent, "put", "before", 1),
    (FolderAgent, "put", "after", 1),
    (FolderAgent, "rename", "before", 1),
    (FolderAgent, "rename", "after", 1),
    (spool, "store_bytes", "before", 1),
    (spool, "store_bytes", "after", 1),
    (spool, "remove", "after", 1),
    (sending, "finish", "after", 1),
]


def _row(installation) -> dict:
    """The one file that an agreement sends in these tests, however far it has gone."""
    (found,) = [one for one in table(installation, "outbox") if one["channel"] == AGREEMENT]
    return found


def _delivered(installation, content: bytes) -> None:
    """Done: one file on the other side and one in the archive, both of exactly the committed bytes, nothing left over."""
    found = _row(installation)
    assert (found["state"], found["delivered"] is not None) == ("done", True)
    assert served(installation) == {f"in/{found['name']}": content}
    assert archived(installation, found["run"]) == content
    assert spooled(installation) == {}


@pytest.mark.parametrize(
    ("owner", "name", "when", "nth"), DEATHS, ids=[f"{when} {name}-{nth}" for _, name, when, nth in DEATHS]
)
def test_a_death_at_any_step_sends_the_file_once(tmp_path, monkeypatch, owner, name, when, nth):
    """The next exchange ends what the dead one began: the same bytes, one file, and one run in the log."""
    installation = at_agency(tmp_path)
    content = committed(installation, _row(installation)["id"])
    with monkeypatch.context() as patched:
        dies_at(patched, owner, name, when, nth)
        with pytest.raises(Killed):
            exchange.send(installation, AGREEMENT, PERSON)
    restarted = again(tmp_path)
    run = exchange.send(restarted, AGREEMENT, PERSON)
    _delivered(restarted, content)
    runs = log(restarted, kind="send")
    if run is None:  # it had come to its end, and only its run had not
        assert (name, when) == ("finish", "after")
    else:
        assert [(one["run"], one["outcome"]) for one in runs] == [(run, "done")]
    assert exchange.send(restarted, AGREEMENT, PERSON) is None


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_outbox_is_a_starting_point(tmp_path, monkeypatch, state):
    """Whatever state stands in the outbox after a crash, the next exchange brings it to done."""
    installation = at_agency(tmp_path)
    content = committed(installation, _row(installation)["id"])
    with monkeypatch.context() as patched:
        dies_at(patched, *STATES[state])
        with pytest.raises(Killed):
            exchange.send(installation, AGREEMENT, PERSON)
    assert _row(installation)["state"] == state
    exchange.send(installation, AGREEMENT, PERSON)
    _delivered(installation, content)


# --- the line is cut -------------------------------------------------------------------------------------------------

CUTS = [("put", "before"), ("put", "half"), ("put", "after"), ("rename", "before"), ("rename", "after")]


@pytest.mark.parametrize(("operation", "when"), CUTS, ids=[" ".join(one) for one in CUTS])
def test_a_cut_line_is_tried_again_within_the_exchange(tmp_path, monkeypatch, operation, when):
    """Cut before, during or after each step: the second attempt ends with one file of the committed bytes."""
    installation = at_agency(tmp_path)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    agent.fail_next(operation, cut(), when=when)
    run = exchange.send(installation, AGREEMENT, PERSON)
    found = _row(installation)
    assert agent.files == {f"in/{found['name']}": committed(installation, found["id"])}
    assert found["state"] == "done"
    assert (row(installation, run)["outcome"], row(installation, run)["attempts"]) == ("done", 2)
    gone = "the temporary name was gone: the rename had come through before"
    note = gone if (operation, when) == ("rename", "after") else "the server showed its size"
    assert effects(installation, run) == [f"{found['name']} delivered, {found['size']} bytes: {note}"]


def test_a_partner_who_takes_the_file_at_once_never_gets_it_twice(tmp_path, monkeypatch):
    """The reply to the rename is lost, and the file is gone already when we look again: it counts as delivered."""
    taken = []

    class Quick(MemoryAgent):
        def rename(self, source: str, target: str) -> None:
            super().rename(source, target)
            taken.append(self.files.pop(target))
            raise cut()

    installation = at_agency(tmp_path)
    agent = Quick()
    through(monkeypatch, agent)
    exchange.send(installation, AGREEMENT, PERSON)
    assert taken == [committed(installation, _row(installation)["id"])]
    assert [name for name, _ in agent.calls].count("put") == 1
    assert _row(installation)["state"] == "done"
    assert exchange.send(installation, AGREEMENT, PERSON) is None


def test_every_attempt_sends_the_bytes_that_were_committed(tmp_path, monkeypatch):
    """Days later and after cases were added, the same file has the same bytes under the same name."""
    puts = []

    class Noting(MemoryAgent):
        def put(self, path, chunks, size) -> None:
            content = b"".join(chunks)
            puts.append((path, content))
            super().put(path, [content], size)

    installation = at_agency(tmp_path)
    content = committed(installation, _row(installation)["id"])
    agent = Noting()
    through(monkeypatch, agent)
    agent.fail_next("put", cut(), when="half", times=5)
    with pytest.raises(TransportError, match=r"^the line was cut$"):
        exchange.send(installation, AGREEMENT, PERSON)
    set_time(installation, START.replace(day=5))
    ready(installation, "1004")
    selection.transfer(installation, AGREEMENT, ["1004"], PERSON)
    exchange.send(installation, AGREEMENT, PERSON)
    name = "in/.LS12345620260302090000.part"
    assert puts[:6] == [(name, content)] * 6
    assert sorted(agent.files) == ["in/LS12345620260302090000", "in/LS12345620260305090000"]
    assert agent.files["in/LS12345620260302090000"] == content


def test_both_names_on_the_server_are_one_delivery(tmp_path, monkeypatch):
    """A server that links before it unlinks can be left with both names of our own file: then the temporary one goes."""

    class Linking(MemoryAgent):
        def rename(self, source: str, target: str) -> None:
            self.files.setdefault(target, self.files[source])
            if target in self.files and not self.closed:
                raise cut()
            super().rename(source, target)

    installation = at_agency(tmp_path)
    agent = Linking()
    through(monkeypatch, agent)
    exchange.send(installation, AGREEMENT, PERSON)
    found = _row(installation)
    assert agent.files == {f"in/{found['name']}": committed(installation, found["id"])}
    assert found["state"] == "done"


# --- what trying again cannot mend -------------------------------------------------------------------------------------


def test_a_foreign_file_of_the_same_name_is_never_overwritten(tmp_path, monkeypatch):
    """It surfaces at once, is one row of the log however often it is tried, and goes on when the name is free."""
    installation = at_agency(tmp_path)
    found = _row(installation)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    final = f"in/{found['name']}"
    agent.files[final] = b"of somebody else"
    sentence = (
        f"{final} is on the server already, with other content: ask the agency, "
        f"then `mark {found['run']} delivered` or have it removed"
    )
    for _ in range(3):
        with pytest.raises(TransportError) as caught:
            exchange.send(installation, AGREEMENT, PERSON)
        assert (caught.value.code, str(caught.value)) == ("transport.exists", sentence)
    (failed,) = log(installation, kind="send")
    assert (failed["outcome"], failed["attempts"], failed["summary"]) == ("failed", 3, sentence)
    assert problems(installation, failed["run"]) == [sentence]
    assert agent.files[final] == b"of somebody else"
    del agent.files[final]
    exchange.send(installation, AGREEMENT, PERSON)
    assert agent.files == {final: committed(installation, found["id"])}


def test_a_permanent_error_is_told_at_once_and_logged_once(tmp_path, monkeypatch):
    """One attempt each, one row that counts them; another error is another row; success is a row of its own."""
    installation = at_agency(tmp_path)
    tried = []
    answers = ["denied", "denied", "denied", "no such user"]

    def refused(_installation, _agreement):
        tried.append(1)
        raise TransportError("transport.auth", answers[len(tried) - 1], transient=False)

    with monkeypatch.context() as patched:
        patient(patched)
        patched.setattr(exchange, "connect", refused)
        for answer in answers:
            with pytest.raises(TransportError, match=f"^{answer}$"):
                exchange.send(installation, AGREEMENT, PERSON)
    assert len(tried) == 4
    exchange.send(installation, AGREEMENT, PERSON)
    found = log(installation, kind="send")
    assert [(one["outcome"], one["summary"], one["attempts"]) for one in found] == [
        ("failed", "denied", 3),
        ("failed", "no such user", 1),
        ("done", effects(installation, found[2]["run"])[0], 1),
    ]


def test_a_transient_error_is_given_up_after_the_attempts_of_the_settings(tmp_path, monkeypatch):
    """Five attempts by default, then the run has failed, and the file waits for the next exchange."""
    installation = at_agency(tmp_path)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    agent.fail_next("put", cut(), times=5)
    with pytest.raises(TransportError, match=r"^the line was cut$"):
        exchange.send(installation, AGREEMENT, PERSON)
    (failed,) = log(installation, kind="send")
    assert (failed["outcome"], failed["attempts"]) == ("failed", 5)
    assert [one["state"] for one in waiting(installation)] == ["built"]


def test_what_went_before_the_failure_stands_in_the_log(tmp_path, monkeypatch):
    """Two files wait, the second is refused: the failed run tells of the first one that got there."""
    installation = at_agency(tmp_path)
    ready(installation, "1004")
    selection.transfer(installation, AGREEMENT, ["1004"], PERSON)
    first, second = waiting(installation)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    agent.files[f"in/{second['name']}"] = b"of somebody else"
    with pytest.raises(TransportError):
        exchange.send(installation, AGREEMENT, PERSON)
    (failed,) = log(installation, kind="send")
    assert (failed["outcome"], failed["applied"]) == ("failed", 1)
    assert effects(installation, failed["run"]) == [
        f"{first['name']} delivered, {first['size']} bytes: the server showed its size"
    ]


def test_an_upload_that_broke_off_does_not_hold_the_database(tmp_path, monkeypatch):
    """The failure is written down at once, although the file was being read out of the same database."""
    from inkassod.store import database

    class Stuck(MemoryAgent):
        def put(self, path, chunks, size) -> None:
            next(iter(chunks))
            raise cut()

    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    installation = at_agency(tmp_path)
    through(monkeypatch, Stuck())
    with pytest.raises(TransportError, match=r"^the line was cut$"):
        exchange.send(installation, AGREEMENT, PERSON)
    assert [one["outcome"] for one in log(installation, kind="send")] == ["failed"]


def test_trouble_that_is_not_the_lines_is_a_failed_run_too(tmp_path, monkeypatch):
    """A disk that is full while a file is put away is told in the log, and the exchange goes on from there later."""
    installation = at_agency(tmp_path)
    content = committed(installation, _row(installation)["id"])
    with monkeypatch.context() as patched:
        dies_at(patched, spool, "store_bytes", "before", error=OSError(28, "No space left on device"))
        with pytest.raises(OSError, match="No space left on device"):
            exchange.send(installation, AGREEMENT, PERSON)
    (failed,) = log(installation, kind="send")
    assert (failed["outcome"], failed["summary"]) == ("failed", "[Errno 28] No space left on device")
    exchange.send(installation, AGREEMENT, PERSON)
    _delivered(installation, content)
    assert log(installation, outcome=journal.RUNNING) == []


def test_nothing_to_send_is_no_run(tmp_path):
    """An empty outbox neither connects nor logs anything."""
    installation = at_agency(tmp_path)
    exchange.send(installation, AGREEMENT, PERSON)
    assert exchange.send(installation, AGREEMENT, PERSON) is None
    assert len(log(installation, kind="send")) == 1
    assert len(table(installation, "cases")) == len(INVOICES)
