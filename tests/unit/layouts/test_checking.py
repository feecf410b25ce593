"""Files of an agency read record by record, whatever their form: places, texts, values, problems, and what is hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkasso_formats.dialects import OutHead, kind_of_content, load_text, parse, render, shipped
from inkasso_formats.dialects import load as load_shipped
from inkasso_formats.problems import FormatError
from inkasso_formats.records import Closure, Correction, NewCase
from inkassod.layouts import check
from support import xml_samples
from support.dialect_files import GOOD, changed, file_of
from support.dialect_texts import GROUPED, SEPARATED
from support.golden_dialects import samples

HEAD = OutHead(client_number="123456", sequence_no=7, created=datetime(2026, 11, 21, tzinfo=UTC), sender="9")
INTRUM = load_shipped("intrum-no")
CELLS = load_text(SEPARATED, "cells.toml")
LINE = "A1\tB\t20.11.2026\t-400,50\tNOK\t\n"
PRIVATE = ("name", "address", "city", "id_number", "phone", "email")


def checked(tmp_path, dialect, content, name="file", kind=None, **more):
    """The file as `check` sees it."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return check(dialect, path, kind, **more)


def fields_of(record):
    """The fields of a record by their names."""
    return {field["field"]: field for field in record["fields"]}


def messages_of(document):
    """The sentences of all problems, those of records first."""
    own = [problem["message"] for record in document["records"] for problem in record["problems"]]
    return own + [problem["message"] for problem in document["problems"]]


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_every_line_of_a_fixed_file_is_cut_at_its_positions(tmp_path):
    """Put together, the texts are the line again; a value is what the neutral record has."""
    found = checked(tmp_path, INTRUM, file_of("closures"))
    assert (found.refused, found.faulty) == (False, False)
    records = found.document["records"]
    assert [(one["line"], one["record"]) for one in records] == [(1, "header"), (2, "detail"), (3, "trailer")]
    assert ["".join(field["text"] for field in one["fields"]) for one in records] == [
        one["text"] for one in records
    ]
    fields = fields_of(records[1])
    assert (fields["case"]["position"], fields["case"]["place"]) == ([3, 32], "3-32")
    assert (fields["case"]["value"], fields["on"]["value"]) == ("1001", date(2026, 12, 15))
    assert (fields["principal"]["text"], fields["principal"]["value"]) == ("00000000100000", "1000.00")
    assert (fields["reason_code"]["value"], fields["reason_code"]["meaning"]) == ("01", "paid_in_full")
    assert fields["tag"]["value"] == "10"
    assert fields_of(records[0])["filler"]["value"] is None


def test_the_file_says_what_it_is_and_what_it_comes_to(tmp_path):
    """Its kind, its head, the records of each name, and the totals of what was read."""
    document = checked(tmp_path, INTRUM, file_of("closures")).document
    assert (document["kind"], document["refused"], document["problems"]) == ("closures", False, [])
    assert document["head"] == {
        "client_number": "123456",
        "sequence_no": 7,
        "created": date(2026, 11, 21),
        "sender": "",
    }
    records = {"header": 1, "detail": 1, "trailer": 1}
    assert document["totals"] == {"records": records, "count": 1, "refused": 0, "amount": "1365.23"}


def test_a_code_that_holds_our_word_has_it_as_its_value(tmp_path):
    """The text is the agency's code, the value what is made of it."""
    record = checked(tmp_path, INTRUM, file_of("receipts")).document["records"][1]
    accepted = fields_of(record)["accepted"]
    assert accepted["value"] == "accepted"
    assert accepted["text"] != "accepted"


def test_cells_are_counted_and_their_quotes_read(tmp_path):
    """A separated file has cells for positions; the line is shown as it stands."""
    line = LINE.replace("A1", '"A ""1"" \t2"')
    (record,) = checked(tmp_path, CELLS, line, "corrections_1_0001.tsv").document["records"]
    fields = fields_of(record)
    assert record["text"] == line.removesuffix("\n")
    assert (fields["invoice_no"]["text"], fields["kind"]["value"]) == ('A "1" \t2', "payment")
    assert (fields["amount"]["position"], fields["amount"]["value"]) == ([4, 4], "-400.50")


def test_elements_have_paths(tmp_path):
    """XML: the way to the element with its line, and the place of each field below it."""
    dialect = xml_samples.ELEMENTS
    content = (xml_samples.FOLDER / "elements.new_cases.xml").read_bytes()
    found = checked(tmp_path, dialect, content)
    records = found.document["records"]
    assert (found.refused, found.faulty, found.document["kind"]) == (False, False, "new_cases")
    debtor = next(one for one in records if one["record"] == "debtor")
    assert (debtor["line"], debtor["text"]) == (5, "NewCases/Debtors/Debtor")
    city = fields_of(debtor)["city"]
    assert (city["place"], city["position"], city["text"]) == ("Address/City", None, "Trondheim")
    assert fields_of(debtor)["kind"]["value"] == "private"
    assert [one["record"] for one in records][:5] == ["header", "debtor", "invoice", "row", "row"]
    assert found.document["totals"]["records"]["invoice"] == 3


@pytest.mark.parametrize("name", shipped())
def test_every_sample_of_a_shipped_dialect_is_seen_whole(name):
    """Each problem that reading tells stands in the document, once, and no record is left out."""
    dialect = load_shipped(name)
    for path in samples(name):
        kind = kind_of_content(dialect, path.read_bytes(), path.name)
        found = check(dialect, path, kind)
        records = found.document["records"]
        assert len([one for one in records if one["record"]]) == sum(
            found.document["totals"]["records"].values()
        )
        assert found.faulty == bool(messages_of(found.document)), path.name
        assert not found.refused or found.faulty


# --- problems -----------------------------------------------------------------------------------------------------------


def test_a_problem_stands_with_its_record(tmp_path):
    """And the field that it names has no value."""
    content = changed(file_of("closures"), "closures", 2, "detail", "on", "20261332")
    found = checked(tmp_path, INTRUM, content)
    assert (found.refused, found.faulty) == (False, True)
    record = found.document["records"][1]
    assert [problem["message"] for problem in record["problems"]] == [
        "line 2, record detail, field on (53-60): '20261332': no such day: a date YYYYMMDD expected"
    ]
    assert (fields_of(record)["on"]["value"], fields_of(record)["on"]["text"]) == (None, "20261332")
    assert found.document["totals"]["refused"] == 1


def test_a_refused_file_is_shown_as_far_as_it_can_be_read(tmp_path):
    """A line that is too short has its fields up to its end, one of no kind has none."""
    header, detail, trailer = file_of("closures").splitlines()
    found = checked(tmp_path, INTRUM, b"\n".join([header, detail[:60], b"77" + detail[2:], trailer]))
    records = found.document["records"]
    assert found.refused
    assert (found.document["head"], found.document["totals"]["count"]) == (None, None)
    assert [one["record"] for one in records] == ["header", "detail", "", "trailer"]
    assert [fields_of(records[1])[name]["text"] for name in ("case", "on", "text")] == [
        f"{'1001':<30}",
        "20261215",
        "",
    ]
    assert records[2]["fields"] == []
    assert [problem["code"] for one in records for problem in one["problems"]] == [
        "layout.length",
        "dialect.record",
    ]
    assert found.document["totals"]["records"] == {"header": 1, "detail": 1, "trailer": 1}


def test_a_byte_that_is_no_character_does_not_hide_its_line(tmp_path):
    """It is shown as a sign that something is missing there."""
    found = checked(tmp_path, CELLS, LINE.encode() + b"A\xff2" + LINE.encode()[2:], "corrections_1_0001.tsv")
    assert [one["text"][:3] for one in found.document["records"]] == ["A1\t", "A\ufffd2"]
    assert found.refused


def test_wrong_quotes_leave_no_cells(tmp_path):
    """Nobody can tell then where one ends."""
    found = checked(tmp_path, CELLS, LINE.replace("A1", '"A1'), "corrections_1_0001.tsv")
    (record,) = found.document["records"]
    assert (record["record"], record["fields"]) == ("", [])
    assert record["problems"][0]["code"] == "dialect.quotes"


def test_a_problem_of_an_element_stands_with_the_right_one(tmp_path):
    """Though its field is some lines below the beginning of its record, or all of the file is one line."""
    text = (xml_samples.FOLDER / "elements.new_cases.xml").read_text("utf-8")
    before, after = text[: text.index("5003")], text[text.index("5003") :]
    spoilt = before + after.replace("2026-09-01", "2026-09-31", 1)
    in_one = "".join(line.strip() for line in spoilt.splitlines())
    for content in (spoilt, in_one):
        document = checked(tmp_path, xml_samples.ELEMENTS, content, kind="new_cases").document
        wrong = [
            one for one in document["records"] if any(p["field"] == "invoice_date" for p in one["problems"])
        ]
        assert [fields_of(one)["invoice_no"]["text"] for one in wrong] == ["5003"]


def test_broken_xml_is_shown_up_to_where_it_breaks(tmp_path):
    """What was whole before is there."""
    content = (xml_samples.FOLDER / "elements.new_cases.xml").read_bytes()
    found = checked(tmp_path, xml_samples.ELEMENTS, content[: content.index(b"5003")])
    assert found.refused
    numbers = [
        fields_of(one)["invoice_no"]["text"]
        for one in found.document["records"]
        if one["record"] == "invoice"
    ]
    assert numbers[:2] == ["5001", "5002"]


def test_a_file_of_another_kind_of_xml_shows_nothing(tmp_path):
    """Only why it is refused."""
    found = checked(tmp_path, xml_samples.ELEMENTS, b"<Other/>", kind="new_cases")
    assert (found.refused, found.document["records"]) == (True, [])
    assert [problem["code"] for problem in found.document["problems"]] == ["dialect.root"]


# --- which kind -----------------------------------------------------------------------------------------------------------


def test_the_kind_is_told_by_content_then_by_name_or_given(tmp_path):
    """What neither says must be said, and what is said counts."""
    assert checked(tmp_path, INTRUM, file_of("updates"), "x").document["kind"] == "updates"
    named = checked(tmp_path, INTRUM, b"?", "AV12345620261121060000")
    assert (named.document["kind"], named.refused) == ("closures", True)
    found = checked(tmp_path, INTRUM, b"?", "x")
    assert (found.refused, found.document["kind"], found.document["records"]) == (True, None, [])
    assert messages_of(found.document) == [
        "'x': no kind of file of intrum-no begins so or has such a name: --kind takes one of new_cases, corrections, receipts, updates, closures"
    ]
    assert checked(tmp_path, INTRUM, file_of("updates"), "x", "closures").refused


# --- long files -------------------------------------------------------------------------------------------------------------


def closures(count):
    """So many cases that were closed."""
    return [replace(GOOD["closures"], case=str(number), line=number + 1) for number in range(1, count + 1)]


def test_of_a_long_file_the_first_records_and_those_with_a_problem_are_shown(tmp_path):
    """All of them are counted."""
    content = changed(file_of("closures", closures(50)), "closures", 40, "detail", "on", "20261332")
    document = checked(tmp_path, INTRUM, content, most=3).document
    assert [one["line"] for one in document["records"]] == [1, 2, 3, 40]
    assert document["totals"]["records"] == {"header": 1, "detail": 50, "trailer": 1}
    assert len(checked(tmp_path, INTRUM, content).document["records"]) == 52


@pytest.mark.parametrize("form", ["attributes", "elements"])
def test_of_long_xml_too(tmp_path, form):
    """What is not shown is read, and forgotten."""
    dialect = xml_samples.DIALECTS[form]
    records = closures(50)
    content = render(
        dialect, "closures", xml_samples.HEAD, [replace(one, reason_code="P") for one in records]
    )
    spoilt = content.content.replace(b'"40"', b'""').replace(b">40<", b"><")
    document = checked(tmp_path, dialect, spoilt, kind="closures", most=3).document
    shown = [fields_of(one)["case"]["text"] for one in document["records"] if "case" in fields_of(one)]
    assert shown[-1] == ""
    assert len(shown) <= 4
    item = dialect.files["closures"].item.name
    assert document["totals"]["records"][item] == 50


def test_groups_that_are_not_shown_are_counted(tmp_path):
    """With all that stands in them."""
    dialect = xml_samples.ELEMENTS
    cases = [
        replace(xml_samples.RECORDS["elements"]["new_cases"][0], case=str(at), customer_no=f"C{at // 2}")
        for at in range(60)
    ]
    content = render(dialect, "new_cases", xml_samples.HEAD, cases).content
    every, few = (checked(tmp_path, dialect, content, most=most).document for most in (0, 3))
    assert every["totals"] == few["totals"]
    assert [one["record"] for one in few["records"]] == [one["record"] for one in every["records"][:3]]


# --- masked -------------------------------------------------------------------------------------------------------------------


def case(**more):
    """A case of a person who does not exist."""
    return replace(
        GOOD["new_cases"],
        **{"phone": "40000001", "email": "kari@example.org", "case": "1000000001", **more},
    )


def test_a_masked_fixed_file_names_nobody_and_keeps_every_place(tmp_path):
    """Not in the line, nor in the texts, the values and the sentences; amounts and dates stay."""
    content = changed(file_of("new_cases", [case()]), "new_cases", 2, "detail", "due_date", "20261332")
    plain = checked(tmp_path, INTRUM, content).document["records"]
    masked = checked(tmp_path, INTRUM, content, mask=True).document["records"]
    for one, other in zip(plain, masked, strict=True):
        assert len(one["text"]) == len(other["text"])
        assert "".join(field["text"] for field in other["fields"]) == other["text"]
    detail, own = fields_of(masked[1]), fields_of(plain[1])
    for name in PRIVATE:
        assert not own[name]["value"] or (detail[name]["value"], own[name]["value"] in masked[1]["text"]) == (
            "***",
            False,
        )
    assert (detail["case"]["value"], detail["case"]["text"].strip()) == ("10***01", "10******01")
    assert detail["principal"] == own["principal"]
    assert "20261332" not in masked[1]["problems"][0]["message"]


def test_of_a_masked_line_that_cannot_be_read_nothing_is_shown(tmp_path):
    """Its fields may stand anywhere in it."""
    header, detail, trailer = file_of("new_cases", [case()]).splitlines()
    found = checked(
        tmp_path, INTRUM, b"\n".join([header, detail[:-1], b"77" + detail[2:], trailer]), mask=True
    )
    for one in found.document["records"][1:3]:
        assert set(one["text"]) == {"*", " "}
        assert all(set(field["text"]) <= {"*", " "} and field["value"] is None for field in one["fields"])
    assert found.document["records"][1]["problems"][0]["value"] == str(len(detail) - 1)


def test_masked_cells_keep_their_separators(tmp_path):
    """The invoice's number is hidden, its amount is not; what is in the unused cell is hidden too."""
    line = LINE.replace("A1", '"A ""1"" \t2"').replace("\n", "Kari\n")
    (record,) = checked(tmp_path, CELLS, line, "corrections_1_0001.tsv", mask=True).document["records"]
    assert record["text"] == "** ***** ***\tB\t20.11.2026\t-400,50\tNOK\t****"
    assert fields_of(record)["invoice_no"]["value"] == "A ***\t2"


def test_masked_elements_name_nobody(tmp_path):
    """Each field by its name, wherever it stands."""
    content = (xml_samples.FOLDER / "elements.new_cases.xml").read_bytes()
    document = checked(tmp_path, xml_samples.ELEMENTS, content, mask=True).document
    debtor = next(one for one in document["records"] if one["record"] == "debtor")
    assert debtor["text"] == "NewCases/Debtors/Debtor"
    assert (fields_of(debtor)["name"]["value"], fields_of(debtor)["country"]["value"]) == ("***", "NO")
    assert set(fields_of(debtor)["name"]["text"]) <= {"*", " "}


def test_groups_of_a_fixed_file_are_read_each_by_its_tag(tmp_path):
    """Lines that end early have all their fields."""
    dialect = load_text(GROUPED, "grouped.toml")
    records: list[NewCase | Correction | Closure] = [case(address2="c/o Nes", rows=())]
    content = render(dialect, "new_cases", HEAD, records).content
    document = checked(tmp_path, dialect, content, "cases_9_261121.txt").document
    names = [one["record"] for one in document["records"]]
    assert names == ["begin", "debtor", "care-of", "invoice", "debtor-end", "end"]
    assert fields_of(document["records"][2])["address2"]["text"] == f"{'c/o Nes':<30}"


# --- anything -----------------------------------------------------------------------------------------------------------------

FILES = [
    (INTRUM, "updates", file_of("updates")),
    (CELLS, "corrections", LINE.encode()),
    (load_text(GROUPED, "grouped.toml"), "new_cases", b"00123456261121\r\n10\r\n20\r\n19\r\n99\r\n"),
    (xml_samples.ELEMENTS, "new_cases", (xml_samples.FOLDER / "elements.new_cases.xml").read_bytes()),
    (xml_samples.ATTRIBUTES, "updates", (xml_samples.FOLDER / "attributes.updates.xml").read_bytes()),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.sampled_from(FILES), st.integers(0, 3), st.booleans())
def test_whatever_stands_in_a_file_it_is_shown(tmp_path, data, of, most, mask):
    """Each problem that reading tells stands in the document once, masked or not, and no file is too broken."""
    dialect, kind, content = of
    at = data.draw(st.integers(0, len(content)))
    spoilt = content[:at] + data.draw(st.binary(max_size=6)) + content[at + data.draw(st.integers(0, 40)) :]
    found = checked(tmp_path, dialect, spoilt, kind=kind, most=most, mask=mask)
    try:
        expected = len(parse(dialect, kind, spoilt, "file").problems)
    except FormatError as error:
        expected = len(error.problems)
    assert len(messages_of(found.document)) == expected
    assert found.faulty == bool(expected)
