"""A file server in memory, for tests of what drives an agent; faults are injected where a real line would break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from inkassod.transport.agent import (
    Listing,
    RemoteFile,
    TransportError,
    checked_path,
    name_problem,
    shown,
    sorted_listing,
    too_large,
    wrong_size,
)

When = Literal["before", "half", "after"]


@dataclass(slots=True)
class Fault:
    """An error to be raised by the next call of `operation`: before it, half-way (put only), or after its effect."""

    operation: str
    error: Exception
    when: When


class MemoryAgent:
    """The agent's contract over a dictionary; `files` may be changed by the test as the partner would."""

    def __init__(self, folders: Iterable[str] = ("in", "out")) -> None:
        self.folders = set(folders)
        self.files: dict[str, bytes] = {}
        self.times: dict[str, int] = {}
        self.calls: list[tuple[str, str]] = []
        self.closed = False
        self._faults: list[Fault] = []
        self._clock = 0

    def fail_next(self, operation: str, error: Exception, *, when: When = "before", times: int = 1) -> None:
        """Let the next `times` calls of an operation raise; when="after" is the lost reply: done, but not told."""
        self._faults.extend(Fault(operation, error, when) for _ in range(times))

    def list(self, folder: str) -> Listing:
        """See Agent.list."""
        with self._call("list", folder):
            self._check_folder(folder + "/x")
            names = [path.rsplit("/", 1)[1] for path in self.files if path.rsplit("/", 1)[0] == folder]
            refused = [(shown(name), problem) for name in names if (problem := name_problem(name))]
            return sorted_listing(
                (self._file(f"{folder}/{n}") for n in names if not name_problem(n)), refused
            )

    def stat(self, path: str) -> RemoteFile | None:
        """See Agent.stat."""
        with self._call("stat", checked_path(path)):
            return self._file(path) if path in self.files else None

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        """See Agent.put."""
        with self._call("put", checked_path(path)) as fault:
            self._check_folder(path)
            content = b"".join(chunks)
            half = fault is not None and fault.when == "half"
            self._write(path, content[: len(content) // 2] if half else content)
            if fault and half:
                raise fault.error
            if len(content) != size:
                raise wrong_size(path, len(content), size)

    def get(self, path: str, target: BinaryIO, max_bytes: int) -> int:
        """See Agent.get."""
        with self._call("get", checked_path(path)):
            content = self.files[self._present(path)]
            if len(content) > max_bytes:
                raise too_large(path, len(content), max_bytes)
            return target.write(content)

    def rename(self, source: str, target: str) -> None:
        """See Agent.rename."""
        with self._call("rename", f"{checked_path(source)} {checked_path(target)}"):
            self._check_folder(target)
            if target in self.files:
                raise TransportError("transport.exists", f"{shown(target)} is there already", transient=False)
            self._write(target, self.files.pop(self._present(source)))

    def remove(self, path: str) -> None:
        """See Agent.remove."""
        with self._call("remove", checked_path(path)):
            self.files.pop(path, None)

    def close(self) -> None:
        """See Agent.close."""
        self.closed = True

    @contextmanager
    def _call(self, operation: str, path: str) -> Iterator[Fault | None]:
        self.calls.append((operation, path))
        fault = next((fault for fault in self._faults if fault.operation == operation), None)
        if fault:
            self._faults.remove(fault)
            if fault.when == "before":
                raise fault.error
        yield fault
        if fault:
            raise fault.error

    def _file(self, path: str) -> RemoteFile:
        return RemoteFile(path.rsplit("/", 1)[1], len(self.files[path]), self.times.get(path, 0))

    def _write(self, path: str, content: bytes) -> None:
        self._clock += 1
        self.files[path], self.times[path] = content, self._clock

    def _present(self, path: str) -> str:
        if path not in self.files:
            raise TransportError("transport.missing", f"{shown(path)} is not there", transient=False)
        return path

    def _check_folder(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self.folders:
            raise TransportError(
                "transport.missing", f"the folder {shown(folder)} is not there", transient=False
            )
