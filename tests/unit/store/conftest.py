"""A database of its own for each test of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inkassod.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables."""
    opened = Database(f"sqlite:///{tmp_path}/inkassod.sqlite3")
    opened.upgrade()
    yield opened
    opened.close()
