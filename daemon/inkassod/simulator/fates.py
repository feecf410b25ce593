"""What can become of a case at the simulated agency, dealt from a shuffled deck, and the agency's codes to say it.

Ten cases show every fate, and the same seed always deals the same.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from inkasso_formats.dialects import Dialect, FileKind
from inkasso_formats.dialects.model import Part


@dataclass(frozen=True, slots=True)
class Move:
    """What the agency does in one step of a case. `collected`: per cent of the principal that the debtor has paid by then."""

    kind: Literal["wait", "accept", "reject", "update", "close", "pay"]
    word: str = ""  # our word for the stage or the closing reason
    collected: int = 0


_ACCEPT, PAY = Move("accept"), Move("pay")
_NOTICE = Move("update", "debt_collection_notice")
FATES: Mapping[str, tuple[Move, ...]] = {
    "paid": (_ACCEPT, _NOTICE, Move("close", "paid_in_full", 100), PAY),
    "rejected": (Move("reject"),),
    "paid partly": (_ACCEPT, _NOTICE, Move("close", "paid_partly", 60), PAY),
    "instalments": (  # unequal: two equal payments of one day would look like one that came twice
        *(_ACCEPT, _NOTICE, Move("update", "payment_plan", 40), PAY),
        *(Move("close", "paid_in_full", 100), PAY),
    ),
    "irrecoverable": (_ACCEPT, _NOTICE, Move("update", "legal_action"), Move("close", "irrecoverable")),
    "insolvent": (_ACCEPT, _NOTICE, Move("close", "insolvency")),
    "disputed": (_ACCEPT, _NOTICE, Move("update", "disputed")),  # stays open until it is recalled
}
REJECTIONS = ("bad_address", "bad_amount", "incomplete", "other")  # what an agency may say of any case
CORRECTED = frozenset({"recalled", "paid_to_creditor", "credited"})  # the reasons that corrections lead to
DECK = ("paid", "paid", "paid", "paid", *(fate for fate in FATES if fate != "paid"))


UNSAID = ("", "")  # the code and text of what the agency's files have no place for


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The agency's codes: for a word of ours (code, text), and the reasons for which it may reject.

    Empty for a kind of answer that the dialect does not have: it is never written.
    """

    rejections: tuple[tuple[str, str], ...]
    stages: Mapping[str, tuple[str, str]]
    reasons: Mapping[str, tuple[str, str]]


def vocabulary(dialect: Dialect) -> Vocabulary:
    """The agency's codes out of the dialect's tables, for the kinds of answer that the dialect has.

    Raises ValueError naming the words that have no code there.
    """
    rejections = _codes(dialect, "receipts", "reason_code")
    words = Vocabulary(
        rejections=tuple((code, text) for code, word, text in rejections if word in REJECTIONS),
        stages={word: (code, text) for code, word, text in _codes(dialect, "updates", "stage_code")},
        reasons={word: (code, text) for code, word, text in _codes(dialect, "closures", "reason_code")},
    )
    missing = sorted(_unsayable(dialect, words))
    if _field(dialect, "receipts", "reason_code") and not words.rejections:
        missing.append("a rejection for any of: " + ", ".join(REJECTIONS))
    if missing:
        raise ValueError(
            f"the dialect {dialect.name} has no code for: {', '.join(missing)}; the simulator needs them"
        )
    return words


def _unsayable(dialect: Dialect, words: Vocabulary) -> set[str]:
    """The words that the fates need, and that the files which say them have no code for."""
    moves = [move for fate in FATES.values() for move in fate]
    stages = {move.word for move in moves if move.kind == "update"} - set(words.stages)
    reasons = ({move.word for move in moves if move.kind == "close"} | CORRECTED) - set(words.reasons)
    return (stages if "updates" in dialect.files else set()) | (
        reasons if "closures" in dialect.files else set()
    )


def fate_of(seed: int, ordinal: int) -> str:
    """The fate of the n-th case, from 0. The first case of a seed is paid; each ten cases have every fate."""
    hand = list(DECK[1:] if ordinal < len(DECK) else DECK)
    random.Random(f"{seed}:{ordinal // len(DECK)}").shuffle(hand)  # noqa: S311  (a game, not a secret)
    if ordinal < len(DECK):
        hand.insert(0, DECK[0])
    return hand[ordinal % len(DECK)]


def _field(dialect: Dialect, kind: FileKind, name: str) -> Part | None:
    """The record of the files of this kind that has such a field; None where none has, or there are no such files."""
    layout = dialect.files.get(kind)
    parts = layout.parts if layout else ()
    return next((part for part in parts if any(field.name == name for field in part.record.fields)), None)


def _codes(dialect: Dialect, kind: FileKind, name: str) -> list[tuple[str, str, str]]:
    part = _field(dialect, kind, name)
    table = part.codes.get(name) if part else None
    rows = table.codes.values() if table else ()
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.word, row.code)
    return [(row.code, row.word, row.text) for row in rows if not row.word or first[row.word] == row.code]
