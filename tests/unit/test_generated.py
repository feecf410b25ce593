from __future__ import annotations

import pytest

from support.generated import replace_between

DOCUMENT = "# T\n<!-- generated: a -->\nold\n<!-- end -->\ntext\n<!-- generated: b -->\n<!-- end -->\n"


def test_only_the_named_part_is_replaced():
    """What a person wrote around it stays."""
    assert replace_between(DOCUMENT, "a", "new\nlines\n") == DOCUMENT.replace("old", "new\nlines")
    assert replace_between(DOCUMENT, "b", "new") == DOCUMENT.replace("b -->\n", "b -->\nnew\n")


def test_replacing_twice_changes_nothing():
    """So the document can be held equal to what is generated."""
    once = replace_between(DOCUMENT, "a", "new")
    assert replace_between(once, "a", "new") == once


def test_a_part_that_is_not_there_once_is_named():
    """A misspelt marker would leave a part old for ever."""
    with pytest.raises(ValueError, match="stands 0 times") as caught:
        replace_between(DOCUMENT, "c", "new")
    assert str(caught.value) == "the marker <!-- generated: c --> stands 0 times in the document, not once"
    with pytest.raises(ValueError, match="has no") as caught:
        replace_between("<!-- generated: a -->\n", "a", "new")
    assert str(caught.value) == "the part a has no <!-- end --> behind it"
