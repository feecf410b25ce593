"""The pages of the shipped dialects, docs/formats/NAME.md: their generated parts, and a first page for a dialect that has none."""

from __future__ import annotations

from pathlib import Path

from inkasso_formats.dialects import Dialect, load, shipped
from inkasso_formats.dialects.describe import describe_codes, describe_file, facts
from support.generated import replace_between

FOLDER = Path(__file__).parents[2] / "docs" / "formats"


def page_of(name: str) -> Path:
    """Where the page of a dialect stands."""
    return FOLDER / f"{name}.md"


def parts(dialect: Dialect) -> dict[str, str]:
    """Each generated part of a page by the name of its marker."""
    files = {str(kind): describe_file(dialect, kind) for kind in dialect.files}
    codes = {"codes": describe_codes(dialect)} if dialect.codes else {}
    return {"provenance": f"{dialect.public}\n\n{dialect.ours}", "facts": facts(dialect), **files, **codes}


def renewed(text: str, dialect: Dialect) -> str:
    """The page with every generated part made anew. Raises ValueError where a part is not there exactly once."""
    for name, part in parts(dialect).items():
        text = replace_between(text, name, part)
    return text


def first_page(dialect: Dialect) -> str:
    """A page with all generated parts, for someone to write the rest."""
    headings = {
        "provenance": "What is public, and what is ours",
        "facts": "Rules of every file",
        "codes": "Code tables",
    }
    sections = [
        f"## {headings.get(name, name.replace('_', ' ').capitalize())}\n\n<!-- generated: {name} -->\n<!-- end -->"
        for name in parts(dialect)
    ]
    text = "\n\n".join([f"# {dialect.title} (`{dialect.name}`)", *sections]) + "\n"
    return renewed(text, dialect)


def write_all() -> None:
    """Writes the page of every shipped dialect."""
    for name in shipped():
        page, dialect = page_of(name), load(name)
        text = renewed(page.read_text("utf-8"), dialect) if page.exists() else first_page(dialect)
        page.write_text(text, "utf-8")
