"""Dialects for who writes one: described, checked with files of the agency, begun as a copy. Nothing else is needed for it."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from inkasso_formats import dialects
from inkasso_formats.dialects import Dialect, FileKind
from inkasso_formats.dialects.load import beside, is_name, text_of
from inkasso_formats.problems import FormatError
from inkassod import layouts
from inkassod.acts import UsageError
from inkassod.dialect_files import open_dialect
from inkassod.views import Document


class DialectError(Exception):
    """A dialect that cannot be used; `problems` holds a sentence for each thing that is wrong, with TOML path and line."""

    def __init__(self, dialect: str, error: FormatError) -> None:
        self.code = error.problems[0].code
        self.problems = tuple(problem.message for problem in error.problems)
        super().__init__(f"the dialect {dialect} cannot be used")


def dialect_named(name: str) -> Dialect:
    """A shipped dialect by its name, or one in a file by its path. Raises UsageError, DialectError."""
    _known(name)
    try:
        return open_dialect(name, Path())
    except FormatError as error:
        raise DialectError(name, error) from error


def describe_layouts(name: str = "") -> list[Document]:
    """A dialect, or all that are shipped, with every place and option. Raises UsageError, DialectError."""
    return [layouts.described(dialect_named(one)) for one in ([name] if name else dialects.shipped())]


def check_layout(
    name: str,
    files: Sequence[Path] = (),
    kind: FileKind | None = None,
    *,
    most: int = 0,
    mask: bool = False,
) -> tuple[Document, bool, bool]:
    """A dialect, and files of the agency read with it: at most `most` records without a problem of each (0: all).

    Gives the document, whether a file is refused as a whole, and whether anything is wrong with one.
    Raises UsageError, DialectError, OSError.
    """
    dialect = dialect_named(name)
    if kind and kind not in dialect.files:
        raise UsageError(f"{dialect.name} has no files of {kind}: one of {', '.join(dialect.files)}")
    found = [layouts.check(dialect, path, kind, most=most, mask=mask) for path in files]
    document = {**layouts.checked_dialect(dialect), "files": [one.document for one in found]}
    return document, any(one.refused for one in found), any(one.faulty for one in found)


def new_layout(name: str, copied: str) -> Document:
    """The text of a dialect of that name that begins as a copy, and the `schemas` that lie beside it.

    Raises UsageError for a name that no new dialect may have; UsageError, DialectError for the copied one.
    """
    if not is_name(name) or name in dialects.shipped():
        raise UsageError(
            f"{name!r} cannot be the name of a new dialect: small letters a to z, digits and hyphens between them expected, "
            "and no name of a shipped dialect"
        )
    dialect_named(copied)  # a copy of what is broken would be broken too
    text = _text_of(copied)
    return {"toml": dialects.template(text, name), "schemas": list(dialects.schemas_of(text))}


def write_layout(name: str, copied: str, path: Path) -> Document:
    """The same in a new file, its schemas beside it. Raises as `new_layout`; FileExistsError where one of the files is there.

    A schema that is there already stays as it is where it is the same.
    """
    if not path.name.endswith(".toml"):
        raise UsageError(
            f"{path}: a file whose name ends in .toml expected, by which settings know a dialect's file"
        )
    new = new_layout(name, copied)
    schemas = {path.parent / schema: _schema_of(copied, schema) for schema in new["schemas"]}
    missing = {
        to: content for to, content in schemas.items() if not to.exists() or to.read_bytes() != content
    }
    for to in (path, *missing):
        if to.exists():
            raise FileExistsError(errno.EEXIST, "File exists", str(to))
    for to, content in {**missing, path: new["toml"].encode("utf-8")}.items():
        with to.open("xb") as file:
            file.write(content)
    return {"written": str(path), "schemas": [str(to) for to in schemas]}


def _known(name: str) -> None:
    if not name.endswith(".toml") and name not in dialects.shipped():
        shipped = ", ".join(dialects.shipped())
        raise UsageError(f"there is no dialect {name!r}: one of {shipped}, or the path of a .toml file")


def _text_of(name: str) -> str:
    return Path(name).read_text("utf-8") if name.endswith(".toml") else text_of(name)


def _schema_of(name: str, schema: str) -> bytes:
    return (Path(name).parent / schema).read_bytes() if name.endswith(".toml") else beside(schema)
