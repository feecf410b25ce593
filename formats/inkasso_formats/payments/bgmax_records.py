"""The records of BgMax (Sweden), declared as data.

Source: Bankgirot, "Bankgiro Inbetalningar, Teknisk manual" (November 2019), the record descriptions.
Fields that nothing depends on are declared as text: they are kept as they stand, whatever the bank writes there.
"""

from __future__ import annotations

from collections.abc import Mapping

from inkasso_formats.layout import Field, FieldType, Record

LENGTH = 80
MOST_INFORMATION = 90  # information records of one payment

REFERENCE_CODES: Mapping[str, str] = {
    "0": "no reference",
    "1": "no reference: a form without extended registration",
    "2": "a correct OCR number",
    "3": "a wrong reference, one without OCR control, or several",
    "4": "a correct reference, by extended registration",
    "5": "a wrong reference, by extended registration",
}
CHANNELS: Mapping[str, str] = {
    "1": "electronic, from a bank",
    "2": "electronic, from supplier payments (LB)",
    "3": "on a form",
    "4": "Autogiro",
}
IMAGES: Mapping[str, str] = {"0": "there is none", "1": "there is one"}
DEDUCTIONS: Mapping[str, str] = {
    "0": "the whole deduction, nothing left",
    "1": "a part of it, a rest is left",
    "2": "the last part",
}
OCR_NUMBER = "2"  # the reference code that says that the bank has checked the number


def _field(
    name: str, start: int, length: int, kind: FieldType, meaning: str, *, required: bool = False
) -> Field:
    return Field(name=name, start=start, length=length, type=kind, meaning=meaning, required=required)


def _tag(text: str) -> Field:
    return Field(name="tag", start=1, length=2, type="constant", constant=text)


def _blank(start: int, end: int = LENGTH) -> Field:
    return Field(
        name="filler", start=start, length=end + 1 - start, type="filler", meaning="Blank; passed over."
    )


def _code(name: str, start: int, values: Mapping[str, str], what: str, *, required: bool = False) -> Field:
    listed = ", ".join(f"{code} {words}" for code, words in values.items())
    return Field(
        name=name,
        start=start,
        length=1,
        type="code",
        values=tuple(values),
        required=required,
        meaning=f"{what}: {listed}.",
    )


def _entry(name: str, tag: str, whose: str, amount: str, end: tuple[Field, ...]) -> Record:
    fields = (
        _tag(tag),
        _field("payer_bankgiro", 3, 10, "digits", f"Bankgiro of {whose}; zeros where it is not known."),
        _field("reference", 13, 25, "text", "Reference: right-aligned for code 2, else left-aligned."),
        _field("amount", 38, 18, "amount", amount),
        _code("reference_code", 56, REFERENCE_CODES, "The reference is", required=True),
        _code("channel", 57, CHANNELS, "How it was paid"),
        _field("serial", 58, 12, "text", "The bank's serial number (BGC-löpnummer)."),
        _code("image", 70, IMAGES, "Image of the form"),
        *end,
    )
    return Record(name=name, length=LENGTH, fields=fields)


START = Record(
    name="start",
    length=LENGTH,
    fields=(
        _tag("01"),
        Field(name="layout", start=3, length=20, type="constant", constant=f"{'BGMAX':<20}"),
        Field(
            name="version",
            start=23,
            length=2,
            type="code",
            values=("01",),
            required=True,
            meaning="Version of the layout: 01.",
        ),
        _field(
            "written",
            25,
            20,
            "digits",
            "Swedish time of writing: YYYYMMDDHHMMSS and microseconds.",
            required=True,
        ),
        _code("mark", 45, {"P": "production", "T": "test"}, "Mark", required=True),
        _blank(46),
    ),
)

OPENING = Record(
    name="opening",
    length=LENGTH,
    fields=(
        _tag("05"),
        _field("bankgiro", 3, 10, "digits", "The payee's bankgiro.", required=True),
        _field("plusgiro", 13, 10, "digits", "The payee's plusgiro, if it is converted; else blank."),
        Field(
            name="currency",
            start=23,
            length=3,
            type="code",
            values=("SEK", "EUR"),
            required=True,
            meaning="SEK; before 2016 also EUR.",
        ),
        _blank(26),
    ),
)

PAYMENT = _entry("payment", "20", "the payer", "Amount, öre.", (_blank(71),))
DEDUCTION = _entry(
    "deduction",
    "21",
    "the payer",
    "Amount deducted, öre.",
    (_code("deduction_code", 71, DEDUCTIONS, "What is deducted"), _blank(72)),
)
_PARENTS = "its payment, the same as there"
_PART = "Zero; with extended registration the part of the payment for this reference, öre."
EXTRA = _entry("extra reference", "22", _PARENTS, _PART, (_blank(71),))
EXTRA_NEGATIVE = _entry("extra reference, negative", "23", _PARENTS, f"{_PART} Deducts.", (_blank(71),))

INFORMATION = Record(
    name="information",
    length=LENGTH,
    fields=(_tag("25"), _field("information", 3, 50, "text", "Message to the payee."), _blank(53)),
)
NAME = Record(
    name="payer's name",
    length=LENGTH,
    fields=(
        _tag("26"),
        _field("name", 3, 35, "text", "The payer's name."),
        _field("extra_name", 38, 35, "text", "More of the name."),
        _blank(73),
    ),
)
ADDRESS_1 = Record(
    name="payer's address 1",
    length=LENGTH,
    fields=(
        _tag("27"),
        _field("street", 3, 35, "text", "Street address."),
        _field("postcode", 38, 9, "text", "Postcode."),
        _blank(47),
    ),
)
ADDRESS_2 = Record(
    name="payer's address 2",
    length=LENGTH,
    fields=(
        _tag("28"),
        _field("town", 3, 35, "text", "Town."),
        _field("country", 38, 35, "text", "Country, if it is not Sweden."),
        _field("country_code", 73, 2, "text", "Code of the country."),
        _blank(75),
    ),
)
ORGANISATION = Record(
    name="payer's organisation number",
    length=LENGTH,
    fields=(
        _tag("29"),
        _field("organisation_number", 3, 12, "digits", "Ten digits behind two zeros."),
        _blank(15),
    ),
)
DEPOSIT = Record(
    name="deposit",
    length=LENGTH,
    fields=(
        _tag("15"),
        _field(
            "account",
            3,
            35,
            "digits",
            "The payee's bank account: clearing number in 22-25, account in 26-37.",
        ),
        _field("payment_date", 38, 8, "date", "Day of payment.", required=True),
        _field("deposit_number", 46, 5, "number", "Serial of the deposit, for the bankgiro and year."),
        _field("amount", 51, 18, "amount", "Payments less deductions, öre."),
        _field("currency", 69, 3, "code", "The currency of the opening record.", required=True),
        _field("entries", 72, 8, "number", "Number of payments and deductions."),
        _field("kind", 80, 1, "text", "Kind of deposit: `K`, `D` or blank; passed over."),
    ),
)
END = Record(
    name="end",
    length=LENGTH,
    fields=(
        _tag("70"),
        _field("payments", 3, 8, "number", "Number of payments (20)."),
        _field("deductions", 11, 8, "number", "Number of deductions (21)."),
        _field("extra_references", 19, 8, "number", "Number of extra references (22 and 23)."),
        _field("deposits", 27, 8, "number", "Number of deposits (15)."),
        _blank(35),
    ),
)

RECORDS = (
    START,
    OPENING,
    PAYMENT,
    DEDUCTION,
    EXTRA,
    EXTRA_NEGATIVE,
    INFORMATION,
    NAME,
    ADDRESS_1,
    ADDRESS_2,
    ORGANISATION,
    DEPOSIT,
    END,
)
BY_TAG: Mapping[str, Record] = {record.fields[0].constant: record for record in RECORDS}
