from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golden
from inkasso_formats.layout import layout_problems
from inkasso_formats.payments import viite
from inkasso_formats.payments.viite_records import RECORDS
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from inkasso_formats.tolerance import Tolerance
from support import ktl as files
from support.ktl import SMALL
from support.ocr import changed, messages, without

BATCH = "the batch that begins in line 1"


def refused(content: bytes) -> list[tuple[str, str]]:
    """Why the file is refused."""
    with pytest.raises(FormatError) as caught:
        viite.parse(content)
    return messages(caught.value)


def line_of(number: int, content: bytes = SMALL) -> bytes:
    """One line with its end."""
    return content.splitlines(keepends=True)[number - 1]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_each_declared_record_holds_together(record):
    """The fields of each record stand side by side over its 90 positions."""
    assert record.length == 90
    assert layout_problems(record) == []


@pytest.mark.parametrize("path", golden.samples("ktl"), ids=lambda path: path.name)
def test_each_sample_gives_what_is_kept_beside_it(path):
    """Payments, totals and warnings of the samples do not change unseen."""
    expected = golden.expected_file(path).read_text(encoding="utf-8")
    assert golden.as_text(golden.ktl_expected(path.read_bytes())) == expected


@pytest.mark.parametrize("name", files.SAMPLES)
def test_each_sample_is_written_as_it_was_read(name):
    """render(read(b)) == b: nothing of a file is lost in its values."""
    content = files.sample(name)
    assert viite.render(viite.read(content)) == content


def test_the_document_shows_the_layouts_that_are_declared():
    """The position tables in the document are generated from the code."""
    path = golden.DOCS / "formats/ktl.md"
    assert path.read_text(encoding="utf-8") == golden.document("formats/ktl.md")


def test_a_payment_says_what_its_record_says():
    """Each value of a payment comes from the field that the document names; the account becomes its IBAN."""
    assert viite.parse(SMALL).payments[1] == Payment(
        line=3,
        identity="ktl-12345600000785-2026-10-06-06102588WWRV0002-3-49950-13013-1",
        reference="13013",
        amount=49950,
        currency="EUR",
        date=date(2026, 10, 6),
        value_date=date(2026, 10, 5),
        account="FI2112345600000785",
        payer_name="ÄÄNI OY",
        type="3",
        bank_reference="06102588WWRV0002",
    )


def test_a_correction_takes_its_amount_back_and_what_failed_gives_no_payment():
    """Each has a total of its own in the sum record; a direct debit that failed is told."""
    file = viite.parse(SMALL)
    assert [(payment.amount, payment.reversal) for payment in file.payments] == [
        (125000, False),
        (49950, False),
        (-20000, True),
    ]
    assert file.total == 154950
    assert file.batches == (
        viite.BatchHead(
            line=1,
            written=date(2026, 10, 6),
            time="0830",
            bank_code="47",
            service_code="020840699",
            payments=2,
            payments_sum=174950,
            corrections=1,
            corrections_sum=20000,
            failed=1,
            failed_sum=7000,
        ),
    )
    assert [(warning.code, warning.message) for warning in file.warnings] == [
        (
            "ktl.failed",
            (
                "line 5, record payment, field feedback (90-90): '2': "
                "a direct debit that failed: no money came, and no payment is made of it"
            ),
        )
    ]


def test_a_payment_without_a_reference_is_kept_and_told():
    """The money has come in; whom it belongs to is for others to find out."""
    file = viite.parse(viite.render([files.batch(files.item(500, ""))]))
    assert [(payment.reference, payment.amount) for payment in file.payments] == [("", 500)]
    assert [(warning.code, warning.message) for warning in file.warnings] == [
        (
            "ktl.reference",
            (
                "line 2, record payment, field reference (44-63): '00000000000000000000': "
                "no reference; the payment is kept as it stands"
            ),
        )
    ]


def test_payments_that_are_equal_in_everything_are_told_apart_by_their_order():
    """No payment is lost, and the same file gives the same identities."""
    content = viite.render([files.batch(files.item(500), files.item(500))])
    first, second = (viite.parse(content).payments for _ in range(2))
    assert [payment.identity[-2:] for payment in first] == ["-1", "-2"]
    assert first == second


def test_lines_may_come_one_after_another():
    """A large file need not be in memory as a whole."""
    lines = iter(SMALL.splitlines(keepends=True))
    assert viite.parse(lines) == viite.parse(SMALL)


HARMLESS = {
    "LF": SMALL.replace(b"\r\n", b"\n"),
    "no last line end": SMALL.removesuffix(b"\r\n"),
    "trailing blanks": SMALL.replace(b"\r\n", b"  \r\n"),
    "blank end of the sum record missing": SMALL.replace(b"7000" + b" " * 38, b"7000"),
    "empty lines": b"\r\n" + SMALL.replace(b"\r\n9", b"\r\n  \r\n9") + b"\r\n",
    "DOS end of file": SMALL + b"\x1a",
    "no totals of failed direct debits": changed(5, "000001" + "00000007000", " " * 17, without(5, SMALL)),
    "another reserve": changed(1, "0208406991 ", "0208406991X", SMALL),
    "blank correction code": changed(2, "1250000A", "125000 A", SMALL),
}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_deviation_changes_no_payment(content):
    """What says nothing about a payment is passed over."""
    amounts = [(payment.reference, payment.amount) for payment in viite.parse(content).payments]
    assert amounts == [("1234561", 125000), ("13013", 49950), ("13013", -20000)]


CASES = {
    "empty": (
        b"",
        [("ktl.empty", "the file is empty: a batch record that begins with 0 expected")],
    ),
    "wrong amount": (
        changed(2, "125000", "125100", SMALL),
        [
            (
                "ktl.sum",
                (
                    "line 6, record sum, field payments_sum (8-18): '00000174950': "
                    f"the payments of {BATCH} add up to 1750.50, not to 1749.50"
                ),
            )
        ],
    ),
    "wrong totals": (
        changed(6, "9000002", "9000003", changed(6, "0000010000002000", "0000020000002001", SMALL)),
        [
            ("ktl.count", f"line 6, record sum, field payments (2-7): '000003': {BATCH} holds 2 payments"),
            (
                "ktl.count",
                f"line 6, record sum, field corrections (19-24): '000002': {BATCH} holds 1 corrections",
            ),
            (
                "ktl.sum",
                (
                    "line 6, record sum, field corrections_sum (25-35): '00000020010': "
                    f"the corrections of {BATCH} add up to 200.00, not to 200.10"
                ),
            ),
        ],
    ),
    "a correction read as a payment": (
        changed(4, "00000200001A", "00000200000A", SMALL),
        [
            ("ktl.count", f"line 6, record sum, field payments (2-7): '000002': {BATCH} holds 3 payments"),
            (
                "ktl.sum",
                (
                    "line 6, record sum, field payments_sum (8-18): '00000174950': "
                    f"the payments of {BATCH} add up to 1949.50, not to 1749.50"
                ),
            ),
            (
                "ktl.count",
                f"line 6, record sum, field corrections (19-24): '000001': {BATCH} holds 0 corrections",
            ),
            (
                "ktl.sum",
                (
                    "line 6, record sum, field corrections_sum (25-35): '00000020000': "
                    f"the corrections of {BATCH} add up to 0.00, not to 200.00"
                ),
            ),
        ],
    ),
    "wrong check digit": (
        changed(2, "1234561T", "1234562T", SMALL),
        [
            (
                "tolerance.wrong_check_digit",
                (
                    "line 2, record payment, field reference (44-63): '1234562': the check digit is wrong, "
                    "and the bank delivers only references that it has checked: "
                    "allowed by the switch wrong_check_digit, which is off"
                ),
            )
        ],
    ),
    "another currency": (
        changed(2, "TESTAAJA T  1", "TESTAAJA T  0", SMALL),
        [("layout.code", "line 2, record payment, field currency (76-76): '0': one of 1 expected")],
    ),
    "impossible date": (
        changed(2, "261006261005", "261306261005", SMALL),
        [
            (
                "layout.date",
                "line 2, record payment, field booking_date (16-21): '261306': no such day: a date YYMMDD expected",
            )
        ],
    ),
    "unknown record": (
        changed(2, "312345600000785", "412345600000785", SMALL),
        [
            (
                "ktl.structure",
                "line 2: '4': no record of reference payments begins like this: 0, 3, 5, 7 or 9 expected",
            ),
            ("ktl.count", f"line 6, record sum, field payments (2-7): '000002': {BATCH} holds 1 payments"),
            (
                "ktl.sum",
                (
                    "line 6, record sum, field payments_sum (8-18): '00000174950': "
                    f"the payments of {BATCH} add up to 499.50, not to 1749.50"
                ),
            ),
        ],
    ),
    "batch record missing": (
        without(1, SMALL),
        [
            (
                "ktl.structure",
                "line 1, record payment: stands outside a batch: batch record 0 expected before it",
            )
        ],
    ),
    "sum record missing": (
        without(6, SMALL),
        [("ktl.structure", f"{BATCH} has no sum record 9 with its totals")],
    ),
    "sum record twice": (
        SMALL + line_of(6),
        [
            (
                "ktl.structure",
                "line 7, record sum: ends a batch that has not begun: batch record 0 expected before it",
            )
        ],
    ),
    "the same batch twice": (
        SMALL * 2,
        [
            (
                "ktl.structure",
                (
                    "line 12, record sum: the batch of line 7 stands in line 1 already: the same payments twice"
                ),
            )
        ],
    ),
    "a sum record cut": (
        SMALL.replace(line_of(6), line_of(6)[:35] + b"\r\n"),
        [
            (
                "tolerance.short_last_field",
                (
                    "line 6, record sum, field failed (36-41): '': "
                    "the record ends early, and more than its blank end is missing: "
                    "allowed by the switch short_last_field, which is off"
                ),
            )
        ],
    ),
    "utf-8": (
        SMALL.decode("iso-8859-1").encode("utf-8"),
        [
            (
                "tolerance.utf8",
                (
                    "line 3: the line is written in UTF-8, not in ISO-8859-1: "
                    "allowed by the switch utf8, which is off"
                ),
            )
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_a_file_that_cannot_be_trusted_is_refused_with_all_its_problems(content, expected):
    """Each problem names its place, the value found and what was expected."""
    assert refused(content) == expected


def test_a_file_of_something_else_is_not_read_to_its_end():
    """After 500 problems the rest would only repeat them."""
    problems = refused(b"nothing of this kind\r\n" * 2000)
    assert len(problems) == 502
    assert problems[501] == ("ktl.structure", "line 501: more than 500 problems: what follows is not read")


@pytest.mark.parametrize("switch", ["wrong_check_digit", "short_last_field", "utf8"])
def test_a_switch_lets_its_deviation_through_with_a_warning(switch):
    """What is refused by default can be read, and is told then."""
    content = {
        "wrong_check_digit": changed(3, "13013ÄÄNI", "13014ÄÄNI", SMALL),
        "short_last_field": without(5, SMALL).replace(b"000001" + b"00000007000" + b" " * 38, b""),
        "utf8": SMALL.decode("iso-8859-1").encode("utf-8"),
    }[switch]
    assert refused(content)[0][0] == f"tolerance.{switch}"
    file = viite.parse(content, Tolerance(**{switch: True}))
    assert file.total == 154950
    assert file.warnings[0].code == f"tolerance.{switch}"


@given(files.BATCHES)
def test_what_is_written_is_read_again(batches):
    """read(render(x)) == x, for everything that the records can hold."""
    assert viite.read(viite.render(batches)) == batches


@given(files.BATCHES)
def test_no_payment_is_lost_and_no_two_are_one(batches):
    """Every item that is money gives one payment with an identity of its own."""
    file = viite.parse(viite.render(batches))
    items = [item for batch in batches for item in batch.items if not item.failed]
    assert [payment.amount for payment in file.payments] == [item.signed for item in items]
    assert len({payment.identity for payment in file.payments}) == len(items)
    assert file.total == sum(head.payments_sum - head.corrections_sum for head in file.batches)


ANY_LINE = st.sampled_from(files.SAMPLES).flatmap(
    lambda name: st.tuples(st.just(files.sample(name)), st.integers(1, len(files.sample(name).splitlines())))
)


@given(ANY_LINE)
def test_without_any_one_record_or_with_one_doubled_a_file_is_refused(case):
    """A count does not agree, or a record is named as missing."""
    content, number = case
    line = line_of(number, content)
    for wrong in (without(number, content), content.replace(line, line * 2, 1)):
        assert {code for code, _ in refused(wrong)} & {"ktl.count", "ktl.structure"}


@given(ANY_LINE, st.data())
def test_with_any_one_record_cut_a_file_is_refused(case, data):
    """As soon as more than blanks of its blank end is missing."""
    content, number = case
    line = line_of(number, content)
    keep = data.draw(st.integers(1, 51 if line.startswith(b"9") else 89))
    problems = refused(content.replace(line, line[:keep] + b"\r\n", 1))
    assert "tolerance.short_last_field" in {code for code, _ in problems}


@given(ANY_LINE, st.data())
def test_with_any_one_digit_of_money_changed_a_file_is_refused(case, data):
    """Amounts, counts, correction codes and references guard one another."""
    content, number = case
    line = line_of(number, content)
    if line.startswith(b"0"):
        return
    # What failed is no money, whether it is marked as a correction or not.
    last = 87 if line.startswith(b"5") else 88
    places = range(1, 52) if line.startswith(b"9") else [*range(43, 63), *range(77, last)]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from(b"0123456789").filter(lambda digit: digit != line[at]))
    lines = content.splitlines(keepends=True)
    lines[number - 1] = line[:at] + bytes([digit]) + line[at + 1 :]
    assert refused(b"".join(lines))


@given(st.binary(max_size=400))
def test_any_bytes_give_a_file_or_problems_and_nothing_else(content):
    """A reader never breaks down."""
    for candidate in (content, SMALL[:92] + content):
        with pytest.raises(FormatError):
            viite.parse(candidate)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n"])
@pytest.mark.parametrize("name", files.SAMPLES)
def test_each_sample_is_claimed(name, before):
    """Whatever an editor put before it, and however much of it is seen."""
    content = before + files.sample(name)
    assert [viite.claims(content[:size]) for size in (95, 96, 97, 4096)] == [True] * 4


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"0",
        b"026100608304702084069",
        SMALL[:92] + b"something else\r\n",
        b"01BGMAX               0120261006173035010331P",
        b"00KVIN02" + b" " * 192,
        b"invoice_no;amount",
    ],
)
def test_other_files_are_not_claimed(head):
    """The first record has a day, a time and a currency, and another record stands behind it."""
    assert not viite.claims(head)
