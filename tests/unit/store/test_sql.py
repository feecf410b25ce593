"""Many rows at once: given as columns, whatever way the driver names its parameters, and read some at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine, select

from inkassod.core.model import CaseStatus
from inkassod.store import cases, sql
from inkassod.store.database import Database
from inkassod.store.tables import cases as cases_table
from inkassod.store.tables import metadata

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("style", ["qmark", "named"])
def test_rows_go_in_and_are_changed_by_place_and_by_name(style):
    """Days, times, empty values and one value for all rows come out as they went in, with either kind of parameters."""
    engine = create_engine("sqlite://", paramstyle=style)
    metadata.create_all(engine)
    with engine.begin() as connection:
        opened = cases.open_cases(connection, "nord", "intrum", {"1001": "NOK", "1002": "SEK"}, AT)
        assert opened == {"1001": 1, "1002": 2}
        again = cases.open_cases(connection, "nord", "intrum", {"1002": "SEK", "1003": "NOK"}, AT)
        assert list(again) == ["1003"]
        assert again["1003"] > 2
        days = {"closed_on": [date(2026, 3, 2), None], "status": CaseStatus.CLOSED}
        sql.update_columns(connection, cases_table, [2, again["1003"]], days)
        columns = ("case_id", "currency", "status", "closed_on", "opened", "principal", "sent_run")
        rows = connection.execute(select(*(cases_table.c[name] for name in columns))).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        (1, "NOK", "to_transfer", None, AT, 0, None),
        (2, "SEK", "closed", date(2026, 3, 2), AT, 0, None),
        (again["1003"], "NOK", "closed", None, AT, 0, None),
    ]


def test_rows_are_read_some_at_a_time_and_a_reader_that_stops_is_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    """Who closes the iterator early leaves no reader behind that would keep writers out."""
    monkeypatch.setattr(sql, "BATCH", 2)
    with database.write() as connection:
        numbers = {str(number): "NOK" for number in range(5)}
        cases.open_cases(connection, "nord", "intrum", numbers, AT)
        query = select(cases_table.c.case_id).order_by(cases_table.c.case_id)
        assert [len(rows) for rows in sql.batches(connection, query)] == [2, 2, 1]
    with database.read() as connection:
        batches = sql.batches(connection, query)
        assert [row.case_id for row in next(batches)] == [1, 2]
        batches.close()
        connection.rollback()
        with database.write() as other:
            cases.open_cases(other, "nord", "intrum", {"9": "NOK"}, AT)
