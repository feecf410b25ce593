"""`show`: any payment file, and any file of an agency, made readable, masked or compared; without settings and without a ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inkasso_formats import dialects
from inkasso_formats.payments import bgmax, camt054, ocr_giro, viite
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Payment
from support import camt, ocr
from support.command_line import Answer, CommandLine

DATA = Path(__file__).resolve().parents[2] / "data"
PARSERS = {
    "ocr_giro": ocr_giro.parse,
    "bgmax": bgmax.parse,
    "ktl": viite.parse,
    "camt054": camt054.parse,
}
SAMPLES = [
    (name, path)
    for name in PARSERS
    for path in sorted((DATA / name).iterdir())
    if path.suffix in {".txt", ".ocr", ".SVM", ".ktl", ".xml"}
]
AGENCY = sorted((DATA / "intrum-no").glob("*.txt"))
KEYS = ["format", "payments", "totals", "problems"]
ROW = [
    *("line", "reference", "amount", "currency", "date"),
    *("payer_account", "payer_name", "type", "reversal"),
]
PROBLEM = [
    *("code", "line", "record", "field", "position"),
    *("value", "expected", "message", "warning"),
]


@pytest.fixture
def inkassod(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """The command line in an empty folder without settings, which it leaves empty."""
    place = tmp_path / "nothing"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.delenv("INKASSOD_CONFIG", raising=False)
    yield CommandLine(place, capsys)
    assert list(place.iterdir()) == []


def show(inkassod: CommandLine, *words: object) -> Answer:
    """`inkassod show WORDS... --json`."""
    return inkassod.bare("show", *words, "--json")


def expected_row(payment: Payment) -> dict[str, Any]:
    """A payment as the document holds it."""
    amount = (
        f"{'-' if payment.amount < 0 else ''}{abs(payment.amount) // 100}.{abs(payment.amount) % 100:02d}"
    )
    row = {name: getattr(payment, name) for name in ROW}
    return {**row, "amount": amount, "date": payment.date.isoformat()}


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=[path.name for _, path in SAMPLES])
def test_each_sample_is_shown_as_it_is_read_or_refused_with_its_problems(
    inkassod: CommandLine, name: str, path: Path
):
    """Exactly the keys of the interface, the payments in their order, their number and sum; 0, or 1 where the file is refused."""
    answer = show(inkassod, path)
    document = answer.document
    assert list(document) == KEYS
    assert [list(problem) for problem in document["problems"]] == [PROBLEM] * len(document["problems"])
    try:
        file = PARSERS[name](path.read_bytes())
    except FormatError as error:
        refused = {"count": 0, "amount": "0.00"}
        assert (answer.status, document["payments"], document["totals"]) == (1, [], refused)
        assert document["problems"]
        if document["format"]:  # else no format knows it, or it came the wrong way
            messages = [problem.message for problem in error.problems]
            assert [problem["message"] for problem in document["problems"]] == messages
        return
    assert (answer.status, document["format"]) == (0, name)
    assert document["payments"] == [expected_row(payment) for payment in file.payments]
    assert document["totals"]["count"] == len(file.payments)
    if document["totals"]["amount"] is None:
        assert len({payment.currency for payment in file.payments}) > 1
    else:
        cents = int(document["totals"]["amount"].replace(".", ""))
        assert cents == sum(payment.amount for payment in file.payments)
    assert [problem["message"] for problem in document["problems"]] == [
        warning.message for warning in file.warnings
    ]


@pytest.mark.parametrize("path", AGENCY, ids=[path.name for path in AGENCY])
def test_each_file_of_an_agency_is_shown_by_its_fields(inkassod: CommandLine, path: Path):
    """What the creditor sends as well as what it gets; 3 where single records are refused, 1 where the file is."""
    answer = show(inkassod, path)
    document, dialect = answer.document, dialects.load("intrum-no")
    kind = dialects.kind_of_content(dialect, path.read_bytes())
    assert kind is not None
    assert list(document) == ["format", "kind", "records", "totals", "problems"]
    assert (document["format"], document["kind"]) == ("intrum-no", kind)
    try:
        parsed = dialects.parse(dialect, kind, path.read_bytes())
    except FormatError as error:
        messages = [problem.message for problem in error.problems]
        assert [problem["message"] for problem in document["problems"]] == messages
        assert (answer.status, document["records"], document["totals"]) == (1, [], {"count": 0})
        return
    assert answer.status == (3 if any(not problem.warning for problem in parsed.problems) else 0)
    assert document["totals"] == {"count": len(parsed.records)}
    assert [row["case"] for row in document["records"]] == [record.case for record in parsed.records]


def test_people_get_a_table_with_the_sum_and_the_warnings(inkassod: CommandLine, tmp_path: Path):
    """One line a payment, then the format, how many and how much, then what is worth telling."""
    path = tmp_path / "payments.ocr"
    path.write_bytes(
        ocr.file_of(ocr.transaction(1, 125_000), ocr.transaction(2, 5_000, type="18", payer_account="0" * 11))
    )
    answer = inkassod.bare("show", path)
    assert answer.status == 0
    assert answer.out.splitlines() == [
        "line  reference   amount  currency  date        payer account  payer name  type  reversal",
        "   3  0010017    1250.00  NOK       2026-10-06  98765432109                10",
        "   5  0010017     -50.00  NOK       2026-10-06                             18    yes",
        "ocr_giro: 2 payments, 1200.00",
    ]


def test_an_agencys_file_is_a_table_of_the_fields_that_hold_something(inkassod: CommandLine):
    """Columns that are empty in all records are left out; a record that is refused is told."""
    answer = inkassod.bare("show", DATA / "intrum-no" / "updates-unknown_stage_and_impossible_date.txt")
    lines = answer.out.splitlines()
    assert (answer.status, lines[0].split()[:4]) == (3, ["line", "case", "agency", "case"])
    assert lines[3] == "intrum-no: 2 records"
    assert lines[4].startswith("  warning: line 2, record detail, field stage_code")
    assert lines[5].startswith("  line 3, record detail, field on (53-60): ")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.txt", b"what is this", "identify.unidentified"),
        ("customers.csv", b"customer_no\n", "show.feed"),
        ("claims.txt", ocr.sample(ocr.OUTGOING), "identify.wrong_way"),
        ("cut.ocr", ocr.TWO_PAYMENTS[:-81], "ocr.end_transmission"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused_with_the_reason(
    inkassod: CommandLine, tmp_path: Path, name: str, content: bytes, code: str
):
    """Status 1: the document holds the problems, and people read them on standard error."""
    path = tmp_path / name
    path.write_bytes(content)
    answer = show(inkassod, path)
    assert (answer.status, answer.document["payments"]) == (1, [])
    codes = [problem["code"] for problem in answer.document["problems"]]
    if code.startswith("ocr"):
        assert codes
        assert (answer.document["format"], codes[0].split(".")[0]) == ("ocr_giro", "ocr")
    else:
        assert (answer.document["format"], codes) == (None, [code])
    told = inkassod.bare("show", path)
    assert (told.status, told.out) == (1, "")
    assert told.err.splitlines() == [
        "inkassod: the file cannot be read:",
        *(f"  {problem['message']}" for problem in answer.document["problems"]),
    ]


def test_a_file_that_is_not_there_is_named(inkassod: CommandLine, tmp_path: Path):
    """No traceback, and status 1."""
    answer = inkassod.bare("show", tmp_path / "nowhere.ocr")
    assert (answer.status, answer.err) == (
        1,
        f"inkassod: {tmp_path}/nowhere.ocr: No such file or directory\n",
    )


def test_json_may_stand_before_the_command_too(inkassod: CommandLine):
    """As with every other command."""
    path = DATA / "ktl" / "batches.ktl"
    assert inkassod.bare("--json", "show", path).document == show(inkassod, path).document


# --- masked -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=[path.name for _, path in SAMPLES])
def test_a_masked_file_holds_no_account_name_or_reference(inkassod: CommandLine, name: str, path: Path):
    """Nothing of six characters or more of an identity is left, in the rows or in the sentences; the rest stays as it was."""
    plain, masked = show(inkassod, path), show(inkassod, path, "--mask")
    assert masked.status == plain.status
    text = masked.out
    for one, other in zip(plain.document["payments"], masked.document["payments"], strict=True):
        for field in ("payer_account", "payer_name", "reference"):
            assert bool(one[field]) == bool(other[field])
            assert len(one[field]) < 6 or one[field] not in text
        kept = ("line", "amount", "currency", "date", "type", "reversal")
        assert [one[field] for field in kept] == [other[field] for field in kept]
    assert masked.document["totals"] == plain.document["totals"]


def test_of_masked_numbers_the_ends_stay(inkassod: CommandLine, tmp_path: Path):
    """Two characters at either end of a long number, nothing of a short one or of a name."""
    path = tmp_path / "payments.ocr"
    path.write_bytes(ocr.file_of(ocr.transaction(1, 100, reference="12345674"), ocr.transaction(2, 100)))
    rows = show(inkassod, path, "--mask").document["payments"]
    assert [(row["reference"], row["payer_account"]) for row in rows] == [
        ("12***74", "98***09"),
        ("***", "98***09"),
    ]


def test_a_masked_file_of_the_agency_names_nobody(inkassod: CommandLine):
    """Names, addresses, numbers and texts of new cases are hidden; kind, amounts and dates stay."""
    path = DATA / "intrum-no" / "new_cases.txt"
    plain = show(inkassod, path).document["records"]
    masked = show(inkassod, path, "--mask")
    for one, other in zip(plain, masked.document["records"], strict=True):
        for field in ("name", "address", "city", "phone", "email", "id_number", "case", "invoice_no"):
            assert not one[field] or "***" in other[field]
        for field in ("kind", "principal", "due_date", "currency", "country"):
            assert one[field] == other[field]
        assert not [
            one[field] for field in ("name", "address", "email") if one[field] and one[field] in masked.out
        ]


# --- compared ---------------------------------------------------------------------------------------------------------


def compared(inkassod: CommandLine, tmp_path: Path, a: bytes, b: bytes, *words: object) -> Answer:
    """`inkassod show a --diff b --json`."""
    for name, content in (("a", a), ("b", b)):
        (tmp_path / name).write_bytes(content)
    return show(inkassod, tmp_path / "a", "--diff", tmp_path / "b", *words)


def test_two_files_are_compared_payment_by_payment(inkassod: CommandLine, tmp_path: Path):
    """What only one holds, and what both hold with other values; where it stands in the file does not matter."""
    a = [
        ocr.transaction(1, 100),
        ocr.transaction(2, 200, reference="0010025"),
        ocr.transaction(3, 300, reference="0010033"),
        ocr.transaction(4, 400, reference="0010041"),
    ]
    b = [
        ocr.transaction(1, 300, reference="0010033"),
        ocr.transaction(2, 250, reference="0010025"),
        ocr.transaction(3, 100),
        ocr.transaction(4, 500, reference="0010058"),
    ]
    answer = compared(inkassod, tmp_path, ocr.file_of(*a), ocr.file_of(*b))
    found = answer.document
    assert (answer.status, list(found)) == (0, ["a", "b", "only_a", "only_b", "changed"])
    assert [row["reference"] for row in found["only_a"]] == ["0010041"]
    assert [row["reference"] for row in found["only_b"]] == ["0010058"]
    (changed,) = found["changed"]
    assert (changed["fields"], changed["a"]["amount"], changed["b"]["amount"]) == (["amount"], "2.00", "2.50")
    assert found["a"]["totals"] == {"count": 4, "amount": "10.00"}
    assert found["b"]["totals"] == {"count": 4, "amount": "11.50"}
    assert inkassod.bare("show", tmp_path / "a", "--diff", tmp_path / "b").out.splitlines() == [
        f"A: {tmp_path}/a: ocr_giro: 4 payments, 10.00",
        f"B: {tmp_path}/b: ocr_giro: 4 payments, 11.50",
        "",
        "Only in A: 1",
        "line  reference  amount  currency  date        payer account  payer name  type  reversal",
        "   9  0010041      4.00  NOK       2026-10-06  98765432109                10",
        "",
        "Only in B: 1",
        "line  reference  amount  currency  date        payer account  payer name  type  reversal",
        "   9  0010058      5.00  NOK       2026-10-06  98765432109                10",
        "",
        "Changed: 1",
        "line  field   A     B",
        "   5  amount  2.00  2.50",
    ]


def test_a_copy_with_another_number_holds_the_same(inkassod: CommandLine, tmp_path: Path):
    """The transmission's own number is not the payments'."""
    from inkasso_formats.payments.ocr_giro import render

    items = ocr.assignment(ocr.transaction(1, 100), ocr.transaction(2, 100))
    files = [render([ocr.transmission(items, number=number)]) for number in (1, 2)]
    found = compared(inkassod, tmp_path, *files).document
    assert (found["only_a"], found["only_b"], found["changed"]) == ([], [], [])
    assert inkassod.bare("show", tmp_path / "a", "--diff", tmp_path / "b").out.splitlines()[-1] == (
        "Both hold the same."
    )


def test_equal_payments_are_counted(inkassod: CommandLine, tmp_path: Path):
    """One of two equal payments that the other file lacks is told."""
    once, twice = (
        ocr.file_of(ocr.transaction(1, 5)),
        ocr.file_of(ocr.transaction(1, 5), ocr.transaction(2, 5)),
    )
    found = compared(inkassod, tmp_path, once, twice).document
    assert (len(found["only_a"]), len(found["only_b"]), found["changed"]) == (0, 1, [])


def test_payments_of_two_formats_are_compared_by_their_reference(inkassod: CommandLine, tmp_path: Path):
    """What OCR Giro and camt.054 say differently of one payment is told field by field."""
    found = compared(inkassod, tmp_path, ocr.TWO_PAYMENTS, camt.TWO_PAYMENTS).document
    assert (found["a"]["format"], found["b"]["format"]) == ("ocr_giro", "camt054")
    assert (found["only_a"], found["only_b"]) == ([], [])
    assert [(one["a"]["reference"], one["fields"]) for one in found["changed"]] == [
        ("0010017", ["payer_account", "payer_name", "type"]),
        ("0010025", ["payer_account", "payer_name", "type"]),
    ]


def test_records_of_an_agency_are_compared_by_their_case(inkassod: CommandLine):
    """A file with and without texts: the same cases, with other fields."""
    folder = DATA / "intrum-no"
    answer = show(inkassod, folder / "closures.txt", "--diff", folder / "closures-without_texts_and_LF.txt")
    assert (answer.status, answer.document["only_a"], answer.document["only_b"]) == (0, [], [])
    assert {name for one in answer.document["changed"] for name in one["fields"]} == {"text"}


def test_compared_files_can_be_masked(inkassod: CommandLine, tmp_path: Path):
    """Which fields differ is told, and their identities are not."""
    one, other = ocr.transaction(1, 5), ocr.transaction(1, 5, payer_account="12340567894")
    answer = compared(inkassod, tmp_path, ocr.file_of(one), ocr.file_of(other), "--mask")
    (changed,) = answer.document["changed"]
    assert changed["fields"] == ["payer_account"]
    assert "12340567894" not in answer.out
    assert "98765432109" not in answer.out


def test_records_that_are_refused_are_told_where_files_are_compared(inkassod: CommandLine):
    """What is left out of one file cannot be compared: status 3."""
    folder = DATA / "intrum-no"
    name = "updates-unknown_stage_and_impossible_date.txt"
    answer = show(inkassod, folder / "updates.txt", "--diff", folder / name)
    assert answer.status == 3
    assert [problem["warning"] for problem in answer.document["b"]["problems"]].count(False) == 1


@pytest.mark.parametrize(
    ("a", "b", "code", "message"),
    [
        (
            "intrum-no/closures.txt",
            "ktl/batches.ktl",
            "show.diff",
            "'batches.ktl': is a file of payments, and closures.txt one of closures: two files of one kind expected",
        ),
        (
            "ktl/batches.ktl",
            "camt054/broken-wrong_sum.xml",
            "show.refused",
            "'broken-wrong_sum.xml': is refused, so it cannot be compared",
        ),
    ],
)
def test_files_that_cannot_be_compared_are_named(
    inkassod: CommandLine, a: str, b: str, code: str, message: str
):
    """Two kinds of files, or a file that is refused."""
    answer = show(inkassod, DATA / a, "--diff", DATA / b)
    error = json.loads(answer.out)["error"]
    assert (answer.status, error["code"], error["problems"][0]) == (1, code, message)
