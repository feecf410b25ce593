"""Trying again, with pauses that spread out: only where the error itself says that it may help."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from inkassod.transport.agent import TransportError

T = TypeVar("T")
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


def retrying(
    operation: Callable[[], T],
    *,
    attempts: int,
    max_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    on_retry: Callable[[int, TransportError, float], None] | None = None,
) -> T:
    """Call `operation` until it returns, at most `attempts` times and within `max_seconds` from the first call.

    Only a transient TransportError is tried again, after a random pause below 1, 2, 4 ... 60 seconds (full jitter, so
    that many clients do not come back together); `on_retry` is told the attempt that failed (1, 2 ...), its error and
    the pause in seconds. Any other error, and the last one, is raised as it is.
    """

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if on_retry and isinstance(error, TransportError):
            on_retry(state.attempt_number, error, state.upcoming_sleep)

    policy = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, TransportError) and error.transient),
        stop=stop_after_attempt(attempts) | stop_before_delay(max_seconds),
        wait=wait_random_exponential(multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS),
        sleep=sleep,
        before_sleep=tell,
        reraise=True,
    )
    return policy(operation)
