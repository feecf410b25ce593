"""An SFTP server that misbehaves on purpose: paramiko's server with a file system that lies."""

from __future__ import annotations

import io
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import paramiko
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PASSWORD = "not-a-real-password"


@dataclass(slots=True)
class Behaviour:
    """What the server pretends: announced sizes against content, names in every folder, an answer to each write."""

    announced: int = 0
    content: bytes = b""
    names: tuple[str, ...] = ()
    write_answer: int = paramiko.SFTP_OK
    login: int = paramiko.AUTH_SUCCESSFUL
    sftp: bool = True
    opened: list[str] = field(default_factory=list)


def _attributes(size: int, name: str = "") -> paramiko.SFTPAttributes:
    attributes = paramiko.SFTPAttributes()
    attributes.st_size, attributes.st_mode = size, stat.S_IFREG | 0o644
    attributes.st_atime = attributes.st_mtime = 1_700_000_000
    attributes.st_uid = attributes.st_gid = 0
    attributes.filename = name
    return attributes


class _Handle(paramiko.SFTPHandle):
    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self.behaviour = behaviour

    def read(self, offset: int, length: int) -> bytes | int:
        return self.behaviour.content[offset : offset + length] or paramiko.SFTP_EOF

    def write(self, offset: int, data: bytes) -> int:
        return self.behaviour.write_answer


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, *arguments: object, behaviour: Behaviour) -> None:
        super().__init__(server)
        self.behaviour = behaviour

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        return _attributes(self.behaviour.announced)

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        return [_attributes(1, name) for name in self.behaviour.names]

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        self.behaviour.opened.append(path)
        return _Handle(self.behaviour)


class _Server(paramiko.ServerInterface):
    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        return self.behaviour.login if password == PASSWORD else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return (
            paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        )

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        return self.behaviour.sftp and super().check_channel_subsystem_request(channel, name)


def host_key() -> paramiko.PKey:
    """A new host key of a kind that paramiko can also serve."""
    private = generate_private_key(SECP256R1())
    text = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return paramiko.ECDSAKey.from_private_key(io.StringIO(text))


@contextmanager
def misbehaving(behaviour: Behaviour) -> Iterator[tuple[int, str]]:
    """Serve one connection; gives the port and the fingerprint of the host key."""
    key = host_key()
    transports: list[paramiko.Transport] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, key, behaviour, transports), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], key.fingerprint
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(30)
            for transport in transports:
                transport.close()
                transport.join(30)


def _serve(
    listener: socket.socket, key: paramiko.PKey, behaviour: Behaviour, transports: list[paramiko.Transport]
) -> None:
    with suppress(OSError, EOFError, paramiko.SSHException):
        connection, _address = listener.accept()
        transport = paramiko.Transport(connection)
        transports.append(transport)
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, behaviour=behaviour)
        transport.start_server(server=_Server(behaviour))
