from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkassod.spool import (
    Claimed,
    Spool,
    SpoolError,
    abandoned,
    claim,
    fail,
    failed_file,
    finish,
    oddities,
    put_back,
    set_aside,
    take_copy,
    waiting,
)
from support.files import listed

NOW = 1_800_000_000.0
HOSTILE = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["..", ".", "", "../../etc/passwd", "/etc/passwd", "a\nb", "a\0b", "x\u202etxt.exe", "a\udcffb", "ø" * 101]),
)  # fmt: skip


def drop(folder: Path, name: str, content: bytes = b"x", *, age: float = 60) -> Path:
    """Put a file into a folder, last changed `age` seconds before NOW."""
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (NOW - age, NOW - age))
    return path


def names(spool: Spool, settle: float = 2) -> list[str]:
    """The names that wait in the ERP's inbox."""
    return [found.path.name for found in waiting(spool.erp, settle_seconds=settle, now=NOW)]


def taken(spool: Spool, name: str, run: int) -> Claimed:
    """Claim what is known to be there."""
    claimed = claim(spool.erp, name, run)
    assert claimed is not None
    return claimed


def test_complete_files_wait_in_name_order_with_size_and_time(spool: Spool) -> None:
    """A scan gives each regular file with its size and change time, sorted by name."""
    drop(spool.erp.inbox, "b.csv", b"12345")
    drop(spool.erp.inbox, "a.csv", b"")
    found = waiting(spool.erp, settle_seconds=2, now=NOW)
    assert [(file.path.name, file.size, file.mtime_ns) for file in found] == [
        ("a.csv", 0, int(NOW - 60) * 10**9), ("b.csv", 5, int(NOW - 60) * 10**9),
    ]  # fmt: skip


def test_a_file_still_growing_waits_until_it_is_unchanged_for_the_settling_time(spool: Spool) -> None:
    """A file changed less than the settling time ago is not there yet; at exactly that age it is."""
    drop(spool.erp.inbox, "growing.csv", age=1.9)
    drop(spool.erp.inbox, "settled.csv", age=2.0)
    assert names(spool) == ["settled.csv"]


def test_a_change_time_in_the_future_does_not_keep_a_file_for_ever(spool: Spool) -> None:
    """A copied time from a clock that is ahead is not believed: the file system's own time counts."""
    drop(spool.erp.inbox, "ahead.csv", age=-86_400)
    changed = (spool.erp.inbox / "ahead.csv").stat().st_ctime
    past = changed + 1
    os.utime(spool.erp.inbox / "ahead.csv", (changed + 86_400, changed + 86_400))
    assert waiting(spool.erp, settle_seconds=5, now=past) == []
    assert [file.path.name for file in waiting(spool.erp, settle_seconds=5, now=past + 60)] == ["ahead.csv"]


@pytest.mark.parametrize(
    "name",
    [".hidden", "a.tmp", "a.part", "a.filepart", "a.writing", ".a.swp", "a.swp", "a~", "README.md", "README"],
)
def test_unfinished_names_and_explanations_are_never_taken_and_nothing_odd(spool: Spool, name: str) -> None:
    """Names that writers use while they write, hidden files and READMEs are passed over without a word."""
    drop(spool.erp.inbox, name)
    assert names(spool) == []
    assert oddities(spool.erp) == []
    with pytest.raises(
        SpoolError, match=f"a file named {name} is never taken from {spool.erp.inbox}; rename it"
    ):
        claim(spool.erp, name, 1)


def make_link(path: Path) -> None:
    """A symbolic link to a file outside."""
    path.symlink_to("/etc/hostname")


def make_hard_link(path: Path) -> None:
    """A file with a second name."""
    other = path.parent.parent / "second-name"
    other.write_bytes(b"x")
    os.link(other, path)


def make_socket(path: Path) -> None:
    """A socket; its path is reached relatively, since the length of socket paths is limited."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{descriptor}/{path.name}")
    os.close(descriptor)


KINDS = [
    (make_link, "symbolic link"),
    (Path.mkdir, "folder"),
    (os.mkfifo, "named pipe"),
    (make_socket, "socket"),
    (make_hard_link, "file with a second name (hard link)"),
]


@pytest.mark.parametrize(("make", "reason"), KINDS, ids=[reason for _make, reason in KINDS])
def test_what_is_no_plain_file_is_never_taken_and_told(
    spool: Spool, make: Callable[[Path], None], reason: str
) -> None:
    """A link, folder, pipe, socket or second name does not wait; it is listed with its reason."""
    make(spool.erp.inbox / "odd.csv")
    assert names(spool, settle=-1e12) == []
    assert oddities(spool.erp) == [("odd.csv", reason)]


def test_odd_names_are_shown_escaped(spool: Spool) -> None:
    """A name with a line end, a direction mark or bytes that are no UTF-8 is told without those characters."""
    for name in (b"a\nb", b"c\xe2\x80\xaed", b"e\xff"):
        Path(os.fsdecode(bytes(spool.erp.inbox) + b"/" + name)).write_bytes(b"")
    reason = "name with control, direction or undecodable characters"
    assert oddities(spool.erp) == [("a\\nb", reason), ("c\\u202ed", reason), ("e\\udcff", reason)]
    assert names(spool, settle=-1e12) == []


@given(name=HOSTILE)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_name_leads_out_of_the_folders(spool: Spool, name: str) -> None:
    """Whatever the name, claiming it or setting it aside is refused or stays below the area's own folders."""
    try:
        assert claim(spool.erp, name, 7) is None
        path = set_aside(spool.erp, 7, name, b"x")
    except SpoolError as error:
        assert error.code == "spool.name"  # noqa: PT017 (either outcome is right)
    else:
        assert path.parent == spool.erp.failed
        assert path.resolve().parent == spool.erp.failed.resolve()
        assert listed(spool.erp.failed) == [path.name]
        path.unlink()
    assert listed(spool.erp.work) == []


def test_a_claim_moves_the_file_under_its_run(spool: Spool) -> None:
    """A claimed file has left the inbox and lies in work as RUN-NAME, content unchanged."""
    drop(spool.erp.inbox, "12-feed.csv", b"content")
    claimed = taken(spool, "12-feed.csv", 34)
    assert claimed == Claimed(spool.erp, 34, "12-feed.csv", spool.erp.work / "34-12-feed.csv")
    assert claimed.path.read_bytes() == b"content"
    assert listed(spool.erp.inbox) == []


def test_a_file_that_another_took_first_is_no_error(spool: Spool) -> None:
    """Of two who claim one file the second gets nothing, and the first one's file stays."""
    drop(spool.erp.inbox, "feed.csv")
    taken(spool, "feed.csv", 1)
    assert claim(spool.erp, "feed.csv", 2) is None
    assert listed(spool.erp.work) == ["1-feed.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may rename anywhere")
def test_an_inbox_without_the_right_to_rename_is_named(spool: Spool) -> None:
    """A file that cannot be taken for want of rights says which right is missing."""
    drop(spool.erp.inbox, "feed.csv")
    spool.erp.inbox.chmod(0o500)
    with pytest.raises(SpoolError, match="the daemon's user needs the right to rename in") as caught:
        claim(spool.erp, "feed.csv", 1)
    spool.erp.inbox.chmod(0o700)
    assert caught.value.code == "spool.denied"


def test_after_a_crash_what_lies_in_work_is_found_by_run(spool: Spool) -> None:
    """Claimed files come back in the order of their runs with their own names; half-written copies go."""
    drop(spool.erp.inbox, "b-feed.csv")
    drop(spool.erp.inbox, "a-feed.csv")
    second, first = taken(spool, "b-feed.csv", 10), taken(spool, "a-feed.csv", 9)
    drop(spool.erp.work, f".11-copy.csv.{'0' * 16}.tmp")
    drop(spool.erp.work, "by-hand.csv")
    assert abandoned(spool.erp) == [first, second]
    assert listed(spool.erp.work) == ["10-b-feed.csv", "9-a-feed.csv", "by-hand.csv"]


def test_a_crash_before_the_claim_leaves_the_file_waiting(spool: Spool) -> None:
    """Before the rename nothing has happened: the file waits and nothing is abandoned."""
    drop(spool.erp.inbox, "feed.csv")
    assert abandoned(spool.erp) == []
    assert names(spool) == ["feed.csv"]


def test_a_crash_after_the_end_leaves_nothing(spool: Spool) -> None:
    """A finished file is gone from work, and finishing again is fine."""
    drop(spool.erp.inbox, "feed.csv")
    claimed = taken(spool, "feed.csv", 1)
    finish(claimed)
    finish(claimed)
    assert abandoned(spool.erp) == []
    assert names(spool) == []


def test_a_failed_file_is_kept_and_found_by_its_run(spool: Spool) -> None:
    """A file that failed lies in failed as RUN-NAME; the run finds it, another run does not."""
    drop(spool.erp.inbox, "feed.csv", b"bad")
    path = fail(taken(spool, "feed.csv", 12))
    assert path == spool.erp.failed / "12-feed.csv"
    assert failed_file(spool.erp, 12) == path
    assert failed_file(spool.erp, 1) is None
    assert listed(spool.erp.work) == []


def test_a_file_given_back_waits_again(spool: Spool) -> None:
    """A file put back has its own name and its own change time."""
    drop(spool.erp.inbox, "feed.csv")
    put_back(taken(spool, "feed.csv", 1))
    assert names(spool) == ["feed.csv"]
    assert abandoned(spool.erp) == []


def test_a_file_is_not_put_back_over_a_newer_one(spool: Spool) -> None:
    """When another file of this name has arrived, the claimed one stays in work and the newer one untouched."""
    drop(spool.erp.inbox, "feed.csv", b"old")
    claimed = taken(spool, "feed.csv", 1)
    drop(spool.erp.inbox, "feed.csv", b"new")
    with pytest.raises(SpoolError) as caught:
        put_back(claimed)
    assert caught.value.code == "spool.exists"
    assert str(caught.value) == (
        f"feed.csv cannot go back to {spool.erp.inbox}: another file of this name has arrived"
    )
    assert (spool.erp.inbox / "feed.csv").read_bytes() == b"new"
    assert claimed.path.read_bytes() == b"old"


def test_a_file_given_by_hand_is_copied_and_stays(spool: Spool, tmp_path: Path) -> None:
    """A copy is private and complete; the original, even one with two names, is untouched."""
    source = drop(tmp_path, "feed.csv.tmp", b"x" * 3_000_000)
    os.link(source, tmp_path / "backup")
    claimed = take_copy(spool.erp, source, 5)
    assert claimed == Claimed(spool.erp, 5, "feed.csv.tmp", spool.erp.work / "5-feed.csv.tmp")
    assert claimed.path.read_bytes() == source.read_bytes()
    assert stat.S_IMODE(claimed.path.stat().st_mode) == 0o600
    assert abandoned(spool.erp) == [claimed]


@pytest.mark.parametrize(
    ("make", "code", "text"),
    [
        (make_link, "spool.not_a_file", "is not a regular file; put a plain copy of the file in its place"),
        (Path.mkdir, "spool.not_a_file", "is not a regular file; put a plain copy of the file in its place"),
        (os.mkfifo, "spool.not_a_file", "is not a regular file; put a plain copy of the file in its place"),
        (make_socket, "spool.not_a_file", "is not a regular file; put a plain copy of the file in its place"),
        (lambda path: None, "spool.gone", "is not there any more"),
    ],
)
def test_what_is_no_file_cannot_be_given_by_hand(
    spool: Spool, tmp_path: Path, make: Callable[[Path], None], code: str, text: str
) -> None:
    """A link, folder, pipe, socket or nothing at all is refused at once, without waiting, with its path."""
    source = tmp_path / "odd"
    make(source)
    with pytest.raises(SpoolError) as caught:
        take_copy(spool.erp, source, 1)
    assert (caught.value.code, str(caught.value)) == (code, f"{source} {text}")
    assert listed(spool.erp.work) == []


def test_content_that_was_never_a_local_file_can_be_set_aside(spool: Spool) -> None:
    """What was fetched and could not be used lies in failed, private, and is found by its run."""
    path = set_aside(spool.agency, 8, "RD_0001.txt", b"bytes")
    assert path == failed_file(spool.agency, 8)
    assert path.read_bytes() == b"bytes"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
