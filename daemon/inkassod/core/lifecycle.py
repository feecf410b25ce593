"""What an agency's answer does to a case: receipt, case update, closure. Unknown cases are stray; nothing moves money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inkasso_formats.problems import FormatProblem
from inkasso_formats.records import CaseUpdate, Closure, Receipt
from inkassod.core.decision import Decision
from inkassod.core.model import Case, CaseChange, CaseStatus, Effect

Answer = Receipt | CaseUpdate | Closure


def receive(receipts: Sequence[Receipt], cases: Mapping[str, Case]) -> Decision:
    """Receipts: a case that was sent becomes active with the agency's case number, or rejected with code and text.

    `cases` by the creditor's own reference; those that are not in it are stray.
    """
    known = _Known(cases)
    for receipt in receipts:
        case = known.of(receipt, "receipt")
        if case is not None:
            known.take(
                receipt, case, _accepted(receipt, case) if receipt.accepted else _rejected(receipt, case)
            )
    return known.decision


def update(updates: Sequence[CaseUpdate], cases: Mapping[str, Case]) -> Decision:
    """Case updates: the stage moves; news older than what is known are kept in the time line and move nothing."""
    known = _Known(cases)
    for news in updates:
        case = known.of(news, "update")
        if case is not None:
            known.take(news, case, _moved(news, case))
    return known.decision


def close(closures: Sequence[Closure], cases: Mapping[str, Case]) -> Decision:
    """Closures: the case ends. The balance stays: only the bank's file moves it."""
    known = _Known(cases)
    for closure in closures:
        case = known.of(closure, "closure")
        if case is not None:
            known.take(closure, case, _closed(closure, case))
    return known.decision


Change = tuple[dict[str, object], str] | FormatProblem | None


@dataclass(slots=True)
class _Known:
    """The cases as they stand when the next record is decided on, and what was decided so far."""

    cases: Mapping[str, Case]
    changed: dict[str, dict[str, object]] = field(default_factory=dict)  # by earlier records of these
    decision: Decision = field(default_factory=Decision)

    def of(self, record: Answer, what: str) -> Case | None:
        """The case that the record names, or None with the record booked as stray."""
        self.decision.counts.read += 1
        key = record.case.lstrip("0") or "0"
        case = self.cases.get(key)
        if case is not None and key in self.changed:
            case = _with(case, self.changed[key])
        if case is None or case.status is CaseStatus.TO_TRANSFER or case.status is CaseStatus.RECALLED:
            self.decision.stray(_stray(record, what, case))
            return None
        return case

    def take(self, record: Answer, case: Case, change: Change) -> None:
        """Books what one record does, so that the next record of the same case sees it."""
        if change is None:
            self.decision.unchanged()
            return
        if isinstance(change, FormatProblem):
            self.decision.refused(change)
            return
        values, text = change
        effect = Effect(change=text, line=record.line, case_id=case.case_id, invoice_no=case.invoice_no)
        self.decision.applied(CaseChange(case.case_id, values), effect)
        key = case.key
        self.changed[key] = self.changed[key] | values if key in self.changed else values


def _with(case: Case, values: Mapping[str, object]) -> Case:
    known: dict[str, Any] = {name: value for name, value in values.items() if name in Case.__slots__}
    return replace(case, **known)


def _stray(record: Answer, what: str, case: Case | None) -> FormatProblem:
    state = (
        "which this agreement has not sent" if case is None else f"which is {case.status.replace('_', ' ')}"
    )
    return FormatProblem(
        code="case.stray",
        line=record.line,
        record=what,
        field="case",
        value=record.case,
        rule=f"names a case {state}; ask the agency what it is",
    )


def _accepted(receipt: Receipt, case: Case) -> Change:
    contradiction = _contradiction(receipt, "receipt", case)
    if contradiction is not None:
        return contradiction
    values = _number(case, receipt.agency_case_no)
    if case.status is CaseStatus.SENT:
        values["status"] = CaseStatus.ACTIVE
    if not values:
        return None
    number = (
        f"with case number {receipt.agency_case_no}" if receipt.agency_case_no else "without a case number"
    )
    return values, f"accepted by the agency {number}"


def _rejected(receipt: Receipt, case: Case) -> Change:
    if case.status is CaseStatus.REJECTED:
        return None
    if case.status is not CaseStatus.SENT:
        rule = f"rejects case {case.case_id}, which is {case.status}: ask the agency"
        return _problem(receipt, "receipt", "case.status", rule)
    values: dict[str, object] = {
        "status": CaseStatus.REJECTED,
        "rejection_code": receipt.reason_code,
        "rejection": receipt.reason,
    }
    return values, f"rejected by the agency: {receipt.reason_code} {receipt.reason}".rstrip()


def _moved(news: CaseUpdate, case: Case) -> Change:
    contradiction = _contradiction(news, "update", case)
    if contradiction is not None:
        return contradiction
    values: dict[str, object] = {
        "stage_code": news.stage_code,
        "stage": news.stage,
        "stage_on": news.on,
        "agency_paid": news.paid,
        "agency_remaining": news.remaining,
    }
    taken = _number(case, news.agency_case_no)
    if not taken and _says_nothing_new(values, case):
        return None
    stage = f"{news.stage_code} {news.stage}".strip()
    if _late(news, case):
        return taken, f"late news of {news.on}: stage was {stage}"
    if case.status is CaseStatus.CLOSED:
        rule = f"case {case.case_id} was closed on {case.closed_on}: nothing is changed; ask the agency whether it is open again"
        return _problem(news, "update", "case.closed", rule)
    return values | taken, f"stage {stage} on {news.on}"


def _late(news: CaseUpdate, case: Case) -> bool:
    """True for news that something newer has overtaken; on the day of a closure the closure is the newer."""
    if case.status is CaseStatus.CLOSED:
        return case.closed_on is not None and news.on <= case.closed_on
    return case.stage_on is not None and news.on < case.stage_on


def _closed(closure: Closure, case: Case) -> Change:
    contradiction = _contradiction(closure, "closure", case)
    if contradiction is not None:
        return contradiction
    values: dict[str, object] = {
        "status": CaseStatus.CLOSED,
        "closed_on": closure.on,
        "closing_code": closure.reason_code,
        "closing": closure.reason or closure.text,
        "closed_principal": closure.principal,
        "closed_interest": closure.interest,
        "closed_costs": closure.costs,
        "closed_remaining": closure.remaining,
    }
    if case.status is CaseStatus.CLOSED:
        rule = f"case {case.case_id} was closed before, on {case.closed_on} ({case.closing_code}): ask the agency which holds"
        same = _says_nothing_new(
            {**values, "closing": case.closing}, case
        )  # the words alone make no difference
        return None if same else _problem(closure, "closure", "case.closed", rule)
    return _number(case, closure.agency_case_no) | values, f"closed on {closure.on}: {values['closing']}"


def _number(case: Case, agency_case_no: str) -> dict[str, object]:
    """An answer that overtook its receipt brings the case number with it, and shows that the case was taken."""
    if case.agency_case_no or not agency_case_no:
        return {}
    values: dict[str, object] = {"agency_case_no": agency_case_no}
    if case.status is CaseStatus.SENT:
        values["status"] = CaseStatus.ACTIVE
    return values


def _says_nothing_new(values: Mapping[str, object], case: Case) -> bool:
    return all(getattr(case, name) == value for name, value in values.items())


def _contradiction(record: Answer, what: str, case: Case) -> FormatProblem | None:
    """What no answer may do: speak of a case that the agency rejected, or by another number than its own."""
    if case.status is CaseStatus.REJECTED:
        rule = f"case {case.case_id} was rejected before: ask the agency"
        return _problem(record, what, "case.rejected", rule)
    if not case.agency_case_no or not record.agency_case_no or case.agency_case_no == record.agency_case_no:
        return None
    rule = f"case {case.case_id} has the agency's case number {case.agency_case_no} already: ask the agency which holds"
    return _problem(record, what, "case.number", rule, "agency_case_no", record.agency_case_no)


def _problem(
    record: Answer, what: str, code: str, rule: str, field: str = "case", value: str | None = None
) -> FormatProblem:
    return FormatProblem(
        code=code, line=record.line, record=what, field=field, value=value or record.case, rule=rule
    )
