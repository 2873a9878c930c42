"""Is this a time to say nothing?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from psfbot.relay.incident import Happening, Silence

ALWAYS_TOLD = frozenset({Happening.RESOLVED, Happening.ACKNOWLEDGED})
"""The end of a problem, and who took it, pass through every silence."""

LONGEST = timedelta(days=30)
"""A silence that outlives its reason hides the next outage."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Why nothing is said, and until when."""

    silence: Silence
    reason: str


def hush(subject: str, kind: Happening, silences: Iterable[Silence], now: datetime) -> Hush | None:
    """The silence that keeps this from being told, the longest if several do."""
    if kind in ALWAYS_TOLD:
        return None
    last = holding(subject, silences, now)
    if last is None:
        return None
    what = "maintenance" if last.maintenance else "silence"
    why = f" because {last.reason}" if last.reason else ""
    return Hush(last, f"{what} {last.id} by {last.author} until {last.ends_at:%Y-%m-%d %H:%M} UTC{why}")


def holding(subject: str, silences: Iterable[Silence], now: datetime) -> Silence | None:
    """The silence that holds for a subject now, the longest if several do."""
    found = [silence for silence in silences if silence.covers(subject, now)]
    return max(found, key=lambda silence: silence.ends_at, default=None)
