"""When a room is told so much that nobody reads it, one digest stands for the rest until it is quiet again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from psfbot.relay.incident import Fact, Happening, Incident

BURST = 7
"""Messages that a room takes at once; an eighth begins a storm."""
MINUTE = timedelta(minutes=1)
"""In this time a room forgets a burst."""
QUIET = timedelta(minutes=2)
"""A storm is over when nothing was folded for so long."""
AGAIN = timedelta(minutes=2)
"""The digest is told aloud once more after this; the pause doubles each time."""
LONGEST = timedelta(minutes=30)
LOOK = timedelta(seconds=5)
"""How often a digest is brought up to date in place."""
TOP_TIER = 1
ENDS = frozenset({Happening.RESOLVED})
IN_HAND = frozenset({Happening.ACKNOWLEDGED})


class Pace(Fact):
    """How much a room was told of late: each message fills `level` by one, and time empties it.

    `storm` is the incident that stands for the storm in this room.
    """

    lane: str
    level: float = 0
    at: datetime
    storm: int | None = None

    def after(self, now: datetime) -> "Pace":
        """The same room now, with nothing told meanwhile."""
        gone = max(0.0, (now - self.at) / MINUTE) * BURST
        return self.model_copy(update={"level": max(0.0, self.level - gone), "at": now})

    def told(self) -> "Pace":
        """The same room after one more message."""
        return self.model_copy(update={"level": self.level + 1})


class Gate(StrEnum):
    """What becomes of a message to a room."""

    TELL = "tell"
    BEGIN = "begin"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether a message passes by itself, and why or why not."""

    gate: Gate
    reason: str


def gate(pace: Pace, kind: Happening, tier: int | None, heard: str) -> Passage:
    """Is this told by itself, folded into the digest, or the beginning of a storm? `heard` is what was told last.

    Tier 1 is never folded, nor is the end of what the room was told, nor who took it.
    """
    stormy = pace.storm is not None
    if tier == TOP_TIER:
        return Passage(Gate.TELL, "tier 1 is never folded")
    if kind in ENDS | IN_HAND and heard and heard not in ENDS:
        return Passage(Gate.TELL, "what this room was told of is never folded when it ends or is taken")
    if stormy:
        return Passage(Gate.FOLD, f"folded into the digest #{pace.storm}")
    if pace.level + 1 > BURST:
        return Passage(Gate.BEGIN, f"more than {BURST} messages within a minute are a storm")
    return Passage(Gate.TELL, f"no storm: {pace.level + 1:.0f} of {BURST} messages within a minute")


class Turn(StrEnum):
    """What time makes of a digest."""

    WAIT = "wait"
    REFRESH = "refresh"
    AGAIN = "again"
    OVER = "over"


def turn(storm: Incident, now: datetime) -> Turn:
    """Is the storm over, or is its digest due once more? `changed_at` is when something was folded last."""
    if now - storm.changed_at >= QUIET:
        return Turn.OVER
    told, shown = storm.told_at or storm.opened_at, storm.shown_at or storm.opened_at
    if storm.changed_at < shown:
        return Turn.WAIT
    pause = min(AGAIN * 2 ** min(storm.reminded, 10), LONGEST)
    return Turn.AGAIN if now - told >= pause else Turn.REFRESH
