"""The demo as a user starts it: a process of its own in a folder of its own, which leaves nothing behind but that folder."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from inkassod.demo.cycle import STEPS
from inkassod.demo.place import MARK, prepared
from support.daemon import PATIENCE, until

FAILING = """
import sys
from pathlib import Path
from inkassod.demo import before, demo, scene

scene.STEP_SECONDS = 1.0
before.write_feed = lambda *_given: [Path("never")]  # an ERP that drops nothing
sys.exit(demo(Path("stage"), True, print))
"""


def environment(folder: Path) -> dict[str, str]:
    """Home and temporary files of their own, so that what is left there is seen."""
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    return os.environ | {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}


def play(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )


def processes_in(folder: Path) -> list[str]:
    """The command lines of living processes that name the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:  # it has ended meanwhile
            continue
        if str(folder) in text:
            found.append(text)
    return found


def left(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.glob("*") if path.name not in {"home", "tmp"}
    )


def test_every_step_is_seen_and_nothing_is_left_behind(tmp_path):
    """`demo --once` tells every step in plain text, ends with 0, ends its processes, keeps to its folder, and advises commands that work."""
    done = play(tmp_path, "-m", "inkassod", "demo", "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    for number, step in enumerate(STEPS, 1):
        assert f"\n{number:2d}. {step.title}\n" in done.stdout
    assert done.stdout.count("seen in the ledger after") == len(STEPS)
    assert done.stdout.endswith("\nAgency and daemon have ended (the daemon with exit status 0).\n")
    assert "Traceback" not in done.stderr
    assert re.search(r"[^\S\n]\n|[\x00-\x09\x0b-\x1f\x7f]", done.stdout) is None
    assert processes_in(tmp_path) == []
    assert left(tmp_path) == [".demo"]
    assert [path for name in ("home", "tmp") for path in (tmp_path / name).iterdir()] == []
    assert (tmp_path / ".demo" / "agency.password").stat().st_mode & 0o777 == 0o600
    assert "Traceback" not in (tmp_path / ".demo" / "daemon.log").read_text()
    commands_work(tmp_path, done.stdout)


def commands_work(folder: Path, told: str) -> None:
    """What the demo advises to try next can be typed as it stands."""
    advice = told.partition("To try next:\n")[2].partition("Everything lies in")[0].splitlines()
    assert len(advice) >= 5
    for line in advice:
        words = shlex.split(re.split(r"\s{2,}", line.strip())[0])
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
        assert done.stdout


def test_a_demos_folder_is_made_anew(tmp_path):
    """What an earlier demo left in its folder is gone when the next one begins; a link in it is removed, not followed."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    with prepared(tmp_path / "stage") as home:
        (home / "spool" / "erp").mkdir(parents=True)
        (home / "spool" / "erp" / "old.csv").touch()
        (home / "link").symlink_to(tmp_path / "elsewhere")
    with prepared(tmp_path / "stage") as home:
        assert [path.name for path in home.iterdir()] == [MARK]
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_a_folder_that_is_not_a_demos_own_is_left_alone(tmp_path):
    """A folder with anything in it but a demo is refused with status 2, and nothing in it is touched."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = play(tmp_path, "-m", "inkassod", "demo", "--once", "--folder", "mine")
    assert done.returncode == 2
    sentence = f"demo: {tmp_path / 'mine'} is not empty and was made by no demo (there is no {MARK} in it): name another with --folder"
    assert sentence in done.stdout
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_step_that_does_not_come_is_named(tmp_path):
    """A step that is not seen in time says what it waited for and where to look; the status is 1 and what is missing is listed."""
    done = play(tmp_path, "-c", FAILING)
    assert done.returncode == 1
    log = tmp_path / "stage" / "daemon.log"
    assert f"     not seen: waited 1 s for the feed to be read: look into {log}\n" in done.stdout
    assert f"\n0 of {len(STEPS)} steps were seen. Missing:\n     {STEPS[0].title}\n" in done.stdout
    assert processes_in(tmp_path) == []


def test_without_once_it_goes_on_until_ctrl_c(tmp_path):
    """After the cycle agency and daemon stay, a second demo in the folder says so, and Ctrl-C ends both with status 0."""
    output = tmp_path / "output"
    command = [sys.executable, "-m", "inkassod", "demo", "--folder", str(tmp_path / "stage")]
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    try:
        until(
            "the cycle to be through",
            lambda: _said(output, "Ctrl-C ends both.") or process.poll() is not None,
        )
        assert process.poll() is None, output.read_text()
        assert len(processes_in(tmp_path / "stage")) == 2
        other = subprocess.run(
            [*command, "--once"], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert other.returncode == 6
        assert f"another demo is running in {tmp_path / 'stage'}" in other.stdout
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0, output.read_text()
    finally:
        process.kill()
        process.wait(timeout=PATIENCE)
    assert _said(output, "Agency and daemon have ended (the daemon with exit status 0).")
    assert processes_in(tmp_path) == []


def _said(output: Path, words: str) -> bool:
    return words in output.read_text("utf-8", "replace")
