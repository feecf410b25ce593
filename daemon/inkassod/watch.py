"""Wakes a worker when files arrive. An event is only a hint: what lies in the folder is the truth, and is looked at anyway.

The handler does nothing but put a name into a set, since an exception in it would end the observer for good. A name
that was closed by its writer or renamed into place is complete; all others wait until they have settled.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import structlog
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph"})

_log = structlog.get_logger()


class Inbox:
    """What the events say of one folder: `wake` is set when anything happened, `take_complete` hands over the names."""

    def __init__(self, wake: threading.Event) -> None:
        self.wake = wake
        self._complete: set[str] = set()
        self._lock = threading.Lock()

    def complete(self, name: str) -> None:
        """A file of this name was closed by its writer, or renamed into place."""
        with self._lock:
            self._complete.add(name)

    def take_complete(self) -> set[str]:
        """The names since the last call."""
        with self._lock:
            names, self._complete = self._complete, set()
        return names


class _Handler(FileSystemEventHandler):
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.is_directory or event.event_type in {"opened", "closed_no_write"}:
            return
        if event.event_type == "closed":
            self._inbox.complete(_name(event.src_path))
        elif event.event_type == "moved":
            self._inbox.complete(_name(event.dest_path))
        self._inbox.wake.set()


def _name(path: bytes | str) -> str:
    text = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else path
    return Path(text).name


class Watch:
    """The kernel's events for some folders, or nothing where the file system has none: then looking at intervals serves."""

    def __init__(self, folders: Iterable[tuple[Path, Inbox]], *, mode: str) -> None:
        self._folders = list(folders)
        self._mode = mode
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Begins to watch; a watcher that cannot be had is no error."""
        if self._mode == "poll" or (self._mode == "auto" and _on_network(self._folders)):
            _log.info("watching", by="looking at intervals")
            return
        observer = Observer()
        try:
            for folder, inbox in self._folders:
                observer.schedule(_Handler(inbox), str(folder), recursive=False)
            observer.start()
        except OSError as error:
            _log.warning("watching", by="looking at intervals", reason=str(error))
            return
        self._observer = observer
        _log.info("watching", by="events and looking at intervals")

    def supervise(self) -> None:
        """Starts anew what has died; events missed meanwhile are made good by the look at the folders."""
        observer = self._observer
        if observer is None:
            return
        if not observer.is_alive() or not all(emitter.is_alive() for emitter in observer.emitters):
            _log.warning("watcher_died", cure="started anew")
            self.stop()
            self.start()
            for _, inbox in self._folders:
                inbox.wake.set()

    def stop(self) -> None:
        """Ends the watching."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()  # also a dead one: its emitters hold threads and descriptors of their own
            observer.join(timeout=5)


def _on_network(folders: Iterable[tuple[Path, Inbox]]) -> bool:
    """True where a folder lies on a file system whose changes by other machines raise no events here."""
    try:
        mounts = [line.split(" ") for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return False
    for folder, _ in folders:
        resolved = folder.resolve()
        inside = [mount for mount in mounts if resolved.is_relative_to(mount[1])]
        if inside and max(inside, key=lambda mount: len(mount[1]))[2] in NETWORK_FILE_SYSTEMS:
            return True
    return False
