from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

import pytest

from inkassod.transport import FolderAgent, TransportError


def error_of(call) -> tuple[str, bool, str]:
    """Code, transience and text of the TransportError that a call raises."""
    with pytest.raises(TransportError) as caught:
        call()
    return caught.value.code, caught.value.transient, str(caught.value)


@pytest.fixture
def agent(tmp_path: Path) -> FolderAgent:
    """An agent on a folder with in and out, and something outside that must stay untouched."""
    for name in ("root/in", "root/out", "outside"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    return FolderAgent(tmp_path / "root")


def test_a_linked_folder_is_never_entered(agent: FolderAgent) -> None:
    """A symbolic link among the folders of a path is refused, for every operation."""
    (agent.root / "link").symlink_to(agent.root.parent / "outside")
    calls = [
        lambda: agent.list("link"), lambda: agent.stat("link/secret"), lambda: agent.put("link/new", [b"x"], 1),
        lambda: agent.get("link/secret", io.BytesIO(), 99), lambda: agent.remove("link/secret"),
        lambda: agent.rename("link/secret", "in/a"), lambda: agent.rename("in/a", "link/a"),
    ]  # fmt: skip
    for call in calls:
        assert error_of(call) == ("transport.denied", False, "link: it is a symbolic link or no folder")
    assert [path.name for path in (agent.root.parent / "outside").iterdir()] == ["secret"]


def test_a_linked_file_is_never_followed(agent: FolderAgent) -> None:
    """A symbolic link in the place of a file is neither read nor written through."""
    outside = agent.root.parent / "outside" / "secret"
    (agent.root / "in" / "a").symlink_to(outside)
    for call in (lambda: agent.put("in/a", [b"x"], 1), lambda: agent.get("in/a", io.BytesIO(), 99)):
        assert error_of(call) == ("transport.denied", False, "in/a: it is a symbolic link or no folder")
    for call in (lambda: agent.stat("in/a"), lambda: agent.rename("in/a", "in/b")):
        assert error_of(call) == ("transport.denied", False, "in/a is no regular file: symbolic link")
    assert agent.list("in").refused == (("a", "symbolic link"),)
    assert outside.read_bytes() == b"secret"


def test_a_second_name_is_never_written_through(agent: FolderAgent) -> None:
    """A hard link to another file keeps that file's content."""
    outside = agent.root.parent / "outside" / "secret"
    os.link(outside, agent.root / "out" / "a")
    assert error_of(lambda: agent.put("out/a", [b"x"], 1)) == (
        "transport.denied", False, "out/a has a second name (hard link)",
    )  # fmt: skip
    assert outside.read_bytes() == b"secret"


def test_a_named_pipe_does_not_block(agent: FolderAgent) -> None:
    """A pipe in the place of a file is refused at once, for reading and writing."""
    os.mkfifo(agent.root / "in" / "a")
    assert error_of(lambda: agent.get("in/a", io.BytesIO(), 9)) == (
        "transport.denied", False, "in/a is no regular file: special file",
    )  # fmt: skip
    assert error_of(lambda: agent.put("in/a", [b"x"], 1))[:2] == ("transport.denied", False)


def test_a_name_that_is_no_utf8_is_listed_apart(agent: FolderAgent) -> None:
    """Bytes that are no text do not break the listing."""
    Path(os.fsdecode(bytes(agent.root) + b"/in/\xff")).write_bytes(b"")
    assert agent.list("in").refused == (
        ("\\udcff", "name with control, direction or undecodable characters"),
    )  # fmt: skip


def test_a_written_file_is_for_the_group_to_read(agent: FolderAgent) -> None:
    """The program that carries the files on may read them by its group; others may not."""
    before = os.umask(0)
    try:
        agent.put("out/a", [b"x"], 1)
    finally:
        os.umask(before)
    assert stat.S_IMODE((agent.root / "out" / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("number", "code", "transient"),
    [
        (errno.ENOSPC, "transport.full", False), (errno.EDQUOT, "transport.full", False),
        (errno.EROFS, "transport.denied", False), (errno.EIO, "transport.cut", True),
        (errno.ESTALE, "transport.cut", True), (errno.ETIMEDOUT, "transport.cut", True),
    ],
)  # fmt: skip
def test_an_error_of_the_file_system_has_its_code(
    agent: FolderAgent, monkeypatch: pytest.MonkeyPatch, number: int, code: str, transient: bool
) -> None:
    """A full disk is permanent, a share that is away is worth another try; the path is named."""

    def write(*_arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", write)
    result = error_of(lambda: agent.put("out/a", [b"x"], 1))
    monkeypatch.undo()
    assert result == (code, transient, f"out/a: {os.strerror(number)}")


def test_a_root_that_is_gone_is_named(agent: FolderAgent) -> None:
    """A share that is not mounted shows as a missing folder with its path."""
    (agent.root / "in").rmdir()
    (agent.root / "out").rmdir()
    agent.root.rmdir()
    assert error_of(lambda: agent.list("in")) == (
        "transport.missing", False, f"{agent.root}: No such file or directory",
    )  # fmt: skip


def test_a_file_that_grows_while_it_is_read_is_no_success(agent: FolderAgent) -> None:
    """A writer that is not done is noticed, and the file is read again later."""

    class Target(io.BytesIO):
        """Lets the file grow while it is read."""

        def write(self, data) -> int:
            """Take the data and append to the file."""
            with (agent.root / "in" / "a").open("ab") as file:
                file.write(b"more")
            return super().write(data)

    (agent.root / "in" / "a").write_bytes(b"x" * 10)
    code, transient, text = error_of(lambda: agent.get("in/a", Target(), 1000))
    assert (code, transient) == ("transport.size", True)
    assert text.startswith("in/a changed while it was read: 10 bytes before, ")
