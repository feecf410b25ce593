"""What can go wrong at a partner, by name: the agency's slips in its files, and the server's in serving them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inkassod.simulator.share import Nasty


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what it does, and the number that it takes where none is given (`late=5`)."""

    meaning: str
    number: int = 1


FAULTS: Mapping[str, Fault] = {
    "late": Fault("a receipt is written only so many steps later", 3),
    "broken": Fault(
        "the first file of each kind has a wrong count or is cut; the right one follows a step later"
    ),
    "duplicate": Fault("the first file of each kind is written again under another name"),
    "out_of_order": Fault("the first closures come before their updates, and these before their receipts"),
    "gap": Fault("the second file of each kind skips a sequence number"),
    "foreign": Fault("a copy of the first receipts carries another client number"),
    "stray": Fault("the first receipts hold one for a case that is not ours"),
    "takes_at_once": Fault("an upload is moved away before its rename is answered"),
    "growing": Fault("files are still growing for so many looks at them", 3),
    "short": Fault("so many downloads end at half of the announced size"),
    "listed_twice": Fault("each file stands twice in the listing"),
    "full": Fault("the disk is full after so many bytes of an upload", 100),
    "slow": Fault("each request waits so many seconds"),
}


def faults(texts: Iterable[str]) -> dict[str, int]:
    """The faults that `late` or `late=5` ask for, with their numbers. Raises ValueError naming all that are wrong."""
    found: dict[str, int] = {}
    wrong = []
    for text in texts:
        name, equals, number = text.partition("=")
        if name not in FAULTS or (equals and not (number.isascii() and number.isdigit())):
            wrong.append(text)
        else:
            found[name] = int(number) if equals else FAULTS[name].number
    if wrong:
        raise ValueError(
            f"no such fault: {', '.join(wrong)}; known are {', '.join(FAULTS)}, each with or without =NUMBER"
        )
    return found


def nasty(chosen: Mapping[str, int]) -> Nasty:
    """The server's share of the faults."""
    return Nasty(
        growing=chosen.get("growing", 0),
        short_downloads=chosen.get("short", 0),
        lists_twice="listed_twice" in chosen,
        full_after=chosen.get("full"),
        delay=float(chosen.get("slow", 0)),
    )
