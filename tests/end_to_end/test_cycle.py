"""The real daemon process over real SFTP, day by day with a clock that the test sets; the ledger is checked after each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inkasso_formats.dialects import load, parse
from inkassod import app
from inkassod.clock import FileClock
from inkassod.installation import Actor, Installation
from inkassod.simulator.command import CREDITOR_ACCOUNT, Options, Simulation, opened
from inkassod.simulator.sample import QUALIFYING, Sample, write_direct_payments, write_feed
from support.daemon import (
    AGREEMENT,
    CLIENT,
    Place,
    assert_archive_is_whole,
    assert_nothing_is_left_over,
    assert_sums_hold,
    ended,
    ledger,
    ore,
    prepare,
    running,
    secret_file,
    sftp_transport,
    statuses,
    told_to_erp,
    until,
)

OSLO = ZoneInfo("Europe/Oslo")
PASSWORD = "invented for this test"
CLERK = Actor("manual", "clerk")


@dataclass(slots=True)
class World:
    """Daemon, agency and ledger, and what the agency said."""

    place: Place
    clock: FileClock
    agency: Simulation
    ledger: Installation
    said: list[str]

    def turn_to(self, hour: int, *, days: int = 0) -> None:
        """Everybody's clock to one second past that hour, so many days later."""
        at = self.clock.now().astimezone(OSLO) + timedelta(days=days)
        self.place.set_time(at.replace(hour=hour, minute=0, second=1))

    def next_morning(self) -> None:
        """The agency works in the evening; at six the next morning the daemon fetches and reads what it put out."""
        self.agency.partner.step()
        before = len(ended(self.ledger, "fetch"))
        self.turn_to(6, days=1)
        until("the morning's fetch", lambda: len(ended(self.ledger, "fetch")) > before)
        until("all files to be read", self.nothing_waits)
        assert_sums_hold(self.ledger)

    def nothing_waits(self) -> bool:
        """True where every file that came has been read."""
        folders = [
            self.place.spool / area / part for area in ("agency", "bank") for part in ("inbox", "work")
        ]
        return not any(path for folder in folders for path in folder.iterdir() if path.name != "README.md")

    def cases(self, status: str = "") -> list[dict]:
        """The cases, of one status or of all."""
        return app.cases_list(self.ledger, status=status, limit=10_000)

    def sent(self, kind: str) -> dict:
        """The run of the latest file of a kind that left, once the agency has it."""
        (run, *_others) = reversed(until(f"a file of {kind}", lambda: ended(self.ledger, kind)))
        until("nothing to wait in the outbox", lambda: not any(app.waiting_to_leave(self.ledger).values()))
        return app.log_show(self.ledger, run["run"])


@contextmanager
def world(root: Path, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    said: list[str] = []
    place = Place(root, root / "inkassod.toml", root / "clock")
    place.set_time(at)
    monkeypatch.setenv("INKASSOD_CLOCK", str(place.clock))
    clock = FileClock(root / "clock")
    place.bank.mkdir(parents=True)
    options = Options(
        folder=root / "agency", client_number=CLIENT, password=PASSWORD, seed=3, bank_folder=place.bank
    )
    with opened(options, say=said.append, clock=lambda: clock.now().astimezone(OSLO)) as agency:
        transport = sftp_transport(agency, secret_file(root / "password", PASSWORD.encode()))
        prepare(root, transport, transfer="18:00", fetch='["06:00"]', clock=place.clock)
        with ledger(place) as installation, running(place):
            yield World(place, clock, agency, installation, said)


def test_the_whole_cycle_day_by_day(tmp_path, noon, creditor, monkeypatch):
    """Feed, evening transfer, morning fetches, direct payments, corrections, closures and settlement: each leaves the ledger right."""
    with world(tmp_path, noon, monkeypatch) as here:
        feed_is_read(here, creditor, noon)
        invoices = invoices_leave_at_six_in_the_evening(here, creditor)
        receipts_make_cases_active_or_rejected(here, invoices)
        updates_move_the_stage(here)
        direct = debtors_pay_directly(here, creditor, noon)
        corrections_tell_the_agency(here, direct)
        closures_move_no_money(here, direct)
        the_agency_pays(here)
        nothing_was_sent_twice(here, invoices)
        assert_archive_is_whole(here.place, here.ledger)
        assert_nothing_is_left_over(here.place)
        assert told_to_erp(here.place) == {str(case["case"]): case["status"] for case in here.cases()}
        outcomes = {run["outcome"] for run in app.log_export(here.ledger, filters={}, since=None, until=None)}
        assert outcomes == {"done"}


def feed_is_read(here: World, creditor: Sample, noon: datetime) -> None:
    paths = write_feed(creditor, here.place.erp, noon.date())
    until("the feed to be read", lambda: len(ended(here.ledger, "feed")) == len(paths))
    counts = {
        run["file"]["name"].split("-")[0]: run["counts"]["applied"] for run in ended(here.ledger, "feed")
    }
    assert counts == {
        "customers": len(creditor.customers),
        "invoices": len(creditor.invoices),
        "reminders": len(creditor.reminders),
        "entries": len(creditor.entries),
    }
    assert_sums_hold(here.ledger)


def invoices_leave_at_six_in_the_evening(here: World, creditor: Sample) -> list[str]:
    wanted = {number for number, sort in creditor.sorts.items() if sort in QUALIFYING}
    done = app.transfer(here.ledger, AGREEMENT, [], CLERK, every=True)
    assert set(done["put"]) == wanted
    assert (done["refused"], done["new_cases"]) == ([], None)
    assert set(statuses(here.ledger).values()) == {"to_transfer"}
    assert ended(here.ledger, "new_cases") == []
    here.turn_to(18)
    run = here.sent("new_cases")
    assert (run["trigger"], run["counts"]["applied"]) == ("schedule", len(wanted))
    assert [path.name for path in here.agency.folders.inbox.iterdir() if path.is_file()] == [
        run["file"]["name"]
    ]
    assert set(statuses(here.ledger).values()) == {"sent"}
    assert sum(ore(case["principal"]) for case in here.cases()) == ore(run["totals"]["amount"])
    return done["put"]


def receipts_make_cases_active_or_rejected(here: World, invoices: list[str]) -> None:
    here.next_morning()
    found = statuses(here.ledger)
    assert set(found) == set(invoices)
    assert set(found.values()) == {"active", "rejected"}
    assert all(case["agency_case"] for case in here.cases("active"))
    assert all(case["rejection"]["code"] for case in here.cases("rejected"))


def updates_move_the_stage(here: World) -> None:
    here.next_morning()
    assert all(case["stage"]["text"] == "Inkassovarsel er sendt" for case in here.cases("active"))
    assert {case["stage"]["on"] for case in here.cases("active")} == {
        (here.clock.now() - timedelta(days=1)).date()
    }


def debtors_pay_directly(here: World, creditor: Sample, noon: datetime) -> list[str]:
    whole = [
        case["invoice"] for case in here.cases("active") if creditor.sorts[case["invoice"]] == "qualifies"
    ]
    direct = whole[:2]
    write_direct_payments(creditor, direct, here.place.bank, noon.date(), account=CREDITOR_ACCOUNT)
    (run,) = until("the payments to be read", lambda: ended(here.ledger, "payments"))
    owed = {row.invoice_no: row.amount for row in creditor.invoices}
    assert (run["outcome"], run["counts"]["applied"]) == ("done", 2)
    assert ore(run["totals"]["amount"]) == sum(owed[number] for number in direct)
    for number in direct:
        (case,) = app.case_show(here.ledger, case_of(here, number))
        assert (case["balance"], case["status"], case["settled"]) == ("0.00", "active", False)
        assert [entry["origin"] for entry in case["entries"]][-1] == "debtor"
    assert_sums_hold(here.ledger)
    return direct


def case_of(here: World, invoice_no: str) -> str:
    return next(str(case["case"]) for case in here.cases() if case["invoice"] == invoice_no)


def corrections_tell_the_agency(here: World, direct: list[str]) -> None:
    lines = app.corrections_preview(here.ledger, AGREEMENT)["lines"]
    assert {(line["invoice"], line["included"]) for line in lines} == {(number, True) for number in direct}
    app.corrections_generate(here.ledger, AGREEMENT, CLERK)
    run = here.sent("corrections")
    assert run["counts"]["applied"] == 2
    assert [delivery["state"] for delivery in run["delivery"] if delivery["to"] == AGREEMENT] == ["done"]
    assert app.corrections_preview(here.ledger, AGREEMENT)["lines"] == []
    assert app.corrections_generate(here.ledger, AGREEMENT, CLERK) is None


def closures_move_no_money(here: World, direct: list[str]) -> None:
    before = {case["case"]: case["balance"] for case in here.cases()}
    here.next_morning()
    closed = here.cases("closed")
    reasons = {case["invoice"]: case["closure"]["reason"] for case in closed}
    assert {reasons[number] for number in direct} == {"paid_to_creditor"}
    assert "paid_in_full" in reasons.values()
    assert {case["case"]: case["balance"] for case in here.cases()} == before


def the_agency_pays(here: World) -> None:
    for _ in range(4):
        here.next_morning()
    closed = here.cases("closed")
    paid = [case for case in closed if case["closure"]["reason"] == "paid_in_full"]
    assert paid
    assert {case["balance"] for case in paid} == {"0.00"}
    assert all(case["settled"] for case in paid)
    partly = [case for case in closed if case["closure"]["reason"] == "paid_partly"]
    assert all(case["balance"] == case["closure"]["remaining"] for case in partly)
    collected = sum(ore(case["closure"]["principal"]) for case in closed)
    received = [
        entry for case in closed for entry in whole(here, case)["entries"] if entry["origin"] == "agency"
    ]
    assert sum(ore(entry["amount"]) for entry in received) == collected > 0
    lines = app.corrections_preview(here.ledger, AGREEMENT)["lines"]
    assert len(lines) == len(received)
    assert {line["reason"]["code"] for line in lines} == {"agency"}
    made = app.corrections_generate(here.ledger, AGREEMENT, CLERK)
    assert [delivery["name"] for delivery in made["delivery"] if delivery["to"] == AGREEMENT] == []


def whole(here: World, case: dict) -> dict:
    return app.case_show(here.ledger, str(case["case"]))[0]


def nothing_was_sent_twice(here: World, invoices: list[str]) -> None:
    """By the agency's own word, and by the files that it read."""
    assert not [
        line for line in here.said if "second time" in line or "rejected" in line or "too late" in line
    ]
    done = sorted(path for path in here.agency.folders.done.iterdir())
    names = [path.name for path in done]
    assert [name[:2] for name in names] == ["LS", "RD"]
    claims = parse(load("intrum-no"), "new_cases", done[0].read_bytes()).records
    assert sorted(claim.invoice_no for claim in claims) == sorted(invoices)
    assert list(here.agency.folders.rejected.iterdir()) == []
