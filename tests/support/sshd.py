"""A real OpenSSH server on a free loopback port, for tests: own host key, own client key, current user.

It needs no root and changes nothing outside the folder it is given (as root it makes /run/sshd, which sshd asks for).
"""

from __future__ import annotations

import base64
import getpass
import hashlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "openssh"
ATTEMPTS = 5
START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, who may log in, and the folder that serves as the exchange area."""

    host: str
    port: int
    username: str
    private_key: bytes
    fingerprint: str
    folder: Path
    log: Path
    pid: int


@dataclass(frozen=True, slots=True)
class Key:
    """An Ed25519 key: private part in OpenSSH text, public line, SHA256 fingerprint."""

    private: bytes
    public: str
    fingerprint: str


def new_key() -> Key:
    """Make a key pair; each call gives another one."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    digest = hashlib.sha256(base64.b64decode(public.split()[1])).digest()
    text = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return Key(text, public, "SHA256:" + base64.b64encode(digest).decode().rstrip("="))


def find() -> Path | None:
    """The server's program: the system's, or the one unpacked under .cache/openssh; None when there is neither."""
    candidates = [Path("/usr/sbin/sshd"), Path("/usr/local/sbin/sshd")]
    if os.geteuid():  # as root sshd also wants a system user of its own, which unpacking does not make
        candidates.append(CACHE / "usr/sbin/sshd")
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def free_port() -> int:
    """A port of the loopback address that nobody listens on just now; it may be taken before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, *, sftp_options: str = "", settings: tuple[str, ...] = ()) -> Iterator[Server]:
    """Start a server that keeps its files under `folder`; stop it by process id at the end.

    `sftp_options` are those of internal-sftp (-R: read only; -P: requests not offered), `settings` further
    lines of sshd_config. Raises RuntimeError with the server's own words when it does not start.
    """
    program = find()
    if program is None:
        raise RuntimeError("no OpenSSH server found: run tests/servers.py")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    client = _prepare(folder)
    process, server = _start_somewhere(program, folder, client, sftp_options, settings)
    try:
        yield server
    finally:
        _stop(process)


def _start_somewhere(
    program: Path, folder: Path, client: Key, sftp_options: str, settings: tuple[str, ...]
) -> tuple[subprocess.Popen[bytes], Server]:
    """Start the server; a port that was taken in the meantime is replaced by another one."""
    for _attempt in range(ATTEMPTS):
        started = _start(program, folder, client, sftp_options, settings)
        if started:
            return started
    raise RuntimeError(f"sshd did not start: {(folder / 'log').read_text()}")


def _prepare(folder: Path) -> Key:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exchange").mkdir(exist_ok=True)
    host, client = new_key(), new_key()
    _write(folder / "host_key", host.private)
    _write(folder / "host_key.pub", host.public.encode() + b"\n")
    _write(folder / "authorized_keys", client.public.encode() + b"\n")
    _write(folder / "fingerprint", host.fingerprint.encode())
    return client


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _start(
    program: Path, folder: Path, client: Key, sftp_options: str, settings: tuple[str, ...]
) -> tuple[subprocess.Popen[bytes], Server] | None:
    port = free_port()
    config, log = folder / "sshd_config", folder / "log"
    config.write_text("\n".join(_config(program, folder, port, sftp_options, settings)) + "\n")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(program), "-D", "-e", "-f", str(config)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_environment(program),
        )  # fmt: skip
    if not _listens(process, log):
        _stop(process)
        return None
    fingerprint = (folder / "fingerprint").read_text()
    server = Server(
        "127.0.0.1",
        port,
        getpass.getuser(),
        client.private,
        fingerprint,
        folder / "exchange",
        log,
        process.pid,
    )
    return process, server


def _config(
    program: Path, folder: Path, port: int, sftp_options: str, settings: tuple[str, ...]
) -> list[str]:
    lines = [
        *settings,
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}", "PidFile none", "StrictModes no", "UsePAM no",
        "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",
        "UseDNS no", "MaxStartups 100", "PrintMotd no", "LogLevel VERBOSE",
        f"Subsystem sftp internal-sftp -d {folder / 'exchange'} {sftp_options}",
    ]  # fmt: skip
    for name in ("session", "auth"):  # OpenSSH 9.8 and 10.0 moved these parts into programs of their own
        part = CACHE / f"usr/lib/openssh/sshd-{name}"
        if program.is_relative_to(CACHE) and part.exists():
            lines.insert(0, f"Sshd{name.capitalize()}Path {part}")
    return lines


def _environment(program: Path) -> dict[str, str]:
    if not program.is_relative_to(CACHE):
        return dict(os.environ)
    libraries = sorted({str(path.parent) for path in CACHE.glob("**/lib*.so*")})
    return os.environ | {"LD_LIBRARY_PATH": ":".join(libraries)}


def _listens(process: subprocess.Popen[bytes], log: Path) -> bool:
    """Wait for the server's own word that it listens: a connection alone could reach somebody else's server."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if b"Server listening on" in log.read_bytes():
            return True
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the listening process; each session's own process ends with its connection."""
    process.kill()
    process.wait(timeout=30)
