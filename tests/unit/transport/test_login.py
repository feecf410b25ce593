from __future__ import annotations

import socket

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from inkassod.transport import SftpSettings, TransportError, connect
from inkassod.transport.ssh_login import private_key

KEYS = {
    "ssh-ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ecdsa-sha2-nistp256": ec.generate_private_key(ec.SECP256R1()),
    "ssh-rsa": rsa.generate_private_key(65537, 2048),
}
UNREADABLE = (
    "sftp.agency.example port 22: the private key cannot be read; it must be an Ed25519, ECDSA or RSA key in PEM or"
    " OpenSSH form, with the right passphrase when it has one"
)


def settings_with(**given) -> SftpSettings:
    """Settings for an invented server."""
    return SftpSettings("sftp.agency.example", 22, "creditor", ("SHA256:x",), **given)


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize(
    "form", [PrivateFormat.OpenSSH, PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL]
)
@pytest.mark.parametrize("passphrase", [None, "open sesame"])
def test_every_usual_form_of_key_is_read(kind: str, form: PrivateFormat, passphrase: str | None) -> None:
    """Ed25519, ECDSA and RSA keys are read as OpenSSH, PKCS 8 and traditional PEM text, with and without passphrase."""
    if kind == "ssh-ed25519" and form == PrivateFormat.TraditionalOpenSSL:
        form = PrivateFormat.PKCS8  # there is no traditional form of this kind
    lock: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    text = KEYS[kind].private_bytes(Encoding.PEM, form, lock)
    key = private_key(settings_with(private_key=text, passphrase=passphrase))
    assert key is not None
    assert key.get_name() == kind


@pytest.mark.parametrize("passphrase", [None, "wrong"])
@pytest.mark.parametrize("form", [PrivateFormat.OpenSSH, PrivateFormat.PKCS8])
def test_a_wrong_passphrase_is_told_before_anything_is_sent(
    form: PrivateFormat, passphrase: str | None
) -> None:
    """A key that cannot be opened is a permanent error, and no connection is tried."""
    text = KEYS["ssh-ed25519"].private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"right"))
    with pytest.raises(TransportError) as caught:
        connect(settings_with(private_key=text, passphrase=passphrase))
    assert (caught.value.code, caught.value.transient, str(caught.value)) == (
        "transport.auth",
        False,
        UNREADABLE,
    )


@pytest.mark.parametrize("text", [b"", b"ssh-ed25519 AAAA public", b"\xff\xfe", b"-----BEGIN OPENSSH PRIVATE KEY-----\nx"])  # fmt: skip
def test_what_is_no_private_key_is_told(text: bytes) -> None:
    """A public key, an empty file or garbage is named as no private key."""
    with pytest.raises(TransportError) as caught:
        connect(settings_with(private_key=text))
    assert str(caught.value) == UNREADABLE


def test_without_any_secret_no_connection_is_tried() -> None:
    """Neither key nor password is a fault of the settings."""
    with pytest.raises(TransportError) as caught:
        connect(settings_with())
    assert (caught.value.code, caught.value.transient) == ("transport.auth", False)
    assert str(caught.value) == "sftp.agency.example port 22: neither a private key nor a password is set"


def test_secrets_are_not_shown() -> None:
    """Settings printed into a log show no password, key or passphrase."""
    shown = repr(settings_with(password="pw-canary", private_key=b"key-canary", passphrase="pass-canary"))
    assert "canary" not in shown
    assert "sftp.agency.example" in shown


@pytest.mark.parametrize(
    ("error", "code", "transient", "text"),
    [
        (
            socket.gaierror(socket.EAI_AGAIN, "again"), "transport.name_unknown", True,
            "the host name cannot be resolved; check host in the settings and the name server",
        ),
        (
            socket.gaierror(socket.EAI_NONAME, "unknown"), "transport.name_unknown", False,
            "the host name cannot be resolved; check host in the settings and the name server",
        ),
        (UnicodeError("label too long"), "transport.name_unknown", False,
            "the host name cannot be resolved; check host in the settings and the name server"),
        (TimeoutError("timed out"), "transport.timeout", True, "no connection within 30 seconds"),
        (ConnectionRefusedError(111, "refused"), "transport.refused", True,
            "nothing listens there; check port in the settings"),
        (OSError(113, "No route to host"), "transport.refused", True, "No route to host"),
    ],
)  # fmt: skip
def test_every_way_not_to_reach_a_server_has_its_code(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, transient: bool, text: str
) -> None:
    """A name that is unknown is permanent, a server that is away for the moment is not; host and port are named."""

    def create_connection(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(TransportError) as caught:
        connect(settings_with(password="x"))
    assert (caught.value.code, caught.value.transient) == (code, transient)
    assert str(caught.value) == f"sftp.agency.example port 22: {text}"
