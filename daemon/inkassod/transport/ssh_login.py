"""Who the server is and who we are: pinned host key, private key, login; and the settings of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from paramiko.ssh_exception import AuthenticationException, BadAuthenticationType

from inkassod.transport.agent import TransportError, shown

KEY_KINDS: tuple[tuple[type, type[paramiko.PKey]], ...] = (
    (Ed25519PrivateKey, paramiko.Ed25519Key),
    (EllipticCurvePrivateKey, paramiko.ECDSAKey),
    (RSAPrivateKey, paramiko.RSAKey),
)
# What paramiko says when the server really refused; a line cut meanwhile has other words (auth_handler.py).
REFUSED = "Authentication failed."
# RFC 4253, 11.1: protocol error (OpenSSH: too many failures), no more methods, illegal user name.
REFUSING_DISCONNECTS = frozenset({2, 14, 15})


@dataclass(frozen=True, slots=True)
class SftpSettings:
    """How to reach the agency's server. Times in seconds; secrets are not shown by repr.

    `private_key` is the text of a PEM or OpenSSH key file; with a key and a password the server may ask for both.
    `host_keys` are fingerprints ("SHA256:..."), one of which the server must show: two during a planned change.
    `connect_timeout` ends the set-up, `operation_timeout` one wait for an answer, `deadline` the whole connection.
    """

    host: str
    port: int
    username: str
    host_keys: tuple[str, ...]
    password: str | None = field(default=None, repr=False)
    private_key: bytes | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    connect_timeout: float = 30.0
    operation_timeout: float = 60.0
    deadline: float = 900.0
    keepalive: int = 15

    @property
    def where(self) -> str:
        """The server as messages name it."""
        return f"{self.host} port {self.port}"


class Transport(paramiko.Transport):
    """A transport that remembers why the server hung up."""

    disconnect: tuple[int, str] | None = None

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        self.disconnect = message.get_int(), message.get_string().decode("utf-8", "replace")


def check_host_key(settings: SftpSettings, key: paramiko.PKey) -> None:
    """Compare with the pinned fingerprints, before any secret is sent."""
    pinned = {fingerprint.strip().rstrip("=") for fingerprint in settings.host_keys}
    if key.fingerprint in pinned:
        return
    message = (
        f"{settings.where} showed the host key {key.fingerprint} ({key.get_name()}), which is not pinned; nothing was sent."
        " Ask the agency, not through this connection, whether that is its server's key; if so, add it to host_keys"
    )
    raise TransportError("transport.host_key", message, transient=False)


def log_in(settings: SftpSettings, transport: Transport, key: paramiko.PKey | None) -> None:
    """Key first, then the password when there is no key or the server wants both."""
    missing: list[str] = []
    try:
        if key is not None:
            missing = list(transport.auth_publickey(settings.username, key))
        if settings.password is not None and (key is None or missing):
            missing = list(transport.auth_password(settings.username, settings.password))
    except BadAuthenticationType as error:
        offered = ", ".join(shown(kind) for kind in error.allowed_types)
        raise _refused(settings, f"it accepts only: {offered}") from error
    except AuthenticationException as error:
        told = transport.disconnect
        if str(error) != REFUSED and not (told and told[0] in REFUSING_DISCONNECTS):
            raise
        raise _refused(
            settings, shown(told[1]) if told else "check the key or password and the user name"
        ) from error
    if missing:
        raise _refused(settings, f"it wants as well: {', '.join(shown(kind) for kind in missing)}")


def _refused(settings: SftpSettings, reason: str) -> TransportError:
    message = f"{settings.where} refused the login of {settings.username}: {reason}"
    return TransportError("transport.auth", message, transient=False)


def private_key(settings: SftpSettings) -> paramiko.PKey | None:
    """Read the key, whatever its form, and hand it to paramiko in the one form that all its kinds read."""
    text = settings.private_key
    if text is None:
        return None
    passphrase = settings.passphrase.encode() if settings.passphrase else None
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in text else load_pem_private_key
    try:
        key = load(text, passphrase)
        form = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")
        kind = next(kind for base, kind in KEY_KINDS if isinstance(key, base))
        return kind.from_private_key(StringIO(form))
    except (TypeError, ValueError, UnsupportedAlgorithm, StopIteration, paramiko.SSHException) as error:
        message = (
            f"{settings.where}: the private key cannot be read; it must be an Ed25519, ECDSA or RSA key in PEM or OpenSSH"
            " form, with the right passphrase when it has one"
        )
        raise TransportError("transport.auth", message, transient=False) from error
