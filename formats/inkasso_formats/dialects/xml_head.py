"""How an XML file begins: its encoding and its root element, found before anything of it is parsed.

A document type declaration (DTD) can stand nowhere but before the root element, so whoever refuses it here never meets
an entity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from inkasso_formats.problems import FormatError, FormatProblem

MOST = 65_536  # bytes within which the root element must stand
ENCODINGS = (
    "utf-8",
    "us-ascii",
    "iso-8859-1",
    "iso-8859-15",
    "windows-1252",
)  # what is read in pieces safely

_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?P<said><\?xml\s[^>]*\?>)?(?:\s++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL
)
_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([A-Za-z0-9._:-]*)["']""")
_NAME = rb"[^\s<>/=:!?&\"']+"
_ROOT = re.compile(rb"""<(?:(%s):)?(%s)((?:[^<>"']|"[^"]*"|'[^']*')*+)>""" % (_NAME, _NAME))
_XMLNS = re.compile(rb"""\sxmlns(?::(%s))?\s*=\s*["']([^"']*)["']""" % _NAME)


@dataclass(frozen=True, slots=True)
class Head:
    """How an XML file begins: its encoding in lower case (utf-8 where none is declared), its root element and the line of it."""

    encoding: str
    root: str
    namespace: str
    line: int


def examine(head: bytes) -> Head:
    """The head of an XML file, from its first `MOST` bytes.

    Raises FormatError: `dialect.empty`, `dialect.encoding` (one that is not read), `dialect.doctype`, and `dialect.xml`
    where no root element begins.
    """
    if not head.strip():
        raise FormatError(
            [FormatProblem(code="dialect.empty", rule="the file is empty: a root element expected")]
        )
    before = cast(re.Match[bytes], _BEFORE.match(head))  # every part of it may be empty: it always matches
    encoding = _encoding(head, before["said"] or b"")
    start = before.end()
    if head[start : start + 9].upper() == b"<!DOCTYPE":
        rule = "a document type declaration (DTD) is refused: it can hold entities, and no agency needs one"
        raise _error("dialect.doctype", head, start, rule)
    root = _ROOT.match(head, start)
    if root is None:
        rule = f"no root element of XML within the first {MOST} bytes: this is no XML file"
        raise _error("dialect.xml", head, start, rule)
    spaces: dict[bytes, bytes] = dict(_XMLNS.findall(root[3]))
    namespace = spaces.get(root[1] or b"", b"")
    return Head(
        encoding=encoding,
        root=root[2].decode(encoding, "replace"),
        namespace=namespace.decode(encoding, "replace"),
        line=head.count(b"\n", 0, start) + 1,
    )


def _encoding(head: bytes, declaration: bytes) -> str:
    expected = f"one of {', '.join(ENCODINGS)} expected as encoding"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in head[:4]:
        raise _error("dialect.encoding", head, 0, f"UTF-16 is not read: {expected}")
    said = _ENCODING.search(declaration)
    encoding = said[1].decode("ascii").lower() if said else "utf-8"
    if encoding not in ENCODINGS:
        raise _error("dialect.encoding", head, 0, expected, value=encoding)
    return encoding


def _error(code: str, head: bytes, position: int, rule: str, *, value: str | None = None) -> FormatError:
    line = head.count(b"\n", 0, position) + 1
    return FormatError([FormatProblem(code=code, line=line, value=value, rule=rule)])
