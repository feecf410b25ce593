"""What a dialect reads out of a sample, as JSON beside the sample; `python tests/support/golden_dialects.py` writes what is missing.

An expected file that is there is kept unless `--force` is given: look at the difference before it is committed.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from inkasso_formats.dialects import Dialect, FileKind, kind_of_content, load, parse, shipped
from inkasso_formats.problems import FormatError, FormatProblem

DATA = Path(__file__).parents[1] / "data"


def samples(dialect: str) -> list[Path]:
    """The sample files of a dialect."""
    return sorted(path for path in (DATA / dialect).glob("*.*") if path.suffix in {".txt", ".csv", ".xml"})


def expected_path(sample: Path) -> Path:
    """Where the expected reading of a sample stands."""
    return sample.with_suffix(".expected.json")


def reading(dialect: Dialect, content: bytes) -> str:
    """The kind of a sample, and all that is read from it or all that is wrong with it, as JSON."""
    kind: FileKind | None = kind_of_content(dialect, content)
    if kind is None:
        return _json({"kind": None})
    try:
        parsed = parse(dialect, kind, content)
    except FormatError as error:
        return _json({"kind": kind, "error": [_problem(problem) for problem in error.problems]})
    problems = [_problem(problem) for problem in parsed.problems]
    return _json({"kind": kind, **asdict(parsed), "problems": problems})


def _problem(problem: FormatProblem) -> dict[str, object]:
    return {"code": problem.code, "warning": problem.warning, "message": problem.message}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n"


def _plain(value: Any) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)


def main(force: bool) -> int:
    """Writes the expected files; 1 where one differs and was kept."""
    kept = 0
    for name in shipped():
        dialect = load(name)
        for sample in samples(name):
            target, text = expected_path(sample), reading(dialect, sample.read_bytes())
            if target.exists() and not force:
                kept += target.read_text("utf-8") != text
                continue
            target.write_text(text, "utf-8")
    print(f"{kept} expected files differ and were kept; --force overwrites them" if kept else "all written")
    return 1 if kept else 0


if __name__ == "__main__":
    sys.exit(main("--force" in sys.argv[1:]))
