"""README.md tells what is so."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

from inkassod.cli import commands
from inkassod.demo.cycle import STEPS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_page_that_it_leads_to_is_there():
    """A link in the README leads to a file of the project."""
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(links) >= 8
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_steps_of_the_transcript_are_the_demos():
    """A step in the transcript carries the number and the title that the demo prints."""
    told = re.findall(r"^    ([ \d]\d)\. (.+)$", TEXT, flags=re.MULTILINE)
    assert len(told) >= 5
    steps = {(f"{number:2d}", step.title) for number, step in enumerate(STEPS, 1)}
    assert [step for step in told if step not in steps] == []


def test_every_command_that_it_names_is_there():
    """`inkassod WORD` in the README is a command of the program."""
    named = set(
        re.findall(
            r"inkassod (?:--config \S+ )?([a-z]+) ?",
            "\n".join(re.findall(r"`[^`\n]+`|^ {4,}\$? ?.+$", TEXT, flags=re.MULTILINE)),
        )
    )
    known = set(get_command(commands).commands)  # type: ignore[attr-defined]
    assert {"candidates", "transfer", "cases", "log", "config"} <= named
    assert named <= known


def test_every_make_target_that_it_names_is_there():
    """`make WORD` in the README is a target of the Makefile."""
    named = set(re.findall(r"make ([a-z]+)", TEXT))
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert {"demo", "test", "check"} <= named <= targets
