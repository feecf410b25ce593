"""An SFTP server on the loopback address with a host key of its own: the agency's side of the line.

One thread a connection and one a session; a client that vanishes ends its own threads and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import CMD_EXTENDED, CMD_VERSION, SFTP_FAILURE, SFTP_OK

from inkassod.simulator.files import Folder, OpenFile, status_of
from inkassod.simulator.share import Nasty, Share

HOST = "127.0.0.1"
_SFTP_VERSION = 3  # draft-ietf-secsh-filexfer-02
_FSYNC = "fsync@openssh.com"
_EXTENSIONS = (("posix-rename@openssh.com", "1"), (_FSYNC, "1"))
_LOG = "inkassod.simulator.ssh"


def host_key(file: Path) -> paramiko.PKey:
    """The ed25519 key that is kept in the file (0600); made there when it is absent."""
    if not file.exists():
        text = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text)
    return paramiko.Ed25519Key.from_private_key_file(str(file))


class SftpServer:
    """Serves `root` until `stop`. `with SftpServer(...) as server:` starts and stops it.

    One user name, with a password, public keys (lines as in `authorized_keys`) or both; `port` 0 takes a free one.
    `renamed` is told of each rename before its answer leaves, so that a partner can take the file at once.
    """

    def __init__(
        self,
        root: Path,
        *,
        username: str,
        password: str | None = None,
        public_keys: Iterable[str] = (),
        key: paramiko.PKey,
        port: int = 0,
        nasty: Nasty | None = None,
        renamed: Callable[[Path], None] = lambda _path: None,
    ) -> None:
        self.share = Share(root.resolve(), nasty or Nasty(), renamed)
        self.key = key
        self._door = _Door(username, password, frozenset(_blob(line) for line in public_keys))
        self._listener = socket.create_server((HOST, port))
        self._listener.settimeout(0.2)  # how long `stop` may wait for the accepting thread
        self._threads: list[threading.Thread] = []
        self._connections: set[paramiko.Transport] = set()
        self._log = logging.getLogger(_LOG)
        self._log.addHandler(logging.NullHandler())
        self._log.propagate = False  # clients that vanish are no news

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._listener.getsockname()[1])

    @property
    def fingerprint(self) -> str:
        """`SHA256:...` of the host key, as OpenSSH prints it."""
        return str(self.key.fingerprint)

    def start(self) -> None:
        """Accept connections from now on."""
        self._spawn(self._accept)

    def stop(self) -> None:
        """Close the door and every connection; returns within a second. A second call does nothing."""
        self.share.stopped.set()
        for connection in list(self._connections):
            connection.close()
        for thread in self._threads:
            thread.join(timeout=1)
        self._listener.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self, work: Callable[..., None], *args: object) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=work, args=args, daemon=True, name="simulator")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.share.stopped.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                self.share.stopped.wait(0.2)  # out of descriptors: some will close
                continue
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        self._connections.add(transport)
        transport.set_log_channel(_LOG)
        transport.add_server_key(self.key)
        transport.set_subsystem_handler("sftp", _Sftp, Folder, self.share)
        try:
            transport.start_server(server=self._door)
            channels: list[
                paramiko.Channel
            ] = []  # paramiko closes a channel that nobody holds before its session has begun
            while transport.is_active() and not self.share.stopped.is_set():
                channels = [
                    channel
                    for channel in (*channels, transport.accept(0.2))
                    if channel and not channel.closed
                ]
        except (paramiko.SSHException, EOFError, OSError):
            return  # the client left, or never spoke SSH
        finally:
            transport.close()
            self._connections.discard(transport)


class _Door(paramiko.ServerInterface):
    """Who may come in: one user, by password or by key; for nothing but SFTP."""

    def __init__(self, username: str, password: str | None, keys: frozenset[bytes]) -> None:
        self._username, self._password, self._keys = username, password, keys

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002  (the same for everybody)
        ways = (("publickey", self._keys), ("password", self._password))
        return ",".join(way for way, offered in ways if offered)

    def check_auth_password(self, username: str, password: str) -> int:
        right = (self._password or "").encode()
        matches = bool(right) and hmac.compare_digest(password.encode(), right)
        return _let_in(matches and username == self._username)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return _let_in(username == self._username and key.asbytes() in self._keys)

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        if kind == "session":
            return OPEN_SUCCEEDED
        return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Sftp(paramiko.SFTPServer):
    """paramiko's session, which also tells of posix-rename and knows fsync, as OpenSSH's server does."""

    # paramiko's own, missing in its stubs
    _read_packet: Callable[[], tuple[int, bytes]]
    _send_packet: Callable[[int, paramiko.Message], None]
    _send_status: Callable[[int, int], None]

    def _send_server_version(self) -> int:
        _kind, data = self._read_packet()
        reply = paramiko.Message()
        reply.add_int(_SFTP_VERSION)
        for name, version in _EXTENSIONS:
            reply.add_string(name)
            reply.add_string(version)
        self._send_packet(CMD_VERSION, reply)
        return int.from_bytes(data[:4], "big")

    def _process(self, kind: int, request: int, message: paramiko.Message) -> None:
        if kind == CMD_EXTENDED:
            rest = paramiko.Message(message.get_remainder())
            if rest.get_text() == _FSYNC:
                self._send_status(request, self._fsync(rest.get_binary()))
                return
        super()._process(kind, request, message)  # type: ignore[misc]  # missing in the stubs

    def _fsync(self, handle: bytes) -> int:
        file = self.file_table.get(handle)
        if not isinstance(file, OpenFile):
            return SFTP_FAILURE
        try:
            os.fsync(file.descriptor)
        except OSError as error:
            return status_of(error)
        return SFTP_OK


def _let_in(welcome: bool) -> int:
    return AUTH_SUCCESSFUL if welcome else AUTH_FAILED


def _blob(line: str) -> bytes:
    """The key itself in a line `ssh-ed25519 AAAA... comment`. Raises ValueError for anything else."""
    try:
        return base64.b64decode(line.split()[1], validate=True)
    except (IndexError, binascii.Error):
        raise ValueError(f"a public key line such as `ssh-ed25519 AAAA...` expected, not {line!r}") from None
