"""Files on their way in from an agency's server: CLAIMING, FETCHED, ACKED. And when scheduled jobs were last done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from inkassod.store.sql import insert_one
from inkassod.store.tables import schedules, transfers

CLAIMING, FETCHED, ACKED = "claiming", "fetched", "acked"
LEFT = "left"  # acknowledged, but the server let nobody take it away


def begin(
    connection: Connection,
    *,
    agreement: str,
    folder: str,
    name: str,
    size: int,
    mtime: int | None,
    at: datetime,
) -> int:
    """A file seen on the server that is to be fetched."""
    seen_as = {"agreement": agreement, "folder": folder, "name": name, "size": size, "mtime": mtime}
    return insert_one(connection, transfers, **seen_as, claimed_name="", state=CLAIMING, changed=at)


def note(connection: Connection, number: int, at: datetime, **values: Any) -> None:
    """Sets columns of a transfer."""
    connection.execute(update(transfers).where(transfers.c.id == number).values(changed=at, **values))


def unfinished(connection: Connection, agreement: str) -> list[RowMapping]:
    """What was begun and not acknowledged, oldest first."""
    query = select(transfers).where(
        transfers.c.agreement == agreement, transfers.c.state.not_in((ACKED, LEFT))
    )
    return list(connection.execute(query.order_by(transfers.c.id)).mappings())


def seen(
    connection: Connection, agreement: str, folders: Collection[str], name: str, size: int, mtime: int | None
) -> bool:
    """True where this very file (name, size, time) was fetched from one of the folders and had to be left under its name."""
    query = select(transfers.c.id).where(
        transfers.c.agreement == agreement,
        transfers.c.folder.in_(folders),
        transfers.c.name == name,
        transfers.c.claimed_name == name,
        transfers.c.size == size,
        transfers.c.mtime == mtime,
        transfers.c.state == LEFT,
    )
    return connection.execute(query).first() is not None


def placed(connection: Connection, names: Collection[str]) -> set[str]:
    """Those of the names under which a fetched file was put into the inbox, whole."""
    query = select(transfers.c.local_name).where(transfers.c.local_name.in_(names))
    return set(connection.execute(query).scalars())


def last_done(connection: Connection, job: str) -> datetime | None:
    """The time for which a scheduled job was last done, or None."""
    return connection.execute(select(schedules.c.last).where(schedules.c.job == job)).scalar()


def set_done(connection: Connection, job: str, at: datetime) -> None:
    """Remembers the time for which a scheduled job was done."""
    result = connection.execute(update(schedules).where(schedules.c.job == job).values(last=at))
    if result.rowcount == 0:
        connection.execute(insert(schedules).values(job=job, last=at))
