"""Does a problem come and go so often that each change is no news?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(minutes=15)
"""Changes within this time belong together."""
MOST = 3
"""The third change, an end or a return, is told as flapping."""
SETTLE = timedelta(minutes=10)
"""What held for so long is believed."""


class Flap(StrEnum):
    """How restless an incident is."""

    CALM = "calm"
    BEGINS = "begins"
    GOES_ON = "goes on"


@dataclass(frozen=True, slots=True)
class Restless:
    """Whether it flaps, and why."""

    flap: Flap
    reason: str


def restless(moves: Sequence[datetime], since: datetime | None, now: datetime) -> Restless:
    """Weigh one more change, of which `moves` is the last; `since` is when it began to flap, if it does."""
    recent = [at for at in moves if now - at <= WINDOW]
    minutes = WINDOW // timedelta(minutes=1)
    if since is not None:
        return Restless(Flap.GOES_ON, f"it flaps since {since:%H:%M} UTC; it is told when it has settled")
    if len(recent) >= MOST:
        return Restless(Flap.BEGINS, f"it changed {len(recent)} times within {minutes} minutes")
    return Restless(Flap.CALM, f"{len(recent)} changes within {minutes} minutes are no flapping")


def settled(changed_at: datetime, now: datetime) -> bool:
    """Has it held since its last change for long enough?"""
    return now - changed_at >= SETTLE
