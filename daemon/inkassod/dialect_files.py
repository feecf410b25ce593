"""The dialects of an installation: those that come with it by their names, an operator's own by the paths of their files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from inkasso_formats import dialects
from inkasso_formats.dialects import Dialect
from inkasso_formats.problems import FormatError, FormatProblem


def open_dialect(name: str, folder: Path) -> Dialect:
    """The dialect of that name, or in the file at that path (it ends in `.toml`, and counts from `folder` when relative).

    An XSD that it names lies beside it. Raises FormatError with all that is wrong: `dialect.unknown` where there is none of
    that name, `dialect.file` where the file cannot be read, else what is wrong in it.
    """
    if not name.endswith(".toml"):
        return dialects.load(name)
    path = folder / name
    return dialects.load_text(_text(path), str(path), lambda beside: _bytes(path.parent / beside))


def open_dialects(names: Iterable[str], folder: Path) -> dict[str, Dialect]:
    """The dialects by what they are called in the settings. Raises FormatError, also where two of them bear one name."""
    found = {name: open_dialect(name, folder) for name in sorted(set(names))}
    for name, one in found.items():
        for other, another in found.items():
            if name < other and one.name == another.name:
                rule = (
                    f"is the name of {one.source} and of {another.source}: give your own one another `name`"
                )
                raise FormatError(
                    [FormatProblem(code="dialect.doubled", field="name", value=one.name, rule=rule)]
                )
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        rule = f"cannot be read: {error.strerror or error}"
        raise FormatError([FormatProblem(code="dialect.file", value=str(path), rule=rule)]) from None


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        rule = f"is no UTF-8 at byte {error.start + 1}: save it in UTF-8"
        raise FormatError([FormatProblem(code="dialect.file", value=str(path), rule=rule)]) from None
