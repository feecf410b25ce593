"""The exchange with an agency's server: connect, send, fetch, each logged as a run, tried again where that can help."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from inkasso_formats.problems import FormatProblem
from inkassod import fetching, log, sending, spool
from inkassod.core.model import Counts, Effect
from inkassod.installation import Actor, Installation
from inkassod.outgoing import start
from inkassod.settings import Agreement
from inkassod.settings.secrets import secret
from inkassod.settings.transport import SftpTransport
from inkassod.status_feed import ERP
from inkassod.store import journal
from inkassod.transport import sftp
from inkassod.transport.agent import Agent, TransportError
from inkassod.transport.folder import FolderAgent
from inkassod.transport.retry import retrying

LOCK_SECONDS = 60.0

_log = structlog.get_logger()

Work = Callable[[Agent], Iterable[str]]


@dataclass(slots=True)
class _Report:
    """What the attempts of one exchange came to: what was moved, and which attempts failed."""

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def connect(installation: Installation, agreement: str) -> Agent:
    """A connection to the agency's server. Raises TransportError, SettingsError where a secret cannot be read."""
    transport = installation.settings.agreements[agreement].transport
    if not isinstance(transport, SftpTransport):
        return FolderAgent(transport.path)
    base = installation.settings.folder

    def read(reference: str | None) -> bytes | None:
        return secret(reference, base) if reference else None

    password, passphrase = read(transport.password_credential), read(transport.passphrase_credential)
    return sftp.connect(
        sftp.SftpSettings(
            host=transport.host,
            port=transport.port,
            username=transport.username,
            password=password.decode().strip() if password is not None else None,
            private_key=read(transport.private_key_credential),
            passphrase=passphrase.decode().strip() if passphrase is not None else None,
            host_keys=transport.host_keys,
            connect_timeout=transport.connect_timeout_seconds,
            operation_timeout=transport.operation_timeout_seconds,
            deadline=transport.deadline_seconds,
            keepalive=transport.keepalive_seconds,
        )
    )


def send(installation: Installation, agreement: str, actor: Actor) -> int | None:
    """Sends what waits in the outbox. Returns the run, or None where nothing waits. Raises TransportError when it failed."""
    if not sending.waits(installation, agreement):
        return None

    def work(agent: Agent) -> Iterable[str]:
        return sending.send_all(installation, agreement, agent, partial(_place_of, installation, agreement))

    return _exchange(installation, agreement, "send", actor, work)


def _place_of(installation: Installation, agreement: str, row: Mapping[str, Any]) -> sending.Place:
    """Where the agency wants a file: in the folder that its dialect has for files of this kind, else in the agreement's."""
    transport = installation.settings.agreements[agreement].transport
    with installation.database.read() as connection:
        run = journal.get(connection, row["run"])
    layout = installation.dialect(agreement).files.get(run["kind"]) if run is not None else None
    folder = layout.folder if layout is not None and layout.folder else transport.outgoing_folder
    return sending.Place(folder, transport.temporary_prefix, transport.temporary_suffix)


def fetch(installation: Installation, agreement: str, actor: Actor, *, quiet: bool = False) -> int | None:
    """Fetches what the agency has put out, into the inbox. Returns the run; with `quiet`, None where nothing was there.

    Raises TransportError when it failed.
    """

    def work(agent: Agent) -> Iterable[str]:
        return fetching.fetch_all(installation, agreement, agent)

    return _exchange(installation, agreement, "fetch", actor, work, quiet=quiet)


def deliver_to_erp(installation: Installation) -> None:
    """Puts status files into the ERP's outbox folder, by the same protocol. Raises TransportError."""
    for creditor in installation.settings.creditors:
        channel = ERP + creditor
        if sending.waits(installation, channel):
            folder = installation.spool.root / "erp" / "outbox"
            with spool.hold(installation.spool, "erp-outbox", timeout=LOCK_SECONDS):
                agent = FolderAgent(folder)
                for sentence in sending.send_all(installation, channel, agent, _place_at_the_erp):
                    _log.info("told_the_erp", file=sentence)


def _place_at_the_erp(_row: Mapping[str, Any]) -> sending.Place:
    return sending.Place("", ".", ".part")


def _exchange(
    installation: Installation, agreement: str, kind: str, actor: Actor, work: Work, *, quiet: bool = False
) -> int | None:
    settings = installation.settings.agreements[agreement]
    report = _Report()
    with (
        spool.hold(installation.spool, f"exchange-{agreement}", timeout=LOCK_SECONDS),
        log.bind(agreement=agreement),
    ):
        with installation.database.write() as connection:
            run = start(installation, connection, kind, agreement, actor, direction="")
            _drop_dead(connection, kind, agreement, run)
        try:
            _attempts(installation, agreement, settings, work, report)
        except Exception as error:
            with contextlib.suppress(DBAPIError):  # then the row is taken away by the next exchange
                _failed(installation, agreement, kind, run, report, error)
            raise
        return _done(installation, run, report, quiet=quiet)


def _drop_dead(connection: Connection, kind: str, agreement: str, run: int) -> None:
    """A run that is still running although nobody holds the lock: its process died, and this one goes on with its work."""
    before = journal.last_of(connection, kind, agreement, before=run)
    if before is not None and before["outcome"] == journal.RUNNING:
        journal.drop(connection, before["run"])


def _attempts(
    installation: Installation, agreement: str, settings: Agreement, work: Work, report: _Report
) -> None:
    def once() -> None:
        agent = connect(installation, agreement)
        try:
            for sentence in work(agent):  # one by one: what was moved stands in the log, whatever comes after
                report.done.append(sentence)
        finally:
            agent.close()

    def tell(attempt: int, error: TransportError, pause: float) -> None:
        report.failed.append(str(error))
        _log.warning("exchange_tried", attempt=attempt, error=str(error), pause_seconds=round(pause, 1))

    transport = settings.transport
    retrying(once, attempts=transport.attempts, max_seconds=transport.retry_seconds, on_retry=tell)


def _done(installation: Installation, run: int, report: _Report, *, quiet: bool) -> int | None:
    if quiet and not report.done:
        _drop(installation, run)
        return None
    with installation.database.write() as connection:
        journal.finish(
            connection,
            run,
            outcome="done",
            finished=installation.now(),
            counts=Counts(read=len(report.done), applied=len(report.done)),
            attempts=len(report.failed) + 1,
            what=[Effect(change=text) for text in report.done],
            summary=f"{len(report.done)} files" if len(report.done) != 1 else report.done[0],
        )
    if report.done:
        _log.info("exchange_ended", run=run, files=len(report.done))
    return run


def _failed(
    installation: Installation, agreement: str, kind: str, run: int, report: _Report, error: Exception
) -> None:
    """A failure that goes on is one row of the log: the same error again only counts the attempts up."""
    attempts = len(report.failed) + 1
    code = error.code if isinstance(error, TransportError) else "exchange.trouble"
    _log.error("exchange_failed", code=code, error=str(error), attempts=attempts)
    with installation.database.write() as connection:
        before = journal.last_of(connection, kind, agreement, before=run)
        if (
            before is not None
            and before["outcome"] == "failed"
            and before["summary"] == str(error)
            and not report.done
        ):
            journal.drop(connection, run)
            journal.note(
                connection, before["run"], attempts=before["attempts"] + attempts, finished=installation.now()
            )
            return
        journal.finish(
            connection,
            run,
            outcome="failed",
            finished=installation.now(),
            counts=Counts(read=len(report.done), applied=len(report.done)),
            attempts=attempts,
            problems=[FormatProblem(code=code, rule=str(error))],
            what=[Effect(change=text) for text in report.done],
            summary=str(error),
        )


def _drop(installation: Installation, run: int) -> None:
    with installation.database.write() as connection:
        journal.drop(connection, run)
