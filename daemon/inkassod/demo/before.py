"""The first half of the cycle: from the ERP's feed until the agency works on the cases."""

from __future__ import annotations

from collections import Counter

from inkassod import app
from inkassod.demo.place import AGREEMENT
from inkassod.demo.scene import OPERATOR, Scene, aligned, counted, kroner, ore
from inkassod.simulator.sample import QUALIFYING, write_feed
from inkassod.views import Document

CHOSEN = 40  # invoices handed over; the others are left for the user to try


def feed(scene: Scene) -> list[str]:
    """Customers, invoices, reminders and entries, dropped as files."""
    paths = write_feed(scene.creditor, scene.erp_inbox, scene.today)
    runs = scene.wait("the feed to be read", lambda: _all(scene, len(paths)))
    scene.expect("every row of the feed to be taken", seen=all(run["outcome"] == "done" for run in runs))
    return aligned(
        [[run["file"]["name"], str(run["counts"]["applied"]), "rows taken"] for run in runs],
        right=frozenset({1}),
    )


def _all(scene: Scene, number: int) -> list[Document]:
    runs = scene.runs("feed")
    return runs if len(runs) >= number else []


def candidates(scene: Scene) -> list[str]:
    """Which invoices may go, and why the others may not."""
    found = app.candidates(scene.installation, AGREEMENT)
    go = [one for one in found if one["qualifies"]]
    wanted = {number for number, sort in scene.creditor.sorts.items() if sort in QUALIFYING}
    scene.expect(
        "the invoices to qualify that the sample made so", seen={one["invoice"] for one in go} == wanted
    )
    scene.chosen = [one["invoice"] for one in go[:CHOSEN]]
    owed = sum(ore(one["balance"]) for one in go)
    head = f"{len(go)} of {len(found)} overdue invoices qualify, {kroner(owed)} NOK; the others are held, some for several reasons:"
    return [head, *_held(found)]


def _held(found: list[Document]) -> list[str]:
    reasons = [reason for one in found for reason in one["reasons"]]
    texts = {reason["code"]: reason["text"] for reason in reversed(reasons)}
    counts = Counter(reason["code"] for reason in reasons).most_common()
    rows = [[str(count), code.replace("_", " "), f"such as: {texts[code]}"] for code, count in counts]
    return aligned(rows, right=frozenset({0}))


def transfer(scene: Scene) -> list[str]:
    """What `inkassod transfer` does: under this agreement the new-case file is written at once."""
    done = app.transfer(scene.installation, AGREEMENT, scene.chosen, OPERATOR)
    scene.expect("all chosen invoices to be put to transfer", seen=done["put"] == scene.chosen)
    run = done["new_cases"]
    scene.expect("a new-case file", seen=run is not None and run["counts"]["applied"] == len(scene.chosen))
    total = kroner(ore(run["totals"]["amount"]))
    return [
        f"{len(done['put'])} invoices, {total} NOK, written into {run['file']['name'] or run['delivery'][0]['name']}"
    ]


def delivery(scene: Scene) -> list[str]:
    """The daemon sends what waits in the outbox, by itself."""
    run = scene.runs("new_cases")[-1]["run"]
    files = scene.wait("the new-case file to be delivered", lambda: delivered(scene, run))
    scene.expect(
        "nothing in the outbox any more", seen=not any(app.waiting_to_leave(scene.installation).values())
    )
    return told_delivery(files)


def delivered(scene: Scene, run: int) -> list[Document]:
    """The files of a run to the agency, once all of them have gone the whole way; else nothing."""
    files = [file for file in app.log_show(scene.installation, run)["delivery"] if file["to"] == AGREEMENT]
    return files if all(file["state"] == "done" for file in files) else []


def told_delivery(files: list[Document]) -> list[str]:
    """A line for each file that arrived."""
    return [f"{file['name']}, {file['size']} bytes: {file['note']}" for file in files]


def receipts(scene: Scene) -> list[str]:
    """The agency accepts or rejects each case."""
    scene.agency_answers()
    scene.wait("a receipt for every case", lambda: not scene.cases("sent"))
    accepted, rejected = scene.cases("active"), scene.cases("rejected")
    scene.expect("accepted and rejected cases", seen=bool(accepted and rejected))
    scene.expect("a case number of the agency's", seen=all(case["agency_case"] for case in accepted))
    reasons = counted(case["rejection"]["text"] for case in rejected)
    return [
        f"{len(accepted)} cases accepted, with the agency's case numbers",
        f"{len(rejected)} cases rejected: {reasons}",
    ]


def updates(scene: Scene) -> list[str]:
    """The agency tells what stage each case has reached."""
    scene.agency_answers()
    active = len(scene.cases("active"))
    scene.wait("news of every active case", lambda: len(_staged(scene)) == active)
    return [f"stages: {counted(case['stage']['text'] for case in _staged(scene))}"]


def _staged(scene: Scene) -> list[Document]:
    return [case for case in scene.cases("active") if case["stage"]["code"]]
