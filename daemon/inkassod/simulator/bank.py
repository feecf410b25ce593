"""The bank's file: payments into the creditor's account as OCR Giro or BgMax, from the agency or from debtors themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from inkasso_formats.payments import bgmax, ocr_giro

Bank = Literal["ocr", "bgmax"]
BANKS: tuple[str, ...] = get_args(Bank)
DATA_RECIPIENT = "00099001"  # the creditor's unit at the bank's central; invented
_GIRO = "10"  # charged to an account, so the payer's account is known


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: the reference (KID, in Sweden OCR number), the amount in øre, and the account or bankgiro that paid."""

    reference: str
    amount: int
    payer_account: str


def bank_file(bank: Bank, to: str, number: int, on: date, transfers: Iterable[Transfer]) -> tuple[str, bytes]:
    """Name and content of the file in which a bank of this kind tells all transfers, settled on that day.

    `to` is the creditor's account (ocr) or bankgiro (bgmax). `number` must differ between files, for bgmax in its last five
    digits. Raises FormatError where a value does not fit.
    """
    if bank == "bgmax":
        return f"BGMAX-{on:%Y%m%d}-{number:07d}.txt", bgmax_file(to, number, on, transfers)
    return ocr_name(on, number), ocr_file(to, number, on, transfers)


def bgmax_file(bankgiro: str, number: int, on: date, transfers: Iterable[Transfer]) -> bytes:
    """One delivery with one deposit: all transfers into the bankgiro. The time of writing tells the number, in microseconds."""
    section = bgmax.Section(
        bankgiro=_ten_digits(bankgiro),
        payment_date=on,
        deposit_number=number % 100_000,
        entries=tuple(
            bgmax.Entry(
                amount=transfer.amount,
                reference=transfer.reference,
                payer_bankgiro=_ten_digits(transfer.payer_account),
                serial=f"{ordinal:012d}",
            )
            for ordinal, transfer in enumerate(transfers, 1)
        ),
    )
    written = f"{on:%Y%m%d}040000{number % 1_000_000:06d}"
    return bgmax.render([bgmax.Delivery(written=written, sections=(section,))])


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


def _ten_digits(bankgiro: str) -> str:
    """As BgMax writes a bankgiro: without its hyphen, zeros in front."""
    return bankgiro.replace("-", "").zfill(10)
