from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inkasso_formats.text import fit

LATIN = "iso-8859-1"


@pytest.mark.parametrize(
    ("text", "fitted"),
    [
        ("Łódź Žižek", "Lódz Zizek"),
        ("Đorđe Čačić", "Dorde Cacic"),
        ("Œuvre", "OEuvre"),
        ("Bjørg Åse Þórð", "Bjørg Åse Þórð"),
        ("5 €", "5 EUR"),
        ("“Hei” – ‘du’ …", "\"Hei\" - 'du' ..."),
        ("ﬁ ½ ㎏", "fi ½ kg"),
        ("Александр", "?????????"),
        ("to\r\nlinjer\tog\x85tre\u2028fire", "to linjer og tre fire"),
        ("usyn\u200blig\u00ad", "usynlig"),
        ("smalt\u202fmellomrom", "smalt mellomrom"),
    ],
)
def test_characters_that_the_encoding_lacks_are_written_by_rule(text: str, fitted: str) -> None:
    """A letter loses its marks or is written by the table, a control character is a blank, anything else a question mark."""
    result, notes = fit(text, LATIN, 40)
    assert result == fitted
    if text == fitted:
        assert notes == ()
    else:
        assert [(note.code, note.value, note.warning) for note in notes] == [
            ("text.transliterated", text, True)
        ]
        assert notes[0].message == f"{text!r}: written as {fitted!r} in iso-8859-1"


def test_decomposed_letters_are_composed_without_a_word() -> None:
    """Canonically equal text is the same text: `a` with a ring is `å`."""
    assert fit("A\u030ase", LATIN, 10) == ("Åse", ())


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("Storgata 12 B", 10, "Storgata 1"),
        ("Storgata 12 B", 9, "Storgata"),
        ("smørœ", 5, "smør"),
        ("sœ", 3, "soe"),
        ("€", 2, ""),
    ],
)
def test_what_is_too_long_is_cut_after_the_last_whole_character(text: str, width: int, fitted: str) -> None:
    """Blanks that the cut leaves at the end go, and a letter written as two is kept or dropped as one."""
    result, notes = fit(text, LATIN, width)
    assert result == fitted
    cuts = [note for note in notes if note.code == "text.cut"]
    assert [note.message for note in cuts] == (
        [] if text == "sœ" else [f"{text!r}: cut to {fitted!r}: the field has room for {width} characters"]
    )


def test_a_plainer_encoding_loses_more() -> None:
    """What stays depends on the encoding alone: in ASCII the Norwegian letters go too."""
    assert fit("Blåbær og Ørret", "us-ascii", 20)[0] == "Blabaer og Orret"


@given(st.text(max_size=30), st.integers(1, 12))
@example("e\u0301\u0301", 2)
def test_the_result_always_fits_and_every_change_is_told(text: str, width: int) -> None:
    """Whatever goes in: it encodes, is not too long, holds no control character, and is told of when it differs."""
    fitted, notes = fit(text, LATIN, width)
    assert len(fitted.encode(LATIN)) <= width
    assert not any(unicodedata.category(character) == "Cc" for character in fitted)
    assert bool(notes) == (fitted != unicodedata.normalize("NFC", text))
    assert all(note.warning for note in notes)


@given(st.text(max_size=30), st.integers(1, 12))
def test_what_was_fitted_once_fits_as_it_is(text: str, width: int) -> None:
    """Fitting again changes nothing."""
    fitted, _ = fit(text, LATIN, width)
    assert fit(fitted, LATIN, width) == (fitted, ())
