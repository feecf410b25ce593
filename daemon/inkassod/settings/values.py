"""The kinds of value that a setting can hold, each with the sentence that refuses a wrong one.

Problems, the example file, `config show` and the tables in the documentation are all made from their rules.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ValidationInfo
from stdnum import exceptions as stdnum_errors
from stdnum import iban
from stdnum.no import kontonr

from inkasso_formats.references import account_key
from inkassod.settings.rule import Rule, matching, one_line, whole


def _read_yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004  # a Rule refuses by ValueError alone
    return value


def _read_time(value: Any) -> time:
    if re.fullmatch(r"\d\d:\d\d", one_line(value)) is None:
        raise ValueError
    return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007  # the creditor's time zone is told apart


def _show_time(value: time | str) -> str:
    return value if isinstance(value, str) else value.strftime("%H:%M")


def _time_or(word: str) -> Rule:
    def read(value: Any) -> time | str:
        return word if value == word else _read_time(value)

    return Rule("a time of day", f'"{word}", or "HH:MM" from "00:00" to "23:59"', read, _show_time)


def _read_amount(value: Any) -> int:
    if re.fullmatch(r"\d{1,12}(\.\d\d)?", one_line(value)) is None:
        raise ValueError
    whole, _, cents = value.partition(".")
    return int(whole) * 100 + int(cents or 0)


def _show_amount(value: int) -> str:
    return f"{value // 100}.{value % 100:02d}"


def read_account(value: Any) -> str:
    """A bank account as the key by which accounts are compared (`account_key`). Raises ValueError.

    The check digit must hold, since a mistyped account of the agency would turn its settlements into direct payments.
    Norwegian accounts with 00 in places 5 and 6 (a bank's own) are excepted: their check digit has another base.
    """
    key = account_key(one_line(value))
    if re.fullmatch(r"[0-9]{4}00[0-9]{5}", key):
        return key
    try:
        return str(kontonr.validate(key) if re.fullmatch(r"[0-9]{11}", key) else iban.validate(key))
    except stdnum_errors.ValidationError as error:
        raise ValueError from error


def _read_host(value: Any) -> str:
    text = one_line(value, 253)
    if ":" in text:
        ipaddress.IPv6Address(text)  # its error is a ValueError
    elif re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", text) is None:
        raise ValueError
    return text


def _read_fingerprint(value: Any) -> str:
    """As `ssh-keygen -l` prints it: 32 bytes in base 64 without the closing '='."""
    text = one_line(value)
    try:
        digest = base64.b64decode(text.removeprefix("SHA256:") + "=", validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if not text.startswith("SHA256:") or len(digest) != 32:
        raise ValueError
    return text


def _read_remote_folder(value: Any) -> str:
    text = one_line(value)
    if ".." in text.split("/") or "\\" in text:
        raise ValueError
    return text.rstrip("/") or "/"


def _read_name_part(value: Any) -> str:
    if value == "":
        return ""
    if re.fullmatch(r"[A-Za-z0-9._~-]{1,40}", one_line(value)) is None:
        raise ValueError
    return str(value)


def _read_time_zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(one_line(value))
    except (OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError; "Europe" is a folder
        raise ValueError from error


def _read_path(value: Any) -> Path:
    return Path(one_line(str(value) if isinstance(value, Path) else value, 1000))


def _read_database(value: Any) -> str:
    text = one_line(value, 1000)
    file = text.removeprefix("sqlite:///")
    if file in (text, "", ":memory:") or "?" in file:
        raise ValueError
    return text


def _folder(info: ValidationInfo) -> Path:
    return Path((info.context or {}).get("folder", "."))


def _beside_settings(path: Path, info: ValidationInfo) -> Path:
    return _folder(info) / path


def _database_beside_settings(url: str, info: ValidationInfo) -> str:
    return f"sqlite:///{_beside_settings(Path(url.removeprefix('sqlite:///')), info)}"


NAME_PATTERN = r"[a-z0-9][a-z0-9_-]{0,39}"

YesOrNo = Annotated[bool, Rule("yes or no", "true or false", _read_yes_or_no)]
Seconds = Annotated[int, whole("a number of seconds", 1, 86_400)]
SettleSeconds = Annotated[int, whole("a number of seconds", 0, 3_600)]
Days = Annotated[int, whole("a number of days", 0, 365)]
Minutes = Annotated[int, whole("a number of minutes", 1, 1_440)]
Megabytes = Annotated[int, whole("a number of megabytes", 1, 16_384)]
Attempts = Annotated[int, whole("a number of attempts", 1, 100)]
Reminders = Annotated[int, whole("a number of reminders", 0, 2)]
Port = Annotated[int, whole("a port", 1, 65_535)]
Text = Annotated[str, Rule("a text", "1 to 200 characters on one line", one_line)]
Name = Annotated[str, matching("a name", "small letters, digits, - and _, at most 40", NAME_PATTERN)]
DialectName = Annotated[
    str,
    matching(
        "a dialect",
        "the name of one that comes with inkassod, or the path of a file that ends in .toml",
        rf"{NAME_PATTERN}|[^\x00]+\.toml",
    ),
]
ClientNumber = Annotated[
    str, matching("a client number", "1 to 20 letters and digits, in quotes", r"[A-Za-z0-9]{1,20}")
]
IdNumber = Annotated[
    str,
    matching("an organisation number", "digits, with - where the country has it", r"[0-9][0-9 -]{6,14}[0-9]"),
]
TimeOfDay = Annotated[time, Rule("a time of day", '"HH:MM" from "00:00" to "23:59"', _read_time, _show_time)]
TimeOrAtOnce = Annotated[time | Literal["at-once"], _time_or("at-once")]
TimeOrByHand = Annotated[time | Literal["by-hand"], _time_or("by-hand")]
Amount = Annotated[
    int, Rule("an amount", 'a text with two decimals, as "250.00"', _read_amount, _show_amount)
]
Account = Annotated[
    str, Rule("a bank account", "11 digits with a right check digit, or an IBAN", read_account)
]
Bankgiro = Annotated[
    str, matching("a bankgiro number", "7 or 8 digits, with or without -", r"[0-9]{3,4}-?[0-9]{4}")
]
Host = Annotated[
    str, Rule("a host", "a host name or an IP address, without sftp:// and without a port", _read_host)
]
Fingerprint = Annotated[
    str, Rule("a host key", '"SHA256:" and 43 characters, as ssh-keygen -l prints it', _read_fingerprint)
]
RemoteFolder = Annotated[
    str, Rule("a folder at the agency", 'names with / between them, without ".."', _read_remote_folder)
]
NamePart = Annotated[
    str, Rule("a part of a file name", "at most 40 letters, digits, . _ ~ -, or empty", _read_name_part)
]
Zone = Annotated[ZoneInfo, Rule("a time zone", 'a name such as "Europe/Oslo"', _read_time_zone, str)]
Credential = Annotated[
    str,
    matching(
        "a credential",
        "the name of a systemd credential, or a file's path with a / in it",
        r"[A-Za-z0-9][A-Za-z0-9._-]*|[^/]*(/[^/]*)+",
    ),
]
FilePath = Annotated[
    Path,
    Rule("a path", "a folder; beside the settings file when relative", _read_path, str),
    AfterValidator(_beside_settings),
]
Database = Annotated[
    str,
    Rule("a database", "sqlite:///FILE; beside the settings file when relative", _read_database),
    AfterValidator(_database_beside_settings),
]
