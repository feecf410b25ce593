from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inkasso_formats.dialects import FILE_KINDS, FileKind, kind_of_content, kind_of_name, parse
from inkasso_formats.dialects.findings import MOST_PROBLEMS
from inkasso_formats.problems import FormatError
from inkasso_formats.records import FileHead
from support.dialect_files import DIALECT, GOOD, changed, content_of, file_of, lines_of
from support.golden_dialects import expected_path, reading, samples

RECEIPTS = file_of("receipts")
UPDATES = file_of("updates")
CLOSURES = file_of("closures")


def refused(kind: FileKind, content: bytes) -> list[tuple[str, str]]:
    """Code and message of each problem that stops a file."""
    with pytest.raises(FormatError) as caught:
        parse(DIALECT, kind, content)
    return [(problem.code, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize("sample", samples("intrum-no"), ids=lambda path: path.stem)
def test_each_sample_reads_as_expected(sample: Any) -> None:
    """What is read from a sample, or what is wrong with it, is the JSON that stands beside it."""
    assert reading(DIALECT, sample.read_bytes()) == expected_path(sample).read_text("utf-8")


def test_no_expected_reading_without_its_sample() -> None:
    """Every expected file belongs to a sample, and each kind of file has one."""
    stems = {sample.stem for sample in samples("intrum-no")}
    folder = samples("intrum-no")[0].parent
    assert {path.name.removesuffix(".expected.json") for path in folder.glob("*.json")} == stems
    assert set(FILE_KINDS) <= stems


def test_a_file_says_whose_it_is_before_its_records() -> None:
    """Client number, sequence number and day come from the header."""
    parsed = parse(DIALECT, "receipts", RECEIPTS)
    assert parsed.head == FileHead(client_number="123456", sequence_no=7, created=date(2026, 11, 21))
    assert (parsed.records, parsed.problems, parsed.count, parsed.refused) == ([GOOD["receipts"]], [], 1, 0)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("tail", [b"", b"end", b"end empty", b"end mark"])
def test_line_ends_and_what_follows_the_last_one_do_not_matter(end: bytes, tail: bytes) -> None:
    """LF and CR LF are read, with or without the last one, and empty lines or the mark of DOS at the end."""
    tails = {b"": b"", b"end": end, b"end empty": end + end + end, b"end mark": end + b"\x1a"}
    content = end.join(lines_of(RECEIPTS)) + tails[tail]
    assert parse(DIALECT, "receipts", content).records == [GOOD["receipts"]]


def test_a_file_can_be_read_line_by_line() -> None:
    """Lines with their ends give the same as the whole content."""
    assert parse(DIALECT, "receipts", iter(RECEIPTS.splitlines(keepends=True))) == parse(
        DIALECT, "receipts", RECEIPTS
    )


# --- what stops the file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\n\n\x1a"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    """Nothing at all, or nothing but line ends, is no file."""
    assert refused("receipts", content) == [
        ("dialect.empty", "the file is empty: at least a header and a trailer expected")
    ]


@pytest.mark.parametrize(("cut", "length"), [(-1, 199), (None, 201)])
def test_a_record_of_the_wrong_length_stops_the_file(cut: int | None, length: int) -> None:
    """One character more or less, and every position after it is in doubt."""
    lines = lines_of(RECEIPTS)
    lines[1] = lines[1][:cut] if cut else lines[1] + b" "
    assert refused("receipts", content_of(lines)) == [
        ("layout.length", f"line 2, record detail: '{length}': characters; a record of this file has 200")
    ]


def test_an_empty_line_between_records_stops_the_file() -> None:
    """Only at the end may lines be empty."""
    lines = lines_of(RECEIPTS)
    assert refused("receipts", content_of([*lines[:2], b"", lines[2]])) == [
        ("layout.length", "line 3, record of receipts: '0': characters; a record of this file has 200")
    ]


def test_an_unknown_record_stops_the_file() -> None:
    """A line whose tag no record has may hold anything."""
    lines = lines_of(RECEIPTS)
    lines[1] = b"20" + lines[1][2:]
    assert refused("receipts", content_of(lines)) == [
        ("dialect.record", "line 2: '20': unknown record: one of 00, 10, 99 expected at its start")
    ]


def test_a_missing_trailer_stops_the_file() -> None:
    """Without its last record a file may have lost others too."""
    assert refused("receipts", content_of(lines_of(RECEIPTS)[:-1])) == [
        (
            "dialect.trailer",
            "line 2: the file ends without its trailer (99): it is cut off, have it sent again",
        )
    ]


def test_a_missing_header_is_told_once() -> None:
    """Without its first record a file does not say whose it is."""
    lines = lines_of(file_of("receipts", [GOOD["receipts"]] * 2))
    assert refused("receipts", content_of(lines[1:])) == [
        ("dialect.header", "line 1, record detail: the file must begin with its header (00)")
    ]


def test_a_second_header_or_trailer_stops_the_file() -> None:
    """Two files that were joined are not one file."""
    assert refused("receipts", RECEIPTS + RECEIPTS) == [
        ("dialect.header", "line 4, record header: the header stands once, and first"),
        ("dialect.order", "line 4, record header: stands after the trailer in line 3: nothing may follow it"),
        ("dialect.order", "line 5, record detail: stands after the trailer in line 3: nothing may follow it"),
        (
            "dialect.order",
            "line 6, record trailer: stands after the trailer in line 3: nothing may follow it",
        ),
    ]


def test_a_wrong_count_stops_the_file() -> None:
    """The trailer's count is compared with the details that stand in the file."""
    lines = lines_of(file_of("receipts", [GOOD["receipts"]] * 3))
    assert refused("receipts", content_of([*lines[:2], *lines[3:]])) == [
        (
            "dialect.count",
            "line 4, record trailer, field count (3-10): '3': announced, but the file holds 2 detail records",
        )
    ]


def test_wrong_sums_stop_the_file_and_both_are_told() -> None:
    """Each sum is compared with the amounts of all details."""
    content = changed(UPDATES, "updates", 2, "detail", "paid", "-0000000030001")
    content = changed(content, "updates", 2, "detail", "remaining", "00000000072501")
    assert refused("updates", content) == [
        (
            "dialect.sum",
            "line 3, record trailer, field total (11-25): '300.00': announced, but paid of the details make -300.01",
        ),
        (
            "dialect.sum",
            (
                "line 3, record trailer, field total_remaining (26-40): '725.00': "
                "announced, but remaining of the details make 725.01"
            ),
        ),
    ]


def test_letters_in_an_amount_that_is_summed_stop_the_file() -> None:
    """Then the sum cannot be checked, so no amount of the file can be trusted; the sum itself is not told."""
    content = changed(CLOSURES, "closures", 2, "detail", "costs", "0000000003500O")
    assert refused("closures", content) == [
        (
            "layout.amount",
            (
                "line 2, record detail, field costs (173-186): '0000000003500O': "
                "a sign and 13 digits expected, the last two are decimals"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("field", "text", "code", "message"),
    [
        ("file_kind", "SO", "layout.constant", "field file_kind (3-4): 'SO': 'KV' expected"),
        ("layout", "IN02", "layout.constant", "field layout (5-8): 'IN02': 'IN01' expected"),
        (
            "client_number",
            " " * 10,
            "layout.text",
            "field client_number (9-18): '          ': is required and blank",
        ),
        ("sequence_no", "00000A", "layout.number", "field sequence_no (19-24): '00000A': 6 digits expected"),
        (
            "created",
            "20260230",
            "layout.date",
            "field created (25-32): '20260230': no such day: a date YYYYMMDD expected",
        ),
        (
            "created_time",
            "240000",
            "layout.time",
            "field created_time (33-38): '240000': no such time: a time HHMMSS expected",
        ),
    ],
)
def test_a_header_that_cannot_be_read_stops_the_file(field: str, text: str, code: str, message: str) -> None:
    """Who it is for, which file it is and of which kind: without that nothing is taken from it."""
    content = changed(RECEIPTS, "receipts", 1, "header", field, text)
    assert refused("receipts", content) == [(code, f"line 1, record header, {message}")]


def test_a_count_that_cannot_be_read_stops_the_file() -> None:
    """The trailer must be readable, not only there."""
    content = changed(RECEIPTS, "receipts", 3, "trailer", "count", "       1")
    assert refused("receipts", content) == [
        ("layout.number", "line 3, record trailer, field count (3-10): '       1': 8 digits expected")
    ]


def test_what_stops_a_file_is_told_together_with_what_refuses_records() -> None:
    """All problems at once, in the order of the lines."""
    content = changed(UPDATES, "updates", 2, "detail", "on", "20261131")
    content = changed(content, "updates", 3, "trailer", "count", "00000002")
    assert [code for code, _ in refused("updates", content)] == ["layout.date", "dialect.count"]


def test_reading_stops_after_very_many_problems() -> None:
    """A file of another kind would give a problem for each line."""
    problems = refused("receipts", b"<Document/>\n" * 2000)
    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1] == (
        "dialect.stopped",
        "line 501: reading stopped here, after 500 problems: is it a file of this kind at all?",
    )


# --- encodings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "name"), [(b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")]
)
def test_the_mark_of_another_encoding_stops_the_file(mark: bytes, name: str) -> None:
    """A byte order mark says for certain that the file is not ISO-8859-1."""
    assert refused("receipts", mark + RECEIPTS) == [
        (
            "dialect.encoding",
            (
                f"line 1: {mark.hex(' ')!r}: the file begins with the mark of {name}: iso-8859-1 expected, "
                "have it sent in that encoding"
            ),
        )
    ]


def test_a_line_that_is_right_only_as_utf8_is_named_so() -> None:
    """UTF-8 makes a line with `ø` longer, which the record length shows."""
    update = replace(GOOD["updates"], text="Første")  # type: ignore[call-arg]
    content = file_of("updates", [update]).decode("iso-8859-1").encode("utf-8")
    assert refused("updates", content) == [
        (
            "dialect.encoding",
            (
                "line 2, record detail: '251': bytes, but 250 characters when read as UTF-8: "
                "one byte a character expected, have it sent in the right encoding"
            ),
        )
    ]


def test_letters_that_look_like_utf8_are_a_warning() -> None:
    """In a line of the right length UTF-8 cannot be told for certain: the record is taken as it stands, and told."""
    content = changed(UPDATES, "updates", 2, "detail", "text", "Første".encode())
    parsed = parse(DIALECT, "updates", content)
    assert parsed.records == [replace(GOOD["updates"], text="FÃ¸rste")]  # type: ignore[call-arg]
    assert [(problem.code, problem.warning, problem.message) for problem in parsed.problems] == [
        (
            "dialect.encoding",
            True,
            (
                "line 2, record detail, field text (137-138): 'Ã¸': would be 'ø' in UTF-8; "
                "kept as iso-8859-1, ask the agency which encoding it writes"
            ),
        )
    ]


@pytest.mark.parametrize("control", ["\x00", "\t", "\x1b", "\x85", "\x7f"])
def test_control_characters_are_read_as_blanks_and_told(control: str) -> None:
    """None of them reaches a log or a screen."""
    content = changed(UPDATES, "updates", 2, "detail", "text", f"a{control}b")
    parsed = parse(DIALECT, "updates", content)
    assert parsed.records == [replace(GOOD["updates"], text="a b")]  # type: ignore[call-arg]
    assert [problem.message for problem in parsed.problems] == [
        f"line 2, record detail, field text (137-137): {control!r}: a control character, read as a blank"
    ]


def test_letters_of_the_encoding_need_no_word() -> None:
    """Norwegian letters, and a no-break space, are what the encoding is for."""
    update = replace(GOOD["updates"], text="Åse fikk\xa0brev: «hør her», ½ ÆØÅ")  # type: ignore[call-arg]
    parsed = parse(DIALECT, "updates", file_of("updates", [update]))
    assert (parsed.records, parsed.problems) == ([update], [])


# --- what refuses one record -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "code", "message"),
    [
        (
            "on",
            "20261131",
            "layout.date",
            "field on (53-60): '20261131': no such day: a date YYYYMMDD expected",
        ),
        ("on", "00000000", "layout.date", "field on (53-60): '00000000': a date YYYYMMDD is required"),
        ("case", " " * 30, "layout.text", f"field case (3-32): '{' ' * 30}': is required and blank"),
        ("stage_code", "    ", "layout.code", "field stage_code (61-64): '    ': is required and blank"),
    ],
)
def test_a_value_that_cannot_be_read_refuses_its_record_only(
    field: str, text: str, code: str, message: str
) -> None:
    """The good records of the same file come through, and count and sums are of all of them."""
    two = file_of("updates", [GOOD["updates"]] * 2)
    parsed = parse(DIALECT, "updates", changed(two, "updates", 2, "detail", field, text))
    assert parsed.records == [replace(GOOD["updates"], line=3)]  # type: ignore[call-arg]
    assert [(problem.code, problem.message) for problem in parsed.problems] == [
        (code, f"line 2, record detail, {message}")
    ]
    assert (parsed.count, parsed.total, parsed.refused) == (2, 60000, 1)


def test_a_required_amount_of_zero_refuses_its_record_only() -> None:
    """Zero can be added, so it does not put the sum in doubt."""
    content = changed(file_of("new_cases"), "new_cases", 2, "detail", "principal", "0" * 13)
    content = changed(content, "new_cases", 3, "trailer", "total", "0" * 15)
    parsed = parse(DIALECT, "new_cases", content)
    assert (parsed.records, parsed.refused, parsed.total) == ([], 1, 0)
    assert [problem.message for problem in parsed.problems] == [
        "line 2, record detail, field principal (636-648): '0000000000000': is required and zero"
    ]


def test_a_code_without_a_word_refuses_its_record() -> None:
    """An answer that is neither yes nor no cannot be acted on."""
    parsed = parse(DIALECT, "receipts", changed(RECEIPTS, "receipts", 2, "detail", "accepted", "X"))
    assert (parsed.records, parsed.refused) == ([], 1)
    assert [problem.message for problem in parsed.problems] == [
        "line 2, record detail, field accepted (63-63): 'X': one of A, R expected"
    ]


@pytest.mark.parametrize(
    ("kind", "field", "table", "place"),
    [
        ("receipts", "reason_code", "rejection_reasons", "84-87"),
        ("updates", "stage_code", "stages", "61-64"),
        ("closures", "reason_code", "closing_reasons", "61-64"),
    ],
)
def test_an_unknown_code_of_the_agency_is_kept_and_told(
    kind: FileKind, field: str, table: str, place: str
) -> None:
    """The agency may have codes that nobody told us of; the case must not stand still for that."""
    parsed = parse(DIALECT, kind, changed(file_of(kind), kind, 2, "detail", field, "Q7  "))
    without_word = {"reason": ""} if kind == "closures" else {}
    assert parsed.records == [replace(GOOD[kind], **{field: "Q7", **without_word})]
    assert [(problem.code, problem.warning, problem.message) for problem in parsed.problems] == [
        (
            "dialect.code",
            True,
            (
                f"line 2, record detail, field {field} ({place}): 'Q7': is not in the table {table}; "
                "the code is kept as it is, ask the agency what it means"
            ),
        )
    ]


def test_a_blank_text_is_filled_from_the_code_table() -> None:
    """Where the file has a code only, the table says what it means."""
    content = changed(UPDATES, "updates", 2, "detail", "stage", " " * 40)
    assert parse(DIALECT, "updates", content).records == [
        replace(GOOD["updates"], stage="Delbetaling er mottatt")  # type: ignore[call-arg]
    ]


def test_a_blank_claim_type_is_an_ordinary_claim() -> None:
    """An optional code that is blank leaves the value that the record has of itself."""
    content = changed(file_of("new_cases"), "new_cases", 2, "detail", "claim_type", "  ")
    assert parse(DIALECT, "new_cases", content).records == [GOOD["new_cases"]]


# --- which kind of file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILE_KINDS)
@pytest.mark.parametrize("other", FILE_KINDS)
def test_a_header_is_claimed_by_its_own_kind_only(kind: FileKind, other: FileKind) -> None:
    """Each kind of file is known by its first record, and read as no other kind."""
    content = file_of(kind)
    assert kind_of_content(DIALECT, content[:60]) == kind
    if kind != other:
        assert refused(other, content)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"00",
        b"00KV",
        b"10KVIN01",
        b"00XXIN01123456",
        b"NY000010",
        b"customer_no;name",
        b"\xff\xfe0\x000\x00",
    ],
)
def test_other_content_is_claimed_by_no_kind(head: bytes) -> None:
    """The whole mark must be there, in its place."""
    assert kind_of_content(DIALECT, head) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LS12345620261121060000", "new_cases"),
        ("RD12345620261121060000", "corrections"),
        ("KV12345620261121060000", "receipts"),
        ("SOA120261121060000", "updates"),
        ("AV12345620261121060000", "closures"),
        ("AV12345620261121060000.tmp", None),
        ("xAV12345620261121060000", None),
        ("AV12345620261121060000\n", None),
        ("AV20261121060000", None),
        ("kv12345620261121060000", None),
        ("", None),
    ],
)
def test_a_name_is_matched_from_end_to_end(name: str, kind: FileKind | None) -> None:
    """A name with anything before or after it is another file's."""
    assert kind_of_name(DIALECT, name) == kind
