"""Reading a file: bytes to neutral values, with every problem at once.

What stops the file, as a whole: its encoding, records of the wrong length or of an unknown kind, and all that `structure` says.
What refuses one record: any other value that cannot be read. What is told only: a code that the tables lack, and bytes that
look like another encoding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import BinaryIO, cast

from inkasso_formats.dialects import xml_reading
from inkasso_formats.dialects.bulk import Blocks, suits
from inkasso_formats.dialects.flat import LineReader
from inkasso_formats.dialects.model import AnyRecord, Dialect, FileKind, Parsed, Portion
from inkasso_formats.dialects.structure import Structure
from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import FileHead

CHUNK = 1 << 21  # bytes that are read at once


def parse(dialect: Dialect, kind: FileKind, content: bytes | Iterable[bytes], name: str = "") -> Parsed:
    """The records of a file (all of it, its lines, or the file itself), and what is wrong with those that are refused.

    `name` is the file's name, where it has one that may say what the file does not. Raises FormatError with all problems, those of
    single records too, where the file as a whole cannot be trusted; KeyError where the dialect has no files of this kind.
    """
    opened = Stream(dialect, kind, content, name)
    records: list[AnyRecord] = []
    problems: list[FormatProblem] = []
    refused = 0
    for portion in opened:
        records += portion.records
        problems += portion.problems
        refused += portion.refused
    return Parsed(
        head=opened.head,
        records=records,
        problems=problems,
        count=opened.count,
        total=opened.total,
        refused=refused,
    )


class Stream:
    """A file that is read portion by portion, so that memory does not grow with it: bytes, a binary file, or its lines.

    Raises FormatError as `parse` does, when it is opened or while it is gone through: only when the end is reached can the
    file be trusted. `head` is known from the start, `count` and `total` (øre) at the end.
    """

    def __init__(
        self, dialect: Dialect, kind: FileKind, content: bytes | Iterable[bytes], name: str = ""
    ) -> None:
        self._structure = Structure(dialect, kind, name)
        self._portions = self._read(_steps(dialect, kind, content, self._structure))
        self._first = next(self._portions)

    @property
    def head(self) -> FileHead:
        """What the file says of itself."""
        return self._structure.head

    @property
    def count(self) -> int:
        """How many records were read so far."""
        return self._structure.count

    @property
    def total(self) -> int:
        """What they come to so far, in øre."""
        return self._structure.total

    def __iter__(self) -> Iterator[Portion]:
        yield self._first
        yield from self._portions

    def _read(self, steps: Iterator[None]) -> Iterator[Portion]:
        for _ in steps:
            portion = self._structure.portion()
            if portion is not None:
                yield portion
        yield self._structure.finish()


def _steps(
    dialect: Dialect, kind: FileKind, content: bytes | Iterable[bytes], structure: Structure
) -> Iterator[None]:
    """Hands the file to the structure, a record (or a block of them) with each step."""
    if dialect.form == "xml":
        return xml_reading.read(dialect, kind, content, structure)
    reader = LineReader(dialect, kind, structure)
    file = BytesIO(content) if isinstance(content, bytes) else content
    if not hasattr(file, "read"):
        return (None for line in file for _ in reader.steps(line))
    steps = Blocks(dialect, kind, structure, reader).steps if suits(dialect, kind) else reader.steps
    return (None for lines in _chunks(cast(BinaryIO, file)) for _ in steps(lines))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Whole lines, many at once."""
    while some := file.read(CHUNK):
        yield some + file.readline()
