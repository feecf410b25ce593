"""What reading a file of any kind has in common: the source, the reading, its batches, and the four steps of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Connection

from inkasso_formats.identify import Claim
from inkasso_formats.problems import FormatProblem
from inkassod.core.decision import Decision
from inkassod.installation import Installation


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records of a file: those that can be used, the number of those that cannot, and what is wrong."""

    records: Any  # a list of them, or PaymentColumns
    problems: Sequence[FormatProblem] = ()
    refused: int = 0
    creditor: str = ""  # where a file holds records of several creditors


@dataclass(slots=True)
class Reading:
    """A file being read: whose it is, its batches, and its sequence number where it has one."""

    creditor: str
    batches: Iterator[Batch]
    agreement: str = ""
    sequence_no: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One inbound file: its name, its archived bytes with their SHA-256, and what it was identified as."""

    name: str
    file: BinaryIO
    sha256: str
    claim: Claim


Parse = Callable[[Installation, Source], Reading]
Decide = Callable[[Installation, Connection, Reading, Batch], Decision]
Write = Callable[[Connection, Reading, Batch, int, Decision], None]
End = Callable[[Installation, Connection, Reading, int], Decision]


def _nothing_more(_inst: Installation, _connection: Connection, _reading: Reading, _run: int) -> Decision:
    return Decision()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of inbound file.

    `area` is where it arrives; `end` is called once, when all batches are written. `again`: what was refused of a file can
    succeed when the same bytes come again; bank payments wait in the ledger instead.
    """

    name: str
    area: str
    parse: Parse
    decide: Decide
    write: Write
    end: End = _nothing_more
    again: bool = True
