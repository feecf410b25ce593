"""`double` and `unmatched` on the command line: payments that may have come twice are listed, told and decided on."""

from __future__ import annotations

from pathlib import Path

import pytest

from inkassod.installation import Installation
from support.command_line import CommandLine
from support.exchange import payment_file


@pytest.fixture
def twice(inkassod: CommandLine, two_invoices: Installation, tmp_path: Path) -> CommandLine:
    """The command line after one payment came in two files."""
    for number in (1, 2):
        path = tmp_path / f"{number}.ocr"
        path.write_bytes(payment_file(("100100", 40_000), number=number))
        inkassod("read", "payments", path)
    return inkassod


def test_possible_doubles_are_listed_with_what_they_may_repeat(twice: CommandLine):
    """Where both payments stand, and the number by which one is decided on."""
    answer = twice("double")
    assert (answer.status, answer.out.splitlines()) == (
        0,
        [
            "entry  run  line  date        amount  currency  reference  payer        repeats",
            "2        5     3  2026-03-02  400.00  NOK       100100     99990000006  run 4, line 3, on invoice 1001",
        ],
    )


def test_unmatched_says_that_payments_wait_for_a_decision(twice: CommandLine):
    """A double is no payment without an invoice, and is not passed over in silence."""
    answer = twice("unmatched")
    assert answer.out == "1 payment may have come twice and counts nowhere: `inkassod double` lists it.\n"
    document = twice.json("unmatched").document
    assert document["entries"] == []
    assert [one["entry"] for one in document["doubles"]] == [2]
    twice("double", 2, "same")
    assert twice("unmatched").out == "Every entry settles an invoice.\n"


@pytest.mark.parametrize(("word", "paid"), [("same", "600.00"), ("different", "200.00")])
def test_a_double_is_decided_on_once(twice: CommandLine, word: str, paid: str):
    """The decision stands in the log with its reason; a second one is refused."""
    answer = twice.json("double", 2, word, "--reason", "asked the bank")
    (run,) = answer.document["runs"]
    assert (answer.status, run["kind"], run["reason"]) == (0, "double", "asked the bank")
    again = twice("double", 2, "same")
    known = "the same payment" if word == "same" else "a payment of its own"
    assert (again.status, again.err) == (2, f"inkassod: entry 2 was decided on: it is {known}\n")
    twice("transfer", "1001")
    (candidate,) = twice.json("cases", "list").document["cases"]
    assert candidate["balance"] == paid


@pytest.mark.parametrize("words", [("double", "2"), ("double", "2", "other"), ("double", "two", "same")])
def test_half_a_decision_is_wrong_usage(twice: CommandLine, words: tuple[str, ...]):
    """An entry and what it is go together, and nothing else is understood."""
    assert twice(*words).status == 2
    assert len(twice.json("double").document["doubles"]) == 1


def test_an_entry_that_is_no_double_is_named(twice: CommandLine):
    """The first payment counts, and is not asked about."""
    answer = twice("double", 1, "same")
    assert (answer.status, answer.err) == (
        1,
        "inkassod: entry 1 was not set aside as a possible double: `inkassod double` lists them\n",
    )
