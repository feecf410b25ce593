from __future__ import annotations

import os
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from inkasso_formats.dialects import Dialect, FileKind, parse, render
from inkasso_formats.dialects.xml_schema import validate
from support import dialect_any, xml_samples
from support.xml_samples import DIALECTS, EVERY, refusal


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EVERY), st.data())
def test_any_records_come_back_as_they_were(which, data):
    """parse(render(x)) == x, each record's line is where it was said to be, and the schema allows the file."""
    kind, dialect = which[1], DIALECTS[which[0]]
    head = data.draw(dialect_any.heads(dialect, kind))
    records = data.draw(dialect_any.records(dialect, kind))
    file = render(dialect, kind, head, records)
    parsed = parse(dialect, kind, file.content)
    assert parsed.records == [
        replace(record, line=line) if hasattr(record, "line") else record
        for record, line in zip(records, file.lines, strict=True)
    ]
    assert parsed.head == dialect_any.head_of(dialect.files[kind], head, items=bool(records))
    assert (parsed.count, parsed.total, parsed.refused) == (len(records), file.total, 0)
    assert [problem for problem in parsed.problems if not problem.warning] == []
    schema = dialect.files[kind].schema
    assert schema is None or validate(schema, [file.content]) == []


def read_or_refused(dialect: Dialect, kind: FileKind, content: bytes) -> None:
    """Either records that are all accounted for, or problems that each have a code and a sentence."""
    refused = refusal(dialect, kind, content)
    if refused:
        assert all(code.startswith(("dialect.", "layout.")) and words for code, words in refused)
        return
    parsed = parse(dialect, kind, content)
    assert parsed.count == len(parsed.records) + parsed.refused


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(name, kind):
    """Its root element does not end."""
    content = xml_samples.file_of(name, kind)
    end = content.rindex(b">")
    for length in (*range(0, end, 50), end):
        codes = [code for code, _ in refusal(DIALECTS[name], kind, content[:length])]
        assert codes, length
        assert codes[-1] in {"dialect.xml", "dialect.empty"}, length


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(EVERY), st.binary(max_size=200), st.data())
def test_any_bytes_are_read_or_refused(which, some, data):
    """Alone, and anywhere in a good file. Never a traceback."""
    name, kind = which
    content = xml_samples.file_of(name, kind)
    at = data.draw(st.integers(0, len(content)))
    over = data.draw(st.integers(0, 20))
    read_or_refused(DIALECTS[name], kind, some)
    read_or_refused(DIALECTS[name], kind, content[:at] + some + content[at + over :])


VALUES = st.sampled_from(
    ["", " ", "0", "-1", "1.00", "1,00", "9" * 40, "x", "NOK", "2026-02-30", "\u0661", "ÆØÅ"]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EVERY), st.data())
def test_any_element_dropped_doubled_moved_or_changed_is_read_or_refused(which, data):
    """Never a traceback, with a schema and without."""
    name, kind = which
    root = etree.fromstring(xml_samples.file_of(name, kind))
    elements = list(root.iterdescendants())
    element = data.draw(st.sampled_from(elements))
    how = data.draw(
        st.sampled_from(["drop", "double", "move", "text", "tail", "rename", "wrap", "attribute"])
    )
    if how == "drop":
        element.getparent().remove(element)
    elif how == "double":
        element.getparent().append(deepcopy(element))
    elif how == "move":
        data.draw(st.sampled_from(elements)).append(deepcopy(element))
    elif how == "rename":
        element.tag = data.draw(st.sampled_from([root, *elements])).tag
    elif how == "wrap":
        element.append(deepcopy(data.draw(st.sampled_from([root, *elements]))))
    elif how == "attribute":
        for attribute in (*element.attrib, "other"):
            element.set(attribute, data.draw(VALUES))
    elif how == "tail":
        element.tail = data.draw(VALUES)
    else:
        element.text = data.draw(VALUES)
    read_or_refused(DIALECTS[name], kind, etree.tostring(root))


MEASURE = """
import itertools, resource, sys
from inkasso_formats.dialects import Stream
from support.xml_samples import DIALECTS, file_of

name, kind, mark, many = sys.argv[1:]
text = file_of(name, kind).decode()
begin = text.rindex(f"<{mark} ")
end = text.index("\\n", begin) + 1  # the record stands on one line
item = text[begin:end].encode()

def file(number):
    first = text[:text.index(f"<{mark} ")].replace('answers="2"', f'answers="{number}"')
    first = first.replace('debtors="2" rows="2"', 'debtors="1" rows="0"').replace("499.00", "0.00")
    first = first.replace('total="3000.00"', f'total="{number}000.00"')
    last = text[end:].replace('invoices="1" total="1000.00"', f'invoices="{number}" total="{number}000.00"')
    return itertools.chain([first.encode()], itertools.repeat(item, number), [last.encode()])

for number in (12_000, int(many)):
    stream = Stream(DIALECTS[name], kind, file(number))
    print(sum(len(portion.records) for portion in stream), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize(
    ("name", "kind", "mark", "number"),
    [("attributes", "receipts", "Answer", 100_000), ("elements", "new_cases", "Invoice", 30_000)],
)
def test_memory_does_not_grow_with_the_file(name, kind, mark, number):
    """Many items, also of one group, need what twelve thousand need: a portion, and one element."""
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    command = [sys.executable, "-c", MEASURE, name, kind, mark, str(number)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    (few, before), (many, after) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (few, many) == (12_000, number)
    assert after - before < 4_000  # kilobytes; the files have about 6,000
