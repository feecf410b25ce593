"""The bytes of an XML file, piece by piece: elements as they begin and end, with their lines and what a schema says of them.

lxml parses without network, DTD or entities (`xml_head` has refused every document type declaration before), and with
libxml2's own limits: 256 levels, 10 million characters of one text. A limit of ours comes first: `MOST_AT_ONCE` bytes
between the ends of two elements that are handed out.

libxml2 tells no line of what breaks a schema in a stream. So it is fed with small pieces, cut at line ends and around
the records that repeat: what it says after a piece is said of that line, and of no other record.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from lxml import etree

from inkasso_formats.dialects.xml_head import MOST, Head, examine
from inkasso_formats.dialects.xml_schema import SAFE, Validator, close, feed
from inkasso_formats.problems import FormatError, FormatProblem

Element: TypeAlias = Any  # an element of lxml, whose published types lack much of what is used here
Content: TypeAlias = "bytes | BinaryIO | Iterable[bytes]"

MOST_AT_ONCE = 4 << 20
_MOST_LINES = 65_535
_LINE_END = 0x0A  # stands in a piece at its end only


@dataclass(slots=True)
class Step:
    """What one piece brought: the elements that began (`start`) or ended (`end`) in this line, and where the schema is broken."""

    line: int
    events: list[tuple[str, Element]]
    problems: list[FormatProblem]


class Source:
    """A file that is read once: its head is examined when the source is made. Raises FormatError as `examine` does."""

    def __init__(self, content: Content) -> None:
        self._chunks = _chunks(content)
        self._first = _first(self._chunks)
        self.head: Head = examine(self._first[:MOST])
        declared_otherwise = self.head.encoding not in {"utf-8", "us-ascii"}
        self._letters = codecs.getincrementaldecoder("utf-8")() if declared_otherwise else None
        self._beyond_ascii = False

    def steps(
        self, tags: list[str], names: list[str], schema: etree.XMLSchema | None = None
    ) -> Iterator[Step]:
        """The file in small steps, with the events of the elements of these tags; the taker clears them.

        `names` are those of the elements around which pieces are cut. Raises FormatError where the XML breaks off.
        """
        parser: Any = etree.XMLPullParser(events=("start", "end"), tag=tags, **SAFE)
        validator = Validator(schema) if schema is not None else None
        waiting, line = 0, 1
        for piece in self._pieces(names):
            feed(parser, piece, self.head.encoding, line)
            events = list(parser.read_events())
            problems = validator.feed(piece, line) if validator else []
            if events or problems:
                yield Step(line, events, problems)
            waiting = 0 if events else waiting + len(piece)
            if waiting > MOST_AT_ONCE:
                raise _too_much(line)
            line += piece[-1] == _LINE_END
        close(parser, self.head.encoding)
        if validator and (problems := validator.close(line)):
            yield Step(line, [], problems)

    def doubt(self) -> FormatProblem | None:
        """The warning of letters that are UTF-8 under another name, when the file was gone through: it may be meant so."""
        if self._letters is None or not self._beyond_ascii:
            return None
        said = self.head.encoding
        rule = f"the file says {said}, and its letters are UTF-8; kept as {said}, ask the agency which encoding it writes"
        return FormatProblem(code="dialect.encoding", line=1, rule=rule, warning=True)

    def _pieces(self, names: list[str]) -> Iterator[bytes]:
        escaped = b"|".join(re.escape(name.encode(self.head.encoding, "replace")) for name in names)
        tag = rb"(?:[\w.-]+:)?(?:%s)" % escaped
        cut = re.compile(rb"(?:\n|/>|</%s\s*>)|(<%s(?=[\s/>]))" % (tag, tag))
        for chunk in self._all():
            start = 0
            for found in cut.finditer(chunk):
                end = found.start() if found[1] else found.end()
                if end > start:
                    yield chunk[start:end]
                    start = end
            if start < len(chunk):
                yield chunk[start:]

    def _all(self) -> Iterator[bytes]:
        chunk: bytes | None = self._first
        while chunk is not None:
            self._try_as_utf8(chunk)
            yield chunk
            chunk = next(self._chunks, None)

    def _try_as_utf8(self, chunk: bytes) -> None:
        self._beyond_ascii = self._beyond_ascii or not chunk.isascii()
        try:
            if self._letters is not None:
                self._letters.decode(chunk)
        except UnicodeDecodeError:
            self._letters = None


def line_of(element: Element) -> int:
    """The line in which the start tag of an element ends.

    From line 65,535 on, libxml2 tells the line of the first text inside it or behind it: line breaks of that text are deducted.
    """
    line = int(element.sourceline or 0)
    if line < _MOST_LINES:
        return line
    if element.text:
        return line - int(element.text.count("\n"))
    if len(element):
        return line_of(element[0])
    return line - (element.tail or "").count("\n")


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        return (content[start : start + MOST] for start in range(0, len(content), MOST))
    if hasattr(content, "read"):
        return iter(lambda: content.read(MOST), b"")
    return (chunk for chunk in content if chunk)


def _first(chunks: Iterator[bytes]) -> bytes:
    """At least `MOST` bytes, or the whole of a shorter file, also from a source that hands out less at a time."""
    found: list[bytes] = []
    size = 0
    while size < MOST and (chunk := next(chunks, None)) is not None:
        found.append(chunk)
        size += len(chunk)
    return b"".join(found)


def _too_much(line: int) -> FormatError:
    rule = f"more than {MOST_AT_ONCE} bytes of XML without the end of a record: no file of this kind"
    return FormatError([FormatProblem(code="dialect.limit", line=line, rule=rule)])
