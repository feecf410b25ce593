from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from inkassod.spool import Spool, SpoolError, make_folders, move, remove, write_atomic
from support.files import listed


def steps_of(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the steps that decide about durability, in their order, while they are really done."""
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def recorded_fsync(descriptor: int) -> None:
        steps.append("fsync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "fsync file")
        fsync(descriptor)

    def recorded_rename(source: str, target: str) -> None:
        steps.append("rename")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "rename", recorded_rename)
    return steps


@pytest.fixture
def no_umask() -> Iterator[None]:
    """The most generous umask there is, for one test."""
    before = os.umask(0)
    yield
    os.umask(before)


def failing(*_arguments: object) -> None:
    """Stand in for fsync on a broken disk."""
    raise OSError(errno.EIO, "Input/output error")


def test_a_file_is_written_whole_and_private(tmp_path: Path, no_umask: None) -> None:
    """The chunks become one file of mode 0600 whatever the umask, and no other name is left."""
    write_atomic(tmp_path / "a.txt", [b"one ", b"", b"two"])
    assert (tmp_path / "a.txt").read_bytes() == b"one two"
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o600
    assert listed(tmp_path) == ["a.txt"]


def test_the_mode_holds_under_the_strictest_umask(tmp_path: Path) -> None:
    """A umask that takes everything away does not make an unreadable file."""
    before = os.umask(0o777)
    try:
        write_atomic(tmp_path / "a.txt", [b"x"], mode=0o640)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_data_reaches_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A written file is: fsync of the file, rename, fsync of the folder."""
    steps = steps_of(monkeypatch)
    write_atomic(tmp_path / "a.txt", [b"x"])
    assert steps == ["fsync file", "rename", "fsync folder"]


def test_a_move_forces_both_folders_the_target_first(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A moved file is: rename, fsync of the target's folder, fsync of the source's folder."""
    (spool.erp.inbox / "a").write_bytes(b"x")
    steps = steps_of(monkeypatch)
    move(spool.erp.inbox / "a", spool.erp.work / "a")
    assert steps == ["rename", "fsync folder", "fsync folder"]


def test_an_error_of_the_source_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    """When the chunks fail half-way, the old file stands and the temporary one is gone."""

    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("the source broke")

    (tmp_path / "a.txt").write_bytes(b"old")
    with pytest.raises(RuntimeError, match=r"\Athe source broke\Z"):
        write_atomic(tmp_path / "a.txt", chunks())
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert listed(tmp_path) == ["a.txt"]


def test_a_failed_fsync_is_reported_and_never_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failed fsync the file does not get its name, and fsync is called once only."""
    calls: list[int] = []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        failing()

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="Input/output error"):
        write_atomic(tmp_path / "a.txt", [b"x"])
    assert len(calls) == 1
    assert listed(tmp_path) == []


def test_a_long_name_gets_a_temporary_name_that_fits(tmp_path: Path) -> None:
    """A name of 255 bytes, cut within a letter for the temporary one, can be written."""
    name = "ø" * 127 + "x"
    write_atomic(tmp_path / name, [b"x"])
    assert listed(tmp_path) == [name]


def test_a_symbolic_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    """Writing over a link never writes through it."""
    (tmp_path / "outside").write_bytes(b"untouched")
    (tmp_path / "a").symlink_to(tmp_path / "outside")
    write_atomic(tmp_path / "a", [b"new"])
    assert (tmp_path / "outside").read_bytes() == b"untouched"
    assert not (tmp_path / "a").is_symlink()


@pytest.mark.parametrize("dangling", [False, True])
def test_a_move_never_overwrites(tmp_path: Path, dangling: bool) -> None:
    """A target that exists, be it only a dangling link, is refused and both files stay."""
    (tmp_path / "a").write_bytes(b"a")
    if dangling:
        (tmp_path / "b").symlink_to(tmp_path / "nowhere")
    else:
        (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError, match="there is already a file of this name"):
        move(tmp_path / "a", tmp_path / "b")
    assert listed(tmp_path) == ["a", "b"]


def test_removing_twice_is_fine(tmp_path: Path) -> None:
    """A file that an earlier attempt removed is no error."""
    (tmp_path / "a").write_bytes(b"x")
    remove(tmp_path / "a")
    remove(tmp_path / "a")
    assert listed(tmp_path) == []


def test_every_folder_is_private_whatever_the_umask(tmp_path: Path, no_umask: None) -> None:
    """A new tree has eleven working folders and no folder that others may enter."""
    root = make_folders(tmp_path / "deep" / "spool").root
    folders = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    assert folders == [
        "agency", "agency/failed", "agency/inbox", "agency/outbox", "agency/work", "archive",
        "bank", "bank/failed", "bank/inbox", "bank/work",
        "erp", "erp/failed", "erp/inbox", "erp/outbox", "erp/work",
    ]  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in [root, *root.rglob("*")]} == {0o700}


def test_shared_folders_keep_their_mode_and_private_ones_are_tightened(tmp_path: Path) -> None:
    """A drop folder that the operator opened to the ERP stays open; the daemon's own folders do not."""
    root = make_folders(tmp_path / "spool").root
    for name in ("erp/inbox", "bank/inbox", "erp/outbox", "erp/work", "archive", "agency/outbox"):
        (root / name).chmod(0o2775)
    make_folders(root)
    modes = {
        name: stat.S_IMODE((root / name).stat().st_mode)
        for name in ("erp/inbox", "bank/inbox", "erp/outbox", "erp/work", "archive", "agency/outbox")
    }
    assert modes == {
        "erp/inbox": 0o2775, "bank/inbox": 0o2775, "erp/outbox": 0o2775,
        "erp/work": 0o700, "archive": 0o700, "agency/outbox": 0o700,
    }  # fmt: skip


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    """What stands in the way of the tree is said with its path."""
    (tmp_path / "spool" / "erp").mkdir(parents=True)
    (tmp_path / "spool" / "erp" / "work").write_bytes(b"")
    with pytest.raises(SpoolError) as caught:
        make_folders(tmp_path / "spool")
    assert caught.value.code == "spool.not_a_folder"
    assert str(caught.value) == f"{tmp_path}/spool/erp/work is not a folder; move it away"


def test_a_private_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """The work folder cannot be led elsewhere by a symbolic link."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "spool" / "erp").mkdir(parents=True)
    (tmp_path / "spool" / "erp" / "work").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SpoolError, match="is not a folder; move it away"):
        make_folders(tmp_path / "spool")


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system to be had without rights")
def test_a_folder_on_another_file_system_is_refused_at_the_start(tmp_path: Path) -> None:
    """A drop folder on another file system could never be claimed by a rename: it is named before the first file."""
    other = Path("/dev/shm") / f"inkassod-test-{os.getpid()}"
    other.mkdir()
    try:
        if other.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("both folders are on one file system")
        (tmp_path / "spool" / "erp").mkdir(parents=True)
        (tmp_path / "spool" / "erp" / "inbox").symlink_to(other)
        with pytest.raises(SpoolError) as caught:
            make_folders(tmp_path / "spool")
    finally:
        other.rmdir()
    assert caught.value.code == "spool.file_system"
    root = tmp_path / "spool"
    assert (
        str(caught.value) == f"{root}/erp/inbox lies on another file system than {root}; the spool needs one"
    )


def test_old_leftovers_go_and_young_ones_stay(spool: Spool) -> None:
    """A temporary file of ours goes after 36 hours; a younger one and one of the ERP's own stay."""
    old, young, foreign = f".a.{'0' * 16}.tmp", f".a.{'1' * 16}.tmp", ".mine.tmp"
    for name in (old, young, foreign):
        (spool.erp.outbox or spool.root).joinpath(name).write_bytes(b"x")
    for name in (old, foreign):
        os.utime((spool.erp.outbox or spool.root) / name, (0, 0))
    make_folders(spool.root)
    assert listed(spool.erp.outbox) == sorted([young, foreign])
