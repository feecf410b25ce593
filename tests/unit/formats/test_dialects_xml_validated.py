from __future__ import annotations

import pytest

from inkasso_formats.dialects import parse
from support import xml_samples
from support.xml_samples import ATTRIBUTES, ELEMENTS, refusal, told

CASES = xml_samples.file_of("elements", "new_cases").decode()
ANSWERS = xml_samples.file_of("attributes", "receipts").decode("iso-8859-1")
NOT = "the schema of the dialect does not allow it: "


def test_what_breaks_the_schema_in_an_item_refuses_that_item_only():
    """The good ones are read; the bad one is told with its line, by the schema and by the layout."""
    parsed = parse(
        ELEMENTS,
        "new_cases",
        CASES.replace("<Number>5002<", "<Nr>5002<").replace("5002</Number>", "5002</Nr>").encode(),
    )
    assert [record.case for record in parsed.records] == ["1001", "1003"]
    assert (parsed.count, parsed.refused) == (3, 1)
    assert told(parsed) == [
        (
            "dialect.schema",
            f"line 14: {NOT}Element 'Nr': This element is not expected. Expected is ( Number )",
            False,
        ),
        (
            "layout.text",
            "line 14, record invoice, field invoice_no: '': is required and blank, in Invoice/Number",
            False,
        ),
    ]


def test_a_file_in_one_line_tells_the_same():
    """The records are told apart where there are no lines."""
    content = "".join(line.strip() for line in CASES.splitlines())
    bad = content.replace("<Number>5002</Number>", "<Nr>5002</Nr>")
    parsed = parse(ELEMENTS, "new_cases", bad.encode())
    assert [record.case for record in parsed.records] == ["1001", "1003"]
    assert [problem.code for problem in parsed.problems] == ["dialect.schema", "layout.text"]


def test_what_breaks_the_schema_in_a_group_refuses_its_items():
    """The other groups are read."""
    parsed = parse(ELEMENTS, "new_cases", CASES.replace('<Debtor number="A1"', '<Debtor nr="A1"').encode())
    assert [record.case for record in parsed.records] == ["1003"]
    assert parsed.refused == 2
    assert [(problem.code, problem.line, problem.field) for problem in parsed.problems] == [
        ("dialect.schema", 5, None),
        ("dialect.schema", 5, None),
        ("layout.text", 5, "customer_no"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            "<Header>",
            "<Header><Extra/>",
            3,
            "Element 'Extra': This element is not expected. Expected is ( Client )",
        ),
        (
            "  </Debtors>",
            "  </Debtors><Debtors/>",
            27,
            "Element 'Debtors': This element is not expected. Expected is ( Closing )",
        ),
        (
            '<Balance invoices="2"',
            '<Balance sum="1" invoices="2"',
            18,
            "Element 'Balance', attribute 'sum': The attribute 'sum' is not allowed",
        ),
    ],
)
def test_what_breaks_the_schema_elsewhere_stops_the_file(old, new, line, said):
    """What the file or a group says around its items cannot be trusted then."""
    assert refusal(ELEMENTS, "new_cases", CASES.replace(old, new, 1).encode()) == [
        ("dialect.schema", f"line {line}: {NOT}{said}")
    ]


def test_a_schema_decides_on_unknown_names():
    """What it allows is passed over without a word."""
    bad = ANSWERS.replace('taken="J" agencyNo="88"/>', 'taken="J" agencyNo="88"><Fee/></Answer>')
    assert bad != ANSWERS
    parsed = parse(ATTRIBUTES, "receipts", bad.encode("iso-8859-1"))
    assert (told(parsed), parsed.refused) == ([], 0)
