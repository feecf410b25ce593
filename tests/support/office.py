"""The simulated agency on a folder, without a server, for tests: a clock that gives every step a minute, and claims to send it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from inkasso_formats.dialects import (
    AnyRecord,
    Dialect,
    FileKind,
    OutHead,
    Parsed,
    file_name,
    kind_of_name,
    load,
    parse,
    render,
)
from inkasso_formats.records import Correction, NewCase
from inkassod.simulator.agency import Agency
from inkassod.simulator.fates import vocabulary
from inkassod.simulator.faults import faults
from inkassod.simulator.folders import folders_of
from inkassod.simulator.partner import Accounts, Partner
from inkassod.simulator.placing import place
from inkassod.simulator.post import Numbers, Post
from inkassod.simulator.sample import QUALIFYING, sample

CLIENT = "123456"
START = datetime(2026, 11, 20, 6, 0, tzinfo=ZoneInfo("Europe/Oslo"))
INTRUM = load("intrum-no")
ACCOUNTS = Accounts(agency="00990000018", creditor="00990000026")


class Office:
    """A partner on a folder, with a clock that gives every step a minute."""

    def __init__(
        self,
        folder: Path,
        *chosen: str,
        seed: int = 1,
        dialect: Dialect = INTRUM,
        accounts: Accounts = ACCOUNTS,
    ) -> None:
        self.dialect = dialect
        self.now = START
        self.said: list[str] = []
        self.folders = folders_of(dialect, folder, folder / "bank")
        self.folders.make()
        wanted = faults(chosen)
        self.partner = Partner(
            self.folders,
            Post(
                self.folders.outbox,
                dialect,
                CLIENT,
                Numbers(folder / "numbers.json"),
                lambda: self.now,
                wanted,
                own={kind: self.folders.of(kind) for kind in self.folders.own},
            ),
            Agency(words=vocabulary(dialect), seed=seed, delay=wanted.get("late", 0)),
            accounts,
            say=self.said.append,
        )

    def put(
        self, kind: FileKind, records: Sequence[AnyRecord], *, client: str = CLIENT, number: int = 1
    ) -> str:
        """Upload a file and return its name."""
        head = OutHead(client_number=client, sequence_no=number, created=self.now)
        name = file_name(self.dialect, kind, client, self.now, number)
        place(self.folders.of(kind), name, render(self.dialect, kind, head, records).content)
        return name

    def step(self, count: int = 1) -> list[str]:
        """So many steps; the names of what they wrote."""
        names = []
        for _ in range(count):
            names += self.partner.step()
            self.now += timedelta(minutes=1)
        return names

    def read(self, name: str) -> Parsed:
        """An answer as values."""
        kind = kind_of_name(self.dialect, name)
        assert kind is not None
        return parse(self.dialect, kind, (self.folders.of(kind) / name).read_bytes(), name)


def claims(count: int) -> list[NewCase]:
    """New cases from the sample creditor."""
    creditor = sample(1, START.date())
    customers = {row.customer_no: row for row in creditor.customers}
    chosen = [row for row in creditor.invoices if creditor.sorts[row.invoice_no] in QUALIFYING][:count]
    return [
        NewCase(
            case=f"{number:06d}",
            customer_no=row.customer_no,
            kind=customers[row.customer_no].kind,
            name=customers[row.customer_no].name,
            address=customers[row.customer_no].address,
            postcode=customers[row.customer_no].postcode,
            city=customers[row.customer_no].city,
            country="NO",
            invoice_no=row.invoice_no,
            reference=row.reference,
            invoice_date=row.invoice_date,
            due_date=row.due_date,
            original_amount=row.amount,
            principal=row.amount,
            currency="NOK",
        )
        for number, row in enumerate(chosen, 1)
    ]


def payment(case: NewCase) -> Correction:
    """A payment to the creditor of the whole case."""
    return Correction(
        case=case.case,
        invoice_no=case.invoice_no,
        kind="payment",
        entry_no="B1",
        date=START.date(),
        amount=case.principal,
        balance=0,
        currency="NOK",
    )
