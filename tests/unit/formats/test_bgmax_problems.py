from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkasso_formats.payments import bgmax
from inkasso_formats.problems import FormatError
from inkasso_formats.tolerance import Tolerance
from support import bgmax as files
from support.bgmax import SMALL, WITH_PARTS
from support.ocr import changed, messages, without

SECTION = "the section that begins in line 2"
FILE = "the file that begins in line 1"


def refused(content: bytes, tolerance: Tolerance = Tolerance(utf8=True, tabs=True)) -> list[tuple[str, str]]:  # noqa: B008
    """Why the file is refused."""
    with pytest.raises(FormatError) as caught:
        bgmax.parse(content, tolerance)
    return messages(caught.value)


def line_of(number: int, content: bytes = SMALL) -> bytes:
    """One line with its end."""
    return content.splitlines(keepends=True)[number - 1]


EMPTY = "the file is empty: a start record that begins with 01BGMAX expected"
CASES = {
    "empty": (b"", [("bgmax.empty", EMPTY)]),
    "blank": (b" \r\n\r\n\x1a", [("bgmax.empty", EMPTY)]),
    "wrong amount": (
        changed(8, "50000", "50100", SMALL),
        [
            (
                "bgmax.sum",
                (
                    "line 10, record deposit, field amount (51-68): '000000000000130000': "
                    f"payments less deductions of {SECTION} come to 1301.00, not to 1300.00"
                ),
            )
        ],
    ),
    "wrong number of payments in a deposit": (
        changed(10, "SEK00000003", "SEK00000004", SMALL),
        [
            (
                "bgmax.count",
                f"line 10, record deposit, field entries (72-79): '00000004': {SECTION} holds 3 payments and deductions",
            )
        ],
    ),
    "another currency": (
        changed(10, "SEK", "EUR", SMALL),
        [("bgmax.currency", f"line 10, record deposit, field currency (69-71): 'EUR': {SECTION} is in SEK")],
    ),
    "wrong counts in the end record": (
        changed(11, "70000000020000000100000000", "70000000030000000200000001", SMALL),
        [
            (
                "bgmax.count",
                f"line 11, record end, field payments (3-10): '00000003': {FILE} holds 2 payments (20)",
            ),
            (
                "bgmax.count",
                f"line 11, record end, field deductions (11-18): '00000002': {FILE} holds 1 deductions (21)",
            ),
            (
                "bgmax.count",
                (
                    "line 11, record end, field extra_references (19-26): '00000001': "
                    f"{FILE} holds 0 extra references (22 and 23)"
                ),
            ),
        ],
    ),
    "letters in an amount": (
        changed(8, "50000", "5000O", SMALL),
        [
            (
                "layout.amount",
                (
                    "line 8, record payment, field amount (38-55): '00000000000005000O': "
                    "18 digits expected, the last two are decimals"
                ),
            )
        ],
    ),
    "impossible payment date": (
        changed(10, "20261006", "20261306", SMALL),
        [
            (
                "layout.date",
                (
                    "line 10, record deposit, field payment_date (38-45): '20261306': "
                    "no such day: a date YYYYMMDD expected"
                ),
            )
        ],
    ),
    "impossible time of writing": (
        changed(1, "20261006173035010331", "20261006253035010331", SMALL),
        [
            (
                "bgmax.written",
                (
                    "line 1, record start, field written (25-44): '20261006253035010331': "
                    "no such time: YYYYMMDDHHMMSS and six decimals expected"
                ),
            )
        ],
    ),
    "another version": (
        changed(1, "0120261006", "0220261006", SMALL),
        [("layout.code", "line 1, record start, field version (23-24): '02': one of 01 expected")],
    ),
    "a reserved reference code": (
        changed(8, "050000210", "050000610", SMALL),
        [
            (
                "layout.code",
                "line 8, record payment, field reference_code (56-56): '6': one of 0, 1, 2, 3, 4, 5 expected",
            )
        ],
    ),
    "parts that do not add up": (
        changed(4, "070000", "070100", WITH_PARTS),
        [
            (
                "bgmax.parts",
                (
                    "line 3, record payment, field amount (38-55): '000000000000090000': "
                    "the parts in its extra references add up to 901.00"
                ),
            )
        ],
    ),
    "an amount beside a payment's own reference": (
        changed(9, "000000210", "040000210", WITH_PARTS),
        [
            (
                "bgmax.parts",
                (
                    "line 8, record payment, field reference (13-37): '                   655969': "
                    "a reference of its own beside extra references with amounts: to which the money goes is not said"
                ),
            )
        ],
    ),
    "an extra reference of another payment": (
        changed(9, "000000000013", "000000000014", WITH_PARTS),
        [
            (
                "bgmax.pair",
                (
                    "line 9, record extra reference, field serial (58-69): '000000000014': "
                    "is not that of the payment in line 8, to which it belongs"
                ),
            )
        ],
    ),
    "a checked number with a wrong check digit": (
        changed(8, "658260", "658261", SMALL),
        [
            (
                "tolerance.wrong_check_digit",
                (
                    "line 8, record payment, field reference (13-37): '658261': the check digit is wrong, "
                    "and the bank delivers only references that it has checked: "
                    "allowed by the switch wrong_check_digit, which is off"
                ),
            )
        ],
    ),
    "a test file": (
        changed(1, "010331P", "010331T", SMALL),
        [
            (
                "tolerance.test_file",
                (
                    "line 1, record start, field mark (45-45): 'T': the file is marked as a test: "
                    "what it holds is no money: allowed by the switch test_file, which is off"
                ),
            )
        ],
    ),
    "no record of this format": (
        SMALL + b"Hello",
        [("bgmax.structure", "line 12: 'He': no record of BgMax begins like this: two digits expected")],
    ),
    "the same file twice": (
        SMALL * 2,
        [
            (
                "bgmax.structure",
                (
                    "line 12, record start, field written (25-44): '20261006173035010331': "
                    "a file written at this time stands before it already: the same payments twice"
                ),
            )
        ],
    ),
    "start missing": (
        without(1, SMALL),
        [
            (
                "bgmax.structure",
                "line 1, record opening: stands outside a file: start record 01 expected before it",
            )
        ],
    ),
    "opening missing": (
        without(2, SMALL),
        [
            (
                "bgmax.structure",
                "line 2, record payment: stands outside a section: opening record 05 expected before it",
            )
        ],
    ),
    "deposit missing": (
        without(10, SMALL),
        [
            ("bgmax.structure", f"line 10, record end: {SECTION} has no deposit record 15 with its totals"),
            (
                "bgmax.count",
                f"line 10, record end, field deposits (27-34): '00000001': {FILE} holds 0 deposits (15)",
            ),
        ],
    ),
    "end missing": (
        without(11, SMALL),
        [("bgmax.structure", f"{FILE} has no end record 70 with its totals")],
    ),
    "end twice": (
        SMALL + line_of(11),
        [("bgmax.structure", "line 12, record end: ends a file that has not begun")],
    ),
    "cut off": (
        b"".join(SMALL.splitlines(keepends=True)[:8]),
        [
            ("bgmax.structure", f"{SECTION} has no deposit record 15 with its totals"),
            ("bgmax.structure", f"{FILE} has no end record 70 with its totals"),
        ],
    ),
    "a name twice": (
        SMALL.replace(line_of(5), line_of(5) * 2),
        [
            (
                "bgmax.structure",
                (
                    "line 6, record payer's name: stands too late or twice in the payment of line 3: "
                    "22 or 23, 25, 26, 27, 28, 29 in this order"
                ),
            )
        ],
    ),
    "a name outside of a payment": (
        SMALL.replace(line_of(2), line_of(2) + line_of(5)),
        [
            (
                "bgmax.structure",
                "line 3, record payer's name: belongs to no payment: record 20 or 21 expected before it",
            )
        ],
    ),
    "too much information": (
        SMALL.replace(line_of(4), line_of(4) * 91),
        [("bgmax.structure", "line 94, record information: more than 90 information records of one payment")],
    ),
    "a record too long": (
        SMALL.replace(line_of(4), line_of(4)[:-2] + b"x\r\n"),
        [("layout.length", "line 4, record information: '81': characters; a record of this file has 80")],
    ),
    "a name cut": (
        SMALL.replace(line_of(5), line_of(5)[:16] + b"\r\n"),
        [
            (
                "tolerance.short_last_field",
                (
                    "line 5, record payer's name, field name (3-37): 'Plåt AB       ': "
                    "the record ends early, and more than its blank end is missing: "
                    "allowed by the switch short_last_field, which is off"
                ),
            )
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_a_file_that_cannot_be_trusted_is_refused_with_all_its_problems(content, expected):
    """Each problem names its place, the value found and what was expected."""
    assert refused(content) == expected


def test_one_payment_missing_is_named_by_count_and_sum():
    """Deposit and end tell that something is missing, and how much."""
    assert refused(without(8, SMALL)) == [
        (
            "bgmax.count",
            f"line 9, record deposit, field entries (72-79): '00000003': {SECTION} holds 2 payments and deductions",
        ),
        (
            "bgmax.sum",
            (
                "line 9, record deposit, field amount (51-68): '000000000000130000': "
                f"payments less deductions of {SECTION} come to 800.00, not to 1300.00"
            ),
        ),
        (
            "bgmax.count",
            f"line 10, record end, field payments (3-10): '00000002': {FILE} holds 1 payments (20)",
        ),
    ]


def test_all_problems_of_a_file_are_told_at_once():
    """Whoever has to ask the bank asks once."""
    content = changed(
        3, "1000002", "10000X2", changed(8, "658260", "658261", changed(10, "SEK", "EUR", SMALL))
    )
    assert [code for code, _ in refused(content)] == [
        "layout.amount",
        "tolerance.wrong_check_digit",
        "bgmax.currency",
    ]


def test_a_file_of_something_else_is_not_read_to_its_end():
    """After 500 problems the rest would only repeat them."""
    problems = refused(b"nothing of this kind\r\n" * 2000)
    assert len(problems) == 502
    assert problems[501] == ("bgmax.structure", "line 501: more than 500 problems: what follows is not read")


SWITCHED = {
    "wrong_check_digit": (
        changed(8, "658260", "658261", SMALL),
        (
            "line 8, record payment, field reference (13-37): '658261': the check digit is wrong, and the bank delivers "
            "only references that it has checked: the payment is kept with its reference as it stands, "
            "by the switch wrong_check_digit"
        ),
    ),
    "test_file": (
        changed(1, "010331P", "010331T", SMALL),
        (
            "line 1, record start, field mark (45-45): 'T': the file is marked as a test: what it holds is no money: "
            "read as if it were marked as production, by the switch test_file"
        ),
    ),
    "short_last_field": (
        SMALL.replace(line_of(5), line_of(5).rstrip() + b"\r\n"),
        (
            "line 5, record payer's name, field extra_name (38-72): 'Märsta': the record ends early, "
            "and more than its blank end is missing: read as if blanks followed, by the switch short_last_field"
        ),
    ),
}


@pytest.mark.parametrize("switch", SWITCHED)
def test_a_switch_lets_its_deviation_through_with_a_warning(switch):
    """What is refused by default can be read, and is told then."""
    content, warning = SWITCHED[switch]
    assert refused(content)[0][0] == f"tolerance.{switch}"
    file = bgmax.parse(content, Tolerance(**{switch: True}))
    assert file.total == 130000
    assert [found.message for found in file.warnings] == [warning]


def test_the_deviations_of_the_example_are_refused_without_their_switches():
    """TABs in line 17, blanks missing in lines 16, 17 and 50, no last line end: nothing is guessed silently."""
    off = Tolerance(tabs=False, trailing_blanks=False, missing_last_line_end=False)
    assert refused(files.sample(files.EXAMPLE), off) == [
        (
            "tolerance.trailing_blanks",
            (
                "line 16: blanks stand behind the last position, or are missing at the blank end of the record: "
                "allowed by the switch trailing_blanks, which is off"
            ),
        ),
        ("tolerance.tabs", "line 17: holds TABs: allowed by the switch tabs, which is off"),
        (
            "tolerance.missing_last_line_end",
            "line 50: the last line has no line end: allowed by the switch missing_last_line_end, which is off",
        ),
    ]


# --- guards ------------------------------------------------------------------------------------------------------

ANY_LINE = st.sampled_from(files.SAMPLES).flatmap(
    lambda name: st.tuples(
        st.just(files.mended(files.sample(name))), st.integers(1, len(files.sample(name).splitlines()))
    )
)
UNCOUNTED = {b"25", b"26", b"27", b"28", b"29"}  # no total of the file holds these records


def money(file: bgmax.BgmaxFile) -> list[tuple[str, int]]:
    """Reference and amount of each payment."""
    return [(payment.reference, payment.amount) for payment in file.payments]


@given(ANY_LINE)
def test_without_any_one_record_that_is_counted_a_file_is_refused(case):
    """A count does not agree or a record is named as missing; without name or text the money is the same."""
    content, line = case
    if line_of(line, content)[:2] in UNCOUNTED:
        assert money(bgmax.parse(without(line, content))) == money(bgmax.parse(content))
        return
    codes = {code for code, _ in refused(without(line, content))}
    assert codes & {"bgmax.count", "bgmax.structure"}


@given(ANY_LINE)
def test_with_any_one_record_doubled_a_file_is_refused(case):
    """No record counts twice; only information may repeat."""
    content, line = case
    double = content.replace(line_of(line, content), line_of(line, content) * 2, 1)
    if line_of(line, content).startswith(b"25"):
        assert money(bgmax.parse(double)) == money(bgmax.parse(content))
        return
    codes = {code for code, _ in refused(double)}
    assert codes & {"bgmax.count", "bgmax.structure"}


@given(ANY_LINE, st.data())
def test_with_any_one_record_cut_a_file_is_refused(case, data):
    """As soon as more than blanks of its blank end is missing."""
    content, number = case
    line = line_of(number, content)
    record = bgmax_record(line)
    whole = record.fields[-1].start - 1 if record.fields[-1].type == "filler" else 80
    keep = data.draw(st.integers(1, whole - 1))
    codes = {code for code, _ in refused(content.replace(line, line[:keep] + b"\r\n", 1))}
    assert codes & {"tolerance.short_last_field", "bgmax.structure"}


def bgmax_record(line: bytes):
    """The record that a line is."""
    from inkasso_formats.payments.bgmax_records import BY_TAG

    return BY_TAG[line[:2].decode()]


CHECKED = ("amount", "reference", "entries", "payments", "deductions", "extra_references", "deposits", "tag")


@given(ANY_LINE, st.data())
def test_with_any_one_digit_of_money_changed_a_file_is_refused(case, data):
    """Amounts, counts and the numbers that the bank has checked guard one another."""
    content, number = case
    line = line_of(number, content)
    record = bgmax_record(line)
    places = [
        at
        for field in record.fields
        if field.name in CHECKED
        for at in range(field.start - 1, field.end)
        if line[at : at + 1].isdigit() and (field.name != "reference" or line[55:56] == b"2")
        # An extra reference without an amount deducts nothing, whichever of 22 and 23 it is.
        if not (field.name == "tag" and line[:1] == b"2" and line[1:2] in b"23" and at == 1)
    ]
    if not places or line[:2] in UNCOUNTED:
        return
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != chr(line[at])))
    wrong = line[:at] + digit.encode() + line[at + 1 :]
    lines = content.splitlines(keepends=True)
    lines[number - 1] = wrong
    assert refused(b"".join(lines))


@given(st.binary(max_size=400))
def test_any_bytes_give_a_file_or_problems_and_nothing_else(content):
    """A reader never breaks down."""
    for candidate in (content, SMALL[:164] + content):
        with pytest.raises(FormatError):
            bgmax.parse(candidate)
