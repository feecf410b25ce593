"""Small dialects as TOML texts, one of each form, which load as they are: tests change single places of them."""

from __future__ import annotations

SMALL = """\
name = "small"
title = "A small agency"
encoding = "windows-1252"
line_end = "lf"

[provenance]
public = "Nothing."
ours = "Everything."

[codes.answers]
rows = [{ code = "1", word = "accepted" }, { code = "0", word = "rejected" }]

[files.receipts]
name = "receipt.{sequence_no:03}"
match = 'receipt\\.[0-9]{3}'
record_length = 20
counts = { count = ["detail"] }

[[files.receipts.records]]
name = "header"
fields = [
  { name = "tag", length = 1, type = "constant", constant = "H" },
  { name = "client_number", length = 6, type = "digits", required = true },
  { name = "sequence_no", length = 3, type = "number" },
  { name = "rest", length = 10, type = "filler" },
]

[[files.receipts.records]]
name = "detail"
each = "item"
fields = [
  { name = "tag", length = 1, type = "constant", constant = "D" },
  { name = "case", length = 8, required = true },
  { name = "accepted", length = 1, type = "code", required = true, codes = "answers" },
  { name = "agency_case_no", length = 10 },
]

[[files.receipts.records]]
name = "trailer"
fields = [
  { name = "tag", length = 1, type = "constant", constant = "T" },
  { name = "count", length = 5, type = "number" },
  { name = "rest", length = 14, type = "filler" },
]
"""

# New cases by debtor, each with a second line of the address where there is one, and invoices with rows.
GROUPED = """\
name = "grouped"
title = "An agency that groups by debtor"
encoding = "iso-8859-1"
line_end = "crlf"

[provenance]
public = "Nothing."
ours = "Everything."

[codes.debtors]
rows = [{ code = "P", word = "private" }, { code = "F", word = "company" }]

[files.new_cases]
name = "cases_{sender}_{at:%y%m%d}.txt"
match = 'cases_(?P<sender>[0-9]+)_(?P<date>[0-9]{6})\\.txt'
counts = { invoices = ["invoice"], debtors = ["debtor"], rows_of_debtor = ["row"] }
sums = { total = ["principal"], total_of_rows = ["rows.amount"] }
only = { currency = ["NOK"], claim_type = ["ordinary"] }

[[files.new_cases.records]]
name = "begin"
fields = [
  { name = "tag", length = 2, type = "constant", constant = "00" },
  { name = "client_number", length = 6, required = true },
  { name = "created", length = 6, type = "date", form = "YYMMDD" },
]

[[files.new_cases.records]]
name = "debtor"
each = "group"
fields = [
  { name = "tag", length = 2, type = "constant", constant = "10" },
  { name = "customer_no", length = 10, required = true },
  { name = "kind", length = 1, type = "code", codes = "debtors", required = true },
  { name = "name", length = 30, required = true, misfit = "cut" },
]

[[files.new_cases.records]]
name = "care-of"
within = "debtor"
when = ["address2"]
trim = true
fields = [
  { name = "tag", length = 2, type = "constant", constant = "11" },
  { name = "address2", length = 30, misfit = "cut" },
]

[[files.new_cases.records]]
name = "invoice"
each = "item"
within = "debtor"
fields = [
  { name = "tag", length = 2, type = "constant", constant = "20" },
  { name = "case", length = 10, required = true },
  { name = "invoice_no", length = 10, required = true },
  { name = "invoice_date", length = 6, type = "date", form = "YYMMDD", required = true },
  { name = "due_date", length = 6, type = "date", form = "YYMMDD", required = true },
  { name = "principal", length = 10, type = "amount", sign = "trailing" },
]

[[files.new_cases.records]]
name = "row"
each = "row"
within = "invoice"
fields = [
  { name = "tag", length = 2, type = "constant", constant = "30" },
  { name = "text", length = 20 },
  { name = "amount", length = 10, type = "amount" },
]

[[files.new_cases.records]]
name = "debtor-end"
within = "debtor"
fields = [
  { name = "tag", length = 2, type = "constant", constant = "19" },
  { name = "rows_of_debtor", length = 4, type = "number" },
  { name = "total", length = 10, type = "amount", sign = "trailing" },
]

[[files.new_cases.records]]
name = "end"
fields = [
  { name = "tag", length = 2, type = "constant", constant = "99" },
  { name = "invoices", length = 4, type = "number" },
  { name = "debtors", length = 4, type = "number" },
  { name = "total", length = 12, type = "amount", sign = "trailing" },
  { name = "total_of_rows", length = 12, type = "amount" },
]
"""

# Corrections as plain lines of cells, without header and trailer.
SEPARATED = """\
name = "cells"
title = "An agency that reads cells"
form = "separated"
encoding = "utf-8"
line_end = "lf"
separator = "\\t"

[provenance]
public = "Nothing."
ours = "Everything."

[codes.kinds]
rows = [{ code = "B", word = "payment", text = "Betaling" }, { code = "K", word = "credit_note" }]

[files.corrections]
name = "corrections_{client_number}_{sequence_no:04d}.tsv"
match = 'corrections_(?P<client_number>[0-9]+)_(?P<sequence_no>[0-9]{4})\\.tsv'
folder = "in/corrections"
only = { kind = ["payment", "credit_note"], currency = ["NOK", "SEK"] }

[[files.corrections.records]]
name = "correction"
meaning = "One line for each."
each = "item"
fields = [
  { name = "invoice_no", required = true },
  { name = "kind", type = "code", codes = "kinds", required = true },
  { name = "date", type = "date", form = "DD.MM.YYYY", required = true },
  { name = "amount", type = "amount", decimals = "comma", sign = "leading" },
  { name = "currency", length = 3, required = true, meaning = "ISO 4217." },
  { name = "unused", type = "filler" },
]
"""

# Updates in XML: cases in a container, totals as attributes of the root.
XML = """\
name = "elements"
title = "An agency that sends XML"
form = "xml"
encoding = "utf-8"
namespace = "urn:example:agency:1"

[provenance]
public = "Nothing."
ours = "Everything."

[codes.stages]
meaning = "Stages."
rows = [{ code = "10", word = "registered", text = "Registrert" }]

[files.updates]
meaning = "News of cases."
name = "updates.{sequence_no:03d}"
match = 'updates\\.(?P<sequence_no>[0-9]{3})'
root = "Updates"
counts = { count = ["update"] }
sums = { total = ["paid"] }

[[files.updates.records]]
name = "file"
element = "."
fields = [
  { name = "version", at = "@version", type = "constant", constant = "1" },
  { name = "count", at = "@count", type = "number" },
  { name = "total", at = "@total", type = "amount", decimals = "point", sign = "leading" },
  { name = "client_number", at = "Sender/Client", required = true },
]

[[files.updates.records]]
name = "update"
each = "item"
element = "Cases/Case"
fields = [
  { name = "case", at = "@id", required = true },
  { name = "on", at = "Stage/@on", type = "date", form = "YYYY-MM-DD", required = true },
  { name = "stage_code", at = "Stage/@code", type = "code", codes = "stages", required = true },
  { name = "stage", at = "Stage" },
  { name = "paid", at = "Paid", type = "amount", decimals = "point", sign = "leading" },
]
"""

TEXTS = {"small": SMALL, "grouped": GROUPED, "separated": SEPARATED, "xml": XML}


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """The text with others put in for places of it, each of which must be there; the first of several is taken."""
    for before, after in pairs:
        if before not in text:
            raise ValueError(f"{before!r} does not stand in the text")
        text = text.replace(before, after, 1)
    return text
