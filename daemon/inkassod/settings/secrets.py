"""Secrets: read when a connection is made, from a systemd credential or a file of our own; never kept.

Credentials: https://systemd.io/CREDENTIALS/ - files under $CREDENTIALS_DIRECTORY, which systemd makes readable
to the unit's user alone (by an access list, which is why their mode bits are not judged here).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from inkassod.settings.problems import SettingsError

_LARGEST = 65_536


def secret(reference: str, base: Path) -> bytes:
    """The content that `reference` names, without one line end at its end.

    A reference with a slash is a file's path, relative to the folder `base`; any other is the name of a systemd
    credential. Raises SettingsError in one sentence, which never holds the content.
    """
    path = _path(reference, base)
    try:
        with open(path, "rb", opener=_open) as file:  # Path.open takes no opener
            fault = _fault(os.fstat(file.fileno()), own="/" in reference)
            content = b"" if fault else file.read(_LARGEST)
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from error
    if fault:
        raise SettingsError([f"{path}: {fault}"])
    return content.removesuffix(b"\n").removesuffix(b"\r")


def secret_fault(reference: str, base: Path) -> str | None:
    """What is wrong with a secret, in one sentence, or None.

    A credential's name passes where $CREDENTIALS_DIRECTORY is not set: outside the service nobody can look it up.
    """
    if "/" not in reference and "CREDENTIALS_DIRECTORY" not in os.environ:
        return None
    try:
        secret(reference, base)
    except SettingsError as error:
        return error.problems[0]
    return None


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would hold us up


def _path(reference: str, base: Path) -> Path:
    if "/" in reference:
        return base / reference
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        sentence = (
            f'the credential "{reference}" is given by systemd, and CREDENTIALS_DIRECTORY is not set: '
            "start the service with LoadCredential=, or name a file by a path with a / in it"
        )
        raise SettingsError([sentence])
    return Path(directory) / reference


def _fault(status: os.stat_result, *, own: bool) -> str | None:
    """What forbids the use of an open file as a secret: `own` ones must be ours and closed to all others."""
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    if own and status.st_uid != os.geteuid():
        return f"belongs to user {status.st_uid}, not to user {os.geteuid()} who runs this: chown it, or run as its owner"
    if own and status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        return f"can be used by others than its owner (mode {mode:04o}): chmod 600"
    if not 0 < status.st_size <= _LARGEST:
        return f"holds {status.st_size} bytes: 1 to {_LARGEST}"
    return None
