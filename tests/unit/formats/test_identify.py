from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from inkasso_formats.dialects import FileKind
from inkasso_formats.identify import Claim, identify
from inkasso_formats.problems import FormatError
from support.dialect_files import DIALECT, file_of
from support.golden_dialects import DATA, samples

HEAD_BYTES = 4096
INVOICES = (
    b"invoice_no;customer_no;invoice_date;due_date;amount;currency\n1;2;2026-01-01;2026-01-15;100;NOK\n"
)
JSON_LINE = b'{"type": "invoice", "invoice_no": "1"}\n'


def error_of(name: str, head: bytes, *dialects: object) -> list[tuple[str, str]]:
    """Code and message where a file is not identified."""
    with pytest.raises(FormatError) as caught:
        identify(name, head, dialects or [DIALECT])  # type: ignore[arg-type]
    return [(problem.code, problem.message) for problem in caught.value.problems]


def outcome(name: str, head: bytes) -> Claim | str:
    """Who claims a file, or the code of the error."""
    try:
        return identify(name, head, [DIALECT])
    except FormatError as error:
        return error.problems[0].code


OCR = Claim("ocr_giro", "payments")
CSV = Claim("feed_csv", "feed")
JSONL = Claim("feed_jsonl", "feed")
WRONG_WAY = "identify.wrong_way"
UNIDENTIFIED = "identify.unidentified"


def inbound(kind: FileKind) -> Claim:
    """The claim of the Norwegian dialect."""
    return Claim("intrum-no", kind, "intrum-no")


OCR_SAMPLES: dict[str, Claim | str] = {
    "avtalegiro_agreements.txt": OCR,
    "avtalegiro_payment_request.txt": WRONG_WAY,
    "mps-avtalegiro-mandates.ocr": OCR,
    "nets-2010-spec-section4.ocr": OCR,
    "ocr_giro_transactions.txt": OCR,
}


@pytest.mark.parametrize(
    "sample",
    sorted(path for path in (DATA / "ocr_giro").iterdir() if path.suffix in {".txt", ".ocr"}),
    ids=lambda path: path.name,
)
def test_each_sample_of_a_bank_is_claimed_by_its_format(sample: Path) -> None:
    """Whatever its name, OCR Giro is known by its first record; claims on their way to the bank are told."""
    assert outcome("statement", sample.read_bytes()[:HEAD_BYTES]) == OCR_SAMPLES[sample.name]


@pytest.mark.parametrize(
    ("path", "format_name"),
    [
        ("bgmax/bankgirot-example.txt", "bgmax"),
        ("bgmax/bankgirot-example-utf8.txt", "bgmax"),
        ("bgmax/parts.txt", "bgmax"),
        ("ktl/547392460.SVM", "ktl"),
        ("ktl/batches.ktl", "ktl"),
    ],
)
def test_each_swedish_and_finnish_sample_is_claimed_by_its_format(path: str, format_name: str) -> None:
    """Fixed records of other lengths are told apart by how they begin."""
    assert outcome("statement", (DATA / path).read_bytes()[:HEAD_BYTES]) == Claim(format_name, "payments")


@pytest.mark.parametrize("sample", samples("intrum-no"), ids=lambda path: path.stem)
def test_each_sample_of_an_agency_is_claimed_by_its_dialect(sample: Path) -> None:
    """Broken ones too, so that reading can say what is wrong; what we send ourselves came the wrong way."""
    kind = re.split("-", sample.stem)[0]
    expected = WRONG_WAY if kind in {"new_cases", "corrections"} else inbound(kind)  # type: ignore[arg-type]
    assert outcome(sample.name, sample.read_bytes()[:HEAD_BYTES]) == expected


@pytest.mark.parametrize(
    ("name", "head", "claim"),
    [
        ("customers_20261121.csv", b"customer_no,name,kind\n", CSV),
        ("INVOICES.CSV", INVOICES, CSV),
        ("reminders.csv", b"", CSV),
        ("entries-2.csv", b"\xef\xbb\xbfentry_no;kind\n", CSV),
        ("stock.csv", INVOICES, UNIDENTIFIED),
        ("feed.jsonl", JSON_LINE, JSONL),
        ("whatever", JSON_LINE, JSONL),
        ("whatever", b'\xef\xbb\xbf {"entry_no": "7", "type":"entries"}', JSONL),
        ("whatever", b'{"type": "' + b"x" * 10, UNIDENTIFIED),
        ("feed.jsonl", b'{"kind": "invoice"}\n', UNIDENTIFIED),
        ("feed.jsonl", b'["invoice"]\n', UNIDENTIFIED),
        ("a.xml", b"<?xml version='1.0'?><Document/>", UNIDENTIFIED),
        ("KV12345620261121060000", b"", UNIDENTIFIED),
        ("KV12345620261121060000", b"00KVIN02" + b" " * 192, UNIDENTIFIED),
        ("a.zip", b"PK\x03\x04" + bytes(range(256)), UNIDENTIFIED),
    ],
)
def test_a_file_is_claimed_by_content_and_the_feeds_csv_by_name(
    name: str, head: bytes, claim: Claim | str
) -> None:
    """Only CSV has no mark of its own."""
    assert outcome(name, head) == claim


def test_an_agencys_file_is_claimed_with_the_mark_of_another_encoding() -> None:
    """So that reading can say that it is the encoding which is wrong."""
    assert outcome("x", b"\xef\xbb\xbf" + file_of("receipts")) == inbound("receipts")


def test_what_nobody_claims_is_shown_by_its_first_bytes() -> None:
    """The message says how the file begins, in a form that no screen stumbles over."""
    assert error_of("odd.bin", b"\x1b[2J\x00hello") == [
        (UNIDENTIFIED, "'odd.bin': no format knows this file; it begins with b'\\x1b[2J\\x00hello'")
    ]
    assert error_of("odd.bin", b" \r\n") == [
        (UNIDENTIFIED, "'odd.bin': no format knows this file; it is empty")
    ]


def test_two_claims_are_an_error_that_names_both() -> None:
    """A payment file under a feed's name is for a person to look at."""
    head = (DATA / "ocr_giro" / "ocr_giro_transactions.txt").read_bytes()[:HEAD_BYTES]
    assert error_of("entries.csv", head) == [
        (
            "identify.ambiguous",
            "'entries.csv': claimed by ocr_giro (payments) and feed_csv (feed); one format must claim a file",
        )
    ]


def test_two_dialects_with_one_header_are_ambiguous() -> None:
    """A mended copy must not be used beside the dialect that it was copied from."""
    copy = replace(DIALECT, name="mine")
    assert error_of("x", file_of("updates"), DIALECT, copy) == [
        (
            "identify.ambiguous",
            "'x': claimed by intrum-no (updates) and mine (updates); one format must claim a file",
        )
    ]


@pytest.mark.parametrize(("kind", "words"), [("new_cases", "new cases"), ("corrections", "corrections")])
def test_our_own_file_that_came_back_is_recognised(kind: FileKind, words: str) -> None:
    """A file that we send is never read as one that we receive."""
    assert error_of("x", file_of(kind)) == [
        (
            WRONG_WAY,
            f"'x': a file of {words}, which a creditor sends to the agency; take it out of this folder",
        )
    ]


def test_claims_on_their_way_to_the_bank_are_recognised() -> None:
    """AvtaleGiro claims look like payments until their second record."""
    head = (DATA / "ocr_giro" / "avtalegiro_payment_request.txt").read_bytes()[:HEAD_BYTES]
    assert error_of("x", head) == [
        (
            WRONG_WAY,
            "'x': AvtaleGiro claims, which a creditor sends to the bank; payments from the bank expected",
        )
    ]
