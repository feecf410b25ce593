"""The keys of a dialect file: what each means, and in which forms of file it may stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inkasso_formats.dialects.model import FORMS, Form

_FIXED: tuple[Form, ...] = ("fixed",)
_LINES: tuple[Form, ...] = ("fixed", "separated")
_XML: tuple[Form, ...] = ("xml",)


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its meaning for whoever writes a dialect, the forms that have it, and whether it must be there."""

    meaning: str
    required: bool = False
    forms: tuple[Form, ...] = FORMS


Keys = Mapping[str, Key]

DIALECT_KEYS: Keys = {
    "name": Key("how settings and commands call it: small letters, digits, hyphens", required=True),
    "title": Key("how people call it", required=True),
    "form": Key(
        "fixed (fields at positions; where nothing is said), separated (cells between separators) or xml"
    ),
    "encoding": Key(
        "iso-8859-1, iso-8859-15, windows-1252 or us-ascii; separated and xml also utf-8", required=True
    ),
    "line_end": Key("crlf or lf", required=True, forms=_LINES),
    "separator": Key(
        r'what stands between cells: ";", ",", "|" or "\t"', required=True, forms=("separated",)
    ),
    "namespace": Key("the namespace of all elements; left out where they have none", forms=_XML),
    "provenance": Key("a table: where the dialect comes from", required=True),
    "codes": Key("tables of codes, each with a name of its own: [codes.NAME]"),
    "files": Key("the kinds of file it has: [files.KIND]", required=True),
}
PROVENANCE_KEYS: Keys = {
    "public": Key("what of it comes from public sources, and from which", required=True),
    "ours": Key("what was set by whoever wrote the dialect", required=True),
}
CODES_KEYS: Keys = {
    "meaning": Key("what the codes say, for people"),
    "rows": Key("the codes: { code, word, text }", required=True),
}
CODE_KEYS: Keys = {
    "code": Key("the agency's code", required=True),
    "word": Key("our word for it; left out where we have none"),
    "text": Key("the agency's text"),
}
FILE_KEYS: Keys = {
    "meaning": Key("what the file is for, for people"),
    "name": Key(
        "the names that we give: {client_number}, {sender}, {sequence_no:03d}, {at:%Y%m%d}, {at:%H%M%S} "
        "are filled in",
        required=True,
    ),
    "match": Key(
        "regular expression of a whole name that is recognised; its groups client_number, sender, sequence_no, "
        "date (YYYYMMDD or YYMMDD) and time (HHMMSS) are read",
        required=True,
    ),
    "folder": Key("the agency's folder for these files; else that of the agreement"),
    "record_length": Key(
        "how long every record is; left out where each ends with its last field", forms=_FIXED
    ),
    "counts": Key('the fields that count records, each with the names of these: { count = ["detail"] }'),
    "sums": Key(
        "the fields that add amounts, each with the fields of these; rows.amount is that of the rows. "
        "The first is the total of the file"
    ),
    "only": Key("what a field of the record may be in these files, whether it stands there or not"),
    "root": Key("the root element", required=True, forms=_XML),
    "schema": Key("the file name of its XSD, which lies beside this file", forms=_XML),
    "records": Key("the records in the order in which they stand: [[files.KIND.records]]", required=True),
}
RECORD_KEYS: Keys = {
    "name": Key("how problems and tables call it", required=True),
    "meaning": Key("what it holds, for people"),
    "each": Key("how often it stands: once, group, item or row (see below); once where nothing is said"),
    "within": Key("the name of the group or item that it belongs to; the file where nothing is said"),
    "when": Key(
        "fields, for a record that stands once: it is written only where one of them has a value, and may be missing; "
        "an empty list: it is never written, and passed over when read"
    ),
    "trim": Key("true: blanks at its end are not written, and may be missing when read", forms=_LINES),
    "element": Key(
        "its element, below that of what it is within, names joined by /; . for that element itself",
        required=True,
        forms=_XML,
    ),
    "fields": Key("its fields, in their order", required=True),
}
FIELD_KEYS: Keys = {
    "name": Key("the neutral value that it holds; any name for a constant or filler", required=True),
    "start": Key(
        "its first position or its cell, from 1; after the field before where left out", forms=_LINES
    ),
    "length": Key("characters; where there are no positions the most that a text may have, 0 any"),
    "type": Key("see below; text where nothing is said"),
    "required": Key("true: a blank or zero refuses its record"),
    "form": Key("of a date or time, see below"),
    "sign": Key("of an amount, see below"),
    "decimals": Key("of an amount, see below"),
    "fill": Key("what numbers, amounts and missing dates are filled with, see below"),
    "blank": Key('the text that stands for no value, such as "0"'),
    "default": Key("the text of the value that is taken where there is none"),
    "without": Key('characters that are left out when written, such as "- "'),
    "values": Key("the codes that are allowed, where there is no table"),
    "constant": Key("the text of a constant; the character that fills a filler"),
    "codes": Key("the table of its codes"),
    "misfit": Key("what happens to a text that does not fit as it is, see below"),
    "meaning": Key("what it says, for people"),
    "at": Key(
        "its place in the element: @attribute, Name, Address/City, Address/@country or . for the element's text; "
        "the field's name where left out",
        forms=_XML,
    ),
}


def known_keys(keys: Keys, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys that files of this form have, and those that only other forms have."""
    here = tuple(name for name, key in keys.items() if form in key.forms)
    return here, tuple(name for name in keys if name not in here)
