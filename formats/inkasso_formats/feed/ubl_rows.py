"""Rows of a document that knows some columns only: what it leaves empty is not said, and stays as it is in the ledger.

A row of a CSV file says all that there is to say of its key. A UBL document cannot say that a customer must not go to
collection, say; so its rows have types of their own, by which the core knows them.
"""

from __future__ import annotations

from inkasso_formats.feed.rows import CustomerRow, InvoiceRow


class PartialCustomer(CustomerRow):
    """A customer of whom empty columns are not said, `kind` among them: a new one is private then."""

    __slots__ = ()


class PartialInvoice(InvoiceRow):
    """An invoice of which columns that hold their empty value are not said."""

    __slots__ = ()


PARTIAL = (PartialCustomer, PartialInvoice)
