"""What the words of a dialect mean, for people who write one: types, options, and the neutral values with their names."""

from __future__ import annotations

from collections.abc import Mapping

from inkasso_formats.dialects.model import Each, FileKind, Misfit
from inkasso_formats.layout_field import Decimals, FieldType, Sign

Meanings = Mapping[str, str]

TYPES: Mapping[FieldType, str] = {
    "text": "characters, on the left of their field",
    "digits": "a text of digits, filled up in front",
    "reference": "a text without blanks, on the right of its field",
    "number": "a whole number, filled up in front",
    "amount": "an amount with two decimals, filled up in front",
    "date": "a day, in one of the forms below",
    "time": "a time of day, in one of the forms below",
    "code": "a code, with a table (codes) or a list (values)",
    "constant": "always the same text",
    "filler": "a place that holds nothing",
}
SIGNS: Mapping[Sign, str] = {
    "none": "never negative",
    "leading": "- in front of negative amounts, in the first position or (fill blank) before the first digit",
    "trailing": "- behind negative amounts, a blank behind others",
}
DECIMALS: Mapping[Decimals, str] = {
    "implied": "the last two digits are the decimals: 123450",
    "point": "1234.50",
    "comma": "1234,50",
}
FILLS: Meanings = {
    "zero": "with zeros, as where nothing is said",
    "blank": "with blanks",
}
MISFITS: Mapping[Misfit, str] = {
    "refuse": "its record is refused, as where nothing is said",
    "cut": "it is fitted and cut, and that is told",
    "omit": "the field is left blank, and that is told",
}
EACH: Mapping[Each, str] = {
    "once": "stands once in what it is within: a header, a trailer, a second line of an item",
    "group": "stands once for the items that share its fields, such as a debtor with several invoices",
    "item": "stands once for each neutral record: a case, a correction, an answer",
    "row": "stands once for each row of the invoice of its item",
}
HEAD: Meanings = {
    "client_number": "the creditor's number at the agency (type text or digits, required)",
    "sender": "the creditor's number as a sender of files, where it has one (type text or digits)",
    "sequence_no": "the number of the file (type number)",
    "created": "the day on which it was made (type date)",
    "created_time": "the time at which it was made (type time)",
}

_CASE = "the creditor's own reference of the case, which every answer carries"
_AGENCY_CASE = "the agency's number of the case"
_CURRENCY = "the currency of the amounts, ISO 4217"

FIELDS: Mapping[FileKind, Meanings] = {
    "new_cases": {
        "case": _CASE,
        "customer_no": "the debtor's number at the creditor",
        "kind": "who owes: private or company (a code)",
        "name": "the debtor's full name",
        "id_number": "organisation number or identity number",
        "address": "street or post-office box",
        "address2": "a second line of the address",
        "postcode": "the postcode",
        "city": "the postal town",
        "country": "the country, ISO 3166 alpha-2",
        "phone": "telephone number",
        "email": "e-mail address",
        "contact_name": "the contact person at a company",
        "language": "the language of letters, ISO 639-1",
        "invoice_no": "the number of the invoice",
        "reference": "the payment reference (KID)",
        "invoice_date": "the date of the invoice",
        "due_date": "the day on which payment was due",
        "reminder_no": "the reminder that went before",
        "reminder_date": "the day on which it was sent",
        "original_amount": "what the invoice was for",
        "principal": "what is open at hand-over, without fees and interest",
        "currency": _CURRENCY,
        "claim_type": "the kind of claim: ordinary, rent, consumer_credit or energy (a code)",
        "description": "what the invoice is for",
    },
    "corrections": {
        "case": _CASE,
        "agency_case_no": _AGENCY_CASE,
        "customer_no": "the debtor's number at the creditor",
        "invoice_no": "the number of the invoice",
        "kind": "what happened: payment, credit_note, adjustment, reversal or recall (a code)",
        "entry_no": "the number of the entry at the creditor",
        "date": "the day of the entry",
        "amount": "what it changes; positive lowers what is owed",
        "balance": "what is left on the invoice after it",
        "currency": _CURRENCY,
    },
    "receipts": {
        "case": _CASE,
        "invoice_no": "the number of the invoice",
        "accepted": "whether the agency took it: accepted or rejected (a code)",
        "agency_case_no": _AGENCY_CASE,
        "reason_code": "why it was rejected, as the agency's code",
        "reason": "why, in the agency's words",
    },
    "updates": {
        "case": _CASE,
        "agency_case_no": _AGENCY_CASE,
        "on": "the day of the news",
        "stage_code": "the stage that the case is in, as the agency's code",
        "stage": "the stage in the agency's words",
        "paid": "paid to the agency so far",
        "remaining": "what is left, costs and interest included",
        "currency": _CURRENCY,
        "text": "a text for people",
    },
    "closures": {
        "case": _CASE,
        "agency_case_no": _AGENCY_CASE,
        "on": "the day on which the case was closed",
        "reason_code": "how it ended, as the agency's code",
        "reason": "how it ended, as our word (it follows from the table of the code)",
        "text": "how it ended, in the agency's words",
        "principal": "collected of the principal",
        "interest": "collected of the interest",
        "costs": "collected of the costs",
        "remaining": "what was not collected",
        "currency": _CURRENCY,
    },
}
ROW: Meanings = {
    "text": "what the row is for",
    "amount": "what is open of it",
    "period_from": "the first day that it is for",
    "period_to": "the last day that it is for",
}
