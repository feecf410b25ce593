"""Payments and records without whose they are: for a file that is shown to somebody who need not know.

Of references, accounts and numbers the first two and the last two characters stay, so that lines can be told apart; of names,
addresses and texts nothing. Amounts, currencies, dates, types, codes and places in the file stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from inkasso_formats.problems import FormatProblem

HIDDEN = "***"
_WHOLE = frozenset(
    {
        *("payer_name", "name", "contact_name", "address", "address2", "postcode", "city"),
        *("phone", "email", "id_number", "text", "description"),
    }
)
_MIDDLE = frozenset(
    {
        *("reference", "payer_account", "case", "agency_case_no"),
        *("invoice_no", "customer_no", "reminder_no", "entry_no"),
    }
)
_LONG_NUMBER = re.compile(r"\w*\d{6,}\w*")  # in a sentence: a reference, an account, an organisation number
_KEPT = 2  # characters at either end
_FEWEST = 8  # of a shorter one nothing stays


def masked_value(name: str, value: Any) -> Any:
    """The value of the field of that name; empty ones stay empty."""
    if not isinstance(value, str) or not value:
        return value
    if name in _WHOLE:
        return HIDDEN
    return without_middle(value) if name in _MIDDLE else value


def without_middle(text: str) -> str:
    """The ends of a number with `***` between them; of a short one nothing."""
    return f"{text[:_KEPT]}{HIDDEN}{text[-_KEPT:]}" if len(text) >= _FEWEST else HIDDEN


def masked_problem(problem: FormatProblem) -> FormatProblem:
    """The problem without the value that it is about, and without long numbers in its sentence."""
    rule = _LONG_NUMBER.sub(lambda found: without_middle(found[0]), problem.rule)
    return replace(problem, rule=rule, value=None if problem.value is None else HIDDEN)
