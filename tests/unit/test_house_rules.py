"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [ROOT / "daemon" / "inkassod", ROOT / "formats" / "inkasso_formats"]
MODULES = sorted(
    path for package in PACKAGES for path in package.rglob("*.py") if "migrations" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def _functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_states_its_rule(path):
    """A test without a sentence on the rule that it holds is not read."""
    silent = [
        node.name
        for node in _functions(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_check_of_the_code_vanishes_with_python_minus_o(path):
    """The packages hold no assert: under -O it would check nothing."""
    found = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_functions_stay_short_enough_to_read(path):
    """No function is longer than 60 lines, its signature and docstring included."""
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in _functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > 60
    }
    assert long == {}


FOLDERS = ("", "daemon/inkassod", "formats/inkasso_formats", "formats/inkasso_formats/dialects")


def test_every_folder_of_the_architecture_is_there():
    """ARCHITECTURE.md names no folder or module that is gone."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = re.findall(r"^\| `([a-z_./]+?)`(?:, `([a-z_./]+)`)* \|", text, flags=re.MULTILINE)
    names = {name for group in folders for name in group if name}
    missing = [
        name for name in sorted(names) if not any((ROOT / folder / name).exists() for folder in FOLDERS)
    ]
    assert missing == []


def test_every_module_beside_the_packages_stands_in_the_architecture():
    """A module of the daemon that ARCHITECTURE.md does not name is one that a newcomer does not find."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    small = {"__init__.py", "__main__.py", "clock.py", "log.py", "notify.py"}
    unnamed = [
        path.name
        for path in (ROOT / "daemon" / "inkassod").glob("*.py")
        if path.name not in small and f"`{path.name}`" not in text
    ]
    assert unnamed == []


def test_decisions_are_dated():
    """Each decision carries the day on which it was taken."""
    heads = re.findall(
        r"^## (.*)$", (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert heads
    assert [head for head in heads if not re.match(r"\d{4}-\d{2}-\d{2} ", head)] == []
