"""inkassod: exchanges files between a company's accounts receivable and its debt-collection agency."""

__version__ = "0.1.0"
