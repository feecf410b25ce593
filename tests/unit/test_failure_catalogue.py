"""The catalogue of failures holds exactly the codes that the source can give, and says of each what to do."""

from __future__ import annotations

import re

import pytest

import golden
from inkassod.failures import Failure, catalogue, parse
from support import codes
from support.commands_document import tree

DOCUMENT = '[places]\n"A" = ["a", "one"]\n["a.b"]\nmeaning = "m."\ncause = "c."\ncure = "d."\n'


def test_every_code_of_the_source_stands_in_the_catalogue():
    """Nobody meets a code that cannot be explained."""
    assert codes.codes_of_source() - set(catalogue().failures) == set()


def test_every_code_of_the_catalogue_stands_in_the_source():
    """Nothing is explained that cannot happen any more."""
    assert set(catalogue().failures) - codes.codes_of_source() == set()


def test_every_code_that_is_put_together_is_enumerated():
    """A code made of a family and a value of the program has all its values listed."""
    assert codes.dynamic_starts_of_source() == set(codes.dynamic())
    assert [start for start, words in codes.dynamic().items() if not words] == []


def test_the_scan_sees_codes_wherever_they_stand():
    """As an argument, in a table, in a choice, as a first argument of an error, in the command line's table."""
    seen = codes.codes_of_source()
    assert {"case.stray", "transport.full", "database.busy", "spool.gone", "not_found", "ocr.sum"} <= seen
    assert "daemon.log" not in seen
    assert "feed.unknown_" not in seen


def test_each_text_is_made_of_whole_sentences():
    """A meaning is one sentence; cause and cure end as sentences do."""
    for failure in catalogue().failures.values():
        texts = (failure.meaning, failure.cause, failure.cure)
        assert [text for text in texts if not re.fullmatch(r"[A-Z`].*\.", text)] == [], failure.code
        assert "\n" not in "".join(texts)
        assert ". " not in failure.meaning, failure.code


def test_no_cure_marks_a_command_that_there_is_not():
    """What stands in backquotes and begins with inkassod is a command."""
    words = {path.split()[0] for path, _ in tree()}
    named = {
        word
        for one in catalogue().failures.values()
        for word in re.findall(r"`inkassod (?:--config FILE )?([a-z]+)", f"{one.cause} {one.cure}")
    }
    assert named
    assert named - words == set()


def test_the_document_is_what_the_catalogue_says():
    """docs/failures.md is made from the catalogue; `python tests/golden.py --force` renews it."""
    assert (golden.DOCS / "failures.md").read_text("utf-8") == golden.document("failures.md")


def test_an_unknown_code_names_those_near_it():
    """The same word in another family, the family, or a like spelling."""
    near = {
        "payments.unmatched": "payment.unmatched",
        "disputed": "handover.disputed",
        "transport.host": "transport.host_key",
        "spool.": "spool.busy",
        "Feed.Amount": "feed.amount",
    }
    for code, expected in near.items():
        with pytest.raises(KeyError) as caught:
            catalogue().explain(code)
        assert expected in caught.value.args[0].partition("near it: ")[2].split(", ")
    with pytest.raises(KeyError) as caught:
        catalogue().explain("qqqqqq")
    assert caught.value.args[0] == "there is no code 'qqqqqq'"


def test_a_catalogue_is_read_as_it_stands():
    """Codes in their order, each at the place of its family."""
    read = parse(DOCUMENT)
    assert read.explain("a.b") == Failure("a.b", "m.", "c.", "d.")
    assert read.places == {"A": (Failure("a.b", "m.", "c.", "d."),)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            DOCUMENT.replace('cause = "c."\n', ""),
            "a.b: exactly meaning, cause, cure expected, not meaning, cure",
        ),
        (
            DOCUMENT.replace('"a", ', ""),
            "the family 'a' belongs to one place, not to 0",
        ),
        (
            DOCUMENT.replace('["a", "one"]', '["a"]\n"B" = ["a"]'),
            "the family 'a' belongs to one place, not to 2",
        ),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused(text, message):
    """A text that is missing, or a family without its place, is found before anybody reads it."""
    with pytest.raises(ValueError, match=r"expected|belongs") as caught:
        parse(text)
    assert str(caught.value) == message
