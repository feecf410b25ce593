"""What kind of file it is, by its name and by how it begins; what a name says of it; and the name of a file to be written."""

from __future__ import annotations

import csv
from datetime import date, datetime

from inkasso_formats.dialects.model import Dialect, FileKind, FileLayout, Part
from inkasso_formats.dialects.xml_root import root_of
from inkasso_formats.layout_field import DATE_FORMS, Value, is_digits
from inkasso_formats.problems import FormatError, FormatProblem

NAME_GROUPS = ("client_number", "sender", "sequence_no", "date", "time")


def file_name(
    dialect: Dialect, kind: FileKind, client_number: str, at: datetime, sequence_no: int, sender: str = ""
) -> str:
    """The name of a file, by the dialect's template; `at` is written as it stands, in its own zone.

    Raises FormatError (`dialect.client`) where the name would not be recognised: a client number that does not fit.
    """
    layout = dialect.files[kind]
    name = layout.name.format(client_number=client_number, at=at, sequence_no=sequence_no, sender=sender)
    if not layout.match.fullmatch(name):
        rule = f"gives the file name {name!r}, which is none of this kind: {layout.match.pattern} expected"
        raise FormatError(
            [FormatProblem(code="dialect.client", field="client_number", value=client_number, rule=rule)]
        )
    return name


def kind_of_name(dialect: Dialect, name: str) -> FileKind | None:
    """The kind of file that a name announces, or None where no kind, or more than one, knows it."""
    return _only([kind for kind, layout in dialect.files.items() if layout.match.fullmatch(name)])


def head_of_name(layout: FileLayout, name: str) -> dict[str, Value]:
    """What a name says of its file, by head field; nothing where it is no name of this kind.

    `client_number` and `sender` as they stand, `sequence_no` as a number, `created` and `created_time` where the day and the time
    are some.
    """
    found = layout.match.fullmatch(name)
    texts = {group: text for group, text in found.groupdict().items() if text} if found else {}
    values: dict[str, Value] = {
        group: texts[group] for group in ("client_number", "sender") if group in texts
    }
    if "sequence_no" in texts and is_digits(texts["sequence_no"]):
        values["sequence_no"] = int(texts["sequence_no"])
    day = _day(texts.get("date", ""))
    if day:
        values["created"] = day
    if _is_time(texts.get("time", "")):
        values["created_time"] = texts["time"]
    return values


def kind_of_content(dialect: Dialect, head: bytes, name: str = "") -> FileKind | None:
    """The kind of file that begins so; `head` are its first bytes, some thousands, or all of them.

    Fixed and separated files are known by the constants of their first record, each in its place, and one that does not
    begin with a constant by its length too; XML by its root element and namespace. Where several kinds fit, the length
    of the first record decides, and then the name. A file without any constant must have the right name, where it has
    one at all. A mark of UTF-8 before it is passed over here, so that reading can name it. None: no kind's, or several'.
    """
    if dialect.form == "xml":
        root = root_of(head)
        fit = [kind for kind, layout in dialect.files.items() if root == (dialect.namespace, layout.root)]
        return _decide(dialect, fit, name)
    first = _First(dialect, head)
    fit = [kind for kind, layout in dialect.files.items() if _begins(layout, first, name)]
    if len(fit) > 1:
        exact = [kind for kind in fit if first.has_length(dialect.files[kind].parts[0])]
        fit = exact or fit
    return _decide(dialect, fit, name)


def _decide(dialect: Dialect, fit: list[FileKind], name: str) -> FileKind | None:
    """One of the kinds that fit the content: the only one, or the one that the name says."""
    return _only(fit) or _only([kind for kind in fit if dialect.files[kind].match.fullmatch(name)])


def _only(kinds: list[FileKind]) -> FileKind | None:
    return kinds[0] if len(kinds) == 1 else None


class _First:
    """The first line of a file."""

    def __init__(self, dialect: Dialect, head: bytes) -> None:
        raw, end, _ = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
        self._whole = bool(end)
        self._line = raw.removesuffix(b"\r").decode(dialect.encoding, "replace")
        self._separated = dialect.form == "separated"
        cells = csv.reader([self._line], delimiter=dialect.separator) if self._separated else ()
        self._cells = _first_row(cells)

    def holds(self, part: Part) -> bool:
        """Whether every constant of the record stands in its place."""
        places = [place for place in part.record.fields if place.type == "constant"]
        if self._separated:
            return all(self._cells[place.start - 1 : place.start] == [place.constant] for place in places)
        return all(self._line[place.start - 1 : place.end] == place.constant for place in places)

    def has_length(self, part: Part) -> bool:
        """Whether the line is as long as the record, or may be; a line whose end is not known may be longer."""
        length, expected = len(self._cells if self._separated else self._line), part.record.length
        if not length or (part.trim and length <= expected):
            return bool(length)
        return length == expected or (not self._whole and length < expected)


def _first_row(rows: object) -> list[str]:
    try:
        return list(next(iter(rows), []))  # type: ignore[call-overload]
    except csv.Error:
        return []


def _begins(layout: FileLayout, first: _First, name: str) -> bool:
    part = layout.parts[0]
    if not first.holds(part):
        return False
    if part.tag:
        return True  # though its length is wrong: reading says so
    if all(place.type != "constant" for place in part.record.fields) and name:
        return first.has_length(part) and layout.match.fullmatch(name) is not None
    return first.has_length(part)


def _day(text: str) -> date | None:
    form = DATE_FORMS.get({8: "YYYYMMDD", 6: "YYMMDD"}.get(len(text), ""))
    if form is None or not is_digits(text):
        return None
    parts = {part: int(text[at]) for part, at in form.items()}
    parts["year"] += 2000 if len(text) == 6 else 0
    try:
        return date(**parts)
    except ValueError:
        return None


def _is_time(text: str) -> bool:
    return (
        len(text) == 6
        and is_digits(text)
        and int(text[:2]) < 24
        and int(text[2:4]) < 60
        and int(text[4:]) < 60
    )
