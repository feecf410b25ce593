"""Every code that the source can give, found in its syntax trees, for the test that holds the catalogue to it.

Codes that stand as they are: string constants `family.word` whose family is used somewhere in a `code=` argument, in the place
of a parameter `code`, for a variable `code`, or first in an error (SpoolError, TransportError). Families are found, not
listed, so a new one is met too.
Codes that are put together (`f"feed.{...}"`): DYNAMIC says for each such beginning which words can follow, from the
declarations that the words come from; a beginning that is not in it fails the test.
Codes of one word: what cli/errors.py hands to its Failure.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from inkasso_formats.feed.columns import Kind
from inkasso_formats.layout_cells import type_names
from inkasso_formats.tolerance import SWITCHES
from inkassod.core.feed import PARENTS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (ROOT / "daemon" / "inkassod", ROOT / "formats" / "inkasso_formats")
_CODE = re.compile(r"[a-z][a-z_0-9]*\.[a-z][a-z_0-9]*")
_ERRORS = {"SpoolError", "TransportError"}


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module of the two packages but the migrations."""
    return tuple(
        (path, ast.parse(path.read_text(encoding="utf-8")))
        for package in PACKAGES
        for path in sorted(package.rglob("*.py"))
        if "migrations" not in path.parts
    )


def reasons(module: str, *callees: str) -> set[str]:
    """The codes of the reasons that a module of the core gives: of `Reason(...)`, and behind the first argument of `callees`."""
    tree = ast.parse((PACKAGES[0] / "core" / module).read_text(encoding="utf-8"))
    calls = list(_calls(tree))
    given = [call.args[0] for call in calls if _name(call) == "Reason" and call.args]
    given += [call.args[1] for call in calls if _name(call) in callees and len(call.args) > 1]
    return set(_texts(given))


def dynamic() -> Mapping[str, set[str]]:
    """The beginnings of codes that are put together, each with the words that can follow."""
    return {
        "feed.": {str(kind) for kind in Kind},
        "feed.unknown_": {what for _, what in PARENTS.values()},
        "layout.": set(type_names) - {"filler"},  # a filler is passed over, so nothing can be wrong with it
        "handover.": reasons("handover.py"),
        "payment.": reasons("payments.py"),
        "tolerance.": set(SWITCHES),
    }


@cache
def _nodes() -> tuple[ast.AST, ...]:
    return tuple(node for _, tree in trees() for node in ast.walk(tree))


@cache
def codes_of_source() -> frozenset[str]:
    """Every code that the packages can give."""
    nodes = _nodes()
    parts = {id(value) for node in nodes if isinstance(node, ast.JoinedStr) for value in node.values}
    texts = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts
    }
    families = _families(nodes)
    found = {text for text in texts if _CODE.fullmatch(text) and text.partition(".")[0] in families}
    found |= {f"{start}{word}" for start, words in dynamic().items() for word in words}
    return frozenset(found | codes_of_commands())


def dynamic_starts_of_source() -> set[str]:
    """How the codes begin that are put together in the source."""
    nodes = _nodes()
    families = _families(nodes)
    starts = {
        str(node.values[0].value)
        for node in nodes
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant)
    }
    return {
        start
        for start in starts
        if re.fullmatch(r"[a-z_]+\.[a-z_]*", start) and start.partition(".")[0] in families
    }


def codes_of_commands() -> set[str]:
    """What cli/errors.py hands to its Failure as the code, and what it looks up in its table of codes."""
    tree = ast.parse((PACKAGES[0] / "cli" / "errors.py").read_text(encoding="utf-8"))
    given = [call.args[1] for call in _calls(tree) if _name(call) == "Failure" and len(call.args) > 1]
    tables = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and _target(node) == "codes"
    ]
    looked_up = [value for table in tables for value in table.values]
    return set(_texts([*given, *looked_up]))


def events_of_log() -> set[str]:
    """The first argument of every call of `_log`: the events that the daemon's log can hold."""
    return {
        text
        for path, tree in trees()
        if "simulator" not in path.parts
        for call in _calls(tree)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "_log"
        for text in _texts(call.args[:1])
    }


def _families(nodes: Sequence[ast.AST]) -> set[str]:
    """The words before the point of what is given as a code anywhere."""
    places = _places_of_codes(nodes)
    given: list[ast.expr] = []
    for node in nodes:
        if isinstance(node, ast.Assign) and _target(node) == "code":
            given.append(node.value)
        elif isinstance(node, ast.Call):
            given += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            given += [node.args[at] for at in places.get(_name(node), ()) if at < len(node.args)]
    starts = [value.values[0] for value in given if isinstance(value, ast.JoinedStr)]
    return {text.partition(".")[0] for text in _texts([*given, *starts]) if "." in text}


def _places_of_codes(nodes: Iterable[ast.AST]) -> Mapping[str, set[int]]:
    """At which place each function takes its `code`; the errors take it first."""
    places: dict[str, set[int]] = {name: {0} for name in _ERRORS}
    for node in nodes:
        names = [one.arg for one in node.args.args] if isinstance(node, ast.FunctionDef) else []
        if isinstance(node, ast.FunctionDef) and "code" in names:
            places.setdefault(node.name, set()).add(names.index("code") - (names[0] == "self"))
    return places


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _target(node: ast.Assign) -> str:
    return getattr(node.targets[0], "id", "")


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    """The texts that stand in expressions as they are, both branches of a choice."""
    for node in nodes:
        if isinstance(node, ast.IfExp):
            yield from _texts([node.body, node.orelse])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
