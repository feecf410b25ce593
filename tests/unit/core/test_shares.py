"""What is told of an entry of the feed that is taken all the same."""

from __future__ import annotations

import pytest

from inkasso_formats.feed import EntryRow
from inkassod.core.model import Owed
from inkassod.core.shares import overpaid, warnings
from support.installation import entry

OWED = {"A": 1_000_000, "B": 1_500_000}
LUMP = (
    "is 12000.00 NOK, and 25000.00 is owed on these 2 invoices together: each is filled up in the order given; hand in an "
    "entry for each, or `inkassod allocate 152 --to INVOICE=AMOUNT --reason TEXT`"
)


@pytest.mark.parametrize(
    ("row", "code", "rule"),
    [
        (entry("152", 1_200_000, "A", "B"), "feed.lump_sum", LUMP),
        (
            entry("152", -5, "A", "B"),
            "feed.lump_sum",
            "is -0.05 NOK and goes to A whole: name the one invoice that it is of",
        ),
        (
            entry("152", 1_200_000, "A"),
            "feed.surplus",
            "is 12000.00 NOK, and 10000.00 is owed on A: 2000.00 stays unallocated",
        ),
    ],
)
def test_an_entry_that_does_not_fit_its_invoices_is_told(row: EntryRow, code: str, rule: str):
    """A lump sum that leaves a choice, and what is more than is owed, are warnings: the entry is taken."""
    (found,) = warnings(row, (), OWED)
    assert (found.code, found.rule, found.warning) == (code, rule, True)


@pytest.mark.parametrize(
    "row",
    [entry("152", 2_500_000, "A", "B"), entry("152", 1_000_000, "A"), entry("152", -5, "A"), entry("152", 5)],
)
def test_an_entry_that_fits_is_not_remarked_on(row: EntryRow):
    """Exactly what is owed, less on one invoice, a reversal of one, or no invoice at all."""
    assert list(warnings(row, (), OWED)) == []


def test_a_changed_entry_says_that_it_undoes_an_allocation():
    """The feed wins over what a person had allocated, and says so."""
    (found,) = warnings(entry("152", 5, "A"), ({"allocated_run": 7},), OWED)
    assert (found.code, found.warning) == ("feed.allocation", True)
    assert (
        found.rule
        == "was allocated by hand in run 7; it has changed, so what the feed says takes the place of that"
    )


def test_an_invoice_below_zero_is_told():
    """What cannot be split off, since an agency knows of it, is not passed over in silence."""
    found = overpaid(4, "A", Owed(-2_000, "NOK"))
    assert (found.code, found.line, found.value, found.warning) == ("feed.overpaid", 4, "A", True)
    assert found.rule == (
        "20.00 NOK more than its amount is settled on it, and the agency was told of that, so it cannot be split off: "
        "enter the difference as a negative entry"
    )
