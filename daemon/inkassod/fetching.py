"""From the agency's server to the inbox, once in effect: CLAIMING, FETCHED, ACKED (docs/durability.md).

A file is claimed by a rename on the server (where the server allows it), downloaded to a name that nothing takes,
archived, and only then deleted or moved on the server. After a crash the states and the names that exist tell where to
go on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import structlog

from inkasso_formats import dialects
from inkassod import spool
from inkassod.installation import Installation
from inkassod.store import transfers
from inkassod.transport.agent import Agent, RemoteFile, TransportError

CLAIMED_PREFIX = ".inkassod-"
MEGABYTE = 1024 * 1024
# What concerns one file only, when trying again cannot help: the others are fetched all the same.
OF_ONE_FILE = frozenset({"transport.denied", "transport.exists", "transport.missing", "transport.size"})

_log = structlog.get_logger()


def fetch_all(installation: Installation, agreement: str, agent: Agent) -> Iterator[str]:
    """Ends what was begun before, then takes all that is there: a sentence for each file that came in.

    Raises TransportError; where a single file is at fault, after all the others came in.
    """
    wrong: list[tuple[dict[str, Any], TransportError]] = []
    for row in _to_fetch(installation, agreement, agent, wrong):
        try:
            text = _go_on(installation, agreement, agent, row)
        except TransportError as error:
            if error.transient or error.code not in OF_ONE_FILE:
                raise
            _log.warning("remote_file_not_fetched", name=row["name"], error=str(error))
            wrong.append((row, error))
        else:
            yield from [text] if text else []
    if wrong:
        raise wrong[0][1]


def _to_fetch(
    installation: Installation,
    agreement: str,
    agent: Agent,
    wrong: list[tuple[dict[str, Any], TransportError]],
) -> Iterator[dict[str, Any]]:
    """The transfers to carry on: those begun before, then one for each file that is listed after those have ended."""
    yield from _unfinished(installation, agreement)
    begun = {
        (row["folder"], row["name"], row["size"], row["mtime"]) for row, _ in wrong
    }  # tried just now: they still lie there
    folders = _folders(installation, agreement)
    known_folders = {*folders, installation.settings.agreements[agreement].transport.done_folder}
    found = [(folder, file) for folder in folders for file in _listed(agent, folder, known_folders)]
    for folder, file in sorted(found, key=lambda one: _turn(installation, agreement, one[1].name)):
        known = (folder, file.name, file.size, file.mtime) in begun
        if not known and _wanted(installation, agreement, folder, file):
            yield _begin(installation, agreement, folder, file)


def _folders(installation: Installation, agreement: str) -> list[str]:
    """Where the agency puts files: in the agreement's folder, and in those that its dialect has for single kinds."""
    usual = installation.settings.agreements[agreement].transport.incoming_folder
    theirs = [layout for layout in installation.dialect(agreement).files.values() if layout.direction == "in"]
    return list(dict.fromkeys(layout.folder or usual for layout in theirs)) or [usual]


def _listed(agent: Agent, folder: str, known: Collection[str]) -> Sequence[RemoteFile]:
    """The files of a folder. What is none is told, but for the folders that are meant to be in there."""
    listing = agent.list(folder)
    for name, reason in listing.refused:
        if f"{folder}/{name}" not in known:
            _log.warning("remote_name_refused", name=name, reason=reason)
    return listing.files


def _turn(installation: Installation, agreement: str, name: str) -> tuple[int, str]:
    """Receipts before updates before closures: each is read as soon as it lies in the inbox."""
    kind = dialects.kind_of_name(installation.dialect(agreement), name)
    return (dialects.FILE_KINDS.index(kind) if kind is not None else -1, name)


def _unfinished(installation: Installation, agreement: str) -> list[dict[str, Any]]:
    usual = installation.settings.agreements[agreement].transport.incoming_folder
    with installation.database.read() as connection:
        rows = transfers.unfinished(connection, agreement)
    return [{**row, "folder": row["folder"] or usual} for row in rows]


def _wanted(installation: Installation, agreement: str, folder: str, file: RemoteFile) -> bool:
    dialect = installation.dialect(agreement)
    kind = dialects.kind_of_name(dialect, file.name)
    if kind is None or dialect.files[kind].direction != "in":
        if not file.name.startswith("."):
            _log.info("remote_name_passed_over", name=file.name)
        return False
    # Transfers of an earlier version, which knew one folder only, name none.
    usual = installation.settings.agreements[agreement].transport.incoming_folder
    folders = (folder, "") if folder == usual else (folder,)
    with installation.database.read() as connection:
        return not transfers.seen(connection, agreement, folders, file.name, file.size, file.mtime)


def _begin(installation: Installation, agreement: str, folder: str, file: RemoteFile) -> dict[str, Any]:
    with installation.database.write() as connection:
        number = transfers.begin(
            connection,
            agreement=agreement,
            folder=folder,
            name=file.name,
            size=file.size,
            mtime=file.mtime,
            at=installation.now(),
        )
        claims = installation.settings.agreements[agreement].transport.claim == "rename"
        claimed_name = f"{CLAIMED_PREFIX}{number}-{file.name}" if claims else file.name
        transfers.note(connection, number, installation.now(), claimed_name=claimed_name)
    return {
        "id": number,
        "folder": folder,
        "name": file.name,
        "claimed_name": claimed_name,
        "size": file.size,
        "mtime": file.mtime,
        "state": transfers.CLAIMING,
    }


def _go_on(installation: Installation, agreement: str, agent: Agent, row: dict[str, Any]) -> str:
    text = ""
    if row["state"] == transfers.CLAIMING:
        if not _claim(installation, agent, row):
            return ""
        _download(installation, agent, row)
        text = f"{row['name']} fetched, {row['size']} bytes"
    _place(installation, row)
    _acknowledge(installation, agreement, agent, row)
    return text or f"{row['name']} fetched before, taken up again"


def _path(row: dict[str, Any], name: str) -> str:
    return f"{row['folder']}/{name}"


def _claim(installation: Installation, agent: Agent, row: dict[str, Any]) -> bool:
    """The file under our own name on the server; False where it is gone (taken by another, or replaced)."""
    claimed = _path(row, row["claimed_name"])
    if row["claimed_name"] == row["name"] or agent.stat(claimed) is not None:
        present = agent.stat(claimed)
    else:
        try:
            agent.rename(_path(row, row["name"]), claimed)
        except TransportError as error:
            if error.code != "transport.missing":
                raise
        present = agent.stat(claimed)
    if present is None:
        _note(installation, row, state=transfers.ACKED)
        return False
    row["size"], row["mtime"] = present.size, present.mtime
    return True


def _download(installation: Installation, agent: Agent, row: dict[str, Any]) -> None:
    """To a hidden name in `work`, forced to the disk and archived; the commit of FETCHED is what makes it ours."""
    path = _part(installation, row)
    limit = installation.settings.daemon.max_file_megabytes * MEGABYTE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        try:
            agent.get(_path(row, row["claimed_name"]), file, limit)
        except TransportError:
            path.unlink()  # it may be long before the next attempt, or there may be none
            raise
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    spool.fsync_folder(path.parent)
    spool.store(installation.spool, path, on=installation.now().date(), max_bytes=limit, name=row["name"])
    _note(installation, row, state=transfers.FETCHED, sha256=sha256, size=row["size"], mtime=row["mtime"])


def _part(installation: Installation, row: dict[str, Any]) -> Path:
    return installation.spool.agency.work / f".fetched-{row['id']}.part"


def _place(installation: Installation, row: dict[str, Any]) -> None:
    """Into the inbox under its own name, or with the number of the transfer before it where that is taken."""
    part = _part(installation, row)
    if not part.exists():
        return  # placed before the crash
    inbox = installation.spool.agency.inbox
    name = f"{row['id']}-{row['name']}" if os.path.lexists(inbox / row["name"]) else row["name"]
    _note(installation, row, local_name=name)
    spool.move(part, inbox / name)


def _acknowledge(installation: Installation, agreement: str, agent: Agent, row: dict[str, Any]) -> None:
    """Off the server, by the setting. What is gone already is fine; what was replaced meanwhile is left for next time."""
    path = _path(row, row["claimed_name"])
    present = agent.stat(path)
    claimed = row["claimed_name"] != row["name"]
    state = transfers.ACKED
    if present is not None and claimed and present.size != row["size"]:
        _note(installation, row, state=transfers.CLAIMING)
        message = f"{row['name']} had {row['size']} bytes and has {present.size} now: its writer was not done"
        raise TransportError("transport.size", message, transient=True)
    if present is not None and (claimed or (present.size, present.mtime) == (row["size"], row["mtime"])):
        try:
            _take_off(installation, agreement, agent, path, row)
        except TransportError as error:
            if error.code != "transport.denied":
                raise
            _log.warning("remote_file_left", name=row["name"], error=str(error))
            state = transfers.LEFT
    _note(installation, row, state=state)


def _take_off(
    installation: Installation, agreement: str, agent: Agent, path: str, row: dict[str, Any]
) -> None:
    transport = installation.settings.agreements[agreement].transport
    if transport.after_fetch == "delete":
        agent.remove(path)
    else:
        _move_away(agent, path, transport.done_folder, row)


def _move_away(agent: Agent, path: str, folder: str, row: dict[str, Any]) -> None:
    try:
        agent.rename(path, f"{folder}/{row['name']}")
    except TransportError as error:
        if error.code != "transport.exists":
            raise
        agent.rename(path, f"{folder}/{row['id']}-{row['name']}")


def _note(installation: Installation, row: dict[str, Any], **values: Any) -> None:
    with installation.database.write() as connection:
        transfers.note(connection, row["id"], installation.now(), **values)
    row.update(values)
