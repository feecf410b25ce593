"""One installation: the settings with the spool, the database, the clock and the dialects that belong to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from inkasso_formats.dialects import Dialect
from inkasso_formats.references import account_key
from inkassod.clock import Clock
from inkassod.core.model import Terms
from inkassod.core.payer import Agency, agency, digits
from inkassod.dialect_files import open_dialects
from inkassod.settings import Agreement, Settings
from inkassod.spool.claim import Area, Spool
from inkassod.store.database import Database


@dataclass(frozen=True, slots=True)
class Actor:
    """Who or what sets a run going: `trigger` is watch, schedule or manual; `name` a person's, `reason` what they said."""

    trigger: str
    name: str = ""
    reason: str = ""


WATCHER = Actor("watch")
SCHEDULE = Actor("schedule")


@dataclass(frozen=True, slots=True)
class Installation:
    """What every operation works on."""

    settings: Settings
    spool: Spool
    database: Database
    clock: Clock
    dialects: Mapping[str, Dialect] = field(default_factory=dict)  # by what the settings call them

    def now(self) -> datetime:
        """The time, aware."""
        return self.clock.now()

    def today(self, creditor: str) -> date:
        """The date where the creditor is."""
        return self.clock.now().astimezone(self.settings.creditors[creditor].time_zone).date()

    def areas(self) -> Sequence[Area]:
        """The three areas that files arrive in, in the order in which they are read."""
        return (self.spool.erp, self.spool.bank, self.spool.agency)

    def agreements(self, creditor: str = "") -> dict[str, Agreement]:
        """The enabled agreements, of one creditor or of all."""
        return {
            name: agreement
            for name, agreement in self.settings.agreements.items()
            if agreement.enabled and creditor in {"", agreement.creditor}
        }

    def dialect(self, agreement: str) -> Dialect:
        """How the agency of an agreement writes its files."""
        return self.dialects[self.settings.agreements[agreement].dialect]

    def dialect_named(self, name: str) -> Dialect:
        """The dialect that calls itself so; what a file was identified as. Raises KeyError."""
        for one in self.dialects.values():
            if one.name == name:
                return one
        raise KeyError(name)

    def agency(self, creditor: str) -> Agency:
        """All agencies of a creditor as payers; also those of agreements out of use."""
        theirs = [one for one in self.settings.agreements.values() if one.creditor == creditor]
        return agency(
            accounts=[account for one in theirs for account in one.agency_accounts],
            bankgiros=[bankgiro for one in theirs for bankgiro in one.agency_bankgiros],
            id_numbers=[number for one in theirs for number in one.agency_id_numbers],
            names=[name for one in theirs for name in one.agency_names],
        )

    def creditor_by_account(self) -> dict[str, str]:
        """The creditors by the keys of their own accounts, as banks' files write them: an IBAN also without its head."""
        found: dict[str, str] = {}
        for name, creditor in self.settings.creditors.items():
            for account in creditor.own_accounts:
                key = account_key(account)
                found[key] = name
                if key[:2].isalpha():
                    found[key[4:]] = name
            found.update({digits(bankgiro): name for bankgiro in creditor.bankgiros})
        return found

    def terms(self, agreement: str) -> Terms:
        """An agreement's rules as decisions take them."""
        settings = self.settings.agreements[agreement]
        process = settings.process
        return Terms(
            agreement=agreement,
            creditor=settings.creditor,
            client_number=settings.client_number,
            currency=self.settings.creditors[settings.creditor].currency,
            own_reminders=process.own_reminders,
            days_after_due=process.days_after_due,
            days_after_reminder=process.days_after_reminder,
            minimum_amount=process.minimum_amount,
            transfer=process.transfer if isinstance(process.transfer, time) else None,
            closure_days=process.closure_days,
        )


def load_dialects(settings: Settings) -> dict[str, Dialect]:
    """The dialects that the agreements name. Raises FormatError where one is not there or broken."""
    names = (agreement.dialect for agreement in settings.agreements.values())
    return open_dialects(names, settings.folder)
