"""A dialect as a document: everything that its file declares, with the places of its fields worked out."""

from __future__ import annotations

from dataclasses import fields

from inkasso_formats import dialects
from inkasso_formats.dialects import CodeTable, Dialect, FileLayout
from inkasso_formats.dialects.model import Part
from inkasso_formats.dialects.xml_tree import place_of
from inkasso_formats.layout import Field
from inkassod.layouts.documents import Document

_LINE_ENDS = {"\r\n": "crlf", "\n": "lf"}
_OPTIONS = tuple(one.name for one in fields(Field) if one.name not in {"name", "start"})


def described(dialect: Dialect) -> Document:
    """All layouts and codes of a dialect, and the same as text and as Markdown for people."""
    flat = dialect.form != "xml"
    return {
        "dialect": dialect.name,
        "title": dialect.title,
        "provenance": dialect.provenance,
        "public": dialect.public,
        "ours": dialect.ours,
        "source": dialect.source,
        "form": dialect.form,
        "encoding": dialect.encoding,
        "line_end": _LINE_ENDS[dialect.line_end] if flat else None,
        "separator": dialect.separator or None,
        "namespace": None if flat else dialect.namespace,
        "files": [_file(dialect, layout) for layout in dialect.files.values()],
        "codes": {name: _codes(table) for name, table in dialect.codes.items()},
        "text": dialects.describe_text(dialect),
        "markdown": dialects.describe(dialect),
    }


def _file(dialect: Dialect, layout: FileLayout) -> Document:
    return {
        "kind": layout.kind,
        "meaning": layout.meaning,
        "direction": layout.direction,
        "name": layout.name,
        "match": layout.match.pattern,
        "folder": layout.folder,
        "root": layout.root or None,
        "schema": layout.schema is not None,
        "counts": {name: list(parts) for name, parts in layout.counts.items()},
        "sums": {name: list(added) for name, added in layout.sums.items()},
        "only": {name: list(values) for name, values in layout.only.items()},
        "records": [_record(dialect, part) for part in layout.parts],
    }


def _record(dialect: Dialect, part: Part) -> Document:
    fixed = dialect.form == "fixed"
    return {
        "record": part.name,
        "meaning": part.record.meaning,
        "each": part.each,
        "within": part.within,
        "when": None if part.when is None else list(part.when),
        "trim": part.trim,
        "tag": part.tag,
        "length": part.record.length if fixed else None,
        "element": part.element if dialect.form == "xml" else None,
        "fields": [_field(dialect, part, one) for one in part.record.fields],
    }


def _field(dialect: Dialect, part: Part, one: Field) -> Document:
    """`position` in a fixed file, `cell` in a separated one, `path` in XML; the others are null."""
    options = {name: getattr(one, name) for name in _OPTIONS}
    return {
        "field": one.name,
        "position": list(one.position) if dialect.form == "fixed" else None,
        "cell": one.start if dialect.form == "separated" else None,
        "path": place_of(part, one).path if dialect.form == "xml" else None,
        **options,
        "values": list(one.values),
        "codes": part.codes[one.name].name if one.name in part.codes else None,
        "misfit": part.misfit.get(one.name, "refuse"),
    }


def _codes(table: CodeTable) -> list[Document]:
    return [{"code": row.code, "word": row.word, "text": row.text} for row in table.codes.values()]
