"""How a camt file begins: its encoding, its root element, its message and version; before any of it is parsed.

A document type declaration (DTD) can stand nowhere but before the root element, so whoever refuses it here never
meets an entity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from inkasso_formats.payments.camt_paths import VERSIONS, Version
from inkasso_formats.problems import FormatError, FormatProblem

MOST = 65_536  # bytes within which the root element must stand
_STEM = "urn:iso:std:iso:20022:tech:xsd:"
NAMESPACE = f"{_STEM}camt."

_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?P<said><\?xml\s[^>]*\?>)?(?:\s++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL
)
_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([A-Za-z0-9._:-]*)["']""")
_ROOT = re.compile(rb"""<(?:([\w.-]+):)?([\w.-]+)((?:[^<>"']|"[^"]*"|'[^']*')*+)""")
_XMLNS = re.compile(rb"""\sxmlns(?::([\w.-]+))?\s*=\s*["']([^"']*)["']""")
_MESSAGE = re.compile(r"(05[0-9])\.001\.([0-9]{2})")

# What libxml2 reads in pieces without a doubt; UTF-16 is what no bank sends, and an editor does.
ENCODINGS = ("utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252")
_OTHERS = {
    "052": "camt.052 is an account report, which tells of the day's movements before they are final",
    "053": "camt.053 is an account statement, which shows lump sums and not each payment",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself before its first element ends."""

    version: Version
    namespace: str
    encoding: str  # lower case; utf-8 where none is declared


def claims(head: bytes) -> bool:
    """Whether a file that begins with these bytes is an account message of ISO 20022 (camt.052, .053, .054, ...).

    Statements and reports, versions that are not read here, and messages behind a DTD are claimed too: so `examine`
    can say what is wrong.
    """
    start = _before(head).end()
    if _is_doctype(head, start):
        return f"{NAMESPACE}05".encode() in head
    root = _ROOT.match(head, start)
    return root is not None and root[2] == b"Document" and _namespace(root).startswith(f"{NAMESPACE}05")


def examine(head: bytes) -> Head:
    """The head of a camt.054 file, from its first `MOST` bytes. Raises FormatError for every other file.

    `camt.encoding`, `camt.xml` (no XML, or no root element), `camt.doctype`, `camt.message`, `camt.version`.
    """
    before = _before(head)
    said = _ENCODING.search(before["said"] or b"")
    encoding = said[1].decode("ascii").lower() if said else "utf-8"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or head[1:2] == b"\0":
        raise _error(
            "camt.encoding", head, 0, "UTF-16 is not read; UTF-8 expected, which is what banks deliver"
        )
    if encoding not in ENCODINGS:
        rule = f"one of {', '.join(ENCODINGS)} expected as encoding"
        raise _error("camt.encoding", head, 0, rule, value=encoding)
    start = before.end()
    if _is_doctype(head, start):
        rule = "a document type declaration (DTD) is refused: it can hold entities, and no bank sends one"
        raise _error("camt.doctype", head, start, rule)
    root = _ROOT.match(head, start)
    if root is None:
        raise _error(
            "camt.xml", head, start, f"no root element of XML within the first {MOST} bytes: not a camt file"
        )
    return Head(_version(head, start, root), _namespace(root), encoding)


def _version(head: bytes, start: int, root: re.Match[bytes]) -> Version:
    namespace = _namespace(root)
    if root[2] != b"Document" or not namespace.startswith(NAMESPACE):
        rule = f"the root element Document in the namespace {NAMESPACE}054.001.02, .04 or .08 expected"
        name = root[2].decode("utf-8", "replace")
        place = namespace.removeprefix(_STEM) or "no namespace"
        raise _error("camt.message", head, start, rule, value=f"{name} in {place}")
    named = _MESSAGE.fullmatch(namespace.removeprefix(NAMESPACE))
    if named is None or named[1] != "054":
        what = _OTHERS.get(named[1] if named else "", "this is another message")
        rule = f"{what}; camt.054 expected (debit and credit notification): order it from the bank"
        raise _error("camt.message", head, start, rule, value=namespace.removeprefix(_STEM))
    for version in VERSIONS:
        if version == named[2]:
            return version
    rule = f"camt.054.001.{named[2]} is not read; version .02, .04 or .08 expected"
    raise _error("camt.version", head, start, rule, value=namespace.removeprefix(_STEM))


def _is_doctype(head: bytes, start: int) -> bool:
    return head[start : start + 9].upper() == b"<!DOCTYPE"


def _before(head: bytes) -> re.Match[bytes]:
    return cast(re.Match[bytes], _BEFORE.match(head))  # every part of it may be empty: it always matches


def _namespace(root: re.Match[bytes]) -> str:
    spaces: dict[bytes, bytes] = dict(_XMLNS.findall(root[3]))
    return spaces.get(root[1] or b"", b"").decode("utf-8", "replace")


def _error(code: str, head: bytes, position: int, rule: str, *, value: str | None = None) -> FormatError:
    line = head.count(b"\n", 0, position) + 1
    return FormatError([FormatProblem(code=code, line=line, value=value, rule=rule)])
