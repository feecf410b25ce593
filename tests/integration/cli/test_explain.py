"""`inkassod explain`: what a code means, for people and programs."""

from __future__ import annotations

import pytest

from inkassod.cli import execute
from inkassod.failures import catalogue
from support.command_line import CommandLine, process


@pytest.fixture
def anywhere(tmp_path, capsys) -> CommandLine:
    """The command line where there are no settings."""
    return CommandLine(tmp_path, capsys)


def test_a_code_is_explained(anywhere):
    """Its meaning, its usual cause and its cure, one under the other."""
    answer = anywhere.bare("explain", "payment.no_reference")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == (
        "code     payment.no_reference\n"
        "meaning  A payment carries no reference, so it is kept and counts nowhere.\n"
        "cause    The payer left it out, or the bank does not pass it on.\n"
        "cure     Find out what was paid and book it in the ERP on that invoice; `inkassod unmatched` lists it.\n"
    )


def test_a_code_is_a_document_for_programs(anywhere):
    """One failure with its four texts."""
    (found,) = anywhere.bare("--json", "explain", "ocr.sum").document["failures"]
    assert list(found) == ["code", "meaning", "cause", "cure"]
    assert found["code"] == "ocr.sum"


def test_without_a_code_all_are_listed(anywhere):
    """A heading and a line for each, and each in the document."""
    lines = anywhere.bare("explain").out.splitlines()
    assert lines[0].split() == ["code", "meaning"]
    assert [line.split()[0] for line in lines[1:]] == list(catalogue().failures)
    listed = anywhere.bare("--json", "explain").document["failures"]
    assert [one["code"] for one in listed] == list(catalogue().failures)


def test_a_code_that_there_is_not_names_those_near_it(anywhere):
    """A slip leads to the code that was meant."""
    answer = anywhere.bare("explain", "transport.hostkey")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("inkassod: there is no code 'transport.hostkey'; near it: transport.")
    assert "transport.host_key" in answer.err
    assert anywhere.bare("--json", "explain", "x").document["error"]["code"] == "not_found"


def test_it_works_without_settings(tmp_path):
    """Whoever has a code and no right to the settings can look it up."""
    environment = {"INKASSOD_CONFIG": str(tmp_path / "none.toml")}
    assert process("explain", "settings.missing", folder=tmp_path, environment=environment).status == 0


def test_the_code_of_a_command_that_failed_can_be_explained(inkassod, capsys):
    """What --json tells as the code of an error stands in the catalogue."""
    code = inkassod.json("log", "show", "99").document["error"]["code"]
    assert execute(["explain", code]) == 0
    assert capsys.readouterr().out.startswith("code     not_found\n")
