"""A page of the documents that is followed to the letter: its blocks go into files, its commands are given, its answers compared.

The rules are those that the page itself tells its reader (docs/dialects.md, "How to follow this page").
`python tests/support/followed_page.py` renews the answers in it; look at the difference before it is committed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from inkassod.clock import set_clock

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dialects.md"
DAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # on which the page plays
DIALECT = "nordvik.toml"

_STEP = re.compile(
    r"^```(?P<language>\w+)\n(?P<block>.*?)^```$|^Delete from `(?P<from>[^`]+)`: (?P<tables>[^\n]+)\.$",
    re.DOTALL | re.MULTILINE,
)
_NAMED = re.compile(r"(?:^| )(?:[Ii]n|as) `(?P<file>[^`]+)`:$")
_HEADER = re.compile(r"^\[\[?([a-z_.]+)\]\]?$", re.MULTILINE)
_NAME = re.compile(r'^name = "([^"]+)"$', re.MULTILINE)

Run = Callable[[str], str]  # gives a command line as it stands on the page, and returns all that it wrote


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a TOML text: its header without brackets ("" before the first), and the `name` of a record."""

    header: str
    name: str
    text: str

    @property
    def kind(self) -> str:
        """The kind of file that it is of: the first two names of the header."""
        return ".".join(self.header.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Answer:
    """A command of the page, what the page says that it answers, and what it answered."""

    command: str
    told: str
    given: str


def follow(page: str, folder: Path, run: Run) -> Iterator[Answer]:
    """Does what the page says in the folder, from the top; an answer for each command that was given."""
    for step in _STEP.finditer(page):
        file = named_before(page, step.start())
        if step["from"]:
            drop(folder / step["from"], re.findall(r"`\[([a-z_.]+)\]`", step["tables"]))
        elif step["language"] == "console":
            for command, told in commands(step["block"]):
                yield Answer(command, told, plain(run(command), folder))
        elif file == DIALECT:
            merge(folder / file, step["block"])
        elif file:
            (folder / file).write_text(step["block"], "utf-8")


def named_before(page: str, at: int) -> str:
    """The file that the line above a block names; empty where it names none, and the block is there to look at."""
    found = _NAMED.search(page[:at].rstrip("\n").rpartition("\n")[2])
    return found["file"] if found else ""


def blocks(page: str, language: str) -> Iterator[tuple[str, str]]:
    """The file that each block of a language goes into, and the block."""
    for step in _STEP.finditer(page):
        if step["language"] == language:
            yield named_before(page, step.start()), step["block"]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with the answer below it."""
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, told = piece.partition("\n")
        yield command, told.rstrip("\n")


def plain(text: str, folder: Path) -> str:
    """An answer without the folder it was given in, and without blanks at the ends of lines, which nobody sees on a page."""
    lines = text.replace(f"{folder}/", "").rstrip("\n").splitlines()
    return "\n".join(line.rstrip(" ") for line in lines)


def tables(text: str) -> list[Table]:
    """The tables of a TOML text in their order; the first is what stands before the first header."""
    starts = [0, *(found.start() for found in _HEADER.finditer(text)), len(text)]
    pieces = [text[start:end].strip("\n") for start, end in pairwise(starts)]
    return [_table(piece) for piece in pieces]


def _table(text: str) -> Table:
    header, name = _HEADER.match(text), _NAME.search(text)
    is_record = text.startswith("[[")
    return Table(header[1] if header else "", name[1] if name and is_record else "", text)


def merge(path: Path, block: str) -> None:
    """Puts the tables of a block into a dialect by the page's rules."""
    found = tables(path.read_text("utf-8"))
    for new in tables(block):
        if new.text:
            found = _merged(found, new)
    _write(path, found)


def _merged(found: list[Table], new: Table) -> list[Table]:
    if not new.header:  # behind the explanation, which ends at the first empty line
        explanation = found[0].text.partition("\n\n")[0]
        return [Table("", "", f"{explanation}\n\n{new.text}"), *found[1:]]
    same = [at for at, one in enumerate(found) if (one.header, one.name) == (new.header, new.name)]
    if same:
        rest = [one for one in found[same[0] + 1 :] if new.name or one.header != f"{new.header}.records"]
        return [*found[: same[0]], new, *rest]
    theirs = [at for at, one in enumerate(found) if new.name and one.kind == new.kind]
    at = theirs[-1] + 1 if theirs else len(found)
    return [*found[:at], new, *found[at:]]


def drop(path: Path, headers: list[str]) -> None:
    """Deletes the tables with these headers; each of them must be there."""
    found = tables(path.read_text("utf-8"))
    missing = set(headers) - {one.header for one in found}
    if missing or not headers:
        raise ValueError(f"{path.name} has no {', '.join(sorted(missing)) or 'tables to delete'}")
    _write(path, [one for one in found if one.header not in headers])


def _write(path: Path, found: list[Table]) -> None:
    path.write_text("\n\n".join(one.text for one in found) + "\n", "utf-8")


# --- renewing the answers ------------------------------------------------------------------------------------------------


def as_process(folder: Path) -> Run:
    """Gives a command as a process in the folder, on the page's day."""
    set_clock(folder / "clock", DAY)
    environment = {
        **os.environ,
        "INKASSOD_CLOCK": str(folder / "clock"),
        "SUDO_USER": "kari",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    def run(command: str) -> str:
        line = re.sub(r"^inkassod ", f"{sys.executable} -m inkassod ", command)
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=folder, env=environment, capture_output=True, check=False
        )
        return (done.stdout + done.stderr).decode()

    return run


def main() -> int:
    """Renews the answers of the page."""
    page = PAGE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        answers = list(follow(page, Path(folder).resolve(), as_process(Path(folder).resolve())))
    renewed, at = "", 0
    for answer in answers:
        start = page.index(f"$ {answer.command}\n", at) + len(answer.command) + 3
        end = start + len(answer.told)
        given = answer.given if answer.told or not answer.given else f"{answer.given}\n"
        renewed, at = renewed + page[at:start] + given, end
        if answer.told != answer.given:
            print(f"renewed: {answer.command}")
    PAGE.write_text(renewed + page[at:], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
