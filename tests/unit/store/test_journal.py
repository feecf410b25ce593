"""The job log keeps every run with its problems and effects, and knows which bytes have taken effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inkasso_formats.problems import FormatProblem
from inkassod.core.model import Counts, Effect
from inkassod.store import journal
from inkassod.store.database import Database

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PROBLEM = FormatProblem(
    code="feed.amount",
    line=5,
    record="row",
    field="amount",
    position=(7, 9),
    value="12A",
    rule="an amount expected",
)


def start(connection, **more: object) -> int:
    """A run that reads a file of the feed."""
    values = {"kind": "feed", "trigger": "watch", "area": "erp", "started": AT, **more}
    return journal.start(connection, **values)


def finish(connection, run: int, outcome: str = "done", **more: object) -> None:
    """Ends the run a minute after it began."""
    values = {"counts": Counts(read=1, applied=1), "finished": AT + timedelta(minutes=1), **more}
    journal.finish(connection, run, outcome=outcome, **values)


def test_a_run_is_running_until_it_is_finished(database: Database):
    """It is found by its area, with what it was begun with, and no more once it has ended."""
    with database.write() as connection:
        run = start(connection, file_name="invoices.csv")
        other = start(connection, area="bank")
        assert [row["run"] for row in journal.running(connection, "erp")] == [run]
        counts = Counts(read=10, applied=4, refused=3, unchanged=2, stray=1)
        finish(connection, run, "issues", counts=counts, amount=500, currency="NOK", summary="10 read")
        assert journal.running(connection, "erp") == []
        assert [row["run"] for row in journal.running(connection, "bank")] == [other]
        row = journal.get(connection, run)
    assert row is not None
    assert (row["outcome"], row["file_name"], row["attempts"]) == ("issues", "invoices.csv", 1)
    assert [row[name] for name in ("read", "applied", "refused", "unchanged", "stray")] == [10, 4, 3, 2, 1]
    assert (row["finished"], row["amount"], row["currency"]) == (AT + timedelta(minutes=1), 500, "NOK")


def test_attempts_are_counted(database: Database):
    """An interrupted run that is taken up again says how many times it was started."""
    with database.write() as connection:
        run = start(connection)
        assert [journal.again(connection, run) for _ in range(3)] == [2, 3, 4]


def test_only_a_running_run_is_dropped(database: Database):
    """What has ended stays in the log for good."""
    with database.write() as connection:
        ended, begun = start(connection), start(connection)
        finish(connection, ended)
        journal.drop(connection, ended)
        journal.drop(connection, begun)
        assert journal.get(connection, ended) is not None
        assert journal.get(connection, begun) is None


def test_a_problem_is_kept_in_all_its_parts(database: Database):
    """Place, value, rule and the whole sentence can be shown later without the file."""
    with database.write() as connection:
        run = start(connection)
        finish(connection, run, problems=[PROBLEM])
        (row,) = journal.problems_of(connection, run)
    assert dict(row) == {
        "run": run,
        "seq": 1,
        "code": "feed.amount",
        "line": 5,
        "record": "row",
        "field": "amount",
        "first": 7,
        "last": 9,
        "value": "12A",
        "expected": "an amount expected",
        "message": "line 5, record row, field amount (7-9): '12A': an amount expected",
        "warning": False,
    }


def test_problems_and_effects_of_batches_stand_in_their_order(database: Database):
    """Each batch adds behind what was there before."""
    with database.write() as connection:
        run = start(connection)
        for line in (2, 3):
            journal.add_problems(connection, run, [FormatProblem(code="a", line=line, rule="x")] * 2)
            journal.add_effects(connection, run, [Effect(change=f"changed by {line}", line=line, case_id=7)])
        finish(connection, run, problems=[PROBLEM], what=[Effect(change="last", invoice_no="1001")])
        assert [row["line"] for row in journal.problems_of(connection, run)] == [2, 2, 3, 3, 5]
        effects = [tuple(row.values()) for row in journal.effects_of(connection, run)]
    assert effects == [
        (2, 7, None, "changed by 2"),
        (3, 7, None, "changed by 3"),
        (None, None, "1001", "last"),
    ]


def test_every_refused_line_is_kept_however_many_there_are(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    """A retry reads the refused lines only, so that none of them may be missing; only what ends a run is cut off."""
    monkeypatch.setattr(journal, "MOST_PROBLEMS", 3)
    problems = [FormatProblem(code="a", line=line, rule="x") for line in range(1, 8)]
    with database.write() as connection:
        run, failed = start(connection), start(connection)
        journal.add_problems(connection, run, problems)
        journal.add_problems(connection, run, [FormatProblem(code="b", line=99, rule="x", warning=True)])
        journal.add_problems(connection, run, [FormatProblem(code="c", rule="x")])
        finish(connection, failed, "failed", problems=problems)
        assert journal.refused_lines(connection, run) == {1, 2, 3, 4, 5, 6, 7}
        assert len(journal.problems_of(connection, failed)) == 3


def test_content_is_known_by_the_run_in_which_it_took_effect_last(database: Database):
    """The same bytes again lead to the latest run that applied them."""
    with database.write() as connection:
        first, second = start(connection), start(connection)
        assert journal.run_of_content(connection, "ab") is None
        for run in (first, second):
            journal.content_took_effect(connection, "ab", run)
            found = journal.run_of_content(connection, "ab")
            assert found is not None
            assert found["run"] == run


def test_the_log_is_filtered_newest_first(database: Database):
    """By column and by time; empty filters are passed over, `until` is not included."""
    with database.write() as connection:
        runs = [start(connection, started=AT + timedelta(days=day)) for day in range(4)]
        bank = start(connection, kind="payments", started=AT)

        def listed(filters: dict, since=None, until=None, limit: int = 10) -> list[int]:
            rows = journal.listing(connection, filters=filters, since=since, until=until, limit=limit)
            return [row["run"] for row in rows]

        assert listed({"kind": "", "outcome": "running"}) == [bank, *runs[::-1]]
        assert listed({"kind": "feed"}, limit=2) == runs[:1:-1]
        assert listed({"kind": "payments"}) == [bank]
        assert listed({}, AT + timedelta(days=1), AT + timedelta(days=3)) == [runs[2], runs[1]]


def test_the_run_before_is_of_the_same_kind_and_agreement(database: Database):
    """Whatever lies between is passed over."""
    with database.write() as connection:
        first = start(connection, kind="fetch", agreement="intrum")
        start(connection, kind="fetch", agreement="other")
        start(connection, kind="send", agreement="intrum")
        second = start(connection, kind="fetch", agreement="intrum")
        found = journal.last_of(connection, "fetch", "intrum", before=second)
        assert found is not None
        assert found["run"] == first
        assert journal.last_of(connection, "fetch", "intrum", before=first) is None
