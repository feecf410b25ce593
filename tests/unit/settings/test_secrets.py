import os
from pathlib import Path

import pytest

from inkassod.settings import SettingsError, load, secret

PLACE = "agreements.intrum.transport.password_credential"


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_bytes(b"correct horse\n")
    path.chmod(0o600)
    return path


def problem(call) -> str:
    with pytest.raises(SettingsError) as caught:
        call()
    (sentence,) = caught.value.problems
    assert "correct horse" not in sentence
    return sentence


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (b"a b\n", b"a b"),
        (b"a b\r\n", b"a b"),
        (b"a\n\n", b"a\n"),
        (b"a ", b"a "),
        (b"\xff\x00", b"\xff\x00"),
    ],
)
def test_a_secret_is_the_content_without_one_line_end(password, content, read):
    """Editors put a line end at the end; nothing else of a secret is touched."""
    password.write_bytes(content)
    assert secret("./password", password.parent) == read


def test_a_path_counts_from_the_base_unless_it_is_absolute(password):
    """A reference with a slash is a path."""
    assert secret("./password", password.parent) == b"correct horse"
    assert secret(str(password), Path("/elsewhere")) == b"correct horse"


def test_a_name_is_looked_up_among_the_credentials(password, monkeypatch):
    """A reference without a slash is a systemd credential, whose mode systemd answers for."""
    password.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(password.parent))
    assert secret("password", Path("/elsewhere")) == b"correct horse"


def test_a_credential_outside_the_service_is_told(tmp_path):
    """Without systemd there are no credentials, and the sentence says what to do."""
    assert problem(lambda: secret("intrum.key", tmp_path)) == (
        'the credential "intrum.key" is given by systemd, and CREDENTIALS_DIRECTORY is not set: '
        "start the service with LoadCredential=, or name a file by a path with a / in it"
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o660])
def test_a_secret_that_others_can_use_is_refused(password, mode):
    """As ssh does: a secret open to group or others is none."""
    password.chmod(mode)
    assert problem(lambda: secret("./password", password.parent)) == (
        f"{password}: can be used by others than its owner (mode {mode:04o}): chmod 600"
    )


def test_a_secret_of_somebody_else_is_refused(password, monkeypatch):
    """A file that another user owns could be changed by that user."""
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert problem(lambda: secret("./password", password.parent)) == (
        f"{password}: belongs to user {os.getuid()}, not to user 4711 who runs this: chown it, or run as its owner"
    )


def test_a_pipe_or_folder_is_no_secret(tmp_path):
    """Only regular files are read, and a pipe does not hold the daemon up."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert problem(lambda: secret("./pipe", tmp_path)) == f"{tmp_path}/pipe: is no regular file"
    assert problem(lambda: secret("./", tmp_path)) == f"{tmp_path}: cannot be read: Is a directory"


@pytest.mark.parametrize("size", [0, 65537])
def test_an_empty_or_giant_secret_is_refused(password, size):
    """A secret has a size that a secret can have."""
    password.write_bytes(b"x" * size)
    assert (
        problem(lambda: secret("./password", password.parent))
        == f"{password}: holds {size} bytes: 1 to 65536"
    )


def test_the_settings_are_refused_when_a_file_with_a_secret_is_missing(write, tmp_path):
    """What cannot work is told before the daemon starts."""
    path = write(('"intrum.password"', '"./password"'))
    assert (
        problem(lambda: load(path))
        == f"{PLACE}: {tmp_path}/password: cannot be read: No such file or directory"
    )


def test_the_settings_are_refused_when_systemd_did_not_give_a_credential(write, tmp_path, monkeypatch):
    """Within the service every named credential must be there."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert problem(lambda: load(write())) == (
        f"{PLACE}: {tmp_path}/intrum.password: cannot be read: No such file or directory"
    )


def test_the_settings_can_be_looked_at_where_no_credentials_are(write):
    """Outside the service nobody can look a credential up, so its absence is no problem there."""
    assert load(write()).agreements["intrum"].transport.password_credential == "intrum.password"


def test_the_settings_hold_a_reference_and_never_the_secret(write, password):
    """A secret is read at each connection and kept nowhere."""
    settings = load(write(('"intrum.password"', '"./password"')))
    assert "correct horse" not in repr(settings)
    assert (
        secret(settings.agreements["intrum"].transport.password_credential, settings.folder)
        == b"correct horse"
    )
