from __future__ import annotations

import io
import itertools
import random
import stat
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkassod.transport import RemoteFile, TransportError
from inkassod.transport import sftp_packets as packets
from inkassod.transport.sftp import SftpAgent
from inkassod.transport.sftp_packets import Status, string
from support.scripted import Reply, Scripted, attributes, status

HARMFUL = "name with control, direction or undecodable characters"


def only(kind: int, reply: Reply, after: int = 0) -> Callable[[int, Reply], Reply]:
    """Replace the reply to requests of one kind, `after` so many of them."""
    seen = [0]

    def bend(asked: int, given: Reply) -> Reply:
        if asked != kind:
            return given
        seen[0] += 1
        return reply if seen[0] > after else given

    return bend


def error_of(call: Callable[[], object]) -> tuple[str, bool, str]:
    """Code, transience and text of the TransportError that a call raises."""
    with pytest.raises(TransportError) as caught:
        call()
    return caught.value.code, caught.value.transient, str(caught.value)


@given(content=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=5))
@settings(max_examples=60, deadline=None)
def test_what_is_put_comes_back(content: bytes, cuts: list[int]) -> None:
    """However the content is cut into chunks, the server has it, and get gives it back."""
    server = Scripted()
    agent = SftpAgent(server)
    edges = sorted({0, len(content), *(cut for cut in cuts if cut < len(content))})
    agent.put("out/a", [content[a:b] for a, b in itertools.pairwise(edges)], len(content))
    target = io.BytesIO()
    assert agent.get("out/a", target, 1000) == len(content)
    assert server.files == {"out/a": content}
    assert target.getvalue() == content


@given(size=st.integers(0, 3_000_000), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_replies_may_come_in_any_order_and_reads_may_be_short(size: int, seed: int) -> None:
    """A server that answers out of order, and gives less than asked, still delivers the exact bytes."""
    dice = random.Random(seed)
    content = dice.randbytes(size)
    server = Scripted()
    agent = SftpAgent(server)
    server.shuffle = lambda held: dice.sample(held, len(held))
    agent.put("out/a", [content], size)

    def shorter(kind: int, reply: Reply) -> Reply:
        data = reply[1][4:]
        if kind != packets.READ or reply[0] != packets.DATA or dice.random() < 0.7:
            return reply
        return packets.DATA, string(data[: max(1, len(data) // 3)])

    server.bend = shorter
    target = io.BytesIO()
    agent.get("out/a", target, size)
    assert server.files["out/a"] == content
    assert target.getvalue() == content


def test_several_requests_are_on_their_way_but_never_more_than_the_window() -> None:
    """A large file does not wait for each answer, and never has more than 64 unanswered requests."""
    server = Scripted()
    agent = SftpAgent(server)
    agent.put("out/a", [b"x" * 5_000_000], 5_000_000)
    agent.get("out/a", io.BytesIO(), 5_000_000)
    assert server.longest == 64


def test_an_upload_is_forced_to_the_disk_closed_and_looked_at() -> None:
    """An upload ends with fsync, close and a look at the size, in this order."""
    server = Scripted()
    SftpAgent(server).put("out/a", [b"x"], 1)
    assert server.requests == [
        packets.INIT, packets.OPEN, packets.WRITE, packets.EXTENDED, packets.CLOSE, packets.LSTAT,
    ]  # fmt: skip


def test_a_server_without_extensions_is_asked_for_nothing_it_does_not_offer() -> None:
    """Without fsync and posix-rename the plain requests of version 3 do."""
    server = Scripted(extensions=())
    agent = SftpAgent(server)
    agent.put("out/.a", [b"x"], 1)
    agent.rename("out/.a", "out/a")
    assert packets.EXTENDED not in server.requests
    assert packets.RENAME in server.requests
    assert server.files == {"out/a": b"x"}


def test_an_fsync_that_the_file_system_cannot_do_is_passed_over() -> None:
    """A server that offers fsync and answers "unsupported" has taken the file all the same."""
    server = Scripted()
    server.bend = only(packets.EXTENDED, status(Status.OP_UNSUPPORTED, "unsupported"))
    SftpAgent(server).put("out/a", [b"x"], 1)
    assert server.files == {"out/a": b"x"}


FULL = "the server could not keep the data; its disk or quota is probably full, while writing out/a"


@pytest.mark.parametrize("kind", [packets.WRITE, packets.EXTENDED, packets.CLOSE])
@pytest.mark.parametrize(
    ("answer", "said"),
    [(Status.FAILURE, "Failure"), (Status.NO_SPACE, "no space"), (Status.QUOTA_EXCEEDED, "quota")],
)
def test_a_full_disk_is_told_wherever_the_server_notices(kind: int, answer: int, said: str) -> None:
    """A failed write, fsync or close is never taken for a success: the disk is full, and it is not tried again."""
    server = Scripted()
    server.bend = only(kind, status(answer, said))
    agent = SftpAgent(server)
    assert error_of(lambda: agent.put("out/a", [b"x" * 100_000], 100_000)) == (
        "transport.full", False, f"scripted port 0: {FULL} ({said})",
    )  # fmt: skip


@pytest.mark.parametrize("after", [0, 1, 63, 64, 99, 152])
def test_no_single_write_reply_is_lost(after: int) -> None:
    """Whichever of 153 writes fails, the last ones included, the upload fails, and the session goes on."""
    server = Scripted()
    agent = SftpAgent(server)
    server.bend = only(packets.WRITE, status(Status.FAILURE, "Failure"), after)
    code, transient, _text = error_of(lambda: agent.put("out/a", [b"x" * 5_000_000], 5_000_000))
    assert (code, transient) == ("transport.full", False)
    server.bend = lambda _kind, reply: reply
    agent.put("out/b", [b"y"], 1)
    assert server.files["out/b"] == b"y"


def test_a_broken_source_leaves_the_session_usable() -> None:
    """An error of the local file passes through as it is, and the next upload works."""

    def chunks():
        yield b"x" * 100_000
        raise OSError("local disk")

    server = Scripted()
    agent = SftpAgent(server)
    with pytest.raises(OSError, match=r"\Alocal disk\Z"):
        agent.put("out/a", chunks(), 200_000)
    agent.put("out/b", [b"y"], 1)
    assert server.files["out/b"] == b"y"


def test_chunks_that_do_not_add_up_are_a_permanent_error() -> None:
    """Sending something else than was announced is the caller's fault and not tried again."""
    agent = SftpAgent(Scripted())
    assert error_of(lambda: agent.put("out/a", [b"xyz"], 4)) == (
        "transport.size", False, "out/a: 3 bytes to send, 4 announced",
    )  # fmt: skip


def test_a_size_that_the_server_does_not_show_is_no_success() -> None:
    """When the server shows fewer bytes than were written, the upload is tried again later."""
    server = Scripted()
    agent = SftpAgent(server)
    server.bend = only(packets.LSTAT, (packets.ATTRS, attributes(65_536)))
    assert error_of(lambda: agent.put("out/a", [b"x" * 200_000], 200_000)) == (
        "transport.size", True, "scripted port 0 shows 65536 bytes for out/a after 200000 bytes were written",
    )  # fmt: skip
    server.bend = only(packets.LSTAT, status(Status.NO_SUCH_FILE))
    assert error_of(lambda: agent.put("out/a", [b"x"], 1)) == (
        "transport.size", True, "scripted port 0 shows no file for out/a after 1 bytes were written",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("announced", "after", "sent"), [(10, 10, 5), (5, 10, 5), (5, 5, 10), (0, 0, 1), (5, 4, 5)]
)
def test_a_download_whose_sizes_disagree_is_no_success(announced: int, after: int, sent: int) -> None:
    """Size before, bytes received and size after must agree: else the file changes or was cut short."""
    server = Scripted()
    server.files["in/a"] = b"x" * sent
    agent = SftpAgent(server)
    looks = iter([announced, after])

    def bend(kind: int, reply: Reply) -> Reply:
        return (packets.ATTRS, attributes(next(looks))) if kind == packets.LSTAT else reply

    server.bend = bend
    received = min(sent, announced + 1)
    assert error_of(lambda: agent.get("in/a", io.BytesIO(), 100)) == (
        "transport.size", True,
        (
            f"scripted port 0 announced {announced} bytes for in/a, sent {received} and then showed {after};"
            " the file is changing or was cut short"
        ),
    )  # fmt: skip


def test_a_file_touched_during_the_download_is_no_success() -> None:
    """The same size with another time means that the file was written again."""
    server = Scripted()
    server.files["in/a"] = b"x"
    times = iter([7, 8])

    def bend(kind: int, reply: Reply) -> Reply:
        return (packets.ATTRS, attributes(1, mtime=next(times))) if kind == packets.LSTAT else reply

    server.bend = bend
    agent = SftpAgent(server)
    assert error_of(lambda: agent.get("in/a", io.BytesIO(), 100))[:2] == ("transport.size", True)


@pytest.mark.parametrize(
    ("answer", "code", "transient"),
    [
        (Status.NO_SUCH_FILE, "transport.missing", False),
        (Status.PERMISSION_DENIED, "transport.denied", False),
        (Status.WRITE_PROTECT, "transport.denied", False),
        (Status.FAILURE, "transport.denied", False),
        (Status.FILE_ALREADY_EXISTS, "transport.exists", False),
        (Status.NO_SPACE, "transport.full", False),
        (Status.BAD_MESSAGE, "transport.protocol", False),
        (Status.OP_UNSUPPORTED, "transport.protocol", False),
        (Status.NO_CONNECTION, "transport.cut", True),
        (Status.CONNECTION_LOST, "transport.cut", True),
        (9999, "transport.protocol", False),
    ],
)
def test_every_status_has_its_code(answer: int, code: str, transient: bool) -> None:
    """Each answer of the server becomes one error class, with the server's words made harmless."""
    server = Scripted()
    server.bend = only(packets.OPENDIR, status(answer, "no\nway"))
    agent = SftpAgent(server)
    reason = FULL.removesuffix(", while writing out/a") if code == "transport.full" else "the server refused"
    assert error_of(lambda: agent.list("out")) == (
        code, transient, f"scripted port 0: {reason}, while listing out (no\\nway)",
    )  # fmt: skip


def test_hostile_names_and_odd_things_are_listed_apart() -> None:
    """Only regular files with harmless names come as files; all else is told with its reason, escaped."""
    server = Scripted()
    plain, folder, link = attributes(5), attributes(0, stat.S_IFDIR), attributes(0, stat.S_IFLNK)
    odd = [b"../../evil", b"/abs", b"a\nb", b"x\xe2\x80\xaetxt.exe", b"\xff\xfe", b"nul\0", b"l" * 201, b""]
    server.names = [
        *((name, b"", plain) for name in [b"good.txt", b".", b"..", *odd, "blå.txt".encode()]),
        (b"sub", b"", folder), (b"lnk", b"", link), (b"dev", b"", attributes(0, stat.S_IFBLK)),
        (b"nomode", b"-rw-r--r--", attributes(3, None)), (b"nomodedir", b"drwx", attributes(3, None)),
        (b"nosize", b"", attributes(None)),
    ]  # fmt: skip
    listing = SftpAgent(server).list("in")
    assert listing.files == (
        RemoteFile("blå.txt", 5, 7), RemoteFile("good.txt", 5, 7), RemoteFile("nomode", 3, 7),
    )  # fmt: skip
    assert dict(listing.refused) == {
        "../../evil": "not the name of a file", "/abs": "not the name of a file", "": "not the name of a file",
        "a\\nb": HARMFUL, "x\\u202etxt.exe": HARMFUL, "\\udcff\\udcfe": HARMFUL, "nul\\x00": HARMFUL,
        "l" * 197 + "...": "name longer than 200 bytes", "sub": "folder", "lnk": "symbolic link",
        "dev": "special file", "nomodedir": "folder", "nosize": "file whose size the server does not tell",
    }  # fmt: skip


@given(name=st.binary(min_size=1, max_size=250))
@settings(max_examples=200, deadline=None)
def test_no_listed_name_can_do_harm(name: bytes) -> None:
    """Whatever bytes a server sends as a name, what is listed as a file is one plain step of printable text."""
    server = Scripted()
    server.names = [(name, b"", attributes(1))]
    listing = SftpAgent(server).list("in")
    assert len(listing.files) + len(listing.refused) == (0 if name in {b".", b".."} else 1)
    for file in listing.files:
        assert file.name.encode() == name
        assert "/" not in file.name
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in file.name)
    for shown, _reason in listing.refused:
        assert shown.isprintable() or " " in shown or any(ord(c) > 160 for c in shown)
        assert "\n" not in shown


GARBLED = "scripted port 0: the server does not keep to the SFTP protocol"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (struct.pack(">I", 0), "a packet of 0 bytes"),
        (struct.pack(">I", 1 << 30), f"a packet of {1 << 30} bytes"),
        (b"SSH-2.0-x", f"a packet of {int.from_bytes(b'SSH-')} bytes"),
        (struct.pack(">IBI", 5, packets.STATUS, 999), "a reply that nobody asked for"),
        (struct.pack(">IBI", 5, packets.STATUS, 1), "a packet ends early"),
        (struct.pack(">IBII", 9, packets.HANDLE, 1, 0), f"a reply of kind {packets.HANDLE} instead of {packets.ATTRS}"),
        (struct.pack(">IBII", 9, packets.ATTRS, 1, 1), "a packet ends early"),
    ],
)  # fmt: skip
def test_a_server_that_does_not_keep_to_the_protocol_is_left(raw: bytes, what: str) -> None:
    """A packet that cannot be right ends the session with a permanent error that says what was wrong."""
    server = Scripted()
    agent = SftpAgent(server)
    server.raw = raw
    assert error_of(lambda: agent.stat("in/a")) == (
        "transport.protocol", False, f"{GARBLED} ({what}), while looking for in/a",
    )  # fmt: skip
    assert server.closed


@given(raw=st.binary(max_size=64))
@settings(max_examples=200, deadline=None)
def test_no_bytes_of_a_server_cause_anything_but_an_error_of_the_transport(raw: bytes) -> None:
    """Whatever arrives, the answer is a result or a TransportError."""
    server = Scripted()
    agent = SftpAgent(server)
    server.raw = struct.pack(">I", len(raw)) + raw
    try:
        agent.stat("in/a")
    except TransportError as error:
        assert error.code.startswith("transport.")  # noqa: PT017 (either outcome is right)


def test_a_folder_with_too_many_names_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing without end does not fill the memory."""
    monkeypatch.setattr("inkassod.transport.sftp_protocol.MAX_ENTRIES", 3)
    server = Scripted()
    server.names = [(b"a", b"", attributes(1))] * 4
    agent = SftpAgent(server)
    assert error_of(lambda: agent.list("in")) == (
        "transport.protocol", False, f"{GARBLED} (more than 3 names in one folder), while listing in",
    )  # fmt: skip


def test_a_server_of_another_version_is_refused() -> None:
    """A session starts only with version 3 of the protocol."""
    server = Scripted()
    server.raw = struct.pack(">IBI", 5, packets.REPLY_VERSION, 2)
    assert error_of(lambda: SftpAgent(server)) == (
        "transport.protocol", False, f"{GARBLED} (no SFTP version 3)",
    )  # fmt: skip


def test_a_data_reply_longer_than_asked_is_refused() -> None:
    """A server that sends more than was asked for does not keep to the protocol."""
    server = Scripted()
    server.files["in/a"] = b"x"
    server.bend = only(packets.READ, (packets.DATA, string(b"xy")))
    agent = SftpAgent(server)
    assert error_of(lambda: agent.get("in/a", io.BytesIO(), 9)) == (
        "transport.protocol", False, f"{GARBLED} (2 bytes instead of 1), while reading in/a",
    )  # fmt: skip


def test_a_plain_rename_that_fails_over_an_existing_file_is_told_as_that() -> None:
    """When the target appears between the look and the rename, the plain failure is explained."""
    server = Scripted(extensions=())
    server.files = {"out/.a": b"x"}

    def bend(kind: int, reply: Reply) -> Reply:
        if kind == packets.RENAME:
            server.files["out/a"] = b"theirs"
            return status(Status.FAILURE, "Failure")
        return reply

    server.bend = bend
    agent = SftpAgent(server)
    assert error_of(lambda: agent.rename("out/.a", "out/a")) == (
        "transport.exists", False, "scripted port 0: out/a is there already; nothing is ever overwritten, while renaming out/.a",
    )  # fmt: skip
