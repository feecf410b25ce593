from __future__ import annotations

import io
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from inkassod.transport import Agent, SftpSettings, TransportError, connect, retrying
from support import sshd
from support.cable import Cable
from support.stub_server import PASSWORD, Behaviour, misbehaving

Settings = Callable[..., SftpSettings]


def error_of(call: Callable[[], object]) -> TransportError:
    """The TransportError that a call raises."""
    with pytest.raises(TransportError) as caught:
        call()
    return caught.value


def facts(error: TransportError) -> tuple[str, bool, str]:
    """Code, transience and text."""
    return error.code, error.transient, str(error)


def test_a_host_key_that_is_not_pinned_stops_before_any_secret(
    server: sshd.Server, settings_for: Settings
) -> None:
    """An unknown or changed key is a permanent error that tells host, port, the key shown and what to do."""
    other = sshd.new_key().fingerprint
    logged = server.log.read_text().count("Accepted publickey")
    for pinned in ((), (other,)):
        assert facts(error_of(lambda pinned=pinned: connect(settings_for(server, host_keys=pinned)))) == (
            "transport.host_key", False,
            (
                f"127.0.0.1 port {server.port} showed the host key {server.fingerprint} (ssh-ed25519), which is not"
                " pinned; nothing was sent. Ask the agency, not through this connection, whether that is its server's"
                " key; if so, add it to host_keys"
            ),
        )  # fmt: skip
    assert server.log.read_text().count("Accepted publickey") == logged


def test_one_of_several_pinned_keys_is_enough(server: sshd.Server, settings_for: Settings) -> None:
    """During a planned change the old and the new key are both pinned; padding and blanks do not matter."""
    pinned = (sshd.new_key().fingerprint, f" {server.fingerprint}= ")
    agent = connect(settings_for(server, host_keys=pinned))
    assert agent.list("out").files == ()
    agent.close()


def test_a_refused_key_is_permanent(server: sshd.Server, settings_for: Settings) -> None:
    """A login that the server refuses is tried once only: more could lock the account."""
    calls: list[int] = []

    def attempt() -> Agent:
        calls.append(1)
        return connect(settings_for(server, private_key=sshd.new_key().private))

    error = error_of(lambda: retrying(attempt, attempts=5, max_seconds=60, sleep=pytest.fail))
    assert facts(error) == (
        "transport.auth", False,
        f"127.0.0.1 port {server.port} refused the login of {server.username}: check the key or password and the user name",
    )  # fmt: skip
    assert calls == [1]


def test_a_method_that_the_server_does_not_accept_is_named(
    server: sshd.Server, settings_for: Settings
) -> None:
    """A password for a server that wants keys says what it accepts."""
    settings = settings_for(server, private_key=None, password="x")
    assert facts(error_of(lambda: connect(settings))) == (
        "transport.auth", False,
        f"127.0.0.1 port {server.port} refused the login of {server.username}: it accepts only: publickey",
    )  # fmt: skip


def test_a_server_that_hangs_up_on_a_wrong_key_is_not_tried_again(
    needs_sshd: None, tmp_path: Path, settings_for: Settings
) -> None:
    """A server that ends the connection after one failure has refused too, and its words are told."""
    with sshd.running(tmp_path / "sshd", settings=("MaxAuthTries 1",)) as server:
        error = error_of(lambda: connect(settings_for(server, private_key=sshd.new_key().private)))
    assert facts(error) == (
        "transport.auth", False,
        f"127.0.0.1 port {server.port} refused the login of {server.username}: Too many authentication failures",
    )  # fmt: skip


def test_a_second_proof_that_is_missing_is_named(
    needs_sshd: None, tmp_path: Path, settings_for: Settings
) -> None:
    """A server that wants more than the key says what; nothing is taken for a login."""
    lines = ("AuthenticationMethods publickey,publickey",)
    with sshd.running(tmp_path / "sshd", settings=lines) as server:
        error = error_of(lambda: connect(settings_for(server)))
    assert facts(error) == (
        "transport.auth", False,
        f"127.0.0.1 port {server.port} refused the login of {server.username}: it wants as well: publickey",
    )  # fmt: skip


def test_old_algorithms_are_never_used(needs_sshd: None, tmp_path: Path, settings_for: Settings) -> None:
    """A server that only knows CBC ciphers or SHA-1 sums cannot be talked to, and that is permanent."""
    lines = ("Ciphers aes128-cbc,3des-cbc", "MACs hmac-sha1")
    with sshd.running(tmp_path / "sshd", settings=lines) as server:
        error = error_of(lambda: connect(settings_for(server)))
    assert (error.code, error.transient) == ("transport.protocol", False)
    assert str(error).startswith(
        f"127.0.0.1 port {server.port}: no common language with the server (IncompatiblePeer"
    )


def test_a_closed_port_may_be_open_later(settings_for: Settings, server: sshd.Server) -> None:
    """A refused connection is transient and names the port."""
    port = sshd.free_port()
    assert facts(error_of(lambda: connect(settings_for(server, port=port)))) == (
        "transport.refused", True, f"127.0.0.1 port {port}: nothing listens there; check port in the settings",
    )  # fmt: skip


def test_a_read_only_server_denies_and_says_so(
    needs_sshd: None, tmp_path: Path, settings_for: Settings
) -> None:
    """Missing rights are permanent, name the path and carry the server's words."""
    with sshd.running(tmp_path / "sshd", sftp_options="-R") as server:
        (server.folder / "a").write_bytes(b"x")
        agent = connect(settings_for(server))
        for what, call in (
            ("opening b", lambda: agent.put("b", [b"x"], 1)),
            ("removing a", lambda: agent.remove("a")),
            ("renaming a", lambda: agent.rename("a", "b")),
        ):
            assert facts(error_of(call)) == (
                "transport.denied", False,
                f"127.0.0.1 port {server.port}: the server refused, while {what} (Permission denied)",
            )  # fmt: skip
        assert agent.get("a", io.BytesIO(), 1) == 1
        agent.close()


def test_the_real_server_lists_odd_things_apart(sftp: tuple[Agent, Path]) -> None:
    """Folders, links, pipes and hostile names of a real server are told and never offered as files."""
    agent, folder = sftp
    (folder / "in" / "good").write_bytes(b"x")
    (folder / "in" / "sub").mkdir()
    (folder / "in" / "link").symlink_to("good")
    os.mkfifo(folder / "in" / "pipe")
    for name in (b"a\nb", b"\xff", b"x\xe2\x80\xaetxt"):
        Path(os.fsdecode(bytes(folder) + b"/in/" + name)).write_bytes(b"")
    listing = agent.list("in")
    assert [file.name for file in listing.files] == ["good"]
    assert [name for name, _reason in listing.refused] == [
        "\\udcff",
        "a\\nb",
        "link",
        "pipe",
        "sub",
        "x\\u202etxt",
    ]
    assert facts(error_of(lambda: agent.stat("in/link")))[:2] == ("transport.denied", False)


def test_closing_leaves_no_thread_behind(server: sshd.Server, settings_for: Settings) -> None:
    """After close the threads of the connection, timer included, end."""
    before = set(threading.enumerate())
    connect(settings_for(server)).close()
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
    assert set(threading.enumerate()) <= before


def test_a_closed_agent_says_that_the_line_is_gone(server: sshd.Server, settings_for: Settings) -> None:
    """A call after close is an error of the transport like any other cut."""
    agent = connect(settings_for(server))
    agent.close()
    error = error_of(lambda: agent.list("out"))
    assert (error.code, error.transient) == ("transport.cut", True)


CONTENT = os.urandom(150_000)


def exchange(settings: SftpSettings) -> None:
    """Log in, put a file under a temporary name, give it its name, get it back."""
    agent = connect(settings)
    try:
        agent.put("out/.a.part", [CONTENT], len(CONTENT))
        agent.rename("out/.a.part", "out/a")
        agent.get("out/a", io.BytesIO(), len(CONTENT))
    finally:
        agent.close()


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("step", range(12))
def test_a_cut_line_is_one_transient_error_wherever_it_happens(
    server: sshd.Server, settings_for: Settings, way: str, step: int
) -> None:
    """From the greeting to the last reply a reset connection is "cut", and never leaves a wrong file of the final name."""
    positions = [0, 10, 60, 1000, 2000, 2600, 3300, 3900, 4400, 60_000, 120_000, 150_000]
    with Cable(server.port, **{f"cut_{way}": positions[step]}) as cable:
        error = error_of(lambda: exchange(settings_for(server, port=cable.port)))
    assert (error.code, error.transient) == ("transport.cut", True)
    final = server.folder / "out" / "a"
    assert not final.exists() or final.read_bytes() == CONTENT


def test_a_silent_line_ends_by_the_operation_timeout(server: sshd.Server, settings_for: Settings) -> None:
    """When nothing comes any more, one wait ends after its own time and says so."""
    with Cable(server.port) as cable:
        agent = connect(settings_for(server, port=cable.port, operation_timeout=0.5))
        cable.freeze()
        error = error_of(lambda: agent.list("out"))
        agent.close()
    assert facts(error) == (
        "transport.timeout", True, f"127.0.0.1 port {cable.port}: no answer for 0.5 seconds, while listing out",
    )  # fmt: skip


@pytest.mark.parametrize("size", [1, 50_000_000])
def test_a_silent_line_ends_by_the_deadline(server: sshd.Server, settings_for: Settings, size: int) -> None:
    """Even a sender that waits for nothing but room in the line is freed when the connection's time is up."""
    with Cable(server.port) as cable:
        agent = connect(settings_for(server, port=cable.port, deadline=1.0))
        cable.freeze()
        error = error_of(lambda: agent.put("out/a", (b"x" * size for _ in range(1)), size))
        agent.close()
    assert (error.code, error.transient) == ("transport.timeout", True)
    assert str(error).startswith(
        f"127.0.0.1 port {cable.port}: the connection has used up its 1 seconds, while "
    )


def test_a_server_that_never_greets_ends_by_the_connect_timeout(
    settings_for: Settings, server: sshd.Server
) -> None:
    """A port that accepts and stays silent does not hold the daemon."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        error = error_of(lambda: connect(settings_for(server, port=port, connect_timeout=0.5)))
    assert facts(error) == (
        "transport.timeout", True, f"127.0.0.1 port {port}: the session was not set up within 0.5 seconds",
    )  # fmt: skip


@pytest.mark.parametrize("share", [0.05, 0.4, 0.7, 0.9])
def test_a_line_that_falls_silent_during_the_login_ends_by_the_connect_timeout(
    server: sshd.Server, settings_for: Settings, share: float
) -> None:
    """Wherever the set-up stops, in the key exchange or the login, it ends in its time."""

    class Stopping(Cable):
        """A line that falls silent after so many bytes from the client."""

        def _reset(self) -> None:
            if self._closing:
                super()._reset()
            else:
                self.freeze()
                self._flowing.wait()

    with Cable(server.port) as cable:
        connect(settings_for(server, port=cable.port)).close()
        whole = cable.carried["up"]
    with Stopping(server.port, cut_up=int(whole * share)) as cable:
        error = error_of(lambda: connect(settings_for(server, port=cable.port, connect_timeout=1.0)))
    assert facts(error) == (
        "transport.timeout", True, f"127.0.0.1 port {cable.port}: the session was not set up within 1 seconds",
    )  # fmt: skip


def stub(port: int, fingerprint: str, **changes: object) -> SftpSettings:
    """Settings for the server that misbehaves."""
    return SftpSettings("127.0.0.1", port, "creditor", (fingerprint,), password=PASSWORD, **changes)  # type: ignore[arg-type]


def test_a_server_that_announces_more_than_it_sends_is_noticed() -> None:
    """100000 bytes announced and 50000 sent is an error, not a file."""
    with misbehaving(Behaviour(announced=100_000, content=b"x" * 50_000)) as (port, fingerprint):
        agent = connect(stub(port, fingerprint))
        error = error_of(lambda: agent.get("in/a", io.BytesIO(), 1_000_000))
        agent.close()
    assert facts(error) == (
        "transport.size", True,
        (
            f"127.0.0.1 port {port} announced 100000 bytes for in/a, sent 50000 and then showed 100000;"
            " the file is changing or was cut short"
        ),
    )  # fmt: skip


def test_a_server_that_lists_hostile_names_gives_no_file() -> None:
    """Names that lead elsewhere or deceive the eye are told and refused."""
    names = ("../../evil", "/abs", "a\nb", "x\u202etxt.exe", "good")
    with misbehaving(Behaviour(names=names)) as (port, fingerprint):
        agent = connect(stub(port, fingerprint))
        listing = agent.list("in")
        agent.close()
    assert [file.name for file in listing.files] == ["good"]
    assert [name for name, _reason in listing.refused] == ["../../evil", "/abs", "a\\nb", "x\\u202etxt.exe"]


@pytest.mark.parametrize("size", [1, 200_000, 5_000_000])
def test_a_full_remote_disk_is_never_a_success(size: int) -> None:
    """A server that answers failure to a write has not taken the file, however large it is."""
    with misbehaving(Behaviour(announced=size, write_answer=4)) as (port, fingerprint):
        agent = connect(stub(port, fingerprint))
        error = error_of(lambda: agent.put("out/a", [b"x" * size], size))
        agent.close()
    assert facts(error) == (
        "transport.full", False,
        (
            f"127.0.0.1 port {port}: the server could not keep the data; its disk or quota is probably full,"
            " while writing out/a (Failure)"
        ),
    )  # fmt: skip


def test_a_server_without_sftp_is_told() -> None:
    """A login that works and a server that offers no files is a permanent error."""
    with misbehaving(Behaviour(sftp=False)) as (port, fingerprint):
        error = error_of(lambda: connect(stub(port, fingerprint)))
    assert facts(error) == (
        "transport.protocol", False, f"127.0.0.1 port {port}: the server offers no SFTP to creditor",
    )  # fmt: skip


def test_a_wrong_password_is_permanent() -> None:
    """A refused password is told without showing it."""
    with misbehaving(Behaviour()) as (port, fingerprint):
        settings = SftpSettings("127.0.0.1", port, "creditor", (fingerprint,), password="wrong-canary")
        error = error_of(lambda: connect(settings))
    assert facts(error) == (
        "transport.auth", False,
        f"127.0.0.1 port {port} refused the login of creditor: check the key or password and the user name",
    )  # fmt: skip


def test_what_speaks_no_ssh_is_told_as_a_cut_line(settings_for: Settings, server: sshd.Server) -> None:
    """A web server on the port ends in an error of the transport, without a traceback."""

    def answer(listener: socket.socket) -> None:
        connection, _address = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=[listener])
        thread.start()
        port = listener.getsockname()[1]
        error = error_of(lambda: connect(settings_for(server, port=port)))
        thread.join(30)
    assert (error.code, error.transient) == ("transport.cut", True)


def test_a_retried_upload_over_a_line_that_broke_sends_identical_bytes(
    server: sshd.Server, settings_for: Settings
) -> None:
    """After a cut in the middle the second attempt, on a new connection, makes the file whole."""
    ports = []

    def attempt() -> None:
        exchange(settings_for(server, port=ports.pop(0)))

    with Cable(server.port, cut_up=100_000) as cable:
        ports = [cable.port, server.port]
        retrying(attempt, attempts=2, max_seconds=60, sleep=lambda _seconds: None)
    assert (server.folder / "out" / "a").read_bytes() == CONTENT
    assert sorted(path.name for path in (server.folder / "out").iterdir()) == ["a"]
