from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from inkasso_formats.layout import Record, layout_problems, parse_line
from inkasso_formats.layout_cells import READERS, read, read_free, reads_plainly, write, write_free
from inkasso_formats.layout_columns import Block, parse_block
from inkasso_formats.layout_field import DATE_FORMS, DECIMALS, FILLS, SIGNS, TIME_FORMS, Field, Form, Value
from inkasso_formats.layout_options import read_padded, write_padded
from inkasso_formats.layout_plain import write_plain

TYPES = ("text", "digits", "reference", "number", "amount", "date", "time", "code")
LATIN = st.characters(min_codepoint=0x20, max_codepoint=0xFF, blacklist_categories=["Cc"])
DAYS = st.dates(date(1969, 1, 1), date(2068, 12, 31))
TIMES = st.times().map(lambda time: f"{time:%H%M%S}")
REFUSALS = ("is required and missing", "is required and zero")


@st.composite
def fields(draw: st.DrawFn, form: Form) -> Field:
    """Any field that the checks of a layout let pass, with any of the options that its type may have."""
    kind = draw(st.sampled_from(TYPES))
    forms = {"date": tuple(DATE_FORMS), "time": TIME_FORMS}.get(kind)
    written = draw(st.sampled_from(forms)) if forms else ""
    amount = kind == "amount"
    least = 5 if amount else 1
    length = len(written) or draw(st.integers(least, 12))
    bare = Field(
        name="x",
        start=1,
        length=0 if form == "xml" and draw(st.booleans()) else length,
        type=kind,
        form=written,
        sign=draw(st.sampled_from(SIGNS)) if amount else "none",
        decimals=draw(st.sampled_from(DECIMALS)) if amount else "implied",
        fill=draw(st.sampled_from(FILLS))
        if form == "fixed" and kind in {"digits", "number", "amount", "date"}
        else "",
        without=draw(st.sampled_from(["", "- ", "-"])) if kind in {"text", "reference", "code"} else "",
        values=draw(st.sampled_from([(), ("A",), ("A", "B")])) if kind == "code" else (),
    )
    field = replace(bare, blank=draw(st.sampled_from(["", "", "0", "-", "00", "000000", "0000-00-00"])))
    if draw(st.booleans()):
        field = replace(field, default=write_free(bare, draw(values_of(bare))))
    field = replace(field, required=draw(st.booleans()))
    assume(not layout_problems(Record(name="row", length=length, fields=(field,)), form))
    return field


def values_of(field: Field) -> st.SearchStrategy[Value]:
    """Values that have room in the field, a missing one among them."""
    room = field.length or 12
    if field.type == "amount":
        most = 10 ** (room - (field.decimals != "implied") - (field.sign != "none")) - 1
        return st.integers(-most if field.sign != "none" else 0, most)
    choices: dict[str, st.SearchStrategy[Value]] = {
        "text": st.text(LATIN, max_size=room),
        "digits": st.text("0123456789", max_size=room),
        "reference": st.text("0123456789-", max_size=room),
        "number": st.integers(0, 10**room - 1),
        "date": st.none() | DAYS,
        "time": st.just("") | TIMES,
        "code": st.sampled_from(["", *field.values]) if field.values else st.text("AB10-", max_size=room),
    }
    mine = choices[field.type]
    if field.blank and field.type in {"text", "reference"}:
        return mine | st.just(field.blank)  # what must not be written as a value
    return mine


def meant(field: Field, value: Value, form: Form) -> Value:
    """What a value is when it has been written and read: what the field says of missing values, and of what it leaves out."""
    if isinstance(value, str):
        value = "".join(character for character in value if character not in field.without)
        if field.type == "text" and (form == "fixed" or (not value.strip(" ") and field.default)):
            value = value.rstrip(" ")
        if field.type == "time" and value and "SS" not in field.form:
            value = value[:4] + "00"
        if field.type == "digits" and form == "fixed" and field.fill != "blank" and value:
            value = value.zfill(field.length)
    if value in (None, ""):
        if field.default:
            return read_free(replace(field, blank="", required=False), field.default)
        return {"number": 0, "amount": 0, "date": None}.get(field.type, "")
    return value


@pytest.mark.parametrize("form", ["fixed", "xml"])
@given(data=st.data())
@settings(max_examples=200)
def test_what_a_field_holds_is_read_as_it_was_written(form, data):
    """For every type and every combination of options: read(write(x)) == x, or writing says why it cannot be."""
    field = data.draw(fields(form))
    value = data.draw(values_of(field))
    text = refused = ""
    try:
        text = write(field, value) if form == "fixed" else write_free(field, value)
    except ValueError as error:
        refused = str(error)
    if refused:
        event("refused")
        nothing = f"{field.blank!r} stands for no value in this field"
        assert refused in ((nothing, *REFUSALS) if field.required else (nothing,))
        return
    assert form != "fixed" or len(text) == field.length
    again = read(field, text) if form == "fixed" else read_free(field, text)
    assert again == meant(field, value, form)


RAW = st.text(" 0019-.,:A\xa0²", min_size=12, max_size=12)


@given(st.data())
@settings(max_examples=200)
def test_what_is_read_from_any_text_can_be_written_and_is_read_again(data):
    """Whatever stands in a field, with any options, gives a value that lasts or a ValueError, and never another error."""
    for form in ("fixed", "separated"):
        field = data.draw(fields(form))
        raw = data.draw(RAW)[: field.length]
        reader = read if form == "fixed" else read_free
        if (found := value_or_nothing(reader, field, raw)) is None:
            continue
        value = found[0]
        if field.without or (field.type == "time" and "SS" not in field.form):
            continue
        writer = write if form == "fixed" else write_free
        if text := text_or_nothing(writer, field, value):
            assert reader(field, text) == value
        else:  # the empty text of no value; or "00" was read as 0, where "0" stands for no value and another is the default
            assert value in ("", 0, None)


@given(st.data())
@settings(max_examples=200)
def test_the_quick_way_does_what_the_full_way_does(data):
    """A field that says no more than its type and form is read and written alike by both."""
    field = replace(data.draw(fields("fixed")), blank="", default="", without="", decimals="implied", fill="")
    field = replace(field, sign="none" if field.sign == "trailing" else field.sign)
    assert reads_plainly(field)
    raw = data.draw(RAW | values_of(field).map(lambda value: text_or_nothing(write_plain, field, value)))
    raw = raw[: field.length].ljust(field.length)
    assert value_or_nothing(READERS[field.type], field, raw) == value_or_nothing(read_padded, field, raw)
    value = data.draw(values_of(field))
    assert text_or_nothing(write_plain, field, value) == text_or_nothing(write_padded, field, value)


def value_or_nothing(reader, field: Field, raw: str) -> tuple[Value] | None:
    """The value, in a tuple so that it is never like the nothing of a refusal."""
    try:
        return (reader(field, raw),)
    except ValueError:
        return None


def text_or_nothing(writer, field: Field, value: Value) -> str:
    """The text, which is never empty, or the empty one of a refusal."""
    try:
        return writer(field, value)
    except ValueError:
        return ""


@given(st.data())
@settings(max_examples=200)
def test_a_block_of_any_fields_gives_what_its_lines_give(data):
    """No option takes a quick way that is not its own, whether the lines are good or not and the value wanted or not."""
    field = data.draw(fields("fixed"))
    record = Record(name="row", length=field.length, fields=(field,))
    texts = values_of(field).map(lambda value: text_or_nothing(write, field, value)).filter(bool)
    lines = data.draw(
        st.lists(
            st.one_of(texts, texts, texts, RAW.map(lambda raw: raw[: field.length])), min_size=1, max_size=4
        )
    )
    lines = [line for line in lines if len(line) == field.length]
    assume(lines)
    content = "".join(f"{line}\n" for line in lines).encode("iso-8859-1")
    block = Block(content, 0, field.length + 1, len(lines))
    each = [parse_line(record, line, number) for number, line in enumerate(lines, 1)]
    good = not any(problems for _, problems in each)
    event("good" if good else "refused")
    expected = [values["x"] for values, _ in each]
    found = parse_block(record, block, ["x"])
    assert (None if found is None else list(found["x"])) == (expected if good else None)
    assert parse_block(record, block, []) == ({} if good else None)
