"""Reading 100,000 payments of OCR Giro: our columns and our records against `netsgiro.parse`, each in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

PAYMENTS = 100_000
ROUNDS = 3  # the best counts: it is the least disturbed
GOALS = {"columns": 40, "records": 8}


def lines() -> list[str]:
    """One line for each of our two ways. The readers take turns, so that a disturbance of the machine meets them all."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payments.ocr"
        _apart("write", path)  # not here: what this process has used would count as its children's memory
        runs = [{name: _apart(name, path) for name in ("netsgiro", *GOALS)} for _ in range(ROUNDS)]
    theirs = min(run["netsgiro"]["seconds"] for run in runs)
    return [_line(name, theirs, [run[name] for run in runs]) for name in GOALS]


def _line(name: str, theirs: float, runs: list[dict[str, float]]) -> str:
    ours, peak = min(run["seconds"] for run in runs), max(run["peak"] for run in runs)
    ratio, goal = theirs / ours, GOALS[name]
    verdict = "ok" if ratio >= goal else "short"
    return (
        f"ocr_{name} ratio={ratio:.1f} goal={goal} {verdict} "
        f"netsgiro={theirs:.2f}s ours={ours:.3f}s peak={peak:.0f}MB"
    )


# --- in a process of its own ---------------------------------------------------------------------------------------


def _apart(name: str, path: Path) -> dict[str, float]:
    """Seconds, and the highest resident memory in MB, of one task on the file."""
    command = [sys.executable, __file__, name, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _write(path: Path) -> int:
    """A file that netsgiro takes, too: numbers and dates rise, there is a bank date, fillers are zeros."""
    from inkasso_formats.payments.ocr_giro import Assignment, Transaction, Transmission, render
    from inkasso_formats.references import kid_mod10

    first = date(2026, 10, 5)
    transactions = tuple(
        Transaction(
            type=("10", "11", "13", "15")[number % 4],
            transaction_number=number,
            nets_date=first + timedelta(days=5 * number // PAYMENTS),
            amount=10_000 + number * 7919 % 4_000_000,
            reference=kid_mod10(f"{number * 31 % 10_000_000:07d}{number:07d}"),
            payer_account=f"{86_011_100_000 + number * 17:011d}",
            bank_date=first - timedelta(days=number % 3),
            centre_id="26",
            day_code="05",
            partial_settlement="1",
            serial_number=f"{number // 1000:05d}",
            archive_reference=f"{number * 13:09d}",
        )
        for number in range(1, PAYMENTS + 1)
    )
    assignment = Assignment(
        assignment_number=1,
        account="12345678903",
        agreement_id="001234567",
        transactions=transactions,
        generated=first,
    )
    transmission = Transmission(
        transmission_number=1, data_recipient="00012345", assignments=(assignment,), generated=first
    )
    path.write_bytes(render([transmission]))
    return PAYMENTS


def _netsgiro(path: Path) -> int:
    import netsgiro

    (assignment,) = netsgiro.parse(path.read_text(encoding="iso-8859-1")).assignments
    return len(assignment.transactions)


def _columns(path: Path) -> int:
    from inkasso_formats.payments.ocr_columns import columns

    with path.open("rb") as file:
        return sum(len(block) for block in columns(file))


def _records(path: Path) -> int:
    from inkasso_formats.payments.ocr_giro import parse

    with path.open("rb") as file:
        return len(parse(file).payments)


TASKS: dict[str, Callable[[Path], int]] = {
    "write": _write,
    "netsgiro": _netsgiro,
    "columns": _columns,
    "records": _records,
}


def main(name: str, path: str) -> int:
    """Does one task, imports left out of its time, and prints what it took."""
    started = time.perf_counter()
    count = TASKS[name](Path(path))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak}))
    return 0 if count == PAYMENTS else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(*sys.argv[1:]))
    print("\n".join(lines()))
