from dataclasses import replace
from itertools import pairwise

import pytest

from inkasso_formats.payments import ocr_giro
from inkasso_formats.problems import FormatError
from inkassod.simulator.agency import Agency, Case
from inkassod.simulator.fates import fate_of, vocabulary
from inkassod.simulator.faults import FAULTS, faults, nasty
from inkassod.simulator.placing import is_temporary, move, place
from inkassod.simulator.post import STRAY
from inkassod.simulator.share import Nasty
from support.office import ACCOUNTS, INTRUM, Office, claims, payment


def kinds(names: list[str]) -> str:
    """The first two letters of each name: KV receipts, SO updates, AV closures, OC bank files."""
    return " ".join(name[:2] for name in names)


def test_the_whole_cycle_of_ten_cases(tmp_path):
    """Ten cases get a receipt each, updates, closures and money; the sums are those of the cases."""
    office = Office(tmp_path)
    wanted = claims(10)
    name = office.put("new_cases", wanted)
    rounds = [office.step() for _ in range(7)]
    assert [kinds(names) for names in rounds] == ["KV", "SO", "SO AV", "AV OC", "AV", "OC", ""]
    receipts = office.read(rounds[0][0]).records
    assert [row.case for row in receipts] == [row.case for row in wanted]
    assert sum(row.accepted for row in receipts) == 9
    closures = [
        row for names in rounds for name in names if name[:2] == "AV" for row in office.read(name).records
    ]
    assert len(closures) == 8
    paid = [
        payment
        for path in sorted(office.folders.bank.iterdir())
        for payment in ocr_giro.parse(path.read_bytes()).payments
    ]
    assert sum(payment.amount for payment in paid) == sum(row.principal for row in closures)
    assert {payment.payer_account for payment in paid} == {ACCOUNTS.agency}
    assert {payment.account for payment in paid} == {ACCOUNTS.creditor}
    assert {payment.reference for payment in paid} <= {row.reference for row in wanted}
    assert len({payment.identity for payment in paid}) == len(paid) == 7
    assert (office.folders.done / name).exists()
    assert list(office.folders.inbox.iterdir()) == [office.folders.rejected]


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    """Two runs with the same seed, input and times leave equal folders."""
    contents = []
    for run in ("a", "b"):
        office = Office(tmp_path / run)
        office.put("new_cases", claims(12))
        office.step(7)
        contents.append(
            {
                path.name: path.read_bytes()
                for folder in (office.folders.outbox, office.folders.bank)
                for path in folder.iterdir()
            }
        )
    assert contents[0] == contents[1]
    assert len(contents[0]) >= 8


def test_files_are_0600_and_numbered_without_a_gap(tmp_path):
    """Each kind of file counts from 1, and nobody else may read it; a simulator started anew goes on counting."""
    office = Office(tmp_path)
    office.put("new_cases", claims(10))
    names = office.step(3)
    again = Office(tmp_path)
    again.now = office.now
    again.put("new_cases", claims(1), number=2)
    names += again.step(2)
    for letters in ("KV", "SO", "AV"):
        numbers = [office.read(name).head.sequence_no for name in names if name.startswith(letters)]
        assert numbers == list(range(1, len(numbers) + 1))
    assert {path.stat().st_mode & 0o777 for path in office.folders.outbox.iterdir()} == {0o600}


@pytest.mark.parametrize(
    "name",
    [
        ".LS12345620261120060000",
        "LS12345620261120060000.part",
        "a.tmp",
        "a.filepart",
        "a.writing",
        "b.swp",
        "c~",
    ],
)
def test_temporary_names_are_never_taken(tmp_path, name):
    """What is still being written stays where it is."""
    assert is_temporary(name)
    office = Office(tmp_path)
    (office.folders.inbox / name).write_bytes(b"half")
    assert office.step() == []
    assert (office.folders.inbox / name).exists()


def test_what_a_client_holds_open_links_and_folders_are_not_taken(tmp_path):
    """Only complete regular files leave `in`."""
    office = Office(tmp_path)
    name = office.put("new_cases", claims(1))
    office.partner._being_written = lambda path: path.name == name
    (office.folders.inbox / "link").symlink_to(tmp_path)
    assert office.step() == []
    assert sorted(path.name for path in office.folders.inbox.iterdir()) == sorted([name, "link", "rejected"])


def test_a_file_that_is_gone_when_it_is_taken_is_no_error(tmp_path):
    """Two threads may take at the same time: the slower one finds nothing."""
    office = Office(tmp_path)
    office.partner.take(office.folders.inbox / "gone")
    assert office.step() == []


def test_a_broken_file_is_answered_by_nothing_and_put_aside(tmp_path):
    """A wrong count, a strange name and another client number each land in `in/rejected`, and the log says why."""
    office = Office(tmp_path)
    good = office.put("new_cases", claims(2))
    broken = (office.folders.inbox / good).read_bytes()[:-900]
    place(office.folders.inbox, "LS12345620261120055959", broken)
    place(office.folders.inbox, "letter.txt", b"hello")
    other = office.put("new_cases", claims(1), client="999999")
    assert kinds(office.step()) == "KV"
    assert sorted(path.name for path in office.folders.rejected.iterdir()) == sorted(
        ["LS12345620261120055959", "letter.txt", other]
    )
    said = "\n".join(office.said)
    assert (
        "rejected letter.txt, which nobody answers: "
        "'letter.txt': a file name of new cases or corrections expected" in said
    )
    assert f"rejected {other}, which nobody answers: '999999': the client number 123456 expected" in said
    assert "rejected LS12345620261120055959, which nobody answers: " in said


def test_a_direct_payment_closes_the_case_as_paid_to_the_creditor(tmp_path):
    """After the correction the next file is a closure with that reason, and no money comes."""
    office = Office(tmp_path)
    (case,) = claims(1)
    office.put("new_cases", [case])
    office.step()
    office.put("corrections", [payment(case)])
    names = office.step(4)
    assert kinds(names) == "AV"
    (closure,) = office.read(names[0]).records
    assert (closure.reason, closure.principal, closure.remaining) == ("paid_to_creditor", 0, 0)
    assert list(office.folders.bank.iterdir()) == []


def test_what_cannot_be_used_of_a_good_file_is_said(tmp_path):
    """A case that came before, a correction of a strange case and a case without a reference are told on the log."""
    office = Office(tmp_path)
    (case,) = claims(1)
    office.put("new_cases", [replace(case, reference="")])
    office.step()
    office.put("new_cases", [case], number=2)
    office.put("corrections", [replace(payment(case), case="000099")])
    office.step(4)
    assert [line for line in office.said if line.startswith(("case", "correction"))] == [
        "case 000001 came a second time; it is answered once",
        "correction B1 of case 000099 comes too late or for no case of ours",
        "case 000001 has no reference, so its money is not in the bank's file",
    ]
    assert list(office.folders.bank.iterdir()) == []


# --- faults --------------------------------------------------------------------------------------------------------


def test_late_writes_the_receipt_some_steps_later(tmp_path):
    """`late=2` leaves two steps without an answer."""
    office = Office(tmp_path, "late=2")
    office.put("new_cases", claims(1))
    assert [kinds(office.step()) for _ in range(4)] == ["", "", "KV", "SO"]


def test_broken_spoils_the_first_file_of_each_kind_and_sends_the_right_one_after_it(tmp_path):
    """The receipts count one too many, updates and closures are cut; a step later the same file comes whole."""
    office = Office(tmp_path, "broken")
    office.put("new_cases", claims(10))
    rounds = [office.step() for _ in range(4)]
    receipts, updates = rounds[0][0], rounds[1][1]
    with pytest.raises(FormatError) as error:
        office.read(receipts)
    assert [problem.code for problem in error.value.problems] == ["dialect.count"]
    with pytest.raises(FormatError):
        office.read(updates)
    assert [kinds(names) for names in rounds] == ["KV", "KV SO", "SO SO AV", "AV AV OC"]
    assert office.read(rounds[1][0]).count == 10
    assert office.read(rounds[1][0]).head.sequence_no == 1
    assert office.read(rounds[2][0]).head.sequence_no == 1


def test_duplicate_writes_the_first_file_again_under_another_name(tmp_path):
    """Same bytes, two names."""
    office = Office(tmp_path, "duplicate")
    office.put("new_cases", claims(1))
    first, second = office.step()
    assert first != second
    assert (office.folders.outbox / first).read_bytes() == (office.folders.outbox / second).read_bytes()


def test_out_of_order_sends_closures_before_updates_before_receipts(tmp_path):
    """Nothing comes until there are closures; then the files come in the wrong order, each whole."""
    office = Office(tmp_path, "out_of_order")
    office.put("new_cases", claims(1))
    rounds = [office.step() for _ in range(4)]
    assert [kinds(names) for names in rounds] == ["", "", "AV SO KV", "OC"]
    assert all(before < after for before, after in pairwise(name[8:] for name in rounds[2]))


def test_out_of_order_without_a_closure_ends_by_patience(tmp_path):
    """Where no case closes, what was held goes out all the same."""
    seed = next(seed for seed in range(100) if _second_is_disputed(seed))
    office = Office(tmp_path, "out_of_order", seed=seed)
    office.partner.agency = Agency(words=office.partner.agency.words, seed=seed, cases={"x": _done()})
    office.put("new_cases", claims(1))
    assert [kinds(office.step()) for _ in range(7)] == ["", "", "", "", "", "SO SO KV", ""]


def _second_is_disputed(seed: int) -> bool:
    return fate_of(seed, 1) == "disputed"


def _done():
    return Case(claim=claims(2)[1], number="1", moves=(), owed=0, closed=True)


def test_gap_skips_a_sequence_number(tmp_path):
    """The second file of a kind has the number 3."""
    office = Office(tmp_path, "gap")
    for number, case in enumerate(claims(3), 1):
        office.put("new_cases", [case], number=number)
        office.step()
    names = sorted(path.name for path in office.folders.outbox.iterdir() if path.name.startswith("KV"))
    assert [office.read(name).head.sequence_no for name in names] == [1, 3, 4]


def test_foreign_sends_a_file_for_another_client_as_well(tmp_path):
    """A copy of the receipts with another client number in name and header comes before the right one."""
    office = Office(tmp_path, "foreign")
    office.put("new_cases", claims(1))
    names = office.step()
    assert [name[2:8] for name in names] == ["123450", "123456"]
    assert [office.read(name).head.client_number for name in names] == ["123450", "123456"]


def test_stray_receipts_hold_a_case_that_is_not_ours(tmp_path):
    """The first receipts have one record more, for a case that the creditor never had."""
    office = Office(tmp_path, "stray")
    office.put("new_cases", claims(2))
    (name,) = office.step()
    assert [row.case for row in office.read(name).records] == ["000001", "000002", STRAY.case]


def test_faults_are_named_with_or_without_a_number():
    """`late` takes its usual number, `late=5` another; the server's faults become its nasty ways."""
    assert faults([]) == {}
    assert faults(["late", "gap", "full=7"]) == {"late": 3, "gap": 1, "full": 7}
    assert nasty(faults(["growing", "short=2", "listed_twice", "full", "slow"])) == Nasty(
        growing=3, short_downloads=2, lists_twice=True, full_after=100, delay=1.0
    )
    assert nasty({}) == Nasty()


def test_unknown_faults_are_all_named_at_once():
    """The sentence says which are wrong and which there are."""
    with pytest.raises(ValueError) as error:
        faults(["late", "nonsense", "gap=x"])
    assert str(error.value) == (
        f"no such fault: nonsense, gap=x; known are {', '.join(FAULTS)}, each with or without =NUMBER"
    )


def test_a_dialect_without_the_codes_is_refused():
    """The simulator says which words have no code instead of failing in the middle of a case."""
    receipts, updates, closures = (INTRUM.files[kind] for kind in ("receipts", "updates", "closures"))
    bare = {
        kind: replace(layout, parts=tuple(replace(part, codes={}) for part in layout.parts))
        for kind, layout in (("receipts", receipts), ("updates", updates), ("closures", closures))
    }
    with pytest.raises(ValueError) as error:
        vocabulary(replace(INTRUM, files={"updates": bare["updates"], "closures": bare["closures"]}))
    assert str(error.value) == (
        "the dialect intrum-no has no code for: credited, debt_collection_notice, disputed, insolvency, irrecoverable, "
        "legal_action, paid_in_full, paid_partly, paid_to_creditor, payment_plan, recalled; the simulator needs them"
    )
    with pytest.raises(
        ValueError, match="a rejection for any of: bad_address, bad_amount, incomplete, other"
    ):
        vocabulary(replace(INTRUM, files={"receipts": bare["receipts"]}))


def test_a_moved_file_never_replaces_another(tmp_path):
    """A taken name gets a number before it."""
    (tmp_path / "to").mkdir()
    for content in (b"1", b"2", b"3"):
        move(place(tmp_path, "a", content), tmp_path / "to")
    assert {path.name: path.read_bytes() for path in (tmp_path / "to").iterdir()} == {
        "a": b"1",
        "2-a": b"2",
        "3-a": b"3",
    }
