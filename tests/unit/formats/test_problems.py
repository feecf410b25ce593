from __future__ import annotations

from inkasso_formats.problems import FormatError, FormatProblem


def test_a_problem_names_line_record_field_position_value_and_rule():
    """All that is known of a place stands in one sentence, in the order in which one looks for it."""
    problem = FormatProblem(
        code="layout.amount",
        line=5,
        record="amount item 1",
        field="amount",
        position=(32, 49),
        value="00000000000012A400",
        rule="a sign and 17 digits expected",
    )
    assert problem.where == "line 5, record amount item 1, field amount (32-49)"
    assert problem.message == (
        "line 5, record amount item 1, field amount (32-49): '00000000000012A400': a sign and 17 digits expected"
    )


def test_a_problem_of_the_whole_file_is_its_rule_alone():
    """Where no place is known, none is made up."""
    problem = FormatProblem(code="ocr.empty", rule="the file is empty")
    assert problem.where == ""
    assert problem.message == "the file is empty"


def test_a_field_without_position_is_named_without_one():
    """A format with separators has fields but no positions."""
    problem = FormatProblem(code="x", line=2, field="amount", value="", rule="is required and blank")
    assert problem.message == "line 2, field amount: '': is required and blank"


def test_a_long_value_is_shown_by_its_first_forty_characters():
    """A whole record as a value would hide the sentence behind it."""
    problem = FormatProblem(code="x", value="a" * 41, rule="is too long")
    assert problem.message == f"'{'a' * 40}…': is too long"


def test_an_unprintable_value_is_shown_escaped():
    """A control character in a file must not reach a terminal as it stands."""
    problem = FormatProblem(code="x", value="a\x1b[2J", rule="is no text")
    assert problem.message == "'a\\x1b[2J': is no text"


def test_a_format_error_says_all_its_problems():
    """Whoever mends a file wants to know everything at once."""
    problems = [FormatProblem(code="a", rule="first"), FormatProblem(code="b", line=3, rule="second")]
    error = FormatError(problems)
    assert error.problems == tuple(problems)
    assert str(error) == "first; line 3: second"
