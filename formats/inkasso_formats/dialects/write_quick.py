"""Lines of many records at once, for layouts whose lines depend on nothing but the record and what the file says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, repeat
from operator import attrgetter
from typing import Any

from inkasso_formats.dialects.model import HEAD_FIELDS, RECORD_TYPES, AnyRecord, Dialect, FileLayout, Part
from inkasso_formats.dialects.write_columns import Column, among, attributes_of, column_of, texts_of
from inkasso_formats.dialects.write_flat import EMPTY, quoted, tags_of
from inkasso_formats.dialects.write_tree import stands, subtree
from inkasso_formats.dialects.write_values import UNNAMED, Filling
from inkasso_formats.layout import Values
from inkasso_formats.layout_cells import Field, write, write_free
from inkasso_formats.records import InvoiceRow

Text = tuple[str, Mapping[str, int]]  # an item's lines, and how many records of each part they are
_Getter = Callable[[Any], Any]
_Writes = tuple[_Getter, Column, bool]  # the bool: whether it is of the record that a row belongs to


class QuickItems:
    """The items of one file. Only where `serves` says that it can."""

    def __init__(self, dialect: Dialect, layout: FileLayout, filling: Filling, head: Values) -> None:
        self._layout, self._head = layout, head
        self._lines = {
            part.name: QuickLines(dialect, layout, filling, head, part)
            for part in subtree(layout, [layout.item])
        }
        self._looks = [(attrgetter(name), among(allowed)) for name, allowed in layout.only.items()]
        self._alone = len(self._lines) == 1

    def texts(self, records: Sequence[AnyRecord]) -> list[Text | None]:
        """The lines of each item; None for one that has to go the slow way."""
        item = self._layout.item
        lines = self._lines[item.name].lines(records)
        for getter, look in self._looks:
            seen = texts_of(look, list(map(getter, records)))
            if None in seen:
                lines = [None if text is None else line for line, text in zip(lines, seen, strict=True)]
        if self._alone:
            count = {item.name: 1}
            return [None if line is None else (line, count) for line in lines]
        within = [[(item.name, line)] for line in lines]
        self._within(item, records, within)
        return [_joined(each) for each in within]

    def _within(
        self, part: Part, records: Sequence[AnyRecord], found: Sequence[list[tuple[str, str | None]]]
    ) -> None:
        """Adds the records within a part to the lines of each item, in their order."""
        for child in self._layout.within(part.name):
            if child.each == "row":
                self._rows(child, records, found)
                continue
            chosen = [
                at for at, record in enumerate(records) if _stands(self._layout, child, record, self._head)
            ]
            some = [records[at] for at in chosen]
            places = [found[at] for at in chosen]
            for place, line in zip(places, self._lines[child.name].lines(some), strict=True):
                place.append((child.name, line))
            self._within(child, some, places)

    def _rows(
        self, part: Part, records: Sequence[Any], found: Sequence[list[tuple[str, str | None]]]
    ) -> None:
        rows = [getattr(record, "rows", ()) for record in records]
        owners = [record for record, each in zip(records, rows, strict=True) for _ in each]
        lines = self._lines[part.name].lines([row for each in rows for row in each], owners)
        ends = accumulate(map(len, rows))
        for place, each, end in zip(found, rows, ends, strict=True):
            place += [(part.name, line) for line in lines[end - len(each) : end]]


class QuickGroups:
    """The lines of groups: for each record of a batch that may begin one."""

    def __init__(self, dialect: Dialect, layout: FileLayout, filling: Filling, head: Values) -> None:
        self._layout, self._head = layout, head
        groups = [part for part in layout.parts if part.each == "group"]
        ends = [part for group in groups for part in layout.within(group.name) if part.each == "once"]
        self._lines = {
            part.name: QuickLines(dialect, layout, filling, head, part)
            for part in (*groups, *ends)
            if _is_plain(dialect, layout, part) and (part.each == "group" or not layout.within(part.name))
        }
        self._ready: dict[str, dict[int, str | None]] = {}
        self._batch: Sequence[
            AnyRecord
        ] = ()  # kept, so that no other record gets the identity of one of them

    def prepare(
        self, parts: Iterable[Part], key: Callable[[AnyRecord], object], batch: Sequence[AnyRecord]
    ) -> None:
        """Makes the lines of these parts for the records of a batch that differ in their key from the one before."""
        self._batch = batch
        keys = list(map(key, batch))
        pairs = zip(batch, keys, [None, *keys[:-1]], strict=True)
        begins = [record for record, own, before in pairs if own != before]
        for part in parts:
            if part.name in self._lines:
                some = [record for record in begins if _stands(self._layout, part, record, self._head)]
                lines = self._lines[part.name].lines(some)
                self._ready[part.name] = dict(zip(map(id, some), lines, strict=True))

    def line(self, part: Part, record: AnyRecord) -> str | None:
        """The line of a part for a record of the batch, where it was made."""
        return self._ready.get(part.name, {}).get(id(record))


def serves(dialect: Dialect, layout: FileLayout) -> bool:
    """Whether the items of these files can be written many at once."""
    return all(_is_plain(dialect, layout, part) for part in subtree(layout, [layout.item]))


def _is_plain(dialect: Dialect, layout: FileLayout, part: Part) -> bool:
    """Whether a part is a line that depends on nothing but the record and the file's own values: it says no totals."""
    if dialect.form == "xml" or (dialect.form == "separated" and part.trim):
        return False
    return not any(place.name in layout.counts or place.name in layout.sums for place in part.record.fields)


def _stands(layout: FileLayout, part: Part, record: AnyRecord, head: Values) -> bool:
    if part.when is None:
        return True
    values = {name: getattr(record, name, None) for name in part.when}
    return stands(layout, part, {**values, **head})


def _joined(lines: Sequence[tuple[str, str | None]]) -> Text | None:
    counts: dict[str, int] = {}
    texts: list[str] = []
    for name, line in lines:
        if line is None:
            return None
        texts.append(line)
        counts[name] = counts.get(name, 0) + 1
    return "".join(texts), counts


class QuickLines:
    """The lines of one part, for many records of which each gives one."""

    def __init__(
        self, dialect: Dialect, layout: FileLayout, filling: Filling, head: Values, part: Part
    ) -> None:
        self._separator = dialect.separator if dialect.form == "separated" else ""
        self._line_end = dialect.line_end
        self._trim = part.trim
        self._length = part.record.length if dialect.form == "fixed" else 0
        tags = () if part.tag else tuple(tags_of(layout))
        self._tags = (*tags, *(quoted(tag, self._separator) for tag in tags if self._separator))
        self._columns = list(self._made(layout, filling, head, part))

    def _made(
        self, layout: FileLayout, filling: Filling, head: Values, part: Part
    ) -> Iterator[_Writes | str]:
        """What writes each field: a column, or the text that is the same for all; in fixed files these are joined."""
        rows = InvoiceRow.__dataclass_fields__ if part.each == "row" else {}
        known = RECORD_TYPES[layout.kind].__dataclass_fields__.keys() | rows.keys()
        same = ""
        for place in part.record.fields:
            if place.type in UNNAMED or place.name in HEAD_FIELDS or place.name not in known:
                same += self._same(filling, head, part, place)
            else:
                if same:
                    yield same
                    same = ""
                getter = attrgetter(*attributes_of(filling, part, place))
                yield getter, column_of(filling, part, place), bool(rows) and place.name not in rows
                continue
            if self._separator:
                yield same
                same = ""
        if same:
            yield same

    def _same(self, filling: Filling, head: Values, part: Part, place: Field) -> str:
        """The text of a field that says the same in every record: what the file says of itself fits, or there is no file."""
        value = filling.fill(part, head).values.get(place.name)
        return quoted(write_free(place, value), self._separator) if self._separator else write(place, value)

    def lines(self, records: Sequence[object], owners: Sequence[object] = ()) -> list[str | None]:
        """The line of each record, with its end; None for one that has to go the slow way.

        Of rows, `owners` has the neutral record of each: a row may say again what that says.
        """
        if not records:
            return []
        slow: set[int] = set()
        columns = [self._texts(column, records, owners, slow) for column in self._columns]
        lines: list[str | None] = list(map(self._separator.join, zip(*columns, strict=True)))
        if self._length:
            slow.update(at for at, line in enumerate(lines) if len(line or "") != self._length)
        if self._tags:
            slow.update(at for at, line in enumerate(lines) if (line or "").startswith(self._tags))
        lines = [self._ended(line or "") for line in lines]
        for at in slow:
            lines[at] = None
        return lines

    def _ended(self, line: str) -> str:
        if self._trim:
            line = line.rstrip(" ")
        return f"{line}{self._line_end}" if line or not self._separator else f"{EMPTY}{self._line_end}"

    def _texts(
        self, column: _Writes | str, records: Sequence[object], owners: Sequence[object], slow: set[int]
    ) -> Iterable[str]:
        if isinstance(column, str):
            return repeat(column, len(records))
        getter, written, of_owner = column
        texts = texts_of(written, list(map(getter, owners if of_owner else records)))
        if None in texts:
            slow.update(at for at, text in enumerate(texts) if text is None)
            texts = [text or "" for text in texts]
        if self._separator:
            return [quoted(text or "", self._separator) for text in texts]
        return texts  # type: ignore[return-value]
