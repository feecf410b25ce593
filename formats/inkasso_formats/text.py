"""Text for a field of a fixed width in an old encoding: what does not fit is changed by rule, and every change is told.

The rules, in this order:

1. Unicode NFC. Canonically equal text is the same text, so this alone is not told.
2. A control character and a line or paragraph break becomes a blank (CR LF one blank); invisible format characters
   (soft hyphen, zero width, text direction) are dropped.
3. A character that the encoding has stays. Of the others, those in `_PLAIN` are written as that table says;
   any other is decomposed (NFKD) and loses its marks, so `š` is written `s`, `…` is written `...`; what is still not in the
   encoding is written `?`.
4. What is longer than the field is cut after the last whole character that fits (a character written as several is
   kept or dropped as one), and blanks left at the end by the cut are trimmed.
"""

from __future__ import annotations

import unicodedata
from itertools import accumulate

from inkasso_formats.problems import FormatProblem

_PAIRS = (
    "ł:l Ł:L đ:d Đ:D ħ:h Ħ:H ŧ:t Ŧ:T ŋ:n Ŋ:N ı:i ø:o Ø:O ð:d Ð:D þ:th Þ:TH "
    "æ:ae Æ:AE œ:oe Œ:OE ß:ss ẞ:SS €:EUR •:*"
)
_PLAIN = {
    **dict.fromkeys("‘’‚‛ʼ′", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‹›", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("⁄∕", "/"),
    **dict(pair.split(":") for pair in _PAIRS.split()),
}
_TO_BLANK = {"Cc", "Zl", "Zp"}


def fit(text: str, encoding: str, width: int) -> tuple[str, tuple[FormatProblem, ...]]:
    """The text as it can stand in a field of `width` characters, and a warning for each kind of change.

    A warning carries the text before as its value, and what stands in the file in its rule; its code is
    `text.transliterated` or `text.cut`. Without warnings the result is the text itself in NFC. The result always
    encodes, and is never longer than `width`.
    """
    text = unicodedata.normalize("NFC", text)
    if len(text) <= width and text.isprintable() and _encodes(text, encoding):
        return text, ()
    pieces = [_piece(character, encoding) for character in text.replace("\r\n", "\n")]
    written = "".join(pieces)
    notes = []
    if written != text:
        notes.append(_note("text.transliterated", text, f"written as {written!r} in {encoding}"))
    if len(written) > width:
        whole = sum(1 for end in accumulate(map(len, pieces)) if end <= width)
        written = "".join(pieces[:whole]).rstrip(" ")
        notes.append(
            _note("text.cut", text, f"cut to {written!r}: the field has room for {width} characters")
        )
    return written, tuple(notes)


def _piece(character: str, encoding: str) -> str:
    category = unicodedata.category(character)
    if category in _TO_BLANK:
        return " "
    if category == "Cf":
        return ""
    if _encodes(character, encoding):
        return character
    return "".join(_plain(part, encoding) for part in _unmarked(character))


def _unmarked(character: str) -> str:
    if character in _PLAIN:
        return character
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(part for part in decomposed if not unicodedata.category(part).startswith("M"))


def _plain(character: str, encoding: str) -> str:
    written = _PLAIN.get(character, character)
    if _encodes(written, encoding):
        return written
    return " " if unicodedata.category(character) == "Zs" else "?"


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _note(code: str, before: str, rule: str) -> FormatProblem:
    return FormatProblem(code=code, value=before, rule=rule, warning=True)
