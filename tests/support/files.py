"""Small looks at folders that many tests take."""

from __future__ import annotations

from pathlib import Path


def listed(folder: Path | None) -> list[str]:
    """The names in a folder, sorted; hidden ones too."""
    assert folder is not None
    return sorted(path.name for path in folder.iterdir())
