from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkassod.spool import Archived, FileChanging, Spool, SpoolError, open_archived, store, store_bytes

DAY = date(2026, 11, 2)


def everything(spool: Spool) -> list[str]:
    """All files of the archive, temporary ones included."""
    found = (path for path in spool.archive.rglob("*") if not path.is_dir())
    return sorted(path.relative_to(spool.archive).as_posix() for path in found)


def source_of(spool: Spool, content: bytes, name: str = "5-feed.csv") -> Path:
    """A claimed file."""
    path = spool.erp.work / name
    path.write_bytes(content)
    return path


def test_a_file_is_stored_by_day_and_content(spool: Spool) -> None:
    """The archive holds the exact bytes under YYYY/MM/DD/SHA256-NAME, private; the source stays."""
    content = os.urandom(2_500_000)
    source = source_of(spool, content)
    archived = store(spool, source, on=DAY, max_bytes=len(content))
    digest = hashlib.sha256(content).hexdigest()
    relative = f"2026/11/02/{digest}-5-feed.csv"
    assert archived == Archived(relative, spool.archive / relative, digest, len(content))
    assert archived.path.read_bytes() == content
    assert source.exists()
    folders = [archived.path.parent, *archived.path.parent.parents[:2]]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert stat.S_IMODE(archived.path.stat().st_mode) == 0o600


def test_the_name_in_the_archive_can_be_given(spool: Spool) -> None:
    """A claimed file is archived under the name it arrived with."""
    archived = store(spool, source_of(spool, b"x"), on=DAY, max_bytes=9, name="feed.csv")
    assert archived.path.name == f"{hashlib.sha256(b'x').hexdigest()}-feed.csv"


def test_the_same_content_again_that_day_changes_nothing(spool: Spool) -> None:
    """A second time, under another name even, nothing is written and the first place is told."""
    first = store(spool, source_of(spool, b"same"), on=DAY, max_bytes=9)
    before = first.path.stat()
    again = store(spool, source_of(spool, b"same", "6-other.csv"), on=DAY, max_bytes=9)
    also = store_bytes(spool, "third", [b"sa", b"me"], on=DAY)
    assert first == again == also
    assert everything(spool) == [first.relative]
    assert (first.path.stat().st_ino, first.path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_day_keeps_its_own_copy(spool: Spool) -> None:
    """What came on two days is in both days' folders."""
    store_bytes(spool, "a", [b"x"], on=DAY)
    store_bytes(spool, "a", [b"x"], on=date(2026, 11, 3))
    assert [name[:10] for name in everything(spool)] == ["2026/11/02", "2026/11/03"]


def test_a_damaged_copy_is_replaced(spool: Spool) -> None:
    """A file whose content is not what its name says is no proof: the right bytes take its place."""
    archived = store_bytes(spool, "a", [b"right"], on=DAY)
    archived.path.write_bytes(b"wrong")
    assert store_bytes(spool, "a", [b"right"], on=DAY) == archived
    assert archived.path.read_bytes() == b"right"
    assert everything(spool) == [archived.relative]


def test_a_file_larger_than_allowed_is_refused(spool: Spool) -> None:
    """One byte too many is named with the size and the limit, and nothing is stored."""
    with pytest.raises(SpoolError) as caught:
        store(spool, source_of(spool, b"12345"), on=DAY, max_bytes=4)
    assert caught.value.code == "spool.too_large"
    assert str(caught.value) == "5-feed.csv has 5 bytes, more than the allowed 4"
    assert everything(spool) == []


class Growing:
    """Stands in for os.fstat: the file grows by `extra` after the first look."""

    def __init__(self, path: Path, extra: bytes) -> None:
        self.path, self.extra, self.real, self.looks = path, extra, os.fstat, 0

    def __call__(self, descriptor: int) -> os.stat_result:
        """Look at a file as os.fstat does."""
        status = self.real(descriptor)
        if stat.S_ISREG(status.st_mode) and status.st_ino == self.path.stat().st_ino:
            self.looks += 1
            if self.looks == 1:
                with self.path.open("ab") as file:
                    file.write(self.extra)
        return status


@pytest.mark.parametrize("extra", [b"more", b""])
def test_a_file_that_changes_while_it_is_read_is_refused(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, extra: bytes
) -> None:
    """A writer that is not done is noticed by size or change time, and nothing is stored."""
    source = source_of(spool, b"12345")
    os.utime(source, (1, 1))
    growing = Growing(source, extra)
    if not extra:
        real = growing.real
        growing.real = lambda descriptor: (real(descriptor), os.utime(source))[0]
    monkeypatch.setattr(os, "fstat", growing)
    with pytest.raises(FileChanging) as caught:
        store(spool, source, on=DAY, max_bytes=100)
    assert caught.value.code == "spool.changing"
    assert str(caught.value) == (
        f"5-feed.csv changed while it was read (5 bytes, then {5 + len(extra)}); it is tried again later"
    )
    assert everything(spool) == []


def test_a_file_that_grows_without_end_stops_at_the_limit(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was small when it was opened is not read past the limit."""
    source = source_of(spool, b"12345")
    monkeypatch.setattr(os, "fstat", Growing(source, b"x" * 100))
    with pytest.raises(SpoolError, match=r"\A5-feed.csv has more than the allowed 50 bytes\Z"):
        store(spool, source, on=DAY, max_bytes=50)
    assert everything(spool) == []


def test_links_pipes_and_second_names_are_refused(spool: Spool) -> None:
    """What was swapped in after the scan is refused without following or waiting."""
    work = spool.erp.work
    (work / "1-link").symlink_to("/etc/hostname")
    os.mkfifo(work / "2-pipe")
    (work / "3-folder").mkdir()
    source_of(spool, b"x", "4-file")
    os.link(work / "4-file", work / "5-second")
    for name in ("1-link", "2-pipe", "3-folder", "5-second"):
        what = "has a second name (hard link)" if name == "5-second" else "is not a regular file"
        with pytest.raises(SpoolError) as caught:
            store(spool, work / name, on=DAY, max_bytes=100)
        assert caught.value.code == "spool.not_a_file"
        assert str(caught.value) == f"{work}/{name} {what}; put a plain copy of the file in its place"
    assert everything(spool) == []


def test_a_full_disk_leaves_nothing_behind(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk passes through; the half-written copy is gone and the source stays."""

    def fsync(descriptor: int) -> None:
        if os.fstat(descriptor).st_size and os.fstat(descriptor).st_ino != source.stat().st_ino:
            raise OSError(errno.ENOSPC, "No space left on device")

    source = source_of(spool, b"x" * 10)
    (spool.archive / "2026" / "11" / "02").mkdir(parents=True)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None if is_folder(descriptor) else fsync(descriptor))
    with pytest.raises(OSError, match="No space left on device"):
        store(spool, source, on=DAY, max_bytes=100)
    assert everything(spool) == []
    assert source.exists()


def is_folder(descriptor: int) -> bool:
    """True for the descriptor of a folder."""
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)


def test_an_interrupted_source_leaves_nothing_behind(spool: Spool) -> None:
    """When the chunks break off, no file of any name is left in the archive."""

    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match=r"\Acut\Z"):
        store_bytes(spool, "a", chunks(), on=DAY)
    assert everything(spool) == []


@given(name=st.text(max_size=400), content=st.binary(max_size=50))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_name_and_content_comes_back_as_it_was(spool: Spool, name: str, content: bytes) -> None:
    """Whatever the name, the content is stored in the day's folder and opened again by its path."""
    archived = store_bytes(spool, name, [content], on=DAY)
    assert archived.path.parent == spool.archive / "2026/11/02"
    assert len(archived.path.name.encode()) <= 255
    with open_archived(spool, archived.relative) as file:
        assert file.read() == content


@pytest.mark.parametrize("relative", ["../x", "/etc/passwd", "2026/11/02/../../../x", "2026/11/02/abc-x", "", "2026/11/02/" + "0" * 64 + "-x\n/y"])  # fmt: skip
def test_a_path_of_another_shape_is_never_opened(spool: Spool, relative: str) -> None:
    """Only the archive's own paths are opened."""
    with pytest.raises(SpoolError) as caught:
        open_archived(spool, relative)
    assert caught.value.code == "spool.name"


def test_a_file_gone_from_the_archive_is_named(spool: Spool) -> None:
    """A path that is well formed and empty says so."""
    relative = "2026/11/02/" + "0" * 64 + "-feed.csv"
    with pytest.raises(SpoolError) as caught:
        open_archived(spool, relative)
    assert (caught.value.code, "is not there any more" in str(caught.value)) == ("spool.gone", True)
