"""The folder that a demo lives in: made anew each time, never anybody else's, with the settings of the demo's creditor."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inkassod.simulator.command import AGENCY_ACCOUNT, CREDITOR_ACCOUNT

DEFAULT = ".demo"
MARK = ".made-by-inkassod-demo"
CREDITOR, AGREEMENT = "eksempel", "agency"
CLIENT_NUMBER, USERNAME = "123456", "eksempel"
CUSTOMERS = 200

SETTINGS = """\
# Settings of the demo, which makes them anew at every start. A real set-up begins with: inkassod config example
[daemon]
database = "sqlite:///inkassod.sqlite3"
spool = "spool"
scan_seconds = 2
settle_seconds = 1
log = "text"

[creditors.{creditor}]
name = "Eksempel Handel AS"
id_number = "310000019"
country = "NO"
account = "{creditor_account}"

[agreements.{agreement}]
creditor = "{creditor}"
agency = "Simulated agency"
dialect = "intrum-no"
client_number = "{client_number}"
agency_accounts = ["{agency_account}"]

[agreements.{agreement}.process]
own_reminders = 1
days_after_due = 14
days_after_reminder = 14
minimum_amount = "100.00"

[agreements.{agreement}.schedule]
fetch = []
fetch_every_minutes = {fetch_minutes}

[agreements.{agreement}.transport]
kind = "sftp"
host = "127.0.0.1"
port = {port}
username = "{username}"
password_credential = "./agency.password"
host_keys = ["{fingerprint}"]
"""


class NotOursError(Exception):
    """The folder holds something that no demo has made; the text says what to do."""


class InUseError(Exception):
    """Another demo is running in the folder."""


@contextmanager
def prepared(folder: Path) -> Iterator[Path]:
    """The folder, absolute, empty but for its mark, and ours until the block ends. Raises NotOursError, InUseError, OSError."""
    home = folder.resolve()
    if home.exists() and not _is_ours(home):
        raise NotOursError(
            f"{home} is not empty and was made by no demo (there is no {MARK} in it): name another with --folder"
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    descriptor = os.open(home / MARK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "rb") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError(
                f"another demo is running in {home}: end it, or name another folder with --folder"
            ) from None
        _clear(home)
        yield home


def _is_ours(home: Path) -> bool:
    return home.is_dir() and ((home / MARK).is_file() or not any(home.iterdir()))


def _clear(home: Path) -> None:
    for path in home.iterdir():
        if path.name == MARK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def new_password(home: Path) -> str:
    """A password for the agency's server, new each time, in a file that only its owner can read."""
    password = secrets.token_urlsafe(18)
    descriptor = os.open(home / "agency.password", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password + "\n")
    return password


def bank_inbox(home: Path) -> Path:
    """Where the bank's files arrive; the agency's payments come through the bank."""
    inbox = home / "spool" / "bank" / "inbox"
    inbox.mkdir(mode=0o700, parents=True)
    return inbox


def write_settings(home: Path, port: int, fingerprint: str, fetch_minutes: int) -> Path:
    """The settings of a daemon that exchanges with the server at that port of the loopback address."""
    settings = home / "inkassod.toml"
    text = SETTINGS.format(
        creditor=CREDITOR,
        creditor_account=CREDITOR_ACCOUNT,
        agreement=AGREEMENT,
        agency_account=AGENCY_ACCOUNT,
        client_number=CLIENT_NUMBER,
        username=USERNAME,
        port=port,
        fingerprint=fingerprint,
        fetch_minutes=fetch_minutes,
    )
    settings.write_text(text, encoding="utf-8")
    return settings
