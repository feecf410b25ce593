"""Parts of a document that are generated: they stand between two markers, and a test holds them equal to the code.

The markers are `<!-- generated: NAME -->` and `<!-- end -->`, each on a line of its own.
"""

from __future__ import annotations


def replace_between(text: str, name: str, generated: str) -> str:
    """The document with the part of that name replaced. Raises ValueError where the part is not there exactly once."""
    start, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
    if text.count(start) != 1:
        raise ValueError(
            f"the marker {start.strip()} stands {text.count(start)} times in the document, not once"
        )
    before, rest = text.split(start)
    if end not in rest:
        raise ValueError(f"the part {name} has no {end} behind it")
    return f"{before}{start}{generated.strip()}\n{end}{rest.split(end, 1)[1]}"
