from __future__ import annotations

from pathlib import Path

import pytest

from inkassod.spool import Spool, make_folders


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """A complete, empty spool tree."""
    return make_folders(tmp_path / "spool")
