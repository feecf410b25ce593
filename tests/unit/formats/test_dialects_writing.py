from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from inkasso_formats.dialects import (
    CLOSING_REASONS,
    STAGES,
    FileKind,
    OutHead,
    RecordsRefused,
    Writer,
    file_name,
    kind_of_name,
    parse,
    render,
)
from inkasso_formats.problems import FormatError
from support.dialect_files import DIALECT, GOOD, HEAD, file_of
from support.golden_dialects import samples

AT = datetime(2026, 11, 21, 6, 5, 4, tzinfo=UTC)
CASE: Any = GOOD["new_cases"]


def refused(kind: FileKind, records: list[Any]) -> dict[int, list[tuple[str, str]]]:
    """Code and message of each problem, by the index of its record."""
    with pytest.raises(RecordsRefused) as caught:
        render(DIALECT, kind, HEAD, records)
    return {
        index: [(problem.code, problem.message) for problem in problems]
        for index, problems in caught.value.refused.items()
    }


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("new_cases", "LS12345620261121060504"),
        ("corrections", "RD12345620261121060504"),
        ("receipts", "KV12345620261121060504"),
        ("updates", "SO12345620261121060504"),
        ("closures", "AV12345620261121060504"),
    ],
)
def test_a_name_is_prefix_client_number_date_and_time(kind: FileKind, name: str) -> None:
    """And the name that is given is the one that is recognised."""
    assert file_name(DIALECT, kind, "123456", AT, 1) == name
    assert kind_of_name(DIALECT, name) == kind


@pytest.mark.parametrize("client_number", ["", "12 34", "12345678901", "../etc"])
def test_a_client_number_that_makes_no_name_is_refused(client_number: str) -> None:
    """What is written must be recognised by the one who reads it."""
    with pytest.raises(FormatError) as caught:
        file_name(DIALECT, "new_cases", client_number, AT, 1)
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [
        (
            "dialect.client",
            (
                f"field client_number: {client_number!r}: gives the file name 'LS{client_number}20261121060504', "
                "which is none of this kind: LS(?P<client_number>[0-9A-Za-z]{1,10})[0-9]{14} expected"
            ),
        )
    ]


@pytest.mark.parametrize(
    "sample", [path for path in samples("intrum-no") if "-" not in path.stem], ids=lambda path: path.stem
)
def test_a_good_sample_is_written_as_it_stands(sample: Any) -> None:
    """Reading and writing again gives the same bytes (but for the time of day, which reading does not keep)."""
    content = sample.read_bytes()
    parsed = parse(DIALECT, sample.stem, content)
    time = datetime.strptime(content[24:38].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    head = OutHead(
        client_number=parsed.head.client_number, sequence_no=parsed.head.sequence_no or 0, created=time
    )
    rendered = render(DIALECT, sample.stem, head, parsed.records)
    assert rendered.content == content
    assert (rendered.count, rendered.total, rendered.notes) == (parsed.count, parsed.total, ())
    assert rendered.lines == tuple(range(2, 2 + parsed.count))


def test_a_file_without_records_is_header_and_trailer() -> None:
    """Nothing to tell is a file too, and reads as one."""
    parsed = parse(DIALECT, "receipts", file_of("receipts", []))
    assert (parsed.records, parsed.count, parsed.total) == ([], 0, 0)


def test_texts_that_do_not_fit_are_cut_and_told_by_line() -> None:
    """Names, addresses and texts for people may lose their end or their marks; each change names its place."""
    records = [CASE, replace(CASE, name="Łukasz " + "a" * 80, city="Þórshöfn – ø")]
    rendered = render(DIALECT, "new_cases", HEAD, records)
    name = "Lukasz " + "a" * 73
    assert [(note.code, note.line, note.field, note.position, note.warning) for note in rendered.notes] == [
        ("text.transliterated", 3, "name", (64, 143), True),
        ("text.cut", 3, "name", (64, 143), True),
        ("text.transliterated", 3, "city", (300, 339), True),
    ]
    assert rendered.notes[2].message == (
        "line 3, record detail, field city (300-339): 'Þórshöfn – ø': written as 'Þórshöfn - ø' in iso-8859-1"
    )
    assert parse(DIALECT, "new_cases", rendered.content).records == [
        CASE,
        replace(CASE, name=name, city="Þórshöfn - ø"),
    ]


def test_an_address_that_works_only_whole_is_left_out_and_told() -> None:
    """Half a telephone number or e-mail address would reach somebody else."""
    rendered = render(
        DIALECT, "new_cases", HEAD, [replace(CASE, email="a" * 80 + "@example.com", phone="+4773000001")]
    )
    assert [(note.code, note.warning, note.message) for note in rendered.notes] == [
        (
            "text.omitted",
            True,
            (
                f"line 2, record detail, field email (372-451): '{'a' * 40}…': left out, because it does not fit as it is: "
                f"cut to '{'a' * 80}': the field has room for 80 characters"
            ),
        )
    ]
    assert parse(DIALECT, "new_cases", rendered.content).records == [
        replace(CASE, email="", phone="+4773000001")
    ]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            {"invoice_no": "9" * 31},
            "layout.text",
            f"field invoice_no (514-543): '{'9' * 31}': 31 characters; the field has room for 30 and may not be cut",
        ),
        (
            {"customer_no": "Ł1"},
            "layout.text",
            "field customer_no (33-62): 'Ł1': holds a character that iso-8859-1 lacks, and may not be changed",
        ),
        (
            {"case": "A\u030a1"},
            "layout.text",
            "field case (3-32): 'A\u030a1': holds a character that iso-8859-1 lacks, and may not be changed",
        ),
        (
            {"case": "1\n2"},
            "layout.text",
            "field case (3-32): '1\\n2': holds a character that iso-8859-1 lacks, and may not be changed",
        ),
        ({"case": " 1"}, "layout.text", "field case (3-32): ' 1': begins or ends with a blank, which the file cannot keep"),
        ({"reference": "1" * 26}, "layout.reference", f"field reference (544-568): '{'1' * 26}': 26 characters; the field has room for 25 and may not be cut"),
        ({"case": ""}, "layout.text", "field case (3-32): '': is required and missing"),
        ({"name": "\u200b"}, "layout.text", "field name (64-143): '': is required and missing"),
        ({"principal": 0}, "layout.amount", "field principal (636-648): '0': is required and missing"),
        ({"principal": -1}, "layout.amount", "field principal (636-648): '-1': an amount that is not negative expected"),
        ({"principal": 10**13}, "layout.amount", "field principal (636-648): '10000000000000': 14 characters; the field has room for 13"),
        ({"kind": "state"}, "dialect.code", "field kind (63-63): 'state': the table debtor_kinds has no code for it"),
        ({"kind": ""}, "dialect.code", "field kind (63-63): '': the table debtor_kinds has no code for it"),
        ({"claim_type": "gift"}, "dialect.code", "field claim_type (652-653): 'gift': the table claim_types has no code for it"),
    ],
)  # fmt: skip
def test_what_may_not_be_changed_refuses_its_record(change: dict[str, Any], code: str, message: str) -> None:
    """An identity, a code or an amount is written whole or not at all."""
    record = replace(CASE, **change)
    assert refused("new_cases", [CASE, record]) == {1: [(code, f"record detail 2, {message}")]}


def test_all_bad_records_are_refused_at_once_and_the_others_can_be_written() -> None:
    """Nothing is written while one is bad: the caller holds the bad ones back and writes the rest."""
    bad = replace(CASE, case="", invoice_no="9" * 31)
    records = [bad, CASE, bad]
    problems = refused("new_cases", records)
    assert {index: len(found) for index, found in problems.items()} == {0: 2, 2: 2}
    rest = [record for index, record in enumerate(records) if index not in problems]
    assert parse(DIALECT, "new_cases", file_of("new_cases", rest)).records == [CASE]


def test_a_word_that_contradicts_its_code_is_refused() -> None:
    """A closure whose reason says other than its code would be read as what the code says."""
    closure: Any = GOOD["closures"]
    assert refused("closures", [replace(closure, reason="recalled")]) == {
        0: [
            (
                "dialect.code",
                (
                    "record detail 1, field reason_code (61-64): 'recalled': "
                    "the code '01' means paid_in_full in the table closing_reasons"
                ),
            )
        ]
    }


def test_a_record_of_another_kind_is_a_mistake_of_the_program() -> None:
    """It is no matter of data, and says so."""
    with pytest.raises(TypeError, match="Receipt is no record of closures"):
        render(DIALECT, "closures", HEAD, [GOOD["receipts"]])


@pytest.mark.parametrize(
    ("head", "code", "message"),
    [
        ({"client_number": "1" * 11}, "dialect.client", f"record header, field client_number (9-18): '{'1' * 11}': 11 characters; the field has room for 10 and may not be cut"),
        ({"client_number": ""}, "layout.text", "record header, field client_number (9-18): '': is required and missing"),
        ({"sequence_no": 0}, "layout.number", "record header, field sequence_no (19-24): '0': is required and missing"),
        ({"sequence_no": 1000000}, "layout.number", "record header, field sequence_no (19-24): '1000000': 7 characters; the field has room for 6"),
    ],
)  # fmt: skip
def test_a_head_that_does_not_fit_stops_the_writing(head: dict[str, Any], code: str, message: str) -> None:
    """A file for nobody, or without a number, is not written."""
    with pytest.raises(FormatError) as caught:
        render(DIALECT, "receipts", replace(HEAD, **head), [])
    assert [(problem.code, problem.message) for problem in caught.value.problems] == [(code, message)]


def test_the_code_tables_know_every_word() -> None:
    """The shipped dialect has a code for each stage and each closing reason that we have a word for."""
    assert {row.word for row in DIALECT.codes["stages"].codes.values()} == set(STAGES)
    assert {row.word for row in DIALECT.codes["closing_reasons"].codes.values()} == set(CLOSING_REASONS)
    assert DIALECT.codes["closing_reasons"].code_for("recalled") == "05"
    assert DIALECT.codes["stages"].word_for("60") == "legal_action"
    assert (DIALECT.codes["stages"].code_for("gone"), DIALECT.codes["stages"].word_for("?")) == (None, "")


def test_memory_does_not_grow_with_the_pieces() -> None:
    """What was written is let go: twenty pieces need no more than two."""

    def peak(pieces: int) -> int:
        tracemalloc.start()
        writer = Writer(DIALECT, "new_cases", HEAD)
        for piece in range(pieces):
            writer.take(replace(CASE, case=f"{piece}-{number}") for number in range(500))
        writer.finish()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)  # what is kept for the first time
    assert peak(20) < 1.2 * peak(2)
