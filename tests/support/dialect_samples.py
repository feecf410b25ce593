"""Made-up dialects that have what the shipped ones lack: groups in groups, totals before what they count, cells, options of fields."""

from __future__ import annotations

from collections.abc import Mapping

from inkasso_formats.dialects import Dialect, load_text
from support.dialect_texts import TEXTS

# Agreements of one sender, in them debtors, in them invoices with a second record and rows; totals stand before and after.
NESTED = """\
name = "nested"
title = "An agency that groups by currency and debtor"
encoding = "iso-8859-15"
line_end = "lf"

[provenance]
public = "Nothing."
ours = "Everything."

[codes.debtors]
rows = [{ code = "1", word = "private" }, { code = "2", word = "company" }]

[codes.reasons]
rows = [
  { code = "1", word = "paid_in_full", text = "Betalt" },
  { code = "7", word = "recalled", text = "Trukket" },
  { code = "9" },
]

[files.new_cases]
name = "N{client_number}.{sequence_no:03d}"
match = 'N(?P<client_number>[0-9]{1,6})\\.(?P<sequence_no>[0-9]{3})'
counts = { lines = ["begin", "batch", "debtor", "address", "debtor-sums", "invoice", "contact", "rows-of", "row", "batch-end", "end"], debtors = ["debtor"], invoices = ["invoice"], rows_here = ["row"] }
sums = { total = ["principal"], rows_total = ["rows.amount"] }
only = { claim_type = ["ordinary", "rent"], country = ["NO"] }

[[files.new_cases.records]]
name = "begin"
trim = true
fields = [
  { name = "tag", length = 3, type = "constant", constant = "BEG" },
  { name = "lines", length = 6, type = "number", fill = "blank" },
  { name = "total", length = 16, type = "amount", decimals = "point", sign = "leading", fill = "blank" },
  { name = "client_number", length = 6, type = "digits", required = true },
  { name = "created", length = 8, type = "date", form = "DDMMYYYY" },
  { name = "rest", length = 5, type = "filler" },
]

[[files.new_cases.records]]
name = "batch"
each = "group"
fields = [
  { name = "tag", length = 3, type = "constant", constant = "BAT" },
  { name = "currency", length = 3, required = true },
]

[[files.new_cases.records]]
name = "debtor"
each = "group"
within = "batch"
trim = true
fields = [
  { name = "tag", length = 3, type = "constant", constant = "DEB" },
  { name = "customer_no", length = 12, required = true },
  { name = "kind", length = 1, type = "code", codes = "debtors", required = true },
  { name = "id_number", length = 11, type = "digits", without = " -", fill = "blank" },
  { name = "name", length = 30, required = true, misfit = "cut" },
  { name = "phone", length = 12, misfit = "omit", without = " " },
]

[[files.new_cases.records]]
name = "address"
within = "debtor"
when = ["address", "city", "postcode"]
fields = [
  { name = "tag", length = 3, type = "constant", constant = "ADR" },
  { name = "address", length = 20, misfit = "cut" },
  { name = "city", length = 20, misfit = "cut" },
  { name = "postcode", length = 5, blank = "0" },
]

[[files.new_cases.records]]
name = "debtor-sums"
within = "debtor"
fields = [
  { name = "tag", length = 3, type = "constant", constant = "SUM" },
  { name = "invoices", length = 3, type = "number" },
  { name = "total", length = 14, type = "amount", sign = "trailing" },
]

[[files.new_cases.records]]
name = "invoice"
each = "item"
within = "debtor"
fields = [
  { name = "tag", length = 3, type = "constant", constant = "INV" },
  { name = "sender", length = 4 },
  { name = "case", length = 12, required = true },
  { name = "invoice_no", length = 12, required = true },
  { name = "reference", length = 25, type = "reference" },
  { name = "invoice_date", length = 6, type = "date", form = "DDMMYY", required = true },
  { name = "due_date", length = 10, type = "date", form = "YYYY-MM-DD", required = true },
  { name = "reminder_date", length = 8, type = "date", fill = "blank" },
  { name = "principal", length = 12, type = "amount", required = true, decimals = "comma", sign = "leading", fill = "blank" },
  { name = "original_amount", length = 12, type = "amount", fill = "blank", blank = "-" },
  { name = "claim_type", length = 2, type = "code", codes = "claims" },
  { name = "description", length = 20, default = "Faktura", misfit = "cut" },
]

[[files.new_cases.records]]
name = "rows-of"
within = "invoice"
fields = [
  { name = "tag", length = 3, type = "constant", constant = "NRO" },
  { name = "rows_here", length = 3, type = "number" },
]

[[files.new_cases.records]]
name = "row"
each = "row"
within = "invoice"
trim = true
fields = [
  { name = "tag", length = 3, type = "constant", constant = "ROW" },
  { name = "amount", length = 10, type = "amount", sign = "trailing" },
  { name = "period_from", length = 8, type = "date" },
  { name = "text", length = 20, misfit = "cut" },
]

[[files.new_cases.records]]
name = "contact"
within = "invoice"
when = ["contact_name"]
fields = [
  { name = "tag", length = 3, type = "constant", constant = "CON" },
  { name = "contact_name", length = 20, misfit = "cut" },
]

[[files.new_cases.records]]
name = "batch-end"
within = "batch"
fields = [
  { name = "tag", length = 3, type = "constant", constant = "BEN" },
  { name = "debtors", length = 3, type = "number" },
  { name = "rows_total", length = 14, type = "amount", sign = "trailing" },
]

[[files.new_cases.records]]
name = "end"
fields = [
  { name = "tag", length = 3, type = "constant", constant = "END" },
  { name = "debtors", length = 5, type = "number" },
]

[codes.claims]
rows = [{ code = "O", word = "ordinary" }, { code = "R", word = "rent" }]

[files.closures]
name = "C.{sequence_no:03d}"
match = 'C\\.(?P<sequence_no>[0-9]{3})'
only = { currency = ["NOK"] }

[[files.closures.records]]
name = "closure"
each = "item"
fields = [
  { name = "tag", length = 1, type = "constant", constant = "C" },
  { name = "client_number", length = 6, required = true },
  { name = "case", length = 12, required = true },
  { name = "on", length = 10, type = "date", form = "DD.MM.YYYY", required = true },
  { name = "reason_code", length = 1, type = "code", codes = "reasons", required = true },
  { name = "principal", length = 12, type = "amount", sign = "leading", fill = "blank" },
]

[[files.closures.records]]
name = "words"
within = "closure"
when = ["text"]
fields = [
  { name = "tag", length = 1, type = "constant", constant = "W" },
  { name = "text", length = 30, misfit = "cut" },
]
"""

# Cells with a line of names before them, and groups; the separator is the decimal mark too.
CELLS = """\
name = "cells-in-groups"
title = "An agency that reads cells in groups"
form = "separated"
encoding = "utf-8"
line_end = "crlf"
separator = ","

[provenance]
public = "Nothing."
ours = "Everything."

[codes.answers]
rows = [{ code = "J", word = "accepted" }, { code = "N", word = "rejected" }]

[codes.why]
rows = [{ code = "1", word = "bad_amount", text = "Feil beløp" }]

[files.receipts]
name = "answers_{client_number}.csv"
match = 'answers_(?P<client_number>[0-9]+)\\.csv'
counts = { count = ["answer"] }

[[files.receipts.records]]
name = "names"
fields = [
  { name = "first", type = "constant", constant = "case" },
  { name = "second", type = "constant", constant = "answer" },
]

[[files.receipts.records]]
name = "answer"
each = "item"
fields = [
  { name = "case", required = true },
  { name = "accepted", type = "code", codes = "answers", required = true },
  { name = "reason_code", type = "code", codes = "why" },
  { name = "reason", length = 20, misfit = "cut" },
  { name = "agency_case_no" },
]

[[files.receipts.records]]
name = "last"
fields = [
  { name = "tag", type = "constant", constant = "#" },
  { name = "count", type = "number" },
  { name = "client_number", required = true },
]

[files.updates]
name = "news_{sequence_no:d}.csv"
match = 'news_(?P<sequence_no>[0-9]+)\\.csv'
counts = { count = ["update"] }
sums = { total = ["paid"] }

[[files.updates.records]]
name = "debtor"
each = "group"
fields = [
  { name = "tag", type = "constant", constant = "S" },
  { name = "case", required = true },
  { name = "agency_case_no" },
]

[[files.updates.records]]
name = "update"
each = "item"
within = "debtor"
fields = [
  { name = "tag", type = "constant", constant = "L" },
  { name = "on", type = "date", form = "DD/MM/YYYY", required = true },
  { name = "stage_code", type = "code", required = true },
  { name = "paid", type = "amount", decimals = "comma", sign = "trailing" },
  { name = "remaining", length = 9, type = "amount", blank = "-" },
  { name = "currency", default = "NOK" },
]

[[files.updates.records]]
name = "text"
within = "update"
when = ["text"]
fields = [
  { name = "tag", type = "constant", constant = "T" },
  { name = "text" },
]

[[files.updates.records]]
name = "debtor-end"
within = "debtor"
fields = [
  { name = "tag", type = "constant", constant = "E" },
  { name = "count", type = "number" },
  { name = "total", type = "amount", decimals = "comma", sign = "trailing" },
]
"""

SAMPLES: Mapping[str, Dialect] = {
    name: load_text(text, f"{name}.toml")
    for name, text in {**TEXTS, "nested": NESTED, "cells-in-groups": CELLS}.items()
}
