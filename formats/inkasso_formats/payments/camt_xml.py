"""The XML of a camt message, piece by piece: elements as they end, in memory that does not grow with the file.

lxml parses without network, DTD or entities (`camt_head` has refused every document type declaration before), and with
libxml2's own limits: 256 levels, 10 million characters of one text. A limit of ours comes first: `MOST_AT_ONCE` bytes
between the ends of two elements that are taken and cleared.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO, TypeAlias

from lxml import etree

from inkasso_formats.payments.camt_head import MOST, Head, examine
from inkasso_formats.payments.camt_paths import Leaf, Tree
from inkasso_formats.problems import FormatError, FormatProblem

Element: TypeAlias = Any  # an element of lxml, whose published types lack much of what is used here
Values: TypeAlias = dict[str, Any]

MOST_AT_ONCE = 4 << 20
FAULTS = "faults"  # in values: what was wrong with elements as such, as (name, code, rule)
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_MOST_LINES = 65_535
_DECODING = {6, 9, 81}  # libxml2's numbers of errors that wrong bytes make


class Source:
    """A file that is read once: its head is examined when the source is made. Raises FormatError as `examine` does."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._first = _read(file, MOST)
        self.head: Head = examine(self._first)
        declared_otherwise = self.head.encoding not in {"utf-8", "us-ascii"}
        self._letters = codecs.getincrementaldecoder("utf-8")() if declared_otherwise else None
        self._beyond_ascii = False

    def elements(self, *names: str) -> Iterator[Element]:
        """Each element of those names when it ends; the taker clears it. Raises FormatError where the XML breaks off."""
        tags = [f"{{{self.head.namespace}}}{name}" for name in names]
        parser = etree.XMLPullParser(events=("end",), tag=tags, **SAFE)
        waiting = 0
        try:
            for piece in self._pieces():
                parser.feed(piece)
                waiting += len(piece)
                for _, element in parser.read_events():
                    waiting = 0
                    yield element
                if waiting > MOST_AT_ONCE:
                    raise _too_much()
            parser.close()
        except etree.XMLSyntaxError as error:
            raise FormatError([_broken(error, parser.feed_error_log, self.head)]) from None
        self._judge_encoding()

    def _pieces(self) -> Iterator[bytes]:
        piece = self._first
        while piece:
            if self._letters is not None:
                self._try_as_utf8(piece)
            yield piece
            piece = self._file.read(MOST)

    def _try_as_utf8(self, piece: bytes) -> None:
        self._beyond_ascii = self._beyond_ascii or not piece.isascii()
        try:
            if self._letters is not None:
                self._letters.decode(piece)
        except UnicodeDecodeError:
            self._letters = None

    def _judge_encoding(self) -> None:
        """Letters that are UTF-8 under another name would become other letters: in names, and so in who paid."""
        if self._letters is not None and self._beyond_ascii:
            rule = f"the file says {self.head.encoding}, and its letters are UTF-8: one of the two is wrong"
            raise FormatError([FormatProblem(code="camt.encoding", line=1, rule=rule)])


def read(parent: Element, tree: Tree, values: Values, until: str = "") -> None:
    """Puts the values of a tree of paths (`camt_paths.tree`) that stand below an element into `values`.

    `until` is the tag of a child, which no path begins with, where reading ends.
    What stands twice, or holds elements where a text is expected, is put under `FAULTS`; the first stays.
    """
    for child in parent:
        node = tree.get(child.tag)
        if node is None:
            if child.tag == until:
                break
            continue
        if node.__class__ is str:
            if node in values or len(child):
                _fault(child, node, values)
            else:
                values[node] = (child.text or "").strip()
        elif node.__class__ is dict:
            read(child, node, values)
        else:
            _take(child, node, values)  # type: ignore[arg-type]


def _take(child: Element, leaf: Leaf, values: Values) -> None:
    name, kind = leaf.name, leaf.kind
    if kind == "group":
        part: Values = {}
        read(child, leaf.tree, part)
        values.setdefault(name, []).append(part)
        if FAULTS in part:
            values.setdefault(FAULTS, []).extend((name, *fault[1:]) for fault in part[FAULTS])
    elif len(child) or (kind == "amount" and name in values):
        _fault(child, name, values)
    elif kind == "list":
        values.setdefault(name, []).append(child.text or "")
    elif kind == "amount":
        values[name] = ((child.text or "").strip(), child.get("Ccy", ""))
    else:
        values.setdefault(name, (child.text or "").strip())


def _fault(child: Element, name: str, values: Values) -> None:
    fault = (name, "camt.repeated", "stands twice, and which of the two counts cannot be told")
    if len(child):
        fault = (name, "camt.content", "a text expected, not further elements")
    values.setdefault(FAULTS, []).append(fault)


def line_of(element: Element) -> int:
    """The line where an element begins.

    From line 65,536 on, libxml2 tells the line of the first thing inside: the text before it is deducted.
    """
    line = int(element.sourceline or 0)
    if line > _MOST_LINES and element.text:
        line -= element.text.count("\n")
    return line


def clear(element: Element) -> None:
    """Forgets an element that has ended, and all before it in its parent."""
    element.clear()
    if element.getprevious() is not None:
        parent = element.getparent()
        while parent[0] is not element:
            del parent[0]


def _read(file: BinaryIO, size: int) -> bytes:
    """That many bytes, or the whole of a shorter file, also from a source that hands out less at a time."""
    pieces = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _too_much() -> FormatError:
    rule = f"more than {MOST_AT_ONCE} bytes of XML without the end of an entry or a detail: not a file of payments"
    return FormatError([FormatProblem(code="camt.limit", rule=rule)])


def _broken(error: Any, log: Any, head: Head) -> FormatProblem:
    """The sentence for XML that cannot be read on. An undefined entity shows in the log only."""
    (line, column), code, said = error.position, error.code, (error.msg or "").rsplit(", line ", 1)[0]
    if not line and len(log):
        line, column, code, said = log[0].line, log[0].column, log[0].type, log[0].message
    words = " ".join(said.split())
    if code in _DECODING:
        rule = f"bytes at column {column} that are no text in {head.encoding}, the encoding of the file"
        return FormatProblem(code="camt.encoding", line=line or None, rule=rule)
    if "Excessive depth" in words or "Resource limit" in words:
        rule = f"XML beyond what a bank sends, at column {column}: {words.split(', ')[0]}"
        return FormatProblem(code="camt.limit", line=line or None, rule=rule)
    rule = f"not well-formed XML at column {column}: {words}"
    return FormatProblem(code="camt.xml", line=line or None, rule=rule)
