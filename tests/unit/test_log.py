import io
import json
import logging
import sys
import threading

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from inkassod import log


class Stderr(io.StringIO):
    """Stands for standard error."""


@pytest.fixture
def lines(monkeypatch):
    """Configures the log, and gives what was written since; all settings are put back afterwards."""
    root, own = logging.getLogger(), logging.getLogger("inkassod")
    kept = root.handlers[:], root.level, own.level
    root.handlers.clear()
    written = Stderr()

    def start(mode: str):
        monkeypatch.setattr(sys, "stderr", written)
        log.configure(mode)
        return lambda: written.getvalue().splitlines()

    yield start
    root.handlers[:] = kept[0]
    root.setLevel(kept[1])
    own.setLevel(kept[2])
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def one(read) -> dict:
    (line,) = read()
    return json.loads(line)


def logger():
    return structlog.get_logger("inkassod.test")


def test_an_event_is_one_json_line_in_a_fixed_order(lines):
    """Time in UTC, level, event, then run, file and agreement, then the rest."""
    read = lines("json")
    with log.bind(run=7, file="a.csv", agreement="intrum"):
        logger().info("file read", rows=3, name="Ærlig")
    told = one(read)
    assert list(told) == ["timestamp", "level", "event", "run", "file", "agreement", "rows", "name"]
    assert told["timestamp"].endswith("Z")
    assert list(told.values())[1:] == ["info", "file read", 7, "a.csv", "intrum", 3, "Ærlig"]


def test_what_is_bound_ends_with_its_block(lines):
    """Inner blocks add, and after an error too everything is as before."""
    read = lines("json")
    with log.bind(run=7, agreement="intrum"):
        with pytest.raises(KeyError), log.bind(run=8, file="b"):
            raise KeyError
        logger().info("one")
    logger().info("two")
    bound = [
        {k: v for k, v in json.loads(line).items() if k in {"run", "file", "agreement"}} for line in read()
    ]
    assert bound == [{"run": 7, "agreement": "intrum"}, {}]


def test_a_thread_starts_with_nothing_bound(lines):
    """A worker binds what it works on itself."""
    read = lines("json")
    with log.bind(run=7):
        worker = threading.Thread(target=lambda: logger().info("in a thread"))
        worker.start()
        worker.join()
    assert "run" not in one(read)


def test_text_is_for_people(lines):
    """In text mode an event is one readable line."""
    read = lines("text")
    with log.bind(run=7):
        logger().warning("file refused", file="a b.csv", lines=[1, 2])
    (line,) = read()
    assert line.split("Z ", 1)[1] == "warning  file refused  run=7  file=a b.csv  lines=[1, 2]"


@pytest.mark.parametrize(("terminal", "is_json"), [(True, False), (False, True)])
def test_auto_writes_text_on_a_terminal_only(lines, monkeypatch, terminal, is_json):
    """The journal, a pipe and a file get JSON."""
    monkeypatch.setattr(Stderr, "isatty", lambda self: terminal)
    read = lines("auto")
    logger().info("started")
    assert read()[0].startswith("{") is is_json


def test_other_libraries_are_heard_from_warning_on(lines):
    """Paramiko's warnings come through the same lines; its chatter does not."""
    read = lines("json")
    with log.bind(run=7):
        logging.getLogger("paramiko.transport").info("connected")
        logging.getLogger("paramiko.transport").warning("oops %s\n%d", "x", 1)
    told = one(read)
    assert (told["event"], told["level"], told["run"]) == ("oops x | 1", "warning", 7)


def test_details_are_not_logged(lines):
    """Debug lines are for developers and stay out."""
    read = lines("json")
    logger().debug("detail")
    assert read() == []


def test_configuring_twice_writes_each_line_once(lines):
    """A second call replaces the first."""
    lines("text")
    read = lines("json")
    logger().info("once")
    assert one(read)["event"] == "once"


def refuse():
    raise ValueError("row 3\nof 01010112345: \x1b[31mred")


@pytest.mark.parametrize("mode", ["json", "text"])
@pytest.mark.parametrize("source", ["structlog", "logging"])
def test_an_exception_is_one_masked_line(lines, mode, source):
    """A traceback carries data too: its text is put on one line and masked."""
    read = lines(mode)
    try:
        refuse()
    except ValueError:
        (logger() if source == "structlog" else logging.getLogger("paramiko")).exception("failed")
    (line,) = read()
    assert "ValueError: row 3 | of ***: \ufffd[31mred" in line
    assert "Traceback (most recent call last): | File " in line
    assert "01010112345" not in line


@pytest.mark.parametrize(
    "text",
    [
        "01010112345",
        "010101 12345",
        "010101-12345",
        "fnr01010112345",
        "41010112345",
        "01410112345kr",
        "99991234566",
        "9999.12.34566",
        "9999 12 34566",
        "850101-1236",
        "8501011236",
        "850101+1236",
        "19850101-1236",
        "198501011236",
        "850161-1236",
        "131052-308T",
        "131052A308T",
        "131052a308t",
        "010190Y9991",
    ],
)
def test_identity_and_account_numbers_are_masked(text):
    """Norwegian, Swedish and Finnish numbers, however they are written, wherever they stand."""
    masked = log.clean(f"of <{text}>, paid")
    assert masked.startswith("of <")
    assert "***" in masked
    assert not any(part in masked for part in [text, text[-4:] + ">"])


@pytest.mark.parametrize(
    "text",
    [
        "LS12320261122060000.txt",
        "2026-11-22T06:00:00.123456Z",
        "20261122060000",
        "202611220600",
        "1763769600",
        "KID 1234567890128",
        "a01010112345" + "b" * 52,
        "case 4711, 12 of 1234567 rows",
        "192.0.2.17:22",
        "2001:db8::1",
        "SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    ],
)
def test_other_numbers_stay_readable(text):
    """File names, times, digests, references and counts are what a log is read for."""
    assert log.clean(text) == text


def test_numbers_are_masked_at_every_depth_and_the_callers_values_stay(lines):
    """Nested values, keys, whole numbers and objects are cleaned in a copy."""
    read = lines("json")
    rows = {
        "01010112345": [{"id": "01010112345"}, ("131052-308T",)],
        "n": 1010112345,
        "id": 99991234566,
        "x": 1.5,
    }
    logger().info("rows", rows=rows, none=None, yes=True, raw=b"01010112345", **{"01010112345": 1})
    told = one(read)
    assert told["rows"] == {"***": [{"id": "***"}, ["***"]], "n": 1010112345, "id": "***", "x": 1.5}
    assert (told["none"], told["yes"], told["raw"], told["***"]) == (None, True, "b'***'", 1)
    assert rows["id"] == 99991234566


@given(st.text())
@example("a\r\nb")
@example("\x85\u2028\u202e\udcff")
def test_any_text_becomes_one_harmless_line(text):
    """No control character, direction mark, line end or undecodable byte reaches the log."""
    cleaned = log.clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or "\ud800" <= c <= "\udfff" for c in cleaned)
    assert not set(cleaned) & set(
        "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    assert log.clean(cleaned) == cleaned


@given(st.dictionaries(st.text(), st.text(), max_size=3))
def test_any_fields_give_one_line_in_both_modes(fields):
    """Whatever is logged, a line stays a line and JSON stays JSON."""
    cleaned = log._masked(None, "info", {"event": "e", **fields})
    assert json.loads(log._json_line(None, "info", cleaned))
    assert len(log._text_line(None, "info", dict(cleaned)).splitlines()) == 1
