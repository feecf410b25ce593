"""Who paid: what a bank's file says of the payer, held against what an agreement says of the agency.

Formats differ in what they carry (payment-formats.md section 6), so "cannot tell" is a real outcome, told and never guessed:
a name that is not the agency's says nothing, since anybody may pay for a debtor, the agency too under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from inkasso_formats.references import account_key
from inkassod.core.model import Origin

CUT_NAME = 12  # characters that a Finnish reference payment keeps of the payer's name
_LEGAL_FORM = re.compile(r"\b(?:as|asa|ab|abp|oy|oyj|aps|a/s|publ)\b\.?|[().,]", re.IGNORECASE)


class Payer(NamedTuple):
    """What a file says of who paid; what it does not say is empty."""

    account: str = ""
    bankgiro: str = ""
    id_number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Agency:
    """How an agency is known as a payer: accounts and numbers as keys that compare, names without their legal form."""

    accounts: frozenset[str] = frozenset()
    bankgiros: frozenset[str] = frozenset()
    id_numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def agency(
    accounts: Iterable[str] = (),
    bankgiros: Iterable[str] = (),
    id_numbers: Iterable[str] = (),
    names: Iterable[str] = (),
) -> Agency:
    """An agency as a payer, from the texts of the settings."""
    return Agency(
        frozenset(account_key(account) for account in accounts),
        frozenset(digits(bankgiro) for bankgiro in bankgiros),
        frozenset(digits(number) for number in id_numbers),
        frozenset(plain_name(name) for name in names),
    )


def who_paid(payer: Payer, known: Agency) -> tuple[Origin, str]:
    """Agency, debtor or cannot tell, with the reason in a sentence fragment. The strongest mark that both have decides."""
    if payer.account:
        return _by("account", payer.account, ours=account_key(payer.account) in known.accounts)
    if payer.bankgiro and known.bankgiros:
        return _by("bankgiro", payer.bankgiro, ours=digits(payer.bankgiro) in known.bankgiros)
    if payer.id_number and known.id_numbers:
        return _by("organisation number", payer.id_number, ours=digits(payer.id_number) in known.id_numbers)
    if payer.name and _names_agree(payer.name, known.names):
        return Origin.AGENCY, f"paid under the agency's name {payer.name}"
    if payer.name:
        return Origin.UNKNOWN, f"only a name is in the file ({payer.name}), and it is not the agency's"
    return Origin.UNKNOWN, "the payer's account is not in the file"


def _by(what: str, value: str, *, ours: bool) -> tuple[Origin, str]:
    if ours:
        return Origin.AGENCY, f"paid from the agency's {what} {value}"
    return Origin.DEBTOR, f"paid directly, from {what} {value}"


def _names_agree(name: str, known: Iterable[str]) -> bool:
    """Equal names; or, of a name that fills the place where formats cut it, the beginning of the agency's."""
    plain = plain_name(name)
    cut = len(name.strip()) >= CUT_NAME
    return bool(plain) and any(plain == other or (cut and other.startswith(plain)) for other in known)


def plain_name(name: str) -> str:
    """A company's name without case, legal form, stops and doubled blanks."""
    return " ".join(_LEGAL_FORM.sub(" ", name.casefold()).split())


def digits(text: str) -> str:
    """The digits of a number, without leading zeros: organisation numbers and bankgiros are written in many ways."""
    return re.sub(r"\D", "", text).lstrip("0")
