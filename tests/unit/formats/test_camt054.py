from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from hypothesis import given, settings

import golden
from inkasso_formats.payments import camt054
from inkasso_formats.payments.camt054 import NotificationHead, Passed, parse, read
from inkasso_formats.payments.camt_paths import LEVELS, VERSIONS, path_of, tree
from support import camt, camt_any

NORWAY = camt.sample("own-norway-02.xml")


@pytest.mark.parametrize("path", golden.samples("camt054"), ids=lambda path: path.name)
def test_each_sample_is_read_or_refused_as_it_was_before(path):
    """What the reader makes of a sample stands beside it."""
    expected = golden.expected_file(path).read_text(encoding="utf-8")
    assert golden.as_text(golden.camt_expected(path.read_bytes())) == expected


def test_the_document_shows_the_declared_paths_and_what_happens_to_the_samples():
    """Its tables are generated."""
    path = golden.DOCS / "formats/camt054.md"
    assert path.read_text(encoding="utf-8") == golden.document("formats/camt054.md")


@pytest.mark.parametrize("path", camt.samples(), ids=lambda path: path.name)
def test_each_sample_is_claimed_unless_it_is_of_another_family(path):
    """Statements and broken files are claimed as well, so that reading can say what is wrong."""
    head = path.read_bytes()[:4096]
    assert camt054.claims(head) == (path.name != "broken-pain.xml")


@pytest.mark.parametrize(
    "head",
    [b"", b"NY000010", b"<Document/>", b"<Document", b"<?xml version='1.0'?>", b"\x00<Document", b"{}"],
)
def test_what_is_no_account_message_is_not_claimed(head):
    """The namespace of the root element decides."""
    assert not camt054.claims(head)


def test_a_notification_says_what_was_counted_in_it():
    """With what was passed over, and why."""
    assert parse(NORWAY).notifications == (
        NotificationHead(
            line=8,
            message_id="M1",
            id="N1",
            account="NO9386011117947",
            currency="NOK",
            created=date(2026, 10, 6),
            entries=6,
            payments=8,
            total=260000,
            passed=(Passed("debit", 1, 4400), Passed("status", 1, 7700)),
        ),
    )


def test_several_notifications_are_each_counted():
    """One for each account."""
    second = camt.notification(camt.entry(camt.detail(300)), id="N2", account="86011117955")
    file = parse(camt.message(camt.notification(camt.entry(camt.detail(200))), second))
    assert [(item.account, item.amount) for item in file.payments] == [
        (camt.ACCOUNT, 200),
        ("86011117955", 300),
    ]
    assert [(head.id, head.payments, head.total) for head in file.notifications] == [
        ("N1", 1, 200),
        ("N2", 1, 300),
    ]
    assert file.total == 500


def test_pages_and_copies_are_told():
    """Both are read: that a payment was delivered before shows by its identity."""
    file = parse(camt.message(camt.notification(copy="DUPL"), page=(2, True)))
    assert camt.told(file) == [
        (
            "camt.copy",
            (
                "line 15, record Ntfctn[1], field CpyDplctInd: 'DUPL': the bank marks it as a copy: "
                "its payments may have been delivered before"
            ),
        ),
        (
            "camt.page",
            (
                "line 13, record Ntfctn[1], field Id: page 2, the last one: the others come in other files, "
                "and sums over all of them only warn"
            ),
        ),
    ]
    (head,) = file.notifications
    assert (head.copy, head.page, head.last_page) == ("DUPL", 2, True)


def test_a_copy_ordered_again_has_the_same_identities():
    """In another message, another version, another order of entries, and the account written otherwise."""
    made = [
        camt.entry(camt.detail(100 + n, bank_reference=f"B{n}"), camt.detail(500, bank_reference=f"C{n}"))
        for n in range(4)
    ]
    first = parse(camt.file_of(*made)).payments
    again = camt.notification(*reversed(made), id="other", account="86011117947", copy="COPY")
    second = parse(camt.message(again, version="08", message_id="other")).payments
    assert {item.identity for item in first} == {item.identity for item in second}


def test_identities_use_the_strongest_number_that_is_given():
    """The bank's, the payer's, the place in the notification."""
    bare = camt.detail(700, bank_reference="")
    made = [
        camt.detail(700),
        replace(bare, end_to_end="E1"),
        replace(bare, end_to_end="", transaction_id="T1"),
        replace(bare, instruction_id="I1"),
        bare,
    ]
    assert [item.identity for item in parse(camt.file_of(camt.entry(*made))).payments] == [
        "camt-86011117947-bank-900000001-2026-10-06-700-0010017-1",
        "camt-86011117947-payer-NO6012345678901-E1-2026-10-06-700-0010017-1",
        "camt-86011117947-payer-NO6012345678901-T1-2026-10-06-700-0010017-1",
        "camt-86011117947-payer-NO6012345678901-I1-2026-10-06-700-0010017-1",
        "camt-86011117947-at-N1-1-5-2026-10-06-700-0010017-1",
    ]


def test_equal_payments_of_one_file_stay_two():
    """A bank may give several entries one reference."""
    file = parse(camt.file_of(*[camt.entry(camt.detail(700))] * 3))
    assert [item.identity[-2:] for item in file.payments] == ["-1", "-2", "-3"]


def test_a_transaction_number_of_version_08_is_used():
    """UETR is unique by itself."""
    content = camt.file_of(camt.entry(camt.detail(700, bank_reference="")), version="08")
    content = camt.changed(
        "<EndToEndId>", "<UETR>255ae394-9965-4438-ac86-f406feada396</UETR><EndToEndId>", content
    )
    assert "-255ae394-9965-4438-ac86-f406feada396-" in parse(content).payments[0].identity


def test_the_stream_hands_out_batches_and_then_the_totals():
    """From a file that is read piece by piece."""
    content = camt.file_of(camt.entry(*[camt.detail(100 + n, bank_reference=str(n)) for n in range(2500)]))
    assert len(camt.streamed(content)) > 1
    batches = camt054.stream(io.BytesIO(content))
    payments = [payment for batch in batches for payment in batch]
    assert payments == parse(content).payments
    assert batches.total == sum(range(100, 2600))
    assert [head.payments for head in batches.notifications] == [2500]
    assert batches.warnings == ()


def test_a_file_that_hands_out_few_bytes_at_a_time_is_read_the_same():
    """As a pipe does."""

    class Slow(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 7) if size > 0 else size)

    assert parse(Slow(NORWAY)) == parse(NORWAY)


def test_comments_and_prefixes_make_no_difference():
    """They say nothing of a payment."""
    content = camt.TWO_PAYMENTS.decode().replace("<Ref>00", "<Ref>0<!-- 9 --><?x 9?>0")
    content = (
        content.replace("xmlns=", "xmlns:n=")
        .replace("<", "<n:")
        .replace("<n:/", "</n:")
        .replace("<n:!", "<!")
    )
    content = content.replace("<n:?", "<?")
    assert parse(content.encode()) == parse(camt.TWO_PAYMENTS)


@settings(max_examples=60, deadline=None)
@given(camt_any.messages())
def test_what_is_written_is_read(made):
    """Both versions, every field that the writer has."""
    version, notifications = made
    content = camt.message(*notifications, version=version)
    assert read(content) == notifications
    file = parse(content)
    value = sum(camt_any.value_of(entry) for item in notifications for entry in item.entries)
    assert file.total == value == sum(payment.amount for payment in file.payments)
    assert len({payment.identity for payment in file.payments}) == len(file.payments)


def test_what_has_no_place_cannot_be_written():
    """Version .02 has no side of a detail."""
    with pytest.raises(ValueError, match="no place") as caught:
        camt.file_of(camt.entry(camt.detail(credit=True)))
    assert str(caught.value) == "version .02 has no place for the side of a detail"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_declared_value_has_one_path_in_each_version_that_has_it(version):
    """Two paths to one value would hide that it stands twice."""
    for level, paths in LEVELS.items():
        names = [path.name for path in paths if version in path.versions]
        assert len(names) == len(set(names)), level
        assert all(map(partial(path_of, paths, version=version), names))
        assert tree(paths, version, "x")
