"""Which element of a UBL document gives which column of the feed: declared once for the reader and for docs/formats/ubl.md.

Elements: OASIS UBL 2.1 (Invoice-2, CreditNote-2) as Peppol BIS Billing 3 and EHF Billing 3 use them; the rules BR-CO-10
to 16 are those of EN 16931-1, section 6.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Document: TypeAlias = Literal["Invoice", "CreditNote"]
Kind: TypeAlias = Literal[
    "one", "first", "list", "group"
]  # one: standing twice is wrong; group: values that belong together

_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd:"
# The root element as expat names it (namespace, blank, name), and the document that it begins.
ROOTS: Mapping[str, Document] = {
    f"{_SCHEMA}Invoice-2 Invoice": "Invoice",
    f"{_SCHEMA}CreditNote-2 CreditNote": "CreditNote",
}
_CAC = f"{_SCHEMA}CommonAggregateComponents-2"
_CBC = f"{_SCHEMA}CommonBasicComponents-2"

_EN = "urn:cen.eu:en16931:2017"
BILLING = f"{_EN}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
CUSTOMIZATIONS = (BILLING, f"{_EN}#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0", _EN)
# Documents that have an invoice's root and are none: what they are, by their CustomizationID.
NO_CLAIMS: Mapping[str, str] = {
    f"{BILLING}#conformant#urn:fdc:anskaffelser.no:2019:ehf:reminder:3.0": "an EHF reminder, which repeats a claim: "
    "hand it in as a row of reminders",
    "urn:fdc:anskaffelser.no:2019:ehf:spec:payment-request:3.0": "an EHF payment request, which is no invoice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One value: its name here, its path below the root (or its group), and the columns that it fills, as `table.column`.

    Where several paths fill a column, the first that stands in the document counts.
    """

    name: str
    path: str
    columns: tuple[str, ...] = ()
    meaning: str = ""
    kind: Kind = "one"
    only: Document | None = None
    parts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a path ends; `tree` is that of a group's own paths."""

    path: Path
    tree: Tree


Tree: TypeAlias = dict[str, "Leaf | Tree"]


def _path(
    name: str, path: str, *columns: str, meaning: str = "", kind: Kind = "one", only: Document | None = None
) -> Path:
    return Path(name=name, path=path, columns=columns, meaning=meaning, kind=kind, only=only)


_BUYER = "AccountingCustomerParty/Party"
_SELLER = "AccountingSupplierParty/Party"
_NUMBERS = ("customers.customer_no", "invoices.customer_no")
_FREE = "Blanks as one, cut at the length of the column."
_ALONE = "Its part of the sums."

_HEAD = (
    _path(
        "customization",
        "CustomizationID",
        meaning="Peppol BIS Billing 3, self-billing or EN 16931; others are told.",
    ),
    _path("id", "ID", "invoices.invoice_no", "entries.entry_no"),
    _path("issued", "IssueDate", "invoices.invoice_date", "entries.date"),
    _path("due", "DueDate", "invoices.due_date", only="Invoice"),
    _path("notes", "Note", "invoices.description", "entries.text", kind="list", meaning=_FREE),
    _path("currency", "DocumentCurrencyCode", "invoices.currency", "entries.currency"),
    _path("tax_currency", "TaxCurrencyCode", meaning="A tax total in this currency is passed over."),
    _path(
        "credited",
        "BillingReference/InvoiceDocumentReference/ID",
        "entries.invoices",
        kind="list",
        only="CreditNote",
        meaning="The invoices that the note credits; none: it stays unallocated.",
    ),
)

_SELLER_PATHS = (
    _path(
        "seller_id", f"{_SELLER}/PartyLegalEntity/CompanyID", meaning="Must be the creditor's `id_number`."
    ),
    _path(
        "seller_vat",
        f"{_SELLER}/PartyTaxScheme/CompanyID",
        kind="list",
        meaning="The same, where that is missing.",
    ),
)

_BUYER_PATHS = (
    _path(
        "buyer_no",
        f"{_BUYER}/PartyIdentification/ID",
        *_NUMBERS,
        kind="first",
        meaning="The number in the ERP.",
    ),
    _path("buyer_endpoint", f"{_BUYER}/EndpointID", *_NUMBERS, meaning="Where that is missing."),
    _path(
        "buyer_id",
        f"{_BUYER}/PartyLegalEntity/CompanyID",
        *_NUMBERS,
        "customers.id_number",
        "customers.kind",
        meaning="The customer's number where both are missing. A company, unless it is a person's identity number.",
    ),
    _path("buyer_name", f"{_BUYER}/PartyLegalEntity/RegistrationName", "customers.name"),
    _path(
        "buyer_trade_name",
        f"{_BUYER}/PartyName/Name",
        "customers.name",
        kind="first",
        meaning="Where that is missing.",
    ),
    _path("street", f"{_BUYER}/PostalAddress/StreetName", "customers.address"),
    _path("street2", f"{_BUYER}/PostalAddress/AdditionalStreetName", "customers.address2"),
    _path(
        "address_line",
        f"{_BUYER}/PostalAddress/AddressLine/Line",
        "customers.address2",
        kind="first",
        meaning="Where that is missing.",
    ),
    _path("postcode", f"{_BUYER}/PostalAddress/PostalZone", "customers.postcode"),
    _path("city", f"{_BUYER}/PostalAddress/CityName", "customers.city"),
    _path("country", f"{_BUYER}/PostalAddress/Country/IdentificationCode", "customers.country"),
    _path("contact", f"{_BUYER}/Contact/Name", "customers.contact_name"),
    _path("telephone", f"{_BUYER}/Contact/Telephone", "customers.phone"),
    _path("email", f"{_BUYER}/Contact/ElectronicMail", "customers.email"),
)

_TERMS = (
    _path("delivered", "Delivery/ActualDeliveryDate", "invoices.delivery_date", kind="first"),
    _path(
        "means_due",
        "PaymentMeans/PaymentDueDate",
        "invoices.due_date",
        kind="first",
        meaning="Where `DueDate` is missing.",
    ),
    _path(
        "reference",
        "PaymentMeans/PaymentID",
        "invoices.reference",
        kind="list",
        meaning="KID, OCR number, viite or RF; of several the first. What is none of them is told and left out.",
    ),
    _path("terms", "PaymentTerms/Note", "invoices.payment_term", kind="list", meaning=_FREE),
)

_SUMS = (
    Path(
        name="allowance_charges",
        path="AllowanceCharge",
        kind="group",
        parts=(
            _path("is_charge", "ChargeIndicator", meaning="`true`: a charge; `false`: an allowance."),
            _path("amount", "Amount", meaning=_ALONE),
        ),
    ),
    Path(
        name="tax_totals",
        path="TaxTotal",
        kind="group",
        parts=(
            _path("tax", "TaxAmount", meaning=_ALONE),
            _path("tax_part", "TaxSubtotal/TaxAmount", kind="list", meaning=_ALONE),
        ),
    ),
    _path("line_total", "LegalMonetaryTotal/LineExtensionAmount", meaning=_ALONE),
    _path("tax_exclusive", "LegalMonetaryTotal/TaxExclusiveAmount", meaning=_ALONE),
    _path("tax_inclusive", "LegalMonetaryTotal/TaxInclusiveAmount", meaning=_ALONE),
    _path("allowance_total", "LegalMonetaryTotal/AllowanceTotalAmount", meaning=_ALONE),
    _path("charge_total", "LegalMonetaryTotal/ChargeTotalAmount", meaning=_ALONE),
    _path(
        "prepaid",
        "LegalMonetaryTotal/PrepaidAmount",
        meaning="Lowers what is payable; it is no payment of the ledger.",
    ),
    _path("rounding", "LegalMonetaryTotal/PayableRoundingAmount", meaning=_ALONE),
    _path(
        "payable",
        "LegalMonetaryTotal/PayableAmount",
        "invoices.amount",
        "entries.amount",
        meaning="What counts.",
    ),
    _path("line", "InvoiceLine/LineExtensionAmount", kind="list", only="Invoice", meaning=_ALONE),
    _path("line", "CreditNoteLine/LineExtensionAmount", kind="list", only="CreditNote", meaning=_ALONE),
)

# A credit note brings no customer and no terms, so what is wrong with them there refuses nothing.
_OF_INVOICES = tuple(replace(path, only="Invoice") for path in (*_BUYER_PATHS, *_TERMS))
PATHS = (*_HEAD, *_SELLER_PATHS, *_OF_INVOICES, *_SUMS)


@dataclass(frozen=True, slots=True)
class Sum:
    """A rule of EN 16931: an amount is the sum of others, each added (1) or taken off (-1)."""

    rule: str
    total: str
    parts: tuple[tuple[int, str], ...]
    words: str


SUMS = (
    Sum("BR-CO-10", "line_total", ((1, "line"),), "the sum of the lines"),
    Sum("BR-CO-11", "allowance_total", ((1, "allowances"),), "the sum of the allowances"),
    Sum("BR-CO-12", "charge_total", ((1, "charges"),), "the sum of the charges"),
    Sum(
        "BR-CO-13",
        "tax_exclusive",
        ((1, "line_total"), (-1, "allowance_total"), (1, "charge_total")),
        "the lines less allowances and with charges",
    ),
    Sum("BR-CO-14", "tax", ((1, "tax_part"),), "the sum of the tax of each category"),
    Sum(
        "BR-CO-15", "tax_inclusive", ((1, "tax_exclusive"), (1, "tax")), "the amount without tax and the tax"
    ),
    Sum(
        "BR-CO-16",
        "payable",
        ((1, "tax_inclusive"), (-1, "prepaid"), (1, "rounding")),
        "the amount with tax less what is prepaid, and the rounding",
    ),
)


def tree(document: Document, paths: tuple[Path, ...] = PATHS) -> Tree:
    """The paths of a document as the reader walks them: names with their namespace, and leaves where paths end."""
    root: Tree = {}
    for path in paths:
        if path.only in {None, document}:
            *steps, last = path.path.split("/")
            node = root
            for step in steps:
                node = node.setdefault(f"{_CAC} {step}", {})  # type: ignore[assignment]
            space = _CAC if path.kind == "group" else _CBC
            node[f"{space} {last}"] = Leaf(path, tree(document, path.parts))
    return root


def paths_of(column: str, document: Document) -> tuple[Path, ...]:
    """The paths that fill a column, as `table.column`, in a document."""
    return tuple(path for path in PATHS if column in path.columns and path.only in {None, document})


def rows(paths: tuple[Path, ...] = PATHS, above: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Path, document (empty: both), columns and meaning of each value; a group's own paths follow it."""
    for path in paths:
        columns = ", ".join(f"`{column}`" for column in path.columns)
        if path.kind != "group":
            yield f"{above}{path.path}", path.only or "", columns, path.meaning
        yield from rows(path.parts, f"{above}{path.path}/")
