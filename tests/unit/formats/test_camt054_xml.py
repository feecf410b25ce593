from __future__ import annotations

import io

import pytest

from inkasso_formats.payments import camt054
from inkasso_formats.payments.camt_xml import MOST_AT_ONCE
from support import camt
from support.camt import TWO_PAYMENTS

DECLARED = b"<?xml version='1.0' encoding='UTF-8'?>\n"
BODY = TWO_PAYMENTS.removeprefix(DECLARED)
MESSAGE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"
NO_DTD = "a document type declaration (DTD) is refused: it can hold entities, and no bank sends one"
NO_ROOT = "no root element of XML within the first 65536 bytes: not a camt file"
EXPECTED = f"the root element Document in the namespace {MESSAGE}, .04 or .08 expected"
STATEMENT = (
    "camt.053 is an account statement, which shows lump sums and not each payment; "
    "camt.054 expected (debit and credit notification): order it from the bank"
)
BOMB = b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>%s]>" % b"".join(
    b"<!ENTITY %c '%s'>" % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
)

REFUSED = {
    "external entity": (
        DECLARED + b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n' + BODY,
        [("camt.doctype", f"line 2: {NO_DTD}")],
    ),
    "external entity behind a comment": (
        DECLARED + b"<!-- \n --> <?x \n?>\n<!doctype Document SYSTEM 'http://example.com/a.dtd'>\n" + BODY,
        [("camt.doctype", f"line 5: {NO_DTD}")],
    ),
    "entity bomb": (BOMB + BODY.replace(b"Kari", b"&j;"), [("camt.doctype", f"line 1: {NO_DTD}")]),
    "entity without a declaration": (
        TWO_PAYMENTS.replace(b"Kari", b"&who;", 1),
        [("camt.xml", "line 68: not well-formed XML at column 26: Entity 'who' not defined")],
    ),
    "deep nesting": (
        TWO_PAYMENTS.replace(b"<BkTxCd>", b"<X>" * 300 + b"</X>" * 300 + b"<BkTxCd>", 1),
        [
            (
                "camt.limit",
                "line 43: XML beyond what a bank sends, at column 767: Excessive depth in document: 256",
            )
        ],
    ),
    "endless text": (
        TWO_PAYMENTS.replace(b"Kari", b"K" * (MOST_AT_ONCE + 200_000), 1),
        [
            (
                "camt.limit",
                f"more than {MOST_AT_ONCE} bytes of XML without the end of an entry or a detail: not a file of payments",
            )
        ],
    ),
    "endless elements": (
        TWO_PAYMENTS.replace(b"<BkTxCd>", b"<X/>" * (MOST_AT_ONCE // 4 + 50_000) + b"<BkTxCd>", 1),
        [
            (
                "camt.limit",
                f"more than {MOST_AT_ONCE} bytes of XML without the end of an entry or a detail: not a file of payments",
            )
        ],
    ),
    "cut off": (
        TWO_PAYMENTS[:2600],
        [
            (
                "camt.xml",
                "line 97: not well-formed XML at column 4: Premature end of data in tag TxDtls line 92",
            )
        ],
    ),
    "tags crossed": (
        TWO_PAYMENTS.replace(b"</Sts>", b"</Amt>", 1),
        [
            (
                "camt.xml",
                "line 36: not well-formed XML at column 24: Opening and ending tag mismatch: Sts line 36 and Amt",
            )
        ],
    ),
    "something behind": (
        TWO_PAYMENTS + b"<Document/>",
        [("camt.xml", "line 153: not well-formed XML at column 1: Extra content at the end of the document")],
    ),
    "NUL": (
        TWO_PAYMENTS.replace(b"Kari", b"K\0ri", 1),
        [
            (
                "camt.encoding",
                "line 68: bytes at column 22 that are no text in utf-8, the encoding of the file",
            )
        ],
    ),
    "letters of another encoding": (
        TWO_PAYMENTS.replace(b"Kari", b"K\xe5re", 1),
        [
            (
                "camt.encoding",
                "line 68: bytes at column 22 that are no text in utf-8, the encoding of the file",
            )
        ],
    ),
    "UTF-8 under another name": (
        TWO_PAYMENTS.replace(b"UTF-8", b"iso-8859-1").replace(b"Kari", "Kåre".encode(), 1),
        [
            (
                "camt.encoding",
                "line 1: the file says iso-8859-1, and its letters are UTF-8: one of the two is wrong",
            )
        ],
    ),
    "UTF-16": (
        TWO_PAYMENTS.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        [("camt.encoding", "line 1: UTF-16 is not read; UTF-8 expected, which is what banks deliver")],
    ),
    "UTF-16 without a mark": (
        TWO_PAYMENTS.decode().encode("utf-16-le"),
        [("camt.encoding", "line 1: UTF-16 is not read; UTF-8 expected, which is what banks deliver")],
    ),
    "an unknown encoding": (
        TWO_PAYMENTS.replace(b"UTF-8", b"EBCDIC-CP-NL"),
        [
            (
                "camt.encoding",
                "line 1: 'ebcdic-cp-nl': one of utf-8, us-ascii, iso-8859-1, iso-8859-15, windows-1252 expected as encoding",
            )
        ],
    ),
    "statement": (
        TWO_PAYMENTS.replace(b"camt.054.001.02", b"camt.053.001.02"),
        [("camt.message", f"line 2: 'camt.053.001.02': {STATEMENT}")],
    ),
    "another message of the family": (
        TWO_PAYMENTS.replace(b"camt.054.001.02", b"camt.056.001.08"),
        [
            (
                "camt.message",
                (
                    "line 2: 'camt.056.001.08': this is another message; "
                    "camt.054 expected (debit and credit notification): order it from the bank"
                ),
            )
        ],
    ),
    "version": (
        TWO_PAYMENTS.replace(b"camt.054.001.02", b"camt.054.001.13"),
        [
            (
                "camt.version",
                "line 2: 'camt.054.001.13': camt.054.001.13 is not read; version .02, .04 or .08 expected",
            )
        ],
    ),
    "namespace": (
        TWO_PAYMENTS.replace(MESSAGE.encode(), b"urn:example"),
        [("camt.message", f"line 2: 'Document in urn:example': {EXPECTED}")],
    ),
    "no namespace": (
        b"<Document/>",
        [("camt.message", f"line 1: 'Document in no namespace': {EXPECTED}")],
    ),
    "namespace under a prefix that is not used": (
        BODY.replace(b"xmlns=", b"xmlns:n="),
        [("camt.message", f"line 1: 'Document in no namespace': {EXPECTED}")],
    ),
    "root element": (
        b'<Letter xmlns="%s"/>' % MESSAGE.encode(),
        [("camt.message", f"line 1: 'Letter in camt.054.001.02': {EXPECTED}")],
    ),
    "nothing inside": (
        b'<Document xmlns="%s"/>' % MESSAGE.encode(),
        [("camt.empty", "the message holds no notification (Ntfctn)")],
    ),
    "empty": (b"", [("camt.xml", f"line 1: {NO_ROOT}")]),
    "text": (b"Hello\nworld", [("camt.xml", f"line 1: {NO_ROOT}")]),
    "comment without end": (b"<!-- " + b"x" * 200_000, [("camt.xml", f"line 1: {NO_ROOT}")]),
    "root element too far": (b"<?x?> " * 20_000 + BODY, [("camt.xml", f"line 1: {NO_ROOT}")]),
    "blanks before the declaration": (
        b"\n" + TWO_PAYMENTS,
        [
            (
                "camt.xml",
                "line 2: not well-formed XML at column 6: XML declaration allowed only at the start of the document",
            )
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), REFUSED.values(), ids=REFUSED)
def test_bad_xml_is_refused_with_a_sentence(content, expected):
    """Nothing is fetched, expanded or guessed at."""
    assert camt.refusal(content) == expected


def test_problems_found_before_the_xml_breaks_off_are_told_too():
    """Both are wrong."""
    content = camt.changed("499.50</Amt>", "499,50</Amt>")
    content = content.replace(b"</Ntfctn>", b"<X>" + b" " * 70_000 + b"</Ntfctn>")
    assert [code for code, _ in camt.refusal(content)] == ["camt.amount", "camt.xml"]


READ = {
    "byte order mark": b"\xef\xbb\xbf" + TWO_PAYMENTS,
    "no declaration": BODY,
    "CRLF": TWO_PAYMENTS.replace(b"\n", b"\r\n"),
    "one line": TWO_PAYMENTS.replace(b"\n", b""),
    "no last line end": TWO_PAYMENTS.rstrip(),
    "blanks behind": TWO_PAYMENTS + b"\n\n  ",
    "small letters": TWO_PAYMENTS.replace(b"UTF-8", b"utf-8"),
    "quotes": TWO_PAYMENTS.replace(b"'", b'"'),
    "an attribute with an angle": BODY.replace(b"<Document ", b"<Document a='x>y' "),
    "a comment that names a DTD": DECLARED + b"<!-- <!DOCTYPE a> -->" + BODY,
    "other encoding without letters": TWO_PAYMENTS.replace(b"UTF-8", b"Windows-1252"),
    "elements of others": TWO_PAYMENTS.replace(b"<BkTxCd>", b"<X xmlns='urn:x'><TxDtls/></X><BkTxCd>", 1),
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_another_way_of_writing_the_same_is_read_the_same(content):
    """XML leaves it free."""
    payments = camt054.parse(content).payments
    expected = camt054.parse(TWO_PAYMENTS).payments
    assert [payment.identity for payment in payments] == [payment.identity for payment in expected]
    assert [payment.payer_name for payment in payments] == ["Kari Eksempel"] * 2


@pytest.mark.parametrize("encoding", ["iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"])
def test_letters_are_read_in_the_declared_encoding(encoding):
    """Also where they are written as numbers."""
    text = TWO_PAYMENTS.decode().replace("UTF-8", encoding).replace("Kari", "Kåre", 1)
    content = text.encode(encoding, "xmlcharrefreplace")
    assert camt054.parse(content).payments[0].payer_name == "Kåre Eksempel"


def test_a_file_is_read_in_pieces():
    """Never as a whole: also where one entry holds many details."""
    content = camt.file_of(camt.entry(*[camt.detail(100, bank_reference=str(n)) for n in range(3000)]))
    sizes = []

    class Watched(io.BytesIO):
        def read(self, size=-1, /):
            sizes.append(size)
            return super().read(size)

    assert sum(map(len, camt054.stream(Watched(content)))) == 3000
    assert max(sizes) == 65_536
    assert min(sizes) > 0


def test_lines_are_counted_beyond_65535():
    """Where a plain counter of the parser ends."""
    content = TWO_PAYMENTS.replace(b"<Ntry>", b"\n" * 70_000 + b"<Ntry>", 1)
    assert [payment.line for payment in camt054.parse(content).payments] == [70_056, 70_092]
