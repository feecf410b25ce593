"""Reading 100,000 payments of OCR Giro: our columns and our records against `netsgiro.parse`, each in a process of its own.

What is compared is the time of the processor, for all of them are busy with one processor from beginning to end: so the ratio holds
on a machine that has other things to do.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import measure

HERE = str(Path(__file__).resolve())
PAYMENTS = 100_000
ROUNDS = 3  # the best counts: it is the least disturbed
GOALS = {"columns": 40, "records": 8}


def lines() -> list[str]:
    """One line for each of our two ways. The readers take turns, so that a disturbance of the machine meets them all."""
    with tempfile.TemporaryDirectory(prefix="inkassod-bench-") as folder:
        path = Path(folder) / "payments.ocr"
        measure.apart(HERE, "write", path)  # not here: a process hands its highest memory on to its children
        runs = [
            {name: measure.apart(HERE, name, path) for name in WORKS if name != "write"}
            for _ in range(ROUNDS)
        ]
    theirs = min(run["netsgiro"].seconds for run in runs)
    return [_line(name, theirs, [run[name] for run in runs]) for name in GOALS]


def _line(name: str, theirs: float, runs: list[measure.Measured]) -> str:
    ours, peak = min(run.seconds for run in runs), max(run.peak for run in runs)
    rest = f"netsgiro={theirs:.2f}s ours={ours:.3f}s peak={peak:.0f}MB"
    return measure.line(f"ocr_{name}", theirs / ours, GOALS[name], higher_is_better=True, rest=rest)


# --- the work, each in a process of its own ------------------------------------------------------------------------


def _write(path: Path) -> tuple[float, int]:
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
    return 0.0, PAYMENTS


def _netsgiro(path: Path) -> tuple[float, int]:
    import netsgiro

    def work() -> int:
        (assignment,) = netsgiro.parse(path.read_text(encoding="iso-8859-1")).assignments
        return len(assignment.transactions)

    return _clocked(work)


def _columns(path: Path) -> tuple[float, int]:
    from inkasso_formats.payments.ocr_columns import columns

    def work() -> int:
        with path.open("rb") as file:
            return sum(len(block) for block in columns(file))

    return _clocked(work)


def _records(path: Path) -> tuple[float, int]:
    from inkasso_formats.payments.ocr_giro import parse

    def work() -> int:
        with path.open("rb") as file:
            return len(parse(file).payments)

    return _clocked(work)


def _clocked(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds of the processor, imports left out, and how many payments were read."""
    began = time.process_time()
    count = work()
    seconds = time.process_time() - began
    if count != PAYMENTS:
        raise SystemExit(f"{count} payments were read, not {PAYMENTS}")
    return seconds, count


WORKS: dict[str, Callable[[Path], tuple[float, int]]] = {
    "write": _write,
    "netsgiro": _netsgiro,
    "columns": _columns,
    "records": _records,
}

if __name__ == "__main__":
    measure.child({name: lambda path, work=work: work(Path(path)) for name, work in WORKS.items()})
