"""The agency behind the simulator, as values: cases come in, each step says what goes out. No clock, disk or network.

The order of a claim is that of Quick3's documentation: receipt, update, closure, and only then the money. Amounts in
øre; rates and fees are invented, only their size is real.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from inkasso_formats.records import CaseUpdate, Closure, Correction, NewCase, Receipt
from inkassod.simulator.fates import FATES, PAY, UNSAID, Move, Vocabulary, fate_of

INTEREST_PER_CENT = 12  # a year
COSTS = ((250_000, 35_000), (1_000_000, 70_000))  # up to this principal, this fee
MOST_COSTS = 140_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case at the agency: what is still to happen, what is owed and what of it was collected and paid on."""

    claim: NewCase
    number: str
    moves: tuple[Move, ...]
    owed: int
    collected: int = 0
    paid_on: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Remittance:
    """Money for the creditor: principal only, under the invoice's own reference."""

    case: str
    reference: str
    amount: int
    currency: str


@dataclass(slots=True)
class Answers:
    """What one step sends."""

    receipts: list[Receipt] = field(default_factory=list)
    updates: list[CaseUpdate] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    payments: list[Remittance] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """All that the agency knows. `delay` is the number of steps that a receipt waits."""

    words: Vocabulary
    seed: int
    delay: int = 0
    cases: Mapping[str, Case] = field(default_factory=dict)


def receive(agency: Agency, claims: Sequence[NewCase]) -> tuple[Agency, tuple[NewCase, ...]]:
    """Take new cases up. Those that are known already change nothing and are handed back."""
    cases = dict(agency.cases)
    doubled = []
    for claim in claims:
        if claim.case in cases:
            doubled.append(claim)
            continue
        moves = (Move("wait"),) * agency.delay + FATES[fate_of(agency.seed, len(cases))]
        number = str(2_000_000 + len(cases))
        cases[claim.case] = Case(claim=claim, number=number, moves=moves, owed=claim.principal)
    return replace(agency, cases=cases), tuple(doubled)


def correct(agency: Agency, corrections: Sequence[Correction]) -> tuple[Agency, tuple[Correction, ...]]:
    """Take corrections into account. Those of unknown, rejected and closed cases are handed back."""
    cases = dict(agency.cases)
    of_invoice = {case.claim.invoice_no: key for key, case in cases.items()}  # of several the latest
    unheeded = []
    for correction in corrections:
        key = correction.case or of_invoice.get(correction.invoice_no, "")
        case = cases.get(key)
        if case is None or case.closed:
            unheeded.append(correction)
        else:
            cases[key] = _corrected(case, correction)
    return replace(agency, cases=cases), tuple(unheeded)


def step(agency: Agency, today: date) -> tuple[Agency, Answers]:
    """The next move of every case, dated today, and what it sends."""
    answers = Answers()
    cases = {
        key: _moved(agency, case, today, answers) if case.moves else case
        for key, case in agency.cases.items()
    }
    return replace(agency, cases=cases), answers


def _corrected(case: Case, correction: Correction) -> Case:
    """The case with less owed; with nothing left, or recalled, it closes next (its receipt still comes first).

    In the files of some dialects a correction does not say its kind: it is taken for a payment.
    """
    owed = case.owed if correction.kind == "recall" else case.owed - correction.amount
    if correction.kind == "recall":
        reason = "recalled"
    elif owed > case.collected:
        return replace(case, owed=owed)
    else:
        reason = "paid_to_creditor" if correction.kind in {"payment", ""} else "credited"
    before = tuple(move for move in case.moves if move.kind in {"wait", "accept", "reject"})
    if any(move.kind == "reject" for move in before):
        return replace(case, owed=owed)
    after = (PAY,) if case.collected > case.paid_on else ()
    return replace(case, owed=owed, moves=(*before, Move("close", reason), *after))


def _moved(agency: Agency, case: Case, today: date, answers: Answers) -> Case:
    move, case = case.moves[0], replace(case, moves=case.moves[1:])
    if move.kind == "wait":
        return case
    if move.kind in {"accept", "reject"}:
        answers.receipts.append(_receipt(agency, case, accepted=move.kind == "accept"))
        return replace(case, closed=move.kind == "reject")
    case = replace(case, collected=max(case.collected, case.owed * move.collected // 100))
    if move.kind == "pay":
        answers.payments.append(_remittance(case))
        return replace(case, paid_on=case.collected)
    if move.kind == "update":
        answers.updates.append(_update(agency, case, today, move.word))
        return case
    answers.closures.append(_closure(agency, case, today, move.word))
    return replace(case, closed=True)


def _receipt(agency: Agency, case: Case, *, accepted: bool) -> Receipt:
    claim = case.claim
    if accepted:
        return Receipt(
            line=0, case=claim.case, invoice_no=claim.invoice_no, accepted=True, agency_case_no=case.number
        )
    code, text = _rejection(agency.words, int(case.number))
    return Receipt(
        line=0, case=claim.case, invoice_no=claim.invoice_no, accepted=False, reason_code=code, reason=text
    )


def _rejection(words: Vocabulary, number: int) -> tuple[str, str]:
    return words.rejections[number % len(words.rejections)] if words.rejections else UNSAID


def _update(agency: Agency, case: Case, today: date, word: str) -> CaseUpdate:
    code, text = agency.words.stages.get(word, UNSAID)
    return CaseUpdate(
        line=0,
        case=case.claim.case,
        agency_case_no=case.number,
        on=today,
        stage_code=code,
        stage=text,
        paid=case.collected,
        remaining=max(0, case.owed - case.collected),
        currency=case.claim.currency,
    )


def _closure(agency: Agency, case: Case, today: date, word: str) -> Closure:
    code, text = agency.words.reasons.get(word, UNSAID)
    paid = case.collected > 0
    return Closure(
        line=0,
        case=case.claim.case,
        agency_case_no=case.number,
        on=today,
        reason_code=code,
        reason=word,
        text=text,
        principal=case.collected,
        interest=_interest(case, today) if paid else 0,
        costs=_costs(case.claim.principal) if paid else 0,
        remaining=max(0, case.owed - case.collected),
        currency=case.claim.currency,
    )


def _remittance(case: Case) -> Remittance:
    claim = case.claim
    return Remittance(claim.case, claim.reference, case.collected - case.paid_on, claim.currency)


def _interest(case: Case, today: date) -> int:
    days = max(0, (today - case.claim.due_date).days)
    return case.collected * INTEREST_PER_CENT * days // (100 * 365)


def _costs(principal: int) -> int:
    return next((fee for most, fee in COSTS if principal <= most), MOST_COSTS)
