"""The status feed to the ERP: what a run changed, committed with the run and sent through the same outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from inkasso_formats.feed import CaseStatus as CaseRecord
from inkasso_formats.feed import RefusedStatus, StatusRecord, render_status
from inkassod.installation import Installation
from inkassod.store import cases, journal, outbox

ERP = "erp:"  # channels that begin so lead to the ERP of a creditor, all others to the agency of an agreement


def add_status_feed(
    installation: Installation,
    connection: Connection,
    run: int,
    creditor: str,
    more: Sequence[StatusRecord] = (),
) -> None:
    """Tells the ERP what a run changed, in the run's own transaction; a run that changed nothing tells nothing."""
    at = installation.now()
    records: list[StatusRecord] = [_case_record(row, at) for row in cases.changed_by(connection, run)]
    records += [*more, *_refused_records(connection, run, at)]
    if records:
        outbox.add(
            connection,
            channel=ERP + creditor,
            run=run,
            name=f"status-{at:%Y%m%d}-{run:08d}.jsonl",
            content=render_status(records),
            at=at,
        )


def _case_record(row: Any, at: datetime) -> CaseRecord:
    return CaseRecord(
        case=str(row["case_id"]),
        invoice_no=row["invoice_no"],
        agency_case_no=row["agency_case_no"],
        status=row["status"],
        stage=row["stage_code"],
        stage_text=row["stage"] or row["rejection"],
        closed_on=row["closed_on"],
        closing_reason=row["closing"],
        reminder_no=row["reminder_no"],
        agreement=row["agreement"],
        at=at,
    )


def _refused_records(connection: Connection, run: int, at: datetime) -> list[StatusRecord]:
    """Rows of the feed that were not taken: the ERP is told, since only it can mend them."""
    row = journal.get(connection, run)
    if row is None or row["kind"] != "feed":
        return []
    return [
        RefusedStatus(
            file=row["file_name"],
            line=problem["line"],
            code=problem["code"],
            field=problem["field"] or "",
            message=problem["message"],
            at=at,
        )
        for problem in journal.problems_of(connection, run)
        if problem["line"] is not None and not problem["warning"]
    ]
