"""Problems of a file that belongs to no run, as documents: with the keys that a run's problems have (`views.problem`)."""

from __future__ import annotations

from typing import Any

from inkasso_formats.problems import FormatProblem

Document = dict[str, Any]


def problem_document(one: FormatProblem) -> Document:
    """One problem."""
    return {
        "code": one.code,
        "line": one.line,
        "record": one.record,
        "field": one.field,
        "position": list(one.position) if one.position else None,
        "value": one.value,
        "expected": one.rule,
        "message": one.message,
        "warning": one.warning,
    }
