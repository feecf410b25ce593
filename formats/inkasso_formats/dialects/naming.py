"""What kind of file it is: by its name, by its first record; and the name of a file to be written."""

from __future__ import annotations

from datetime import datetime

from inkasso_formats.dialects.model import Dialect, FileKind
from inkasso_formats.layout import Record
from inkasso_formats.problems import FormatError, FormatProblem


def file_name(dialect: Dialect, kind: FileKind, client_number: str, at: datetime, sequence_no: int) -> str:
    """The name of a file, by the dialect's template; `at` is written as it stands, in its own zone.

    Raises FormatError (`dialect.client`) where the name would not be recognised: a client number that does not fit.
    """
    layout = dialect.files[kind]
    name = layout.name.format(client_number=client_number, at=at, sequence_no=sequence_no)
    if not layout.match.fullmatch(name):
        rule = f"gives the file name {name!r}, which is none of this kind: {layout.match.pattern} expected"
        raise FormatError(
            [FormatProblem(code="dialect.client", field="client_number", value=client_number, rule=rule)]
        )
    return name


def kind_of_name(dialect: Dialect, name: str) -> FileKind | None:
    """The kind of file that a name announces, or None where no kind, or more than one, knows it."""
    kinds = [kind for kind, layout in dialect.files.items() if layout.match.fullmatch(name)]
    return kinds[0] if len(kinds) == 1 else None


def kind_of_content(dialect: Dialect, head: bytes) -> FileKind | None:
    """The kind of file whose header begins the content: every constant of it stands in its place.

    A mark of UTF-8 before it is passed over here, so that reading can name it. None: no kind's.
    """
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode(dialect.encoding, "replace")
    kinds = [kind for kind, layout in dialect.files.items() if _begins(layout.header, line)]
    return kinds[0] if len(kinds) == 1 else None


def _begins(header: Record, line: str) -> bool:
    constants = [place for place in header.fields if place.type == "constant"]
    return all(line[place.start - 1 : place.end] == place.constant for place in constants)
