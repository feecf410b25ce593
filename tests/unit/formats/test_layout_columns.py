from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.layout import Record, fields_of, parse_line, render_line
from inkasso_formats.layout_columns import Block, parse_block, significant, texts_of, unjudged

ROWS = [
    {"name": "tag", "length": 2, "type": "constant", "constant": "CA"},
    {"name": "case", "length": 3, "type": "digits"},
    {"name": "account", "length": 3, "type": "digits", "required": True},
    {"name": "name", "length": 4, "type": "text"},
    {"name": "city", "length": 3, "type": "text", "required": True},
    {"name": "kid", "length": 7, "type": "reference"},
    {"name": "order", "length": 4, "type": "reference", "required": True},
    {"name": "level", "length": 2, "type": "number"},
    {"name": "count", "length": 2, "type": "number", "required": True},
    {"name": "paid", "length": 6, "type": "amount", "sign": "leading"},
    {"name": "cost", "length": 5, "type": "amount"},
    {"name": "sum", "length": 12, "type": "amount", "sign": "leading"},
    {"name": "fee", "length": 4, "type": "amount", "sign": "leading", "required": True},
    {"name": "due", "length": 6, "type": "date", "form": "DDMMYY"},
    {"name": "on", "length": 8, "type": "date", "required": True},
    {"name": "stage", "length": 2, "type": "code", "values": ["A", "BB"]},
    {"name": "filler", "length": 3, "type": "filler", "constant": "0"},
]
FIELDS = fields_of(ROWS)
CASE = Record(name="case", length=FIELDS[-1].end, fields=FIELDS)
NAMES = [field.name for field in FIELDS if field.type not in {"constant", "filler"}]
GOOD = {
    "case": "012",
    "account": "345",
    "name": "Ola",
    "city": "Bø",
    "kid": "0012345",
    "order": "77-",
    "level": 7,
    "count": 1,
    "paid": -150,
    "cost": 99,
    "sum": 98765432109,
    "fee": 500,
    "due": date(2026, 12, 31),
    "on": date(2026, 11, 22),
    "stage": "BB",
}


def block_of(lines: list[str]) -> Block:
    """The lines as a block, each followed by a line feed."""
    content = "".join(f"{line}\n" for line in lines).encode("iso-8859-1")
    return Block(content, 0, CASE.length + 1, len(lines))


def by_lines(lines: list[str]) -> dict[str, list[object]] | None:
    """What the reader of single lines makes of them; None if it finds any problem."""
    read = [parse_line(CASE, line, number) for number, line in enumerate(lines, 1)]
    if any(problems for _, problems in read):
        return None
    return {name: [values[name] for values, _ in read] for name in NAMES}


def with_cell(name: str, text: str) -> str:
    """The good line with another text in one field."""
    field, line = CASE.field(name), render_line(CASE, GOOD)
    return line[: field.start - 1] + text.ljust(field.length) + line[field.end :]


VALUES = st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in GOOD.items()},
        "case": st.sampled_from(["", "000", "912"]),
        "name": st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=4),
        "kid": st.text("0123456789-", max_size=7),
        "level": st.integers(0, 99),
        "paid": st.integers(-99999, 99999),
        "cost": st.integers(0, 99999),
        "sum": st.integers(-(10**11) + 1, 10**11 - 1) | st.integers(10**9 - 2, 10**9 + 1),
        "due": st.none() | st.dates(date(1969, 1, 1), date(2068, 12, 31)),
        "stage": st.sampled_from(["", "A", "BB"]),
    }
)
LINES = st.lists(VALUES.map(lambda values: render_line(CASE, values)), min_size=1, max_size=6)


@given(LINES)
def test_a_block_gives_what_its_lines_give(lines):
    """Every type of field, column by column, has the values that it has line by line."""
    assert parse_block(CASE, block_of(lines), NAMES) == by_lines(lines)


@given(LINES, st.data())
def test_a_block_is_refused_exactly_where_a_line_has_a_problem(lines, data):
    """Characters written over at any place: both readers agree, whatever comes of it."""
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        place = data.draw(st.integers(0, CASE.length - 1))
        new = data.draw(st.sampled_from("0 -19AB\t\r²\xa0\x85"))
        lines[at] = lines[at][:place] + new + lines[at][place + 1 :]
    expected = by_lines(lines)
    assert parse_block(CASE, block_of(lines), NAMES) == expected
    assert parse_block(CASE, block_of(lines), []) == (None if expected is None else {})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tag", "CB"),
        ("case", "1²3"),
        ("case", "1 3"),
        ("account", "000"),
        ("account", ""),
        ("city", ""),
        ("kid", "12 4567"),
        ("kid", "  1 2  "),
        ("order", ""),
        ("level", "  "),
        ("count", "00"),
        ("paid", "+00001"),
        ("paid", "--0001"),
        ("paid", "100001"),
        ("paid", "0 0001"),
        ("cost", " 0001"),
        ("cost", "-0001"),
        ("fee", "-000"),
        ("due", "310226"),
        ("due", "3112 6"),
        ("on", "00000000"),
        ("stage", "C"),
    ],
)
def test_one_wrong_field_refuses_the_block(name, text):
    """Whether its value is wanted or not; the reader of single lines then says what is wrong."""
    lines = [render_line(CASE, GOOD), with_cell(name, text), render_line(CASE, GOOD)]
    assert by_lines(lines) is None
    assert parse_block(CASE, block_of(lines), NAMES) is None
    assert parse_block(CASE, block_of(lines), []) is None


@pytest.mark.parametrize("place", range(CASE.length))
def test_a_line_feed_inside_a_line_refuses_the_block(place):
    """What has the length of one line is two then, wherever it stands."""
    line = render_line(CASE, GOOD)
    broken = line[:place] + "\n" + line[place + 1 :]
    for lines in ([line, broken, line], [broken, broken]):
        assert parse_block(CASE, block_of(lines), NAMES) is None
        assert parse_block(CASE, block_of(lines), []) is None


def test_only_the_wanted_fields_are_kept():
    """What nobody asked for is checked and left."""
    assert parse_block(CASE, block_of([render_line(CASE, GOOD)]), ["cost"]) == {"cost": [99]}


def test_lines_of_two_records_may_take_turns():
    """A block is every second line, too."""
    first, second = render_line(CASE, GOOD), with_cell("level", "42")
    content = f"{first}\n{second}\n{first}\n{second}\n".encode("iso-8859-1")
    width = CASE.length + 1
    assert parse_block(CASE, Block(content, 0, 2 * width, 2), ["level"]) == {"level": [7, 7]}
    assert parse_block(CASE, Block(content, width, 2 * width, 2), ["level"]) == {"level": [42, 42]}


def test_characters_that_have_been_taken_are_read_like_those_of_the_block():
    """Whether their field is wanted or only checked."""
    lines = [render_line(CASE, GOOD), with_cell("level", "42"), with_cell("paid", "-00007")]
    block = block_of(lines)
    taken = {name: block.columns(CASE.field(name)) for name in ("level", "paid")}
    assert parse_block(CASE, block, ["paid"], (), taken) == {"paid": [-150, -150, -7]}
    wrong = {"level": block_of([with_cell("level", "4A")] * 3).columns(CASE.field("level"))}
    assert parse_block(CASE, block, ["level"], (), wrong) is None
    assert parse_block(CASE, block, ["paid"], (), wrong) is None


def test_a_field_known_to_be_right_is_read_and_not_checked():
    """A known field is looked at only if it is wanted, too."""
    block = block_of([with_cell("level", "4A")])
    assert parse_block(CASE, block, ["cost"], ["level"]) == {"cost": [99]}
    assert parse_block(CASE, block, ["level"], ["level"]) is None


def test_nothing_is_checked_of_texts_and_fillers_that_may_be_blank():
    """No text that stands in them has a problem."""
    assert unjudged(CASE) == {"name", "filler"}


@given(
    st.sampled_from(sorted(unjudged(CASE))), st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF))
)
def test_any_text_is_right_where_nothing_is_checked(name, text):
    """The reader of single lines agrees."""
    line = with_cell(name, text[: CASE.field(name).length])
    assert by_lines([line]) is not None


def test_texts_are_put_together_from_texts_for_all_lines_and_columns_without_blanks():
    """As identities are: a part for all, digits with blanks before them, another part for all."""
    assert texts_of(["no-", [b" 1", b"23"], "-", [b"4 ", b"56"], "."], 2) == ["no-2-45.", "no-13-6."]


def test_significant_digits_leave_out_the_zeros_of_all_lines():
    """All texts stay equally long, so that they are in order when the numbers are."""
    lines = [with_cell("cost", text) for text in ("00012", "00345")]
    assert significant(CASE.field("cost"), block_of(lines)) == ["012", "345"]
    assert significant(CASE.field("cost"), block_of([with_cell("cost", "00000")])) == ["0"]
