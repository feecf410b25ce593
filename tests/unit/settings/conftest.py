from collections.abc import Callable
from pathlib import Path

import pytest

SETTINGS = """
[creditors.nord]
name = "Nord Møbler AS"
id_number = "310000019"
country = "NO"
account = "99991234566"

[agreements.intrum]
creditor = "nord"
agency = "Intrum"
dialect = "intrum-no"
client_number = "00123"
agency_accounts = ["99991122334"]

[agreements.intrum.transport]
kind = "sftp"
host = "sftp.agency.example"
username = "nord"
password_credential = "intrum.password"
host_keys = ["SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]
"""


@pytest.fixture(autouse=True)
def _outside_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a settings file: the sound one, with each (old, new) replaced and `more` behind it."""

    def writer(*changes: tuple[str, str], more: str = "") -> Path:
        text = SETTINGS
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / "inkassod.toml"
        path.write_text(text + more, "utf-8")
        return path

    return writer
