"""The settings as frozen values: one class for each table, one field for each key.

Descriptions are written once, here: the example file and the tables of docs/settings.md are made from them.
Times are of the creditor's time zone, amounts whole minor units (øre, öre, cent), paths absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from inkassod.settings.transport import FolderTransport, SftpTransport
from inkassod.settings.values import (
    Account,
    Amount,
    Attempts,
    Bankgiro,
    ClientNumber,
    Database,
    Days,
    DialectName,
    FilePath,
    IdNumber,
    Megabytes,
    Minutes,
    Name,
    Reminders,
    Seconds,
    SettleSeconds,
    Text,
    TimeOfDay,
    TimeOrAtOnce,
    TimeOrByHand,
    YesOrNo,
    Zone,
)


class Table(BaseModel):
    """A table of the settings: read-only, and no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Daemon(Table):
    """The daemon itself: where it keeps things, and how it watches for files."""

    database: Database = Field(
        "sqlite:///inkassod.sqlite3",
        validate_default=True,
        description="The ledger and the job log. A relative file lies beside the settings file.",
        examples=["sqlite:////var/lib/inkassod/inkassod.sqlite3"],
    )
    spool: FilePath = Field(
        Path("spool"),
        validate_default=True,
        description="The folder with erp/, bank/, agency/ and archive/; all of it on one file system. A relative folder lies beside the settings file.",
        examples=["/var/spool/inkassod"],
    )
    watch: Literal["auto", "events", "poll"] = Field(
        "auto",
        description="How new files are noticed: by the kernel's events, by looking at intervals (network file systems), or as the file system allows.",
    )
    scan_seconds: Seconds = Field(
        30, description="The folders are looked through at least this often, whatever the events say."
    )
    settle_seconds: SettleSeconds = Field(
        2, description="A file is taken when it has not changed for so many seconds."
    )
    stop_seconds: Seconds = Field(
        10, description="How long a run in progress may take to end when the daemon is told to stop."
    )
    log: Literal["auto", "json", "text"] = Field(
        "auto",
        description="Lines for people (text) or for programs (json); auto writes text on a terminal only.",
    )
    max_file_megabytes: Megabytes = Field(512, description="A larger file is refused before it is read.")
    attempts_before_failed: Attempts = Field(
        3,
        description="How often a file is taken up again after the daemon died over it; then it is set aside as failed.",
    )


class Creditor(Table):
    """A company that is owed money: [creditors.NAME], where NAME is yours to choose."""

    name: Text = Field(description="The company's registered name.", examples=["Eksempel Handel AS"])
    id_number: IdNumber = Field(description="Its organisation number.", examples=["310000019"])
    country: Literal["NO", "SE", "FI"] = Field(
        description="Where it is registered: Norway, Sweden or Finland.", examples=["NO"]
    )
    currency: Literal["NOK", "SEK", "EUR", "DKK"] = Field("NOK", description="The currency of its ledger.")
    time_zone: Zone = Field(
        ZoneInfo("Europe/Oslo"), description="The zone of every time of day and every date of this creditor."
    )
    feed_encoding: Literal["utf-8", "iso-8859-1"] = Field(
        "utf-8", description="How the ERP writes letters beyond a to z in its CSV files."
    )
    account: Account = Field(
        description="The company's own bank account, where debtors and the agency pay.",
        examples=["99991234566"],
    )
    accounts: tuple[Account, ...] = Field((), description="Further own accounts.", examples=[["99991234574"]])
    bankgiros: tuple[Bankgiro, ...] = Field(
        (),
        description="Its bankgiro numbers, as Swedish payment files name the receiver.",
        examples=[["123-4566"]],
    )

    @property
    def own_accounts(self) -> tuple[str, ...]:
        """Every account of the creditor's own, the main one first."""
        return (self.account, *self.accounts)


class Process(Table):
    """When an invoice may go to the agency, and what follows."""

    own_reminders: Reminders = Field(
        1,
        description="How many reminders the creditor sends itself before an invoice may go to the agency: 0, 1 or 2.",
    )
    days_after_due: Days = Field(
        14, description="An invoice goes to the agency at the earliest so many days after its due date."
    )
    days_after_reminder: Days = Field(
        14, description="And at the earliest so many days after the last reminder's date."
    )
    minimum_amount: Amount = Field(
        0,
        description="Invoices with less than this left to pay are not handed over. A text, since money is no floating-point number.",
    )
    selection: Literal["by-hand", "automatic"] = Field(
        "by-hand",
        description="Whether somebody puts each invoice to transfer, or all that qualify are put there every day.",
    )
    transfer: TimeOrAtOnce = Field(
        "at-once", description="When what stands to transfer is sent: at once, or every day at this time."
    )
    closure_days: Days = Field(
        5,
        description="A payment booked by hand, equal in amount to a case's closure and at most so many days from it, is flagged: it may be the agency's settlement.",
    )


class Schedule(Table):
    """When files are fetched from the agency, and when corrections go out."""

    fetch: tuple[TimeOfDay, ...] = Field(
        (time(6, 0),),
        description="Times of day at which files are fetched from the agency; empty: only by hand or at intervals.",
    )
    fetch_every_minutes: Minutes | None = Field(
        None, description="Fetch at this interval as well.", examples=[60]
    )
    corrections: TimeOrByHand = Field(
        "by-hand", description="When the correction file is made: by hand, or every day at this time."
    )


class Agreement(Table):
    """One creditor at one agency: [agreements.NAME], where NAME is yours to choose. At least one of the four lists agency_... is needed."""

    creditor: Name = Field(description="The NAME of a creditor above.", examples=["eksempel"])
    agency: Text = Field(description="The agency's name, as people know it.", examples=["Intrum"])
    dialect: DialectName = Field(
        description="The layout of the agency's files: the name of one that comes with inkassod, or the path of your own, beside the settings file when relative.",
        examples=["intrum-no"],
    )
    client_number: ClientNumber = Field(
        description="The creditor's number at the agency. A text: zeros at its start count.",
        examples=["123456"],
    )
    sender: Text | None = Field(
        None,
        description="The creditor's number as a sender of files, where the agency gives one beside the client number.",
        examples=["100284"],
    )
    agency_accounts: tuple[Account, ...] = Field(
        (),
        description="The agency's own bank accounts: what is paid from them is the agency's settlement, not a direct payment.",
        examples=[["99991122334"]],
    )
    agency_bankgiros: tuple[Bankgiro, ...] = Field(
        (),
        description="The agency's bankgiro numbers, by which Swedish payment files (BgMax) know it.",
        examples=[["123-4566"]],
    )
    agency_id_numbers: tuple[Text, ...] = Field(
        (),
        description="The agency's organisation numbers, which payment files may name.",
        examples=[["556677-8899"]],
    )
    agency_names: tuple[Text, ...] = Field(
        (),
        description="The names under which the agency pays, where a payment file (Finland's reference payments) holds nothing else.",
        examples=[["Perintä Oy"]],
    )
    enabled: YesOrNo = Field(
        True, description="false: nothing is fetched, sent or handed over under this agreement."
    )
    process: Process = Field(default_factory=Process)
    schedule: Schedule = Field(default_factory=Schedule)
    transport: SftpTransport | FolderTransport = Field(discriminator="kind")


class Document(Table):
    """The whole settings file."""

    daemon: Daemon
    creditors: dict[Name, Creditor]
    agreements: dict[Name, Agreement]


@dataclass(frozen=True, slots=True)
class Settings:
    """What was read from `path`: the daemon, the creditors and the agreements by their names."""

    path: Path
    daemon: Daemon
    creditors: Mapping[str, Creditor]
    agreements: Mapping[str, Agreement]

    @property
    def folder(self) -> Path:
        """The folder of the settings file, from which secrets' relative paths count."""
        return self.path.parent
