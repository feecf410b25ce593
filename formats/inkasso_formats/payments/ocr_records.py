"""The records of OCR Giro (Norway), declared as data.

Source: Nets, "System specification OCR giro" (2010), chapter 2; mandates: "AvtaleGiro systemspesifikasjon" (2016), 3.3.
Fields that nothing depends on are declared as text: they are kept as they stand, whatever a bank writes there.
"""

from __future__ import annotations

from collections.abc import Mapping

from inkasso_formats.layout import Field, Record

LENGTH = 80
NETS = "00008080"  # the sender of every file to a creditor, and the recipient of every file from one

TRANSACTION_TYPES: Mapping[str, str] = {
    "10": "giro, charged to an account",
    "11": "standing order",
    "12": "direct remittance",
    "13": "business terminal giro",
    "14": "counter giro",
    "15": "AvtaleGiro (direct debit)",
    "16": "telegiro",
    "17": "giro paid in cash",
    "18": "terminal or internet: reversal with KID",
    "19": "terminal or internet: purchase with KID",
    "20": "terminal or internet: reversal with free text",
    "21": "terminal or internet: purchase with free text",
}
REVERSALS = frozenset({"18", "20"})  # money taken back, yet added in the control sums (2.5, field 7)
WITH_TEXT = frozenset({"20", "21"})  # these, and no others, have an amount item 3
# Types whose amount item 2 holds the number of the payment itself in the archive; 12 has an agreement there, 18 to 21 BAX numbers.
ARCHIVED = frozenset({"10", "11", "13", "14", "16", "17"})

_TYPE = Field(
    name="type",
    start=5,
    length=2,
    type="code",
    required=True,
    values=tuple(TRANSACTION_TYPES),
    meaning="Transaction type, 10 to 21.",
)
_TRANSACTION_NUMBER = Field(
    name="transaction_number",
    start=9,
    length=7,
    type="number",
    meaning="Serial in the assignment; ties the amount items together.",
)


def _tag(start: int, text: str) -> Field:
    return Field(name="tag", start=start, length=len(text), type="constant", constant=text)


def _zeros(start: int) -> Field:
    return Field(
        name="filler",
        start=start,
        length=LENGTH + 1 - start,
        type="filler",
        constant="0",
        meaning="Zeros; passed over.",
    )


def _date(name: str, start: int, meaning: str, *, required: bool = False) -> Field:
    return Field(
        name=name, start=start, length=6, type="date", form="DDMMYY", required=required, meaning=meaning
    )


def _kept(name: str, start: int, length: int, meaning: str) -> Field:
    return Field(name=name, start=start, length=length, type="text", meaning=meaning)


_COUNTS = (
    Field(name="transactions", start=9, length=8, type="number", meaning="Number of transactions."),
    Field(
        name="records",
        start=17,
        length=8,
        type="number",
        meaning="Number of records, start and end records included.",
    ),
)
_TOTAL = Field(
    name="total",
    start=25,
    length=17,
    type="amount",
    meaning="Sum of the amounts: `-` deducted, reversals of types 18 and 20 added.",
)

TRANSMISSION_START = Record(
    name="start transmission",
    length=LENGTH,
    fields=(
        _tag(1, "NY000010"),
        Field(
            name="data_transmitter",
            start=9,
            length=8,
            type="digits",
            meaning=f"Who sends: `{NETS}` is Nets.",
        ),
        Field(
            name="transmission_number",
            start=17,
            length=7,
            type="number",
            meaning="Serial made by Nets.",
        ),
        Field(
            name="data_recipient",
            start=24,
            length=8,
            type="digits",
            meaning="The creditor's customer unit id.",
        ),
        _zeros(32),
    ),
)

ASSIGNMENT_START = Record(
    name="start assignment",
    length=LENGTH,
    fields=(
        _tag(1, "NY090020"),
        _kept("agreement_id", 9, 9, "Agreement at Nets."),
        Field(
            name="assignment_number",
            start=18,
            length=7,
            type="number",
            meaning="Serial in the transmission; may repeat.",
        ),
        Field(
            name="account",
            start=25,
            length=11,
            type="digits",
            required=True,
            meaning="The creditor's account that was credited.",
        ),
        _zeros(36),
    ),
)

AMOUNT_ITEM_1 = Record(
    name="amount item 1",
    length=LENGTH,
    fields=(
        _tag(1, "NY09"),
        _TYPE,
        _tag(7, "30"),
        _TRANSACTION_NUMBER,
        _date("nets_date", 16, "Settlement date.", required=True),
        _kept("centre_id", 22, 2, "Data centre of the bank."),
        _kept("day_code", 24, 2, "Day of the month of processing."),
        _kept("partial_settlement", 26, 1, "Number of the partial settlement."),
        _kept("serial_number", 27, 5, "All transactions of one serial number are one line of the statement."),
        Field(
            name="amount",
            start=32,
            length=18,
            type="amount",
            sign="leading",
            meaning="Sign (`-`, `0` or blank) and 17 digits, øre.",
        ),
        Field(
            name="reference",
            start=50,
            length=25,
            type="reference",
            meaning="KID, right-aligned, blank-filled; blank for types 20 and 21.",
        ),
        _kept("card_issuer", 75, 2, "Card issuer for types 18 to 21, else zeros."),
        _zeros(77),
    ),
)

AMOUNT_ITEM_2 = Record(
    name="amount item 2",
    length=LENGTH,
    fields=(
        _tag(1, "NY09"),
        _TYPE,
        _tag(7, "31"),
        _TRANSACTION_NUMBER,
        _kept("form_number", 16, 10, "Number on the giro form."),
        _kept(
            "archive_reference",
            26,
            9,
            "Archive reference; for type 12 the payer's agreement id; for 18 to 21 BAX.",
        ),
        _kept("postgiro_account", 35, 7, "Zeros; before 2003 the payer's Postgiro account."),
        _date("bank_date", 42, "Date of the order to the bank; zeros where it is not known."),
        Field(
            name="payer_account",
            start=48,
            length=11,
            type="digits",
            meaning="Debit account: the payer's account; zeros where it is not known, always for 18 to 21.",
        ),
        _zeros(59),
    ),
)

AMOUNT_ITEM_3 = Record(
    name="amount item 3",
    length=LENGTH,
    fields=(
        _tag(1, "NY09"),
        _TYPE,
        _tag(7, "32"),
        _TRANSACTION_NUMBER,
        Field(name="text", start=16, length=40, type="text", meaning="Free text from the terminal."),
        _zeros(56),
    ),
)

ASSIGNMENT_END = Record(
    name="end assignment",
    length=LENGTH,
    fields=(
        _tag(1, "NY090088"),
        *_COUNTS,
        _TOTAL,
        _date("generated", 42, "Date of generation; not judged."),
        _date("earliest", 48, "Earliest Nets date of the assignment."),
        _date("latest", 54, "Latest Nets date of the assignment."),
        _zeros(60),
    ),
)

TRANSMISSION_END = Record(
    name="end transmission",
    length=LENGTH,
    fields=(
        _tag(1, "NY000089"),
        *_COUNTS,
        _TOTAL,
        _date("generated", 42, "Date of generation; zeros allowed; not judged."),
        _zeros(48),
    ),
)

MANDATES_START = Record(
    name="start assignment of mandates",
    length=LENGTH,
    fields=(_tag(1, "NY212420"), _kept("rest", 9, 72, "Passed over.")),
)

MANDATE = Record(
    name="mandate",
    length=LENGTH,
    fields=(_tag(1, "NY219470"), _kept("rest", 9, 72, "Passed over.")),
)

MANDATES_END = Record(
    name="end assignment of mandates",
    length=LENGTH,
    fields=(_tag(1, "NY212488"), *_COUNTS, _zeros(25)),
)

# By what tells records apart: format and service code, and record type.
BY_KEY: Mapping[str, Record] = {
    "NY0010": TRANSMISSION_START,
    "NY0920": ASSIGNMENT_START,
    "NY0930": AMOUNT_ITEM_1,
    "NY0931": AMOUNT_ITEM_2,
    "NY0932": AMOUNT_ITEM_3,
    "NY0988": ASSIGNMENT_END,
    "NY2120": MANDATES_START,
    "NY2170": MANDATE,
    "NY2188": MANDATES_END,
    "NY0089": TRANSMISSION_END,
}
RECORDS = tuple(BY_KEY.values())

OUTGOING = frozenset({"00", "02", "21", "36"})  # types of service 21 in a creditor's own claims to the bank


def key_of(line: str) -> str:
    """What tells which record a line is, in `BY_KEY`: positions 1 to 4 and 7 to 8."""
    return line[:4] + line[6:8]
