"""Reads the records of OCR Giro by their grammar, `10 (20 (30 31 [32])+ 88)+ 89`, once or several times in a file.

Every record is read even where one before it is wrong, so that all problems of a file are found in one pass; whoever
uses the reader must look at `problems` when the lines are through, for then the transactions count for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from inkasso_formats.layout import Record, Values, parse_line
from inkasso_formats.payments import ocr_records as records
from inkasso_formats.payments.ocr_frame import Frame, OpenAssignment
from inkasso_formats.payments.ocr_model import Transaction
from inkasso_formats.payments.ocr_problems import field_problem, structure_problem, wrong_way
from inkasso_formats.problems import FormatProblem
from inkasso_formats.references import is_kid
from inkasso_formats.tolerance import Deviations, Tolerance, filled, mended

MOST_PROBLEMS = 500  # a file of some other kind would give one for each line


@dataclass(slots=True)
class _Pending:
    """A transaction whose next amount item, `awaited`, must stand in the next line; `line` is its item 1."""

    number: int
    line: str
    values: Values
    awaited: Record


class Reader:
    """The state between two lines; `problems`, `warnings` and `frame` are to be looked at when the lines are through."""

    def __init__(self, tolerance: Tolerance) -> None:
        self._found = Deviations(tolerance)
        self.problems = self._found.problems
        self.warnings = self._found.warnings
        self.frame = Frame(self.problems)
        self.number = 0  # of the line read last
        self._pending: _Pending | None = None

    @property
    def stopped(self) -> bool:
        """Whether there are too many problems to read on."""
        return len(self.problems) > MOST_PROBLEMS

    def transactions(self, lines: Iterable[bytes]) -> Iterator[tuple[OpenAssignment, Transaction]]:
        """Each transaction with its assignment, as soon as it is complete; none any more after the first problem.

        Raises FormatError at once for a file that goes from a creditor to the bank.
        """
        for raw in lines:
            transaction = self.feed(raw)
            if transaction is not None and self.frame.assignment is not None:
                yield self.frame.assignment, transaction
            if self.stopped:
                return
        self.end()

    def feed(self, raw: bytes) -> Transaction | None:
        """Reads one line; the transaction that it completes, of the assignment that is open, unless there are problems.

        Raises FormatError for a file that goes from a creditor to the bank.
        """
        self.number += 1
        line = self._line(raw, self.number)
        transaction = self._record(line, self.number) if line is not None else None
        if self.stopped:
            rule = f"more than {MOST_PROBLEMS} problems: what follows is not read"
            self.problems.append(structure_problem(self.number, rule))
        return transaction

    def expects_transaction(self) -> OpenAssignment | None:
        """The assignment of payments in which the next line may begin a transaction, if there is one."""
        assignment = self.frame.assignment
        if self._pending is not None or assignment is None or assignment.mandates:
            return None
        return assignment

    def pass_over(self, lines: int) -> None:
        """Counts lines of the open assignment that somebody else has read, and found to be without a problem."""
        self.number += lines
        self.frame.count(lines)

    def end(self) -> None:
        """The file ends here: what is open is missing its end."""
        if self._pending is not None:
            self._incomplete(self._pending)
        self.frame.close(None)
        if not self.frame.transmissions and not self.problems:
            rule = "the file is empty: a transmission that begins with NY000010 expected"
            self.problems.append(FormatProblem(code="ocr.empty", rule=rule))

    def _line(self, raw: bytes, number: int) -> str | None:
        line = mended(raw, number, self._found, records.LENGTH)
        if line.strip(" "):
            return line
        if self.frame.transmission is not None and not self._found.refused("blank_lines"):
            rule = f"an empty line inside {self.frame.transmission.tally.of}"
            self.problems.append(structure_problem(number, rule))
        return None

    def _record(self, line: str, number: int) -> Transaction | None:
        key = records.key_of(line)
        record, step = records.BY_KEY.get(key), self._STEPS.get(key, Reader._unknown)
        if self._pending is not None and record is not self._pending.awaited:
            self._incomplete(self._pending)
        if line.startswith("NY21") and line[4:6] in records.OUTGOING:
            raise wrong_way(number, line[:8], "a record of direct debit claims (AvtaleGiro)")
        values: Values = {}
        if record is not None:
            whole = self._whole(record, line, number)
            if whole is not None:
                line, values = whole, self._values(record, whole, number)
        if self.frame.transmission is not None:
            self.frame.count()
        elif record not in {records.TRANSMISSION_START, records.TRANSMISSION_END}:
            rule = "stands outside a transmission: NY000010 expected before it"
            self.problems.append(structure_problem(number, rule, line=line))
            self.frame.start_transmission(number, {})
        return step(self, line, number, values)

    def _whole(self, record: Record, line: str, number: int) -> str | None:
        """The line filled up if it ends within its last field and that is allowed; None if not.

        A line that ends before that is left for its layout to refuse: what has been lost may be padding in its middle.
        """
        if len(line) < record.fields[-1].start - 1:
            return line
        return filled(record, line, number, self._found)

    def _values(self, record: Record, line: str, number: int) -> Values:
        values, problems = parse_line(record, line, number)
        self.problems += problems
        return values

    # --- the frame -------------------------------------------------------------------------------------------

    def _start_transmission(self, line: str, number: int, head: Values) -> None:
        if head.get("data_recipient") == records.NETS != head.get("data_transmitter"):
            raise wrong_way(number, line[:31], "a transmission sent to Nets")
        earlier = self.frame.same_transmission(head)
        self.frame.start_transmission(number, head)
        if earlier:
            rule = f"the transmission stands in line {earlier.line} already: the same payments twice"
            name = "transmission_number"
            self.problems.append(
                field_problem("ocr.structure", records.TRANSMISSION_START, name, line, number, rule=rule)
            )

    def _end_transmission(self, line: str, number: int, said: Values) -> None:
        self.frame.end_transmission(line, number, said)

    def _start_assignment(self, _line: str, number: int, head: Values) -> None:
        self.frame.start_assignment(number, head)

    def _end_assignment(self, line: str, number: int, said: Values) -> None:
        self.frame.end_assignment(records.ASSIGNMENT_END, line, number, said)

    def _start_mandates(self, line: str, number: int, head: Values) -> None:
        self.frame.start_assignment(number, head, mandates=True).lines.append(line)

    def _mandate(self, line: str, number: int, _values: Values) -> None:
        assignment = self.frame.within(line, number, mandates=True)
        assignment.tally.count += 1
        assignment.lines.append(line)

    def _end_mandates(self, line: str, number: int, said: Values) -> None:
        if self.frame.assignment is not None:
            self.frame.assignment.lines.append(line)
        self.frame.end_assignment(records.MANDATES_END, line, number, said, mandates=True)

    def _unknown(self, line: str, number: int, _values: Values) -> None:
        self.problems.append(structure_problem(number, "no record of OCR Giro begins like this", line=line))

    # --- amount items ----------------------------------------------------------------------------------------

    def _item_1(self, line: str, number: int, values: Values) -> None:
        tally = self.frame.within(line, number).tally
        tally.add(values.get("type"), values.get("amount"), values.get("nets_date"))
        self._pending = _Pending(number, line, values, records.AMOUNT_ITEM_2)

    def _item_2(self, line: str, number: int, values: Values) -> Transaction | None:
        self.frame.within(line, number)
        if self._pending is None:
            rule = "follows no amount item 1 of its transaction"
            self._pair(records.AMOUNT_ITEM_2, "transaction_number", line, number, rule)
            return None
        self._join(self._pending, records.AMOUNT_ITEM_2, line, number, values)
        if self._pending.line[4:6] in records.WITH_TEXT:
            self._pending.awaited = records.AMOUNT_ITEM_3
            return None
        return self._complete(self._pending)

    def _item_3(self, line: str, number: int, values: Values) -> Transaction | None:
        self.frame.within(line, number)
        if self._pending is None:
            rule = "follows no amount item 2 of a transaction of type 20 or 21"
            self._pair(records.AMOUNT_ITEM_3, "transaction_number", line, number, rule)
            return None
        self._join(self._pending, records.AMOUNT_ITEM_3, line, number, values)
        return self._complete(self._pending)

    def _join(self, pending: _Pending, record: Record, line: str, number: int, values: Values) -> None:
        rule = f"does not belong to the amount item 1 in line {pending.number}"
        for name in ("type", "transaction_number"):
            # A line of the wrong length has no values, and one problem already.
            if values and pending.values and values[name] != pending.values[name]:
                self._pair(record, name, line, number, rule)
        pending.values.update(values)

    def _pair(self, record: Record, name: str, line: str, number: int, rule: str) -> None:
        self.problems.append(field_problem("ocr.pair", record, name, line, number, rule=rule))

    def _incomplete(self, pending: _Pending) -> None:
        rule = f"the {pending.awaited.name} of this transaction is missing: it must follow directly"
        self._pair(records.AMOUNT_ITEM_1, "transaction_number", pending.line, pending.number, rule)
        self._pending = None

    def _complete(self, pending: _Pending) -> Transaction | None:
        self._pending = None
        if self.problems:
            return None  # the file is refused, and a value may be missing
        transaction = Transaction(line=pending.number, **pending.values)  # type: ignore[arg-type]
        kid = transaction.reference
        if not is_kid(kid) and (kid or transaction.type not in records.WITH_TEXT):
            rule = "no KID of 2 to 25 digits, the last of which may be `-`; the payment is kept as it stands"
            self.warnings.append(
                field_problem(
                    "ocr.kid",
                    records.AMOUNT_ITEM_1,
                    "reference",
                    pending.line,
                    pending.number,
                    rule=rule,
                    warning=True,
                )
            )
        return transaction

    _STEPS: ClassVar[dict[str, _Step]] = {
        "NY0010": _start_transmission,
        "NY0920": _start_assignment,
        "NY0930": _item_1,
        "NY0931": _item_2,
        "NY0932": _item_3,
        "NY0988": _end_assignment,
        "NY2120": _start_mandates,
        "NY2170": _mandate,
        "NY2188": _end_mandates,
        "NY0089": _end_transmission,
    }


_Step = Callable[[Reader, str, int, Values], Transaction | None]
