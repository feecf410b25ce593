from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkasso_formats.dialects import FILE_KINDS, FileKind, load, parse, render, shipped
from inkasso_formats.problems import FormatError
from inkasso_formats.text import fit
from support import dialect_any
from support.dialect_files import DIALECT, GOOD, HEAD, content_of, file_of, lines_of
from support.dialect_samples import SAMPLES

DIALECTS = {**{name: load(name) for name in shipped()}, **SAMPLES}
FILES = [(name, kind) for name, dialect in DIALECTS.items() for kind in dialect.files]


def numbered(records: list[Any], lines: tuple[int | None, ...]) -> list[Any]:
    """The records as they are read: some kinds know the line in which they stand."""
    known = records and "line" in records[0].__dataclass_fields__
    return [
        replace(record, line=line) if known else record for record, line in zip(records, lines, strict=True)
    ]


@pytest.mark.parametrize(("name", "kind"), FILES)
@settings(max_examples=60)
@given(data=st.data())
def test_what_is_written_is_read_again(name: str, kind: FileKind, data: st.DataObject) -> None:
    """For every dialect and kind: parse(render(x)) is x, with nothing to tell but codes that the tables lack."""
    dialect = DIALECTS[name]
    head = data.draw(dialect_any.heads(dialect, kind))
    records = data.draw(dialect_any.records(dialect, kind))
    given_out = [dialect_any.given(dialect.files[kind], record) for record in records]
    rendered = render(dialect, kind, head, given_out)
    parsed = parse(dialect, kind, rendered.content)
    assert parsed.records == numbered(records, rendered.lines)
    assert rendered.notes == ()
    assert {problem.code for problem in parsed.problems} <= {"dialect.code", "dialect.encoding"}
    assert all(problem.warning for problem in parsed.problems)
    assert parsed.head == dialect_any.head_of(dialect.files[kind], head, items=bool(records))
    assert (parsed.count, parsed.total, parsed.refused) == (rendered.count, rendered.total, 0)


TEXTS = {
    kind: [name for name, misfit in DIALECT.files[kind].item.misfit.items() if misfit == "cut"]
    for kind in FILE_KINDS
}


@pytest.mark.parametrize("kind", [kind for kind in FILE_KINDS if TEXTS[kind]])
@given(data=st.data())
def test_whatever_the_texts_are_the_lines_have_their_length(kind: FileKind, data: st.DataObject) -> None:
    """Texts that do not fit never move another field, are read as they were fitted, and each change is named."""
    layout = DIALECT.files[kind]
    changes = {name: data.draw(st.text(max_size=120).map("x".__add__)) for name in TEXTS[kind]}
    rendered = render(DIALECT, kind, HEAD, [replace(GOOD[kind], **changes)])
    assert {len(line) for line in lines_of(rendered.content)} == {layout.item.record.length}
    fitted = {
        name: fit(text, DIALECT.encoding, layout.item.record.field(name).length)
        for name, text in changes.items()
    }
    read = {name: text.rstrip(" ") for name, (text, _) in fitted.items()}
    assert parse(DIALECT, kind, rendered.content).records == [replace(GOOD[kind], **read)]
    assert {note.field for note in rendered.notes} == {name for name, (_, notes) in fitted.items() if notes}


@pytest.mark.parametrize("kind", FILE_KINDS)
@given(data=st.data())
def test_a_file_with_a_record_lost_doubled_or_cut_is_never_taken(kind: FileKind, data: st.DataObject) -> None:
    """Count, sums and structure notice any one line that is gone, there twice, or shorter."""
    lines = lines_of(file_of(kind, [GOOD[kind]] * 3))
    at = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(["drop", "double", "cut"]))
    if how == "drop":
        broken = lines[:at] + lines[at + 1 :]
    elif how == "double":
        broken = [*lines[: at + 1], *lines[at:]]
    else:
        broken = [*lines[:at], lines[at][: data.draw(st.integers(0, len(lines[at]) - 1))], *lines[at + 1 :]]
        if at == len(lines) - 1 and not broken[-1]:
            broken = lines[:at]
    with pytest.raises(FormatError):
        parse(DIALECT, kind, content_of(broken))
