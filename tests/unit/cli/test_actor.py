from __future__ import annotations

import getpass
import os

import pytest

from inkassod.cli.context import actor, status_of
from inkassod.installation import Actor


def test_behind_sudo_the_person_acts_and_not_root(monkeypatch):
    """The log names who gave the command."""
    monkeypatch.setenv("SUDO_USER", "kari")
    assert actor("because") == Actor("manual", "kari", "because")


def test_else_the_login_name_acts(monkeypatch):
    """As the system has it."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", lambda: "ola")
    assert actor() == Actor("manual", "ola", "")


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no name")])
def test_a_user_without_a_name_acts_by_number(monkeypatch, error):
    """In a container, say."""

    def nameless():
        raise error

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nameless)
    assert actor().name == f"user {os.getuid()}"


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([], 0),
        (["done", "duplicate"], 0),
        (["done", "issues"], 3),
        (["issues", "failed", "done"], 1),
    ],
)
def test_the_worst_run_gives_the_exit_status(outcomes, status):
    """Failed before issues before done."""
    assert status_of({"outcome": outcome} for outcome in outcomes) == status
