"""An agreement whose dialect is a file of the operator: called by its path in the settings, and by its name in itself."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from inkasso_formats.dialects import template
from inkasso_formats.dialects.load import text_of
from inkassod import exchange, runs
from inkassod.installation import WATCHER, Installation
from support.exchange import PERSON, answer_file, at_agency, effects, log, problems, receipt
from support.installation import AGREEMENT, CLIENT_NUMBER, again, answers


@pytest.fixture
def own(tmp_path) -> Installation:
    """Cases at an agency whose closures lie in a folder below the one of its other files."""
    at_agency(tmp_path).database.close()
    text = template(text_of("intrum-no"), "of-our-own")
    meaning = 'meaning = "Cases that have ended, and how."\n'
    assert meaning in text
    text = text.replace(meaning, f'{meaning}folder = "out/closed"\n')
    (tmp_path / "agency.toml").write_text(text, "utf-8")
    settings = tmp_path / "inkassod.toml"
    settings.write_text(settings.read_text("utf-8").replace('"intrum-no"', '"agency.toml"'), "utf-8")
    (tmp_path / "agency" / "out" / "closed").mkdir()
    installation = again(tmp_path)
    yield installation
    installation.database.close()


def test_an_answer_in_a_dialect_of_ones_own_is_read(own):
    """The file is known by the dialect's own name, and belongs to the agreement that names the dialect by its path."""
    assert own.dialect(AGREEMENT).name == "of-our-own"
    (run,) = answers(own, "receipts", [receipt(1)])
    (row,) = log(own, run=run)
    assert (row["outcome"], row["agreement"]) == ("done", AGREEMENT)
    assert len(effects(own, run)) == 1


def test_a_file_whose_name_says_another_client_is_refused(own):
    """Its name reaches the reader: what it says of the client is compared with the first record."""
    name, content = answer_file(own, "receipts", [receipt(1)])
    assert CLIENT_NUMBER in name
    (own.spool.agency.inbox / name.replace(CLIENT_NUMBER, "654321")).write_bytes(content)
    (run,) = runs.work_through(own, own.spool.agency, WATCHER)
    (row,) = log(own, run=run)
    assert row["outcome"] == "failed"
    place = f"line 1, record header, field client_number (9-18): '{CLIENT_NUMBER}'"
    rule = "the name of the file says 654321: one of them is wrong, ask the agency"
    assert problems(own, run) == [f"{place}: {rule}"]


def test_the_folder_of_a_kind_is_nothing_to_be_told_of(own, tmp_path):
    """It is meant to lie among the files; any other folder there is told."""
    (tmp_path / "agency" / "out" / "stray").mkdir()
    with capture_logs() as logs:
        exchange.fetch(own, AGREEMENT, PERSON)
    assert [(one["event"], one["name"]) for one in logs if one["log_level"] == "warning"] == [
        ("remote_name_refused", "stray")
    ]
