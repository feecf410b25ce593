"""What the readers make of each sample, kept beside it as `<sample>.expected.json`, and the generated parts of documents.

`python tests/golden.py` lists what is missing or differs and ends with 1 if anything does; what is missing is written.
`--force` overwrites what differs: look at the difference before you commit it.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from inkasso_formats.feed import ubl_paths
from inkasso_formats.feed.ubl import read_ubl
from inkasso_formats.layout import Record, markdown_table
from inkasso_formats.payments import bgmax, bgmax_records, camt054, camt_paths, ocr_giro, viite, viite_records
from inkasso_formats.payments.ocr_records import RECORDS, TRANSACTION_TYPES
from inkasso_formats.problems import FormatError
from inkasso_formats.tolerance import DEFAULTS, SWITCHES
from inkassod.settings import example, settings_tables
from support import failures_document, ubl
from support.commands_document import reference
from support.generated import replace_between

TESTS = Path(__file__).parent
DATA = TESTS / "data"
DOCS = TESTS.parent / "docs"
EXAMPLE = TESTS.parent / "config" / "inkassod.example.toml"


def ocr_expected(content: bytes) -> object:
    """What an OCR Giro file holds, or why it is refused."""
    try:
        file = ocr_giro.parse(content)
    except FormatError as error:
        return {"refused": [asdict(problem) for problem in error.problems]}
    return {
        "total": file.total,
        "control_total": file.control_total,
        "mandates": file.mandates,
        "transmissions": [asdict(head) for head in file.transmissions],
        "warnings": [asdict(problem) for problem in file.warnings],
        "payments": [asdict(payment) for payment in file.payments],
    }


def bgmax_expected(content: bytes) -> object:
    """What a BgMax file holds, or why it is refused."""
    return _expected(bgmax.parse, content)


def ktl_expected(content: bytes) -> object:
    """What a file of Finnish reference payments holds, or why it is refused."""
    return _expected(viite.parse, content)


def ubl_expected(content: bytes) -> object:
    """The rows of a UBL document, or why it is refused."""
    try:
        batches = list(read_ubl(io.BytesIO(content), ubl.creditor_of(content)))
    except FormatError as error:
        return {"refused": [asdict(problem) for problem in error.problems]}
    return {
        "rows": {batch.feed_type: [row._asdict() for row in batch.rows] for batch in batches},
        "warnings": [asdict(problem) for batch in batches for problem in batch.problems],
    }


def camt_expected(content: bytes) -> object:
    """What a camt.054 message holds, or why it is refused."""
    return _expected(camt054.parse, content)


def _expected(
    parse: Callable[[bytes], bgmax.BgmaxFile | camt054.CamtFile | viite.KtlFile], content: bytes
) -> object:
    try:
        file = parse(content)
    except FormatError as error:
        return {"refused": [asdict(problem) for problem in error.problems]}
    return {"total": file.total, **asdict(file)}


def ocr_tables() -> str:
    """The position table of each record of OCR Giro."""
    return position_tables(RECORDS)


def position_tables(records: Iterable[Record]) -> str:
    """The position table of each record."""
    return "\n\n".join(f"### {record.name.capitalize()}\n\n{markdown_table(record)}" for record in records)


def code_table(heading: str, codes: Mapping[str, str]) -> str:
    """Codes and their meanings."""
    return "\n".join(
        [
            f"| {heading} | Meaning |",
            "| --- | --- |",
            *(f"| {code} | {words} |" for code, words in codes.items()),
        ]
    )


def tolerance_table() -> str:
    """The switches of tolerance, what each lets through, and its default for each format."""
    head = f"| Switch | Deviation | Read | Told | {' | '.join(DEFAULTS)} |"
    rows = [
        f"| `{name}` | {meaning.deviation} | {meaning.reading} | {'warning' if meaning.told else ''} | "
        + " | ".join("on" if getattr(tolerance, name) else "off" for tolerance in DEFAULTS.values())
        + " |"
        for name, meaning in SWITCHES.items()
    ]
    return "\n".join([head, "| --- " * (4 + len(DEFAULTS)) + "|", *rows])


def ocr_types() -> str:
    """The transaction types of OCR Giro."""
    rows = [f"| {code} | {words} |" for code, words in TRANSACTION_TYPES.items()]
    return "\n".join(["| Type | Meaning |", "| --- | --- |", *rows])


def camt_tables() -> str:
    """The paths of each level of a camt.054 message."""
    return "\n\n".join(_camt_table(level, paths) for level, paths in camt_paths.LEVELS.items())


def _camt_table(level: str, paths: tuple[camt_paths.Path, ...]) -> str:
    rows = [f"| `{path}` | {versions} | {meaning} |" for path, versions, meaning in camt_paths.rows(paths)]
    return "\n".join([f"### {level}", "", "| Path | Only in | What it gives |", "| --- | --- | --- |", *rows])


def ubl_table() -> str:
    """The elements of a UBL document, and the columns that they fill."""
    rows = [
        f"| `{path}` | {document} | {columns} | {meaning} |"
        for path, document, columns, meaning in ubl_paths.rows()
    ]
    return "\n".join(["| Element | Only in | Column | What it is for |", "| --- | --- | --- | --- |", *rows])


def ubl_sums() -> str:
    """The rules of EN 16931 that the sums of a UBL document must keep."""
    rows = [f"| {rule.rule} | {rule.total.replace('_', ' ')} | {rule.words} |" for rule in ubl_paths.SUMS]
    return "\n".join(["| Rule | Total | What it must be |", "| --- | --- | --- |", *rows])


def camt_samples() -> str:
    """Each sample of camt, and what happens to it."""
    rows = [f"| `{path.name}` | {_camt_outcome(path.read_bytes())} |" for path in samples("camt054")]
    return "\n".join(["| Sample | What happens |", "| --- | --- |", *rows])


def _camt_outcome(content: bytes) -> str:
    try:
        file = camt054.parse(content)
    except FormatError as error:
        first, more = error.problems[0], len(error.problems) - 1
        return f"refused, `{first.code}`: {first.message}{f' (and {more} more)' if more else ''}"
    told = ", ".join(f"`{code}`" for code in dict.fromkeys(warning.code for warning in file.warnings))
    return f"read, payments: {len(file.payments)}{f'; told: {told}' if told else ''}"


# Folder of samples: the endings of the samples, and what is expected of one.
SAMPLES: Mapping[str, tuple[tuple[str, ...], Callable[[bytes], object]]] = {
    "ocr_giro": ((".ocr", ".txt"), ocr_expected),
    "bgmax": ((".txt",), bgmax_expected),
    "ktl": ((".SVM", ".ktl"), ktl_expected),
    "camt054": ((".xml",), camt_expected),
    "ubl": ((".xml",), ubl_expected),
}

# Document: its generated parts.
DOCUMENTS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "formats/ocr-giro.md": {"records": ocr_tables, "types": ocr_types},
    "formats/bgmax.md": {
        "records": lambda: position_tables(bgmax_records.RECORDS),
        "reference codes": lambda: code_table("Reference code", bgmax_records.REFERENCE_CODES),
        "channels": lambda: code_table("Channel", bgmax_records.CHANNELS),
        "images": lambda: code_table("Image", bgmax_records.IMAGES),
        "deductions": lambda: code_table("Deduction code", bgmax_records.DEDUCTIONS),
    },
    "formats/ktl.md": {
        "records": lambda: position_tables(viite_records.RECORDS),
        "kinds": lambda: code_table("Record", viite_records.KINDS),
    },
    "formats/camt054.md": {"paths": camt_tables, "samples": camt_samples},
    "formats/ubl.md": {"paths": ubl_table, "sums": ubl_sums},
    "formats/tolerance.md": {"switches": tolerance_table},
    "failures.md": {"codes": failures_document.codes},
    "settings.md": {"settings": settings_tables},
}


def samples(folder: str) -> list[Path]:
    """The samples of a folder in order of their names."""
    endings, _ = SAMPLES[folder]
    return sorted(path for path in (DATA / folder).iterdir() if path.suffix in endings)


def expected_file(sample: Path) -> Path:
    """Where the expectation of a sample is kept."""
    return sample.with_name(f"{sample.name}.expected.json")


def as_text(expected: object) -> str:
    """An expectation as it is kept: dates as ISO 8601, amounts in øre."""
    return json.dumps(expected, indent=1, ensure_ascii=False, default=str) + "\n"


def document(path: str) -> str:
    """A document with its generated parts made anew."""
    text = (DOCS / path).read_text(encoding="utf-8")
    for name, generate in DOCUMENTS[path].items():
        text = replace_between(text, name, generate())
    return text


def everything() -> Iterator[tuple[Path, str]]:
    """Each file that is kept, and what it should hold."""
    for folder, (_, expected) in SAMPLES.items():
        for sample in samples(folder):
            yield expected_file(sample), as_text(expected(sample.read_bytes()))
    for path in DOCUMENTS:
        yield DOCS / path, document(path)
    yield EXAMPLE, example()
    commands = DOCS / "commands.md"
    yield commands, replace_between(commands.read_text(encoding="utf-8"), "commands", reference())


def main(arguments: list[str]) -> int:
    """Writes what is missing, names what differs; see the module."""
    force = "--force" in arguments
    differing = 0
    for path, text in everything():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if path.exists() and not force:
            print(f"differs: {path.relative_to(TESTS.parent)}")
            differing += 1
            continue
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"written: {path.relative_to(TESTS.parent)}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
