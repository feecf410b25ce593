from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from inkasso_formats.payments.camt_paths import LEVELS, tree
from inkasso_formats.payments.camt_shape import MOST_SHAPES, Shapes
from inkasso_formats.payments.camt_xml import read

TREE = tree(LEVELS["TxDtls"], "02", "urn:x")
DETAILS = [
    "<Refs><AcctSvcrRef>1</AcctSvcrRef></Refs><RmtInf><Ustrd> a </Ustrd><Ustrd>b</Ustrd></RmtInf>",
    "<Refs><AcctSvcrRef>2 </AcctSvcrRef></Refs><RmtInf><Ustrd>b</Ustrd><Ustrd>  </Ustrd></RmtInf>",
    "<Refs><AcctSvcrRef>1</AcctSvcrRef><AcctSvcrRef>2</AcctSvcrRef></Refs>",
    "<Refs><AcctSvcrRef><X/>1</AcctSvcrRef></Refs>",
    "<Refs><AcctSvcrRef/></Refs>",
    "<Refs><AcctSvcrRef>&lt;a&amp;b&gt;</AcctSvcrRef></Refs>",
    "<Refs>x<AcctSvcrRef>3</AcctSvcrRef> y</Refs><RltdPties><Cdtr><Nm>z</Nm></Cdtr><Dbtr><Nm>Å</Nm></Dbtr></RltdPties>",
    "<Refs>\n <AcctSvcrRef>\n3</AcctSvcrRef></Refs>",
    "<AmtDtls><TxAmt><Amt Ccy='NOK'>1.00</Amt></TxAmt></AmtDtls>",
    "<AmtDtls><TxAmt><Amt Ccy='SEK'> 2.00</Amt></TxAmt></AmtDtls>",
    "<RmtInf><Strd><RfrdDocInf><Nb>1</Nb></RfrdDocInf><CdtrRefInf><Ref>2</Ref></CdtrRefInf></Strd><Strd/></RmtInf>",
    "<RmtInf><Strd><RfrdDocInf><Nb>7</Nb></RfrdDocInf><CdtrRefInf><Ref>8</Ref></CdtrRefInf></Strd><Strd/></RmtInf>",
]


def _element(inside: str) -> etree._Element:
    return etree.fromstring(f"<TxDtls xmlns='urn:x'>{inside}</TxDtls>")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(DETAILS), max_size=30))
def test_details_are_read_the_same_whether_their_shape_is_known_or_not(details):
    """Values, blanks and faults, in whatever order the shapes come."""
    shapes = Shapes(TREE)
    for inside in details:
        expected: dict[str, object] = {}
        read(_element(inside), TREE, expected)
        assert shapes.read(_element(inside)) == expected


def test_no_more_shapes_than_a_few_are_learned(monkeypatch):
    """A file of ever other shapes is read element by element, and keeps no memory."""
    learned = []
    monkeypatch.setattr(Shapes, "_learn", lambda self, written: learned.append(written))
    shapes = Shapes(TREE)
    for number in range(3 * MOST_SHAPES):
        assert shapes.read(_element(f"<X{number}/>")) == {}
    assert len(learned) == MOST_SHAPES


@pytest.mark.parametrize("text", ["2", " 3 ", "Å", "&amp;", "&#13;", "]]&gt;", ""])
def test_any_text_may_stand_in_a_known_shape(text):
    """Also one that is written with escapes."""
    shapes = Shapes(TREE)
    inside = "<Refs><AcctSvcrRef>{}</AcctSvcrRef></Refs>"
    assert shapes.read(_element(inside.format("1"))) == {"bank_reference": "1"}
    expected: dict[str, object] = {}
    read(_element(inside.format(text)), TREE, expected)
    assert shapes.read(_element(inside.format(text))) == expected
