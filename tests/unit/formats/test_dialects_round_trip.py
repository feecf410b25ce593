from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.dialects import FILE_KINDS, FileKind, OutHead, Parsed, parse, render
from inkasso_formats.dialects.model import FOLLOWERS, RECORD_TYPES, TRANSLATED, WORDS, Follows
from inkasso_formats.layout_cells import Field
from inkasso_formats.problems import FormatError
from inkasso_formats.text import fit
from support.dialect_files import DIALECT, GOOD, HEAD, content_of, file_of, lines_of

LETTERS = st.characters(codec="iso-8859-1", exclude_categories=("Cc", "Cf"))
HEADS = st.builds(
    OutHead,
    client_number=st.text("0123456789ABCabc", min_size=1, max_size=10),
    sequence_no=st.integers(1, 999999),
    created=st.datetimes().map(lambda at: at.replace(microsecond=0, tzinfo=UTC)),
)


def fitting(kind: FileKind, place: Field) -> st.SearchStrategy[Any]:
    """Values that the field takes as they are."""
    least = 1 if place.required else 0
    if place.name in TRANSLATED and (kind, place.name) in WORDS:
        words = WORDS[kind, place.name]
        return st.booleans() if place.name == "accepted" else st.sampled_from(words)
    if place.name in DIALECT.files[kind].codes:
        known = sorted(DIALECT.files[kind].codes[place.name].codes)
        return st.sampled_from([*known, "Q7", *([] if place.required else [""])])
    if place.type == "amount":
        most = 10 ** (place.length - (place.sign == "leading")) - 1
        return st.integers(-most if place.sign == "leading" else least, most)
    if place.type == "date":
        return st.dates() if place.required else st.none() | st.dates()
    if place.type == "reference":
        return st.text("0123456789-", max_size=place.length)
    texts = st.text(LETTERS, max_size=place.length).map(lambda text: text.strip(" "))
    return texts.filter(lambda text: len(text) >= least)


@st.composite
def records(draw: st.DrawFn, kind: FileKind, line: int) -> Any:
    """A record as reading it gives it: a reason follows its code, and a text is blank only where the table has none."""
    layout = DIALECT.files[kind]
    values = {
        place.name: draw(fitting(kind, place))
        for place in layout.detail.fields
        if place.type not in {"constant", "filler"}
    }
    for name, table in layout.codes.items():
        follows = FOLLOWERS.get((kind, name), Follows())
        if follows.word:
            values[follows.word] = table.word_for(values[name])
        if follows.text and not values[follows.text] and values[name] in table.codes:
            values[follows.text] = table.codes[values[name]].text
    if "line" in RECORD_TYPES[kind].__dataclass_fields__:
        values["line"] = line
    return RECORD_TYPES[kind](**values)


@pytest.mark.parametrize("kind", FILE_KINDS)
@given(data=st.data(), head=HEADS, count=st.integers(0, 3))
def test_what_is_written_is_read_again(
    kind: FileKind, data: st.DataObject, head: OutHead, count: int
) -> None:
    """For all five kinds: parse(render(x)) is x, with nothing to tell but codes that the tables lack."""
    written = [data.draw(records(kind, index + 2)) for index in range(count)]
    rendered = render(DIALECT, kind, head, written)
    parsed = parse(DIALECT, kind, rendered.content)
    assert parsed.records == written
    assert rendered.notes == ()
    assert {problem.code for problem in parsed.problems} <= {"dialect.code", "dialect.encoding"}
    assert all(problem.warning for problem in parsed.problems)
    assert (parsed.head.client_number, parsed.head.sequence_no, parsed.head.created) == (
        head.client_number,
        head.sequence_no,
        head.created.date(),
    )
    assert (parsed.count, parsed.total, parsed.refused) == (rendered.count, rendered.total, 0)


TEXTS = {
    kind: [name for name, misfit in DIALECT.files[kind].misfit.items() if misfit == "cut"]
    for kind in FILE_KINDS
}


@pytest.mark.parametrize("kind", [kind for kind in FILE_KINDS if TEXTS[kind]])
@given(data=st.data())
def test_whatever_the_texts_are_the_lines_have_their_length(kind: FileKind, data: st.DataObject) -> None:
    """Texts that do not fit never move another field, are read as they were fitted, and each change is named."""
    layout = DIALECT.files[kind]
    changes = {name: data.draw(st.text(max_size=120).map("x".__add__)) for name in TEXTS[kind]}
    rendered = render(DIALECT, kind, HEAD, [replace(GOOD[kind], **changes)])
    assert {len(line) for line in lines_of(rendered.content)} == {layout.length}
    fitted = {
        name: fit(text, DIALECT.encoding, layout.detail.field(name).length) for name, text in changes.items()
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


@pytest.mark.parametrize("kind", FILE_KINDS)
@given(content=st.binary(max_size=400), where=st.integers(0, 600))
def test_no_bytes_break_the_reader(kind: FileKind, content: bytes, where: int) -> None:
    """Whatever stands in a file, it is read or refused with problems; nothing else is raised."""
    good = file_of(kind)
    joined, over = (
        good[:where] + content + good[where:],
        good[:where] + content + good[where + len(content) :],
    )
    for broken in (content, joined, over):
        outcome = read_or_refused(kind, broken)
        if isinstance(outcome, FormatError):
            assert outcome.problems
        else:
            assert outcome.count == len(outcome.records) + outcome.refused


def read_or_refused(kind: FileKind, content: bytes) -> Parsed | FormatError:
    """What reading gives, or what it raises."""
    try:
        return parse(DIALECT, kind, content)
    except FormatError as error:
        return error
