"""Asking again: what a server that is busy or failed for a moment may be asked once more, and when."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import tenacity

ATTEMPTS = 5
LONGEST = 60.0
"""Seconds between two attempts, however long the server would like it to be."""

_growing = tenacity.wait_random_exponential(multiplier=0.5, max=10)

T = TypeVar("T")


class Failed(Exception):  # noqa: N818 - errors here are nouns
    """An attempt that may be worth another; says how it failed."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait
        """Seconds that the server asked to be left alone."""


def asked_again(ask: Callable[[], T], *, tell: Callable[[str], None]) -> T:
    """What `ask` returns, at the first attempt that does not fail.

    Raises:
        Failed: The last attempt did, too.
    """
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Failed),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=_wait,
        before_sleep=lambda state: tell(_going_on(state)),
        reraise=True,
    )
    return retrying(ask)


def seconds_to_wait(header: str | None) -> float | None:
    """What `Retry-After` says, in seconds or as a date; None where it says nothing that can be read."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _wait(state: tenacity.RetryCallState) -> float:
    failed = state.outcome.exception() if state.outcome else None
    asked = failed.wait if isinstance(failed, Failed) else None
    return _growing(state) if asked is None else min(asked, LONGEST)


def _going_on(state: tenacity.RetryCallState) -> str:
    failed = state.outcome.exception() if state.outcome else None
    return f"{failed}; asking again in {state.upcoming_sleep:.1f} s"
