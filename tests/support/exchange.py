"""What the tests of runs, exchange and service share: files dropped and read, what the log and the ledger hold after it.

`at_agency` makes an installation whose invoices 1001 to 1003 are cases 1 to 3, sent; `drop` and `read` hand files in as
they come; `ledger` is everything that took effect, to be compared before and after.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inkasso_formats.dialects import AnyRecord, FileKind, OutHead, file_name, render
from inkasso_formats.payments import ocr_giro
from inkasso_formats.payments.ocr_giro import Assignment, Transaction, Transmission
from inkasso_formats.records import CaseUpdate, Closure, Receipt
from inkassod import exchange, runs, selection
from inkassod.installation import WATCHER, Actor, Installation
from inkassod.spool import Area
from inkassod.store import journal, outbox
from inkassod.store.tables import metadata
from inkassod.transport import Agent, TransportError
from inkassod.transport.retry import retrying
from support import installation as made
from support.installation import AGREEMENT, CLIENT_NUMBER, DEBTOR_ACCOUNT, OWN_ACCOUNT

PERSON = Actor("manual", "ola", "a test")
INVOICES = ("1001", "1002", "1003")
# How a run went, not what it did: these tables differ between a disturbed and an undisturbed way to the same end.
LOG = frozenset({"runs", "run_problems", "effects", "schedules"})


class Killed(BaseException):
    """Stands for the death of the process: nothing in the daemon catches it."""


# --- installations ------------------------------------------------------------------------------------------------


def at_agency(folder: Path, **tables: str) -> Installation:
    """An installation with cases 1 to 3 of invoices 1001 to 1003 in a new-case file that waits to be sent."""
    installation = made.build(folder, **tables)
    made.ready(installation, *INVOICES)
    selection.transfer(installation, AGREEMENT, INVOICES, PERSON)
    return installation


# --- files of the agency and of the bank ----------------------------------------------------------------------------


def receipt(case: int, **more: object) -> Receipt:
    """The agency took the case."""
    values: dict[str, object] = {"accepted": True, "agency_case_no": f"88{case:05d}"}
    return Receipt(line=0, case=str(case), **{**values, **more})  # type: ignore[arg-type]


def update(case: int, **more: object) -> CaseUpdate:
    """Half of it was paid to the agency on 2 March 2026."""
    values: dict[str, object] = {
        "agency_case_no": f"88{case:05d}",
        "on": made.START.date(),
        "stage_code": "41",
        "stage": "Delbetaling",
        "paid": 50_000,
        "remaining": 62_500,
        "currency": "NOK",
    }
    return CaseUpdate(line=0, case=str(case), **{**values, **more})  # type: ignore[arg-type]


def closure(case: int, **more: object) -> Closure:
    """Paid in full on 2 March 2026."""
    values: dict[str, object] = {
        "agency_case_no": f"88{case:05d}",
        "on": made.START.date(),
        "reason_code": "01",
        "text": "Betalt",
        "principal": 100_000,
        "interest": 1_523,
        "costs": 35_000,
        "currency": "NOK",
    }
    return Closure(line=0, case=str(case), **{**values, **more})  # type: ignore[arg-type]


ANSWERS = {"receipts": receipt, "updates": update, "closures": closure}


def answer_file(
    installation: Installation,
    kind: FileKind,
    records: Sequence[AnyRecord] | None = None,
    *,
    sequence_no: int = 1,
    client_number: str = CLIENT_NUMBER,
) -> tuple[str, bytes]:
    """Name and bytes of a file of the agency: with these records, or with one for each of the cases 1 to 3."""
    dialect = installation.dialect(AGREEMENT)
    listed = [ANSWERS[kind](case) for case in (1, 2, 3)] if records is None else records
    head = OutHead(client_number=client_number, sequence_no=sequence_no, created=installation.now())
    name = file_name(dialect, kind, client_number, installation.now(), sequence_no)
    return name, render(dialect, kind, head, listed).content


def payment_file(*payments: tuple[str, int], account: str = OWN_ACCOUNT, number: int = 1) -> bytes:
    """An OCR Giro file of payments (reference, øre) by a debtor on 2 March 2026."""
    day = made.START.date()
    items = tuple(
        Transaction(
            transaction_number=position,
            amount=amount,
            type="10",
            nets_date=day,
            bank_date=day,
            reference=reference,
            payer_account=DEBTOR_ACCOUNT,
        )
        for position, (reference, amount) in enumerate(payments, 1)
    )
    assignment = Assignment(
        assignment_number=1, account=account, agreement_id="001234567", transactions=items, generated=day
    )
    return ocr_giro.render(
        [
            Transmission(
                transmission_number=number,
                data_recipient="00012345",
                assignments=(assignment,),
                generated=day,
            )
        ]
    )


def drop(area: Area, name: str, content: bytes) -> Path:
    """A file in the inbox, whole."""
    path = area.inbox / name
    path.write_bytes(content)
    return path


def read(installation: Installation, area: Area) -> list[int]:
    """What waits in the area is read, as by the watcher."""
    return runs.work_through(installation, area, WATCHER)


# --- what came of it ------------------------------------------------------------------------------------------------


def row(installation: Installation, run: int) -> dict[str, Any]:
    """A run's row in the log."""
    with installation.database.read() as connection:
        found = journal.get(connection, run)
    assert found is not None, f"there is no run {run}"
    return dict(found)


def problems(installation: Installation, run: int) -> list[str]:
    """The sentences of what was wrong."""
    with installation.database.read() as connection:
        return [problem["message"] for problem in journal.problems_of(connection, run)]


def effects(installation: Installation, run: int) -> list[str]:
    """The sentences of what was done."""
    with installation.database.read() as connection:
        return [effect["change"] for effect in journal.effects_of(connection, run)]


def log(installation: Installation, **columns: object) -> list[dict[str, Any]]:
    """The rows of the log that have these values, oldest first."""
    with installation.database.read() as connection:
        rows = connection.execute(select(metadata.tables["runs"])).mappings().all()
    return [dict(one) for one in rows if all(one[name] == value for name, value in columns.items())]


def table(installation: Installation, name: str) -> list[dict[str, Any]]:
    """All rows of a table, in the order of its key."""
    source = metadata.tables[name]
    with installation.database.read() as connection:
        return [
            dict(one) for one in connection.execute(select(source).order_by(*source.primary_key)).mappings()
        ]


def ledger(installation: Installation) -> dict[str, list[dict[str, Any]]]:
    """Everything that has taken effect: all tables but the log."""
    return {name: table(installation, name) for name in metadata.tables if name not in LOG}


def spooled(installation: Installation) -> dict[str, bytes]:
    """Every file of the spool with its content, by its path below the root, but for locks and the archive."""
    root = installation.spool.root
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and path.name[:6] != ".lock-"
        and not path.is_relative_to(installation.spool.archive)
    }


def archived(installation: Installation, run: int) -> bytes:
    """The archived bytes of a run's file."""
    return (installation.spool.archive / row(installation, run)["archive"]).read_bytes()


def waiting(installation: Installation, channel: str = AGREEMENT) -> list[dict[str, Any]]:
    """The rows of the outbox that have not gone the whole way."""
    with installation.database.read() as connection:
        return [dict(one) for one in outbox.waiting(connection, channel)]


def committed(installation: Installation, number: int = 1) -> bytes:
    """The bytes that were committed to the outbox."""
    with installation.database.read() as connection:
        return b"".join(outbox.content(connection, number))


# --- deaths of the process -----------------------------------------------------------------------------------------


def dies_at(
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    when: str,
    nth: int = 1,
    *,
    error: object = Killed,
) -> None:
    """Lets the nth call of a function die (or raise that error) before or after it did its work; all others go through."""
    real = getattr(owner, name)
    calls = itertools.count(1)

    def dying(*args: Any, **kwargs: Any) -> Any:
        dies = next(calls) == nth
        if dies and when == "before":
            raise error  # type: ignore[misc]
        result = real(*args, **kwargs)
        if dies:
            raise error  # type: ignore[misc]
        return result

    monkeypatch.setattr(owner, name, dying)


def outcome(installation: Installation) -> dict[str, Any]:
    """All that the files of the agency's area came to, without the numbers of runs: to compare two ways to the same end."""
    number = re.compile(r"(?<=/)\d+-|(?<=-)\d{8}(?=\.jsonl)")
    numbered = {"run", "sent_run", "reported_run", "same_as"}
    took_effect = {
        name: [
            {key: number.sub("N", str(value)) for key, value in one.items() if key not in numbered}
            for one in rows
        ]
        for name, rows in ledger(installation).items()
    }
    columns = ("kind", "outcome", "file_name", "sha256", "read", "applied", "refused", "stray", "summary")
    runs_ = [{name: one[name] for name in columns} for one in log(installation, area="agency")]
    told = [
        (problems(installation, one["run"]), effects(installation, one["run"]))
        for one in log(installation, area="agency")
    ]
    return {
        "took effect": took_effect,
        "runs": sorted(runs_, key=lambda one: str(one["file_name"])),
        "told": sorted(one for one in told if one != ([], [])),
        "files": {number.sub("N", path): content for path, content in spooled(installation).items()},
    }


# --- the other side of the line --------------------------------------------------------------------------------------


def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange tries again at once, without its pauses."""
    monkeypatch.setattr(exchange, "retrying", functools.partial(retrying, sleep=lambda _seconds: None))


def through(monkeypatch: pytest.MonkeyPatch, agent: Agent) -> None:
    """Every exchange goes through this agent, and tries again without pauses."""
    patient(monkeypatch)
    monkeypatch.setattr(exchange, "connect", lambda _installation, _agreement: agent)


def cut() -> TransportError:
    """The line broke."""
    return TransportError("transport.cut", "the line was cut", transient=True)


def served(installation: Installation) -> dict[str, bytes]:
    """What lies on the agency's side of the installation's own transport, a folder."""
    root = installation.settings.folder / "agency"
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
