"""What is wrong with a UBL document: its kind, its amounts and their sums, and whose it is; all of it at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from inkasso_formats.feed.convert import RefusedError, amount_text, parse_amount
from inkasso_formats.feed.ubl_paths import CUSTOMIZATIONS, NO_CLAIMS, PATHS, SUMS, Document, Path, Sum
from inkasso_formats.feed.ubl_xml import MOST_PROBLEMS, Text, Values
from inkasso_formats.problems import FormatError, FormatProblem

REQUIRED_AMOUNTS = ("line_total", "tax_exclusive", "tax_inclusive", "payable")
_OPTIONAL_AMOUNTS = ("allowance_total", "charge_total", "prepaid", "rounding")
_OVT = re.compile(r"0037(\d{8})\w{0,5}")
_SWEDISH_VAT = re.compile(r"SE(\d{10})\d{2}")
_OTHER = re.compile(r"(?:NO|SE|FI)?(\w+?)(?:MVA)?")


def _fields(paths: Iterable[Path], document: Document, above: str = "") -> Mapping[str, str]:
    found: dict[str, str] = {}
    for path in paths:
        if path.only in {None, document}:
            found[path.name] = above + path.path
            found |= _fields(path.parts, document, f"{above}{path.path}/")
    return found


class Judge:
    """Collects the problems of one document. What they name is the element's path and its line, or that of the root."""

    def __init__(self, document: Document, values: Values, found: Iterable[FormatProblem]) -> None:
        self.document = document
        self.values = values
        self._problems = dict.fromkeys(found)
        self._fields = _fields(PATHS, document)

    @property
    def problems(self) -> list[FormatProblem]:
        """What was found, each once, by its line."""
        return sorted(self._problems, key=lambda problem: problem.line or 0)

    def wrong(
        self, code: str, name: str, rule: str, at: Text | None = None, *, warning: bool = False
    ) -> None:
        """Reports what is wrong with a value, or with its missing. Raises FormatError where it becomes too much."""
        problem = FormatProblem(
            code=code,
            line=at.line if at is not None else self.values.line,
            record=self.document,
            field=self._fields[name],
            value=at.value if at is not None and at.value else None,
            rule=rule,
            warning=warning,
        )
        self._problems[problem] = None
        if len(self._problems) >= MOST_PROBLEMS:
            raise FormatError(self.problems)

    def missing(self, name: str, line: int | None = None) -> None:
        """Reports a value that must be there; `line`: where the group begins that it is missing in."""
        self.wrong("ubl.required", name, "is missing, or empty", None if line is None else Text("", line))

    def is_told(self, name: str, at: Text) -> bool:
        """Whether anything has been told of this value."""
        return any((one.line, one.field) == (at.line, self._fields[name]) for one in self._problems)

    # --- what it is, and whose --------------------------------------------------------------------------------------

    def customization(self) -> None:
        """A document that is no claim is refused; one by rules that are not known here is told."""
        found = self.values.first("customization")
        if found is not None and found.value in NO_CLAIMS:
            self.wrong("ubl.no_claim", "customization", f"is {NO_CLAIMS[found.value]}", found)
        elif found is None or found.value not in CUSTOMIZATIONS:
            rule = "Peppol BIS Billing 3 expected (EHF Billing 3); by other rules an element may mean something else"
            self.wrong("ubl.customization", "customization", rule, found, warning=True)

    def supplier(self, id_number: str) -> None:
        """The seller must be the creditor; `id_number` is the creditor's own. Without a CompanyID the VAT number counts."""
        legal = self.values.first("seller_id")
        given = [legal] if legal is not None else self.values.all("seller_vat")
        if not given:
            self.missing("seller_id")
        elif registration(id_number) not in {registration(text.value) for text in given}:
            rule = f"the creditor's id_number {id_number} expected: another company's document is not taken"
            self.wrong("ubl.supplier", "seller_id" if legal is not None else "seller_vat", rule, given[0])

    # --- amounts ----------------------------------------------------------------------------------------------------

    def amounts(self) -> dict[str, int]:
        """Every amount and every sum of amounts that can be read, in the smallest unit; what is not given is 0."""
        read: dict[str, int | None] = {}
        for name in (*REQUIRED_AMOUNTS, *_OPTIONAL_AMOUNTS):
            found = self.values.first(name)
            if found is None and name in REQUIRED_AMOUNTS:
                self.missing(name)
                read[name] = None
            else:
                read[name] = 0 if found is None else self._amount(name, found)
        read["line"] = self._sum("line", self.values.all("line"))
        self._allowances(read)
        self._taxes(read)
        return {name: amount for name, amount in read.items() if amount is not None}

    def sums(self, amounts: Mapping[str, int]) -> None:
        """Reports every total that is not the sum of its parts, as far as all of them can be read."""
        for rule in SUMS:
            if {rule.total, *(name for _, name in rule.parts)} <= amounts.keys():
                self._judge_sum(rule, amounts)

    def _judge_sum(self, rule: Sum, amounts: Mapping[str, int]) -> None:
        expected = sum(sign * amounts[name] for sign, name in rule.parts)
        if amounts[rule.total] == expected:
            return
        said = f"{amount_text(expected)} expected, which is {rule.words} ({rule.rule})"
        at = self._tax_total() if rule.total == "tax" else self.values.first(rule.total)
        self.wrong("ubl.sum", rule.total, said, at)

    def _allowances(self, read: dict[str, int | None]) -> None:
        read |= {"allowances": 0, "charges": 0}
        for group in self.values.groups.get("allowance_charges", ()):
            side, amount = group.first("is_charge"), group.first("amount")
            if side is None or side.value not in {"true", "false", "1", "0"}:
                self.wrong("ubl.value", "is_charge", "true or false expected", side or Text("", group.line))
                read |= {"allowances": None, "charges": None}
                continue
            name = "charges" if side.value in {"true", "1"} else "allowances"
            if amount is None:
                self.missing("amount", group.line)
            found = None if amount is None else self._amount("amount", amount)
            before = read[name]
            read[name] = None if found is None or before is None else before + found

    def _taxes(self, read: dict[str, int | None]) -> None:
        """The tax in the document's currency; a total in the currency of the tax office is passed over."""
        found = self._tax_total()
        read["tax"] = 0 if found is None else self._amount("tax", found)
        for group in self.values.groups.get("tax_totals", ()):
            parts = group.all("tax_part")
            if group.first("tax") is found and parts:
                read["tax_part"] = self._sum("tax_part", parts)

    def _tax_total(self) -> Text | None:
        other, currency = self.values.first("tax_currency"), self.values.first("currency")
        passed = {other.value} if other is not None else set()
        passed -= {currency.value} if currency is not None else set()
        totals = [group.first("tax") for group in self.values.groups.get("tax_totals", ())]
        return next((total for total in totals if total is not None and total.mark not in passed), None)

    def _sum(self, name: str, texts: Iterable[Text]) -> int | None:
        found = [self._amount(name, text) for text in texts]
        known = [amount for amount in found if amount is not None]
        return sum(known) if len(known) == len(found) else None

    def _amount(self, name: str, text: Text) -> int | None:
        currency = self.values.first("currency")
        if currency is not None and text.mark != currency.value:
            said = f"currencyID {text.mark}" if text.mark else "no currencyID"
            rule = f"an amount in {currency.value}, the currency of the document, expected, and {said} found"
            self.wrong("ubl.currency", name, rule, text)
            return None
        try:
            if "," not in text.value:
                return parse_amount(text.value)
        except RefusedError:
            pass
        self.wrong("ubl.amount", name, "an amount as 1234.50, with at most two decimals, expected", text)
        return None


def registration(number: str) -> str:
    """A company's number without what forms around it add, so that two ways of writing it are equal.

    Blanks and signs, the VAT forms `NO310000019MVA`, `SE556677889901` and `FI12345671`, the Finnish OVT code
    (`003712345671`), and the `16` in front of a Swedish organisation number.
    """
    key = re.sub(r"[^0-9A-Z]", "", number.upper())
    for form in (_OVT, _SWEDISH_VAT, _OTHER):
        matched = form.fullmatch(key)
        if matched is not None:
            key = matched[1]
            break
    return key[2:] if len(key) == 12 and key.startswith("16") else key
