"""The agency's answers: receipts, case updates and closures of the agreement whose client number they carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from inkasso_formats import dialects
from inkasso_formats.problems import FormatError, FormatProblem
from inkassod.core.decision import Decision
from inkassod.installation import Installation
from inkassod.reading import Batch, Decide, Reading, Source
from inkassod.store import cases, journal, sql


def parse_agency(installation: Installation, source: Source) -> Reading:
    """The records of an agency's file, portion by portion; it belongs to the agreement of its client number.

    Raises FormatError, also after portions were taken.
    """
    dialect = installation.dialects[source.claim.dialect or ""]
    stream = dialects.Stream(dialect, source.claim.kind, source.file)  # type: ignore[arg-type]
    agreement = _agreement_of(installation, dialect.name, stream.head.client_number)
    return Reading(
        creditor=installation.settings.agreements[agreement].creditor,
        agreement=agreement,
        sequence_no=stream.head.sequence_no,
        batches=_batches(stream),
    )


def _batches(stream: dialects.Stream) -> Iterator[Batch]:
    """The portions. What stops the file at its end is told behind what was wrong with the records before."""
    problems: list[FormatProblem] = []
    try:
        for portion in stream:
            journal.keep(problems, portion.problems)
            yield Batch(portion.records[: sql.BATCH], portion.problems, portion.refused)
            for first in range(sql.BATCH, len(portion.records), sql.BATCH):
                yield Batch(portion.records[first : first + sql.BATCH])
    except FormatError as error:
        raise FormatError([*problems, *error.problems]) from None


def _agreement_of(installation: Installation, dialect: str, client_number: str) -> str:
    ours = {
        agreement.client_number: name
        for name, agreement in installation.settings.agreements.items()
        if agreement.dialect == dialect
    }
    if client_number not in ours:
        rule = (
            f"is no client number of ours; {', '.join(sorted(ours))} expected: it is another company's file"
        )
        problem = FormatProblem(
            code="run.client_number",
            line=1,
            record="header",
            field="client_number",
            value=client_number,
            rule=rule,
        )
        raise FormatError([problem])
    return ours[client_number]


def decide_answers(decide: Callable[[Sequence[Any], Mapping[str, Any]], Decision]) -> Decide:
    """The decision of one kind of answer, given the cases that its records name."""

    def decided(_inst: Installation, connection: Connection, reading: Reading, batch: Batch) -> Decision:
        keys = {record.case for record in batch.records}
        return decide(batch.records, cases.load(connection, reading.agreement, keys))

    return decided


def write_cases(
    connection: Connection, _reading: Reading, _batch: Batch, _run: int, decision: Decision
) -> None:
    """New values for the cases."""
    cases.change(connection, decision.changes)
