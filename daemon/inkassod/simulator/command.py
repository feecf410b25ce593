"""The simulator as one thing: `opened` gives a running one to step by hand, `simulate` runs one until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from inkassod.dialect_files import open_dialect
from inkassod.simulator.agency import Agency
from inkassod.simulator.bank import BANKS
from inkassod.simulator.fates import vocabulary
from inkassod.simulator.faults import faults, nasty
from inkassod.simulator.folders import Folders, folders_of
from inkassod.simulator.partner import Accounts, Partner
from inkassod.simulator.post import SENDER, Numbers, Post
from inkassod.simulator.server import HOST, SftpServer, host_key

AGENCY_ACCOUNT, CREDITOR_ACCOUNT = "00990000018", "00990000026"  # at a bank that does not exist
AGENCY_BANKGIRO, CREDITOR_BANKGIRO = "9900-0010", "9900-0028"  # invented
LOCAL = ZoneInfo("Europe/Oslo")
Say = Callable[[str], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a simulator is started with. Its folder gets `files` (what clients see: `in`, `out`), `taken`, `done`, `host_key`.

    `dialect` is the name of one that comes with inkassod, or the path of a TOML file. `bank` says how the creditor's bank tells
    of the agency's money: "ocr" (Norway, between the accounts) or "bgmax" (Sweden, between the bankgiros). `sender` is
    the creditor's number as a sender of files, where the dialect has one.
    At least one of `password` and `public_keys` is needed. `port` 0 takes a free one. `bank_folder` is where the
    agency's payments are put, `bank` in the folder by default. `chosen_faults` are names of `faults.FAULTS`.
    """

    folder: Path
    client_number: str
    username: str = "creditor"
    password: str | None = None
    public_keys: tuple[str, ...] = ()
    port: int = 0
    dialect: str = "intrum-no"
    seed: int = 1
    agency_account: str = AGENCY_ACCOUNT
    creditor_account: str = CREDITOR_ACCOUNT
    bank: str = "ocr"
    agency_bankgiro: str = AGENCY_BANKGIRO
    creditor_bankgiro: str = CREDITOR_BANKGIRO
    sender: str = SENDER
    bank_folder: Path | None = None
    chosen_faults: Sequence[str] = ()

    @property
    def accounts(self) -> Accounts:
        """Between which the agency's money goes. Raises ValueError for a bank that is not known."""
        if self.bank not in BANKS:
            raise ValueError(f"no such bank: {self.bank}; known are {', '.join(BANKS)}")
        if self.bank == "bgmax":
            return Accounts(self.agency_bankgiro, self.creditor_bankgiro, "bgmax")
        return Accounts(self.agency_account, self.creditor_account)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A running simulator: the server's address is 127.0.0.1 and `server.port`; `partner.step()` does the next thing."""

    server: SftpServer
    partner: Partner
    folders: Folders


def local_now() -> datetime:
    """The time in Norway, where the agency is."""
    return datetime.now(LOCAL)


@contextmanager
def opened(options: Options, *, say: Say, clock: Clock = local_now) -> Iterator[Simulation]:
    """A simulator that serves, and steps when it is asked to; everything is closed at the end.

    Raises ValueError for options that cannot be used, OSError where the folder or the port is not to be had,
    FormatError for a dialect that is broken.
    """
    if not options.password and not options.public_keys:
        raise ValueError("nobody could log in: a password or a public key is needed")
    chosen = faults(options.chosen_faults)
    dialect = open_dialect(options.dialect, Path())
    words, accounts = vocabulary(dialect), options.accounts
    folders = folders_of(dialect, options.folder, options.bank_folder or options.folder / "bank")
    folders.make()
    numbers = Numbers(folders.root / "numbers.json")
    server = SftpServer(
        folders.served,
        username=options.username,
        password=options.password,
        public_keys=options.public_keys,
        key=host_key(folders.root / "host_key"),
        port=options.port,
        nasty=nasty(chosen),
    )
    partner = Partner(
        folders,
        Post(
            folders.outbox,
            dialect,
            options.client_number,
            numbers,
            clock,
            chosen,
            sender=options.sender,
            own={kind: folders.of(kind) for kind in folders.own},
        ),
        Agency(words=words, seed=options.seed, delay=chosen.get("late", 0)),
        accounts,
        say=say,
        being_written=server.share.being_written,
    )
    if "takes_at_once" in chosen:
        server.share.renamed = partner.take
    with server:
        yield Simulation(server, partner, folders)


def run(simulation: Simulation, stop: threading.Event, *, pace: float, say: Say) -> None:
    """One step every `pace` seconds until the event is set. A step that fails is told, and the next one tries again."""
    while not stop.wait(pace):
        try:
            simulation.partner.step()
        except OSError as error:
            say(f"this step failed, the next one tries again: {error}")


def simulate(
    folder: Path,
    port: int,
    client_number: str,
    dialect: str,
    seed: int,
    pace: float,
    agency_account: str,
    bank_folder: Path | None,
    faults: Sequence[str],
    *,
    say: Say,
    creditor_account: str = CREDITOR_ACCOUNT,
    bank: str = "ocr",
    agency_bankgiro: str = AGENCY_BANKGIRO,
    creditor_bankgiro: str = CREDITOR_BANKGIRO,
    sender: str = SENDER,
    username: str = "creditor",
    password: str | None = None,
    public_keys: Sequence[str] = (),
    stop: threading.Event | None = None,
) -> None:
    """Serve and step until SIGTERM or SIGINT (or until `stop` is set, where one is given). Raises as `opened` does."""
    options = Options(
        folder=folder,
        client_number=client_number,
        username=username,
        password=password,
        public_keys=tuple(public_keys),
        port=port,
        dialect=dialect,
        seed=seed,
        agency_account=agency_account,
        creditor_account=creditor_account,
        bank=bank,
        agency_bankgiro=agency_bankgiro,
        creditor_bankgiro=creditor_bankgiro,
        sender=sender,
        bank_folder=bank_folder,
        chosen_faults=faults,
    )
    with stopping(stop) as stopped, opened(options, say=say) as simulation:
        for line in introduction(options, simulation):
            say(line)
        run(simulation, stopped, pace=pace, say=say)
    say("stopped")


def introduction(options: Options, simulation: Simulation) -> list[str]:
    """What a creditor needs to know to connect, and where the files are."""
    folders, accounts = simulation.folders, options.accounts
    own = [f"{kind:<12} {folder}  ({folders.of(kind)})" for kind, folder in folders.own.items()]
    return [
        f"address      {HOST} port {simulation.server.port}, user {options.username}",
        f"host key     {simulation.server.fingerprint}",
        f"client       {options.client_number}, dialect {options.dialect}, seed {options.seed}",
        f"answers      {', '.join(simulation.partner.answers) or 'none: the dialect has no files for them'}",
        f"account      {accounts.agency} pays into {accounts.creditor}",
        f"put files    in   ({folders.inbox})",
        f"fetch files  out  ({folders.outbox})",
        *own,
        f"bank files   {folders.bank}",
        f"faults       {', '.join(options.chosen_faults) or 'none'}",
    ]


def password_of(file: Path) -> str:
    """The password that the file holds, without its line end. Raises ValueError where it is empty, OSError as ever."""
    password = file.read_text(encoding="utf-8").rstrip("\r\n")
    if not password:
        raise ValueError(f"{file}: a password expected, the file is empty")
    return password


@contextmanager
def stopping(given: threading.Event | None) -> Iterator[threading.Event]:
    """The event that ends a run: the given one, or one that SIGTERM and SIGINT set until the end of the block."""
    if given is not None:
        yield given
        return
    stop = threading.Event()

    def set_stop(_signal: int, _frame: FrameType | None) -> None:
        # Not in the handler itself: it may have interrupted the very wait whose lock it would take.
        threading.Thread(target=stop.set, daemon=True).start()

    before = {number: signal.signal(number, set_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
