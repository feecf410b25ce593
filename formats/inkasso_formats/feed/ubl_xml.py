"""The XML of a UBL document as a stream: the values of its declared paths with their lines, and nothing else in memory.

Read by expat, which hands out texts in pieces: an attachment (base64, often megabytes) is passed over as it comes by. It
opens no file and no connection; a document type declaration is refused when it begins, and with it every entity. Limits:
`MOST_DEPTH` levels, `MOST_AT_ONCE` bytes of one tag, `MOST_CHARACTERS` of one value, `MOST_VALUES` values.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from inkasso_formats.feed.lines import whole_file
from inkasso_formats.feed.ubl_paths import ROOTS, Document, Leaf, Path, Tree, tree
from inkasso_formats.problems import FormatError, FormatProblem

PIECE = 65_536
MOST_DEPTH = 256
MOST_AT_ONCE = 4 << 20
MOST_CHARACTERS = 100_000
MOST_VALUES = 200_000
MOST_PROBLEMS = 500  # that are told of a document
# In what documents come; in each of them a byte below 128 is the same letter, but for UTF-16.
ENCODINGS = ("utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252")
_BAD_BYTES = {
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
}


@dataclass(frozen=True, slots=True)
class Text:
    """One value as it stands, blanks around it taken off; `mark` is its `currencyID` or `schemeID`."""

    value: str
    line: int
    mark: str = ""


@dataclass(slots=True)
class Values:
    """The values of a document, or of a group in it, by their names; `line` is where it begins."""

    line: int
    texts: dict[str, list[Text]] = field(default_factory=dict)
    groups: dict[str, list[Values]] = field(default_factory=dict)

    def all(self, name: str) -> list[Text]:
        """Every value of a name that is not empty."""
        return [text for text in self.texts.get(name, ()) if text.value]

    def first(self, name: str) -> Text | None:
        """The first value of a name that is not empty."""
        return next(iter(self.all(name)), None)


def document_of(head: bytes) -> Document | None:
    """The document that begins with these bytes; None where they are none, or do not reach to its root element."""
    reader = _Reader(only_root=True)
    try:
        for _ in reader.read(iter([head]), whole=False):
            pass
    except _RootFound:
        return reader.document
    except FormatError:
        pass
    # What stands behind a DTD is claimed too, so that reading it can say why it is refused.
    named = (ROOTS[root] for root in ROOTS if root.split()[0].encode() in head)
    return next(named, None) if reader.doctype else None


def read(stream: BinaryIO) -> tuple[Document, Values, list[FormatProblem]]:
    """The document, its values, and what is wrong with elements as such. Raises FormatError where it cannot be read on.

    `ubl.document` (another root element), `ubl.doctype`, `ubl.encoding`, `ubl.limit`, `ubl.xml`.
    """
    reader = _Reader()
    for _ in reader.read(iter(lambda: stream.read(PIECE), b""), whole=True):
        pass
    if reader.document is None:
        raise whole_file("ubl.xml", "no root element: the file is empty")
    return reader.document, reader.values, reader.problems


class _RootFound(Exception):  # noqa: N818 - no error: ends the look at a head
    """The root element has been seen, and no more is wanted."""


class _Reader:
    """One pass over a document; expat calls `_start`, `_end` and, within a value, `_characters`."""

    def __init__(self, *, only_root: bool = False) -> None:
        self.document: Document | None = None
        self.doctype = False
        self.values = Values(1)
        self.problems: list[FormatProblem] = []
        self._only_root = only_root
        self._open: list[
            tuple[Tree | None, Values]
        ] = []  # the elements that lead to values; None: within a value
        self._passed = 0  # levels of what is passed over
        self._pieces: list[str] = []
        self._length = self._count = 0
        self._at: tuple[Path, int, str] | None = None  # the value that is being read, its line and its mark
        self._encoding = "utf-8"
        self._letters: codecs.IncrementalDecoder | None = None
        self._beyond_ascii = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self, pieces: Iterator[bytes], *, whole: bool) -> Iterator[None]:
        """Feeds the parser, piece by piece."""
        fed = 0
        for piece in pieces:
            self._feed(piece, fed, last=False)
            fed += len(piece)
            if fed - self._parser.CurrentByteIndex > MOST_AT_ONCE:
                self._limit(f"at most {MOST_AT_ONCE} bytes in one tag expected")
            self._try_as_utf8(piece)
            yield
        if whole:
            self._feed(b"", fed, last=True)
            self._judge_letters()

    def _feed(self, piece: bytes, before: int, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise self._broken(error, piece, before) from None

    def _broken(self, error: expat.ExpatError, piece: bytes, before: int) -> FormatError:
        place = self._parser.ErrorByteIndex - before
        column = error.offset + 1
        if error.code in _BAD_BYTES and any(byte > 127 for byte in piece[max(place, 0) : place + 4]):
            rule = f"bytes at column {column} that are no text in {self._encoding}, the encoding of the file"
            return whole_file("ubl.encoding", rule, line=error.lineno)
        words = expat.ErrorString(error.code)
        return whole_file("ubl.xml", f"not well-formed XML at column {column}: {words}", line=error.lineno)

    # --- before the root element ----------------------------------------------------------------------------------

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._encoding = (encoding or "utf-8").lower()
        if self._encoding not in ENCODINGS:
            rule = f"one of {', '.join(ENCODINGS)} expected as encoding"
            problem = FormatProblem(code="ubl.encoding", line=1, value=self._encoding, rule=rule)
            raise FormatError([problem])
        if self._encoding not in {"utf-8", "utf-16"}:
            self._letters = codecs.getincrementaldecoder("utf-8")()

    def _refuse_doctype(self, *_declaration: object) -> None:
        self.doctype = True
        rule = "a document type declaration (DTD) is refused: it can hold entities, and no invoice needs one"
        raise whole_file("ubl.doctype", rule, line=self._parser.CurrentLineNumber)

    def _try_as_utf8(self, piece: bytes) -> None:
        """Letters that are UTF-8 under another name would become other letters in names and addresses."""
        if self._letters is None:
            return
        self._beyond_ascii = self._beyond_ascii or not piece.isascii()
        try:
            self._letters.decode(piece)
        except UnicodeDecodeError:
            self._letters = None

    def _judge_letters(self) -> None:
        if self._letters is not None and self._beyond_ascii:
            rule = f"the file says {self._encoding}, and its letters are UTF-8: one of the two is wrong"
            raise whole_file("ubl.encoding", rule, line=1)

    # --- elements -------------------------------------------------------------------------------------------------

    def _start(self, name: str, marks: dict[str, str]) -> None:
        if self._passed + len(self._open) >= MOST_DEPTH:
            self._limit(f"at most {MOST_DEPTH} levels of elements expected")
        if not self._open:
            self._begin(name)
            return
        here, values = self._open[-1]
        child = here.get(name) if here is not None and not self._passed else None
        if child is None:
            self._pass_over(within_value=here is None)
        elif isinstance(child, dict):
            self._open.append((child, values))
        elif child.path.kind == "group":
            self._count_value()
            group = Values(self._parser.CurrentLineNumber)
            values.groups.setdefault(child.path.name, []).append(group)
            self._open.append((child.tree, group))
        else:
            self._open_value(child, values, marks.get("currencyID") or marks.get("schemeID") or "")

    def _begin(self, name: str) -> None:
        self.document = ROOTS.get(name)
        if self._only_root and self.document is not None:
            raise _RootFound
        line = self._parser.CurrentLineNumber
        if self.document is None:
            rule = "the root element Invoice or CreditNote of UBL 2 expected"
            raise FormatError([FormatProblem(code="ubl.document", line=line, value=name, rule=rule)])
        self.values.line = line
        self._open.append((tree(self.document), self.values))

    def _pass_over(self, *, within_value: bool) -> None:
        if within_value and not self._passed and self._at is not None:
            path, line, _ = self._at
            self._wrong("ubl.content", path, line, "a text expected, not further elements")
        self._passed += 1
        self._parser.CharacterDataHandler = None

    def _open_value(self, leaf: Leaf, values: Values, mark: str) -> None:
        self._count_value()
        line = self._parser.CurrentLineNumber
        if leaf.path.kind == "one" and leaf.path.name in values.texts:
            self._wrong(
                "ubl.repeated", leaf.path, line, "stands twice, and which of the two counts cannot be told"
            )
        self._at = (leaf.path, line, mark)
        self._length = 0
        self._open.append((None, values))
        self._parser.CharacterDataHandler = self._characters

    def _characters(self, piece: str) -> None:
        self._length += len(piece)
        if self._length > MOST_CHARACTERS:
            self._limit(f"at most {MOST_CHARACTERS} characters in a value expected")
        self._pieces.append(piece)

    def _end(self, _name: str) -> None:
        if self._passed:
            self._passed -= 1
            if not self._passed and self._at is not None:
                self._parser.CharacterDataHandler = self._characters
            return
        _, values = self._open.pop()
        if self._at is not None:
            path, line, mark = self._at
            values.texts.setdefault(path.name, []).append(
                Text("".join(self._pieces).strip(), line, mark.strip())
            )
            self._pieces.clear()
            self._at = None
            self._parser.CharacterDataHandler = None

    def _count_value(self) -> None:
        self._count += 1
        if self._count > MOST_VALUES:
            self._limit(f"at most {MOST_VALUES} values expected")

    def _limit(self, rule: str) -> NoReturn:
        raise whole_file("ubl.limit", rule, line=self._parser.CurrentLineNumber)

    def _wrong(self, code: str, path: Path, line: int, rule: str) -> None:
        problem = FormatProblem(code=code, line=line, record=self.document, field=path.path, rule=rule)
        self.problems.append(problem)
        if len(self.problems) >= MOST_PROBLEMS:
            raise FormatError(self.problems)
