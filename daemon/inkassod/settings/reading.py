"""Reads the settings file, and turns everything that is wrong in it into sentences with the path of the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from inkassod.settings.checks import check
from inkassod.settings.model import Document, Settings
from inkassod.settings.outline import form_of, table_at
from inkassod.settings.problems import SettingsError, did_you_mean, given

_SECRETS = {
    "password": "password_credential",
    "passphrase": "passphrase_credential",
    "private_key": "private_key_credential",
}


def load(path: Path) -> Settings:
    """The settings in the file at `path`; relative paths in it count from its folder.

    Raises SettingsError with every problem, each as `path of the key: what was given and is wrong: what was expected`.
    """
    path = path.absolute()
    raw = _parse(path)
    raw.setdefault("daemon", {})
    raw.setdefault("creditors", {})
    raw.setdefault("agreements", {})
    problems: list[str] = []
    document = None
    try:
        document = Document.model_validate(raw, context={"folder": path.parent})
    except ValidationError as error:
        problems += [_sentence(detail) for detail in error.errors(include_url=False) if not _follows(detail)]
    problems += check(raw, path.parent)
    if document is None or problems:
        raise SettingsError(dict.fromkeys(problems))
    return Settings(path, document.daemon, document.creditors, document.agreements)


def masked(settings: Settings) -> dict[str, Any]:
    """The settings with all defaults, in TOML's own values; secrets stand in it by reference, as in the file."""
    document = Document.model_construct(
        daemon=settings.daemon, creditors=dict(settings.creditors), agreements=dict(settings.agreements)
    )
    return document.model_dump(mode="json", exclude_none=True)


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise SettingsError(
            [f"{path}: line {line}: byte 0x{byte:02X} is not UTF-8: save the file as UTF-8"]
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path}: is not TOML: {error}"]) from error


def _follows(detail: ErrorDetails) -> bool:
    """A list whose only items were refused counts as empty too; that is no problem of its own."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _sentence(detail: ErrorDetails) -> str:
    """One problem of the models as a sentence; pydantic's types of error become the few that are worded here."""
    keys, kind, value = detail["loc"], detail["type"], detail["input"]
    if kind.startswith("union_tag"):
        keys, value = (*keys, "kind"), value.get("kind")
        kind = "missing" if kind == "union_tag_not_found" else "literal_error"
    if kind == "extra_forbidden":
        return f"{_written(keys)}: {_unknown(keys)}"
    shown = "what is given" if str(keys[-1]).endswith("_credential") else given(value)
    faults = {
        "rule": f"{shown} is not {detail['msg']}: {detail.get('ctx', {}).get('form')}",
        "literal_error": f"{shown} is none of the choices",
        "missing": "is missing",
        "too_short": "is empty: at least one is needed",
    }
    fault = faults.get(kind, f"{shown} cannot stand here")
    return f"{_written(keys)}: {fault}" if kind == "rule" else f"{_written(keys)}: {fault}: {form_of(keys)}"


def _unknown(keys: tuple[str | int, ...]) -> str:
    name = str(keys[-1])
    if name in _SECRETS:
        return (
            "a secret never stands in the settings: put it in a systemd credential or in a file of mode 600, "
            f"and name that by {_SECRETS[name]}"
        )
    table = table_at(keys[:-1])
    return f"is no key of this table: {did_you_mean(name, table.model_fields if table else ())}"


def _written(keys: tuple[str | int, ...]) -> str:
    """The keys as a TOML path; the kind of a transport, which the models put between, is left out."""
    if len(keys) > 3 and keys[0] == "agreements" and keys[2] == "transport" and keys[3] != "kind":
        keys = keys[:3] + keys[4:]
    return "".join(_parts(keys)).removeprefix(".")


def _parts(keys: tuple[str | int, ...]) -> Iterator[str]:
    for key in keys:
        if isinstance(key, int):
            yield f"[{key}]"
        elif key != "[key]":  # what pydantic calls the name of a table itself
            yield f".{key}" if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f".{given(key)}"
