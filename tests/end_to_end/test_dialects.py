"""Each dialect's cycle with the real daemon over real SFTP: those that come with inkassod, and two that stand in a TOML file only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inkasso_formats.dialects import Dialect, parse, shipped
from inkassod import app
from inkassod.clock import FileClock
from inkassod.dialect_files import open_dialect
from inkassod.installation import Actor, Installation
from inkassod.simulator.bank import Bank
from inkassod.simulator.command import (
    AGENCY_BANKGIRO,
    CREDITOR_ACCOUNT,
    CREDITOR_BANKGIRO,
    Options,
    Simulation,
    opened,
)
from inkassod.simulator.fates import vocabulary
from inkassod.simulator.post import SENDER
from inkassod.simulator.sample import QUALIFYING, Sample, sample, write_direct_payments, write_feed
from inkassod.simulator.sample_names import COUNTRIES
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

MADE_UP = Path(__file__).resolve().parents[1] / "data" / "made-up"
OSLO = ZoneInfo("Europe/Oslo")
PASSWORD = "invented for this test"
CLERK = Actor("manual", "clerk")
ANSWERS = {"receipts", "updates", "closures"}
SWEDISH_IBAN = "SE4099900000000099000028"  # invented


@dataclass(frozen=True, slots=True)
class Land:
    """What the country of the creditor says: its settings, how its bank tells of money, and where that is paid."""

    code: str
    bank: Bank
    account: str
    settings: dict[str, str]


NORWAY = Land("NO", "ocr", CREDITOR_ACCOUNT, {})
SWEDEN = Land(
    "SE",
    "bgmax",
    CREDITOR_BANKGIRO,
    {
        "account": SWEDISH_IBAN,
        "creditor": f'id_number = "4920000009"\ncountry = "SE"\ncurrency = "SEK"\nbankgiros = ["{CREDITOR_BANKGIRO}"]\n',
        "agreement": f'agency_bankgiros = ["{AGENCY_BANKGIRO}"]\n',
    },
)
LANDS = {land.code: land for land in (NORWAY, SWEDEN)}


@dataclass(slots=True)
class World:
    """Daemon, agency and ledger of one dialect, and what the agency said."""

    place: Place
    clock: FileClock
    agency: Simulation
    ledger: Installation
    dialect: Dialect
    land: Land
    creditor: Sample
    said: list[str]

    def next_morning(self) -> None:
        """The agency works in the evening; at six the next morning the daemon fetches and reads what it put out."""
        self.agency.partner.step()
        before = len(ended(self.ledger, "fetch"))
        at = self.clock.now().astimezone(OSLO) + timedelta(days=1)
        self.place.set_time(at.replace(hour=6, minute=0, second=1))
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
        """The run of the only file of a kind, once the agency has it."""
        (run,) = until(f"a file of {kind}", lambda: ended(self.ledger, kind))
        until("nothing to wait in the outbox", lambda: not any(app.waiting_to_leave(self.ledger).values()))
        return app.log_show(self.ledger, run["run"])


def land_of(dialect: Dialect) -> Land:
    """The country of the first currency that its new cases can be in; Norway where they can be in any."""
    currencies = dialect.files["new_cases"].only.get("currency", ("NOK",))
    codes = {land.currency: land.code for land in COUNTRIES.values()}
    return LANDS[next(codes[currency] for currency in currencies if currency in codes)]


@contextmanager
def world(root: Path, noon: datetime, name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The daemon and the agency on a dialect: a shipped one's name, or a file beside the settings."""
    said: list[str] = []
    dialect = open_dialect(name, root)
    land = land_of(dialect)
    place = Place(root, root / "inkassod.toml", root / "clock")
    place.set_time(noon)
    monkeypatch.setenv("INKASSOD_CLOCK", str(place.clock))
    clock = FileClock(root / "clock")
    place.bank.mkdir(parents=True)
    options = Options(
        folder=root / "agency",
        client_number=CLIENT,
        password=PASSWORD,
        seed=3,
        dialect=str(root / name) if name.endswith(".toml") else name,
        bank=land.bank,
        bank_folder=place.bank,
    )
    creditor = sample(5, noon.date(), customers=24, country=land.code)
    with opened(options, say=said.append, clock=lambda: clock.now().astimezone(OSLO)) as agency:
        transport = sftp_transport(agency, secret_file(root / "password", PASSWORD.encode()))
        settings = {
            **land.settings,
            "agreement": f'sender = "{SENDER}"\n' + land.settings.get("agreement", ""),
        }
        prepare(root, transport, fetch='["06:00"]', clock=place.clock, dialect=name, **settings)
        with ledger(place) as installation, running(place):
            yield World(place, clock, agency, installation, dialect, land, creditor, said)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_dialect_goes_the_whole_way(tmp_path, noon, name, monkeypatch):
    """Feed, new cases and, where the dialect has them, answers, direct payment, correction, closures and money: nothing twice."""
    with world(tmp_path, noon, name, monkeypatch) as here:
        whole_cycle(here, noon)


@pytest.mark.parametrize("name", sorted(path.name for path in MADE_UP.glob("*.toml")))
def test_a_dialect_of_ones_own_goes_the_whole_way(tmp_path, noon, name, monkeypatch):
    """A TOML file (and its XSD) beside the settings is enough: no line of code knows the dialect."""
    for path in MADE_UP.iterdir():
        shutil.copy(path, tmp_path)
    with world(tmp_path, noon, name, monkeypatch) as here:
        whole_cycle(here, noon)


def whole_cycle(here: World, noon: datetime) -> None:
    invoices = invoices_leave(here, noon)
    uploads = ["new_cases"]
    if here.dialect.files.keys() >= ANSWERS:
        receipts_come(here, invoices)
        direct = a_debtor_pays_directly(here)
        corrections_leave(here, direct)
        uploads.append("corrections")
        closures_and_money_come(here, direct)
    else:
        here.agency.partner.step()
        assert any("has no receipt" in line for line in here.said)
        assert set(statuses(here.ledger).values()) == {"sent"}
    nothing_was_sent_twice(here, invoices, uploads)
    assert_archive_is_whole(here.place, here.ledger)
    assert_nothing_is_left_over(here.place)
    assert told_to_erp(here.place) == {str(case["case"]): case["status"] for case in here.cases()}
    assert_only_texts_were_changed(here)


def assert_only_texts_were_changed(here: World) -> None:
    """No run has anything to look at, but for texts that a dialect has too little room for."""
    runs = app.log_export(here.ledger, filters={}, since=None, until=None)
    assert {run["outcome"] for run in runs} <= {"done", "issues"}
    problems = [problem for run in runs for problem in app.log_show(here.ledger, run["run"])["problems"]]
    assert [problem for problem in problems if not problem["code"].startswith("text.")] == []


def invoices_leave(here: World, noon: datetime) -> list[str]:
    paths = write_feed(here.creditor, here.place.erp, noon.date())
    until("the feed to be read", lambda: len(ended(here.ledger, "feed")) == len(paths))
    wanted = {number for number, sort in here.creditor.sorts.items() if sort in QUALIFYING}
    done = app.transfer(here.ledger, AGREEMENT, [], CLERK, every=True)
    assert set(done["put"]) == wanted
    run = here.sent("new_cases")
    assert (run["counts"]["applied"], run["counts"]["refused"]) == (len(wanted), 0)
    assert set(statuses(here.ledger).values()) == {"sent"}
    if here.dialect.files["new_cases"].sums:
        assert sum(ore(case["principal"]) for case in here.cases()) == ore(run["totals"]["amount"])
    return done["put"]


def receipts_come(here: World, invoices: list[str]) -> None:
    here.next_morning()
    found = statuses(here.ledger)
    assert set(found) == set(invoices)
    assert set(found.values()) == {"active", "rejected"}
    assert all(case["agency_case"] for case in here.cases("active"))
    assert all(case["rejection"]["code"] for case in here.cases("rejected"))


def a_debtor_pays_directly(here: World) -> str:
    here.next_morning()  # the first news
    code, _text = vocabulary(here.dialect).stages["debt_collection_notice"]
    assert {case["stage"]["code"] for case in here.cases("active")} == {code}
    direct = next(
        case["invoice"]
        for case in here.cases("active")
        if here.creditor.sorts[case["invoice"]] == "qualifies"
    )
    write_direct_payments(
        here.creditor,
        [direct],
        here.place.bank,
        here.clock.now().date(),
        account=here.land.account,
        number=90_001,
        bank=here.land.bank,
    )
    (run,) = until("the payment to be read", lambda: ended(here.ledger, "payments"))
    assert (run["outcome"], run["counts"]["applied"]) == ("done", 1)
    case = case_of(here, direct)
    assert (case["balance"], case["status"]) == ("0.00", "active")
    assert_sums_hold(here.ledger)
    return direct


def corrections_leave(here: World, direct: str) -> None:
    app.corrections_generate(here.ledger, AGREEMENT, CLERK)
    run = here.sent("corrections")
    assert (run["outcome"], run["counts"]["applied"]) == ("done", 1)
    assert app.corrections_preview(here.ledger, AGREEMENT)["lines"] == []
    assert case_of(here, direct)["status"] == "active"


def closures_and_money_come(here: World, direct: str) -> None:
    """Closures one morning, money the next: what came is what the agency says that it paid."""
    here.next_morning()
    closed = {case["invoice"]: case["closure"]["reason"] for case in here.cases("closed")}
    assert closed[direct] == "paid_to_creditor"
    assert "paid_in_full" in closed.values()
    here.next_morning()
    paid = [case for case in here.cases("closed") if case["closure"]["reason"] == "paid_in_full"]
    assert {(case["balance"], case["settled"]) for case in paid} == {("0.00", True)}
    whole = [app.case_show(here.ledger, str(case["case"]))[0] for case in here.cases()]
    received = [
        ore(entry["amount"]) for case in whole for entry in case["entries"] if entry["origin"] == "agency"
    ]
    told = sum(case.paid_on for case in here.agency.partner.agency.cases.values())
    assert sum(received) == told > 0


def case_of(here: World, invoice_no: str) -> dict:
    number = next(str(case["case"]) for case in here.cases() if case["invoice"] == invoice_no)
    return app.case_show(here.ledger, number)[0]


def nothing_was_sent_twice(here: World, invoices: list[str], uploads: list[str]) -> None:
    """By the agency's own word, and by the files that it read."""
    wrong = ("second time", "rejected", "too late")
    assert [line for line in here.said if any(words in line for words in wrong)] == []
    done = {path.name: path.read_bytes() for path in here.agency.folders.done.iterdir()}
    runs = {here.sent(kind)["file"]["name"]: kind for kind in uploads}
    assert done.keys() == runs.keys()
    name = next(name for name, kind in runs.items() if kind == "new_cases")
    parsed = parse(here.dialect, "new_cases", done[name], name)
    claims = parsed.records
    fields = [field.name for part in here.dialect.files["new_cases"].parts for field in part.record.fields]
    assert parsed.head.sender == (SENDER if "sender" in fields else "")
    assert sorted(claim.invoice_no for claim in claims) == sorted(invoices)
    assert sum(claim.principal for claim in claims) == sum(ore(case["principal"]) for case in here.cases())
    assert list(here.agency.folders.rejected.iterdir()) == []
