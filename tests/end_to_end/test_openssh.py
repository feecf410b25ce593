"""The short cycle against a real OpenSSH server with its sftp subsystem, by key; the agency works on the server's folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inkasso_formats.dialects import load
from inkassod import app
from inkassod.installation import Actor, Installation
from inkassod.simulator.agency import Agency
from inkassod.simulator.command import AGENCY_ACCOUNT, CREDITOR_ACCOUNT
from inkassod.simulator.fates import vocabulary
from inkassod.simulator.partner import Accounts, Folders, Partner
from inkassod.simulator.post import Numbers, Post
from inkassod.simulator.sample import Sample, sample, write_direct_payments, write_feed
from support import sshd
from support.daemon import (
    AGREEMENT,
    CLIENT,
    assert_archive_is_whole,
    assert_nothing_is_left_over,
    assert_sums_hold,
    ended,
    ledger,
    prepare,
    running,
    secret_file,
    statuses,
    told_to_erp,
    until,
)

OSLO = ZoneInfo("Europe/Oslo")
CLERK = Actor("manual", "clerk")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[sshd.Server]:
    """An OpenSSH server with an exchange area; passed over where there is none, which under CI=true is a failure."""
    if sshd.find() is None:
        reason = "no OpenSSH server: run tests/servers.py, as `make test` does"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sshd.running(tmp_path / "sshd") as running_server:
        yield running_server


def agency_on(folder: Path, bank: Path, said: list[str]) -> tuple[Partner, Folders]:
    """The agency's office, working on the files of a folder that somebody else serves."""
    dialect = load("intrum-no")
    folders = Folders(folder, bank)
    folders.make()
    post = Post(folders.outbox, dialect, CLIENT, Numbers(folder / "numbers.json"), lambda: datetime.now(OSLO))
    office = Agency(words=vocabulary(dialect), seed=3)
    return Partner(
        folders, post, office, Accounts(AGENCY_ACCOUNT, CREDITOR_ACCOUNT), say=said.append
    ), folders


def transport(server: sshd.Server, key: Path) -> str:
    return (
        f'kind = "sftp"\nhost = "{server.host}"\nport = {server.port}\nusername = "{server.username}"\n'
        f'private_key_credential = "{key}"\nhost_keys = ["{server.fingerprint}"]\nretry_seconds = 1\n'
        'outgoing_folder = "files/in"\nincoming_folder = "files/out"\n'
    )


def test_the_short_cycle_with_openssh(tmp_path, server):
    """New cases and corrections are put by temporary name and rename, answers are claimed, fetched and deleted; the ledger agrees."""
    key = secret_file(tmp_path / "key", server.private_key)
    place = prepare(tmp_path, transport(server, key))
    said: list[str] = []
    today = datetime.now(OSLO).date()
    creditor = sample(5, today, customers=40)
    partner, folders = agency_on(server.folder, place.bank, said)
    with ledger(place) as installation, running(place):
        paths = write_feed(creditor, place.erp, today)
        until("the feed to be read", lambda: len(ended(installation, "feed")) == len(paths))
        put = app.transfer(installation, AGREEMENT, [], CLERK, every=True)["put"]
        nothing_waits(installation)
        assert only_files(folders.inbox) == [ended(installation, "new_cases")[0]["file"]["name"]]
        answers(installation, partner)
        assert set(statuses(installation).values()) == {"active", "rejected"}
        answers(installation, partner)
        direct = pay_directly(installation, place.bank, creditor, today)
        app.corrections_generate(installation, AGREEMENT, CLERK)
        nothing_waits(installation)
        for _ in range(5):
            answers(installation, partner)
        closed = {case["invoice"]: case for case in app.cases_list(installation, status="closed", limit=1000)}
        assert closed[direct]["closure"]["reason"] == "paid_to_creditor"
        assert any(
            case["settled"] and case["closure"]["reason"] == "paid_in_full" for case in closed.values()
        )
        assert only_files(folders.outbox) == []
        assert sorted(path.name[:2] for path in folders.done.iterdir()) == ["LS", "RD"]
        assert [line for line in said if "second time" in line or "rejected" in line] == []
        assert set(statuses(installation)) == set(put)
        assert_sums_hold(installation)
        assert_archive_is_whole(place, installation)
        assert_nothing_is_left_over(place)
        told = {str(case["case"]): case["status"] for case in app.cases_list(installation, limit=1000)}
        assert told_to_erp(place) == told


def answers(installation: Installation, partner: Partner) -> None:
    """One step of the agency; what it wrote is fetched and read, and so is the bank's file where there is one."""
    names = partner.step()
    app.fetch(installation, AGREEMENT, CLERK)

    def read() -> bool:
        runs = app.log_export(installation, filters={}, since=None, until=None)
        return set(names) <= {run["file"]["name"] for run in runs if run["finished"] is not None}

    until(f"{', '.join(names)} to be read", read)


def pay_directly(installation: Installation, bank: Path, creditor: Sample, today: date) -> str:
    active = [case["invoice"] for case in app.cases_list(installation, status="active", limit=1000)]
    direct = next(number for number in active if creditor.sorts[number] == "qualifies")
    write_direct_payments(creditor, [direct], bank, today, account=CREDITOR_ACCOUNT)
    until("the payment to be read", lambda: ended(installation, "payments"))
    return direct


def nothing_waits(installation: Installation) -> None:
    until("the outbox to be empty", lambda: not any(app.waiting_to_leave(installation).values()))


def only_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())
