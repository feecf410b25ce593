"""What the ERP is told: each run's news in one file, once, whole, whatever dies in between."""

from __future__ import annotations

import json

import pytest

from inkassod import exchange, sending
from inkassod.status_feed import ERP
from inkassod.transport.folder import FolderAgent
from support.exchange import (
    Killed,
    answer_file,
    at_agency,
    committed,
    dies_at,
    drop,
    read,
    receipt,
    spooled,
    table,
    waiting,
)
from support.installation import CREDITOR, again


def _waiting(installation) -> dict[str, bytes]:
    """What is to be told to the ERP: path below the spool, and committed bytes."""
    return {
        f"erp/outbox/{one['name']}": committed(installation, one["id"])
        for one in waiting(installation, ERP + CREDITOR)
    }


@pytest.mark.parametrize(
    ("owner", "name", "when", "nth"),
    [
        (FolderAgent, "put", "before", 1),
        (FolderAgent, "put", "after", 1),
        (FolderAgent, "rename", "before", 1),
        (FolderAgent, "rename", "after", 1),
        (sending, "_to", "after", 3),
        (sending, "finish", "after", 1),
        (FolderAgent, "rename", "after", 2),
    ],
)
@pytest.mark.parametrize("taken", [False, True], ids=["left", "taken"])
def test_a_death_while_telling_the_erp_tells_it_once(tmp_path, monkeypatch, owner, name, when, nth, taken):
    """Each file appears in erp/outbox exactly once, also where the ERP took it before the death was made good."""
    installation = at_agency(tmp_path)
    drop(installation.spool.agency, *answer_file(installation, "receipts"))
    read(installation, installation.spool.agency)
    expected = _waiting(installation)
    assert len(expected) == 3  # put to transfer, sent, accepted
    with monkeypatch.context() as patched:
        dies_at(patched, owner, name, when, nth)
        with pytest.raises(Killed):
            exchange.deliver_to_erp(installation)
    seen: dict[str, bytes] = {}
    restarted = again(tmp_path)
    if taken:
        for path in list(restarted.spool.root.glob("erp/outbox/*.jsonl")):
            seen[path.relative_to(restarted.spool.root).as_posix()] = path.read_bytes()
            path.unlink()
    exchange.deliver_to_erp(restarted)
    appeared = spooled(restarted)
    assert not set(seen) & set(appeared)
    assert seen | appeared == expected
    assert {one["state"] for one in table(restarted, "outbox") if one["channel"] == ERP + CREDITOR} == {
        "done"
    }
    exchange.deliver_to_erp(restarted)
    assert spooled(restarted) == appeared


def test_the_files_tell_the_erp_what_each_run_changed(tmp_path):
    """One line a case, in the order of the runs, with the amounts and numbers of the ledger."""
    installation = at_agency(tmp_path)
    drop(
        installation.spool.agency, *answer_file(installation, "receipts", [receipt(2, agency_case_no="88-2")])
    )
    read(installation, installation.spool.agency)
    exchange.deliver_to_erp(installation)
    told = [
        [json.loads(line) for line in content.splitlines()]
        for _, content in sorted(spooled(installation).items())
    ]
    assert [[(one["invoice_no"], one["status"]) for one in file] for file in told] == [
        [("1001", "to_transfer"), ("1002", "to_transfer"), ("1003", "to_transfer")],
        [("1001", "sent"), ("1002", "sent"), ("1003", "sent")],
        [("1002", "active")],
    ]
    assert told[2][0]["agency_case_no"] == "88-2"


def test_a_run_that_changed_nothing_tells_nothing(tmp_path):
    """A duplicate and a failed file leave no file for the ERP."""
    installation = at_agency(tmp_path)
    agency = installation.spool.agency
    name, content = answer_file(installation, "receipts")
    drop(agency, name, content)
    read(installation, agency)
    exchange.deliver_to_erp(installation)
    before = spooled(installation)
    drop(agency, name, content)
    drop(agency, "junk", b"junk")
    read(installation, agency)
    exchange.deliver_to_erp(installation)
    after = {path: one for path, one in spooled(installation).items() if path.startswith("erp/")}
    assert after == before
