"""Finds a key's place in the models, and says in words what may stand there."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from inkassod.settings.model import Document
from inkassod.settings.problems import listed
from inkassod.settings.rule import Rule

Keys = tuple[str | int, ...]


def table_at(keys: Keys) -> type[BaseModel] | None:
    """The model of the table that these keys lead to; within a transport its kind is one of the keys."""
    found = _at(keys)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def form_of(keys: Keys) -> str:
    """What may stand at these keys, as `1 to 65535` or `"auto", "json" or "text"`."""
    return form(_at(keys))


def field_form(field: FieldInfo) -> str:
    """What may stand in one field."""
    return form(_annotated(field))


def form(annotation: Any) -> str:
    """What a value of the annotated type looks like in TOML."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        rule = next((item for item in arguments[1:] if isinstance(item, Rule)), None)
        return rule.form if rule else form(arguments[0])
    if origin is Literal:
        return listed(arguments)
    if origin is tuple:
        return f"a list of: {form(arguments[0])}"
    if origin in {Union, UnionType} and type(None) in arguments:
        return form(arguments[0])
    return "a table"


def _at(keys: Keys) -> Any:
    place: Any = Document
    for key in keys:
        place = _inside(place, key)
    return place


def _inside(place: Any, key: str | int) -> Any:
    """What lies one key further in; None where no such key is known."""
    if get_origin(place) is Annotated:
        place = get_args(place)[0]
    arguments = get_args(place)
    if isinstance(place, type) and issubclass(place, BaseModel):
        field = place.model_fields.get(str(key))
        return _annotated(field) if field else None
    if get_origin(place) is dict:
        return arguments[1]
    if get_origin(place) is tuple:
        return arguments[0]
    kinds = {_kind(model): model for model in arguments if isinstance(model, type)}
    return Literal[tuple(kinds)] if key == "kind" else kinds.get(str(key))


def _kind(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["kind"].annotation)[0])


def _annotated(field: FieldInfo) -> Any:
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
