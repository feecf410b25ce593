"""How one kind of value is read, refused and shown; `values.py` makes the kinds of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of value is read and shown; `read` raises ValueError for what it refuses."""

    what: str
    form: str
    read: Callable[[Any], Any]
    show: Callable[[Any], Any] = _same

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        shown = core_schema.plain_serializer_function_ser_schema(self.show)
        return core_schema.no_info_plain_validator_function(self._check, serialization=shown)

    def _check(self, value: Any) -> Any:
        try:
            return self.read(value)
        except ValueError as error:
            raise PydanticCustomError("rule", "{what}", {"what": self.what, "form": self.form}) from error


def whole(what: str, low: int, high: int) -> Rule:
    """A whole number from `low` to `high`."""

    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError
        return value

    return Rule(what, f"{low} to {high}", read)


def one_line(value: Any, longest: int = 200) -> str:
    """The text itself; raises ValueError unless it holds something, on one line, and no blanks around it."""
    if not isinstance(value, str) or _CONTROL.search(value) or not 0 < len(value) <= longest:
        raise ValueError
    if value != value.strip():
        raise ValueError
    return value


def matching(what: str, form: str, pattern: str) -> Rule:
    """A text that the pattern matches as a whole."""

    def read(value: Any) -> str:
        if re.fullmatch(pattern, one_line(value)) is None:
            raise ValueError
        return str(value)

    return Rule(what, form, read)
