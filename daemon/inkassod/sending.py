"""From the outbox to the server, once in effect: NEW, BUILT, STAGED, SENT, DONE (docs/durability.md).

The bytes are those that were committed with their run, at every attempt. The temporary name is renamed when the server
shows its size; that the temporary name is gone is the record that the rename came through, so that an unknown outcome
never leads to a second send, even where the partner takes the file at once.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from inkassod import spool
from inkassod.installation import Installation
from inkassod.status_feed import ERP
from inkassod.store import journal, outbox
from inkassod.transport.agent import Agent, TransportError

MEMORY = 16 * 1024 * 1024  # bytes of a file on its way that are held in memory; more goes to a temporary file
BLOCK = 1024 * 1024

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where files are put on the other side, and how a name looks while its file is not whole."""

    folder: str
    prefix: str
    suffix: str

    def final(self, name: str) -> str:
        """The path of the finished file."""
        return f"{self.folder}/{name}" if self.folder else name

    def temporary(self, name: str) -> str:
        """The path of the file on its way, in the same folder, so that the rename stays on one file system."""
        return self.final(f"{self.prefix}{name}{self.suffix}")


def waits(installation: Installation, channel: str) -> bool:
    """True where the channel has something that has not gone the whole way."""
    return bool(waiting(installation, channel))


def waiting(installation: Installation, channel: str) -> list[dict[str, Any]]:
    """The rows of the outbox that have not gone the whole way, oldest first."""
    with installation.database.read() as connection:
        return [dict(row) for row in outbox.waiting(connection, channel)]


def send_all(
    installation: Installation, channel: str, agent: Agent, place_of: Callable[[Mapping[str, Any]], Place]
) -> Iterator[str]:
    """Brings every waiting file of a channel to its end, oldest first: a sentence for each that got there.

    `place_of` says where the file of an outbox row is put. Raises TransportError, after the sentences of those that went
    before.
    """
    for row in waiting(installation, channel):
        yield _send(installation, row, agent, place_of(row))


def _send(installation: Installation, row: dict[str, Any], agent: Agent, place: Place) -> str:
    note = "the server showed its size"
    if row["state"] == outbox.NEW:
        _build(installation, row)
        _to(installation, row, outbox.BUILT)
    if row["state"] == outbox.BUILT:
        temporary = place.temporary(row["name"])
        agent.put(temporary, _content(installation, row), row["size"])
        _to(installation, row, outbox.STAGED, part=temporary, attempts=row["attempts"] + 1)
        _rename(agent, row, place)
        _to(installation, row, outbox.SENT, delivered=installation.now(), note=note)
    elif row["state"] == outbox.STAGED:
        if agent.stat(row["part"]) is None:
            note = "the temporary name was gone: the rename had come through before"
        else:
            _rename(agent, row, place)
        _to(installation, row, outbox.SENT, delivered=installation.now(), note=note)
    finish(installation, row)
    return f"{row['name']} delivered, {row['size']} bytes: {row['note'] or note}"


def finish(installation: Installation, row: dict[str, Any]) -> None:
    """SENT to DONE: the exact bytes are in the archive, the copy in our own outbox folder is gone."""
    kept = spool.store_bytes(
        installation.spool, row["name"], _content(installation, row), on=installation.now().date()
    )
    local = _local(installation, row)
    if local is not None:
        spool.remove(local)
    with installation.database.write() as connection:
        outbox.advance(connection, row["id"], outbox.DONE, installation.now())
        if not row["channel"].startswith(ERP):
            journal.note(connection, row["run"], archive=kept.relative)
    row["state"] = outbox.DONE


def _to(installation: Installation, row: dict[str, Any], state: str, **values: Any) -> None:
    with installation.database.write() as connection:
        outbox.advance(connection, row["id"], state, installation.now(), **values)
    row.update(values, state=state)


def _build(installation: Installation, row: dict[str, Any]) -> None:
    """A copy in our own outbox folder, for people to see what waits; nothing reads it."""
    local = _local(installation, row)
    if local is not None:
        spool.write_atomic(local, _content(installation, row))


def _local(installation: Installation, row: dict[str, Any]) -> Path | None:
    folder = installation.spool.agency.outbox
    return folder / row["name"] if folder is not None and not row["channel"].startswith(ERP) else None


def _content(installation: Installation, row: dict[str, Any]) -> Iterator[bytes]:
    """The committed bytes, copied out first: an upload, or one that broke off, must not keep the database reading."""
    with tempfile.SpooledTemporaryFile(MEMORY) as file:
        with installation.database.read() as connection:
            file.writelines(outbox.content(connection, row["id"]))
        file.seek(0)
        yield from iter(lambda: file.read(BLOCK), b"")


def _rename(agent: Agent, row: dict[str, Any], place: Place) -> None:
    """Gives the file its final name. A server that links before it unlinks can be left with both names: then one goes."""
    final = place.final(row["name"])
    try:
        agent.rename(row["part"], final)
    except TransportError as error:
        if error.code != "transport.exists":
            raise
        if not _is_ours(agent, final, row):
            rule = f"{final} is on the server already, with other content: ask the agency, then `mark {row['run']} delivered` or have it removed"
            raise TransportError("transport.exists", rule, transient=False) from error
        agent.remove(row["part"])


def _is_ours(agent: Agent, path: str, row: dict[str, Any]) -> bool:
    found = agent.stat(path)
    if found is None or found.size != row["size"]:
        return False
    content = io.BytesIO()
    agent.get(path, content, row["size"])
    return hashlib.sha256(content.getvalue()).hexdigest() == str(row["sha256"])
