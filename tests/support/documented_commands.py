"""The command lines that documents show, and what the program would say against each."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer
import typer.main

from inkassod.cli import commands

_FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"^\s*(?:\$ )?(?:sudo -u \w+ )?inkassod (?P<words>[^\n]+)$", re.MULTILINE)
_INLINE = re.compile(r"`(?:sudo -u \w+ )?inkassod (?P<words>[^`\n]+)`")
_ENDS = {"&&", "||", "|", ">", ">>", ";"}  # where a shell's line goes on with something else
_STANDS_FOR = {"RUN": "1", "ENTRY": "1"}  # words of the documents that must be a number
_BEFORE = {"--json": 0, "--config": 1}  # the options before the command, and how many words belong to each


@dataclass(frozen=True, slots=True)
class Shown:
    """One command line of a document, without `inkassod`; `whole`: it is to be given as it stands, and no mere mention."""

    words: tuple[str, ...]
    whole: bool


def shown(document: str) -> Iterator[Shown]:
    """Every command line in the fenced blocks and in backquotes; other output of examples is passed over."""
    for fence in _FENCED.finditer(document):
        prompt = "$ " in fence[2] and fence[1] == "console"
        for line in _LINE.finditer(fence[2]):
            if not prompt or line[0].lstrip().startswith("$ "):
                yield Shown(_words(line["words"]), whole=True)
    for inline in _INLINE.finditer(_FENCED.sub("", document)):
        yield Shown(_words(inline["words"]), whole=False)


def _words(text: str) -> tuple[str, ...]:
    words = shlex.split(text, comments=True)
    ends = [at for at, word in enumerate(words) if word in _ENDS]
    return tuple(words[: min(ends, default=len(words))])


def fault(line: Shown) -> str:
    """Why the program would not take the line; empty where it would, or where no command is named at all."""
    words = [_STANDS_FOR.get(word, word) for word in _behind_options(line.words)]
    if not words or words[0] in {"COMMAND", "--help", "--version"}:
        return ""
    command: Any = typer.main.get_command(commands)
    while words and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return f"no command {words[0]!r}"
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands"):
        return "only a group of commands" if line.whole else ""
    if "--help" in words or not (words or line.whole):
        return ""
    try:
        command.make_context("shown", words)
    except typer.TyperException as error:
        return error.format_message()
    return ""


def _behind_options(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[0] in _BEFORE:
        words = words[1 + _BEFORE[words[0]] :]
    return words
