"""The daemon: workers for each inbox, each agreement, its exchange, and the ERP; woken by events, the clock, and at intervals.

Whatever goes wrong in one worker is logged and tried again later; no worker stops another. The watchdog is fed only while
every worker moves.
"""

from __future__ import annotations

import threading
import time as real_time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time

import structlog

from inkassod import exchange, notify, runs, selection, spool
from inkassod.corrections import UnreadPaymentsError, generate, unread_payments
from inkassod.handling import TroubleError
from inkassod.installation import SCHEDULE, WATCHER, Actor, Installation
from inkassod.new_cases import send_new_cases
from inkassod.schedule import Schedule
from inkassod.settings import SettingsError
from inkassod.spool import Area, Busy, SpoolError
from inkassod.transport.agent import TransportError
from inkassod.watch import Inbox, Watch

STOP_LOOK_SECONDS = 0.1  # how soon the daemon sees that it is asked to stop
TICK_SECONDS = 0.5  # how often a worker looks at the clock and at its wake-up
LONGEST_JOB_SECONDS = 1800.0  # a worker that is busy longer is taken for stuck
LATE_SECONDS = 30.0  # an idle worker that has not looked up for so long is taken for dead
EXCHANGE = "exchange "  # how the names of the workers begin that talk to a server
NIGHT = time(0, 5)  # when candidates are chosen that leave at once
PAUSE_SECONDS = 10.0  # after trouble with disk, database or settings

_log = structlog.get_logger()


@dataclass(slots=True)
class Worker:
    """One thread: `work` is called when the worker is woken, and at every tick with the seconds since it last worked."""

    name: str
    work: Callable[[bool], None]
    wake: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    looked_up: float = 0.0
    busy_since: float | None = None

    def moves(self) -> bool:
        """True while the worker lives, and is neither stuck in a job nor late in looking up."""
        now = real_time.monotonic()
        if self.thread is None or not self.thread.is_alive():
            return False
        if self.busy_since is not None:
            return now - self.busy_since < LONGEST_JOB_SECONDS
        return now - self.looked_up < LATE_SECONDS


def _worker(name: str, agreement: str, work: Callable[[str], None]) -> Worker:
    return Worker(name, lambda _woken: work(agreement))


class Service:
    """The daemon on one installation; `run` returns when `stop` was called."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._asked_to_stop = False
        self._stopping = threading.Event()
        self._schedule = Schedule(installation)
        self._workers: list[Worker] = []
        folders = []
        for area in installation.areas():
            worker = self._area_worker(area)
            folders.append((area.inbox, worker[1]))
            self._workers.append(worker[0])
        self._workers.append(Worker("status feed", lambda _woken: exchange.deliver_to_erp(installation)))
        for agreement in installation.agreements():
            # Apart, so that neither a slow server holds up what falls due, nor a fault in one keeps the other from working.
            self._workers.append(_worker(f"agreement {agreement}", agreement, self._agreement))
            self._workers.append(_worker(EXCHANGE + agreement, agreement, self._exchange))
        self._watch = Watch(folders, mode=installation.settings.daemon.watch)
        self._status = ""
        self._pauses: dict[str, float] = {}
        self._refused: dict[str, datetime] = {}  # corrections that waited for payment files, by agreement

    def stop(self) -> None:
        """Asks the daemon to end; safe in a signal handler.

        A plain value: setting an event there could wait for ever for the thread that the signal interrupted in waiting on it.
        """
        self._asked_to_stop = True

    def run(self) -> None:
        """Works until `stop`; then waits for runs in progress, as long as the settings allow."""
        self._watch.start()
        for worker in self._workers:
            worker.looked_up = real_time.monotonic()
            worker.thread = threading.Thread(target=self._loop, args=(worker,), name=worker.name, daemon=True)
            worker.thread.start()
        notify.ready(f"watching {self._installation.spool.root}")
        _log.info("ready", spool=str(self._installation.spool.root), workers=len(self._workers))
        interval = min(notify.watchdog_interval() or 5.0, 5.0) / 2
        while not self._sleep(interval):
            self._watch.supervise()
            self._feed_watchdog()
        self._stopping.set()
        self._end()

    def _sleep(self, seconds: float) -> bool:
        """Waits so long, or until somebody asks for the end: then True."""
        until = real_time.monotonic() + seconds
        while not self._asked_to_stop and (left := until - real_time.monotonic()) > 0:
            real_time.sleep(min(left, STOP_LOOK_SECONDS))
        return self._asked_to_stop

    def _feed_watchdog(self) -> None:
        stuck = [worker.name for worker in self._workers if not worker.moves()]
        if stuck:
            _log.error("worker_stuck", workers=stuck)
            self._say(f"stuck: {', '.join(stuck)}")
            return
        notify.watchdog()
        busy = [worker.name for worker in self._workers if worker.busy_since is not None]
        self._say(f"working: {', '.join(busy)}" if busy else f"watching {self._installation.spool.root}")

    def _say(self, status: str) -> None:
        """The line that `systemctl status` shows; sent when it changes."""
        if status != self._status:
            self._status = status
            notify.status(status)

    def _end(self) -> None:
        notify.stopping()
        self._watch.stop()
        until = real_time.monotonic() + self._installation.settings.daemon.stop_seconds
        for worker in self._workers:
            worker.wake.set()
        for worker in self._workers:
            if worker.thread is not None:
                worker.thread.join(max(0.0, until - real_time.monotonic()))
        busy = [
            worker.name for worker in self._workers if worker.thread is not None and worker.thread.is_alive()
        ]
        if busy:
            _log.warning("stopped_in_the_middle", workers=busy, cure="taken up again at the next start")
        _log.info("stopped")

    def _loop(self, worker: Worker) -> None:
        structlog.contextvars.clear_contextvars()
        while not self._stopping.is_set():
            woken = self._installation.clock.wait(worker.wake, TICK_SECONDS)
            worker.wake.clear()
            worker.looked_up = real_time.monotonic()
            if self._stopping.is_set() or worker.looked_up < self._pauses.get(worker.name, 0.0):
                continue
            worker.busy_since = worker.looked_up
            self._guarded(worker, woken)
            worker.busy_since = None
            worker.looked_up = real_time.monotonic()

    def _guarded(self, worker: Worker, woken: bool) -> None:
        pause = PAUSE_SECONDS
        try:
            worker.work(woken)
        except Busy as error:
            _log.info("busy", worker=worker.name, reason=str(error))
            pause = TICK_SECONDS
        except TransportError as error:
            pause = float(self._pause_after(worker))
            _log.warning("waiting", worker=worker.name, seconds=pause, reason=str(error))
        except (TroubleError, SpoolError, SettingsError, OSError) as error:
            _log.error("trouble", worker=worker.name, reason=str(error), again_in_seconds=pause)
        except Exception:  # noqa: BLE001  (a fault in one worker must not stop the others)
            _log.exception("unexpected", worker=worker.name)
        else:
            return
        self._pauses[worker.name] = real_time.monotonic() + pause

    def _pause_after(self, worker: Worker) -> int:
        agreement = worker.name.removeprefix(EXCHANGE)
        settings = self._installation.settings.agreements.get(agreement)
        return settings.transport.retry_seconds if settings else int(PAUSE_SECONDS)

    # --- an inbox -----------------------------------------------------------------------------------------------

    def _area_worker(self, area: Area) -> tuple[Worker, Inbox]:
        state = {"next": 0.0}
        told: set[str] = set()

        def work(woken: bool) -> None:
            if not woken and real_time.monotonic() < state["next"]:
                return
            runs.work_through(self._installation, area, WATCHER, complete=inbox.take_complete())
            for name, reason in spool.oddities(area):
                if name not in told:
                    _log.warning("never_taken", area=area.name, file=name, reason=reason)
                    told.add(name)
            daemon = self._installation.settings.daemon
            pause = daemon.settle_seconds if runs.anything_waits(area) else daemon.scan_seconds
            state["next"] = real_time.monotonic() + min(pause, daemon.scan_seconds)

        worker = Worker(f"inbox {area.name}", work)
        inbox = Inbox(worker.wake)
        return worker, inbox

    # --- an agreement -------------------------------------------------------------------------------------------

    def _agreement(self, agreement: str) -> None:
        self._transfer(agreement)
        self._corrections(agreement)

    def _exchange(self, agreement: str) -> None:
        exchange.send(self._installation, agreement, SCHEDULE)
        self._fetch(agreement)

    def _due(self, job: str, agreement: str, times: tuple[time, ...]) -> datetime | None:
        settings = self._installation.settings
        zone = settings.creditors[settings.agreements[agreement].creditor].time_zone
        return self._schedule.daily(f"{job} {agreement}", times, zone)

    def _daily(self, job: str, agreement: str, times: tuple[time, ...], work: Callable[[], object]) -> None:
        due = self._due(job, agreement, times)
        if due is not None:
            work()
            self._schedule.done(f"{job} {agreement}", due)

    def _transfer(self, agreement: str) -> None:
        """The choice, where it is automatic, and what stands to transfer, as one job: apart, the hour could strike between.

        Where what is chosen leaves at once, the job runs at night: it sends what an interrupted or held-back transfer left.
        """
        process = self._installation.settings.agreements[agreement].process

        def work() -> None:
            if process.selection == "automatic":
                selection.select_all(self._installation, agreement, SCHEDULE)
            send_new_cases(self._installation, agreement, SCHEDULE)

        at = process.transfer if isinstance(process.transfer, time) else NIGHT
        self._daily("transfer", agreement, (at,), work)

    def _corrections(self, agreement: str) -> None:
        at = self._installation.settings.agreements[agreement].schedule.corrections
        due = self._due("corrections", agreement, (at,)) if isinstance(at, time) else None
        if due is not None and self._generated(agreement, due):
            self._schedule.done(f"corrections {agreement}", due)

    def _generated(self, agreement: str, due: datetime) -> bool:
        """False while payment files wait unread: said once for the hour that struck, and made as soon as they are read."""
        if self._refused.get(agreement) == due and unread_payments(self._installation):
            return False
        try:
            generate(self._installation, agreement, SCHEDULE)
        except UnreadPaymentsError as error:
            self._refused[agreement] = due
            _log.warning("corrections_refused", agreement=agreement, reason=str(error))
            return False
        return True

    def _fetch(self, agreement: str) -> None:
        schedule = self._installation.settings.agreements[agreement].schedule
        self._daily(
            "fetch",
            agreement,
            tuple(schedule.fetch),
            lambda: exchange.fetch(self._installation, agreement, SCHEDULE),
        )
        if schedule.fetch_every_minutes is not None:
            job = f"fetch-every {agreement}"
            due = self._schedule.every(job, schedule.fetch_every_minutes)
            if due is not None:
                self._schedule.done(job, due)
                exchange.fetch(self._installation, agreement, Actor("schedule"), quiet=True)
