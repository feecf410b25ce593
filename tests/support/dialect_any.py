"""Any head and any records that a file of a dialect can carry as they are, by hypothesis, made from its layout alone.

A record is as reading gives it: what the file does not carry is empty (or the one value that its files mean), what follows from a code
follows, and what stands in a part that is left out is empty. So `parse(render(x))` has to be x for every dialect there is.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date
from typing import Any, get_type_hints

from hypothesis import strategies as st

from inkasso_formats.dialects import AnyRecord, Dialect, FileKind, FileLayout, OutHead
from inkasso_formats.dialects.model import FOLLOWERS, RECORD_TYPES, TRANSLATED, Follows, Part
from inkasso_formats.layout_cells import Field
from inkasso_formats.records import FileHead, InvoiceRow

_UNNAMED = {"constant", "filler"}
_EMPTY: dict[object, Any] = {str: "", int: 0, date | None: None}
_FREE = 30  # characters of a text that may have any length
_ROOM = 15  # digits of an amount that may have any length


def places(parts: Sequence[Part]) -> Iterator[tuple[Part, Field]]:
    """The fields that hold values."""
    return ((part, place) for part in parts for place in part.record.fields if place.type not in _UNNAMED)


# --- the head ----------------------------------------------------------------------------------------------------


@st.composite
def heads(draw: st.DrawFn, dialect: Dialect, kind: FileKind) -> OutHead:
    """What a file can say of itself, where it says it at all."""
    said = {place.name: place for _, place in places(dialect.files[kind].parts)}
    short = "created" in said and "YYYY" not in said["created"].form
    days = st.dates(date(1969, 1, 1), date(2068, 12, 31)) if short else st.dates()
    at = draw(st.datetimes(timezones=st.just(UTC)))
    number = said.get("sequence_no")
    return OutHead(
        client_number=draw(_number(dialect, said.get("client_number"))),
        sequence_no=draw(st.integers(1, 10 ** ((number.length or 6) if number else 6) - 1)),
        created=at.replace(**_day(draw(days)), microsecond=0),
        sender=draw(_number(dialect, said.get("sender"))),
    )


def _number(dialect: Dialect, place: Field | None) -> st.SearchStrategy[str]:
    length = (place.length or 6) if place else 6
    exact = place is not None and place.type == "digits" and dialect.form == "fixed"
    return st.text("0123456789", min_size=length if exact else 1, max_size=length).filter(
        lambda text: text.strip("0")
    )


def _day(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def head_of(layout: FileLayout, head: OutHead, *, items: bool) -> FileHead:
    """What reading a file with this head says of it, when it is not asked by its name; `items`: it has some."""
    always = [part for part in layout.parts if part.each == "once" and not part.within]
    said = {place.name for _, place in places(layout.parts if items else always)}
    return FileHead(
        client_number=head.client_number if "client_number" in said else "",
        sequence_no=head.sequence_no if "sequence_no" in said else None,
        created=head.created.date() if "created" in said else None,
        sender=head.sender if "sender" in said else "",
    )


# --- the records -------------------------------------------------------------------------------------------------


@st.composite
def records(draw: st.DrawFn, dialect: Dialect, kind: FileKind, most: int = 4) -> list[Any]:
    """Some records, of which some share their groups. Only a file with other parts may have none. Where they have a line, it is 0."""
    layout = dialect.files[kind]
    least = 0 if any(part.each == "once" and not part.within for part in layout.parts) else 1
    shared = [place.name for part, place in places(_groups(layout)) if place.name in _names(kind)]
    made: list[Any] = []
    for _ in range(draw(st.integers(least, most))):
        record = draw(record_of(dialect, kind))
        if made and shared and draw(st.booleans()):
            record = replace(record, **{name: getattr(made[-1], name) for name in shared})
            record = _whole(layout, record)
        made.append(record)
    return made


def _groups(layout: FileLayout) -> list[Part]:
    groups = [part for part in layout.parts if part.each == "group"]
    names = {group.name for group in groups}
    return groups + [part for part in layout.parts if part.each == "once" and part.within in names]


def _names(kind: FileKind) -> set[str]:
    return {one.name for one in dataclasses.fields(RECORD_TYPES[kind])}


def given(layout: FileLayout, record: Any) -> Any:
    """The record as it is given to be written: what the files of a layout mean to be one of several, and do not say, must be one of these."""
    said = {place.name for _, place in places(layout.parts)}
    meant = {
        name: allowed[0] for name, allowed in layout.only.items() if name not in said and len(allowed) > 1
    }
    return replace(record, **meant)


@st.composite
def record_of(draw: st.DrawFn, dialect: Dialect, kind: FileKind) -> Any:
    """One record."""
    layout = dialect.files[kind]
    values = _values(RECORD_TYPES[kind], layout)
    for part, place in places([part for part in layout.parts if part.each != "row"]):
        if place.name in values:
            values[place.name] = draw(_value(dialect, layout, part, place))
    rows = next((part for part in layout.parts if part.each == "row"), None)
    if rows is not None:
        values["rows"] = tuple(draw(st.lists(_rows(dialect, layout, rows), max_size=3)))
    return _whole(layout, RECORD_TYPES[kind](**values))


def _values(kind: type[Any], layout: FileLayout) -> dict[str, Any]:
    """What each field is where the file does not carry it."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for one in dataclasses.fields(kind):
        empty = _EMPTY.get(hints[one.name])
        values[one.name] = empty if one.default is dataclasses.MISSING else one.default
    for name, allowed in layout.only.items():
        if len(allowed) == 1:
            values[name] = allowed[0] == "accepted" if name == "accepted" else allowed[0]
    return values


@st.composite
def _rows(draw: st.DrawFn, dialect: Dialect, layout: FileLayout, part: Part) -> InvoiceRow:
    known = {one.name for one in dataclasses.fields(InvoiceRow)}
    named = [place for _, place in places([part]) if place.name in known]
    return InvoiceRow(**{place.name: draw(_value(dialect, layout, part, place)) for place in named})


def _whole(layout: FileLayout, record: AnyRecord) -> Any:
    """The record as it is read again: parts that are left out are empty, and what follows from a code follows."""
    values: dict[str, Any] = {name: getattr(record, name) for name in record.__dataclass_fields__}
    empty = _values(type(record), layout)
    for part in layout.parts:
        left_out = part.when is not None and not any(values.get(name) for name in part.when)
        values.update(
            {place.name: empty[place.name] for _, place in places([part]) if left_out and place.name in empty}
        )
    for part in layout.parts:
        for name, table in part.codes.items():
            follows, row = FOLLOWERS.get((layout.kind, name), Follows()), table.codes.get(values[name])
            if follows.word:
                values[follows.word] = row.word if row else ""
            if follows.text and not values[follows.text] and row:
                values[follows.text] = row.text
    return type(record)(**values)


# --- the values --------------------------------------------------------------------------------------------------


def _value(dialect: Dialect, layout: FileLayout, part: Part, place: Field) -> st.SearchStrategy[Any]:
    """Values that the field takes as they are."""
    allowed = layout.only.get(place.name)
    if place.name in part.codes:
        return _coded(part, place, allowed)
    if allowed:
        return st.sampled_from(allowed)
    values = {"amount": _amounts, "date": _dates, "digits": _digits, "reference": _references}
    if place.type in values:
        strategy = values[place.type](dialect, layout, part, place)
    else:
        strategy = _texts(dialect, layout, part, place)
    if place.required or place.default:
        strategy = strategy.filter(bool)
    return strategy.filter(lambda value: not place.blank or value != place.blank)


def _coded(part: Part, place: Field, allowed: Sequence[str] | None) -> st.SearchStrategy[Any]:
    table = part.codes[place.name]
    if place.name in TRANSLATED:
        words = [row.word for row in table.codes.values() if not allowed or row.word in allowed]
        return st.sampled_from(words).map(
            lambda word: word == "accepted" if place.name == "accepted" else word
        )
    unknown = "Q7"[: place.length or 2]
    return st.sampled_from(
        [*allowed] if allowed else [*table.codes, unknown, *([] if place.required else [""])]
    )


def _amounts(_dialect: Dialect, layout: FileLayout, part: Part, place: Field) -> st.SearchStrategy[int]:
    """Amounts, of which some hundred have room in every sum that adds them."""
    name = f"rows.{place.name}" if part.each == "row" else place.name
    totals = {total for total, names in layout.sums.items() if name in names}
    most = min([_most(place), *(_most(one) // 100 for _, one in places(layout.parts) if one.name in totals)])
    return st.integers(0 if place.sign == "none" else -most, most)


def _most(place: Field) -> int:
    if not place.length:
        return int(10**_ROOM) - 1
    digits = place.length - (place.sign != "none") - (place.decimals != "implied")
    return int(10 ** min(digits, 18)) - 1


def _dates(
    _dialect: Dialect, _layout: FileLayout, _part: Part, place: Field
) -> st.SearchStrategy[date | None]:
    short = "YYYY" not in place.form
    days = st.dates(date(1969, 1, 1), date(2068, 12, 31)) if short else st.dates()
    return days if place.required else st.none() | days


def _digits(dialect: Dialect, _layout: FileLayout, _part: Part, place: Field) -> st.SearchStrategy[str]:
    most = place.length or _ROOM
    least = most if dialect.form == "fixed" and place.fill != "blank" else 1
    some = st.text("0123456789", min_size=least, max_size=most).filter(lambda text: text.strip("0"))
    return some if place.required else st.just("") | some


def _references(_dialect: Dialect, _layout: FileLayout, _part: Part, place: Field) -> st.SearchStrategy[str]:
    return st.text("0123456789-", max_size=place.length or 25)


def _texts(dialect: Dialect, layout: FileLayout, part: Part, place: Field) -> st.SearchStrategy[str]:
    """Texts and codes without table, as the rules of texts leave them; one that begins a record without tag is no other's tag."""
    if place.values:
        return st.sampled_from(place.values)
    letters = st.characters(
        codec="utf-8" if dialect.form == "xml" else dialect.encoding,
        exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"),
        exclude_characters=place.without,
    )
    texts = st.text(letters, max_size=place.length or _FREE).map(
        lambda text: unicodedata.normalize("NFC", text).strip(" ")
    )
    tags = tuple(other.tag for other in layout.parts if other.tag) if place is part.record.fields[0] else ()
    return texts.filter(
        lambda text: (not place.length or len(text) <= place.length) and not (tags and text.startswith(tags))
    )
