"""The settings: one TOML file, read and checked whole, as frozen values. Start in model.py.

`load` reads, `secret` fetches a secret when a connection is made, `masked` shows, `example` writes a new file.
"""

from __future__ import annotations

from inkassod.settings.example import example, settings_tables
from inkassod.settings.model import Agreement, Creditor, Daemon, Process, Schedule, Settings
from inkassod.settings.problems import SettingsError
from inkassod.settings.reading import load, masked
from inkassod.settings.secrets import secret
from inkassod.settings.transport import FolderTransport, SftpTransport

__all__ = [
    "Agreement",
    "Creditor",
    "Daemon",
    "FolderTransport",
    "Process",
    "Schedule",
    "Settings",
    "SettingsError",
    "SftpTransport",
    "example",
    "load",
    "masked",
    "secret",
    "settings_tables",
]
