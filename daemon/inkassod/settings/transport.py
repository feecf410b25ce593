"""How files travel to and from the agency: one class for each kind of [agreements.NAME.transport]."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from inkassod.settings.values import (
    Attempts,
    Credential,
    FilePath,
    Fingerprint,
    Host,
    NamePart,
    Port,
    RemoteFolder,
    Seconds,
    Text,
)


class Folders(BaseModel):
    """What every kind of transport has: the folders at the agency and how names change hands there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outgoing_folder: RemoteFolder = Field("in", description="Where files for the agency are put (its in).")
    incoming_folder: RemoteFolder = Field(
        "out", description="Where the agency puts files for the creditor (its out)."
    )
    claim: Literal["rename", "none"] = Field(
        "rename",
        description="rename: a file is renamed at the agency before it is fetched, so that a new one under the same name is never taken for it; none: where the server forbids renaming.",
    )
    after_fetch: Literal["delete", "move"] = Field(
        "delete",
        description="What becomes of a fetched file at the agency: it is deleted, or moved to done_folder.",
    )
    done_folder: RemoteFolder = Field(
        "out/done", description='Where fetched files are moved, with after_fetch = "move".'
    )
    temporary_prefix: NamePart = Field(
        ".", description="A file on its way carries this before its name, until it is whole."
    )
    temporary_suffix: NamePart = Field(".part", description="And this after its name.")
    attempts: Attempts = Field(5, description="How often one exchange is tried when the line fails.")
    retry_seconds: Seconds = Field(
        300, description="When all attempts failed, the next exchange comes after so many seconds."
    )


class SftpTransport(Folders):
    """Over SFTP, with a password or a key, to a server whose host key is known beforehand."""

    kind: Literal["sftp"] = Field(description="How files travel: over SFTP.", examples=["sftp"])
    host: Host = Field(description="The agency's server.", examples=["sftp.agency.example"])
    port: Port = Field(22, description="Its port.")
    username: Text = Field(description="The creditor's user name there.", examples=["eksempel"])
    password_credential: Credential | None = Field(
        None,
        description="Where the password is kept: the name of a systemd credential (LoadCredential=), or the path of a file that only the daemon's user can read. Either this or private_key_credential.",
        examples=["intrum.password"],
    )
    private_key_credential: Credential | None = Field(
        None, description="Where the private key is kept, named in the same way.", examples=["intrum.key"]
    )
    passphrase_credential: Credential | None = Field(
        None,
        description="Where the passphrase of the private key is kept, if it has one.",
        examples=["intrum.passphrase"],
    )
    host_keys: tuple[Fingerprint, ...] = Field(
        min_length=1,
        description="Fingerprints of the server's host key; one must match. Two stand here while the agency changes its key. The agency tells them; ssh-keyscan HOST | ssh-keygen -lf - shows what the server says.",
        examples=[["SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]],
    )
    connect_timeout_seconds: Seconds = Field(
        15, description="How long connecting and logging in may take, each."
    )
    operation_timeout_seconds: Seconds = Field(30, description="How long the server may be silent.")
    deadline_seconds: Seconds = Field(600, description="How long one exchange may take in all.")
    keepalive_seconds: Seconds = Field(15, description="A sign of life is sent this often.")


class FolderTransport(Folders):
    """Through a folder on this machine or a mounted share; the keys that are not its own are as above."""

    kind: Literal["folder"] = Field(description="How files travel: through a folder.", examples=["folder"])
    path: FilePath = Field(
        description="The folder in which the folders of the agency lie. A relative one lies beside the settings file.",
        examples=["/srv/agency"],
    )
