"""The example file and the tables of the documentation, made from the models."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from inkassod.settings.model import Agreement, Creditor, Daemon, Process, Schedule
from inkassod.settings.outline import field_form
from inkassod.settings.transport import Folders, FolderTransport, SftpTransport

_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("daemon", Daemon),
    ("creditors.eksempel", Creditor),
    ("agreements.intrum", Agreement),
    ("agreements.intrum.process", Process),
    ("agreements.intrum.schedule", Schedule),
    ("agreements.intrum.transport", SftpTransport),
)
_SET = {  # have a default, and in a service a better value
    "database",
    "spool",
    "agency_accounts",
    "private_key_credential",
}
_HEAD = """\
Settings of inkassod: an example, with every key there is.
A line that begins with "#" and a key shows the key's default, or for a key without one how it is written.
Check your own with: inkassod --config FILE config check
"""


def example() -> str:
    """A complete settings file with every key explained; it can be loaded once its credentials exist."""
    parts = [_comment(_HEAD)]
    for name, table in _TABLES:
        parts.append(f"{_comment(table.__doc__ or '')}\n[{name}]\n\n{_keys(table)}")
    other = [_line(FolderTransport, name)[0] for name in ("kind", "path")]
    commented = "\n".join(f"# {line}" for line in ["[agreements.intrum.transport]", *other])
    parts.append(f"{_comment(f'Or instead of that table. {FolderTransport.__doc__}')}\n{commented}")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def settings_tables() -> str:
    """The reference of all keys in Markdown: a heading and a table for each table of the settings."""
    tables = [(_general(name), table) for name, table in _TABLES]
    tables[-1] = ('agreements.NAME.transport with kind = "sftp"', SftpTransport)
    tables.append(('agreements.NAME.transport with kind = "folder"', FolderTransport))
    return "\n".join(_markdown(name, table) for name, table in tables)


def _general(name: str) -> str:
    first, *rest = name.split(".")
    return ".".join([first, "NAME", *rest[1:]]) if rest else first


def _comment(text: str) -> str:
    lines = [line for part in text.strip().splitlines() for line in textwrap.wrap(part, 100)]
    return "\n".join(f"# {line}" for line in lines)


def _keys(table: type[BaseModel]) -> str:
    return "\n\n".join(_key(table, name) for name in _names(table))


def _names(table: type[BaseModel]) -> list[str]:
    """The keys of a table without its inner tables: its own ones before those shared with other kinds."""
    fields = table.model_fields
    named = [name for name in fields if fields[name].description]
    return sorted(named, key=lambda name: table is not Folders and name in Folders.model_fields)


def _key(table: type[BaseModel], name: str) -> str:
    line, shown = _line(table, name)
    return f"{_comment(table.model_fields[name].description or '')}\n{line if shown else f'# {line}'}"


def _line(table: type[BaseModel], name: str) -> tuple[str, bool]:
    """The key with an example or its default, and whether it stands in the example as a setting."""
    field = table.model_fields[name]
    shown = name in _SET or field.is_required()
    value = field.examples[0] if field.examples and (shown or not field.default) else _default(table, name)
    return f"{name} = {_toml(value)}", shown


def _default(table: type[BaseModel], name: str) -> Any:
    """The default as TOML writes it: through the same rule that shows values."""
    field = table.model_fields[name]
    one = table.model_construct(_fields_set=None, **{name: field.default})
    return to_jsonable_python(one.model_dump(mode="json", include={name})[name])


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _markdown(name: str, table: type[BaseModel]) -> str:
    rows = [f"### [{name}]\n" if "=" not in name else f"### {name}\n", f"{table.__doc__}\n"]
    rows += ["| key | what may stand there | default | meaning |", "|---|---|---|---|"]
    for key in _names(table):
        field = table.model_fields[key]
        default = _default(table, key) if not field.is_required() else None
        meaning = (field.description or "").replace("|", "\\|")  # a bar would end the cell
        shown = "required" if field.is_required() else "none" if default is None else f"`{_toml(default)}`"
        rows.append(f"| `{key}` | {field_form(field)} | {shown} | {meaning} |")
    return "\n".join(rows) + "\n"
