from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inkassod.spool import abandoned, failed_file, make_folders, oddities, waiting

SHIPPED = Path(__file__).resolve().parents[3] / "spool"


def copied(tmp_path: Path) -> Path:
    """The explanations of the shipped tree, without what may lie in it."""
    for readme in SHIPPED.rglob("README.md"):
        target = tmp_path / "spool" / readme.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(readme, target)
    return tmp_path / "spool"


def test_every_folder_of_the_tree_is_explained_and_no_other(tmp_path: Path) -> None:
    """The shipped tree has one README in each folder that the daemon makes."""
    made = make_folders(tmp_path / "made").root
    wanted = {"."} | {path.relative_to(made).as_posix() for path in made.rglob("*")}
    shipped = copied(tmp_path)
    assert {path.parent.relative_to(shipped).as_posix() for path in shipped.rglob("README.md")} == wanted


@pytest.mark.parametrize("name", ["erp", "bank", "agency"])
def test_an_explanation_is_never_taken_for_a_file(tmp_path: Path, name: str) -> None:
    """In the shipped tree nothing waits, nothing is odd, nothing is abandoned and nothing has failed."""
    spool = make_folders(copied(tmp_path))
    area = getattr(spool, name)
    assert waiting(area, settle_seconds=0, now=1e12) == []
    assert oddities(area) == []
    assert abandoned(area) == []
    assert failed_file(area, 1) is None
    assert (area.inbox / "README.md").exists()
