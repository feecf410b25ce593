"""Files put down so that nobody sees half of one, and the rule for those that others have not finished."""

from __future__ import annotations

import os
import re
from pathlib import Path

_TEMPORARY = re.compile(r"\..*|.*(?:\.tmp|\.part|\.filepart|\.writing|\.swp|~)", re.DOTALL | re.IGNORECASE)


def is_temporary(name: str) -> bool:
    """Whether a name says that its file is still being written (or is hidden)."""
    return _TEMPORARY.fullmatch(name) is not None


def place(folder: Path, name: str, content: bytes) -> Path:
    """Write the file under a hidden temporary name, mode 0600, and rename it into place, replacing what is there."""
    temporary = folder / f".{name}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
    return temporary.rename(folder / name)


def move(source: Path, folder: Path) -> Path:
    """Move the file into the folder under its own name, or with a number before it where the name is taken."""
    target, number = folder / source.name, 1
    while target.exists():
        number += 1
        target = folder / f"{number}-{source.name}"
    return source.rename(target)
