"""What comes from the agency: once, whole, and never mistaken for another, from every state in which the process can die."""

from __future__ import annotations

import pytest

from inkassod import exchange, fetching, spool
from inkassod.installation import SCHEDULE
from inkassod.store import transfers
from inkassod.transport import TransportError
from inkassod.transport.folder import FolderAgent
from inkassod.transport.memory import MemoryAgent
from support.exchange import (
    PERSON,
    Killed,
    answer_file,
    at_agency,
    committed,
    cut,
    dies_at,
    effects,
    log,
    problems,
    read,
    receipt,
    row,
    served,
    spooled,
    table,
    through,
    update,
)
from support.installation import AGREEMENT, again

DEATHS = [
    (fetching, "_begin", "after", 1),
    (FolderAgent, "rename", "before", 1),
    (FolderAgent, "rename", "after", 1),
    (FolderAgent, "get", "before", 1),
    (FolderAgent, "get", "after", 1),
    (spool, "store", "before", 1),
    (spool, "store", "after", 1),
    (fetching, "_download", "after", 1),
    (spool, "move", "before", 1),
    (spool, "move", "after", 1),
    (fetching, "_place", "after", 1),
    (FolderAgent, "remove", "before", 1),
    (FolderAgent, "remove", "after", 1),
    (fetching, "_acknowledge", "after", 1),
]
RENAME, NONE = "", 'claim = "none"'


def _offered(installation, kind="receipts", records=None, **more) -> tuple[str, bytes]:
    """A file in the agency's out folder, on the installation's own transport."""
    name, content = answer_file(installation, kind, records, **more)
    (installation.settings.folder / "agency" / "out" / name).write_bytes(content)
    return name, content


def _states(installation) -> list[str]:
    return [one["state"] for one in table(installation, "transfers")]


@pytest.mark.parametrize("claim", [RENAME, NONE], ids=["rename", "none"])
@pytest.mark.parametrize(
    ("owner", "name", "when", "nth"), DEATHS, ids=[f"{when} {name.strip('_')}" for _, name, when, _ in DEATHS]
)
def test_a_death_at_any_step_fetches_the_file_once(tmp_path, monkeypatch, claim, owner, name, when, nth):
    """The next exchange goes on: the file lies in the inbox once and whole, is off the server, and is read once."""
    installation = at_agency(tmp_path, transport=claim)
    file_name, content = _offered(installation)
    died = True
    with monkeypatch.context() as patched:
        dies_at(patched, owner, name, when, nth)
        try:
            exchange.fetch(installation, AGREEMENT, PERSON)
        except Killed:
            died = False
    assert died is (name == "rename" and claim == NONE)  # without a claim there is no rename to die at
    restarted = again(tmp_path)
    exchange.fetch(restarted, AGREEMENT, PERSON)
    assert spooled(restarted) == {f"agency/inbox/{file_name}": content}
    assert served(restarted) == {}
    assert _states(restarted) == [transfers.ACKED]
    assert {one["outcome"] for one in log(restarted, kind="fetch")} == {"done"}
    (run,) = read(restarted, restarted.spool.agency)
    assert (row(restarted, run)["outcome"], row(restarted, run)["applied"]) == ("done", 3)


@pytest.mark.parametrize(
    ("operation", "when"),
    [("list", "before"), ("rename", "before"), ("rename", "after"), ("get", "before"), ("get", "after"), ("remove", "before"), ("remove", "after")],
)  # fmt: skip
def test_a_cut_line_is_tried_again_within_the_exchange(tmp_path, monkeypatch, operation, when):
    """Cut at any step: the second attempt ends with the file in the inbox and off the server."""
    installation = at_agency(tmp_path)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    name, content = answer_file(installation, "receipts")
    agent.files[f"out/{name}"] = content
    agent.fail_next(operation, cut(), when=when)
    run = exchange.fetch(installation, AGREEMENT, PERSON)
    assert (row(installation, run)["outcome"], row(installation, run)["attempts"]) == ("done", 2)
    assert spooled(installation) == {f"agency/inbox/{name}": content}
    assert agent.files == {}


def test_several_files_are_fetched_and_read_in_one_go(tmp_path):
    """Each has its line in the run of the fetch, and the inbox has them all."""
    installation = at_agency(tmp_path)
    names = [_offered(installation, kind)[0] for kind in ("receipts", "updates", "closures")]
    run = exchange.fetch(installation, AGREEMENT, PERSON)
    assert row(installation, run)["summary"] == "3 files"
    assert sorted(text.split(" ")[0] for text in effects(installation, run)) == sorted(names)
    assert [row(installation, one)["outcome"] for one in read(installation, installation.spool.agency)] == [
        "done"
    ] * 3


def test_a_fetched_file_is_read_without_waiting_for_it_to_settle(tmp_path):
    """What we fetched ourselves is whole from the start."""
    at_agency(tmp_path)
    path = tmp_path / "inkassod.toml"
    path.write_text(path.read_text("utf-8").replace("settle_seconds = 0", "settle_seconds = 30"), "utf-8")
    patient_one = again(tmp_path)
    name, content = _offered(patient_one)
    exchange.fetch(patient_one, AGREEMENT, PERSON)
    (patient_one.spool.agency.inbox / "by hand").write_bytes(content)
    (run,) = read(patient_one, patient_one.spool.agency)
    assert row(patient_one, run)["file_name"] == name


# --- the same name twice ---------------------------------------------------------------------------------------------


def test_a_second_file_under_the_same_name_is_not_lost_while_the_first_is_fetched(tmp_path, monkeypatch):
    """The first was claimed by a rename, so the newcomer keeps its name and is fetched beside it."""
    installation = at_agency(tmp_path)
    name, first = answer_file(installation, "receipts", [receipt(1)])
    _, second = answer_file(installation, "receipts", [receipt(2)], sequence_no=2)

    class Busy(MemoryAgent):
        def get(self, path, target, max_bytes) -> int:
            if self.files[path] == first:
                self._write(f"out/{name}", second)
            return super().get(path, target, max_bytes)

    agent = Busy()
    through(monkeypatch, agent)
    agent.files[f"out/{name}"] = first
    exchange.fetch(installation, AGREEMENT, PERSON)
    exchange.fetch(installation, AGREEMENT, PERSON)
    assert spooled(installation) == {f"agency/inbox/{name}": first, f"agency/inbox/2-{name}": second}
    assert agent.files == {}
    assert len(read(installation, installation.spool.agency)) == 2
    assert [case["agency_case_no"] for case in table(installation, "cases")] == ["8800001", "8800002", ""]


def test_a_file_replaced_after_its_download_is_left_for_the_next_fetch(tmp_path, monkeypatch):
    """Without a claim, what lies there now is compared with what was fetched, and not deleted when it differs."""
    installation = at_agency(tmp_path, transport=NONE)
    name, first = answer_file(installation, "receipts", [receipt(1)])
    _, second = answer_file(installation, "receipts", [receipt(2)], sequence_no=2)

    class Replaced(MemoryAgent):
        def get(self, path, target, max_bytes) -> int:
            got = super().get(path, target, max_bytes)
            if self.files[path] == first:
                self._write(path, second)
            return got

    agent = Replaced()
    through(monkeypatch, agent)
    agent.files[f"out/{name}"] = first
    exchange.fetch(installation, AGREEMENT, PERSON)
    assert agent.files == {f"out/{name}": second}
    exchange.fetch(installation, AGREEMENT, PERSON)
    assert agent.files == {}
    assert sorted(spooled(installation).values()) == sorted([first, second])


def test_a_claimed_file_that_grows_is_fetched_again_and_nothing_of_it_is_lost(tmp_path, monkeypatch):
    """Its writer was not done when it was claimed: it is not deleted with half of it fetched."""
    installation = at_agency(tmp_path)
    name, whole = answer_file(installation, "receipts")

    class Growing(MemoryAgent):
        def get(self, path, target, max_bytes) -> int:
            got = super().get(path, target, max_bytes)
            self._write(path, whole)
            return got

    agent = Growing()
    through(monkeypatch, agent)
    agent.files[f"out/{name}"] = whole[:500]
    run = exchange.fetch(installation, AGREEMENT, PERSON)
    assert (row(installation, run)["outcome"], row(installation, run)["attempts"]) == ("done", 2)
    assert agent.files == {}
    assert sorted(spooled(installation).values()) == sorted([whole, whole[:500]])
    outcomes = {row(installation, one)["outcome"] for one in read(installation, installation.spool.agency)}
    assert outcomes == {"failed", "done"}


def test_the_same_file_put_out_again_is_fetched_again(tmp_path, monkeypatch):
    """A file that the agency sends once more, even with its old time, is fetched and found to be a duplicate."""
    installation = at_agency(tmp_path, transport=NONE)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    name, content = answer_file(installation, "receipts")
    found = []
    for _ in range(2):
        agent.files[f"out/{name}"], agent.times[f"out/{name}"] = content, 77
        exchange.fetch(installation, AGREEMENT, PERSON)
        found += [row(installation, run)["outcome"] for run in read(installation, installation.spool.agency)]
    assert found == ["done", "duplicate"]


# --- settings of the transport ---------------------------------------------------------------------------------------


def test_without_a_claim_nothing_is_renamed(tmp_path, monkeypatch):
    """Where the server forbids renaming, the file is fetched under its own name and deleted."""
    installation = at_agency(tmp_path, transport=NONE)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    name, content = answer_file(installation, "receipts")
    agent.files[f"out/{name}"] = content
    exchange.fetch(installation, AGREEMENT, PERSON)
    assert agent.files == {}
    assert "rename" not in [operation for operation, _ in agent.calls]
    assert spooled(installation) == {f"agency/inbox/{name}": content}


def test_fetched_files_are_moved_where_the_settings_say_so(tmp_path, monkeypatch):
    """after_fetch = "move": under its own name, or with a number in front where that is taken."""
    installation = at_agency(tmp_path, transport='after_fetch = "move"\ndone_folder = "out/done"')
    agent = MemoryAgent(["in", "out", "out/done"])
    through(monkeypatch, agent)
    name, first = answer_file(installation, "receipts", [receipt(1)])
    _, second = answer_file(installation, "receipts", [receipt(2)], sequence_no=2)
    for content in (first, second):
        agent._write(f"out/{name}", content)
        exchange.fetch(installation, AGREEMENT, PERSON)
    assert agent.files == {f"out/done/{name}": first, f"out/done/2-{name}": second}


@pytest.mark.parametrize("claim", [RENAME, NONE], ids=["rename", "none"])
def test_a_file_that_may_not_be_deleted_is_not_fetched_again(tmp_path, monkeypatch, claim):
    """It stays where it is and is remembered by name, size and time; a new one under its name is fetched."""
    installation = at_agency(tmp_path, transport=claim)

    class Keeping(MemoryAgent):
        def remove(self, path) -> None:
            raise TransportError("transport.denied", f"{path} may not be deleted", transient=False)

    agent = Keeping()
    through(monkeypatch, agent)
    name, first = answer_file(installation, "receipts", [receipt(1)])
    _, second = answer_file(installation, "receipts", [receipt(2)], sequence_no=2)
    agent._write(f"out/{name}", first)
    for _ in range(3):
        exchange.fetch(installation, AGREEMENT, PERSON)
    assert list(spooled(installation).values()) == [first]
    assert list(agent.files.values()) == [first]
    agent._write(f"out/{name}", second)
    exchange.fetch(installation, AGREEMENT, PERSON)
    exchange.fetch(installation, AGREEMENT, PERSON)
    assert sorted(spooled(installation).values()) == sorted([first, second])
    assert set(_states(installation)) == {transfers.LEFT}


# --- what is not ours, or cannot be had -------------------------------------------------------------------------------


def test_names_that_mean_nothing_or_harm_are_left_alone(tmp_path, monkeypatch):
    """Unknown names, hidden ones, our own outgoing files and hostile names stay on the server untouched."""
    installation = at_agency(tmp_path)
    agent = MemoryAgent()
    through(monkeypatch, agent)
    name, content = answer_file(installation, "receipts")
    (ours,) = [one for one in table(installation, "outbox") if one["channel"] == AGREEMENT]
    left = {
        "out/README": b"read me",
        f"out/{name}.filepart": content[:300],
        f"out/.{name}.part": content[:300],
        f"out/{name}\x1b[2J": content,
        f"out/{name}\n": content,
        f"out/x{name}": content,
        f"out/{ours['name']}": committed(installation, ours["id"]),
    }
    agent.files |= {**left, f"out/{name}": content}
    run = exchange.fetch(installation, AGREEMENT, PERSON)
    assert effects(installation, run) == [f"{name} fetched, {len(content)} bytes"]
    assert agent.files == left
    assert spooled(installation) == {f"agency/inbox/{name}": content}


def test_one_file_that_cannot_be_had_does_not_keep_the_others_from_coming(tmp_path, monkeypatch):
    """All others are fetched, the run says which one failed, once, and it comes when it can be had."""
    installation = at_agency(tmp_path)
    bad, content = answer_file(installation, "closures")
    barred = True

    class Barring(MemoryAgent):
        def get(self, path, target, max_bytes) -> int:
            if barred and path.endswith(bad):
                raise TransportError("transport.denied", "may not be read", transient=False)
            return super().get(path, target, max_bytes)

    agent = Barring()
    through(monkeypatch, agent)
    others = dict([answer_file(installation, "receipts"), answer_file(installation, "updates")])
    agent.files |= {f"out/{name}": one for name, one in {**others, bad: content}.items()}
    with pytest.raises(TransportError, match=r"^may not be read$"):
        exchange.fetch(installation, AGREEMENT, PERSON)
    assert spooled(installation) == {f"agency/inbox/{name}": one for name, one in others.items()}
    for _ in range(2):
        with pytest.raises(TransportError, match=r"^may not be read$"):
            exchange.fetch(installation, AGREEMENT, PERSON)
    (failed,) = log(installation, kind="fetch")
    assert (failed["outcome"], failed["applied"], failed["attempts"]) == ("failed", 2, 3)
    assert problems(installation, failed["run"]) == ["may not be read"]
    assert len(table(installation, "transfers")) == 3
    barred = False
    exchange.fetch(installation, AGREEMENT, PERSON)
    assert spooled(installation)[f"agency/inbox/{bad}"] == content
    assert agent.files == {}


def test_a_server_that_forbids_renaming_is_told_once_and_loses_nothing(tmp_path, monkeypatch):
    """With claim = "rename" against such a server: the error surfaces, nothing piles up, and the setting mends it."""

    class Fixed(MemoryAgent):
        def rename(self, source, target) -> None:
            raise TransportError("transport.denied", "renaming is not allowed", transient=False)

    installation = at_agency(tmp_path)
    agent = Fixed()
    through(monkeypatch, agent)
    name, content = answer_file(installation, "receipts")
    agent.files[f"out/{name}"] = content
    for _ in range(3):
        with pytest.raises(TransportError, match=r"^renaming is not allowed$"):
            exchange.fetch(installation, AGREEMENT, PERSON)
    assert [one["attempts"] for one in log(installation, kind="fetch")] == [3]
    assert len(table(installation, "transfers")) == 1
    assert agent.files == {f"out/{name}": content}


def test_a_file_that_another_took_before_us_is_no_error(tmp_path, monkeypatch):
    """Gone between the listing and the claim: nothing is fetched, nothing stays open."""

    class Raced(MemoryAgent):
        def list(self, folder):
            found = super().list(folder)
            self.files.clear()
            return found

    installation = at_agency(tmp_path)
    agent = Raced()
    through(monkeypatch, agent)
    name, content = answer_file(installation, "receipts")
    agent.files[f"out/{name}"] = content
    run = exchange.fetch(installation, AGREEMENT, PERSON)
    assert (row(installation, run)["outcome"], row(installation, run)["summary"]) == ("done", "0 files")
    assert _states(installation) == [transfers.ACKED]


def test_a_quiet_fetch_of_nothing_is_no_run_and_any_other_is(tmp_path):
    """What is looked for every few minutes leaves a row only when something came."""
    installation = at_agency(tmp_path)
    assert exchange.fetch(installation, AGREEMENT, SCHEDULE, quiet=True) is None
    assert log(installation, kind="fetch") == []
    _offered(installation, "updates", [update(1)])
    assert exchange.fetch(installation, AGREEMENT, SCHEDULE, quiet=True) is not None
    assert exchange.fetch(installation, AGREEMENT, SCHEDULE) is not None
    assert [one["applied"] for one in log(installation, kind="fetch")] == [1, 0]


def test_what_lies_there_is_fetched_in_the_order_in_which_it_must_be_read(tmp_path):
    """Receipts, then updates, then closures, whatever their names say: the watcher reads each as it lands."""
    installation = at_agency(tmp_path)
    folder = tmp_path / "agency" / "out"
    for kind in ("closures", "receipts", "updates"):
        name, content = answer_file(installation, kind)
        (folder / name).write_bytes(content)
    exchange.fetch(installation, "intrum", PERSON)
    (run,) = log(installation, kind="fetch")
    fetched = [text[:2] for text in effects(installation, run["run"])]
    assert fetched == ["KV", "SO", "AV"]
