"""A new dialect as a copy of a shipped one, with every key and every choice explained at its head."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping

from inkasso_formats.dialects import keys, meanings
from inkasso_formats.dialects.keys import Key
from inkasso_formats.dialects.load import is_name, shipped
from inkasso_formats.dialects.model import CARRIED, FORMS, WORDS
from inkasso_formats.layout_field import DATE_FORMS, TIME_FORMS
from inkasso_formats.problems import FormatError, FormatProblem

_WIDTH = 110
_TOP_NAME = re.compile(r'^name\s*=\s*"([^"]*)"', re.MULTILINE)


def template(dialect_toml_text: str, name: str) -> str:
    """The TOML text of a dialect under another name, with an explanation in comments before it. It loads as it is.

    Raises FormatError (`dialect.definition`) where the name is none, or one of the shipped dialects has it.
    """
    if not is_name(name) or name in shipped():
        rule = (
            "small letters a to z, digits and hyphens between them expected, and no name of a shipped dialect"
        )
        raise FormatError([FormatProblem(code="dialect.definition", field="name", value=name, rule=rule)])
    old = _TOP_NAME.search(dialect_toml_text)
    copy = _TOP_NAME.sub(f'name = "{name}"', dialect_toml_text, count=1)
    head = "\n".join(_comments(name, old[1] if old else ""))
    return f"{head}\n\n{copy}"


def schemas_of(dialect_toml_text: str) -> tuple[str, ...]:
    """The names of the schemas that lie beside a dialect's file, each once, in their order."""
    files = tomllib.loads(dialect_toml_text).get("files", {})
    return tuple(dict.fromkeys(table["schema"] for table in files.values() if table.get("schema")))


def _comments(name: str, copied: str) -> Iterator[str]:
    for line in _explanation(name, copied):
        yield f"# {line}".rstrip()


def _explanation(name: str, copied: str) -> Iterator[str]:
    yield f"The dialect {name}: how one agency writes its files. It began as a copy of {copied}, which stands below."
    yield "Change what differs in the specification that you have from the agency, and delete what it does not have."
    yield "All mistakes are told at once, each with its path and line:  inkassod layout check THIS-FILE [FILE-OF-THE-AGENCY]"
    yield "Positions, cells, lines and fields count from 1.  (*) must be there."
    for title, table in _KEYS.items():
        yield from _section(
            title, {f"{key}{_mark(meaning)}": _limited(meaning) for key, meaning in table.items()}
        )
    for title, words in _CHOICES.items():
        yield from _section(title, words)
    yield from _section('type = "date": form (YYYYMMDD where nothing is said)', {", ".join(DATE_FORMS): ""})
    yield from _section('type = "time": form (HHMMSS where nothing is said)', {", ".join(TIME_FORMS): ""})
    yield from _section("Names of fields in any record: what the file says of itself", meanings.HEAD)
    for kind, fields in meanings.FIELDS.items():
        named = {f"{name}{' (*)' * (name in CARRIED[kind])}": meaning for name, meaning in fields.items()}
        yield from _section(
            f"Names of fields in the item of {kind}, in its groups and in what is within it", named
        )
    yield from _section(
        "Names of fields in a row (new_cases), beside those that its item or a group around it has",
        meanings.ROW,
    )
    words = {f"{field} of {kind}": ", ".join(words) for (kind, field), words in WORDS.items()}
    yield from _section("Words of the code tables", words)


_KEYS: Mapping[str, Mapping[str, Key]] = {
    "Keys of the whole file": keys.DIALECT_KEYS,
    "[provenance]": keys.PROVENANCE_KEYS,
    "[codes.NAME]": keys.CODES_KEYS,
    "[codes.NAME] rows": keys.CODE_KEYS,
    "[files.KIND]: new_cases and corrections go to the agency; receipts, updates and closures come from it": keys.FILE_KEYS,
    "[[files.KIND.records]]": keys.RECORD_KEYS,
    "[[files.KIND.records]] fields": keys.FIELD_KEYS,
}
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "each": {str(word): meaning for word, meaning in meanings.EACH.items()},
    "type": {str(word): meaning for word, meaning in meanings.TYPES.items()},
    "sign (none where nothing is said)": {str(word): meaning for word, meaning in meanings.SIGNS.items()},
    "decimals (implied where nothing is said)": {
        str(word): meaning for word, meaning in meanings.DECIMALS.items()
    },
    "fill": meanings.FILLS,
    "misfit": {str(word): meaning for word, meaning in meanings.MISFITS.items()},
}


def _mark(key: Key) -> str:
    return " (*)" if key.required else ""


def _limited(key: Key) -> str:
    return key.meaning if key.forms == FORMS else f"{key.meaning} ({' and '.join(key.forms)} only)"


def _section(title: str, words: Mapping[str, str]) -> Iterator[str]:
    """A heading, and what each word means, in two columns."""
    yield ""
    yield f"== {title}"
    width = max(map(len, words)) + 2 if any(words.values()) else 0
    for word, meaning in words.items():
        yield from textwrap.wrap(
            f"{word:{width}}{meaning}", _WIDTH, initial_indent="  ", subsequent_indent=" " * (width + 2)
        )
