"""Linkage from the feed to the correction file: the worked example of reminders 208 and 209, surpluses, and splitting by hand."""

from __future__ import annotations

import json

import pytest

from inkassod.installation import Installation
from support.command_line import CommandLine
from support.exchange import drop, payment_file, problems, read, row, table
from support.installation import customer, entry, feed, invoice, reminder

A, B = "100001", "100002"


@pytest.fixture
def example(inkassod: CommandLine, installation: Installation) -> CommandLine:
    """100001 of 10 000 under reminder 208 and 100002 of 15 000 under 209 are at the agency; 100009 of 500 is not."""
    feed(
        installation,
        customer(),
        invoice(A, amount=1_000_000, reference="10000117"),
        invoice(B, amount=1_500_000, reference="10000224"),
        invoice("100009", amount=50_000, reference="10000999"),
        reminder(A, reminder_no="208"),
        reminder(B, reminder_no="209"),
    )
    assert inkassod("transfer", A, B).status == 0
    return inkassod


def numbers(installation: Installation) -> dict[str, tuple[str, str]]:
    """Entry: whether it was reported, and under which reminder number; parts of 0.00 are passed over."""
    return {
        f"{one['entry_no']} {one['invoice_no']}": (one["reported"], one["reminder_no"])
        for one in table(installation, "entries")
        if one["amount"]
    }


def balances(installation: Installation) -> dict[str, int]:
    """What is owed on each invoice."""
    return {one["invoice_no"]: one["balance"] for one in table(installation, "invoices")}


def told_erp(installation: Installation) -> list[tuple[str, str, str, str]]:
    """The records `entry` of the status feed: entry, invoice, reminder number, amount."""
    lines = [
        json.loads(line)
        for path in sorted(installation.spool.erp.outbox.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    names = ("entry_no", "invoice_no", "reminder_no", "amount")
    return [tuple(one[name] for name in names) for one in lines if one["type"] == "entry"]


WRONG = (
    entry("100003", 1_500_000, A, B, kind="credit_note"),
    entry("152", 1_000_000, A, B),
)
RIGHT = (entry("100003", 1_500_000, B, kind="credit_note"), entry("152", 1_000_000, A))


# --- the worked example -------------------------------------------------------------------------------------------


def test_all_four_linked_together_is_held_back_and_explained(
    example: CommandLine, installation: Installation
):
    """Neither entry is reported; the preview tells what each link would report, and the run names both."""
    feed(installation, *WRONG)
    document = example.json("corrections", "preview").document
    assert document["lines"] == []
    assert [(one["entry"], one["reason"]["code"], one["now"], one["right"]) for one in document["held"]] == [
        (
            "100003",
            "linkage",
            [
                {"invoice": A, "case": 1, "reminder": "208", "amount": "10000.00"},
                {"invoice": B, "case": 2, "reminder": "209", "amount": "5000.00"},
            ],
            [{"invoice": B, "case": 2, "reminder": "209", "amount": "15000.00"}],
        ),
        (
            "152",
            "linkage",
            [{"invoice": B, "case": 2, "reminder": "209", "amount": "10000.00"}],
            [{"invoice": A, "case": 1, "reminder": "208", "amount": "10000.00"}],
        ),
    ]
    assert example("corrections", "preview").out.startswith(
        "Held back: credit note 100003 of 15000.00 NOK is linked to the invoices 100001, 100002, and would be reported as "
        "10000.00 NOK of invoice 100001 under reminder 208 (case 1); 5000.00 NOK of invoice 100002 under reminder 209 (case 2);"
    )
    answer = example.json("corrections", "generate")
    (run,) = answer.document["runs"]
    assert (answer.status, run["outcome"], run["summary"], run["delivery"]) == (
        3,
        "issues",
        "nothing leaves",
        [],
    )
    assert [(one["code"], one["value"]) for one in run["problems"]] == [
        ("corrections.linkage", "100003"),
        ("corrections.linkage", "152"),
    ]
    assert set(numbers(installation).values()) == {("", "")}


def test_with_the_right_links_each_gets_the_number_of_its_own_invoice(
    example: CommandLine, installation: Installation
):
    """Once the feed has mended the links, 152 goes under 208 and 100003 under 209: in the ledger, `cases show` and the status feed."""
    feed(installation, *WRONG)
    example("corrections", "generate")
    feed(installation, *RIGHT)
    assert balances(installation) == {A: 0, B: 0, "100009": 50_000}
    assert example("corrections", "generate").status == 0
    assert numbers(installation) == {"152 100001": ("in", "208"), "100003 100002": ("in", "209")}
    assert told_erp(installation) == [
        ("152", A, "208", "10000.00"),
        ("100003", B, "209", "15000.00"),
    ]
    shown = example.json("cases", "show", A).document["cases"][0]["entries"]
    assert [(one["entry"], one["reported"], one["reminder"]) for one in shown] == [("152", "in", "208")]


def test_an_allocation_by_hand_mends_the_links_too(example: CommandLine, installation: Installation):
    """What `allocate` says is what the agency is told, each under the number of its own invoice."""
    feed(installation, *WRONG)
    assert example("allocate", "100003", "--to", B, "--reason", "it is of that invoice").status == 2
    # Both stand on 100002 as yet: first the payment moves, then the credit note.
    assert example("allocate", "152", "--keep", "10000.00", "--reason", "it moves").status == 0
    assert example("allocate", "100003", "--to", B, "--reason", "it is of that invoice").status == 0
    assert (
        example("allocate", "152", "--to", f"{A}=10000,00", "--reason", "it is of that invoice").status == 0
    )
    assert balances(installation) == {A: 0, B: 0, "100009": 50_000}
    assert example("corrections", "generate").status == 0
    assert numbers(installation) == {"152 100001": ("in", "208"), "100003 100002": ("in", "209")}


def test_what_is_left_out_of_the_corrections_has_no_number(example: CommandLine, installation: Installation):
    """The agency's own settlement is not reported, so it carries no reminder number."""
    feed(installation, entry("152", 1_000_000, A, settlement=True), entry("153", 1_000, B))
    example("corrections", "generate")
    assert numbers(installation) == {"152 100001": ("out", ""), "153 100002": ("in", "209")}


def test_other_entries_of_the_invoices_are_reported_meanwhile(
    example: CommandLine, installation: Installation
):
    """Only the wrongly linked entries wait; what names one invoice goes."""
    feed(installation, entry("152", 400_000, A, B), entry("153", 1_000, B))
    (run,) = example.json("corrections", "generate").document["runs"]
    counts = run["counts"]
    assert (counts["read"], counts["applied"], counts["refused"]) == (3, 1, 2)
    assert numbers(installation)["153 100002"] == ("in", "209")
    assert numbers(installation)["152 100001"] == ("", "")


def test_a_lump_sum_is_told_when_it_comes(example: CommandLine, installation: Installation):
    """The feed takes the entry and warns, unless it is exactly what is owed."""
    (run,) = feed(installation, entry("152", 1_200_000, A, B))
    assert row(installation, run)["outcome"] == "issues"
    (told,) = problems(installation, run)
    assert told == (
        "line 2, field invoices: '100001 100002': is 12000.00 NOK, and 25000.00 is owed on these 2 invoices together: each is "
        "filled up in the order given; hand in an entry for each, or `inkassod allocate 152 --to INVOICE=AMOUNT --reason TEXT`"
    )
    (run,) = feed(installation, entry("152", 2_500_000, A, B))
    assert (row(installation, run)["outcome"], problems(installation, run)) == ("done", [])
    assert example.json("corrections", "preview").document["held"] == []


# --- surpluses ----------------------------------------------------------------------------------------------------


def test_what_a_bank_file_brings_too_much_is_listed_and_given_to_another_invoice(
    example: CommandLine, installation: Installation
):
    """A payment of 10 400 on 10 000: the surplus is unallocated, told, and goes to 100009 by hand, also after the report."""
    drop(installation.spool.bank, "p.ocr", payment_file(("10000117", 1_040_000)))
    (run,) = read(installation, installation.spool.bank)
    assert row(installation, run)["applied"] == 1
    assert problems(installation, run)[0].startswith(
        "line 3, record payment, field amount: '10400.00': 400.00 NOK of it is more than is owed on invoice 100001, and is kept "
        "unallocated: `inkassod allocate "
    )
    effects = example.json("log", "show", run).document["effects"]
    assert [one["change"].partition(": ")[2].partition(";")[0] for one in effects] == [
        "settles invoice 100001",
        "is more than is owed on invoice 100001, and stays unallocated",
    ]
    (surplus,) = example.json("unmatched").document["entries"]
    assert (surplus["amount"], surplus["linked"]) == ("400.00", A)
    assert balances(installation)[A] == 0
    (told,) = example.json("corrections", "generate").document["runs"]

    name = surplus["entry"]
    answer = example("allocate", name, "--to", "100009", "--reason", "asked the customer")
    assert answer.status == 2
    assert (
        f"10000.00 NOK of invoice 100001 (run {told['run']}) was reported and stays there: name it with"
        in answer.err
    )
    wishes = ("--to", f"{A}=10000", "--to", "100009")
    answer = example.json("allocate", name, *wishes, "--reason", "asked the customer")
    (made,) = answer.document["runs"]
    assert (answer.status, made["kind"], made["reason"]) == (0, "allocate", "asked the customer")
    assert balances(installation) == {A: 0, B: 1_500_000, "100009": 10_000}
    assert example.json("unmatched").document["entries"] == []


def test_an_allocation_stands_in_the_time_line_of_its_case(example: CommandLine, installation: Installation):
    """`cases show` tells who split the entry and why it counts there."""
    feed(installation, entry("152", 1_200_000))
    wishes = ("--to", f"{A}=10000.00", "--keep", "2000.00")
    assert example("allocate", "152", *wishes, "--reason", "asked the customer").status == 0
    (shown,) = example.json("cases", "show", A).document["cases"]
    assert [one["change"] for one in shown["timeline"] if one["kind"] == "allocate"] == [
        "payment 152: 10000.00 NOK allocated to invoice 100001 by hand"
    ]
    assert [one["allocated"] for one in shown["entries"]] == [shown["timeline"][-1]["run"]]
    assert [one["amount"] for one in example.json("unmatched").document["entries"]] == ["2000.00"]


# --- the feed and what a person said ------------------------------------------------------------------------------


def test_the_same_entry_again_keeps_the_allocation_and_a_changed_one_undoes_it(
    example: CommandLine, installation: Installation
):
    """Unchanged rows change nothing; a changed row wins, and the run says whose work it undid."""
    feed(installation, entry("152", 1_200_000, A))
    example("allocate", "152", "--to", f"{A}=7000", "--to", f"{B}=5000", "--reason", "asked the customer")
    (run,) = feed(installation, entry("152", 1_200_000, A), entry("153", 100, "100009"))
    assert row(installation, run)["unchanged"] == 1
    assert balances(installation) == {A: 300_000, B: 1_000_000, "100009": 49_900}
    (run,) = feed(installation, entry("152", 1_100_000, A))
    assert problems(installation, run)[0].endswith(
        "it has changed, so what the feed says takes the place of that"
    )
    assert balances(installation) == {A: 0, B: 1_500_000, "100009": 49_900}


def test_an_invoice_that_an_agency_knows_to_be_overpaid_is_told(
    example: CommandLine, installation: Installation
):
    """Its amount falls after the payment was reported: nothing can be split off, so the run of the feed says it."""
    feed(installation, entry("152", 1_000_000, A))
    example("corrections", "generate")
    (run,) = feed(installation, invoice(A, amount=900_000, reference="10000117"))
    (told,) = problems(installation, run)
    assert told == (
        "line 2, field invoice_no: '100001': 1000.00 NOK more than its amount is settled on it, and the agency was told of that, "
        "so it cannot be split off: enter the difference as a negative entry"
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("999", "--to", A), "entry 999 is not in the ledger"),
        (("152", "--to", "9"), "invoice 9 is not in the ledger of this creditor"),
        (("152", "--to", f"{A}=1"), "the amounts do not sum up: 1.00 given, the entry is 12000.00 NOK"),
        (("152", "--to", f"{A}=1.234"), "'1.234': at most two decimals"),
        (("152",), "the amounts do not sum up: 0.00 given"),
    ],
)
def test_a_split_that_cannot_be_is_refused_and_changes_nothing(
    example: CommandLine, installation: Installation, words: tuple[str, ...], text: str
):
    """Each reason is told, and the entry stays as it was."""
    feed(installation, entry("152", 1_200_000))
    before = table(installation, "entries")
    answer = example("allocate", *words, "--reason", "test")
    assert answer.status in {1, 2}
    assert text in answer.err
    assert table(installation, "entries") == before
