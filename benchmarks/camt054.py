"""camt.054 of 100,000 details as a stream, against bare `lxml.iterparse` that reads the same fields and clears the same way.

The bare way walks once over a detail, and over an entry, and keeps the text of each declared path; it checks nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import measure
from lxml import etree

from inkasso_formats.payments import camt054
from inkasso_formats.payments.camt_paths import DETAIL, ENTRY
from inkasso_formats.payments.camt_paths import Path as Declared
from inkasso_formats.references import kid_mod10

HERE = str(Path(__file__).resolve())
DETAILS = int(os.environ.get("INKASSOD_BENCH_CAMT", "100000"))
GOAL = 1.5
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"
ACCOUNT = "NO9386011117947"
SHAPES = {"one_entry": DETAILS, "entry_each": 1}  # details in an entry


def lines() -> list[str]:
    """One line for each shape: all details in one entry, and one entry for each."""
    with tempfile.TemporaryDirectory(prefix="inkassod-bench-") as folder:
        return [_line(shape, Path(folder) / f"{shape}.xml") for shape in SHAPES]


def _line(shape: str, path: Path) -> str:
    _write(path, SHAPES[shape])
    bare, ours = measure.by_turns(HERE, ("bare", "ours"), path)
    if bare.said != ours.said:
        raise ValueError(f"the two read different amounts: {bare.said} and {ours.said}")
    rest = f"ours={ours.seconds:.1f}s bare={bare.seconds:.1f}s peak={ours.peak:.0f}MB bare_peak={bare.peak:.0f}MB"
    ratio = ours.seconds / bare.seconds
    return measure.line(f"camt054_{shape}", ratio, GOAL, higher_is_better=False, rest=rest)


def _ours(path: str) -> tuple[float, Any]:
    def work() -> list[int]:
        count = total = 0
        with Path(path).open("rb") as file:
            for batch in camt054.stream(file):
                count += len(batch)
                total += sum(payment.amount for payment in batch)
        return [count, total]

    return measure.clocked(work)


def _bare(path: str) -> tuple[float, Any]:
    entry_names, detail_names = _names(ENTRY), _names(DETAIL)
    detail_tag, entry_tag = _tag("TxDtls"), _tag("Ntry")

    def work() -> list[int]:
        count = total = 0
        for _, element in etree.iterparse(path, tag=(detail_tag, entry_tag), resolve_entities=False):
            fields: dict[str, str] = {}
            if element.tag == detail_tag:
                _walk(element, detail_names, fields)
                count += 1
                total += int(fields["transaction_amount"].replace(".", ""))
            else:
                _walk(element, entry_names, fields)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        return [count, total]

    return measure.clocked(work)


def _walk(element: Any, names: Any, fields: dict[str, str]) -> None:
    for child in element:
        found = names.get(child.tag)
        if found.__class__ is str:
            fields[found] = child.text
        elif found is not None:
            _walk(child, found, fields)


def _names(declared: tuple[Declared, ...]) -> dict[str, Any]:
    """The name of each declared value under the tags of its path, one below the other."""
    root: dict[str, Any] = {}
    for path in declared:
        if "02" in path.versions:
            *steps, last = map(_tag, path.path.split("/"))
            node = root
            for step in steps:
                node = node.setdefault(step, {})
            node[last] = _names(path.parts) if path.parts else path.name
    return root


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _write(path: Path, in_an_entry: int) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_pieces(in_an_entry))


def _pieces(in_an_entry: int) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrDbtCdtNtfctn>\n'
    yield "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-10-06T09:00:00</CreDtTm></GrpHdr>\n<Ntfctn><Id>N1</Id>"
    yield f"<CreDtTm>2026-10-06T09:00:00</CreDtTm><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>NOK</Ccy></Acct>\n"
    for first in range(0, DETAILS, in_an_entry):
        numbers = range(first, min(first + in_an_entry, DETAILS))
        amount = sum(map(_amount, numbers))
        yield f'<Ntry><NtryRef>{first}</NtryRef><Amt Ccy="NOK">{_kroner(amount)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\n'
        yield "<BookgDt><Dt>2026-10-06</Dt></BookgDt><ValDt><Dt>2026-10-06</Dt></ValDt>"
        yield f"<AcctSvcrRef>E{first:09d}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>"
        yield "<SubFmlyCd>VCOM</SubFmlyCd></Fmly></Domn><Prtry><Cd>230</Cd><Issr>NETS</Issr></Prtry></BkTxCd>\n"
        yield f"<NtryDtls><Btch><NbOfTxs>{len(numbers)}</NbOfTxs></Btch>\n"
        yield from map(_detail, numbers)
        yield "</NtryDtls></Ntry>\n"
    yield "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"


def _detail(number: int) -> str:
    amount = _kroner(_amount(number))
    return (
        f"<TxDtls><Refs><AcctSvcrRef>{number:09d}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="NOK">{amount}</Amt></TxAmt></AmtDtls>'
        f"<RltdPties><Dbtr><Nm>Skyldner nr {number}</Nm><PstlAdr><Ctry>NO</Ctry><AdrLine>Eksempelveien {number % 99}</AdrLine>"
        f"</PstlAdr></Dbtr><DbtrAcct><Id><IBAN>{ACCOUNT}</IBAN></Id></DbtrAcct></RltdPties>"
        f'<RmtInf><Strd><RfrdDocAmt><RmtdAmt Ccy="NOK">{amount}</RmtdAmt></RfrdDocAmt>'
        f"<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{kid_mod10(f'{number:014d}')}</Ref></CdtrRefInf>"
        f"</Strd></RmtInf><RltdDts><AccptncDtTm>2026-10-06T09:00:00</AccptncDtTm></RltdDts></TxDtls>\n"
    )


def _amount(number: int) -> int:
    return 10_000 + number * 7919 % 1_000_000


def _kroner(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure.child({"bare": _bare, "ours": _ours})
    else:
        print("\n".join(lines()))
