"""What one inbound file does, in one transaction: identify, parse, decide batch by batch, end the run.

Either all of it takes effect or nothing: a FormatError on the last line takes back what the first lines did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection

from inkasso_formats.identify import Claim, identify
from inkasso_formats.problems import FormatError, FormatProblem
from inkassod.core.decision import Decision
from inkassod.core.model import Counts
from inkassod.installation import Installation
from inkassod.kinds import KINDS
from inkassod.reading import Batch, Kind, Reading, Source
from inkassod.status_feed import add_status_feed
from inkassod.store import journal, outbox

HEAD = 64 * 1024  # bytes of a file that are enough to tell what it is


@dataclass(slots=True)
class _Tally:
    """What the batches of a run came to."""

    counts: Counts = field(default_factory=Counts)
    amount: int = 0
    warned: bool = False

    def outcome(self, *, again: bool) -> str:
        """`duplicate` where known content brought nothing new, `issues` where anything needs a look."""
        if again and not self.counts.applied:
            return "duplicate"
        return "issues" if self.warned or self.counts.refused or self.counts.stray else "done"


def identified(installation: Installation, name: str, file: BinaryIO) -> Claim:
    """What a file is, by its beginning; the file stands at its beginning again. Raises FormatError."""
    head = file.read(HEAD)
    file.seek(0)
    return identify(name, head, list(installation.dialects.values()))


def take_effect(
    installation: Installation, connection: Connection, run: int, source: Source, expected: str
) -> str:
    """Everything that a file does, in the caller's transaction. Returns the outcome. Raises FormatError."""
    kind = _expected_kind(source, expected)
    before = journal.run_of_content(connection, source.sha256)
    only = journal.refused_lines(connection, before["run"]) if before is not None else None
    if before is not None and not (only and kind.again):
        return _duplicate(installation, connection, run, before)
    reading = kind.parse(installation, source)
    tally = _Tally()
    if before is None:  # the same bytes again have the same number again: that is no news
        _check_sequence(connection, reading, kind, run, tally)
    for batch in reading.batches:
        _one_batch(installation, connection, reading, kind, run, batch, only, tally)
    _book(connection, run, kind.end(installation, connection, reading, run), tally)
    journal.note(connection, run, creditor=reading.creditor, agreement=reading.agreement)
    outcome = tally.outcome(again=before is not None)
    journal.finish(
        connection,
        run,
        outcome=outcome,
        finished=installation.now(),
        counts=tally.counts,
        amount=tally.amount,
        currency=reading.currency,
        same_as=before["run"] if before is not None else None,
        summary=_summary(installation, tally.counts, before),
    )
    if outcome != "duplicate":
        journal.content_took_effect(connection, source.sha256, run)
        add_status_feed(installation, connection, run, reading.creditor)
    return outcome


def _expected_kind(source: Source, expected: str) -> Kind:
    found = source.claim.kind
    if expected and found != expected:
        rule = f"is a file of {found}: `inkassod read {found}` reads it"
        raise FormatError([FormatProblem(code="run.other_kind", value=source.name, rule=rule)])
    return KINDS[found]


def _duplicate(installation: Installation, connection: Connection, run: int, before: Any) -> str:
    """The very same bytes have taken effect, and nothing of them was refused."""
    counts = Counts(read=before["read"], unchanged=before["read"])
    journal.finish(
        connection,
        run,
        outcome="duplicate",
        finished=installation.now(),
        counts=counts,
        creditor=before["creditor"],
        agreement=before["agreement"],
        same_as=before["run"],
        summary=_summary(installation, counts, before),
    )
    return "duplicate"


def _summary(installation: Installation, counts: Counts, before: Any) -> str:
    if before is not None:
        at = before["finished"].astimezone(installation.settings.creditors[before["creditor"]].time_zone)
        when = f"{at.day} {at:%B %Y}"
        return f"same content as run {before['run']} of {when}: {counts.applied} of {counts.read} records new"
    parts = [f"{counts.read} read", f"{counts.applied} applied"]
    parts += [
        f"{getattr(counts, name)} {name}"
        for name in ("unchanged", "refused", "stray")
        if getattr(counts, name)
    ]
    return ", ".join(parts)


def _check_sequence(connection: Connection, reading: Reading, kind: Kind, run: int, tally: _Tally) -> None:
    """A gap in the partner's numbers, or an old number, is said; the file is read all the same."""
    if reading.sequence_no is None:
        return
    last = outbox.last_number(connection, reading.agreement, kind.name)
    outbox.set_number(connection, reading.agreement, kind.name, max(last, reading.sequence_no))
    if last in {0, reading.sequence_no - 1}:
        return
    if reading.sequence_no > last:
        rule = f"follows {last}: a file is missing in between, ask the agency for it; this one was read"
    else:
        rule = f"comes after {last}: it is late or sent again; it was read"
    problem = FormatProblem(
        code="run.sequence",
        line=1,
        record="header",
        field="sequence_no",
        value=str(reading.sequence_no),
        rule=rule,
        warning=True,
    )
    journal.add_problems(connection, run, [problem])
    tally.warned = True


def _one_batch(
    installation: Installation,
    connection: Connection,
    reading: Reading,
    kind: Kind,
    run: int,
    batch: Batch,
    only: set[int] | None,
    tally: _Tally,
) -> None:
    fresh = batch.records if only is None else [record for record in batch.records if record.line in only]
    batch_now = Batch(fresh, batch.problems, batch.refused, batch.creditor)
    decision = kind.decide(installation, connection, reading, batch_now)
    kind.write(connection, reading, batch_now, run, decision)
    decision.counts.read += batch.refused + len(batch.records) - len(fresh)
    decision.counts.unchanged += len(batch.records) - len(fresh)
    decision.counts.refused += batch.refused
    decision.problems[:0] = batch.problems
    _book(connection, run, decision, tally)


def _book(connection: Connection, run: int, decision: Decision, tally: _Tally) -> None:
    """What a decision says of its records, into the log and the tally."""
    journal.add_problems(connection, run, decision.problems)
    journal.add_effects(connection, run, decision.effects)
    tally.counts.add(decision.counts)
    tally.amount += decision.amount
    tally.warned = tally.warned or bool(decision.problems)


def kind_of(installation: Installation, path: Path) -> str:
    """What kind a waiting file is of, by its beginning; empty where that cannot be told."""
    try:
        with path.open("rb") as file:
            return identify(path.name, file.read(HEAD), list(installation.dialects.values())).kind
    except (OSError, FormatError):
        return ""
