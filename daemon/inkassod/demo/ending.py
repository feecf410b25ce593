"""What the demo shows when the cycle is through: the job log, one case's time line, and what to try next.

The tables are the command line's own, from a process of its own: what a user will see.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from inkassod import app
from inkassod.demo.daemon import NotSeenError
from inkassod.demo.place import AGREEMENT
from inkassod.demo.scene import Scene
from inkassod.views import Document

COMMAND_SECONDS = 60.0


def what_happened(scene: Scene, *, terminal: bool) -> None:
    """The job log, and the whole way of one case. Raises NotSeenError where a command fails."""
    scene.say("")
    scene.say("The whole cycle was seen. Its job log:")
    _show(scene, ["log", "list", "--limit", "100"], terminal=terminal)
    scene.say("")
    scene.say("One case, from the hand-over to the settlement:")
    _show(scene, ["cases", "show", str(_longest(scene)["case"])], terminal=terminal)


def _longest(scene: Scene) -> Document:
    """A settled case that the agency paid in instalments, where there is one: it has the most to tell."""
    settled = [case for case in scene.cases("closed") if case["settled"]]
    by_instalments = [case for case in settled if case["stage"]["code"] != settled[-1]["stage"]["code"]]
    return (by_instalments or settled)[-1]


def _show(scene: Scene, words: list[str], *, terminal: bool) -> None:
    """A command as the user would type it, and what it prints; on a terminal it prints there itself, as wide as fits."""
    settings = scene.daemon.settings
    scene.say(f"$ {_typed(settings)} {' '.join(words)}")
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-m", "inkassod", "--config", str(settings), *words],
        stdin=subprocess.DEVNULL,
        stdout=None if terminal else subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    for line in (done.stdout or "").splitlines():
        scene.say(line.rstrip())
    if done.returncode:
        raise NotSeenError(f"inkassod {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")


def _typed(settings: Path) -> str:
    """How the program is called from here, with these settings."""
    beside = Path(sys.executable).parent / "inkassod"
    found = shutil.which("inkassod")
    program = "inkassod" if found and Path(found).samefile(beside) else str(_from_here(beside))
    return f"{program} --config {_from_here(settings)}"


def _from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def what_next(scene: Scene, *, going_on: bool) -> None:
    """Commands to try, each of which works as it stands."""
    home, typed = scene.daemon.settings.parent, _typed(scene.daemon.settings)
    last = scene.runs("payments")[-1]["run"]
    rejected = scene.cases("rejected")[0]["case"]
    scene.say("")
    scene.say("To try next:")
    rows = [
        (f"log show {last}", "what each line of the agency's payments did"),
        (f"log raw {last}", "the bank's file itself"),
        ("cases list --status rejected", "what the agency did not take"),
        (f"cases show {rejected}", "one of them"),
        ("candidates --held", "why an invoice is not handed over"),
        ("config show", "the settings of this demo"),
    ]
    for words, meaning in rows:
        scene.say(f"  {typed} {words:<30} {meaning}")
    if going_on:
        _going_on(scene, typed)
    else:
        scene.say(f"Everything lies in {home} until the next demo makes that folder anew.")


def _going_on(scene: Scene, typed: str) -> None:
    left = [one["invoice"] for one in app.candidates(scene.installation, AGREEMENT) if one["qualifies"]][:2]
    scene.say("")
    scene.say("Agency and daemon go on: hand over more, and watch the answers come.")
    scene.say(f"  {typed} transfer {' '.join(left)}")
    scene.say(f"  {typed} fetch")
    scene.say(f"  or drop files into {scene.erp_inbox} and {scene.bank_inbox}")
    scene.say("Ctrl-C ends both.")
