"""Reads the records of BgMax by their grammar, `01 (05 (payment | deduction)+ 15)+ 70`, once or several times in a file.

A payment is `20 (22|23)* 25* 26? 27? 28? 29?`, a deduction the same with 21. Every record is read even where one before
it is wrong, so that all problems are found in one pass; whoever uses the reader must look at `problems` at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from inkasso_formats.layout import Values, parse_line
from inkasso_formats.layout_cells import is_digits
from inkasso_formats.payments import bgmax_records as records
from inkasso_formats.payments.bgmax_frame import (
    STRUCTURE,
    Frame,
    OpenDelivery,
    OpenEntry,
    OpenSection,
    UnknownTypes,
)
from inkasso_formats.payments.bgmax_model import Entry, ExtraReference
from inkasso_formats.payments.fixed import MOST_PROBLEMS, Line, decimals, field_problem, structure_problem
from inkasso_formats.problems import FormatProblem
from inkasso_formats.references import ocr_number_holds
from inkasso_formats.tolerance import Deviations, Tolerance, filled, lines

# The order of the records behind a payment; extra references (22 and 23) are 0.
RANKS = {"25": 1, "26": 2, "27": 3, "28": 4, "29": 5}
_WITHIN_ENTRY = {"22", "23", *RANKS}


class Reader:
    """The state between two lines; `problems`, `warnings` and `frame` are to be looked at when the lines are through."""

    def __init__(self, tolerance: Tolerance) -> None:
        self._found = Deviations(tolerance)
        self.problems = self._found.problems
        self.warnings = self._found.warnings
        self.frame = Frame(self.problems)
        self._entry: OpenEntry | None = None
        self._unknown = UnknownTypes()

    def sections(self, content: bytes | Iterable[bytes]) -> Iterator[tuple[OpenDelivery, OpenSection]]:
        """Each section with its delivery, as soon as its deposit record is read; none any more after the first problem."""
        for number, text in lines(content, self._found, records.LENGTH):
            section = self._line(number, text)
            if section is not None and self.frame.delivery is not None and not self.problems:
                yield self.frame.delivery, section
            if len(self.problems) > MOST_PROBLEMS:
                rule = f"more than {MOST_PROBLEMS} problems: what follows is not read"
                self.problems.append(FormatProblem(code=STRUCTURE, line=number, rule=rule))
                return
        self._end_of_file()

    def _line(self, number: int, text: str) -> OpenSection | None:
        tag = text[:2]
        record = records.BY_TAG.get(tag)
        if record is None:
            self._passed_over(number, tag)
            return None
        whole = filled(record, text, number, self._found)
        line = Line(number, whole or text, record)
        values: Values = {}
        if whole is not None:
            values, problems = parse_line(record, whole, number)
            self.problems += problems
        if tag not in _WITHIN_ENTRY:
            self._finish_entry()
        if self.frame.delivery is None and record not in {records.START, records.END}:
            self.frame.begin_without_start(line)
        return self._STEPS[tag](self, line, values)

    def _passed_over(self, number: int, tag: str) -> None:
        if not is_digits(tag) or len(tag) < 2:
            rule = "no record of BgMax begins like this: two digits expected"
            self.problems.append(FormatProblem(code=STRUCTURE, line=number, value=tag, rule=rule))
            return
        self._unknown.add(number, tag)

    def _structure(self, line: Line, rule: str) -> None:
        self.problems.append(structure_problem(STRUCTURE, line, rule))

    # --- the frame -------------------------------------------------------------------------------------------

    def _start(self, line: Line, values: Values) -> None:
        self.frame.start(line, values)
        if values.get("mark") == "T":
            mark = line.record.field("mark")
            self._found.met_in("test_file", line.record, mark, line.number, value="T")

    def _opening(self, line: Line, values: Values) -> None:
        self.frame.open_section(line, values)

    def _deposit(self, line: Line, said: Values) -> OpenSection | None:
        return self.frame.close_with_deposit(line, said)

    def _end(self, line: Line, said: Values) -> None:
        self.frame.end(line, said)

    def _end_of_file(self) -> None:
        self._finish_entry()
        self.frame.close(None)
        if not self.frame.deliveries and not self.problems:
            rule = "the file is empty: a start record that begins with 01BGMAX expected"
            self.problems.append(FormatProblem(code="bgmax.empty", rule=rule))
        self.warnings += self._unknown.warnings()

    # --- payments --------------------------------------------------------------------------------------------

    def _payment(self, line: Line, values: Values) -> None:
        deduction = line.record is records.DEDUCTION
        self.frame.count("deductions" if deduction else "payments")
        self.frame.section_of(line).add(values.get("amount"), deduction=deduction)
        self._check_number(line, values)
        self._entry = OpenEntry(line, values)

    def _extra(self, line: Line, values: Values) -> None:
        self.frame.count("extra_references")
        entry = self._belongs(line, 0)
        if entry is None or not values:
            return
        for name in ("payer_bankgiro", "serial"):
            if entry.values and values[name] != entry.values[name]:
                rule = f"is not that of the payment in line {entry.line.number}, to which it belongs"
                self.problems.append(field_problem("bgmax.pair", line, name, rule))
        self._check_number(line, values)
        if not self.problems:
            entry.references.append(_extra_reference(line, values))

    def _information(self, line: Line, values: Values) -> None:
        entry = self._belongs(line, RANKS["25"])
        if entry is None or not values:
            return
        entry.information.append(str(values["information"]))
        if len(entry.information) > records.MOST_INFORMATION:
            self._structure(line, f"more than {records.MOST_INFORMATION} information records of one payment")

    def _detail(self, line: Line, values: Values) -> None:
        entry = self._belongs(line, RANKS[line.text[:2]])
        if entry is not None:
            entry.values.update(values)

    def _belongs(self, line: Line, rank: int) -> OpenEntry | None:
        """The payment to which a record belongs, if it stands there in order."""
        entry = self._entry
        if entry is None:
            self._structure(line, "belongs to no payment: record 20 or 21 expected before it")
            return None
        if rank < entry.rank or rank == entry.rank > RANKS["25"]:
            begun = entry.line.number
            rule = f"stands too late or twice in the payment of line {begun}: 22 or 23, 25, 26, 27, 28, 29 in this order"
            self._structure(line, rule)
        entry.rank = max(rank, entry.rank)
        return entry

    def _check_number(self, line: Line, values: Values) -> None:
        if values.get("reference_code") != records.OCR_NUMBER:
            return
        number = str(values["reference"]).strip(" ")
        if not ocr_number_holds(number):
            place = line.record.field("reference")
            self._found.met_in("wrong_check_digit", line.record, place, line.number, value=number)

    def _finish_entry(self) -> None:
        entry, self._entry = self._entry, None
        if entry is None or self.frame.section is None or self.problems:
            return  # the file is refused, and a value may be missing
        if any(extra.amount for extra in entry.references):
            self.problems += _part_problems(entry)
        if self.problems:
            return
        values = {**entry.values, "reference": str(entry.values["reference"]).strip(" ")}
        read = Entry(
            **values,  # type: ignore[arg-type]
            deduction=entry.line.record is records.DEDUCTION,
            references=tuple(entry.references),
            information=tuple(entry.information),
            line=entry.line.number,
        )
        self.frame.section.entries.append(read)

    _STEPS: ClassVar[dict[str, _Step]] = {
        "01": _start,
        "05": _opening,
        "20": _payment,
        "21": _payment,
        "22": _extra,
        "23": _extra,
        "25": _information,
        "26": _detail,
        "27": _detail,
        "28": _detail,
        "29": _detail,
        "15": _deposit,
        "70": _end,
    }


def _part_problems(entry: OpenEntry) -> Iterator[FormatProblem]:
    """Amounts of extra references come with extended registration only, where the payment's own reference is blank."""
    if str(entry.values["reference"]).strip(" "):
        rule = (
            "a reference of its own beside extra references with amounts: to which the money goes is not said"
        )
        yield field_problem("bgmax.parts", entry.line, "reference", rule)
    parts = sum(extra.signed for extra in entry.references)
    if parts != entry.values["amount"]:
        rule = f"the parts in its extra references add up to {decimals(parts)}"
        yield field_problem("bgmax.parts", entry.line, "amount", rule)


def _extra_reference(line: Line, values: Values) -> ExtraReference:
    kept = {name: values[name] for name in ("amount", "reference_code", "channel", "image")}
    return ExtraReference(
        reference=str(values["reference"]).strip(" "),
        negative=line.record is records.EXTRA_NEGATIVE,
        line=line.number,
        **kept,  # type: ignore[arg-type]
    )


_Step = Callable[[Reader, Line, Values], OpenSection | None]
