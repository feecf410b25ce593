"""Runs every benchmark of this folder and prints its lines: `name ratio=... goal=... ok|short`, then both figures and the peak memory."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
NOT_BENCHMARKS = {"run", "measure"}


def main(wanted: list[str]) -> int:
    """All benchmarks, or those named. A ratio short of its goal is told, and is no failure: machines differ."""
    sys.path.insert(0, str(HERE))
    for path in sorted(HERE.glob("*.py")):
        if path.stem not in NOT_BENCHMARKS and (not wanted or path.stem in wanted):
            for line in _loaded(path).lines():
                print(line, flush=True)
    return 0


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
