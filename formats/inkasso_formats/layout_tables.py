"""The fields of a record as a table in words: for documents, and for whoever writes a layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from inkasso_formats.layout_field import Field, Form

NO_PATHS: Mapping[str, str] = MappingProxyType({})
_PLACES: Mapping[Form, str] = {"fixed": "Position", "separated": "Cell", "xml": "Place"}
_DECIMALS = {
    "implied": "two implied decimals",
    "point": "two decimals after a point",
    "comma": "two decimals after a comma",
}
_SIGNS = {"leading": "sign in front", "trailing": "sign behind"}


def table_head(form: Form = "fixed") -> tuple[str, ...]:
    """The heads of the columns that `field_rows` gives."""
    length = "Length" if form == "fixed" else "Up to"
    return (_PLACES[form], length, "Field", "Type", "", "Content")


def field_rows(
    fields: Sequence[Field], form: Form = "fixed", paths: Mapping[str, str] = NO_PATHS
) -> list[tuple[str, ...]]:
    """One row a field: (place, length, field, type, required, content).

    The place is the position, in a separated file the number of the cell, in XML the path by the field's name, or else
    that name. A length of 0, which means any, is left blank.
    """
    return [
        (
            _place(field, form, paths),
            str(field.length or ""),
            field.name,
            _type_words(field),
            "required" if field.required else "",
            _content(field),
        )
        for field in fields
    ]


def markdown(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines)


def _place(field: Field, form: Form, paths: Mapping[str, str]) -> str:
    if form == "xml":
        return paths.get(field.name, field.name)
    if form == "separated" or field.length == 1:
        return str(field.start)
    return f"{field.start}-{field.end}"


def _type_words(field: Field) -> str:
    words = [f"{field.type} {field.form}" if field.type in {"date", "time"} else field.type]
    if field.type == "amount":
        words += [_DECIMALS[field.decimals], *filter(None, [_SIGNS.get(field.sign)])]
    if field.fill == "blank":
        words.append("blank where missing" if field.type == "date" else "filled with blanks in front")
    return ", ".join(words)


def _content(field: Field) -> str:
    says = ", ".join(field.values)
    if field.type == "constant":
        says = f"`{field.constant}`"
    options = [
        *([f"blank: {field.blank}"] if field.blank else []),
        *([f"default: {field.default}"] if field.default else []),
        *([f"written without: {_characters(field.without)}"] if field.without else []),
    ]
    says = field.meaning or says
    return "; ".join([*([says.removesuffix(".") if options else says] if says else []), *options])


def _characters(characters: str) -> str:
    return " ".join("blank" if character == " " else character for character in characters)
