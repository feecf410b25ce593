from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.dialects import load, shipped
from inkasso_formats.dialects.toml import Checker, unknown
from inkasso_formats.dialects.toml_lines import Path, lines_of

TRICKY = '''\
# [not.a.table]
title = "a # no comment, a [ and a \\" quote"   # a comment with = and [
"quoted key" = 'a \\ in it'
a.b . c = 1
day = 1979-05-27 07:32:00Z
many = """
x = 1
[y]
""" # after
raw = \'\'\'
z = "\'\'\'
list = [
  1, # one
  [2, "3]", { deep = [true, { x = 1 }] }],

  "four",
]

[table]   # here
inline = { one = 1, two.three = "}", four = [ ] }
[table."sub table"]
x = -1.5e3
[[rows]]
n = 1
[rows.inner]
m = 1
[[rows]]
n = 2
  [[rows.below]]
  k = "v"
  [[rows.below]]
  k = "w"
'''
PLACES: dict[Path, int] = {
    ("title",): 2,
    ("quoted key",): 3,
    ("a", "b", "c"): 4,
    ("many",): 6,
    ("raw",): 10,
    ("list", 1): 14,
    ("list", 1, 2, "deep", 1, "x"): 14,
    ("list", 2): 16,
    ("table",): 19,
    ("table", "inline", "two", "three"): 20,
    ("table", "sub table", "x"): 22,
    ("rows", 0): 23,
    ("rows", 0, "inner", "m"): 26,
    ("rows", 1, "n"): 28,
    ("rows", 1, "below", 1, "k"): 32,
}


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of every value of a document."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


def text_of(name: str) -> str:
    """The TOML text of a shipped dialect."""
    return resources.files("inkasso_formats.dialects").joinpath(f"{name}.toml").read_text("utf-8")


@pytest.mark.parametrize("name", shipped())
def test_the_line_of_every_value_of_a_shipped_dialect_is_known(name: str) -> None:
    """Whoever mends a dialect is told the line; no value is without one, and none is made up."""
    text = text_of(name)
    assert set(lines_of(text)) == set(paths(tomllib.loads(text)))


@pytest.mark.parametrize("name", shipped())
def test_the_line_of_every_field_of_a_shipped_dialect_is_right(name: str) -> None:
    """The line that is told for a record or a field is the one in which its name stands."""
    text = text_of(name)
    lines, data = lines_of(text), tomllib.loads(text)
    said = text.splitlines()
    seen = 0
    for kind, layout in load(name).files.items():
        assert said[lines["files", kind] - 1] == f"[files.{kind}]"
        for number, part in enumerate(layout.parts):
            records: Path = ("files", kind, "records", number)
            assert said[lines[records] - 1] == f"[[files.{kind}.records]]"
            assert said[lines[*records, "name"] - 1] == f'name = "{part.name}"'
            for place, field in enumerate(part.record.fields):
                path: Path = (*records, "fields", place, "name")
                row = data["files"][kind]["records"][number]["fields"][place]
                assert row["name"] == field.name
                assert f'name = "{field.name}"' in said[lines[path] - 1]
                assert lines[path[:-1]] == lines[path]
                seen += 1
    assert seen > 10


def test_lines_are_found_in_whatever_toml_allows() -> None:
    """Comments, quotes, several lines in one text, dotted keys, lists of lists, tables in tables."""
    lines = lines_of(TRICKY)
    assert set(lines) == set(paths(tomllib.loads(TRICKY)))
    assert {path: lines[path] for path in PLACES} == PLACES


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
VALUES = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), TEXTS),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=3), max_size=3))
def test_every_path_has_its_line_whatever_the_values_are(document: dict[str, dict[str, object]]) -> None:
    """A key stands in a line of its own, and quotes and brackets in texts do not mislead."""
    rows: list[str] = []
    expected: dict[Path, int] = {}
    for table, pairs in document.items():
        rows.append(f"[{json.dumps(table, ensure_ascii=False)}]")
        expected[table,] = len(rows)
        for key, value in pairs.items():
            rows.append(f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}")
            expected[table, key] = len(rows)
    text = "\n".join(rows)
    lines = lines_of(text)
    assert set(lines) == set(paths(tomllib.loads(text)))
    assert {path: lines[path] for path in expected} == expected


def test_a_value_that_is_missing_has_the_line_of_its_table() -> None:
    """The place where it should stand is as near as can be told."""
    text = 'a = 1\n[files.x]\n\n[[files.x.records]]\nname = "one"\nfields = [\n  { name = "n" },\n  { length = 2 },\n]\n'
    check = Checker(tomllib.loads(text), text)
    assert check.line(("files", "x", "records", 0, "fields", 1, "name")) == 8
    assert check.line(("files", "x", "records", 0, "each")) == 4
    assert check.line(("files", "x", "match")) == 2
    assert check.line(("title",)) is None


def test_tables_of_a_list_are_called_by_their_names() -> None:
    """A path reads as people say it; where two have one name, or none, by their number from 1."""
    fields = [{"name": "n"}, {"name": "rest"}, {"name": "rest"}, {}]
    check = Checker(
        {
            "files": {"x": {"records": [{"name": "one", "fields": fields}, {}]}},
            "codes": {"c": {"rows": [{"code": "1"}]}},
        },
        "",
    )
    one: Path = ("files", "x", "records", 0)
    assert check.shown((*one, "fields", 0, "length")) == "files.x.records.one.n.length"
    assert check.shown((*one, "fields", 2)) == "files.x.records.one[3]"
    assert check.shown((*one, "fields", 3, "name")) == "files.x.records.one[4].name"
    assert check.shown((*one, "fields")) == "files.x.records.one.fields"
    assert check.shown(("files", "x", "records", 1, "name")) == "files.x.records[2].name"
    assert check.shown(("codes", "c", "rows", 0, "word")) == "codes.c.1.word"


def test_what_is_nearest_to_an_unknown_name_is_told() -> None:
    """A slip of the finger is found at once; a name far from all has no nearest."""
    known = ("principal", "currency", "customer_no")
    assert unknown("field", "custmer_no", known) == (
        "unknown field, customer_no is nearest: one of principal, currency, customer_no expected"
    )
    assert unknown("field", "x", known) == "unknown field: one of principal, currency, customer_no expected"
    assert unknown("field", "x", ("y",)) == "unknown field: y expected"
    assert unknown("field", "x", ()) == "unknown field: there are none"
