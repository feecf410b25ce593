"""The whole cycle on this machine: an agency's SFTP server, a creditor's ERP, a bank, and the daemon between them.

Every step is done with the parts that run in production, and checked against the ledger before the next one begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inkassod import app, log
from inkassod.demo import place
from inkassod.demo.cycle import STEPS, Step
from inkassod.demo.daemon import Daemon, NotSeenError
from inkassod.demo.ending import what_happened, what_next
from inkassod.demo.scene import Say, Scene
from inkassod.demo.stop import Stop, StoppedError, stoppable
from inkassod.simulator import command, sample

SEED = 7
PACE_SECONDS = 5.0  # of the agency, when the cycle is through and the demo goes on
FETCH_MINUTES = 1  # of the daemon, then
DONE, FAILED, WRONG, BUSY = 0, 1, 2, 6


def demo(folder: Path | None, once: bool, say: Say, *, terminal: bool = False) -> int:
    """Takes a case the whole way, telling each step through `say`. Returns the exit status.

    `folder` (`.demo` here by default) is made anew. With `once` the demo ends after the last step: 0 where every step was
    seen, else 1; without it agency and daemon go on until Ctrl-C or SIGTERM. `terminal`: what `say` writes goes to a
    terminal on standard output, whose width the tables may fit.
    """
    log.configure("text", warnings_only=True)  # what the daemon logs stands in its own file
    try:
        with place.prepared(folder or Path(place.DEFAULT)) as home:
            return _in(home, once=once, say=say, terminal=terminal)
    except place.NotOursError as error:
        say(f"demo: {error}")
        return WRONG
    except place.InUseError as error:
        say(f"demo: {error}")
        return BUSY


def _in(home: Path, *, once: bool, say: Say, terminal: bool) -> int:
    with stoppable() as stop:
        try:
            with _scene(home, say, stop) as scene:
                missing = _cycle(scene)
                if missing:
                    return _tell_missing(scene, missing)
                what_happened(scene, terminal=terminal)
                what_next(scene, going_on=not once)
                return DONE if once else _go_on(scene)
        except NotSeenError as error:
            say(f"demo: {error}")
            return FAILED
        except StoppedError:
            say("Stopped before the cycle was through.")
            return FAILED


@contextmanager
def _scene(home: Path, say: Say, stop: Stop) -> Iterator[Scene]:
    """Agency and daemon running, the ledger open; both are ended when the block ends."""
    say(f"The whole cycle of debt collection on this machine, in {home}")
    say("")
    options = command.Options(
        folder=home / "agency",
        client_number=place.CLIENT_NUMBER,
        username=place.USERNAME,
        password=place.new_password(home),
        bank_folder=place.bank_inbox(home),
        seed=SEED,
    )
    with command.opened(options, say=_agency(say)) as simulation:
        server = simulation.server
        settings = place.write_settings(home, server.port, server.fingerprint, FETCH_MINUTES)
        installation = app.open_installation(settings)
        today = installation.today(place.CREDITOR)
        say(f"  agency   SFTP on 127.0.0.1 port {server.port}, host key {server.fingerprint}")
        with Daemon(settings, home / "daemon.log", stop) as daemon:
            say(f"  daemon   process {daemon.pid}, watching {home / 'spool'}, log in {daemon.log}")
            say(f"  ledger   {home / 'inkassod.sqlite3'}")
            creditor = sample.sample(SEED, today, customers=place.CUSTOMERS)
            try:
                yield Scene(installation, simulation, daemon, creditor, today, say, stop)
            finally:
                _end(daemon, say)
                installation.database.close()


def _agency(say: Say) -> Callable[[str], None]:
    return lambda line: say(f"     agency | {line}")


def _end(daemon: Daemon, say: Say) -> None:
    status = daemon.end()
    say("")
    say(f"Agency and daemon have ended (the daemon with exit status {status}).")


def _cycle(scene: Scene) -> list[Step]:
    """Step by step. Returns the step that was not seen and those after it; an empty list where all were."""
    for number, step in enumerate(STEPS, 1):
        scene.say("")
        scene.say(f"{number:2d}. {step.title}")
        began = time.monotonic()
        try:
            lines = step.act(scene)
        except NotSeenError as error:
            scene.say(f"     not seen: {error}")
            return list(STEPS[number - 1 :])
        for line in lines:
            scene.say(f"     {line}")
        scene.say(f"     seen in the ledger after {time.monotonic() - began:.1f} s")
    return []


def _tell_missing(scene: Scene, missing: list[Step]) -> int:
    scene.say("")
    scene.say(f"{len(STEPS) - len(missing)} of {len(STEPS)} steps were seen. Missing:")
    for step in missing:
        scene.say(f"     {step.title}")
    return FAILED


def _go_on(scene: Scene) -> int:
    """Agency and daemon live on: what the user does is answered. Ends with Ctrl-C, or when the daemon has died."""
    with suppress(StoppedError):
        while scene.daemon.lives():
            scene.stop.wait(PACE_SECONDS)
            try:
                scene.simulation.partner.step()
            except OSError as error:
                _agency(scene.say)(f"this step failed, the next one tries again: {error}")
        scene.say(f"The daemon has ended: look into {scene.daemon.log}")
        return FAILED
    return DONE
