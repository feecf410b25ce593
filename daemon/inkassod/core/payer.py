"""Who paid: what a bank's file says of the payer, held against what an agreement says of the agency.

Formats differ in what they carry of the payer, so "cannot tell" is a real outcome, told and never guessed:
a name that is not the agency's says nothing, since anybody may pay for a debtor, the agency too under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from inkasso_formats.references import account_key
from inkassod.core.model import Origin

CUT_NAMES = (12, 35)  # characters that Finnish reference payments, and BgMax, keep of the payer's name
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
    """Agency, debtor or cannot tell, with the reason in a sentence fragment.

    Account, bankgiro and organisation number count where both sides have them: one that is the agency's proves it, and only
    where none is, it was somebody else. A name proves the agency alone, and makes doubtful what the numbers say.
    """
    marks = list(_marks(payer, known))
    for what, value, ours in marks:
        if ours:
            return Origin.AGENCY, f"paid from the agency's {what} {value}"
    named = _names_agree(payer.name, known.names)
    if marks and not named:
        what, value, _ = marks[0]
        return Origin.DEBTOR, f"paid directly, from {what} {value}"
    if marks:
        what, value, _ = marks[0]
        why = f"paid under the agency's name {payer.name}, but from {what} {value}, which is not the agency's"
        return Origin.UNKNOWN, why
    if named:
        return Origin.AGENCY, f"paid under the agency's name {payer.name}"
    return Origin.UNKNOWN, _too_little(payer)


def _marks(payer: Payer, known: Agency) -> Iterator[tuple[str, str, bool]]:
    """The numbers of a payer that can be held against the agency's, the strongest first: what it is, and whether it is theirs."""
    if payer.account and known.accounts:
        yield "account", payer.account, account_key(payer.account) in known.accounts
    if payer.bankgiro and known.bankgiros:
        yield "bankgiro", payer.bankgiro, digits(payer.bankgiro) in known.bankgiros
    if payer.id_number and known.id_numbers:
        yield "organisation number", payer.id_number, digits(payer.id_number) in known.id_numbers


def _too_little(payer: Payer) -> str:
    """Why nothing can be told of a payer who has no number that the settings have of the agency too."""
    theirs = {
        "account": payer.account,
        "bankgiro": payer.bankgiro,
        "organisation number": payer.id_number,
    }
    for what, value in theirs.items():
        if value:
            return f"the payer's {what} {value} is in the file, but no {what} of the agency in the settings"
    if payer.name:
        return f"only a name is in the file ({payer.name}), and it is not the agency's"
    return "the payer's account is not in the file"


def _names_agree(name: str, known: Iterable[str]) -> bool:
    """Equal names; or, of a name that fills the place where a format cuts it, the beginning of the agency's."""
    plain = plain_name(name)
    cut = len(name.strip()) in CUT_NAMES
    return bool(plain) and any(plain == other or (cut and other.startswith(plain)) for other in known)


def plain_name(name: str) -> str:
    """A company's name without case, legal form, stops and doubled blanks."""
    return " ".join(_LEGAL_FORM.sub(" ", name.casefold()).split())


def digits(text: str) -> str:
    """The digits of a number, without leading zeros: organisation numbers and bankgiros are written in many ways."""
    return re.sub(r"\D", "", text).lstrip("0")
