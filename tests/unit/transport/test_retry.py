from __future__ import annotations

import pytest

from inkassod.transport import MemoryAgent, TransportError, retrying


def cut() -> TransportError:
    """A line that broke."""
    return TransportError("transport.cut", "the connection was cut", transient=True)


def test_a_transient_error_is_tried_again_with_growing_random_pauses() -> None:
    """Up to the last attempt each failure is followed by a pause below 1, 2, 4 ... seconds, and told."""
    pauses: list[float] = []
    told: list[tuple[int, str, float]] = []
    errors = [cut(), cut(), cut()]

    def operation() -> str:
        if errors:
            raise errors.pop()
        return "done"

    result = retrying(
        operation, attempts=4, max_seconds=1000, sleep=pauses.append,
        on_retry=lambda attempt, error, pause: told.append((attempt, error.code, pause)),
    )  # fmt: skip
    assert result == "done"
    assert [attempt for attempt, _code, _pause in told] == [1, 2, 3]
    assert [pause for _attempt, _code, pause in told] == pauses
    assert {code for _attempt, code, _pause in told} == {"transport.cut"}
    assert all(0 <= pause <= limit for pause, limit in zip(pauses, (1, 2, 4), strict=True))


def test_the_last_error_is_raised_as_it_is() -> None:
    """After the last attempt the error itself comes out, not a wrapper."""
    errors = [cut(), cut()]
    last = errors[1]

    def operation() -> None:
        raise errors.pop(0)

    with pytest.raises(TransportError) as caught:
        retrying(operation, attempts=2, max_seconds=1000, sleep=lambda _seconds: None)
    assert caught.value is last
    assert errors == []


@pytest.mark.parametrize(
    "error",
    [
        TransportError("transport.auth", "refused", transient=False),
        OSError("local disk"),
        ValueError("a bug"),
    ],
)
def test_a_permanent_error_surfaces_at_once_after_one_attempt(error: Exception) -> None:
    """A refused login, a local error and a bug are never tried again: that could lock the account."""
    agent = MemoryAgent()
    agent.fail_next("put", error)
    with pytest.raises(type(error)) as caught:
        retrying(lambda: agent.put("out/a", [b"x"], 1), attempts=5, max_seconds=1000, sleep=pytest.fail)
    assert caught.value is error
    assert agent.calls == [("put", "out/a")]


def test_no_pause_goes_beyond_the_time_that_is_given() -> None:
    """When the next pause would end after the limit, the error is raised instead of waiting."""
    calls: list[int] = []

    def operation() -> None:
        calls.append(1)
        raise cut()

    with pytest.raises(TransportError, match="the connection was cut"):
        retrying(operation, attempts=100, max_seconds=0, sleep=pytest.fail)
    assert calls == [1]


@pytest.mark.parametrize("when", ["before", "half", "after"])
def test_a_retried_upload_sends_identical_bytes(when: str) -> None:
    """Whether the line broke before, in the middle of or after the upload, the second attempt makes the file whole."""
    agent = MemoryAgent()
    agent.fail_next("put", cut(), when=when)  # type: ignore[arg-type]
    content = [b"first ", b"second"]
    retrying(lambda: agent.put("out/.a.part", content, 12), attempts=2, max_seconds=9, sleep=lambda _s: None)
    assert agent.files == {"out/.a.part": b"first second"}
    assert agent.calls == [("put", "out/.a.part")] * 2


def test_a_lost_reply_to_a_rename_is_seen_by_who_looks() -> None:
    """When only the answer was lost, the rename has happened: the part is gone and the file is there."""
    agent = MemoryAgent()
    agent.put("out/.a.part", [b"x"], 1)
    agent.fail_next("rename", cut(), when="after")
    with pytest.raises(TransportError, match="the connection was cut"):
        agent.rename("out/.a.part", "out/a")
    assert agent.stat("out/.a.part") is None
    assert agent.stat("out/a") is not None
