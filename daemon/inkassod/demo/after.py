"""The second half of the cycle: the money, the corrections, and the end of the cases."""

from __future__ import annotations

from inkasso_formats.feed import CaseStatus, EntryRow, parse_status, render_csv
from inkassod import app
from inkassod.demo.before import delivered, told_delivery
from inkassod.demo.place import AGREEMENT
from inkassod.demo.scene import BANK_FILES, OPERATOR, Scene, aligned, counted, kroner, ore
from inkassod.simulator.command import CREDITOR_ACCOUNT
from inkassod.simulator.placing import place
from inkassod.simulator.sample import CURRENCY, write_direct_payments
from inkassod.views import Document

DIRECT = 3  # debtors who pay the creditor although the agency has the case
MOST_STEPS = 10  # of the agency, until nothing more comes


def direct_payments(scene: Scene) -> list[str]:
    """A file of the bank with payments from debtors' own accounts, and a feed with a credit note."""
    open_cases = [case["invoice"] for case in reversed(scene.cases("active"))]
    whole = [number for number in open_cases if scene.creditor.sorts[number] == "qualifies"]
    scene.direct, credited = whole[:DIRECT], whole[DIRECT]
    write_direct_payments(
        scene.creditor, scene.direct, scene.bank_inbox, scene.today, account=CREDITOR_ACCOUNT
    )
    _book_credit_note(scene, credited)
    (run,) = scene.wait("the payments to be read", lambda: scene.runs("payments"))
    scene.direct.append(credited)
    scene.wait("the balances to move", lambda: all(not _balance(scene, number) for number in scene.direct))
    amount = kroner(ore(run["totals"]["amount"]))
    return [
        f"{run['file']['name']}: {run['counts']['applied']} payments, {amount} NOK, from the debtors' own accounts",
        f"a credit note on invoice {credited}: {len(scene.direct)} invoices are paid or credited, their cases still open",
    ]


def _book_credit_note(scene: Scene, invoice_no: str) -> None:
    amount = next(row.amount for row in scene.creditor.invoices if row.invoice_no == invoice_no)
    row = EntryRow(0, f"K{invoice_no}", "credit_note", scene.today, amount, CURRENCY, (invoice_no,))
    place(scene.erp_inbox, f"entries-{scene.today:%Y%m%d}-credit.csv", render_csv([row]))


def _balance(scene: Scene, invoice_no: str) -> int:
    cases = app.cases_list(scene.installation, invoice=invoice_no)
    return ore(cases[0]["balance"])


def corrections(scene: Scene) -> list[str]:
    """What `inkassod corrections preview` and `generate` do; the daemon sends the file."""
    lines = app.corrections_preview(scene.installation, AGREEMENT)["lines"]
    told = [line for line in lines if line["included"]]
    wanted = set(scene.direct)
    scene.expect(
        "the direct payments and the credit note in it", seen={line["invoice"] for line in told} == wanted
    )
    run = app.corrections_generate(scene.installation, AGREEMENT, OPERATOR)
    scene.expect("a correction file", seen=run is not None)
    number = run["run"] if run is not None else 0
    files = scene.wait("the correction file to be delivered", lambda: delivered(scene, number))
    return [*_preview(lines), *told_delivery(files)]


def _preview(lines: list[Document]) -> list[str]:
    return aligned(
        [
            [
                "in" if line["included"] else "out",
                f"case {line['case']}",
                f"invoice {line['invoice']}",
                line["kind"].replace("_", " "),
                kroner(ore(line["amount"])),
                line["reason"]["text"],
            ]
            for line in lines
        ],
        right=frozenset({4}),
    )


def closures(scene: Scene) -> list[str]:
    """The agency ends cases: those that were corrected, and those whose money it has collected."""
    scene.agency_answers()
    scene.wait(
        "the corrected cases to be closed", lambda: scene.direct and _closed(scene) >= set(scene.direct)
    )
    closed = scene.cases("closed")
    paid = [case for case in closed if case["closure"]["reason"] == "paid_in_full"]
    unmoved = all(case["balance"] == case["principal"] for case in paid)
    scene.expect("cases paid at the agency, their balances unmoved", seen=bool(paid) and unmoved)
    return [
        f"{len(closed)} cases closed: {counted(case['closure']['reason'].replace('_', ' ') for case in closed)}",
        f"the {len(paid)} paid in full still owe all of it here: closing moves no money",
    ]


def _closed(scene: Scene) -> set[str]:
    return {case["invoice"] for case in scene.cases("closed")}


def settlement(scene: Scene) -> list[str]:
    """The agency pays on what it collected, step by step until nothing more comes."""
    files: list[str] = []
    for _ in range(MOST_STEPS):
        names = scene.agency_answers()
        files += [name for name in names if name.startswith(BANK_FILES)]
        if not names:
            break
    runs = scene.wait("the agency's payments to be read", lambda: _read(scene, files))
    scene.expect("every payment to match an invoice", seen=all(run["outcome"] == "done" for run in runs))
    return aligned(
        [
            [
                run["file"]["name"],
                str(run["counts"]["applied"]),
                "payments,",
                kroner(ore(run["totals"]["amount"])),
                "NOK, from the agency's account",
            ]
            for run in runs
        ],
        right=frozenset({1, 3}),
    )


def _read(scene: Scene, files: list[str]) -> list[Document]:
    runs = [run for run in scene.runs("payments") if run["file"]["name"] in files]
    return runs if files and len(runs) == len(files) else []


def settled(scene: Scene) -> list[str]:
    """The ledger agrees with the agency, and nothing of its money goes into a correction file."""
    cases = scene.cases("closed")
    done = [case for case in cases if case["settled"]]
    scene.expect("settled cases", seen=bool(done))
    said = sum(ore(case["closure"]["principal"]) for case in cases)
    came = _from_agency(scene, cases)
    scene.expect(f"{kroner(said)} from the agency, {kroner(came)} came", seen=said == came)
    lines = app.corrections_preview(scene.installation, AGREEMENT)["lines"]
    scene.expect("the agency's own payments left out", seen=not any(line["included"] for line in lines))
    return [
        f"{len(done)} of {len(cases)} closed cases are settled: nothing is owed on their invoices",
        f"{kroner(said)} NOK collected by the closures' word, {kroner(came)} NOK received: they agree",
        f"corrections preview: {len(lines)} payments left out, as they came from the agency's account",
    ]


def _from_agency(scene: Scene, cases: list[Document]) -> int:
    return sum(
        ore(entry["amount"])
        for case in cases
        for whole in app.case_show(scene.installation, str(case["case"]))
        for entry in whole["entries"]
        if entry["origin"] == "agency"
    )


def status_feed(scene: Scene) -> list[str]:
    """The last that the ERP was told of each case is what the ledger holds."""
    scene.wait(
        "the status feed to be delivered", lambda: not any(app.waiting_to_leave(scene.installation).values())
    )
    outbox = scene.installation.spool.root / "erp" / "outbox"
    files = sorted(outbox.glob("status-*.jsonl"), key=lambda path: path.stem.rpartition("-")[2])
    records = [record for path in files for record in parse_status(path.read_bytes())]
    told = {record.case: record.status for record in records if isinstance(record, CaseStatus)}
    held = {str(case["case"]): case["status"] for case in scene.cases()}
    scene.expect("the ERP to know every case as the ledger does", seen=told == held)
    return [
        f"{len(files)} files with {len(records)} records in {outbox}",
        f"cases as the ERP knows them: {counted(held.values())}",
    ]
