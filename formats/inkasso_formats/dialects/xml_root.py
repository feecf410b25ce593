"""The root element of an XML file, from its first bytes: so a file is known, and reading can say what is wrong with it.

Whatever stands before the root is passed over: the XML declaration, comments, instructions, and a document type
declaration or another encoding, which reading refuses. No entity is ever resolved here.
"""

from __future__ import annotations

import re

_BEFORE = re.compile(r"\ufeff?(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*)?>)*+", re.DOTALL)
_ROOT = re.compile(r"""<(?:([^\s<>/:"'=]+):)?([^\s<>/:"'=]+)((?:\s(?:[^<>"']|"[^"]*"|'[^']*')*+)?)/?>""")
_XMLNS = re.compile(r"""\sxmlns(?::([^\s="']+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_ONE_BYTE = frozenset({"iso-8859-1", "iso-8859-15", "windows-1252"})
_MOST = 65_536  # bytes within which the root must begin


def root_of(head: bytes) -> tuple[str, str] | None:
    """Namespace (may be empty) and name of the root element that begins within these bytes; None where none does."""
    text = _text(head[:_MOST])
    before = _BEFORE.match(text)
    root = _ROOT.match(text, before.end() if before else 0)
    if root is None:
        return None
    spaces = {prefix: one or other for prefix, one, other in _XMLNS.findall(root[3])}
    return spaces.get(root[1] or "", ""), root[2]


def _text(head: bytes) -> str:
    """The bytes as text, by their mark or by what they declare; names are ASCII in whatever else is declared."""
    said = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    declared = said[1].decode("ascii").lower() if said else ""
    return head.decode(_MARKS.get(head[:2]) or (declared if declared in _ONE_BYTE else "utf-8"), "replace")
