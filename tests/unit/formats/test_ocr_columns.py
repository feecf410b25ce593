from __future__ import annotations

import tracemalloc
from dataclasses import fields
from datetime import date
from io import BytesIO
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import golden
from inkasso_formats.payments import ocr_columns, ocr_giro, ocr_runs
from inkasso_formats.payments.columns import PaymentColumns, as_columns
from inkasso_formats.payments.ocr_columns import columns
from inkasso_formats.payments.ocr_records import WITH_TEXT
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from inkasso_formats.tolerance import DEFAULTS, SWITCHES, Tolerance
from support import ocr

BY_DEFAULT = DEFAULTS["ocr_giro"]
TOLERANCES = st.builds(Tolerance, **dict.fromkeys(SWITCHES, st.booleans()))


def by_records(content: bytes, tolerance: Tolerance = BY_DEFAULT) -> tuple[object, ...]:
    """Payments and warnings, or the problems, read line by line."""
    try:
        file = ocr_giro.parse(BytesIO(content).readlines(), tolerance)
    except FormatError as error:
        return ("refused", error.problems)
    return ("read", file.payments, list(file.warnings))


def by_columns(content: bytes, tolerance: Tolerance = BY_DEFAULT) -> tuple[object, ...]:
    """The same, read in blocks."""
    payments: list[Payment] = []
    warnings = []
    try:
        for block in columns(content, tolerance):
            payments += block.payments()
            warnings += block.warnings
    except FormatError as error:
        return ("refused", error.problems)
    return ("read", payments, warnings)


def equal_in_both(
    content: bytes, *, chunk: int = 768 * 1024, fewest: int = 1, tolerance: Tolerance = BY_DEFAULT
) -> tuple[object, ...]:
    """What both readers make of a file, also with blocks of another size."""
    expected = by_records(content, tolerance)
    with patch.object(ocr_columns, "_CHUNK", chunk), patch.object(ocr_runs, "_FEWEST", fewest):
        assert by_columns(content, tolerance) == expected
    return expected


def may_be_utf_8(content: bytes) -> bool:
    """Whether a line has letters that are letters in UTF-8, too: with blanks behind it, it is taken for that."""
    return any(not line.isascii() and is_utf_8(line) for line in content.split(b"\n"))


def is_utf_8(line: bytes) -> bool:
    """Whether it can be read as UTF-8."""
    return line.decode("utf-8", "replace").encode("utf-8") == line


def plain(count: int, **more: object) -> bytes:
    """A file of that many payments without anything odd."""
    return ocr.file_of(*(ocr.transaction(number, 100 + number, **more) for number in range(1, count + 1)))


PLAIN = ocr.transactions().filter(lambda item: item.type not in WITH_TEXT)
LONG = st.lists(PLAIN, min_size=8, max_size=30).map(
    lambda items: [
        ocr.Transaction(
            **{
                **{field.name: getattr(item, field.name) for field in fields(item)},
                "transaction_number": number,
                "amount": abs(item.amount),
            }
        )
        for number, item in enumerate(items, 1)
    ]
)
LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b" \n"])
CHUNKS = st.sampled_from([1, 100, 700, 2000, 768 * 1024])


@pytest.mark.parametrize("path", golden.samples("ocr_giro"), ids=lambda path: path.name)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_each_sample_is_the_same_in_columns(path, line_end):
    """Payments, warnings and problems do not depend on the way that they are read."""
    content = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", line_end)
    equal_in_both(content)
    equal_in_both(content, chunk=500)


@given(ocr.TRANSMISSIONS, LINE_ENDS, CHUNKS)
def test_any_file_is_the_same_in_columns(transmissions, line_end, chunk):
    """Everything that the records can hold, repeated numbers and free texts included."""
    content = ocr_giro.render(transmissions).replace(b"\n", line_end)
    assume(line_end != b" \n" or not may_be_utf_8(content))
    assert equal_in_both(content, chunk=chunk)[0] == "read"


@given(LONG, LINE_ENDS, CHUNKS)
def test_a_long_run_is_the_same_in_columns(transactions, line_end, chunk):
    """Reversals, payers that are not known and references that end in a hyphen, in one block."""
    content = ocr.file_of(*transactions).replace(b"\n", line_end)
    assert equal_in_both(content, chunk=chunk)[0] == "read"


@given(LONG, st.sampled_from(ocr.INCOMING), st.booleans(), LINE_ENDS, CHUNKS, TOLERANCES, st.data())
def test_a_file_with_bytes_written_over_is_the_same_in_columns(
    transactions, name, generated, line_end, chunk, tolerance, data
):
    """At any place, to what a record uses or to anything else: the same payments, or the same problems."""
    source = ocr.file_of(*transactions) if generated else ocr.sample(name)
    content = bytearray(source.replace(b"\n", line_end))
    for _ in range(data.draw(st.integers(1, 3))):
        new = data.draw(st.sampled_from(b"0123456789 -A\r\n\t\x1a\x85\xa0\xb2") | st.integers(0, 255))
        content[data.draw(st.integers(0, len(content) - 1))] = new
    equal_in_both(bytes(content), chunk=chunk, tolerance=tolerance)


@given(LONG, CHUNKS, TOLERANCES, st.data())
def test_a_file_with_lines_moved_is_the_same_in_columns(transactions, chunk, tolerance, data):
    """Lines dropped, doubled, exchanged, cut or lengthened."""
    lines = ocr.file_of(*transactions).splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.integers(0, len(lines) - 1))
    what = data.draw(st.sampled_from(["drop", "double", "exchange", "cut", "longer", "blank", "end"]))
    if what == "exchange":
        lines[at], lines[other] = lines[other], lines[at]
    else:
        line = lines[at]
        lines[at] = {
            "drop": b"",
            "double": line * 2,
            "cut": line[:-5] + b"\n",
            "longer": line[:-1] + b"00\n",
            "blank": line + b"\n",
            "end": line[:-1],
        }[what]
    equal_in_both(b"".join(lines), chunk=chunk, tolerance=tolerance)


@given(st.binary(max_size=400), CHUNKS)
def test_any_bytes_have_the_same_problems_in_columns(content, chunk):
    """Whatever lies in the inbox."""
    assert equal_in_both(content, chunk=chunk)[0] == "refused"


ODD = {
    "a reference that is no KID": ocr.transaction(41, 9, reference="7"),
    "a free text": ocr.transaction(41, 9, type="21", text="Kaffe"),
    "a reversal": ocr.transaction(41, 9, type="18"),
    "the number of another": ocr.transaction(3, 9),
    "a number out of order": ocr.transaction(1000, 9),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("chunk", [600, 3000, 768 * 1024])
def test_one_odd_payment_among_many_is_the_same_in_columns(odd, chunk):
    """It goes the other way, and the order of the payments stays."""
    items = [ocr.transaction(number, 100 + number) for number in range(1, 61)]
    outcome = equal_in_both(ocr.file_of(*items[:40], odd, *items[41:]), chunk=chunk, fewest=8)
    assert (outcome[0], len(outcome[1])) == ("read", 60)


MIXED = {
    "numbers of one to five digits": [
        ocr.transaction(number, 500) for number in (1, 9, 10, 99, 100, 10_000, 99_999)
    ],
    "amounts of nothing to a billion": [
        ocr.transaction(place, amount)
        for place, amount in enumerate([0, 1, 10, 999_999_999, 1_000_000_000], 1)
    ],
    "amounts that are deducted": [
        ocr.transaction(place, amount) for place, amount in enumerate([-1, 500_000, -100_000, 0, 7], 1)
    ],
    "reversals, deducted or not": [
        ocr.transaction(place, amount, type=kind)
        for place, (kind, amount) in enumerate([("18", -5), ("18", 5), ("10", -5), ("10", 5), ("18", 0)], 1)
    ],
    "references of several lengths": [
        ocr.transaction(place, 5, reference=reference)
        for place, reference in enumerate(["00", "1234-", "0010017", "1" * 25, "99"], 1)
    ],
    "several days": [
        ocr.transaction(place, 5, nets_date=day)
        for place, day in enumerate([date(2026, 12, 31), date(2027, 1, 1), date(1999, 12, 31)], 1)
    ],
}


@pytest.mark.parametrize("items", MIXED.values(), ids=MIXED)
def test_values_of_several_lengths_and_signs_are_the_same_in_one_block(items):
    """Their identities, too, which are put together from columns."""
    content = ocr.file_of(*items)
    outcome = equal_in_both(content)
    assert (outcome[0], len(outcome[1])) == ("read", len(items))
    with patch.object(ocr_runs, "_FEWEST", 1):
        assert [type(block.line) for block in columns(content)] == [range]


def test_an_amount_of_nothing_that_is_deducted_is_nothing():
    """Its identity has no sign either."""
    zero = b"0" * 17
    content = ocr.changed(
        3, (b"0" + zero).decode(), (b"-" + zero).decode(), ocr.file_of(ocr.transaction(1, 0))
    )
    outcome = equal_in_both(content)
    assert [(payment.amount, payment.identity) for payment in outcome[1]] == [
        (0, "ocr-00012345-123-1-1-2026-10-06-0-0010017-1")
    ]


def test_payments_that_are_equal_in_everything_are_told_apart_across_blocks():
    """Also where the second comes long after the first, in another block."""
    items = [ocr.transaction(number, 500) for number in [*range(1, 41), 5, *range(42, 60)]]
    content = ocr.file_of(*items)
    identities = [identity for block in columns(content) for identity in block.identity]
    assert [identity for identity in identities if identity.endswith("-2")] == [
        "ocr-00012345-123-1-5-2026-10-06-500-0010017-2"
    ]
    equal_in_both(content, chunk=2000)


def test_payments_are_told_apart_where_the_numbers_begin_again_with_a_block():
    """Each block by itself only rises then."""
    items = [ocr.transaction(number, 500) for number in [*range(1, 11), *range(1, 11)]]
    outcome = equal_in_both(ocr.file_of(*items), chunk=81 * (2 + 2 * 10))
    assert [payment.identity[-2:] for payment in outcome[1]] == ["-1"] * 10 + ["-2"] * 10


@pytest.mark.parametrize(("old", "new"), [("NY09103100000", "NY09113100000"), ("0000010", "0000011")])
def test_an_item_of_another_transaction_is_noticed_in_a_long_run(old, new):
    """Type and transaction number of the second item are those of the first."""
    outcome = equal_in_both(ocr.changed(22, old, new, plain(40)))
    assert (outcome[0], [problem.code for problem in outcome[1]]) == ("refused", ["ocr.pair"])


def test_no_block_is_given_out_after_a_problem():
    """Nothing of such a file counts."""
    blocks = columns(ocr.changed(2, "12345678903", "1234567890A", plain(40)))
    with pytest.raises(FormatError):
        next(blocks)


def test_a_carriage_return_at_the_end_of_a_record_belongs_to_the_line_end():
    """The record has 79 characters then, in columns as line by line."""
    content = plain(20).splitlines(keepends=True)
    content[6] = content[6][:79] + b"\r\n"
    outcome = equal_in_both(b"".join(content))
    first = outcome[1][0]
    assert (first.code, first.line, first.value) == ("tolerance.short_last_field", 7, "000")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_plain_file_is_read_in_blocks(line_end):
    """Not line by line: the lines of a block are a range."""
    blocks = list(columns(plain(40).replace(b"\n", line_end)))
    assert [block.line for block in blocks] == [range(3, 83, 2)]


@pytest.mark.parametrize("sign", [b"\t", b"\x1a"])
def test_a_block_with_a_sign_that_a_switch_is_for_is_read_line_by_line(sign):
    """Also in a filler, where nothing else is looked at."""
    content = plain(40).splitlines(keepends=True)
    content[12] = content[12][:79] + sign + b"\n"
    codes = {b"\t": "tolerance.tabs", b"\x1a": "tolerance.short_last_field"}
    outcome = equal_in_both(b"".join(content))
    assert [(problem.code, problem.line) for problem in outcome[1]] == [(codes[sign], 13)]


@pytest.mark.parametrize("lines", [[12], [13], range(2, 82)], ids=["item 1", "item 2", "all"])
def test_a_line_feed_inside_a_line_is_noticed_in_a_long_run(lines):
    """What has the length of one line is two then, also where nothing of a field is checked."""
    for place in range(80):
        content = plain(40).splitlines(keepends=True)
        for line in lines:
            content[line] = content[line][:place] + b"\n" + content[line][place + 1 :]
        assert equal_in_both(b"".join(content))[0] == "refused"


def test_a_run_of_references_of_one_digit_is_warned_of():
    """Each of them is no KID, although all are digits and equally long."""
    outcome = equal_in_both(plain(20, reference="7"))
    assert [problem.code for problem in outcome[2]] == ["ocr.kid"] * 20


def test_line_ends_that_are_refused_are_refused_in_a_long_run():
    """A run of LF in a file of CR LF, too."""
    head, *rest = plain(40).splitlines(keepends=True)
    start = (head + rest[0]).replace(b"\n", b"\r\n")
    outcome = equal_in_both(start + b"".join(rest[1:]), tolerance=Tolerance(lf_line_ends=False))
    assert [(problem.code, problem.line) for problem in outcome[1]] == [("tolerance.lf_line_ends", 3)]


def test_a_block_with_anything_odd_is_read_line_by_line():
    """So that each problem and each warning is exact."""
    blocks = list(columns(plain(40).replace(b"0010017", b"      7", 1)))
    assert [type(block.line) for block in blocks] == [list]
    assert [warning.line for warning in blocks[0].warnings] == [3]


def test_a_warning_without_any_payment_is_told():
    """A file of mandates may have been saved with an editor, too."""
    blocks = list(columns(b"\xef\xbb\xbf" + ocr.sample("mps-avtalegiro-mandates.ocr")))
    assert [(len(block), [warning.code for warning in block.warnings]) for block in blocks] == [
        (0, ["tolerance.byte_order_mark"])
    ]


def test_problems_come_after_the_blocks_before_them():
    """Whoever takes the blocks must take them back when the file turns out to be refused."""
    blocks = columns(ocr.changed(83, "00000082", "00000083", plain(40)))
    assert len(next(blocks)) == 40
    with pytest.raises(FormatError) as caught:
        next(blocks)
    assert [problem.code for problem in caught.value.problems] == ["ocr.records"]


def test_a_file_may_be_opened_anywhere():
    """It is read from where it stands, also when it has to be read again."""
    content = ocr.file_of(*(ocr.transaction(1, 500) for _ in range(20)))
    file = BytesIO(b"something else\n" + content)
    file.readline()
    assert [identity for block in columns(file) for identity in block.identity] == [
        payment.identity for payment in ocr_giro.parse(content).payments
    ]


def test_a_mistake_early_in_a_long_file_does_not_hide_the_totals():
    """After the first problem the rest is counted in blocks, and not given out."""
    content = ocr.changed(
        2, "12345678903", "1234567890A", plain(40).replace(b"0000000000004820", b"0000000000004821")
    )
    outcome = equal_in_both(content, fewest=8)
    assert (outcome[0], [problem.code for problem in outcome[1]]) == (
        "refused",
        ["layout.digits", "ocr.sum", "ocr.sum"],
    )


def test_columns_say_what_payments_say():
    """The columns are the fields of a payment, and either gives the other."""
    assert [field.name for field in fields(PaymentColumns)] == [
        *(field.name for field in fields(Payment)),
        "warnings",
    ]
    payments = ocr_giro.parse(ocr.sample("ocr_giro_transactions.txt")).payments
    assert as_columns(payments).payments() == payments


def peak_of(content: bytes) -> int:
    """Bytes in use at the highest, the file itself left out, in blocks of 32 KiB."""
    file = BytesIO(content)
    tracemalloc.start()
    try:
        with patch.object(ocr_columns, "_CHUNK", 32 * 1024):
            for _ in columns(file):
                pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file():
    """Eight times as many payments take as much memory as the first: nothing of a block is kept."""
    start = b"NY00001000008080%07d"
    once = plain(1000)
    files = [b"".join(once.replace(start % 123, start % n) for n in range(times)) for times in (1, 8)]
    small, large = map(peak_of, files)
    assert large < 1.2 * small
