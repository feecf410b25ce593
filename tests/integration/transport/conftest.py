from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inkassod.transport import Agent, SftpSettings, connect
from support import sshd


@pytest.fixture(scope="session")
def needs_sshd() -> None:
    """Pass the test over where there is no OpenSSH server; under CI=true that is a failure."""
    if sshd.find():
        return
    reason = "no OpenSSH server: run tests/servers.py, as `make test` does"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def session_server(needs_sshd: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sshd.Server]:
    """One real server for all tests of this process."""
    with sshd.running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def server(session_server: sshd.Server) -> Iterator[sshd.Server]:
    """The server with empty folders in and out."""
    for name in ("in", "out"):
        folder = session_server.folder / name
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    yield session_server
    for path in session_server.folder.glob("*/*"):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def settings_for(server: sshd.Server, **changes: object) -> SftpSettings:
    """Settings that log in to a server."""
    given = {
        "host": server.host, "port": server.port, "username": server.username, "host_keys": (server.fingerprint,),
        "private_key": server.private_key, "connect_timeout": 30.0, "operation_timeout": 30.0, "deadline": 120.0,
    } | changes  # fmt: skip
    return SftpSettings(**given)  # type: ignore[arg-type]


@pytest.fixture(name="settings_for")
def give_settings_for() -> Callable[..., SftpSettings]:
    """The function that makes settings for a server."""
    return settings_for


@pytest.fixture
def sftp(server: sshd.Server) -> Iterator[tuple[Agent, Path]]:
    """An agent on the real server, and the folder that it sees."""
    agent = connect(settings_for(server))
    yield agent, server.folder
    agent.close()


@pytest.fixture(scope="session")
def session_plain_server(needs_sshd: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sshd.Server]:
    """A real server that offers neither posix-rename nor fsync."""
    with sshd.running(tmp_path_factory.mktemp("plain"), sftp_options="-P posix-rename,fsync") as server:
        yield server


@pytest.fixture
def plain_sftp(session_plain_server: sshd.Server, tmp_path: Path) -> Iterator[tuple[Agent, Path]]:
    """An agent on the server without extensions, in folders of its own."""
    for name in ("in", "out"):
        folder = session_plain_server.folder / name
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
    agent = connect(settings_for(session_plain_server))
    yield agent, session_plain_server.folder
    agent.close()
