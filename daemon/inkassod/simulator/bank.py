"""The bank's file: payments into the creditor's account as OCR Giro, from the agency or from debtors themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from inkasso_formats.payments import ocr_giro

DATA_RECIPIENT = "00099001"  # the creditor's unit at the bank's central; invented
_GIRO = "10"  # charged to an account, so the payer's account is known


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: the reference (KID), the amount in øre, and the account that paid."""

    reference: str
    amount: int
    payer_account: str


def ocr_file(account: str, number: int, on: date, transfers: Iterable[Transfer]) -> bytes:
    """One transmission with one assignment: all transfers into `account`, settled on that day.

    `number` must differ between files, for it identifies the transmission. Raises FormatError where a value does not fit.
    """
    assignment = ocr_giro.Assignment(
        assignment_number=1,
        account=account,
        transactions=tuple(
            ocr_giro.Transaction(
                type=_GIRO,
                transaction_number=ordinal,
                nets_date=on,
                amount=transfer.amount,
                reference=transfer.reference,
                payer_account=transfer.payer_account,
                bank_date=on,
                day_code=f"{on.day:02d}",
            )
            for ordinal, transfer in enumerate(transfers, 1)
        ),
        generated=on,
    )
    transmission = ocr_giro.Transmission(
        transmission_number=number, data_recipient=DATA_RECIPIENT, assignments=(assignment,), generated=on
    )
    return ocr_giro.render([transmission])


def ocr_name(on: date, number: int) -> str:
    """`OCR-YYYYMMDD-0000001.txt`."""
    return f"OCR-{on:%Y%m%d}-{number:07d}.txt"
