"""Which format a file is in: every format is asked, and exactly one may claim it.

A claim is made by content, from the first bytes; only the ERP's CSV, which has no mark of its own, is claimed by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inkasso_formats.dialects import Dialect, kind_of_content
from inkasso_formats.feed import FEED_TYPES, MIXED, feed_type_of, ubl
from inkasso_formats.payments import bgmax, camt054, ocr_giro, viite
from inkasso_formats.payments.ocr_records import OUTGOING
from inkasso_formats.problems import FormatError, FormatProblem

_FEED_WORDS = "|".join(word for feed in FEED_TYPES.values() for word in (feed.name, feed.word))
_JSON_LINE = re.compile(rb'\s*\{[^\n]*"type"\s*:\s*"(?:' + _FEED_WORDS.encode() + rb')"')
_SHOWN = 24  # bytes of an unknown file that are shown


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file is: its format, what it holds, and for an agency's file the dialect (which is the format's name too)."""

    format: str
    kind: str
    dialect: str | None = None


def identify(name: str, head: bytes, dialects: Sequence[Dialect]) -> Claim:
    """The one format that claims the file of this name whose first bytes are `head` (some thousands are plenty).

    Raises FormatError: `identify.unidentified`, `identify.ambiguous` naming who claims it, and `identify.wrong_way`
    where it is a file that a creditor sends and never receives.
    """
    claims = list(_claims(name, head, dialects))
    if not claims:
        raise _error("identify.unidentified", name, f"no format knows this file; {_shown(head)}")
    if len(claims) > 1:
        named = " and ".join(f"{claim.format} ({claim.kind})" for claim in claims)
        raise _error("identify.ambiguous", name, f"claimed by {named}; one format must claim a file")
    wrong = _wrong_way(claims[0], head, dialects)
    if wrong:
        raise _error("identify.wrong_way", name, wrong)
    return claims[0]


def _claims(name: str, head: bytes, dialects: Sequence[Dialect]) -> Iterator[Claim]:
    if ocr_giro.claims(head):
        yield Claim("ocr_giro", "payments")
    if camt054.claims(head):
        yield Claim("camt054", "payments")
    if bgmax.claims(head):
        yield Claim("bgmax", "payments")
    if viite.claims(head):
        yield Claim("ktl", "payments")
    for dialect in dialects:
        kind = kind_of_content(dialect, head, name)
        if kind is not None:
            yield Claim(dialect.name, kind, dialect.name)
    if _JSON_LINE.match(head.removeprefix(b"\xef\xbb\xbf")):
        yield Claim("feed_jsonl", "feed")
    if ubl.claims(head):
        yield Claim("ubl", "feed")
    if feed_type_of(name) not in {None, MIXED}:
        yield Claim("feed_csv", "feed")


def _wrong_way(claim: Claim, head: bytes, dialects: Sequence[Dialect]) -> str:
    """Why the file should not have come, in a sentence fragment; empty where it may."""
    if claim.format == "ocr_giro" and any(map(_is_claim_to_the_bank, head.splitlines())):
        return "AvtaleGiro claims, which a creditor sends to the bank; payments from the bank expected"
    for dialect in dialects:
        for layout in dialect.files.values():
            if (claim.dialect, claim.kind, layout.direction) == (dialect.name, layout.kind, "out"):
                words = claim.kind.replace("_", " ")
                return f"a file of {words}, which a creditor sends to the agency; take it out of this folder"
    return ""


def _is_claim_to_the_bank(line: bytes) -> bool:
    return line.startswith(b"NY21") and line[4:6].decode("latin-1") in OUTGOING


def _shown(head: bytes) -> str:
    return f"it begins with {head[:_SHOWN]!r}" if head.strip() else "it is empty"


def _error(code: str, name: str, rule: str) -> FormatError:
    return FormatError([FormatProblem(code=code, value=name, rule=rule)])
