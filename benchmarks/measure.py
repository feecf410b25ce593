"""What the benchmarks share: a measurement in a process of its own, and the one line that is printed of it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds by the clock on the wall, the peak of the process's memory in MB, and what the work said."""

    seconds: float
    peak: float
    said: Any


def apart(script: str, name: str, *arguments: object) -> Measured:
    """Runs `name` of a script in a fresh process (see `child`), so that memory is its own and nothing is warm."""
    call = [sys.executable, script, name, *(str(argument) for argument in arguments)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def by_turns(script: str, names: Sequence[str], *arguments: object, turns: int = 3) -> list[Measured]:
    """The fastest of some runs of each, taken by turns, so that other work on the machine slows neither alone."""
    runs = [[apart(script, name, *arguments) for name in names] for _ in range(turns)]
    return [min(of_one, key=lambda run: run.seconds) for of_one in zip(*runs, strict=True)]


def child(works: dict[str, Callable[..., tuple[float, Any]]]) -> None:
    """The other end of `apart`: carries out the named work, which returns its own seconds and what it says."""
    seconds, said = works[sys.argv[1]](*sys.argv[2:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": round(peak, 1), "said": said}))


def clocked(work: Callable[[], Any]) -> tuple[float, Any]:
    """The seconds that a piece of work takes, and what it returns."""
    began = time.perf_counter()
    said = work()
    return time.perf_counter() - began, said


def line(name: str, ratio: float, goal: float, *, higher_is_better: bool, rest: str) -> str:
    """`name ratio=... goal=... ok|short`, then the figures behind it."""
    ok = ratio >= goal if higher_is_better else ratio <= goal
    return f"{name} ratio={ratio:.2f} goal={goal:g} {'ok' if ok else 'short'} {rest}"
