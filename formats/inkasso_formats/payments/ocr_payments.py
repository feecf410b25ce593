"""What the transactions of an OCR Giro file are worth to the creditor: `Payment` values, one by one or as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inkasso_formats.layout_columns import Characters
from inkasso_formats.payments.columns import PaymentColumns
from inkasso_formats.payments.ocr_frame import OpenAssignment, OpenTransmission
from inkasso_formats.payments.ocr_identity import Identities, Numbers, identities_of, identity_of
from inkasso_formats.payments.ocr_model import Transaction, control_amount, ledger_amount
from inkasso_formats.payments.ocr_records import ARCHIVED, REVERSALS
from inkasso_formats.records import Payment

CURRENCY = "NOK"  # OCR Giro knows no other
_UNKNOWN_PAYER = "0" * 11
_SIGNS = b" -"  # by whether an amount is below zero


def payment(
    transmission: OpenTransmission | None,
    assignment: OpenAssignment,
    transaction: Transaction,
    identities: Identities,
) -> Payment:
    """The payment that a transaction is; a payer of zeros is none."""
    amount = ledger_amount(transaction.type, transaction.amount)
    number, day, reference = transaction.transaction_number, transaction.nets_date, transaction.reference
    identity = identity_of(transmission, assignment, number, day, amount, reference)
    payer = transaction.payer_account
    return Payment(
        line=transaction.line,
        identity=identities.tell_apart(assignment, Numbers(number, number, rising=True), [identity])[0],
        reference=reference,
        amount=amount,
        currency=CURRENCY,
        date=day,
        account=str(assignment.head["account"]),
        payer_account=payer if payer.strip("0") else "",
        type=transaction.type,
        reversal=transaction.type in REVERSALS,
        text=transaction.text,
        bank_reference=bank_reference(transaction.type, transaction.archive_reference),
    )


def bank_reference(kind: str, archive_reference: str) -> str:
    """The number under which the bank keeps the payment; empty for zeros, and for types with another number in that place."""
    return archive_reference if kind in ARCHIVED and archive_reference.strip("0") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transactions:
    """Transactions of two amount items each, one behind another, as columns; `line` is that of the first.

    `days` are those that occur, `reversals` whether any reversal is among them.
    """

    line: int
    type: Sequence[str]
    reversals: bool
    number: Characters  # digits
    day: Sequence[date]
    days: frozenset[date]
    amount: Sequence[int]  # signed as in the file
    amount_characters: Characters  # the sign, and digits
    reference: Sequence[str]
    reference_characters: Characters
    payer_account: Sequence[str]
    bank_reference: Sequence[str]

    @property
    def control_total(self) -> int:
        """What they add to a control sum."""
        return sum(map(control_amount, self.type, self.amount)) if self.reversals else sum(self.amount)


def payments(
    transmission: OpenTransmission | None,
    assignment: OpenAssignment,
    items: Transactions,
    identities: Identities,
) -> PaymentColumns:
    """The payments that transactions are: `payment`, for all of them at once."""
    count = len(items.type)
    amounts, reversal, payers = items.amount, [False] * count, items.payer_account
    minus, *digits = items.amount_characters
    sign = b" " * count
    if items.reversals:
        amounts = list(map(ledger_amount, items.type, items.amount))
        reversal = [kind in REVERSALS for kind in items.type]
    if items.reversals or b"-" in minus:
        sign = bytes(_SIGNS[amount < 0] for amount in amounts)
    if _UNKNOWN_PAYER in payers:
        payers = [payer if payer != _UNKNOWN_PAYER else "" for payer in payers]
    found = identities_of(
        transmission, assignment, items.number, items.day, sign, digits, items.reference_characters
    )
    nothing = [""] * count
    return PaymentColumns(
        line=range(items.line, items.line + 2 * count, 2),
        identity=identities.tell_apart(assignment, Numbers.of(items.number), found),
        reference=items.reference,
        amount=amounts,
        currency=[CURRENCY] * count,
        date=items.day,
        account=[str(assignment.head["account"])] * count,
        payer_account=payers,
        payer_name=nothing,
        type=items.type,
        reversal=reversal,
        text=nothing,
        invoice_refs=[()] * count,
        bank_reference=items.bank_reference,
        value_date=[None] * count,
        payer_id=nothing,
        payer_bankgiro=nothing,
    )
