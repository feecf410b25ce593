from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from inkasso_formats.problems import FormatError, FormatProblem
from inkassod import app
from inkassod.cli.errors import Failure, failure_of, tell
from inkassod.handling import TroubleError
from inkassod.settings import SettingsError
from inkassod.spool import Busy, SpoolError

BAD = FormatProblem(code="ocr.sum", rule="12 expected", line=3)


def database(text: str) -> OperationalError:
    """What SQLAlchemy makes of an error of SQLite."""
    return OperationalError("select 1", {}, sqlite3.OperationalError(text))


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (app.UsageError("so not"), Failure(2, "usage", "so not")),
        (SettingsError(["a: b", "c: d"]), Failure(4, "settings", "x.toml cannot be used", ("a: b", "c: d"))),
        (
            app.TransportError("transport.auth", "refused", transient=False),
            Failure(5, "transport.auth", "refused"),
        ),
        (Busy("held"), Failure(6, "spool.busy", "held")),
        (SpoolError("spool.too_large", "too large"), Failure(1, "spool.too_large", "too large")),
        (
            FormatError([BAD]),
            Failure(1, "ocr.sum", "the file cannot be read", ("line 3: 12 expected",)),
        ),
        (TroubleError("disk gone"), Failure(1, "trouble", "disk gone")),
        (FileNotFoundError(2, "No such file", "/x"), Failure(1, "system", "/x: No such file")),
        (OSError("odd"), Failure(1, "system", "odd")),
        (database("disk I/O error"), Failure(1, "database", "the database cannot be used: disk I/O error")),
        (
            database("database is locked"),
            Failure(6, "database.busy", "the database cannot be used: database is locked"),
        ),
    ],
)
def test_each_error_has_its_status_its_code_and_its_sentence(error, failure):
    """A program goes by the code, a person by the sentence."""
    assert failure_of(error, Path("x.toml")) == failure


def test_a_failure_is_one_sentence_and_its_problems(capsys):
    """On standard error; what steers a terminal is taken out."""
    tell(Failure(4, "settings", "x.toml cannot be used", ("a: \x1b[1mb",)), as_json=False)
    written = capsys.readouterr()
    assert (written.out, written.err) == ("", "inkassod: x.toml cannot be used:\n  a: �[1mb\n")
