from __future__ import annotations

from dataclasses import replace

import pytest

from inkasso_formats.dialects import load_text, parse, render
from inkasso_formats.records import InvoiceRow
from support.xml_samples import HEAD, PLAIN, refusal

NESTED = load_text(
    """
name = "made-up-nested"
title = "Made up: groups in groups"
form = "xml"
encoding = "utf-8"
namespace = ""
provenance = { public = "Nothing.", ours = "All of it." }

[files.new_cases]
name = "n{sequence_no:03d}.xml"
match = 'n(?P<sequence_no>[0-9]{3,})\\.xml'
counts = { debtors = ["debtor"], cases = ["case"] }
sums = { total = ["principal"] }
only = { kind = ["private"], currency = ["NOK"] }
root = "Lands"

[[files.new_cases.records]]
name = "land"
each = "group"
element = "Land"
fields = [{ name = "country", required = true, at = "@code" }]

[[files.new_cases.records]]
name = "land_count"
within = "land"
element = "."
fields = [{ name = "debtors", type = "number", at = "Debtors/@number" }]

[[files.new_cases.records]]
name = "debtor"
each = "group"
within = "land"
element = "Debtors/Debtor"
fields = [
  { name = "customer_no", required = true, at = "@number" },
  { name = "name", required = true, at = "Name" },
]

[[files.new_cases.records]]
name = "case"
each = "item"
within = "debtor"
element = "Case"
fields = [
  { name = "case", required = true, at = "No" },
  { name = "invoice_no", required = true, at = "@invoice" },
  { name = "invoice_date", type = "date", required = true, at = "@date" },
  { name = "due_date", type = "date", required = true, at = "@due" },
  { name = "principal", type = "amount", required = true, at = "@open" },
]

[[files.new_cases.records]]
name = "row"
each = "row"
within = "case"
element = "Row"
fields = [{ name = "amount", type = "amount", decimals = "point", at = "@amount" }]

[[files.new_cases.records]]
name = "debtor_total"
within = "debtor"
element = "."
fields = [{ name = "total", type = "amount", decimals = "point", at = "Total" }]

[[files.new_cases.records]]
name = "land_total"
within = "land"
element = "."
fields = [{ name = "cases", type = "number", at = "@cases" }]
""",
    "nested.toml",
)
BARE = replace(PLAIN, name="Åse By", address="", postcode="", city="", original_amount=0)
RECORDS = [
    replace(BARE, rows=(InvoiceRow(amount=100), InvoiceRow(amount=5))),
    replace(BARE, case="1002", invoice_no="5002"),
    replace(BARE, case="1003", customer_no="B2", invoice_no="5003"),
    replace(BARE, case="1004", customer_no="B2", invoice_no="5004", country="SE"),
]
WRITTEN = """<?xml version="1.0" encoding="UTF-8"?>
<Lands>
  <Land code="NO" cases="3">
    <Debtors number="2">
      <Debtor number="A1"><Name>Åse By</Name>
        <Case invoice="5001" date="20260901" due="20260915" open="100000"><No>1001</No>
          <Row amount="1.00"/>
          <Row amount="0.05"/>
        </Case>
        <Case invoice="5002" date="20260901" due="20260915" open="100000"><No>1002</No></Case>
        <Total>2000.00</Total>
      </Debtor>
      <Debtor number="B2"><Name>Åse By</Name>
        <Case invoice="5003" date="20260901" due="20260915" open="100000"><No>1003</No></Case>
        <Total>1000.00</Total>
      </Debtor>
    </Debtors>
  </Land>
  <Land code="SE" cases="1">
    <Debtors number="1">
      <Debtor number="B2"><Name>Åse By</Name>
        <Case invoice="5004" date="20260901" due="20260915" open="100000"><No>1004</No></Case>
        <Total>1000.00</Total>
      </Debtor>
    </Debtors>
  </Land>
</Lands>
"""


def test_groups_in_groups_are_written_each_with_its_totals():
    """Attributes of a container, totals before and behind what they count, elements in the order of the layout."""
    file = render(NESTED, "new_cases", HEAD, RECORDS)
    assert file.content.decode() == WRITTEN
    assert file.lines == (6, 10, 14, 22)


def test_groups_in_groups_are_read():
    """Each item has the values of all groups around it."""
    parsed = parse(NESTED, "new_cases", WRITTEN.encode())
    assert parsed.records == RECORDS
    assert (parsed.count, parsed.total, parsed.problems) == (4, 400000, [])


def test_a_container_that_ends_and_begins_again_is_one():
    """Some programs write one for each element in it."""
    content = WRITTEN.replace("</Debtor>\n      <Debtor ", "</Debtor></Debtors><Debtors><Debtor ")
    assert content.count("<Debtors") == 3
    assert parse(NESTED, "new_cases", content.encode()).records == RECORDS


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '<Debtors number="2">',
            '<Debtors number="3">',
            (
                "dialect.count",
                "line 3, record land_count, field debtors: '3': announced, but the land holds 2 debtor records",
            ),
        ),
        (
            "<Total>2000.00</Total>",
            "<Total>2000.01</Total>",
            (
                "dialect.sum",
                "line 5, record debtor_total, field total: '2000.01': announced, but principal of the cases of this debtor make 2000.00",
            ),
        ),
        (
            'code="NO" cases="3"',
            'code="NO" cases="4"',
            (
                "dialect.count",
                "line 3, record land_total, field cases: '4': announced, but the land holds 3 case records",
            ),
        ),
        (
            "      </Debtor>\n    </Debtors>\n  </Land>\n</Lands>",
            "      </Debtor>\n    <Name>Late</Name></Debtors>\n  </Land><Case>1</Case>\n</Lands>",
            None,
        ),
    ],
)
def test_totals_of_each_group_are_checked_and_names_elsewhere_are_no_records(old, new, expected):
    """What has the name of a record or field, but not its place, is unknown."""
    assert WRITTEN.count(old) == 1
    content = WRITTEN.replace(old, new).encode()
    assert refusal(NESTED, "new_cases", content) == ([expected] if expected else [])
    if not expected:
        parsed = parse(NESTED, "new_cases", content)
        assert [problem.value for problem in parsed.problems] == ["<Name>", "<Case>"]
        assert parsed.records == RECORDS
