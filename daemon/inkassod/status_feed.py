"""The status feed to the ERP: what a run changed, committed with the run and sent through the same outbox."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
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
    number = None
    with closing(_news(connection, run, at, more)) as batches:
        for records in batches:
            if number is None:
                name = f"status-{at:%Y%m%d}-{run:08d}.jsonl"
                number = outbox.begin(connection, channel=ERP + creditor, run=run, name=name, at=at)
            outbox.append(connection, number, render_status(records))
    if number is not None:
        outbox.end(connection, number)


def _news(
    connection: Connection, run: int, at: datetime, more: Sequence[StatusRecord]
) -> Generator[Sequence[StatusRecord], None, None]:
    """What there is to tell, some records at a time: cases, what the caller has, rows of the feed."""
    with closing(cases.changed_by(connection, run)) as batches:
        for rows in batches:
            yield [_case_record(row, at) for row in rows]
    last = [*more, *_refused_records(connection, run, at)]
    if last:
        yield last


def _case_record(row: Sequence[Any], at: datetime) -> CaseRecord:
    (
        case_id,
        invoice_no,
        agency_case_no,
        status,
        stage_code,
        *why,
        closed_on,
        closing,
        reminder_no,
        agreement,
    ) = row
    return CaseRecord(
        case=str(case_id),
        invoice_no=invoice_no,
        agency_case_no=agency_case_no,
        status=status,
        stage=stage_code,
        stage_text=why[0] or why[1],
        closed_on=closed_on,
        closing_reason=closing,
        reminder_no=reminder_no,
        agreement=agreement,
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
