from __future__ import annotations

import dataclasses
import re

import pytest

from inkasso_formats.dialects import keys as known
from inkasso_formats.dialects import load_text, schemas_of, shipped, template
from inkasso_formats.dialects.load import beside, text_of
from inkasso_formats.dialects.meanings import DECIMALS, EACH, FIELDS, FILLS, HEAD, MISFITS, ROW, SIGNS, TYPES
from inkasso_formats.dialects.model import EACH as EVERY_EACH
from inkasso_formats.dialects.model import HEAD_FIELDS, RECORD_TYPES
from inkasso_formats.dialects.model import MISFITS as EVERY_MISFIT
from inkasso_formats.layout_field import DATE_FORMS, TIME_FORMS, Field, type_names
from inkasso_formats.layout_field import DECIMALS as EVERY_DECIMALS
from inkasso_formats.layout_field import FILLS as EVERY_FILL
from inkasso_formats.layout_field import SIGNS as EVERY_SIGN
from inkasso_formats.problems import FormatError
from inkasso_formats.records import InvoiceRow
from support.dialect_texts import TEXTS, XML, changed


def head_of(text: str) -> str:
    """The comments at the head of a new dialect."""
    return text.split("\n\n", 1)[0]


@pytest.mark.parametrize("name", shipped())
def test_a_new_dialect_is_a_copy_under_its_own_name(name: str) -> None:
    """It loads as it is, and says the same of every file."""
    text = template(text_of(name), "mine")
    copy, original = load_text(text, "mine.toml", beside), load_text(text_of(name), f"{name}.toml", beside)
    assert copy == dataclasses.replace(original, name="mine", source="mine.toml")
    assert text.endswith(text_of(name).split("\n\n", 1)[1])


@pytest.mark.parametrize("name", TEXTS)
def test_every_form_of_dialect_can_be_copied(name: str) -> None:
    """The explanation is in comments, whatever follows it."""
    text = template(TEXTS[name], "mine")
    assert load_text(text, "mine.toml").name == "mine"
    head = head_of(text).splitlines()
    assert all(line.startswith("#") and len(line) <= 118 for line in head)
    assert f"It began as a copy of {load_text(TEXTS[name], 'x').name}" in head[0]


def test_every_key_and_every_choice_is_explained() -> None:
    """An operator needs no other document to write a dialect."""
    head = head_of(template(TEXTS["small"], "mine"))
    words = {line[4:].split("  ")[0].removesuffix(" (*)").strip() for line in head.splitlines()}
    tables = [known.DIALECT_KEYS, known.PROVENANCE_KEYS, known.CODES_KEYS, known.CODE_KEYS, known.FILE_KEYS]
    tables += [known.RECORD_KEYS, known.FIELD_KEYS]
    assert {key for table in tables for key in table} <= words
    assert {*TYPES, *SIGNS, *DECIMALS, *FILLS, *MISFITS, *EACH, *HEAD, *ROW} <= words
    assert {name for fields in FIELDS.values() for name in fields} <= words
    for form in (*DATE_FORMS, *TIME_FORMS):
        assert re.search(rf"\b{re.escape(form)}(,|$)", head, re.MULTILINE), form
    assert "the total of the file" in head
    assert "closures:     paid_in_full" not in head
    assert re.search(r"reason_code of closures +paid_in_full, paid_partly", head)


def test_what_is_explained_is_all_that_there_is() -> None:
    """A new key, type or field must be explained before it can be used."""
    assert set(TYPES) == set(type_names)
    assert set(SIGNS) == set(EVERY_SIGN)
    assert set(DECIMALS) == set(EVERY_DECIMALS)
    assert set(FILLS) == {fill for fill in EVERY_FILL if fill}
    assert set(MISFITS) == set(EVERY_MISFIT)
    assert set(EACH) == set(EVERY_EACH)
    assert set(HEAD) == set(HEAD_FIELDS)
    assert set(ROW) == {field.name for field in dataclasses.fields(InvoiceRow)}
    for kind, record in RECORD_TYPES.items():
        assert list(FIELDS[kind]) == [
            field.name for field in dataclasses.fields(record) if field.name not in {"line", "rows"}
        ]
    assert set(known.FIELD_KEYS) == {field.name for field in dataclasses.fields(Field)} | {
        "codes",
        "misfit",
        "at",
    }


@pytest.mark.parametrize("name", ["Mine", "", "my dialect", "-mine", "intrum-no", 'x"\ny = "'])
def test_a_name_that_cannot_be_used_is_refused(name: str) -> None:
    """Settings and commands call a dialect by its name, and a shipped one keeps its own."""
    with pytest.raises(FormatError) as caught:
        template(TEXTS["small"], name)
    assert [problem.message for problem in caught.value.problems] == [
        (
            f"field name: {name!r}: small letters a to z, digits and hyphens between them expected, "
            "and no name of a shipped dialect"
        )
    ]


def test_the_schemas_of_a_dialect_are_known_by_their_names() -> None:
    """Whoever copies a dialect copies them too."""
    assert schemas_of(TEXTS["small"]) == ()
    assert schemas_of(changed(XML, ('root = "Updates"', 'root = "Updates"\nschema = "updates.xsd"'))) == (
        "updates.xsd",
    )
