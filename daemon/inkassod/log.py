"""The daemon's log: one line for each event, on standard error, fit for a journal that others read.

No line holds an identity number or a bank account's eleven digits, and no text from a file, a server or an exception
can begin a line of its own. What must never be lost stands in the job log of the database; this is for operation.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor

# C0 and C1 controls; marks, embeddings and isolates of direction; line and paragraph ends; surrogates (undecodable bytes).
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\s*[\r\n]\s*")
# A digest is kept whole; it would hold eleven digits in a row now and then.
_NUMBERS = re.compile(
    r"""
    (?P<kept> \b[0-9a-f]{64}\b )
    | (?<!\d) (?:
        \d{6} [ -]? \d{5}                                       # Norwegian birth number or D number, bank account
      | \d{4} [ .] \d{2} [ .] \d{5}                             # bank account as it is printed
      | (?:19\d\d|20[01]\d|\d\d) (?:0[1-9]|1[0-2]) (?:[06][1-9]|[1278]\d|3[01]|9[01]) [-+]? \d{4}   # Swedish, coordination +60
      | (?:0[1-9]|[12]\d|3[01]) (?:0[1-9]|1[0-2]) \d\d [-+A-FU-Ya-fu-y] \d{3} [0-9A-Ya-y] (?![A-Za-z])  # Finnish
    ) (?!\d)
    """,
    re.VERBOSE,
)
_MASK = "***"
_SHORTEST = (
    10**10
)  # whole numbers below are counts and amounts: an identity number with a zero in front is a text
_FIRST = ("timestamp", "level", "event", "run", "file", "agreement")


def configure(mode: str, *, warnings_only: bool = False) -> None:
    """Send all logging of this process to standard error; `mode` is json, text, or auto: text on a terminal only.

    May be called again. Other libraries (paramiko, alembic, watchdog) are heard from WARNING on. `warnings_only` is for
    a command that a person gave: it tells itself what it did and over what it failed, so neither is logged too.
    """
    as_text = mode == "text" or (mode == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,  # before masking: exceptions carry data too
                _masked,
                _text_line if as_text else _json_line,
            ],
        )
    )
    if warnings_only:
        handler.addFilter(lambda record: record.levelno == logging.WARNING)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("inkassod").setLevel(logging.INFO)


@contextmanager
def bind(*, run: int | None = None, file: str | None = None, agreement: str | None = None) -> Iterator[None]:
    """Put these on every line that the block logs; what was bound before holds again after it.

    A new thread starts with nothing bound: bind within it.
    """
    given = {"run": run, "file": file, "agreement": agreement}
    with bound_contextvars(**{name: value for name, value in given.items() if value is not None}):
        yield


def harmless(text: str) -> str:
    """The text, each control character in it shown as one mark: nothing can move a terminal's cursor or break a line."""
    return _HARMFUL.sub("\ufffd", text)


def clean(text: str) -> str:
    """The text on one line, without control characters, and with identity and account numbers masked."""
    one_line = harmless(_LINE_ENDS.sub(" | ", text.strip()).replace("\t", " "))
    return _NUMBERS.sub(lambda match: match["kept"] or _MASK, one_line)


def _masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {clean(name): _clean_value(value) for name, value in event.items()}


def _clean_value(value: Any) -> Any:
    """The same value made of cleaned parts; containers are rebuilt, since they belong to the caller."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < _SHORTEST:
        return value
    if isinstance(value, Mapping):
        return {clean(str(name)): _clean_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean_value(inner) for inner in value]
    text = clean(str(value))
    return value if isinstance(value, int) and text == str(value) else text


def _ordered(event: EventDict) -> dict[str, Any]:
    first = {name: event[name] for name in _FIRST if name in event}
    return first | {name: value for name, value in event.items() if name not in first}


def _json_line(_logger: Any, _method: str, event: EventDict) -> str:
    return json.dumps(_ordered(event), ensure_ascii=False)


def _text_line(_logger: Any, _method: str, event: EventDict) -> str:
    fields = _ordered(event)
    head = [str(fields.pop(name, "")) for name in ("timestamp", "level", "event")]
    told = [
        f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in fields.items()
    ]
    return f"{head[0]} {head[1]:<8} {'  '.join([head[2], *told])}"
