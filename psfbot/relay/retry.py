"""When to try a delivery again, and when to give up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=1)
"""However long a platform was down, a minute after it is back each of its rooms is told."""
GIVE_UP_AFTER = timedelta(hours=24)
"""A notice that could not be told for a day is a dead letter: listed in chat, and tried again on request."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A failed attempt: which one, how old the parcel is, and what the other side said.

    `final` means that it will never take it; `wait` is how long it asked to be left alone.
    """

    number: int
    created_at: datetime
    now: datetime
    final: bool = False
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """When to try again, and why then."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No more attempts, and why."""

    reason: str


def after(attempt: Attempt, *, jitter: float) -> Again | GiveUp:
    """What follows a failed attempt? `jitter`, a draw from 0 to 1, spreads those that failed together."""
    if attempt.final:
        return GiveUp("the other side will never take it")
    if attempt.now - attempt.created_at >= GIVE_UP_AFTER:
        return GiveUp(f"it could not be delivered for {GIVE_UP_AFTER // timedelta(hours=1)} hours")
    if attempt.wait is not None:
        return Again(attempt.now + attempt.wait, "the other side asked to wait")
    delay = min(FIRST * 2 ** min(attempt.number, 20), LONGEST)
    return Again(attempt.now + delay * (0.5 + jitter / 2), f"attempt {attempt.number} failed")
