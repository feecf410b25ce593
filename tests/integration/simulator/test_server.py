import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from inkassod.simulator.server import SftpServer, host_key
from inkassod.simulator.share import Nasty

PASSWORD = "invented for this test"


@contextmanager
def serving(folder: Path, **options) -> Iterator[SftpServer]:
    root = folder / "files"
    for name in ("in", "out"):
        (root / name).mkdir(parents=True)
    options = {"username": "creditor", "password": PASSWORD} | options
    with SftpServer(root, key=host_key(folder / "host_key"), **options) as server:
        yield server


@contextmanager
def connected(server: SftpServer, **options) -> Iterator[paramiko.SFTPClient]:
    """A client that pins the server's host key."""
    with paramiko.SSHClient() as ssh:
        ssh.get_host_keys().add(f"[127.0.0.1]:{server.port}", server.key.get_name(), server.key)
        options = {"username": "creditor", "password": PASSWORD} | options
        ssh.connect("127.0.0.1", server.port, look_for_keys=False, allow_agent=False, timeout=10, **options)
        sftp = ssh.open_sftp()  # not closed by itself: after a cut, only the whole connection can be
        sftp.get_channel().settimeout(10)
        yield sftp


def put(sftp: paramiko.SFTPClient, path: str, content: bytes) -> None:
    with sftp.open(path, "wb") as file:
        file.write(content)


def get(sftp: paramiko.SFTPClient, path: str) -> bytes:
    with sftp.open(path, "rb") as file:
        return file.read()


def test_what_is_uploaded_and_renamed_lies_in_the_folder_with_mode_0600(tmp_path):
    """An upload under a temporary name and a posix-rename leave one file, mode 0600 whatever the client asks."""
    with serving(tmp_path) as server, connected(server) as sftp:
        put(sftp, "in/.new.part", b"a" * 100_000)
        sftp.chmod("in/.new.part", 0o666)
        sftp.posix_rename("in/.new.part", "in/new")
        assert sftp.listdir("in") == ["new"]
        assert get(sftp, "/in/new") == b"a" * 100_000
        assert sftp.stat("in/new").st_size == 100_000
    file = tmp_path / "files/in/new"
    assert file.read_bytes() == b"a" * 100_000
    assert file.stat().st_mode & 0o777 == 0o600


def test_plain_rename_does_not_overwrite_and_posix_rename_does(tmp_path):
    """A rename to a taken name fails; only the OpenSSH extension replaces."""
    with serving(tmp_path) as server, connected(server) as sftp:
        put(sftp, "in/a", b"a")
        put(sftp, "in/b", b"b")
        with pytest.raises(OSError, match="Failure"):
            sftp.rename("in/a", "in/b")
        assert get(sftp, "in/b") == b"b"
        sftp.posix_rename("in/a", "in/b")
        assert get(sftp, "in/b") == b"a"
        with pytest.raises(FileNotFoundError):
            sftp.rename("in/a", "in/c")


def test_the_server_tells_of_posix_rename_and_fsync_as_openssh_does(tmp_path):
    """The version reply names both extensions, and fsync of an open file is answered with OK."""
    with serving(tmp_path) as server, connected(server) as sftp:
        with sftp.open("in/a", "wb") as file:
            file.write(b"a")
            kind, _message = sftp._request(200, "fsync@openssh.com", file.handle)
        assert kind == paramiko.sftp.CMD_STATUS
        with pytest.raises(OSError, match="Failure"):
            sftp._request(200, "fsync@openssh.com", b"no such handle")
        with pytest.raises(OSError, match="unsupported"):
            sftp._request(200, "statvfs@openssh.com", "/")
        assert version_reply(sftp.get_channel().get_transport()) == [
            ("posix-rename@openssh.com", "1"),
            ("fsync@openssh.com", "1"),
        ]


def version_reply(transport: paramiko.Transport) -> list[tuple[str, str]]:
    """The extension pairs of a second session's version reply."""
    channel = transport.open_session()
    channel.invoke_subsystem("sftp")
    channel.sendall(b"\0\0\0\5\1\0\0\0\3")
    stream = channel.makefile("rb")
    message = paramiko.Message(stream.read(int.from_bytes(stream.read(4), "big"))[5:])
    pairs = []
    while message.get_remainder():
        pairs.append((message.get_text(), message.get_text()))
    channel.close()
    return pairs


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "in/../../secret",
        "/../secret",
        "//secret",
        "in/../../../../../../../../etc/passwd",
        "//etc/passwd",
    ],
)
def test_no_path_leaves_the_folder(tmp_path, path):
    """Dots and doubled slashes end at the root: what lies outside is not found there."""
    (tmp_path / "secret").write_bytes(b"outside")
    with serving(tmp_path) as server, connected(server) as sftp:
        for ask in (sftp.stat, sftp.remove, lambda p: get(sftp, p), lambda p: sftp.rename(p, "in/mine")):
            with pytest.raises(FileNotFoundError):
                ask(path)
        put(sftp, "in/mine", b"x")
        sftp.rename("in/mine", "../../mine")
        assert sftp.listdir("/") == ["in", "mine", "out"]
    assert (tmp_path / "secret").read_bytes() == b"outside"


def test_symbolic_links_are_refused(tmp_path):
    """A link can neither be made nor read, be it the file or a folder on the way; the listing shows it as a link."""
    with serving(tmp_path) as server, connected(server) as sftp:
        root = tmp_path / "files"
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside/secret").write_bytes(b"outside")
        (root / "out/link").symlink_to(tmp_path / "outside/secret")
        (root / "way").symlink_to(tmp_path / "outside")
        for path in ("out/link", "way/secret"):
            with pytest.raises(PermissionError):
                get(sftp, path)
            with pytest.raises(PermissionError):
                put(sftp, path, b"x")
            with pytest.raises(PermissionError):
                sftp.stat(path)
            with pytest.raises(PermissionError):
                sftp.remove(path)
        with pytest.raises(OSError, match="unsupported"):
            sftp.symlink("/etc/passwd", "in/link")
        assert [oct(found.st_mode)[:4] for found in sftp.listdir_attr("out")] == ["0o12"]
    assert (tmp_path / "outside/secret").read_bytes() == b"outside"


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    """A FIFO or a folder is refused at once instead of hanging the session."""
    with serving(tmp_path) as server, connected(server) as sftp:
        os.mkfifo(tmp_path / "files/out/pipe")
        for path in ("out/pipe", "out"):
            with pytest.raises(OSError, match="Failure"):
                get(sftp, path)
        with pytest.raises(OSError, match="Failure"):
            sftp.rename("out", "in/out")


def test_odd_names_are_answered_and_the_session_goes_on(tmp_path):
    """A NUL in a name, a name too long and an unknown folder are each an error of that one request."""
    with serving(tmp_path) as server, connected(server) as sftp:
        for path in ("in/a\0b", "nowhere/file"):
            with pytest.raises(FileNotFoundError):
                sftp.stat(path)
        with pytest.raises(OSError, match="Failure"):
            put(sftp, "in/" + "x" * 300, b"x")
        assert sftp.listdir("in") == []


def test_folders_are_made_and_removed_and_times_are_set(tmp_path):
    """mkdir, rmdir, utime and truncate work on what is in the folder; a full folder stays."""
    with serving(tmp_path) as server, connected(server) as sftp:
        sftp.mkdir("out/done")
        put(sftp, "out/done/a", b"abcdef")
        with pytest.raises(OSError, match="Failure"):
            sftp.rmdir("out/done")
        sftp.utime("out/done/a", (1_000_000, 2_000_000))
        sftp.truncate("out/done/a", 3)
        with sftp.open("out/done/a", "r+b") as file:
            file.truncate(2)
        assert get(sftp, "out/done/a") == b"ab"
        sftp.remove("out/done/a")
        sftp.rmdir("out/done")
        assert sftp.listdir("out") == []


def test_a_public_key_lets_in_and_a_strange_one_does_not(tmp_path):
    """Login by key needs no password; another key, another name and a wrong password are refused."""
    mine, strange = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    line = f"{mine.get_name()} {mine.get_base64()} mine"
    with serving(tmp_path, public_keys=[line]) as server:
        with connected(server, password=None, pkey=mine) as sftp:
            assert sorted(sftp.listdir("/")) == ["in", "out"]
        for options in (
            {"password": None, "pkey": strange},
            {"password": None, "pkey": mine, "username": "somebody"},
            {"password": "wrong"},
            {"password": ""},
            {"username": "somebody"},
        ):
            with pytest.raises(paramiko.AuthenticationException), connected(server, **options):
                pytest.fail("let in")


def test_without_a_password_none_is_taken(tmp_path):
    """A server with keys only does not take an empty password either."""
    key = paramiko.ECDSAKey.generate()
    line = f"{key.get_name()} {key.get_base64()}"
    with (
        serving(tmp_path, password=None, public_keys=[line]) as server,
        pytest.raises(paramiko.AuthenticationException),
        connected(server, password=""),
    ):
        pytest.fail("let in")


def test_a_line_that_is_no_public_key_is_named(tmp_path):
    """What cannot be a key is said at the start, not at the first login."""
    with pytest.raises(ValueError) as error, serving(tmp_path, public_keys=["nonsense"]):
        pytest.fail("started")
    assert str(error.value) == "a public key line such as `ssh-ed25519 AAAA...` expected, not 'nonsense'"


def test_the_host_key_stays_the_same_and_is_nobody_elses(tmp_path):
    """The key is made once, mode 0600, and its fingerprint is the one that OpenSSH prints."""
    first = host_key(tmp_path / "host_key")
    assert host_key(tmp_path / "host_key").fingerprint == first.fingerprint
    assert first.fingerprint.startswith("SHA256:")
    assert (tmp_path / "host_key").stat().st_mode & 0o777 == 0o600


def test_several_sessions_work_at_the_same_time(tmp_path):
    """Eight clients upload and download side by side, none sees another's bytes."""
    failures: list[BaseException] = []

    def work(server: SftpServer, number: int) -> None:
        try:
            with connected(server) as sftp:
                put(sftp, f"in/{number}", bytes([number]) * 50_000)
                assert get(sftp, f"in/{number}") == bytes([number]) * 50_000
        except BaseException as error:  # noqa: BLE001  (told below)
            failures.append(error)

    with serving(tmp_path) as server:
        threads = [threading.Thread(target=work, args=(server, number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(list((tmp_path / "files/in").iterdir())) == 8


def test_a_client_that_vanishes_leaves_its_half_file_and_the_others_alone(tmp_path):
    """After a cut in mid upload the half file lies there closed, and the next client is served."""
    with serving(tmp_path) as server, connected(server) as other:
        with connected(server) as sftp:
            file = sftp.open("in/.half.part", "wb")
            file.write(b"half")
            file.flush()
            assert server.share.being_written(tmp_path / "files/in/.half.part")
            sftp.get_channel().get_transport().sock.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + 10
        while server.share.being_written(tmp_path / "files/in/.half.part") and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not server.share.being_written(tmp_path / "files/in/.half.part")
        assert other.listdir("in") == [".half.part"]


def test_garbage_on_the_line_harms_nobody(tmp_path):
    """Who speaks no SSH, or nothing at all, is dropped; the next client comes in."""
    with serving(tmp_path) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(b"GET / HTTP/1.1\r\n\r\n" * 200)
        with socket.create_connection(("127.0.0.1", server.port)), connected(server) as sftp:
            assert sftp.listdir("in") == []


def test_nothing_but_sftp_is_served(tmp_path):
    """A command, a shell or a forwarded port is refused."""
    with serving(tmp_path) as server, connected(server) as sftp:
        transport = sftp.get_channel().get_transport()
        with pytest.raises(paramiko.SSHException):
            transport.open_session().exec_command("true")
        with pytest.raises(paramiko.SSHException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))


def test_stopping_ends_every_connection_and_thread(tmp_path):
    """After the stop nobody is served, no thread is left, and a second stop does nothing."""
    with serving(tmp_path) as server, connected(server) as sftp:
        server.stop()
        server.stop()
        assert not any(thread.is_alive() for thread in server._threads)
        with pytest.raises((OSError, EOFError, paramiko.SSHException)):
            sftp.listdir("in")
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", server.port or 1), timeout=5)


def test_the_port_that_is_taken_is_refused(tmp_path):
    """A second server on the same port fails at its start."""
    with serving(tmp_path) as server, pytest.raises(OSError, match="Address already in use"):
        SftpServer(tmp_path, username="a", password="b", key=server.key, port=server.port)


# --- the nasty partner ------------------------------------------------------------------------------------------


def test_a_growing_file_shows_its_whole_size_only_after_some_looks(tmp_path):
    """Each look at a file in `out` finds more of it; a download in between ends where the file ends by then."""
    with serving(tmp_path, nasty=Nasty(growing=3)) as server, connected(server) as sftp:
        (tmp_path / "files/out/a").write_bytes(b"x" * 400)
        assert sftp.stat("out/a").st_size == 100
        assert sftp.listdir_attr("out")[0].st_size == 200
        with sftp.open("out/a") as file:
            assert file.read(1000) == b"x" * 200
        sftp.rename("out/a", "out/b")
        assert [sftp.stat("out/b").st_size for _ in range(3)] == [300, 400, 400]
        assert get(sftp, "out/b") == b"x" * 400
        put(sftp, "in/a", b"x" * 400)
        assert sftp.stat("in/a").st_size == 400


def test_a_short_download_ends_at_half_of_the_announced_size(tmp_path):
    """So many downloads as asked for are cut; the next one is whole."""
    with serving(tmp_path, nasty=Nasty(short_downloads=1)) as server, connected(server) as sftp:
        (tmp_path / "files/out/a").write_bytes(b"x" * 400)
        assert sftp.stat("out/a").st_size == 400
        assert get(sftp, "out/a") == b"x" * 200
        assert get(sftp, "out/a") == b"x" * 400


def test_a_listing_can_name_each_file_twice(tmp_path):
    """Files in `out` stand twice in the listing, those in `in` once."""
    with serving(tmp_path, nasty=Nasty(lists_twice=True)) as server, connected(server) as sftp:
        (tmp_path / "files/out/a").write_bytes(b"x")
        (tmp_path / "files/in/a").write_bytes(b"x")
        assert sftp.listdir("out") == ["a", "a"]
        assert sftp.listdir("in") == ["a"]


def test_a_full_disk_keeps_what_fitted_and_refuses_the_rest(tmp_path):
    """A write beyond the room fails; the file has as many bytes as there was room for."""
    with serving(tmp_path, nasty=Nasty(full_after=1000)) as server, connected(server) as sftp:
        with sftp.open("in/a", "wb") as file, pytest.raises(OSError, match="Failure"):
            sftp._request(paramiko.sftp.CMD_WRITE, file.handle, paramiko.sftp.int64(0), b"x" * 1500)
        assert sftp.stat("in/a").st_size == 1000


def test_the_partner_takes_a_file_before_the_rename_is_answered(tmp_path):
    """Who is told of renames may move the file away at once: the client finds nothing under the new name."""

    def take(path: Path) -> None:
        path.rename(tmp_path / path.name)

    with serving(tmp_path, renamed=take) as server, connected(server) as sftp:
        put(sftp, "in/.a.part", b"x")
        sftp.posix_rename("in/.a.part", "in/a")
        with pytest.raises(FileNotFoundError):
            sftp.stat("in/a")
    assert (tmp_path / "a").read_bytes() == b"x"


def test_a_slow_server_waits_before_each_answer_but_not_at_its_end(tmp_path):
    """The delay passes before an answer comes, and a stop cuts it."""
    with serving(tmp_path, nasty=Nasty(delay=30)) as server, connected(server) as sftp:
        sftp.get_channel().settimeout(0.3)
        with pytest.raises(TimeoutError):
            sftp.listdir("in")
