from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from inkassod.transport import Agent, FolderAgent, Listing, MemoryAgent, RemoteFile, TransportError


@dataclass(frozen=True, slots=True)
class Side:
    """An agent and the partner's way to the same files."""

    agent: Agent
    plant: Callable[[str, bytes], object]
    content: Callable[[str], bytes | None]


def on_disk(agent: Agent, root: Path) -> Side:
    """A side whose partner works in a folder of this machine."""

    def content(path: str) -> bytes | None:
        return (root / path).read_bytes() if (root / path).exists() else None

    return Side(agent, lambda path, data: (root / path).write_bytes(data), content)


@pytest.fixture(params=["memory", "folder", "sftp", "plain rename"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    """Each kind of agent, with folders in and out; SFTP also on a server without posix-rename and fsync."""
    if request.param == "memory":
        memory = MemoryAgent()
        yield Side(memory, memory.files.__setitem__, memory.files.get)
    elif request.param == "folder":
        (tmp_path / "in").mkdir()
        (tmp_path / "out").mkdir()
        yield on_disk(FolderAgent(tmp_path), tmp_path)
    else:
        name = "sftp" if request.param == "sftp" else "plain_sftp"
        yield on_disk(*request.getfixturevalue(name))


def error_of(call: Callable[[], object]) -> tuple[str, bool]:
    """Code and transience of the TransportError that a call raises; its text is never empty."""
    with pytest.raises(TransportError) as caught:
        call()
    assert str(caught.value)
    return caught.value.code, caught.value.transient


def test_a_file_put_is_there_with_its_size(side: Side) -> None:
    """What is put has the exact bytes, and stat and list show its size."""
    content = os.urandom(300_000)
    side.agent.put("out/a.txt", [content[:100], b"", content[100:]], len(content))
    assert side.content("out/a.txt") == content
    found = side.agent.stat("out/a.txt")
    assert found is not None
    assert (found.name, found.size) == ("a.txt", 300_000)
    assert side.agent.list("out") == Listing((found,), ())


def test_an_empty_file_can_be_exchanged(side: Side) -> None:
    """A file of no bytes is put, shown and got as one."""
    side.agent.put("out/empty", [], 0)
    assert side.content("out/empty") == b""
    assert side.agent.get("out/empty", io.BytesIO(), 0) == 0


def test_putting_again_truncates_what_is_there(side: Side) -> None:
    """A shorter second attempt leaves nothing of the first."""
    side.agent.put("out/.a.part", [b"long content"], 12)
    side.agent.put("out/.a.part", [b"short"], 5)
    assert side.content("out/.a.part") == b"short"


def test_chunks_that_do_not_add_up_are_refused(side: Side) -> None:
    """More or fewer bytes than announced are a permanent error."""
    assert error_of(lambda: side.agent.put("out/a", [b"abc"], 4)) == ("transport.size", False)
    assert error_of(lambda: side.agent.put("out/a", [b"abc"], 2)) == ("transport.size", False)


def test_an_error_of_the_chunks_passes_through_and_the_agent_goes_on(side: Side) -> None:
    """A local error keeps its class, and the same agent can be used again."""

    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("local")

    with pytest.raises(ValueError, match=r"\Alocal\Z"):
        side.agent.put("out/a", chunks(), 8)
    side.agent.put("out/a", [b"whole"], 5)
    assert side.content("out/a") == b"whole"


def test_a_file_is_got_with_its_exact_bytes(side: Side) -> None:
    """What the partner put arrives unchanged, up to exactly the allowed size."""
    content = os.urandom(200_001)
    side.plant("in/b.txt", content)
    target = io.BytesIO()
    assert side.agent.get("in/b.txt", target, 200_001) == 200_001
    assert target.getvalue() == content


def test_a_file_larger_than_allowed_is_not_got(side: Side) -> None:
    """One byte too many is a permanent error, and nothing is written."""
    side.plant("in/b.txt", b"12345")
    target = io.BytesIO()
    assert error_of(lambda: side.agent.get("in/b.txt", target, 4)) == ("transport.size", False)
    assert target.getvalue() == b""


def test_an_error_of_the_target_passes_through_and_the_agent_goes_on(side: Side) -> None:
    """A full local disk is not taken for a fault of the server, and the same agent can be used again."""

    class Full(io.BytesIO):
        """A local disk without space."""

        def write(self, _data: object) -> int:
            """Refuse."""
            raise OSError(28, "No space left on device")

    side.plant("in/b", b"x" * 100_000)
    with pytest.raises(OSError, match="No space left on device"):
        side.agent.get("in/b", Full(), 100_000)
    assert side.agent.get("in/b", io.BytesIO(), 100_000) == 100_000


def test_what_is_missing_is_told_as_missing(side: Side) -> None:
    """A missing file or folder has its code; only looking for a file and removing it take it calmly."""
    agent = side.agent
    missing = ("transport.missing", False)
    assert agent.stat("in/none") is None
    agent.remove("in/none")
    assert error_of(lambda: agent.get("in/none", io.BytesIO(), 9)) == missing
    assert error_of(lambda: agent.rename("in/none", "in/a")) == missing
    assert error_of(lambda: agent.list("nowhere")) == missing
    assert error_of(lambda: agent.put("nowhere/a", [b"x"], 1)) == missing


def test_a_rename_gives_the_final_name(side: Side) -> None:
    """After the rename the part is gone and the file is there, also into another folder."""
    side.agent.put("out/.a.part", [b"x"], 1)
    side.agent.rename("out/.a.part", "out/a")
    assert (side.content("out/.a.part"), side.content("out/a")) == (None, b"x")
    side.agent.rename("out/a", "in/b")
    assert (side.content("out/a"), side.content("in/b")) == (None, b"x")


def test_a_rename_never_overwrites(side: Side) -> None:
    """A target that exists is a permanent error, and both files stay as they are."""
    side.plant("out/a", b"theirs")
    side.agent.put("out/.a.part", [b"ours"], 4)
    assert error_of(lambda: side.agent.rename("out/.a.part", "out/a")) == ("transport.exists", False)
    assert (side.content("out/a"), side.content("out/.a.part")) == (b"theirs", b"ours")


def test_removing_is_final_and_can_be_repeated(side: Side) -> None:
    """A removed file is gone, and removing it again is fine."""
    side.plant("in/b", b"x")
    side.agent.remove("in/b")
    side.agent.remove("in/b")
    assert side.content("in/b") is None


def test_a_listing_is_in_name_order(side: Side) -> None:
    """Names, letters outside ASCII included, come sorted; hidden ones are shown like the rest."""
    for name in ("b", "å", "a", ".part"):
        side.plant(f"in/{name}", name.encode())
    listing = side.agent.list("in")
    assert [(file.name, file.size) for file in listing.files] == [(".part", 5), ("a", 1), ("b", 1), ("å", 2)]
    assert all(isinstance(file, RemoteFile) for file in listing.files)


@pytest.mark.parametrize(
    "path", ["in/..", "../x", "in/../x", "in/a\nb", "in/\u202ex", "in/" + "x" * 201, "in/", ""]
)
def test_a_path_that_can_do_harm_is_never_sent(side: Side, path: str) -> None:
    """A step upwards, an empty or an unprintable name is refused before anything happens."""
    denied = ("transport.denied", False)
    side.plant("in/good", b"x")
    agent = side.agent
    for call in (
        lambda: agent.stat(path), lambda: agent.put(path, [b"x"], 1), lambda: agent.get(path, io.BytesIO(), 9),
        lambda: agent.remove(path), lambda: agent.rename(path, "in/a"), lambda: agent.rename("in/good", path),
    ):  # fmt: skip
        assert error_of(call) == denied
    assert side.content("in/good") == b"x"


def test_closing_twice_is_fine(side: Side) -> None:
    """An agent can be closed at any time, also again."""
    side.agent.close()
    side.agent.close()
    if isinstance(side.agent, MemoryAgent):
        assert side.agent.closed
