from __future__ import annotations

import pytest

from inkasso_formats.dialects.xml_schema import MOST_PROBLEMS, compiled, schema_problems, validate
from inkasso_formats.problems import FormatError
from support.xml_samples import FOLDER

OPEN = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">\n'
LIST = OPEN + (
    b'<xs:element name="List"><xs:complexType><xs:sequence>\n'
    b'<xs:element name="Day" type="xs:date" minOccurs="0" maxOccurs="unbounded"/>\n'
    b"</xs:sequence></xs:complexType></xs:element>\n</xs:schema>"
)
NOT = "the schema of the dialect does not allow it: "

UNUSABLE = {
    "no XML": (
        b"schema",
        [
            (
                1,
                "the schema is no XML that is read: no root element of XML within the first 65536 bytes: this is no XML file",
            )
        ],
    ),
    "empty": (
        b" ",
        [(None, "the schema is no XML that is read: the file is empty: a root element expected")],
    ),
    "cut off": (
        OPEN,
        [
            (
                2,
                "the schema is no XML that is read: not well-formed XML at column 1: Premature end of data in tag schema line 1",
            )
        ],
    ),
    "a DTD": (
        b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + LIST,
        [
            (
                1,
                "the schema is no XML that is read: a document type declaration (DTD) is refused: it can hold entities, and no agency needs one",
            )
        ],
    ),
    "no schema": (
        b"<a/>",
        [
            (
                1,
                "the schema is no XML schema: the root element schema of http://www.w3.org/2001/XMLSchema expected",
            )
        ],
    ),
    "other files": (
        OPEN
        + b'<xs:include schemaLocation="other.xsd"/>\n<xs:import namespace="urn:x" schemaLocation="http://example.com/x.xsd"/>\n'
        + b'<xs:redefine schemaLocation="/etc/passwd"/></xs:schema>',
        [
            (2, "include reads another file, and only this one is read: put all of the schema into it"),
            (3, "import reads another file, and only this one is read: put all of the schema into it"),
            (4, "redefine reads another file, and only this one is read: put all of the schema into it"),
        ],
    ),
    "several slips": (
        OPEN + b'<xs:element name="a" type="Money"/>\n<xs:element name="b" type="Day"/>\n</xs:schema>',
        [
            (
                2,
                "the schema cannot be used: element decl. 'a', attribute 'type': The QName value 'Money' does not resolve to a(n) type definition.",
            ),
            (
                3,
                "the schema cannot be used: element decl. 'b', attribute 'type': The QName value 'Day' does not resolve to a(n) type definition.",
            ),
        ],
    ),
}


@pytest.mark.parametrize(("schema", "expected"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_schema_that_cannot_be_used_is_told_with_all_that_is_wrong(schema, expected):
    """Each problem has its line in the schema; nothing but the schema itself is read."""
    problems = schema_problems(schema)
    assert [(problem.line, problem.rule) for problem in problems] == expected
    assert {problem.code for problem in problems} == {"dialect.schema"}


def test_a_schema_that_cannot_be_used_is_raised_where_it_is_needed():
    """Nobody validates against a part of a schema."""
    with pytest.raises(FormatError) as caught:
        compiled(b"<a/>")
    assert [problem.code for problem in caught.value.problems] == ["dialect.schema"]


@pytest.mark.parametrize("name", ["attributes", "elements"])
def test_a_good_schema_has_no_problems(name):
    """Nothing is found where nothing is wrong."""
    assert schema_problems((FOLDER / f"{name}.xsd").read_bytes()) == []


def test_what_breaks_the_schema_is_told_with_its_line():
    """All of it, in the order of the file; names without their namespace."""
    file = b"<List>\n<Day>2026-01-01</Day>\n<Day>x</Day>\n<Night/>\n</List>"
    problems = validate(LIST, [file])
    assert [(problem.code, problem.line, problem.rule) for problem in problems] == [
        ("dialect.schema", 3, f"{NOT}Element 'Day': 'x' is not a valid value of the atomic type 'xs:date'"),
        ("dialect.schema", 4, f"{NOT}Element 'Night': This element is not expected. Expected is ( Day )"),
    ]
    assert validate(LIST, [file[start : start + 5] for start in range(0, len(file), 5)]) == problems


def test_a_file_that_keeps_to_the_schema_has_no_problems():
    """The answer is an empty list."""
    assert validate(LIST, [b"<List>\n", b"<Day>2026-01-01</Day></List>"]) == []


def test_a_file_that_is_no_xml_is_told_behind_what_breaks_the_schema():
    """Both are told, the end of reading last."""
    problems = validate(LIST, [b"<List>\n<Day>x</Day>\n<Day></List>"])
    assert [(problem.code, problem.line) for problem in problems] == [
        ("dialect.schema", 2),
        ("dialect.xml", 3),
    ]
    assert problems[-1].rule == (
        "not well-formed XML at column 13: Opening and ending tag mismatch: Day line 3 and List"
    )


def test_validation_ends_after_very_many_problems():
    """A file of another kind would give some for each line."""
    problems = validate(LIST, [b"<List>\n", b"<Day>x</Day>\n" * 1000, b"</List>"])
    assert len(problems) == MOST_PROBLEMS + 1
    assert (problems[-1].code, problems[-1].line) == ("dialect.stopped", MOST_PROBLEMS + 1)


def test_a_long_value_does_not_fill_the_sentence():
    """libxml2 repeats the whole value; the raw file keeps it."""
    (problem,) = validate(LIST, [b"<List><Day>%s</Day></List>" % (b"x" * 5000)])
    assert problem.rule == f"{NOT}Element 'Day': '{'x' * (300 - len('Element ' + repr('Day') + ': ') - 1)}…"


@pytest.mark.parametrize("where", ["List", "Own"])
def test_a_file_cannot_bring_a_schema_of_its_own(tmp_path, where):
    """What it says of the place of one is not followed, wherever it stands."""
    own = tmp_path / "own.xsd"
    own.write_bytes(
        OPEN.replace(b">", b' targetNamespace="urn:own">')
        + b'<xs:element name="Own" type="xs:string"/></xs:schema>'
    )
    schema = OPEN + (
        b'<xs:element name="List"><xs:complexType><xs:sequence>\n<xs:any namespace="##other" processContents="strict"/>'
        b"</xs:sequence></xs:complexType></xs:element>\n</xs:schema>"
    )
    said = f' xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:own {own.as_uri()}"'
    file = '<List{List}><Own xmlns="urn:own"{Own}/></List>'.format(**{"List": "", "Own": "", where: said})
    assert [problem.rule for problem in validate(schema, [file.encode()])] == [
        f"{NOT}Element 'Own': No matching global element declaration available, but demanded by the strict wildcard"
    ]
