"""An agency's XML schema (XSD): parsed without reading anything else, and asked whether a file keeps to it, as a stream."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lxml import etree

from inkasso_formats.dialects.xml_head import examine
from inkasso_formats.problems import FormatError, FormatProblem

SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
MOST_PROBLEMS = 500  # a file that follows another schema would give some for each line
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_OTHERS = frozenset(f"{_XSD}{name}" for name in ("include", "import", "redefine", "override"))
_DECODING = {6, 9, 81}  # libxml2's numbers of errors that wrong bytes make
_DECLARED = "the declared one"  # encoding
_MOST_SAID = 300  # characters of a sentence of libxml2, which may repeat a whole value
_NAMESPACE = re.compile(r"\{(?![0-9,]*\})[^{}]*\}")  # but not the `{1,3}` of a pattern


@lru_cache(maxsize=32)
def compiled(schema: bytes) -> etree.XMLSchema:
    """The schema of these bytes. Raises FormatError with all that is wrong: `dialect.schema`, each with its line."""
    try:
        head = examine(schema)
        root: Any = etree.fromstring(schema, etree.XMLParser(**SAFE))
    except FormatError as error:
        raise FormatError([_of_schema(problem) for problem in error.problems]) from None
    except etree.XMLSyntaxError as error:
        problem = broken(error, (), head.encoding)
        raise FormatError([_of_schema(problem)]) from None
    elsewhere = [_elsewhere(element) for element in root.iter(*_OTHERS)]
    if root.tag != f"{_XSD}schema":
        rule = "the schema is no XML schema: the root element schema of http://www.w3.org/2001/XMLSchema expected"
        name = _plain(str(root.tag))
        elsewhere = [FormatProblem(code="dialect.schema", line=root.sourceline, value=name, rule=rule)]
    if elsewhere:
        raise FormatError(elsewhere)
    try:
        return etree.XMLSchema(root)
    except etree.XMLSchemaParseError as error:
        raise FormatError(list(_unusable(error))) from None


def schema_problems(schema: bytes) -> list[FormatProblem]:
    """All that is wrong with a schema itself (`dialect.schema`), each with the line of the schema."""
    try:
        compiled(schema)
    except FormatError as error:
        return list(error.problems)
    return []


def validate(schema: bytes, chunks: Iterable[bytes]) -> list[FormatProblem]:
    """What breaks the schema in a file that comes in chunks, each with its line; at most `MOST_PROBLEMS` and some.

    Memory does not grow with the file: nothing of it is kept. Where it is no XML at all, that is the last problem
    (`dialect.xml`). Raises FormatError where the schema itself cannot be used.
    """
    validator, parser = Validator(compiled(schema)), _unkept()
    problems: list[FormatProblem] = []
    line = 1
    try:
        for piece in _lines(chunks):
            feed(parser, piece, _DECLARED, line)
            problems += validator.feed(piece, line)
            if len(problems) >= MOST_PROBLEMS:
                rule = (
                    f"reading stopped here, after {MOST_PROBLEMS} problems: is it a file of this kind at all?"
                )
                return [*problems, FormatProblem(code="dialect.stopped", line=line, rule=rule)]
            line += piece.count(b"\n")
        close(parser, _DECLARED)
    except FormatError as error:
        return [*problems, *error.problems]
    return [*problems, *validator.close(line)]


class Validator:
    """Asks a schema about a file that comes in pieces; nothing of it is kept.

    The schema stands beside the parser that reads the file: in the same one, lxml would not tell broken XML from a broken schema.
    """

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._parser = _unkept(schema)
        self._told = 0

    def feed(self, piece: bytes, line: int) -> list[FormatProblem]:
        """What breaks the schema in the next piece, which stands in that line."""
        with suppress(etree.XMLSyntaxError):  # the other parser tells it
            self._parser.feed(piece)
        return self._new(line)

    def close(self, line: int) -> list[FormatProblem]:
        """What shows at the end of the file only."""
        with suppress(etree.XMLSyntaxError):
            self._parser.close()
        return self._new(line)

    def _new(self, line: int) -> list[FormatProblem]:
        log = self._parser.feed_error_log
        told, self._told = self._told, len(log)
        return [schema_problem(entry, line) for entry in log[told:]] if self._told > told else []


def schema_problem(entry: Any, line: int) -> FormatProblem:
    """The problem of what libxml2 says of a file that breaks its schema; of names, the namespace is left out."""
    words = _NAMESPACE.sub("", " ".join(entry.message.split())).rstrip(".")
    if len(words) > _MOST_SAID:
        words = f"{words[:_MOST_SAID]}…"
    rule = f"the schema of the dialect does not allow it: {words}"
    return FormatProblem(code="dialect.schema", line=line, rule=rule)


def feed(parser: Any, piece: bytes, encoding: str, line: int) -> None:
    """Hands a piece, which stands in that line, to a parser. Raises FormatError (`broken`) where the document cannot be read on.

    lxml does not raise at an undefined entity, and would take the next piece as the begin of another document.
    """
    error: etree.XMLSyntaxError | None = None
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as raised:
        error = raised
    if error is not None or any(map(_is_error, parser.feed_error_log)):
        problem = broken(error, parser.feed_error_log, encoding)
        if (
            problem.code == "dialect.encoding"
        ):  # found while the bytes are decoded, which is ahead of the parser's own lines
            problem = replace(problem, line=line)
        raise FormatError([problem])


def close(parser: Any, encoding: str) -> None:
    """The end of the document. Raises FormatError (`broken`) where it has not ended."""
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise FormatError([broken(error, parser.feed_error_log, encoding)]) from None


def broken(error: Any, log: Iterable[Any], encoding: str) -> FormatProblem:
    """The sentence for XML that cannot be read on: `dialect.xml`, `dialect.encoding` or `dialect.limit`."""
    told = next(filter(_is_error, log), None)
    if told is not None:
        line, column, code, said = told.line, told.column, told.type, told.message
    else:
        (line, column), code, said = error.position, error.code, (error.msg or "").rsplit(", line ", 1)[0]
    words = " ".join(said.split())
    if code in _DECODING:
        rule = f"bytes that are no text in {encoding}, the encoding of the file"
        return FormatProblem(code="dialect.encoding", line=line or None, rule=rule)
    if "Excessive depth" in words or "Resource limit" in words:
        rule = f"XML beyond what an agency needs, at column {column}: {words.split(', ')[0]}"
        return FormatProblem(code="dialect.limit", line=line or None, rule=rule)
    rule = f"not well-formed XML at column {column}: {words}"
    return FormatProblem(code="dialect.xml", line=line or None, rule=rule)


def _is_error(entry: Any) -> bool:
    """Whether the entry of a log is more than a warning (a namespace that is no absolute address)."""
    return bool(entry.level_name != "WARNING")


def _unkept(schema: etree.XMLSchema | None = None) -> etree.XMLParser:
    """A parser that keeps nothing of its document."""
    target: Any = _Nothing()
    return etree.XMLParser(target=target, schema=schema, **SAFE)


class _Nothing:
    """What a document becomes that is not kept."""

    def close(self) -> None:
        """Nothing is handed back."""


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield from chunk.splitlines(keepends=True)


def _elsewhere(element: Any) -> FormatProblem:
    name = _plain(element.tag)
    rule = f"{name} reads another file, and only this one is read: put all of the schema into it"
    value = element.get("schemaLocation", "")
    return FormatProblem(code="dialect.schema", line=element.sourceline, value=value or None, rule=rule)


def _unusable(error: etree.XMLSchemaParseError) -> Iterator[FormatProblem]:
    """Each line of what libxml2 says of the schema, told once."""
    seen: set[tuple[int, str]] = set()
    for entry in error.error_log:
        said = (entry.line, _plain(" ".join(entry.message.split())))
        if entry.domain_name == "SCHEMASP" and said not in seen:
            seen.add(said)
            rule = f"the schema cannot be used: {said[1]}"
            yield FormatProblem(code="dialect.schema", line=entry.line or None, rule=rule)


def _of_schema(problem: FormatProblem) -> FormatProblem:
    rule = f"the schema is no XML that is read: {problem.rule}"
    return FormatProblem(code="dialect.schema", line=problem.line, value=problem.value, rule=rule)


def _plain(words: str) -> str:
    return _NAMESPACE.sub("", words)
