"""What leaves: exact bytes, a name that is used once, and the states NEW, BUILT, STAGED, SENT, DONE."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from inkassod.store.sql import insert_one
from inkassod.store.tables import outbox, outbox_pieces, sequences

NEW, BUILT, STAGED, SENT, DONE = "new", "built", "staged", "sent", "done"
PIECE = 1024 * 1024


def begin(connection: Connection, *, channel: str, run: int, name: str, at: datetime) -> int:
    """A file to send, in the caller's transaction, which appends its bytes and ends it. Returns its number.

    The database refuses a name used before (IntegrityError).
    """
    more = {"sha256": "", "size": 0, "state": NEW, "changed": at}
    return insert_one(connection, outbox, channel=channel, run=run, name=name, **more)


def append(connection: Connection, number: int, content: bytes) -> None:
    """The next bytes of a file that was begun."""
    last = connection.execute(select(func.max(outbox_pieces.c.seq)).where(outbox_pieces.c.id == number))
    seq = int(last.scalar() or 0)
    rows = [
        {"id": number, "seq": seq + count, "content": content[first : first + PIECE]}
        for count, first in enumerate(range(0, len(content), PIECE), start=1)
    ]
    if rows:
        connection.execute(insert(outbox_pieces), rows)


def end(connection: Connection, number: int, first: bytes = b"") -> None:
    """The file is whole. `first` are bytes that stand before all others, known only now: a header, say."""
    if first:
        connection.execute(insert(outbox_pieces).values(id=number, seq=0, content=first))
    sha256, size = hashlib.sha256(), 0
    for piece in content(connection, number):
        sha256.update(piece)
        size += len(piece)
    these = update(outbox).where(outbox.c.id == number)
    connection.execute(these.values(sha256=sha256.hexdigest(), size=size))


def name_taken(connection: Connection, channel: str, name: str) -> bool:
    """True where the channel has had a file of that name."""
    query = select(outbox.c.id).where(outbox.c.channel == channel, outbox.c.name == name)
    return connection.execute(query).first() is not None


def content(connection: Connection, number: int) -> Iterator[bytes]:
    """The exact bytes, piece by piece."""
    query = select(outbox_pieces.c.content).where(outbox_pieces.c.id == number).order_by(outbox_pieces.c.seq)
    # Of the statement, not the connection, which would keep the option for all that follows.
    for piece in connection.execute(query.execution_options(yield_per=1)).scalars():
        yield bytes(piece)


def fingerprint(connection: Connection, number: int) -> dict[str, Any]:
    """What the run of a file says of it: file_name, sha256 and size."""
    query = select(outbox.c.name.label("file_name"), outbox.c.sha256, outbox.c.size).where(
        outbox.c.id == number
    )
    return dict(connection.execute(query).mappings().one())


def waiting(connection: Connection, channel: str) -> list[RowMapping]:
    """What has not gone the whole way, oldest first."""
    query = select(outbox).where(outbox.c.channel == channel, outbox.c.state != DONE).order_by(outbox.c.id)
    return list(connection.execute(query).mappings())


def channels(connection: Connection) -> set[str]:
    """The channels that have something waiting."""
    return set(
        connection.execute(select(outbox.c.channel).where(outbox.c.state != DONE).distinct()).scalars()
    )


def advance(connection: Connection, number: int, state: str, at: datetime, **values: Any) -> None:
    """To the next state."""
    connection.execute(update(outbox).where(outbox.c.id == number).values(state=state, changed=at, **values))


def of_run(connection: Connection, run: int) -> list[RowMapping]:
    """The files that a run made."""
    query = select(outbox).where(outbox.c.run == run).order_by(outbox.c.id)
    return list(connection.execute(query).mappings())


def last_number(connection: Connection, agreement: str, kind: str) -> int:
    """The sequence number used (or received) last, 0 before the first."""
    query = select(sequences.c.last).where(sequences.c.agreement == agreement, sequences.c.kind == kind)
    return int(connection.execute(query).scalar() or 0)


def set_number(connection: Connection, agreement: str, kind: str, number: int) -> None:
    """Remembers a sequence number as the last."""
    result = connection.execute(
        update(sequences)
        .where(sequences.c.agreement == agreement, sequences.c.kind == kind)
        .values(last=number)
    )
    if result.rowcount == 0:
        connection.execute(insert(sequences).values(agreement=agreement, kind=kind, last=number))
