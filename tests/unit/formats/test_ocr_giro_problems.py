from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import inkasso_formats
from inkasso_formats.payments import ocr_giro
from inkasso_formats.problems import FormatError
from support import ocr
from support.ocr import TWO_PAYMENTS, changed, without

ASSIGNMENT = "the assignment that begins in line 2"
TRANSMISSION = "the transmission that begins in line 1"
END_20 = "record end assignment, field"
END_10 = "record end transmission, field"


def refused(content: bytes) -> list[tuple[str, str]]:
    """Why the file is refused."""
    with pytest.raises(FormatError) as caught:
        ocr_giro.parse(content)
    return ocr.messages(caught.value)


CASES = {
    "empty": (b"", [("ocr.empty", "the file is empty: a transmission that begins with NY000010 expected")]),
    "blank": (
        b" \r\n\n",
        [("ocr.empty", "the file is empty: a transmission that begins with NY000010 expected")],
    ),
    "wrong count": (
        changed(7, "0000000200000006", "0000000300000006"),
        [
            (
                "ocr.count",
                f"line 7, {END_20} transactions (9-16): '00000003': {ASSIGNMENT} holds 2 transactions",
            )
        ],
    ),
    "wrong number of records": (
        changed(8, "0000000200000008", "0000000200000009"),
        [("ocr.records", f"line 8, {END_10} records (17-24): '00000009': {TRANSMISSION} holds 8 records")],
    ),
    "wrong amount": (
        changed(3, "125000", "125100"),
        [
            (
                "ocr.sum",
                (
                    f"line 7, {END_20} total (25-41): '00000000000174950': "
                    f"the amounts of {ASSIGNMENT} add up to 1750.50, not to 1749.50"
                ),
            ),
            (
                "ocr.sum",
                (
                    f"line 8, {END_10} total (25-41): '00000000000174950': "
                    f"the amounts of {TRANSMISSION} add up to 1750.50, not to 1749.50"
                ),
            ),
        ],
    ),
    "wrong sum of the transmission": (
        changed(8, "174950", "174951"),
        [
            (
                "ocr.sum",
                (
                    f"line 8, {END_10} total (25-41): '00000000000174951': "
                    f"the amounts of {TRANSMISSION} add up to 1749.50, not to 1749.51"
                ),
            )
        ],
    ),
    "minus not deducted": (
        changed(5, "0" * 13 + "49950", "-" + "0" * 12 + "49950"),
        [
            (
                "ocr.sum",
                (
                    f"line 7, {END_20} total (25-41): '00000000000174950': "
                    f"the amounts of {ASSIGNMENT} add up to 750.50, not to 1749.50"
                ),
            ),
            (
                "ocr.sum",
                (
                    f"line 8, {END_10} total (25-41): '00000000000174950': "
                    f"the amounts of {TRANSMISSION} add up to 750.50, not to 1749.50"
                ),
            ),
        ],
    ),
    "wrong dates": (
        changed(7, "061026061026061026", "061026051026071026"),
        [
            (
                "ocr.dates",
                f"line 7, {END_20} earliest (48-53): '051026': the earliest Nets date of {ASSIGNMENT} is 061026",
            ),
            (
                "ocr.dates",
                f"line 7, {END_20} latest (54-59): '071026': the latest Nets date of {ASSIGNMENT} is 061026",
            ),
        ],
    ),
    "letters in an amount": (
        changed(3, "125000", "12500O"),
        [
            (
                "layout.amount",
                (
                    "line 3, record amount item 1, field amount (32-49): '00000000000012500O': "
                    "a sign and 17 digits expected, the last two are decimals"
                ),
            )
        ],
    ),
    "letters in a payer's account": (
        changed(4, "98765432109", "9876543210X"),
        [
            (
                "layout.digits",
                "line 4, record amount item 2, field payer_account (48-58): '9876543210X': 11 digits expected",
            )
        ],
    ),
    "impossible date": (
        changed(3, "061026", "310926"),
        [
            (
                "layout.date",
                "line 3, record amount item 1, field nets_date (16-21): '310926': no such day: a date DDMMYY expected",
            )
        ],
    ),
    "no Nets date": (
        changed(3, "061026", "000000"),
        [
            (
                "layout.date",
                "line 3, record amount item 1, field nets_date (16-21): '000000': a date DDMMYY is required",
            )
        ],
    ),
    "padding lost": (
        changed(3, " " * 18, " "),
        [("layout.length", "line 3, record amount item 1: '63': characters; a record of this file has 80")],
    ),
    "unknown type": (
        changed(3, "NY091030", "NY092230", changed(4, "NY091031", "NY092231")),
        [
            (
                "layout.code",
                (
                    f"line {line}, record amount item {item}, field type (5-6): '22': "
                    "one of 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21 expected"
                ),
            )
            for line, item in ((3, 1), (4, 2))
        ],
    ),
    "item 2 of another transaction": (
        changed(4, "NY0910310000001", "NY0910310000007"),
        [
            (
                "ocr.pair",
                (
                    "line 4, record amount item 2, field transaction_number (9-15): '0000007': "
                    "does not belong to the amount item 1 in line 3"
                ),
            )
        ],
    ),
    "item 2 of another type": (
        changed(4, "NY091031", "NY091131"),
        [
            (
                "ocr.pair",
                "line 4, record amount item 2, field type (5-6): '11': does not belong to the amount item 1 in line 3",
            )
        ],
    ),
    "unknown record": (
        changed(2, "NY090020", "NY450020"),
        [
            ("ocr.structure", "line 2: 'NY450020': no record of OCR Giro begins like this"),
            (
                "ocr.structure",
                "line 3, record amount item 1: 'NY091030': stands outside an assignment: NY090020 expected before it",
            ),
            (
                "ocr.records",
                f"line 7, {END_20} records (17-24): '00000006': the assignment that begins in line 3 holds 5 records",
            ),
        ],
    ),
    "empty line inside": (
        TWO_PAYMENTS.replace(b"\nNY091630", b"\n\nNY091630"),
        [("ocr.structure", f"line 5: an empty line inside {TRANSMISSION}")],
    ),
    "the same transmission twice": (
        TWO_PAYMENTS * 2,
        [
            (
                "ocr.structure",
                (
                    "line 9, record start transmission, field transmission_number (17-23): '0000123': "
                    "the transmission stands in line 1 already: the same payments twice"
                ),
            )
        ],
    ),
    "start of the transmission missing": (
        without(1),
        [
            (
                "ocr.structure",
                "line 1, record start assignment: 'NY090020': stands outside a transmission: NY000010 expected before it",
            ),
            ("ocr.records", f"line 7, {END_10} records (17-24): '00000008': {TRANSMISSION} holds 7 records"),
        ],
    ),
    "start of the assignment missing": (
        without(2),
        [
            (
                "ocr.structure",
                "line 2, record amount item 1: 'NY091030': stands outside an assignment: NY090020 expected before it",
            ),
            ("ocr.records", f"line 6, {END_20} records (17-24): '00000006': {ASSIGNMENT} holds 5 records"),
            ("ocr.records", f"line 7, {END_10} records (17-24): '00000008': {TRANSMISSION} holds 7 records"),
        ],
    ),
    "item 2 missing": (
        without(4),
        [
            (
                "ocr.pair",
                (
                    "line 3, record amount item 1, field transaction_number (9-15): '0000001': "
                    "the amount item 2 of this transaction is missing: it must follow directly"
                ),
            ),
            ("ocr.records", f"line 6, {END_20} records (17-24): '00000006': {ASSIGNMENT} holds 5 records"),
            ("ocr.records", f"line 7, {END_10} records (17-24): '00000008': {TRANSMISSION} holds 7 records"),
        ],
    ),
    "end of the assignment missing": (
        without(7),
        [
            ("ocr.structure", f"line 7: {ASSIGNMENT} has no end record NY090088 with its totals"),
            ("ocr.records", f"line 7, {END_10} records (17-24): '00000008': {TRANSMISSION} holds 7 records"),
        ],
    ),
    "end of the transmission missing": (
        without(8),
        [("ocr.structure", f"{TRANSMISSION} has no end record NY000089 with its totals")],
    ),
    "cut in the middle of a payment": (
        b"".join(TWO_PAYMENTS.splitlines(keepends=True)[:5]),
        [
            (
                "ocr.pair",
                (
                    "line 5, record amount item 1, field transaction_number (9-15): '0000002': "
                    "the amount item 2 of this transaction is missing: it must follow directly"
                ),
            ),
            ("ocr.structure", f"{ASSIGNMENT} has no end record NY090088 with its totals"),
            ("ocr.structure", f"{TRANSMISSION} has no end record NY000089 with its totals"),
        ],
    ),
    "something behind the end": (
        TWO_PAYMENTS + TWO_PAYMENTS.splitlines(keepends=True)[7],
        [
            (
                "ocr.structure",
                "line 9, record end transmission: 'NY000089': ends a transmission that has not begun",
            )
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_a_file_that_cannot_be_trusted_is_refused_with_all_its_problems(content, expected):
    """Each problem names its place, the value found and what was expected."""
    assert refused(content) == expected


def test_one_payment_missing_is_named_by_count_records_and_sum():
    """Both end records tell that something is missing, and how much."""
    problems = refused(without(5, without(6)))
    assert [code for code, _ in problems] == ["ocr.count", "ocr.records", "ocr.sum"] * 2
    assert problems[2][1] == (
        f"line 5, {END_20} total (25-41): '00000000000174950': "
        f"the amounts of {ASSIGNMENT} add up to 1250.00, not to 1749.50"
    )


def test_all_problems_of_a_file_are_told_at_once():
    """Whoever has to ask the bank asks once."""
    content = changed(
        3, "061026", "310226", changed(6, "051026", "000026", changed(7, "00000006", "00000007"))
    )
    assert [code for code, _ in refused(content)] == ["layout.date", "layout.date", "ocr.records"]


def test_an_item_3_belongs_to_types_20_and_21_only():
    """A text behind another transaction is a record of something else."""
    content = ocr.file_of(ocr.transaction(1, 500, type="21", text="Kaffe"))
    items = content.replace(b"NY092130", b"NY091930").replace(b"NY092131", b"NY091931")
    assert refused(items) == [
        (
            "ocr.pair",
            (
                "line 5, record amount item 3, field transaction_number (9-15): '0000001': "
                "follows no amount item 2 of a transaction of type 20 or 21"
            ),
        )
    ]


def test_types_20_and_21_need_an_item_3():
    """Without it, a record is missing."""
    content = without(5, ocr.file_of(ocr.transaction(1, 500, type="20", text="Kaffe")))
    assert refused(content)[0] == (
        "ocr.pair",
        (
            "line 3, record amount item 1, field transaction_number (9-15): '0000001': "
            "the amount item 3 of this transaction is missing: it must follow directly"
        ),
    )


def test_utf_8_in_a_free_text_is_refused_by_name():
    """One character is one byte; a file converted on the way has lost its positions."""
    content = ocr.file_of(ocr.transaction(1, 500, type="21", text="Blåbær"))
    assert refused(content.decode("iso-8859-1").encode("utf-8")) == [
        (
            "tolerance.utf8",
            (
                "line 5: the line is written in UTF-8, not in ISO-8859-1: "
                "allowed by the switch utf8, which is off"
            ),
        )
    ]


WRONG_WAY = "a file of claims on its way to the bank, not one of payments received"


def test_a_file_of_claims_is_named_for_what_it_is():
    """A creditor's own direct debit file lies in the wrong folder: nothing else in it is worth telling."""
    assert refused(ocr.sample(ocr.OUTGOING)) == [
        (
            "ocr.wrong_way",
            f"line 1: 'NY00001055555555100008100008080': a transmission sent to Nets: {WRONG_WAY}",
        )
    ]


def test_a_file_of_claims_is_known_by_its_records_too():
    """Whoever is named as sender."""
    content = ocr.sample(ocr.OUTGOING).replace(b"5555555510000810000808", b"0000808010000810001234", 1)
    assert refused(content) == [
        ("ocr.wrong_way", f"line 2: 'NY210020': a record of direct debit claims (AvtaleGiro): {WRONG_WAY}")
    ]


def test_a_mandate_that_is_missing_is_noticed():
    """What is passed over is counted all the same."""
    content = without(4, ocr.sample("mps-avtalegiro-mandates.ocr"))
    assert [code for code, _ in refused(content)] == ["ocr.count", "ocr.records"] * 2


def test_payments_do_not_stand_among_mandates():
    """An assignment holds one service."""
    lines = ocr.sample("mps-avtalegiro-mandates.ocr").splitlines(keepends=True)
    payment = TWO_PAYMENTS.splitlines(keepends=True)[2:4]
    codes = [
        message
        for code, message in refused(b"".join(lines[:3] + payment + lines[3:]))
        if code == "ocr.structure"
    ]
    assert (
        codes[0]
        == "line 4, record amount item 1: 'NY091030': stands outside an assignment: NY090020 expected before it"
    )


def test_a_file_of_something_else_is_not_read_to_its_end():
    """After 500 problems the rest would only repeat them."""
    problems = refused(b"nothing of this kind\n" * 2000)
    assert len(problems) == 502
    assert problems[-1] == ("ocr.structure", "line 500: more than 500 problems: what follows is not read")


# --- guards ------------------------------------------------------------------------------------------------------

TOTALS = {"ocr.count", "ocr.records"}
ANY_LINE = st.sampled_from(ocr.INCOMING).flatmap(
    lambda name: st.tuples(st.just(ocr.sample(name)), st.integers(1, len(ocr.sample(name).splitlines())))
)


@given(ANY_LINE)
def test_without_any_one_record_a_file_is_refused_by_its_totals(case):
    """A count does not agree, or the record that holds the totals is named as missing."""
    content, line = case
    problems = refused(without(line, content))
    assert TOTALS & {code for code, _ in problems} or any("with its totals" in text for _, text in problems)


@given(ANY_LINE)
def test_with_any_one_record_doubled_a_file_is_refused(case):
    """No record counts twice."""
    content, line = case
    lines = content.splitlines(keepends=True)
    problems = refused(b"".join([*lines[:line], *lines[line - 1 :]]))
    assert {"ocr.records", "ocr.structure"} & {code for code, _ in problems}


@given(st.sampled_from(ocr.INCOMING), st.data())
def test_a_file_that_was_cut_off_is_refused(name, data):
    """Wherever it ends too early, unless only the last line end is missing."""
    content = ocr.sample(name)
    end = data.draw(st.integers(0, len(content) - 2))
    assert refused(content[:end])


@given(st.sampled_from(ocr.INCOMING[2:]), st.data())
def test_a_file_with_one_digit_of_an_amount_changed_is_refused_by_its_sum(name, data):
    """The control sum holds over every øre."""
    lines = ocr.sample(name).splitlines(keepends=True)
    at = data.draw(st.sampled_from([n for n, line in enumerate(lines) if line[6:8] == b"30"]))
    place = data.draw(st.integers(32, 48))
    digit = data.draw(st.sampled_from(b"0123456789").filter(lambda byte: byte != lines[at][place]))
    lines[at] = lines[at][:place] + bytes([digit]) + lines[at][place + 1 :]
    assert [code for code, _ in refused(b"".join(lines))] == ["ocr.sum", "ocr.sum"]


@given(st.sampled_from(ocr.INCOMING), st.data())
def test_any_change_gives_a_file_or_a_format_error_and_nothing_else(name, data):
    """Bytes written over, at any place: never a traceback, and every problem has a code and a sentence."""
    content = bytearray(ocr.sample(name))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        file = ocr_giro.parse(bytes(content))
    except FormatError as error:
        problems, payments, counted = error.problems, [], 0
    else:
        problems, payments = file.warnings, file.payments
        counted = sum(head.payments for head in file.transmissions)
    assert counted == len(payments)
    assert all(problem.code and problem.message for problem in problems)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_file_or_a_format_error(content):
    """Whatever lies in the inbox."""
    with pytest.raises(FormatError):
        ocr_giro.parse(content)


def test_nothing_depends_on_assertions():
    """Under `python -O` assertions are not there: a reader that relies on them would lose its checks."""
    for path in Path(inkasso_formats.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)], path.name


def test_an_optimised_interpreter_refuses_the_same(tmp_path):
    """The problems under `python -O` are those without it, for each record that is left out."""
    code = (
        "import sys\n"
        "from inkasso_formats.payments import ocr_giro\n"
        "from inkasso_formats.problems import FormatError\n"
        "lines = open(sys.argv[1], 'rb').read().splitlines(keepends=True)\n"
        "for place in range(len(lines)):\n"
        "    try:\n"
        "        ocr_giro.parse(b''.join(lines[:place] + lines[place + 1 :]))\n"
        "    except FormatError as error:\n"
        "        print(error)\n"
    )
    command = [sys.executable, "-O", "-c", code, str(ocr.FOLDER / "ocr_giro_transactions.txt")]
    printed = subprocess.run(
        command, check=True, capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    content = ocr.sample("ocr_giro_transactions.txt")
    expected = []
    for line in range(1, len(content.splitlines()) + 1):
        with pytest.raises(FormatError) as caught:
            ocr_giro.parse(without(line, content))
        expected.append(str(caught.value))
    assert printed.stdout.splitlines() == expected
