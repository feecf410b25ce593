"""What docs/commands.md holds that comes from the program: the list of all commands and options, and the examples."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import typer.main

from inkassod.cli import commands, execute

_EXAMPLE = re.compile(r"(?<=```console\n).*?(?=```\n)", re.DOTALL)


def tree() -> Iterator[tuple[str, Any]]:
    """Every command that can be given, by its words, in the order of the help."""
    yield from _below("", typer.main.get_command(commands))


def _below(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    for name, inner in command.commands.items():
        path = f"{words} {name}".strip()
        if hasattr(inner, "commands"):
            yield from _below(path, inner)
        else:
            yield path, inner


def options(command: Any) -> list[str]:
    """The options of a command, all their spellings."""
    return [
        word for one in command.params for word in [*one.opts, *one.secondary_opts] if word.startswith("--")
    ]


def reference() -> str:
    """What `--help` tells of each command, in Markdown; the width is that of a terminal of 80 columns."""
    return "\n".join(f"### {words}\n\n```text\n{_help(words)}\n```\n" for words, _ in tree())


def _help(words: str) -> str:
    written = io.StringIO()
    with mock.patch.dict(os.environ, COLUMNS="80"), contextlib.redirect_stdout(written):
        execute([*words.split(), "--help"])
    return "\n".join(line.rstrip() for line in written.getvalue().strip().splitlines())


def replayed(document: str, call: Callable[[list[str]], str]) -> str:
    """The document with what each `$ inkassod ...` of its examples answers now, in the order in which they stand."""

    def again(found: re.Match[str]) -> str:
        lines = []
        for line in found[0].splitlines():
            if line.startswith("$ inkassod "):
                lines += [line, *call(shlex.split(line.removeprefix("$ inkassod "))).splitlines()]
        return "\n".join(lines) + "\n"

    return _EXAMPLE.sub(again, document)
