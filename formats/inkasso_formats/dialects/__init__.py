"""An agency's files by dialect: a dialect is data (TOML), read by `load`; one engine reads and writes them all."""

from __future__ import annotations

from inkasso_formats.dialects.describe import describe, describe_text
from inkasso_formats.dialects.load import load, load_text, shipped
from inkasso_formats.dialects.model import (
    CLOSING_REASONS,
    FILE_KINDS,
    REJECTION_REASONS,
    STAGES,
    AnyRecord,
    Code,
    CodeTable,
    Dialect,
    Ends,
    FileKind,
    FileLayout,
    OutHead,
    Parsed,
    Piece,
    Portion,
    Rendered,
)
from inkasso_formats.dialects.naming import file_name, head_of_name, kind_of_content, kind_of_name
from inkasso_formats.dialects.reading import Stream, parse
from inkasso_formats.dialects.template import schemas_of, template
from inkasso_formats.dialects.writing import RecordsRefused, Writer, render
from inkasso_formats.dialects.xml_schema import validate

__all__ = [
    "CLOSING_REASONS",
    "FILE_KINDS",
    "REJECTION_REASONS",
    "STAGES",
    "AnyRecord",
    "Code",
    "CodeTable",
    "Dialect",
    "Ends",
    "FileKind",
    "FileLayout",
    "OutHead",
    "Parsed",
    "Piece",
    "Portion",
    "RecordsRefused",
    "Rendered",
    "Stream",
    "Writer",
    "describe",
    "describe_text",
    "file_name",
    "head_of_name",
    "kind_of_content",
    "kind_of_name",
    "load",
    "load_text",
    "parse",
    "render",
    "schemas_of",
    "shipped",
    "template",
    "validate",
]
